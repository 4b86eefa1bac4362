package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What the formats of vocabulary files have in common: collects tokens and merges, and makes the vocabulary of them. */
final class VocabularyTable {
    /** More than any published vocabulary has; a larger id in a file is rubbish. */
    static final int MOST_TOKENS = 1 << 20;

    private static final int LONGEST = 1024;
    private static final byte[] NOTHING = {};

    /** Texts that control a model although the file calls them ordinary, and those kept for later. */
    private static final Pattern CONTROL =
            Pattern.compile("<\\|[^|<>\\s]+\\|>|<｜[^<>\\s]+｜>|<unused_?\\d+>|\\[unused_?\\d+]|\\[PAD\\d+]");

    private final String origin;
    private final byte[][] bytes;
    private final int[] byteTokens = new int[256];
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<String, Integer> added = new HashMap<>();
    private final Set<String> specials = new HashSet<>();
    private final TokenPairs pairs = new TokenPairs();

    VocabularyTable(String origin, int size) {
        this.origin = origin;
        this.bytes = new byte[size][];
        Arrays.fill(bytes, NOTHING);
        Arrays.fill(byteTokens, -1);
    }

    static boolean looksSpecial(String text) {
        return CONTROL.matcher(text).matches();
    }

    /** A token that text is merged to; of two with the same bytes, the first that is put is the canonical one. */
    void ordinary(int id, byte[] text) {
        set(id, text);
        ids.putIfAbsent(key(text), id);
    }

    /** The token of a byte that no other token writes. */
    void fallback(int id, int value) {
        set(id, new byte[] {(byte) value});
        if (byteTokens[value] < 0) {
            byteTokens[value] = id;
        }
    }

    /** A token that stands for its text wherever that is, before anything is merged. */
    void added(int id, String text) {
        set(id, text.getBytes(StandardCharsets.UTF_8));
        if (!text.isEmpty()) {
            added.putIfAbsent(text, id);
        }
    }

    private void set(int id, byte[] text) {
        if (text.length > LONGEST) {
            throw InputException.at(
                    origin,
                    "token " + id + " has " + text.length + " bytes",
                    "give a vocabulary whose tokens have at most " + LONGEST);
        }
        bytes[id] = text;
    }

    /** A token that no text gives; merges may name it. */
    void special(byte[] text) {
        specials.add(key(text));
    }

    /**
     * Two tokens that become one; left out where one of them is special.
     *
     * @param where names the rule in a refusal
     */
    void merge(byte[] left, byte[] right, int rank, String where) {
        String both = key(left) + key(right);
        for (String text : List.of(key(left), key(right), both)) {
            if (!ids.containsKey(text)) {
                if (specials.contains(text)) {
                    return;
                }
                String shown = new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
                throw InputException.at(
                        where, "merges to or from \"" + shown + "\", which is no token", "add it to the vocabulary");
            }
        }
        pairs.put(id(key(left)), id(key(right)), rank, id(both));
    }

    private int id(String key) {
        return ids.getOrDefault(key, -1);
    }

    /** All pairs whose bytes together are an ordinary token, ranked by the score of that token, the highest first. */
    void mergeByScores(float[] scores) {
        int[] ranks = ranks(scores);
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            String text = entry.getKey();
            int id = entry.getValue();
            for (int cut = 1; cut < text.length(); cut++) {
                int first = id(text.substring(0, cut));
                int second = first < 0 ? first : id(text.substring(cut));
                if (second >= 0) {
                    pairs.put(first, second, ranks[id], id);
                }
            }
        }
    }

    /** The same rank for the same score. */
    private static int[] ranks(float[] scores) {
        double[] distinct = IntStream.range(0, scores.length)
                .mapToDouble(id -> -scores[id] + 0.0)
                .sorted()
                .distinct()
                .toArray();
        return IntStream.range(0, scores.length)
                .map(id -> Arrays.binarySearch(distinct, -scores[id] + 0.0))
                .toArray();
    }

    /**
     * A vocabulary whose pieces begin as bytes.
     *
     * @param wholeFirst whether a piece that is a token is not merged
     */
    FileVocabulary byteLevel(PreTokenizer splits, boolean wholeFirst, int end, int[] begin, boolean spaceFirst) {
        for (int value = 0; value < 256; value++) {
            byteTokens[value] = ids.getOrDefault(key(new byte[] {(byte) value}), byteTokens[value]);
        }
        Map<String, Integer> whole = new HashMap<>();
        if (wholeFirst) {
            ids.values().stream()
                    .filter(id -> isText(bytes[id]))
                    .forEach(id -> whole.put(new String(bytes[id], StandardCharsets.UTF_8), id));
        }
        return vocabulary("bpe", Map.of(), splits, whole, end, begin, spaceFirst);
    }

    /** A vocabulary whose pieces begin as characters, and as bytes where a character has no token. */
    FileVocabulary byteFallback(int end, int[] begin, boolean spaceFirst) {
        Map<Integer, Integer> characters = new HashMap<>();
        for (int id : ids.values()) {
            String text = new String(bytes[id], StandardCharsets.UTF_8);
            if (text.codePointCount(0, text.length()) == 1) {
                characters.put(text.codePointAt(0), id);
            }
        }
        return vocabulary("spm", characters, PreTokenizer.NONE, Map.of(), end, begin, spaceFirst);
    }

    private FileVocabulary vocabulary(
            String kind,
            Map<Integer, Integer> characters,
            PreTokenizer splits,
            Map<String, Integer> whole,
            int end,
            int[] begin,
            boolean spaceFirst) {
        bytes[end] = NOTHING;
        added.values().removeIf(id -> id == end);
        BytePairEncoder encoder = new BytePairEncoder(origin, byteTokens, characters, pairs, splits, whole, added);
        return new FileVocabulary(kind, bytes, encoder, end, begin, spaceFirst);
    }

    private static boolean isText(byte[] bytes) {
        return Arrays.equals(new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes);
    }

    /** Bytes as a string of as many characters, so that they can be a key. */
    private static String key(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
