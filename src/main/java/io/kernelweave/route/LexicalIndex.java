package io.kernelweave.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BM25 (Robertson and Zaragoza 2009; k1 = 1.2, b = 0.75) with a document for each kernel. Scores are divided by what the
 * request could reach at most, so that they compare between requests: 1 means every content word, over and over.
 */
final class LexicalIndex {
    private static final double K1 = 1.2;
    private static final double B = 0.75;

    /** Of so many documents, a word that more than one in {@link #COMMON} has says too little for what it costs. */
    private static final int MANY = 2048;

    private static final int COMMON = 20;

    /** The documents that have a word, in order, and what each occurrence is worth. */
    private record Postings(int[] documents, double[] weights) {
        int find(int document) {
            return Arrays.binarySearch(documents, document);
        }
    }

    private final int documents;
    private final Map<String, Postings> postings = new HashMap<>();
    private final ThreadLocal<double[]> sums; // zero between requests

    LexicalIndex(List<List<String>> documents) {
        this.documents = documents.size();
        this.sums = ThreadLocal.withInitial(() -> new double[this.documents]);
        double words = 0;
        Map<String, List<Integer>> having = new HashMap<>();
        List<Map<String, Integer>> counts = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            Map<String, Integer> counted = new HashMap<>();
            documents.get(i).forEach(word -> counted.merge(word, 1, Integer::sum));
            for (String word : counted.keySet()) {
                having.computeIfAbsent(word, w -> new ArrayList<>()).add(i);
            }
            counts.add(counted);
            words += documents.get(i).size();
        }
        double average = Math.max(1, words / Math.max(1, documents.size()));
        having.forEach((word, found) -> postings.put(
                word,
                new Postings(
                        found.stream().mapToInt(i -> i).toArray(),
                        found.stream()
                                .mapToDouble(i -> {
                                    double norm =
                                            K1 * (1 - B + B * documents.get(i).size() / average);
                                    double count = counts.get(i).getOrDefault(word, 0);
                                    return count / (count + norm);
                                })
                                .toArray())));
    }

    Scores score(List<String> request) {
        return new Scores(new LinkedHashSet<>(request));
    }

    /** What a request has in common with the documents. */
    final class Scores {
        private final int words;
        private final List<Postings> known = new ArrayList<>();
        private final List<Double> worths = new ArrayList<>(); // of the known words: inverse document frequency
        private final double scale;

        private Scores(Set<String> request) {
            words = request.size();
            double attainable = 0;
            for (String word : request) {
                Postings found = postings.get(word);
                int having = found == null ? 0 : found.documents.length;
                if (documents > MANY && having > documents / COMMON) {
                    continue;
                }
                double worth = StrictMath.log(1 + (documents - having + 0.5) / (having + 0.5));
                attainable += worth;
                if (found != null) {
                    known.add(found);
                    worths.add(worth);
                }
            }
            scale = attainable > 0 ? 1 / attainable : 0;
        }

        /** Share of the attainable BM25 score. */
        double lexical(int document) {
            double sum = 0;
            for (int w = 0; w < known.size(); w++) {
                int at = known.get(w).find(document);
                sum += at < 0 ? 0 : worths.get(w) * known.get(w).weights[at];
            }
            return sum * scale;
        }

        /** Share of the request's distinct words that the document has. */
        double coverage(int document) {
            double found = 0;
            for (Postings word : known) {
                found += word.find(document) < 0 ? 0 : 1;
            }
            return words == 0 ? 0 : found / words;
        }

        /** Offers each document that has a word of the request, once, with its {@link #lexical}. */
        void offer(Best best) {
            double[] sum = sums.get();
            for (int w = 0; w < known.size(); w++) {
                Postings word = known.get(w);
                double worth = worths.get(w);
                for (int i = 0; i < word.documents.length; i++) {
                    sum[word.documents[i]] += worth * word.weights[i];
                }
            }
            for (Postings word : known) {
                for (int document : word.documents) {
                    if (sum[document] > 0) {
                        best.offer(document, sum[document] * scale);
                        sum[document] = 0;
                    }
                }
            }
        }
    }
}
