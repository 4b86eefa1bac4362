package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes texts: under a constraint, freely, or by forcing a given text.
 *
 * <p>Under a constraint the text always becomes a complete document. Tokens that follow without a choice are written without
 * asking the model; before any token is taken, the decoder checks that the shortest completion after it still fits into the
 * budget, and if not, writes the shortest completion from where it is. Only a budget below the shortest document of all is
 * exceeded; {@link Decoded#tokens} shows it.
 *
 * <p>Deterministic: the same model, constraint and settings give the same text on every JDK.
 */
public final class Decoder {
    private Decoder() {}

    /** Samples a document of the constraint. Where it may end and may go on, the vocabulary's end token ends it. */
    public static Decoded constrained(LogitSource source, Constraint constraint, DecodeSettings settings) {
        return constrained(source, constraint, settings, "");
    }

    /**
     * The same, going on from a text that is given; its tokens count as forced.
     *
     * @throws IllegalArgumentException if no document of the constraint begins with {@code prefix}
     */
    public static Decoded constrained(
            LogitSource source, Constraint constraint, DecodeSettings settings, String prefix) {
        return new Run(source, constraint.vocabulary(), settings).constrained(constraint.matcher(), prefix);
    }

    /** Samples a text from all ordinary tokens, up to {@code endToken} or the budget. */
    public static Decoded free(LogitSource source, TokenVocabulary vocabulary, DecodeSettings settings, int endToken) {
        if (endToken < 0 || endToken >= vocabulary.size()) {
            throw InputException.at("end token", "is " + endToken, "give an id below " + vocabulary.size());
        }
        return new Run(source, vocabulary, settings).free(endToken);
    }

    /** Decodes a given text in its canonical tokens, each against the mask before it. */
    public static Forced force(Constraint constraint, String text) {
        TokenVocabulary vocabulary = constraint.vocabulary();
        TokenMatcher matcher = constraint.matcher();
        TokenMask mask = new TokenMask(vocabulary.size());
        int[] tokens = vocabulary.encode(text);
        int forced = 0;
        long masked = 0;
        int at = 0;
        int atByte = 0;
        while (at < tokens.length) {
            int[] next = matcher.forcedTokens();
            if (next.length == 0 || !begins(tokens, at, next)) {
                matcher.fillMask(mask);
                if (!mask.get(tokens[at])) {
                    break;
                }
                masked += vocabulary.size() - mask.cardinality();
                next = new int[] {tokens[at]};
            } else {
                forced += next.length;
                masked += (long) next.length * (vocabulary.size() - 1);
            }
            for (int token : next) {
                matcher.accept(token);
                atByte += vocabulary.bytes(token).length;
            }
            at += next.length;
        }
        if (at == tokens.length && matcher.isComplete()) {
            return new Forced(true, at, forced, masked, -1, "");
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        while (atByte < bytes.length && matcher.accept(new byte[] {bytes[atByte]})) {
            atByte++;
        }
        return new Forced(false, at, forced, masked, atByte, reason(bytes, atByte, matcher.expected()));
    }

    private static boolean begins(int[] tokens, int at, int[] with) {
        return at + with.length <= tokens.length && Arrays.equals(tokens, at, at + with.length, with, 0, with.length);
    }

    private static String reason(byte[] bytes, int at, String expected) {
        String before = at == 0 ? "" : ", after " + excerpt(bytes, Math.max(0, at - 24), at);
        String found = at == bytes.length ? "the text ends" : "found " + excerpt(bytes, at, at + 24);
        return "at byte " + at + before + ": " + found + "; expected " + expected;
    }

    private static String excerpt(byte[] bytes, int from, int to) {
        int end = Math.min(to, bytes.length);
        return new String(bytes, from, end - from, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
    }

    /** One decode: the buffers and what it counts. */
    private static final class Run {
        private final LogitSource source;
        private final TokenVocabulary vocabulary;
        private final DecodeSettings settings;
        private final Sampler sampler;
        private final Scores scores;
        private int[] tokens = new int[64];
        private int count;
        private int forcedTokens;
        private int steeredTokens;
        private long maskedTokens;
        private long modelNanos;

        Run(LogitSource source, TokenVocabulary vocabulary, DecodeSettings settings) {
            this.source = source;
            this.vocabulary = vocabulary;
            this.settings = settings;
            this.sampler = new Sampler(settings, vocabulary.size());
            this.scores = source instanceof SparseLogitSource sparse
                    ? new Sparse(sparse.base(), new TokenScores(), sparse)
                    : new Dense(new float[vocabulary.size()], new TokenMask(vocabulary.size()), source);
        }

        Decoded constrained(TokenMatcher begin, String prefix) {
            TokenMatcher matcher = begin;
            VocabularyIndex index = VocabularyIndex.of(vocabulary);
            long start = System.nanoTime();
            for (int token : vocabulary.encode(prefix)) {
                if (!matcher.accept(token)) {
                    throw new IllegalArgumentException("no document begins with " + prefix);
                }
                take(token);
                forcedTokens++;
                maskedTokens += vocabulary.size() - 1;
            }
            while (true) {
                int[] next = matcher.forcedTokens();
                boolean forced = next.length > 0;
                int allowed = 1;
                if (!forced) {
                    AllowedTokens tokens = matcher.allowed();
                    allowed = tokens.count();
                    if (allowed == 0) {
                        break;
                    }
                    int token = pick(tokens, matcher.isComplete() ? vocabulary.endToken() : Sampler.NONE);
                    if (token == vocabulary.endToken()) {
                        break;
                    }
                    next = new int[] {token};
                }
                TokenMatcher ahead = matcher.fork();
                for (int token : next) {
                    if (!ahead.accept(token)) {
                        throw new IllegalStateException("token " + token + " is in the mask but refused");
                    }
                }
                if (!fits(index, ahead, settings.maxTokens() - count - next.length)) {
                    break;
                }
                matcher = ahead;
                for (int token : next) {
                    take(token);
                }
                forcedTokens += forced ? next.length : 0;
                maskedTokens += (long) next.length * (vocabulary.size() - allowed);
            }
            if (!matcher.isComplete()) {
                int[] plan = index.all.longestTokens(matcher.shortestCompletion());
                for (int token : plan) {
                    take(token);
                }
                steeredTokens = plan.length;
                maskedTokens += (long) plan.length * (vocabulary.size() - 1);
            }
            return decoded(true, System.nanoTime() - start - modelNanos);
        }

        /** Whether the document can still be completed with so many tokens. */
        private static boolean fits(VocabularyIndex index, TokenMatcher matcher, int left) {
            return matcher.shortestCompletionLength() <= left
                    || left >= 0 && index.all.longestTokens(matcher.shortestCompletion()).length <= left;
        }

        Decoded free(int endToken) {
            AllowedTokens ordinary = VocabularyIndex.of(vocabulary).ordinary;
            long start = System.nanoTime();
            boolean ended = false;
            while (!ended && count < settings.maxTokens()) {
                int token = pick(ordinary, endToken);
                ended = token == endToken;
                if (!ended) {
                    take(token);
                }
            }
            return decoded(ended, System.nanoTime() - start - modelNanos);
        }

        /** @param end a token that is allowed too, or {@link Sampler#NONE} */
        private int pick(AllowedTokens allowed, int end) {
            long start = System.nanoTime();
            scores.compute();
            modelNanos += System.nanoTime() - start;
            return scores.pick(sampler, allowed, end);
        }

        private void take(int token) {
            long start = System.nanoTime();
            source.accept(token);
            modelNanos += System.nanoTime() - start;
            if (count == tokens.length) {
                tokens = Arrays.copyOf(tokens, 2 * count);
            }
            tokens[count++] = token;
        }

        private Decoded decoded(boolean complete, long maskNanos) {
            return new Decoded(
                    vocabulary.decode(Arrays.copyOf(tokens, count)),
                    count,
                    forcedTokens,
                    maskedTokens,
                    complete,
                    maskNanos,
                    modelNanos,
                    steeredTokens);
        }
    }

    /** The scores of one step, in the form that the model has. */
    private sealed interface Scores {
        void compute();

        int pick(Sampler sampler, AllowedTokens allowed, int end);
    }

    private record Sparse(BaseScores base, TokenScores changed, SparseLogitSource source) implements Scores {
        @Override
        public void compute() {
            source.changes(changed);
        }

        @Override
        public int pick(Sampler sampler, AllowedTokens allowed, int end) {
            return sampler.pick(base, changed, allowed, end);
        }
    }

    private record Dense(float[] logits, TokenMask mask, LogitSource source) implements Scores {
        @Override
        public void compute() {
            source.logits(logits);
        }

        @Override
        public int pick(Sampler sampler, AllowedTokens allowed, int end) {
            allowed.fill(mask);
            if (end != Sampler.NONE) {
                mask.set(end);
            }
            return sampler.pick(logits, mask);
        }
    }
}
