package io.kernelweave.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A tokenizer's vocabulary: ids 0 to {@code size() - 1}, each standing for a byte sequence. Immutable and safe for use by
 * many threads; two vocabularies are the same only if they are the same object.
 */
public interface TokenVocabulary {
    /** As published, for example {@code o200k_base}, or with a digest of the vocabulary; part of identity digests. */
    String name();

    /** One more than the largest id, unassigned ids included. */
    int size();

    /** The bytes that a token stands for; empty for special and unassigned ids. Must not be changed. */
    byte[] bytes(int token);

    /**
     * The canonical tokens of a text that goes on from another one. Their bytes are those of the text: nothing is normalised or
     * put before it, and text that looks like a special token is ordinary text.
     */
    int[] encode(String text);

    /**
     * The canonical tokens of a text that begins a context: the same, after what the tokenizer puts before it (a begin token, a
     * space).
     */
    default int[] encodePrompt(String text) {
        return encode(text);
    }

    /** The text of tokens, special and unassigned ids left out, malformed UTF-8 replaced. */
    default String decode(int[] tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(tokens.length * 4);
        for (int token : tokens) {
            out.writeBytes(bytes(token));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Whether an id stands for no text: a control token or an unassigned id. */
    default boolean isSpecial(int token) {
        return bytes(token).length == 0;
    }

    /** The special token that ends a text. */
    int endToken();
}
