package io.kernelweave.model;

import io.kernelweave.decode.TokenVocabulary;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The tokens of a prompt with the bytes where they begin, as an answer may write them: also without the space or mark that a
 * tokenizer joins to the word after it, as answers have words in other company. No token here goes over a line's end.
 */
final class CopySource {
    private static final int NONE = -1;
    private static final int NUMBER = -2;

    final int[] bytes;
    final int[] tokens;
    /** For each token, its first byte. */
    final int[] offsets;
    /** For each token, whether a word or number begins with it. */
    final boolean[] wordStarts;
    /** For each token, the token of the prompt before it; {@link #NUMBER} for any of digits, {@link #NONE} at the start. */
    final int[] before;
    /** For each token, the one before that, in the same way. */
    final int[] twoBefore;
    /** For each token, how many bytes back the last word before it begins. */
    final int[] reach;

    private final int[] words;
    private final long[] pairs;

    /** Makes copy sources over one vocabulary, and remembers how tokens are written without their first character. */
    static final class Factory {
        private static final int[] NOTHING = {};

        private final TokenVocabulary vocabulary;
        private final AtomicReferenceArray<int[]> bare;

        Factory(TokenVocabulary vocabulary) {
            this.vocabulary = vocabulary;
            this.bare = new AtomicReferenceArray<>(vocabulary.size());
        }

        CopySource of(int[] prompt) {
            return new CopySource(prompt, this);
        }

        /** The tokens of a token's text without its first character, if that is a mark and a word follows; else none. */
        private int[] bare(int token) {
            int[] known = bare.get(token);
            if (known == null) {
                byte[] text = vocabulary.bytes(token);
                known = text.length > 1 && text[0] >= 0 && !isWord(text[0]) && isWord(text[1])
                        ? vocabulary.encode(vocabulary.decode(new int[] {token}).substring(1))
                        : NOTHING;
                bare.set(token, known);
            }
            return known;
        }
    }

    private CopySource(int[] prompt, Factory factory) {
        TokenVocabulary vocabulary = factory.vocabulary;
        IntArray allBytes = new IntArray();
        IntArray allTokens = new IntArray();
        IntArray allOffsets = new IntArray();
        IntArray starts = new IntArray();
        IntArray previous = new IntArray();
        IntArray previousButOne = new IntArray();
        int last = NONE;
        int lastButOne = NONE;
        for (int token : prompt) {
            byte[] text = vocabulary.bytes(token);
            int offset = allBytes.size();
            boolean begins = offset == 0 || !isWord((byte) allBytes.get(offset - 1));
            boolean withinLine = true;
            boolean number = true;
            for (byte b : text) {
                allBytes.add(b & 0xFF);
                withinLine &= b < 0 || b >= ' ';
                number &= b >= '0' && b <= '9';
            }
            if (withinLine) {
                allTokens.add(token);
                allOffsets.add(offset);
                starts.add(begins && isWord(text[0]) ? 1 : 0);
                previous.add(last);
                previousButOne.add(lastButOne);
            }
            int at = offset + 1;
            for (int piece : factory.bare(token)) {
                allTokens.add(piece);
                allOffsets.add(at);
                starts.add(at == offset + 1 ? 1 : 0);
                previous.add(last);
                previousButOne.add(lastButOne);
                at += vocabulary.bytes(piece).length;
            }
            lastButOne = last;
            last = number ? NUMBER : token;
        }
        this.bytes = allBytes.toArray();
        this.tokens = allTokens.toArray();
        this.offsets = allOffsets.toArray();
        this.wordStarts = new boolean[tokens.length];
        for (int i = 0; i < wordStarts.length; i++) {
            wordStarts[i] = starts.get(i) == 1;
        }
        this.before = previous.toArray();
        this.twoBefore = previousButOne.toArray();
        this.reach = new int[tokens.length];
        for (int i = 0; i < reach.length; i++) {
            int start = offsets[i] - 1;
            while (start > 0 && !(isWord((byte) bytes[start]) && !isWord((byte) bytes[start - 1]))) {
                start--;
            }
            reach[i] = Math.max(1, offsets[i] - Math.max(0, start));
        }
        this.pairs = new long[2 * tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            int end = offsets[i] + vocabulary.bytes(tokens[i]).length;
            int found = 0;
            // What begins where this token ends is among the next few: the pieces of this token and the token after it.
            for (int j = i + 1; j < tokens.length && offsets[j] <= end && found < 2; j++) {
                if (offsets[j] == end) {
                    pairs[2 * i + found++] = pair(tokens[i], tokens[j]);
                }
            }
        }
        Arrays.sort(pairs);
        this.words = Arrays.stream(tokens)
                .filter(token -> hasWord(vocabulary.bytes(token)))
                .sorted()
                .distinct()
                .toArray();
    }

    private static boolean hasWord(byte[] text) {
        for (byte b : text) {
            if (isWord(b)) {
                return true;
            }
        }
        return false;
    }

    /** For each token of an answer, whether it may be copied from here, see {@link #copies(int, int)}. */
    boolean[] copies(int[] answer) {
        boolean[] copies = new boolean[answer.length];
        for (int i = 0; i < answer.length; i++) {
            copies[i] = copies(i == 0 ? NONE : answer[i - 1], answer[i]);
        }
        return copies;
    }

    /** Whether a token is of a word that stands here, or stands here after {@code last}. */
    boolean copies(int last, int token) {
        return Arrays.binarySearch(words, token) >= 0 || Arrays.binarySearch(pairs, pair(last, token)) >= 0;
    }

    private static long pair(int one, int other) {
        return (long) one << 32 | other;
    }

    /** Whether a byte belongs to a word or number; all of UTF-8 beyond ASCII counts. */
    static boolean isWord(byte b) {
        return b < 0 || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_';
    }
}
