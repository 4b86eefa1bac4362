package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding: a piece of text begins as single characters or bytes, and of all neighbours that may become one token,
 * those of the lowest rank do, the leftmost first, until none are left.
 *
 * <p>Method: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units" (ACL 2016); over bytes as in
 * GPT-2, with byte fallback as in SentencePiece. The bytes of the tokens are always those of the text: nothing is normalised,
 * and nothing is put before it.
 */
final class BytePairEncoder {
    private static final int NONE = -1;

    private final String origin;
    private final int[] byteTokens;
    private final Map<Integer, Integer> characterTokens;
    private final TokenPairs pairs;
    private final PreTokenizer preTokenizer;
    private final Map<String, Integer> wholeTokens;
    private final Map<String, Integer> addedTokens;
    private final @Nullable Pattern added;

    /**
     * @param byteTokens the token of each byte, or -1
     * @param characterTokens tokens of single characters, by code point, where pieces begin as characters; empty where they
     *     begin as bytes
     * @param wholeTokens pieces that are a token before anything is merged
     * @param addedTokens texts that are a token wherever they stand, before anything is split; the longest first
     */
    BytePairEncoder(
            String origin,
            int[] byteTokens,
            Map<Integer, Integer> characterTokens,
            TokenPairs pairs,
            PreTokenizer preTokenizer,
            Map<String, Integer> wholeTokens,
            Map<String, Integer> addedTokens) {
        this.origin = origin;
        this.byteTokens = byteTokens;
        this.characterTokens = characterTokens;
        this.pairs = pairs;
        this.preTokenizer = preTokenizer;
        this.wholeTokens = wholeTokens;
        this.addedTokens = addedTokens;
        this.added = addedTokens.isEmpty() ? null : alternatives(addedTokens);
    }

    private static Pattern alternatives(Map<String, Integer> texts) {
        return Pattern.compile(String.join(
                "|",
                texts.keySet().stream()
                        .sorted(Comparator.comparing(String::length)
                                .reversed()
                                .thenComparing(Comparator.naturalOrder()))
                        .map(Pattern::quote)
                        .toList()));
    }

    /** @throws InputException if the text has a byte that the vocabulary cannot write */
    int[] encode(String text) {
        Tokens tokens = new Tokens(text.getBytes(StandardCharsets.UTF_8).length);
        if (added == null) {
            between(text, tokens);
            return tokens.toArray();
        }
        int at = 0;
        for (Matcher matcher = added.matcher(text); matcher.find(); at = matcher.end()) {
            between(text.substring(at, matcher.start()), tokens);
            tokens.add(addedTokens.getOrDefault(matcher.group(), NONE));
        }
        between(text.substring(at), tokens);
        return tokens.toArray();
    }

    private void between(String text, Tokens into) {
        for (String piece : preTokenizer.split(text)) {
            Integer whole = wholeTokens.get(piece);
            if (whole != null) {
                into.add(whole);
            } else {
                merge(symbols(piece), into);
            }
        }
    }

    private int[] symbols(String piece) {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        Tokens symbols = new Tokens(bytes.length);
        if (characterTokens.isEmpty()) {
            spell(bytes, symbols);
        } else {
            piece.codePoints().forEach(c -> {
                Integer token = characterTokens.get(c);
                if (token != null) {
                    symbols.add(token);
                } else {
                    spell(Character.toString(c).getBytes(StandardCharsets.UTF_8), symbols);
                }
            });
        }
        return symbols.toArray();
    }

    private void spell(byte[] bytes, Tokens into) {
        for (byte b : bytes) {
            int token = byteTokens[b & 0xFF];
            if (token < 0) {
                throw InputException.at(
                        "vocabulary " + origin,
                        String.format("no token writes byte 0x%02X of the text", b & 0xFF),
                        "use a vocabulary with a token for every byte");
            }
            into.add(token);
        }
    }

    /** Merges in O(n log n): a queue of the pairs by rank and place, in which pairs that are no more are skipped. */
    private void merge(int[] symbols, Tokens into) {
        int size = symbols.length;
        int[] before = new int[size];
        int[] after = new int[size];
        PriorityQueue<Long> queue = new PriorityQueue<>();
        for (int i = 0; i < size; i++) {
            before[i] = i - 1;
            after[i] = i + 1 < size ? i + 1 : NONE;
            offer(queue, symbols, i, after[i]);
        }
        for (Long next = queue.poll(); next != null; next = queue.poll()) {
            int left = next.intValue();
            int right = after[left];
            if (symbols[left] < 0 || right == NONE) {
                continue;
            }
            long merge = pairs.merge(symbols[left], symbols[right]);
            if (merge >>> 32 != next >>> 32) {
                continue;
            }
            symbols[left] = (int) merge;
            symbols[right] = NONE;
            after[left] = after[right];
            if (after[left] != NONE) {
                before[after[left]] = left;
            }
            if (before[left] != NONE) {
                offer(queue, symbols, before[left], left);
            }
            offer(queue, symbols, left, after[left]);
        }
        for (int symbol : symbols) {
            if (symbol >= 0) {
                into.add(symbol);
            }
        }
    }

    private void offer(PriorityQueue<Long> queue, int[] symbols, int left, int right) {
        if (right != NONE) {
            long merge = pairs.merge(symbols[left], symbols[right]);
            if (merge != TokenPairs.NONE) {
                queue.add(merge >>> 32 << 32 | left);
            }
        }
    }

    /** What the encoding depends on beside the tokens. */
    void digestInto(MessageDigest digest) {
        String rules = preTokenizer + " " + wholeTokens.size() + " " + new TreeMap<>(addedTokens);
        digest.update(rules.getBytes(StandardCharsets.UTF_8));
        pairs.digestInto(digest);
    }

    /** A text of n bytes has at most n tokens, none of which is empty. */
    private static final class Tokens {
        private final int[] tokens;
        private int count;

        Tokens(int most) {
            this.tokens = new int[most];
        }

        void add(int token) {
            tokens[count++] = token;
        }

        int[] toArray() {
            return Arrays.copyOf(tokens, count);
        }
    }
}
