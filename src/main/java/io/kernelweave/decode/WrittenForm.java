package io.kernelweave.decode;

/**
 * How documents are written: of the many texts of one JSON value, those that a constraint allows.
 *
 * @param order of an object's members
 * @param whitespace between tokens of JSON
 * @param escapes of characters in strings
 * @param formats whether {@code format} must be satisfied or is an annotation only
 */
public record WrittenForm(Order order, Whitespace whitespace, Escapes escapes, Formats formats) {
    /** Short and easy to predict: members by schema, no whitespace, no escape without need; formats are asserted. */
    public static final WrittenForm COMPACT =
            new WrittenForm(Order.SCHEMA, Whitespace.COMPACT, Escapes.NEEDED, Formats.ASSERTED);

    /** The same with any escapes. */
    public WrittenForm(Order order, Whitespace whitespace, Formats formats) {
        this(order, whitespace, Escapes.ANY, formats);
    }

    /** The order of an object's members. */
    public enum Order {
        /** As {@code properties} lists them; members that it does not list come after those. */
        SCHEMA,
        ANY
    }

    /** The whitespace between tokens of JSON. */
    public enum Whitespace {
        /** None. */
        COMPACT,
        /** One space after each comma and each colon. */
        SPACED,
        /** Any, as far as JSON allows it. */
        FLEXIBLE,
        /** A line for each member and item, indented by two spaces a level, and a space after each colon. */
        PRETTY
    }

    /** The escapes of characters in strings. */
    public enum Escapes {
        /** Only of characters that need one: the short form if there is one, else four lower-case hexadecimal digits. */
        NEEDED,
        /** Any that JSON has. */
        ANY
    }

    /** What {@code format} means. */
    public enum Formats {
        /** A string must have the format, where its name is known; unknown names are annotations. */
        ASSERTED,
        /** A format is no condition. */
        ANNOTATION
    }
}
