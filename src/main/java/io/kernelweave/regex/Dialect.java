package io.kernelweave.regex;

/** How a pattern is written. */
public enum Dialect {
    /**
     * ECMA-262 with the meaning of its {@code u} flag, as JSON Schema wants it, and with the leniency of its Annex B where
     * that is not ambiguous.
     */
    ECMA,
    /** RE2, as its documentation has it. */
    RE2
}
