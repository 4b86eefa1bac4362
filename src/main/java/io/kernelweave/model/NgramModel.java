package io.kernelweave.model;

import io.kernelweave.decode.BaseScores;
import io.kernelweave.decode.SparseLogitSource;
import io.kernelweave.decode.TokenScores;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A statistical language model of answers, trained at run time on examples and conditioned on the prompt. It knows frequent
 * forms and copies; it does not reason.
 *
 * <p>An answer's next token has the probability {@code (1-c)((1-r) K + r R) + c C}:
 *
 * <ul>
 *   <li><b>K</b>, interpolated Kneser-Ney n-grams with one absolute discount over all training answers. The text is laid out
 *       as prompt, a separator, answer, end token, and only the answer and its end are predicted; the separator is one symbol
 *       of its own, so that at the start of an answer the context holds the last tokens of the prompt.
 *   <li><b>R</b>, retrieval: the answers of the training examples whose prompts are most like this one, continued after
 *       their longest matches with what was generated. It brings in the task and its form. {@code r} is the setting {@code
 *       retrievalWeight}, less where matches are short.
 *   <li><b>C</b>, copying from the prompt: what stands after the longest matches with what was generated, and the first
 *       tokens of words. {@code c} is the setting {@code copyWeight} times how often, in training, the token after such a
 *       context was copied: keys of an object hardly, values often. Where copies begin and end is learned too, see {@link
 *       CopyHabits}; what was copied before is less likely to be again.
 * </ul>
 *
 * <p>Sources: Kneser and Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995; Chen and Goodman, "An empirical
 * study of smoothing techniques for language modeling", 1999; Grave, Joulin and Usunier, "Improving neural language models
 * with a continuous cache", ICLR 2017; Khandelwal et al., "Generalization through memorization: nearest neighbor language
 * models", ICLR 2020; Liu et al., "Infini-gram", COLM 2024.
 *
 * <p>Logits are logarithms of probabilities up to a constant. The unigram values of the vocabulary are copied and only the
 * tokens that followed, were retrieved or can be copied are written anew: a step takes tens of microseconds. Immutable and
 * safe for use by many threads. Nothing is drawn, so the seed of a session has no effect.
 */
public final class NgramModel implements LanguageModel {
    /** A prompt and the answer that it should have. */
    public record Example(String prompt, String answer) {}

    /**
     * What the model is made of; part of its identity.
     *
     * @param order tokens of an n-gram, the predicted one included, 2 to 12
     * @param discount taken off each count, above 0 and below 1
     * @param copyWeight the most that copying from the prompt may weigh, 0 to below 1
     * @param retrievalWeight the most that retrieved answers may weigh, 0 to below 1
     * @param neighbours how many training examples are retrieved
     */
    public record Settings(int order, double discount, double copyWeight, double retrievalWeight, int neighbours) {
        public Settings {
            check(order >= 2 && order <= 12, "order", order, "2 to 12");
            check(discount > 0 && discount < 1, "discount", discount, "above 0 and below 1");
            check(copyWeight >= 0 && copyWeight < 1, "copy_weight", copyWeight, "from 0 to below 1");
            check(
                    retrievalWeight >= 0 && retrievalWeight < 1,
                    "retrieval_weight",
                    retrievalWeight,
                    "from 0 to below 1");
            check(neighbours >= 0 && neighbours <= 1000, "neighbours", neighbours, "0 to 1000");
        }

        private static void check(boolean holds, String name, double value, String range) {
            if (!holds) {
                throw InputException.at("n-gram setting " + name, "is " + value, "give " + range);
            }
        }

        /** Order 6, discount 0.75, copying up to 0.9, retrieval up to 0.8 of 8 neighbours. */
        public static Settings standard() {
            return new Settings(6, 0.75, 0.9, 0.8, 8);
        }
    }

    private final Settings settings;
    private final TokenVocabulary vocabulary;
    private final NgramTables tables;
    private final BaseScores base;
    private final ExampleIndex index;
    private final int[][] answers;
    /** For each token of an answer, whether it may have been copied from the prompt. */
    private final boolean[][] copied;

    private final CopyHabits habits;
    private final CopySource.Factory copySources;
    private final String identity;

    private NgramModel(List<Example> examples, Settings settings, TokenVocabulary vocabulary) {
        this.settings = settings;
        this.vocabulary = vocabulary;
        this.copySources = new CopySource.Factory(vocabulary);
        int[][] prompts = examples.parallelStream()
                .map(example -> vocabulary.encode(example.prompt()))
                .toArray(int[][]::new);
        this.answers = examples.parallelStream()
                .map(example -> vocabulary.encode(example.answer()))
                .toArray(int[][]::new);
        this.habits = new CopyHabits();
        this.copied = new boolean[answers.length][];
        IntArray corpus = new IntArray();
        IntArray places = new IntArray();
        int length = settings.order() - 1;
        for (int i = 0; i < answers.length; i++) {
            int[] context = context(prompts[i]);
            corpus.addAll(context);
            CopySource source = copySources.of(prompts[i]);
            habits.learn(source, context, answers[i]);
            copied[i] = source.copies(answers[i]);
            for (int j = 0; j <= answers[i].length; j++) {
                places.add(corpus.size());
                corpus.add(j < answers[i].length ? answers[i][j] : vocabulary.endToken());
            }
        }
        boolean[] copies = new boolean[places.size()];
        int place = 0;
        for (boolean[] answer : copied) {
            System.arraycopy(answer, 0, copies, place, answer.length);
            place += answer.length + 1; // the end token is never copied
        }
        boolean[] possible = new boolean[vocabulary.size()];
        for (int token = 0; token < possible.length; token++) {
            possible[token] = !vocabulary.isSpecial(token) || token == vocabulary.endToken();
        }
        this.tables = new NgramTables(
                corpus.toArray(), places.toArray(), copies, length, symbols(), settings.discount(), possible);
        this.base = new BaseScores(tables.unigrams());
        this.index = new ExampleIndex(prompts, symbols());
        this.identity = "ngram:" + digest(examples, settings, vocabulary);
    }

    /**
     * Trains a model; about a second for a million tokens. Prompts and answers are kept as tokens.
     *
     * @throws InputException if there are no examples
     */
    public static NgramModel train(List<Example> examples, Settings settings, TokenVocabulary vocabulary) {
        if (examples.isEmpty()) {
            throw InputException.at("training examples", "there are none", "give at least one");
        }
        return new NgramModel(List.copyOf(examples), settings, vocabulary);
    }

    private static String digest(List<Example> examples, Settings settings, TokenVocabulary vocabulary) {
        MessageDigest training = Digest.sha256();
        for (Example example : examples) {
            for (String text : List.of(example.prompt(), example.answer())) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                training.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                training.update(bytes);
            }
        }
        return Digest.of(Json.object()
                .put("version", 1)
                .put("vocabulary", vocabulary.name())
                .put("training", HexFormat.of().formatHex(training.digest()))
                .set("settings", Json.tree(settings)));
    }

    /** The separator between prompt and answer: a symbol that is no token. */
    private int separator() {
        return vocabulary.size();
    }

    /** Stands before a prompt that is shorter than a context. */
    private int padding() {
        return vocabulary.size() + 1;
    }

    private int symbols() {
        return vocabulary.size() + 2;
    }

    /** What an n-gram sees before the first token of an answer. */
    private int[] context(int[] prompt) {
        int[] context = new int[settings.order() - 1];
        Arrays.fill(context, padding());
        int taken = Math.min(prompt.length, context.length - 1);
        System.arraycopy(prompt, prompt.length - taken, context, context.length - 1 - taken, taken);
        context[context.length - 1] = separator();
        return context;
    }

    /** Never: it only goes on from what it reads. */
    @Override
    public boolean followsInstructions() {
        return false;
    }

    @Override
    public String identity() {
        return identity;
    }

    NgramTables tables() {
        return tables;
    }

    @Override
    public Session open(String prompt, long seed) {
        return new NgramSession(vocabulary.encode(prompt));
    }

    private final class NgramSession implements Session, SparseLogitSource {
        private static final int LONGEST = 8;
        /** What a word that was never copied in a slot weighs, beside the count of those that were. */
        private static final double UNSEEN_START = 0.1;
        /** What is left of the weight of a place that was copied already. */
        private static final double TAKEN = 0.2;

        private final NgramTables.Context context = tables.new Context();
        private final IntArray history = new IntArray();
        private final CopySource source;
        private final SuffixMatcher inPrompt;
        private final int[] retrieved;
        private final boolean[] retrievedCopies;
        private final double[] similarity;
        private final double[] weights;
        private final SuffixMatcher inRetrieved;
        private final TokenScores copy = new TokenScores();
        private final TokenScores retrieval = new TokenScores();
        private final TokenScores extra = new TokenScores();
        private final double[] copyWeights;
        private final boolean[] taken;
        private boolean inWord;
        private double goingShare;
        private int longest;
        private double copyShare;

        NgramSession(int[] prompt) {
            history.addAll(context(prompt));
            this.source = copySources.of(prompt);
            this.inPrompt = new SuffixMatcher(source.bytes);
            this.copyWeights = new double[source.tokens.length];
            this.taken = new boolean[source.tokens.length];
            ExampleIndex.Neighbour[] nearest = index.nearest(prompt, settings.neighbours());
            int size = 0;
            for (ExampleIndex.Neighbour neighbour : nearest) {
                size += answers[neighbour.example()].length + 2;
            }
            this.retrieved = new int[size];
            this.retrievedCopies = new boolean[size];
            this.similarity = new double[size];
            this.weights = new double[size];
            int at = 0;
            for (ExampleIndex.Neighbour neighbour : nearest) {
                int[] answer = answers[neighbour.example()];
                int end = at + answer.length + 1;
                retrieved[at] = separator();
                retrieved[end] = vocabulary.endToken();
                System.arraycopy(answer, 0, retrieved, at + 1, answer.length);
                System.arraycopy(copied[neighbour.example()], 0, retrievedCopies, at + 1, answer.length);
                Arrays.fill(similarity, at, end + 1, neighbour.similarity());
                at = end + 1;
            }
            this.inRetrieved = new SuffixMatcher(retrieved, retrievedCopies);
            inRetrieved.accept(separator(), false);
        }

        @Override
        public BaseScores base() {
            return base;
        }

        @Override
        public void changes(TokenScores into) {
            into.clear();
            context.patch(history.values(), history.size(), into);
            retrieve();
            copy();
            double r = settings.retrievalWeight() * (1 - 1.0 / (1L << 2 * Math.min(longest, LONGEST)));
            double c = settings.copyWeight() * goingShare * ((1 - r) * context.copyRate() + r * copyShare);
            extra.clear();
            addTo(extra, retrieval, (1 - c) * r);
            addTo(extra, copy, c);
            // The others keep their values, so what is added is divided by what they would have been multiplied with.
            double scale = 1 / ((1 - c) * (1 - r) * StrictMath.exp(context.logBackoff()));
            for (int i = 0; i < extra.size(); i++) {
                int token = extra.token(i);
                double own = StrictMath.exp(into.get(token, base.score(token)));
                into.put(token, StrictMath.log(own + scale * extra.score(i)));
            }
        }

        /**
         * Weighs what follows the matches in the retrieved answers, and how much of that is copied there: as far as the others
         * do not have the same, for what they all have belongs to the form.
         */
        private void retrieve() {
            retrieval.clear();
            longest = 0;
            double all = 0;
            for (int i = 0; i < retrieved.length; i++) {
                weights[i] = 0;
                int length = inRetrieved.length(i);
                if (length > 0 && retrieved[i] != separator()) {
                    weights[i] = similarity[i] * quadrupled(Math.min(length, LONGEST));
                    longest = Math.max(longest, length);
                    retrieval.add(retrieved[i], weights[i]);
                    all += weights[i];
                }
            }
            copyShare = 0;
            for (int i = 0; i < retrieved.length; i++) {
                if (retrievedCopies[i] && weights[i] > 0) {
                    double others = all - weights[i];
                    double alike = retrieval.get(retrieved[i], 0) - weights[i];
                    copyShare += weights[i] / all * (others <= 0 ? 1 : Math.max(0, 1 - alike / others));
                }
            }
        }

        /**
         * Weighs what can be copied from the prompt: where a match goes on, most of all one since a word's beginning, and the
         * first words of copies. Where training says that copies stop, and at a line's end, the weight goes to what is not
         * copied. What was copied before weighs less.
         */
        private void copy() {
            copy.clear();
            double all = 0;
            double going = 0;
            long slot = CopyHabits.slot(history.values(), history.size());
            for (int i = 0; i < source.tokens.length; i++) {
                int token = source.tokens[i];
                int length = inPrompt.length(source.offsets[i]);
                double matched = length >= source.reach[i]
                        ? quadrupled(Math.min(length, LONGEST))
                        : length > 2 ? quadrupled(Math.min(length, LONGEST) - 2) : 0;
                double start = source.wordStarts[i] ? habits.weight(slot, source, i) + (inWord ? 0 : UNSEEN_START) : 0;
                double weight = 0;
                if (token != CopySource.LINE_END && matched + start > 0) {
                    weight = (matched > 0 ? matched * habits.goesOn(token) : 0) + start;
                    weight *= taken[i] ? TAKEN : 1;
                    copy.add(token, weight);
                }
                copyWeights[i] = weight;
                going += weight;
                all += matched + start;
            }
            goingShare = all == 0 ? 0 : going / all;
        }

        /** Marks the place that a token was most likely copied from. */
        private void take(int token) {
            int best = -1;
            for (int i = 0; i < copyWeights.length; i++) {
                if (source.tokens[i] == token && copyWeights[i] > (best < 0 ? 0 : copyWeights[best])) {
                    best = i;
                }
            }
            if (best >= 0) {
                taken[best] = true;
            }
            Arrays.fill(copyWeights, 0);
        }

        private static double quadrupled(int times) {
            return 1L << 2 * times;
        }

        private static void addTo(TokenScores all, TokenScores some, double share) {
            double total = 0;
            for (int i = 0; i < some.size(); i++) {
                total += some.score(i);
            }
            for (int i = 0; i < some.size(); i++) {
                all.add(some.token(i), share * some.score(i) / total);
            }
        }

        @Override
        public void accept(int token) {
            take(token);
            inRetrieved.accept(token, source.copies(history.get(history.size() - 1), token));
            history.add(token);
            for (byte b : vocabulary.bytes(token)) {
                inPrompt.accept(b & 0xFF, false);
                inWord = CopySource.isWord(b);
            }
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
