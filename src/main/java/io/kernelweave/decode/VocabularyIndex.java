package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.stream.IntStream;

/**
 * What masks need to know of a vocabulary, made once for each and shared: the trie of all tokens, and apart from it the
 * tokens that are plain content of any JSON string, by how many characters they have. In a string without a pattern those
 * are allowed as far as the length goes, so only the trie of the others has to be walked.
 */
final class VocabularyIndex {
    /** Any string; with a limit, the state counts the characters. */
    private static final Text ANY = new Text(new Counted(0, Integer.MAX_VALUE - 1), "");

    private static final long MASK_BYTES = 64L << 20;

    private static final Map<TokenVocabulary, VocabularyIndex> SHARED =
            Collections.synchronizedMap(new WeakHashMap<>());

    final int size;
    final TokenTrie all;
    /** The tokens that hold a quote, a backslash, a control byte, or part of a character. */
    final TokenTrie special;
    /** {@code plain[n]}: the plain tokens of at most n characters. */
    final AllowedTokens[] plain;
    /** The most characters of a string that one of the special tokens writes. */
    final int reach;
    /** All tokens that are not special. */
    final AllowedTokens ordinary;
    /** Of strings with a pattern, the tokens that stay inside, by string and place. */
    final BoundedCache<AllowedTokens> inside = new BoundedCache<>(MASK_BYTES, AllowedTokens::weight);
    /** The masks of all constraints over the vocabulary. */
    final BoundedCache<AllowedTokens> masks = new BoundedCache<>(MASK_BYTES, AllowedTokens::weight);

    /** @throws InputException if some byte has no token of its own, so that not every text could be written */
    static VocabularyIndex of(TokenVocabulary vocabulary) {
        return SHARED.computeIfAbsent(vocabulary, VocabularyIndex::new);
    }

    private VocabularyIndex(TokenVocabulary vocabulary) {
        this.size = vocabulary.size();
        int[] lengths = new int[size];
        boolean[] single = new boolean[256];
        int longest = 0;
        for (int token = 0; token < size; token++) {
            byte[] bytes = vocabulary.bytes(token);
            boolean usable = bytes.length > 0 && !vocabulary.isSpecial(token);
            lengths[token] = usable ? plainLength(bytes) : -1;
            longest = Math.max(longest, lengths[token]);
            if (usable && bytes.length == 1) {
                single[bytes[0] & 0xFF] = true;
            }
        }
        for (int b = 0; b < 256; b++) {
            if (!single[b]) {
                throw InputException.at(
                        "vocabulary " + vocabulary.name(),
                        "byte " + b + " has no token of its own",
                        "use a byte-level vocabulary");
            }
        }
        this.all = new TokenTrie(
                vocabulary,
                IntStream.range(0, size).filter(token -> lengths[token] >= 0).toArray());
        this.special = new TokenTrie(
                vocabulary,
                IntStream.range(0, size).filter(token -> lengths[token] == 0).toArray());
        TokenMask usual = new TokenMask(size);
        for (int token = 0; token < size; token++) {
            if (!vocabulary.isSpecial(token)) {
                usual.set(token);
            }
        }
        this.ordinary = AllowedTokens.of(usual);
        int furthest = 0;
        for (int token : special.tokens) {
            furthest = Math.max(furthest, written(vocabulary.bytes(token)));
        }
        this.reach = furthest;
        this.plain = new AllowedTokens[longest + 1];
        TokenMask mask = new TokenMask(size);
        int[][] byLength = new int[longest + 1][];
        int[] counts = new int[longest + 1];
        for (int length : lengths) {
            if (length > 0) {
                counts[length]++;
            }
        }
        Arrays.setAll(byLength, length -> new int[counts[length]]);
        for (int token = size - 1; token >= 0; token--) {
            if (lengths[token] > 0) {
                byLength[lengths[token]][--counts[lengths[token]]] = token;
            }
        }
        for (int length = 0; length <= longest; length++) {
            for (int token : byLength[length]) {
                mask.set(token);
            }
            plain[length] = AllowedTokens.of(mask);
        }
    }

    /** How many characters a token writes, the last perhaps in part, up to a closing quote; 0 if no string has them. */
    private static int written(byte[] bytes) {
        long at = ANY.next(ANY.begin(), '"');
        int count = 0;
        for (byte b : bytes) {
            at = ANY.next(at, b & 0xFF);
            if (at < 0) {
                return at == Text.CLOSED ? count : 0;
            }
            int whole = ANY.betweenCharacters(at);
            count = whole >= 0 ? whole : count;
        }
        return ANY.betweenCharacters(at) < 0 ? count + 1 : count;
    }

    /** How many characters plain content has; 0 if the bytes are not that. */
    private static int plainLength(byte[] bytes) {
        long at = ANY.next(ANY.begin(), '"');
        for (byte b : bytes) {
            if (b == '\\') {
                return 0;
            }
            at = ANY.next(at, b & 0xFF);
            if (at < 0) {
                return 0;
            }
        }
        return Math.max(0, ANY.betweenCharacters(at));
    }
}
