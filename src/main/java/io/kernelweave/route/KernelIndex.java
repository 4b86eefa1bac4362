package io.kernelweave.route;

import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Finds the kernels that a request may belong to and measures, for each, what speaks for it. A shortlist comes from the
 * linear head and from BM25; only its exemplars are compared one by one.
 */
final class KernelIndex {
    /** The numbers that a match is judged by, in their order. */
    static final List<String> FEATURES = List.of(
            "head_odds", // logit of the head's softmax probability: picks best
            "head_logit", // the head's logit as it is: high only near what was seen
            "centroid", // cosine to the mean of the exemplars: rejects best
            "similarity", // cosine to the nearest exemplar
            "similarity_margin", // above the best other kernel
            "lexical",
            "lexical_margin",
            "coverage",
            "preconditions_pass",
            "preconditions_fail",
            "rivals_refused", // share of the other listed kernels whose preconditions fail, where this one's hold
            "conflicts");

    private static final int BY_HEAD = 8;
    private static final int BY_WORDS = 4;

    /** A text that is known to belong to a kernel; the vector is empty without an encoder. */
    record Exemplar(int kernel, String text, float[] vector) {}

    /** One kernel against one request. */
    record Match(
            int kernel,
            double[] features,
            double similarity,
            double lexical,
            double coverage,
            Outcome preconditions,
            List<String> conflicts) {}

    private final int kernels;
    private final int dimensions;
    private final List<Set<String>> ruledOut;
    private final LexicalIndex lexical;
    private final LinearHead head;
    private final float[][] centroids;
    private final float[][] exemplars; // per kernel, a row for each dimension
    private final int[] counts;

    /**
     * @param ruledOut words that speak against each kernel; its size is the number of kernels
     * @param dimensions of the vectors; 0 without an encoder
     */
    KernelIndex(List<Set<String>> ruledOut, List<Exemplar> labelled, int dimensions) {
        this.kernels = ruledOut.size();
        this.dimensions = dimensions;
        this.ruledOut = ruledOut;
        List<List<String>> words = new ArrayList<>();
        List<List<float[]>> vectors = new ArrayList<>();
        for (int k = 0; k < kernels; k++) {
            words.add(new ArrayList<>());
            vectors.add(new ArrayList<>());
        }
        for (Exemplar exemplar : labelled) {
            words.get(exemplar.kernel).addAll(Words.of(exemplar.text));
            vectors.get(exemplar.kernel).add(exemplar.vector);
        }
        lexical = new LexicalIndex(words);
        exemplars = new float[kernels][];
        centroids = new float[kernels][dimensions];
        counts = new int[kernels];
        List<float[]> means = new ArrayList<>();
        for (int k = 0; k < kernels; k++) {
            List<float[]> own = vectors.get(k);
            counts[k] = own.size();
            exemplars[k] = new float[dimensions * own.size()];
            for (int i = 0; i < own.size(); i++) {
                for (int d = 0; d < dimensions; d++) {
                    exemplars[k][d * own.size() + i] = own.get(i)[d];
                    centroids[k][d] += own.get(i)[d] / own.size();
                }
            }
            means.add(centroids[k].clone());
            Vectors.normalize(centroids[k]);
        }
        head = LinearHead.ofMeans(means, dimensions);
    }

    /** The linear head: the nearest-centroid rule until it is trained or set. */
    LinearHead head() {
        return head;
    }

    boolean hasVectors() {
        return dimensions > 0;
    }

    /** The kernels worth a look, in the order of the index, without those in {@code masked}. */
    List<Match> matches(Query query, Set<Integer> masked) {
        LexicalIndex.Scores words = lexical.score(query.words());
        float[] logits = hasVectors() ? head.logits(query.vector()) : new float[kernels];
        for (int k : masked) {
            logits[k] = Float.NEGATIVE_INFINITY;
            words.lexical()[k] = 0;
        }
        boolean[] shortlist = new boolean[kernels];
        if (hasVectors()) {
            best(BY_HEAD, k -> logits[k], masked, shortlist);
            best(BY_WORDS, k -> words.lexical()[k], masked, shortlist);
        } else {
            best(BY_HEAD, k -> words.lexical()[k], masked, shortlist);
        }
        int[] listed = IntStream.range(0, kernels).filter(k -> shortlist[k]).toArray();
        double[] similarities = new double[listed.length];
        double[] lexicals = new double[listed.length];
        for (int i = 0; i < listed.length; i++) {
            similarities[i] = hasVectors() ? similarity(query.vector(), listed[i]) : 0;
            lexicals[i] = words.lexical()[listed[i]];
        }
        long refused = Arrays.stream(listed)
                .filter(k -> query.preconditions(k) == Outcome.FAIL)
                .count();
        float[] shares = hasVectors() ? LinearHead.softmax(logits.clone()) : logits;
        List<Match> matches = new ArrayList<>();
        for (int i = 0; i < listed.length; i++) {
            int k = listed[i];
            Outcome outcome = query.preconditions(k);
            List<String> conflicts = query.words().stream()
                    .filter(ruledOut.get(k)::contains)
                    .distinct()
                    .toList();
            double[] features = {
                hasVectors() ? LogisticModel.logit(shares[k]) : 0,
                logits[k],
                hasVectors() ? Vectors.dot(query.vector(), centroids[k]) : 0,
                similarities[i],
                similarities[i] - bestOther(similarities, i),
                lexicals[i],
                lexicals[i] - bestOther(lexicals, i),
                words.coverage()[k],
                outcome == Outcome.PASS ? 1 : 0,
                outcome == Outcome.FAIL ? 1 : 0,
                outcome == Outcome.PASS && listed.length > 1 ? (double) refused / (listed.length - 1) : 0,
                Math.min(3, conflicts.size())
            };
            matches.add(new Match(k, features, similarities[i], lexicals[i], words.coverage()[k], outcome, conflicts));
        }
        return matches;
    }

    private double similarity(float[] vector, int kernel) {
        float[] cosines = new float[counts[kernel]];
        Vectors.multiply(vector, exemplars[kernel], cosines);
        float best = 0;
        for (float cosine : cosines) {
            best = Math.max(best, cosine);
        }
        return best;
    }

    private static double bestOther(double[] values, int own) {
        double best = 0;
        for (int i = 0; i < values.length; i++) {
            if (i != own) {
                best = Math.max(best, values[i]);
            }
        }
        return best;
    }

    private void best(int count, IntToDoubleFunction score, Set<Integer> masked, boolean[] shortlist) {
        int[] top = new int[count];
        int found = 0;
        for (int k = 0; k < kernels; k++) {
            if (masked.contains(k) || found == count && score.applyAsDouble(k) <= score.applyAsDouble(top[count - 1])) {
                continue;
            }
            int at = found < count ? found++ : count - 1;
            for (; at > 0 && score.applyAsDouble(top[at - 1]) < score.applyAsDouble(k); at--) {
                top[at] = top[at - 1];
            }
            top[at] = k;
        }
        Arrays.stream(top, 0, found).forEach(k -> shortlist[k] = true);
    }
}
