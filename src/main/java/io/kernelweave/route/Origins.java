package io.kernelweave.route;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Clusters that share a request but for its order, its function words and its plurals are of one origin: on both sides of a
 * fit and its measurement, they would make the measurement too good.
 */
final class Origins {
    private final Map<String, String> parents = new HashMap<>();
    private final Map<List<String>, String> byWords = new HashMap<>();

    void add(String cluster, String request) {
        List<String> words = words(request);
        String root = of(cluster);
        String other = of(byWords.getOrDefault(words, root));
        // The smaller name leads, whatever the order in which clusters come.
        String first = Comparator.<String>naturalOrder().compare(root, other) <= 0 ? root : other;
        parents.put(root, first);
        parents.put(other, first);
        byWords.put(words, first);
    }

    /** What requests of one origin share: their content words or, without any, their text. */
    static List<String> words(String request) {
        List<String> words = Words.of(request).stream().distinct().sorted().toList();
        return words.isEmpty() ? List.of(request.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT)) : words;
    }

    /** The name of a cluster's origin. */
    String of(String cluster) {
        String at = cluster;
        for (String parent = parents.getOrDefault(at, at); !parent.equals(at); parent = parents.getOrDefault(at, at)) {
            at = parent;
        }
        return at;
    }
}
