package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The documents of a JSON Schema (draft 2020-12), compiled for token masks. Immutable and shared by threads.
 *
 * <p>The masks are <b>exact</b>: a token is allowed if and only if some valid document in the written form continues with
 * it. The written form, in which a value can be written in one way up to the spelling of its strings, is
 *
 * <ul>
 *   <li>JSON without white space, object properties in the order of {@code properties}, those not required at will, no key
 *       twice;
 *   <li>strings of Unicode scalar values in UTF-8, each character as itself or as any JSON escape that stands for it; keys
 *       and the values of {@code enum} and {@code const} as {@code Json.compact} writes them;
 *   <li>integers without fraction, exponent, leading zeros or the sign of a negative zero; where the schema sets no limit, of
 *       the range that every JSON reader keeps exact, −(2<sup>53</sup>−1) to 2<sup>53</sup>−1 (RFC 7493);
 *   <li>numbers of at most 16 digits before and 17 after the point and an exponent of at most two digits; with {@code
 *       minimum: 0} without a sign.
 * </ul>
 *
 * <p>Honoured are {@code type} (one or several), {@code properties} with {@code required} and {@code additionalProperties:
 * false}, {@code items} with {@code minItems} and {@code maxItems}, {@code enum} and {@code const} of strings, numbers,
 * booleans and null, {@code minLength}, {@code maxLength} and {@code pattern} (what is regular of it, see {@link
 * #compile}), {@code minimum} and {@code maximum} of integers, and {@code minimum: 0} of numbers. {@code title}, {@code
 * description}, {@code $schema}, {@code $comment}, {@code default} and {@code examples} say nothing about documents. Every
 * other keyword is refused, never loosened.
 *
 * <p>Method: the schema is an automaton over bytes whose states are built as they are met; a mask is a walk of the
 * vocabulary's trie beside it (compare Willard and Louf, "Efficient Guided Generation for Large Language Models", 2023; Dong
 * et al., "XGrammar", 2024). Every state that is reached can be completed, so a mask needs no look-ahead.
 */
public final class JsonSchemaConstraint implements Constraint {
    private static final long FORCED_BYTES = 1L << 19;
    private static final int[] NONE = {};

    private final TokenVocabulary vocabulary;
    private final VocabularyIndex index;
    private final State start;
    private final BoundedCache<AllowedTokens> masks;
    private final BoundedCache<int[]> forced = new BoundedCache<>(FORCED_BYTES, tokens -> 16 + 4 * tokens.length);

    private JsonSchemaConstraint(Part document, TokenVocabulary vocabulary, BoundedCache<AllowedTokens> masks) {
        this.vocabulary = vocabulary;
        this.index = VocabularyIndex.of(vocabulary);
        this.start = document.begin(State.END);
        this.masks = masks;
    }

    /**
     * Compiles a schema; cheap, as masks are made when they are first asked for. The first schema over a vocabulary also
     * builds what all of them share, and masks are kept in one place for all, within 128 MiB.
     *
     * <p>A {@code pattern} is searched for, as the specification says, unless it is anchored. Characters, classes, {@code \d
     * \w \s}, groups, alternation, repeats up to 1000 and the anchors are read; look-around, back-references, {@code \b} and
     * property classes are refused, as is a pattern whose automaton would be too large. Where ECMA-262 and {@code
     * java.util.regex} disagree about {@code .} and {@code \s}, only characters count that both mean.
     *
     * @throws InputException naming the JSON pointer, the keyword and what would be right, for a schema that cannot be
     *     honoured exactly or that no document fits
     */
    public static JsonSchemaConstraint compile(JsonNode schema, TokenVocabulary vocabulary) {
        return compile(schema, vocabulary, VocabularyIndex.of(vocabulary).masks);
    }

    /** The same for documents written in another form. */
    public static JsonSchemaConstraint compile(JsonNode schema, TokenVocabulary vocabulary, WrittenForm form) {
        return compile(schema, vocabulary);
    }

    static JsonSchemaConstraint compile(
            JsonNode schema, TokenVocabulary vocabulary, BoundedCache<AllowedTokens> masks) {
        return new JsonSchemaConstraint(SchemaReader.read(schema), vocabulary, masks);
    }

    @Override
    public TokenMatcher matcher() {
        return new Matcher(start);
    }

    @Override
    public TokenVocabulary vocabulary() {
        return vocabulary;
    }

    /** The state after the first bytes of a document, or null if none begins so. */
    @Nullable
    State after(byte[] prefix) {
        return step(start, prefix);
    }

    private static @Nullable State step(State state, byte[] bytes) {
        State at = state;
        for (byte b : bytes) {
            State next = at.step(b & 0xFF);
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private int[] force(State state) {
        Bytes out = new Bytes();
        State at = state;
        for (int b = at.onlyByte(); b >= 0; b = at.onlyByte()) {
            out.add(b);
            State next = at.step(b);
            if (next == null) {
                throw new IllegalStateException("the only byte is allowed");
            }
            at = next;
        }
        int[] tokens = vocabulary.encode(wholeCharacters(out.toArray()));
        State last = state;
        for (int i = 0; i < tokens.length; i++) {
            byte[] bytes = vocabulary.bytes(tokens[i]);
            State next = step(last, bytes);
            if (next == null) {
                return NONE; // the run begins inside a character, so it is no text of its own
            }
            if (i == tokens.length - 1 && MaskBuilder.goesOn(index, index.all.find(bytes), next)) {
                return Arrays.copyOf(tokens, i);
            }
            last = next;
        }
        return tokens;
    }

    /** The longest prefix that does not end inside a character. */
    private static String wholeCharacters(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(bytes.length);
        decoder.decode(ByteBuffer.wrap(bytes), out, false);
        return out.flip().toString();
    }

    private final class Matcher implements TokenMatcher {
        private State state;

        Matcher(State state) {
            this.state = state;
        }

        @Override
        public AllowedTokens allowed() {
            return MaskBuilder.allowed(index, state, masks);
        }

        @Override
        public boolean accept(int token) {
            return token >= 0 && token < index.size && !vocabulary.isSpecial(token) && accept(vocabulary.bytes(token));
        }

        @Override
        public boolean accept(byte[] bytes) {
            State next = step(state, bytes);
            if (next == null) {
                return false;
            }
            state = next;
            return true;
        }

        @Override
        public boolean isComplete() {
            return state.isComplete();
        }

        @Override
        public int[] forcedTokens() {
            return MaskBuilder.charactersLeft(state) > 0
                    ? NONE
                    : forced.get(state, JsonSchemaConstraint.this::force).clone();
        }

        @Override
        public byte[] shortestCompletion() {
            return state.shortestCompletion();
        }

        @Override
        public int shortestCompletionLength() {
            return state.shortestCompletionLength();
        }

        @Override
        public String expected() {
            StringBuilder words = new StringBuilder(state.part.expected(state.at));
            for (State at = state; at.part.mayEnd(at.at) && at != State.END; at = at.rest) {
                words.append(", or ").append(at.rest.part.expected(at.rest.at));
            }
            return words.toString();
        }

        @Override
        public TokenMatcher fork() {
            return new Matcher(state);
        }
    }
}
