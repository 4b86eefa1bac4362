package io.kernelweave.embed;

import io.kernelweave.json.InputException;
import io.kernelweave.route.Embedder;
import io.kernelweave.vector.VectorFile;
import io.kernelweave.vector.VectorFile.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A table of one vector a token, made from a sentence encoder: a text's vector is the sum of its tokens', scaled to length
 * 1. It takes a few microseconds where the encoder takes milliseconds, and tells less: word order is lost. Its vectors lie
 * in the encoder's space, near the encoder's own vectors of the same text.
 *
 * <p>Rare tokens weigh more (Arora, Liang and Ma 2017, smooth inverse frequency). The table is the least-squares fit of the
 * weighted means to what the encoder says of the training texts, held near what it says of each token alone. Only tokens
 * of the training texts have a vector; the others are not seen, and {@link #known} says how many are. Thread-safe.
 */
public final class StaticEncoder implements Embedder {
    /** Tokens of this share of all weigh half. */
    private static final double HALF_WEIGHT = 3e-3;

    /** How strongly a token is held near its prior: as much as this many texts of that token alone. */
    private static final double PRIOR = 0.3;

    /** Of conjugate gradients; more change nothing that routing could tell. */
    private static final int STEPS = 12;

    /** The start of a text is enough here too. */
    private static final int LONGEST = 128;

    private static final String KIND = "static table of ";

    private final String identity;
    private final int dimensions;
    private final WordPiece tokenizer;
    private final Map<Integer, float[]> table; // rows times weights
    private final float[] blank; // of a text without a known token

    private StaticEncoder(VectorFile file) {
        this.identity = file.identity() + "/" + file.digest().substring(0, 16);
        this.dimensions = file.dimensions();
        this.tokenizer = WordPiece.standard();
        this.table = new HashMap<>(2 * file.entries().size());
        this.blank = new float[dimensions];
        for (Entry entry : file.entries()) {
            table.put(Integer.valueOf(entry.id()), entry.vector());
            add(entry.vector(), blank);
        }
        normalize(blank);
    }

    /**
     * Makes the table and writes it to {@code file}; the same texts in the same order give the same bytes.
     *
     * @param encoder encodes each text, and each of their tokens alone
     * @throws InputException if there are no texts
     */
    public static StaticEncoder distil(Embedder encoder, List<String> texts, Path file) {
        if (texts.isEmpty()) {
            throw InputException.at("static encoder", "no texts to learn from", "give the texts of kernels or prompts");
        }
        WordPiece tokenizer = WordPiece.standard();
        VectorFile.write(
                file, KIND + encoder.identity(), encoder.dimensions(), new Fit(tokenizer, encoder, texts).table());
        return load(file);
    }

    /**
     * Reads a table that {@link #distil} wrote.
     *
     * @throws InputException if the file is missing, damaged, or holds something else
     */
    public static StaticEncoder load(Path file) {
        VectorFile stored = VectorFile.read(file);
        if (!stored.identity().startsWith(KIND)) {
            throw InputException.at(file.toString(), "it holds vectors of " + stored.identity(), "name a static table");
        }
        return new StaticEncoder(stored);
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public float[] embed(String text) {
        float[] sum = new float[dimensions];
        boolean any = false;
        for (long token : tokenizer.encode(text, LONGEST)) {
            float[] row = table.get((int) token);
            if (row != null) {
                add(row, sum);
                any = true;
            }
        }
        return any && normalize(sum) ? sum : blank.clone();
    }

    /** The share of a text's tokens that have a vector; 0 for a text without tokens. */
    @Override
    public double known(String text) {
        long[] tokens = inner(tokenizer.encode(text, LONGEST));
        return tokens.length == 0
                ? 0
                : (double) Arrays.stream(tokens)
                                .filter(token -> table.containsKey((int) token))
                                .count()
                        / tokens.length;
    }

    private static void add(float[] row, float[] into) {
        for (int d = 0; d < into.length; d++) {
            into[d] += row[d];
        }
    }

    private static boolean normalize(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        float scale = (float) (1 / Math.sqrt(square));
        for (int d = 0; d < vector.length && square > 0; d++) {
            vector[d] *= scale;
        }
        return square > 0;
    }

    /** Without the marks of start and end, which are the same in every text. */
    private static long[] inner(long[] tokens) {
        return Arrays.copyOfRange(tokens, 1, tokens.length - 1);
    }

    /** The least-squares problem: one system of equations a dimension, all with the same matrix. */
    private static final class Fit {
        private final List<Integer> tokens;
        private final int[][] texts; // numbers of their tokens
        private final double[] weights; // of tokens
        private final double[] scales; // of texts: 1 / sum of the weights
        private final List<float[]> priors;
        private final List<float[]> targets;

        Fit(WordPiece tokenizer, Embedder encoder, List<String> given) {
            List<long[]> encoded = given.stream()
                    .map(text -> inner(tokenizer.encode(text, LONGEST)))
                    .toList();
            TreeMap<Integer, Integer> counts = new TreeMap<>();
            encoded.stream().flatMapToLong(Arrays::stream).forEach(token -> counts.merge((int) token, 1, Integer::sum));
            double all = counts.values().stream().mapToInt(Integer::intValue).sum();
            tokens = List.copyOf(counts.keySet());
            weights = counts.values().stream()
                    .mapToDouble(count -> HALF_WEIGHT / (HALF_WEIGHT + count / all))
                    .toArray();
            Map<Integer, Integer> numbers = new HashMap<>();
            tokens.forEach(token -> numbers.put(token, numbers.size()));
            texts = encoded.stream()
                    .map(text -> Arrays.stream(text)
                            .mapToInt(token -> numbers.getOrDefault((int) token, -1))
                            .toArray())
                    .toArray(int[][]::new);
            scales = Arrays.stream(texts)
                    .mapToDouble(text -> text.length == 0
                            ? 0
                            : 1
                                    / Arrays.stream(text)
                                            .mapToDouble(t -> weights[t])
                                            .sum())
                    .toArray();
            priors = encoder.embedAll(tokens.stream().map(tokenizer::piece).toList());
            targets = encoder.embedAll(given);
        }

        List<Entry> table() {
            int dimensions = targets.get(0).length;
            double[][] columns = IntStream.range(0, dimensions)
                    .parallel()
                    .mapToObj(this::column)
                    .toArray(double[][]::new);
            List<Entry> rows = new ArrayList<>();
            for (int t = 0; t < tokens.size(); t++) {
                float[] row = new float[dimensions];
                for (int d = 0; d < dimensions; d++) {
                    row[d] = (float) (weights[t] * columns[d][t]);
                }
                rows.add(new Entry(Integer.toString(tokens.get(t)), row));
            }
            return rows;
        }

        /** Minimises |Ax − y|² + PRIOR |x − x₀|² for one dimension by conjugate gradients. */
        private double[] column(int dimension) {
            double[] x = priors.stream().mapToDouble(prior -> prior[dimension]).toArray();
            double[] difference = means(x);
            for (int i = 0; i < texts.length; i++) {
                difference[i] = targets.get(i)[dimension] - difference[i];
            }
            double[] residual = transposed(difference);
            double[] direction = residual.clone();
            double square = dot(residual, residual);
            for (int step = 0; step < STEPS && square > 0; step++) {
                double[] image = transposed(means(direction));
                for (int t = 0; t < image.length; t++) {
                    image[t] += PRIOR * direction[t];
                }
                double length = square / dot(direction, image);
                for (int t = 0; t < x.length; t++) {
                    x[t] += length * direction[t];
                    residual[t] -= length * image[t];
                }
                double next = dot(residual, residual);
                for (int t = 0; t < x.length; t++) {
                    direction[t] = residual[t] + next / square * direction[t];
                }
                square = next;
            }
            return x;
        }

        private double[] means(double[] x) {
            double[] means = new double[texts.length];
            for (int i = 0; i < texts.length; i++) {
                for (int t : texts[i]) {
                    means[i] += scales[i] * weights[t] * x[t];
                }
            }
            return means;
        }

        private double[] transposed(double[] y) {
            double[] sums = new double[tokens.size()];
            for (int i = 0; i < texts.length; i++) {
                for (int t : texts[i]) {
                    sums[t] += scales[i] * weights[t] * y[i];
                }
            }
            return sums;
        }

        private static double dot(double[] a, double[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += a[i] * b[i];
            }
            return sum;
        }
    }
}
