package io.kernelweave.schema;

/**
 * One way in which a value does not satisfy a schema.
 *
 * @param pointer JSON pointer into the value; empty for the whole value
 * @param keyword the schema keyword that is not satisfied
 * @param message what is wrong there, in words
 */
public record Violation(String pointer, String keyword, String message) {
    @Override
    public String toString() {
        return (pointer.isEmpty() ? "" : pointer + ": ") + message;
    }
}
