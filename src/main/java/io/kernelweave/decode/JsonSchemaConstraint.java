package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.schema.Types;
import tools.jackson.databind.JsonNode;

/**
 * The JSON documents of a schema of drafts 4 to 2020-12, in one {@link WrittenForm}. A mask allows a token if and only if
 * some document that satisfies the schema continues with it. What cannot be honoured exactly is refused, never loosened.
 *
 * <p>Compiling reads the schema; everything else is made when it is first needed and kept, so the first mask comes early and
 * later ones are looked up. Safe for use by many threads, whose matchers share what was made.
 *
 * <p>Source: the schema as a set of values under boolean operations, its documents as an automaton that is determinised as
 * it is walked, by derivatives (Brzozowski, JACM 1964); the mask by walking a trie of the vocabulary and the automaton side
 * by side, as in Willard and Louf, "Efficient Guided Generation for Large Language Models", 2023.
 */
public final class JsonSchemaConstraint extends ZoneConstraint {
    private final JsonMachine machine;

    private JsonSchemaConstraint(JsonMachine machine, TokenVocabulary vocabulary, WrittenForm form, long maskBytes) {
        super(machine.start, vocabulary, form.escapes() == WrittenForm.Escapes.NEEDED, maskBytes);
        this.machine = machine;
    }

    @Override
    void refuel() {
        machine.refuel();
    }

    @Override
    InputException placed(InputException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return message.startsWith("schema #") ? refusal : refusal.in("schema #");
    }

    /**
     * Compiles a schema for {@linkplain WrittenForm#COMPACT compact} documents.
     *
     * @throws InputException naming the JSON pointer, the keyword and what would be right, for a schema that cannot be
     *     honoured exactly or that no document satisfies
     */
    public static JsonSchemaConstraint compile(JsonNode schema, TokenVocabulary vocabulary) {
        return compile(schema, vocabulary, WrittenForm.COMPACT);
    }

    /** The same for documents written in another form. */
    public static JsonSchemaConstraint compile(JsonNode schema, TokenVocabulary vocabulary, WrittenForm form) {
        return compile(schema, vocabulary, form, MASK_BYTES);
    }

    /** @param maskBytes about how much memory masks may take; 0 keeps none */
    static JsonSchemaConstraint compile(JsonNode schema, TokenVocabulary vocabulary, WrittenForm form, long maskBytes) {
        if (!schema.isObject() && !schema.isBoolean()) {
            throw InputException.at("/", "a schema is an object or a boolean", "write {} for any value");
        }
        Types types = new Types(schema, form.formats() == WrittenForm.Formats.ASSERTED);
        return new JsonSchemaConstraint(new JsonMachine(types, form), vocabulary, form, maskBytes);
    }
}
