package io.kernelweave.model;

import java.util.Arrays;

/**
 * Training prompts by the tokens in them, to find those that are like a new one: cosine of bags of tokens, each present or
 * not, weighted by inverse document frequency (Sparck Jones 1972).
 */
final class ExampleIndex {
    private final int[] starts;
    private final int[] postings;
    private final double[] weights;
    private final double[] norms;

    /** @param prompts tokens of each prompt, below {@code symbols} */
    ExampleIndex(int[][] prompts, int symbols) {
        int[][] bags = new int[prompts.length][];
        Arrays.setAll(bags, i -> distinct(prompts[i]));
        this.starts = new int[symbols + 1];
        for (int[] bag : bags) {
            for (int token : bag) {
                starts[token + 1]++;
            }
        }
        this.weights = new double[symbols];
        for (int token = 0; token < symbols; token++) {
            if (starts[token + 1] > 0) {
                double idf = StrictMath.log((prompts.length + 1.0) / (starts[token + 1] + 0.5));
                weights[token] = idf * idf;
            }
            starts[token + 1] += starts[token];
        }
        this.postings = new int[starts[symbols]];
        this.norms = new double[prompts.length];
        int[] next = Arrays.copyOf(starts, symbols);
        for (int example = 0; example < bags.length; example++) {
            double sum = 0;
            for (int token : bags[example]) {
                postings[next[token]++] = example;
                sum += weights[token];
            }
            norms[example] = StrictMath.sqrt(sum);
        }
    }

    private static int[] distinct(int[] tokens) {
        return Arrays.stream(tokens).sorted().distinct().toArray();
    }

    record Neighbour(int example, double similarity) {}

    /** At most {@code count} examples, the likest first; of equal ones the earlier. */
    Neighbour[] nearest(int[] prompt, int count) {
        double[] scores = new double[norms.length];
        double norm = 0;
        for (int token : distinct(prompt)) {
            norm += weights[token];
            for (int i = starts[token]; i < starts[token + 1]; i++) {
                scores[postings[i]] += weights[token];
            }
        }
        Neighbour[] best = new Neighbour[Math.min(count, scores.length)];
        int size = 0;
        for (int example = 0; example < scores.length; example++) {
            if (scores[example] > 0) {
                double similarity = scores[example] / (norms[example] * StrictMath.sqrt(norm));
                int at = size < best.length ? size++ : size;
                while (at > 0 && best[at - 1].similarity() < similarity) {
                    if (at < best.length) {
                        best[at] = best[at - 1];
                    }
                    at--;
                }
                if (at < best.length) {
                    best[at] = new Neighbour(example, similarity);
                }
            }
        }
        return Arrays.copyOf(best, size);
    }
}
