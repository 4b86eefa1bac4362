package io.kernelweave.schema;

import tools.jackson.databind.JsonNode;

/**
 * Whether every value that satisfies one JSON Schema satisfies another, as {@link SchemaValidator} judges values: drafts 4 to
 * 2020-12, each schema in the one that it names. In drafts 4 to 7 {@code format} is a condition, in later ones an annotation.
 *
 * <p>An answer is proved, refuted by a value that the validator was shown, or not known: what cannot be honoured and what
 * takes too much work never counts as proved.
 *
 * <p>Source: a schema is contained in another if no value satisfies the one and not the other (Habib, Shinnar, Hirzel and
 * Pradel, "Finding data compatibility bugs with JSON subschema checks", ISSTA 2021; Attouche, Baazizi, Colazzo, Ghelli,
 * Sartiani and Scherzinger, "Witness generation for JSON Schema", PVLDB 2022), here decided on {@link Types}.
 */
public sealed interface Containment {
    /** Every value of the first satisfies the second. */
    record Proven() implements Containment {}

    /**
     * Not every value does.
     *
     * @param witness satisfies the first and not the second; of {@link #equivalence}, exactly one of them
     */
    record Refuted(JsonNode witness) implements Containment {}

    /**
     * It could not be told.
     *
     * @param reason one line
     */
    record Unknown(String reason) implements Containment {}

    /** Whether every value that satisfies {@code one} satisfies {@code other}; a schema that names no draft is of 2020-12. */
    static Containment of(JsonNode one, JsonNode other) {
        return of(one, other, Draft.V2020_12);
    }

    /**
     * The same for schemas of another draft.
     *
     * @param unnamed the draft of a schema that names none
     */
    static Containment of(JsonNode one, JsonNode other, Draft unnamed) {
        return new ContainmentSearch(one, other, unnamed).answer();
    }

    /** Whether the same values satisfy both. */
    static Containment equivalence(JsonNode one, JsonNode other) {
        return equivalence(one, other, Draft.V2020_12);
    }

    /**
     * The same for schemas of another draft.
     *
     * @param unnamed the draft of a schema that names none
     */
    static Containment equivalence(JsonNode one, JsonNode other, Draft unnamed) {
        Containment forth = of(one, other, unnamed);
        if (forth instanceof Refuted) {
            return forth;
        }
        Containment back = of(other, one, unnamed);
        return back instanceof Proven ? forth : back;
    }
}
