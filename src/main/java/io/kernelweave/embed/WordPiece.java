package io.kernelweave.embed;

import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The tokenizer of uncased BERT models (Devlin et al. 2019, after Wu et al. 2016): text is cleaned, lower-cased, stripped
 * of accents, split at white space, punctuation and ideographs, and each word into the longest pieces that the vocabulary
 * knows.
 *
 * <p>It is written out here because the native tokenizer that comes with the models looks up the machine's cloud metadata
 * over the network whenever it is opened, and unpacks a library into the home folder.
 */
final class WordPiece {
    private static final int LONGEST_WORD = 100;

    private final Map<String, Integer> vocabulary;
    private final Map<Integer, String> pieceOf = new HashMap<>();
    private final int unknown;
    private final int start;
    private final int end;

    /** Reads a Hugging Face {@code tokenizer.json}. */
    WordPiece(String tokenizerJson, String origin) {
        JsonNode words = Json.parse(tokenizerJson, origin).path("model").path("vocab");
        vocabulary = new HashMap<>(2 * words.size());
        words.forEachEntry((piece, id) -> vocabulary.put(piece, id.intValue()));
        vocabulary.forEach((piece, id) -> pieceOf.put(id, piece));
        unknown = id("[UNK]", origin);
        start = id("[CLS]", origin);
        end = id("[SEP]", origin);
    }

    /** The vocabulary of the uncased BERT models, which the encoders here share. */
    static WordPiece standard() {
        String name = "all-minilm-l6-v2-q-tokenizer.json";
        return new WordPiece(new String(SentenceEncoder.resource("/" + name), StandardCharsets.UTF_8), name);
    }

    /** The text of a piece, without the mark that it goes on with a word. */
    String piece(int id) {
        String piece = pieceOf.getOrDefault(id, "");
        return piece.startsWith("##") ? piece.substring(2) : piece;
    }

    private int id(String special, String origin) {
        Integer id = vocabulary.get(special);
        if (id == null) {
            throw new IllegalStateException(origin + " has no " + special);
        }
        return id;
    }

    /** The pieces between the start and the end mark, cut so that there are at most {@code limit} in all. */
    long[] encode(String text, int limit) {
        long[] ids = new long[limit];
        ids[0] = start;
        int count = 1;
        String clean = clean(text);
        for (int from = 0; from < clean.length() && count < limit - 1; ) {
            int to = wordEnd(clean, from);
            count = pieces(clean.substring(from, to), ids, count, limit - 1);
            from = to;
            while (from < clean.length() && clean.charAt(from) == ' ') {
                from++;
            }
        }
        ids[count++] = end;
        return Arrays.copyOf(ids, count);
    }

    private int pieces(String word, long[] ids, int count, int limit) {
        if (word.codePointCount(0, word.length()) > LONGEST_WORD) {
            ids[count] = unknown;
            return count + 1;
        }
        int first = count;
        for (int from = 0; from < word.length(); ) {
            Integer piece = null;
            int to = word.length();
            for (; to > from; to--) {
                piece = vocabulary.get(from == 0 ? word.substring(0, to) : "##" + word.substring(from, to));
                if (piece != null) {
                    break;
                }
            }
            if (piece == null) { // one unknown piece makes the whole word unknown
                ids[first] = unknown;
                return first + 1;
            }
            if (count < limit) {
                ids[count++] = piece;
            }
            from = to;
        }
        return count;
    }

    private static int wordEnd(String text, int from) {
        int to = from;
        while (to < text.length() && text.charAt(to) != ' ') {
            int c = text.codePointAt(to);
            if (isPunctuation(c) || isIdeograph(c)) {
                return to == from ? to + Character.charCount(c) : to;
            }
            to += Character.charCount(c);
        }
        return to;
    }

    private static String clean(String text) {
        StringBuilder spaced = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.getType(c) == Character.SPACE_SEPARATOR) {
                spaced.append(' ');
            } else if (c != 0 && c != 0xFFFD && !isOther(c)) {
                spaced.appendCodePoint(c);
            }
        });
        String decomposed = Normalizer.normalize(spaced.toString().strip(), Normalizer.Form.NFD);
        StringBuilder plain = new StringBuilder(decomposed.length());
        decomposed
                .codePoints()
                .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                .map(Character::toLowerCase) // letter by letter: no final sigma, as the models were trained
                .forEach(plain::appendCodePoint);
        return plain.toString();
    }

    private static boolean isOther(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static boolean isPunctuation(int c) {
        if (c < 128) {
            return c > 32 && c < 127 && !Character.isLetterOrDigit(c);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    private static boolean isIdeograph(int c) {
        return c >= 0x4E00 && c <= 0x9FFF
                || c >= 0x3400 && c <= 0x4DBF
                || c >= 0x20000 && c <= 0x2CEAF
                || c >= 0xF900 && c <= 0xFAFF
                || c >= 0x2F800 && c <= 0x2FA1F;
    }
}
