package io.kernelweave.schema;

/**
 * One way on: if the next member's or item's value has the type, the rest must satisfy the formula.
 *
 * @param value what the value must be
 * @param rest what the members or items after it must satisfy
 */
public record Branch(Type value, Formula rest) {}
