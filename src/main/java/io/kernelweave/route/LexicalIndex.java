package io.kernelweave.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
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

    private record Posting(int document, double weight) {}

    /** Per document: share of the attainable BM25 score, and share of the request's distinct words that it has. */
    record Scores(double[] lexical, double[] coverage) {}

    private final int documents;
    private final Map<String, List<Posting>> postings = new HashMap<>();

    LexicalIndex(List<List<String>> documents) {
        this.documents = documents.size();
        double words = 0;
        for (List<String> document : documents) {
            words += document.size();
        }
        double average = Math.max(1, words / Math.max(1, documents.size()));
        for (int i = 0; i < documents.size(); i++) {
            List<String> document = documents.get(i);
            double norm = K1 * (1 - B + B * document.size() / average);
            Map<String, Integer> counts = new HashMap<>();
            document.forEach(word -> counts.merge(word, 1, Integer::sum));
            for (String word : new HashSet<>(document)) {
                double count = counts.getOrDefault(word, 0);
                postings.computeIfAbsent(word, w -> new ArrayList<>()).add(new Posting(i, count / (count + norm)));
            }
        }
    }

    Scores score(List<String> request) {
        double[] lexical = new double[documents];
        double[] coverage = new double[documents];
        Set<String> words = new LinkedHashSet<>(request);
        double attainable = 0;
        for (String word : words) {
            List<Posting> found = postings.getOrDefault(word, List.of());
            double idf = StrictMath.log(1 + (documents - found.size() + 0.5) / (found.size() + 0.5));
            attainable += idf;
            for (Posting posting : found) {
                lexical[posting.document] += idf * posting.weight;
                coverage[posting.document]++;
            }
        }
        if (attainable > 0) {
            double scale = 1 / attainable;
            Arrays.setAll(lexical, i -> lexical[i] * scale);
            Arrays.setAll(coverage, i -> coverage[i] / words.size());
        }
        return new Scores(lexical, coverage);
    }
}
