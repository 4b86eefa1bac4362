package io.kernelweave.schema;

/** The kinds of JSON values that a text tells apart by its first byte, {@code false} and {@code true} each for itself. */
public enum Kind {
    NULL,
    FALSE,
    TRUE,
    NUMBER,
    STRING,
    ARRAY,
    OBJECT
}
