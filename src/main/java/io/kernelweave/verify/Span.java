package io.kernelweave.verify;

/**
 * A stretch of text that a verdict rests on.
 *
 * @param field the text: {@code output} (the whole answer), {@code prompt}, or the path of a value, such as {@code
 *     input.source} or {@code output.errors[0].quote}
 * @param start first UTF-16 unit
 * @param end after the last UTF-16 unit
 */
public record Span(String field, int start, int end) {}
