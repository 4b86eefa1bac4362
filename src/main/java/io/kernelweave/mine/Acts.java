package io.kernelweave.mine;

import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Which tools do something rather than find something out. A call whose result says little that was not known before was not made to
 * learn: it changes the world, and gives back what it was told. How the traces ended has no part in this.
 */
final class Acts {
    /** Where half of a tool's results have less than this share of new words, it acts. */
    private static final double NEWS = 0.25;

    private Acts() {}

    /** The tools that act, in the order of their names. */
    static List<String> of(List<Trace> traces) {
        Map<String, List<Double>> news = new TreeMap<>();
        for (Trace trace : traces) {
            Set<String> known = new HashSet<>(Words.of(trace.prompt()));
            for (TraceEvent event : trace.events()) {
                Set<String> words = new HashSet<>();
                learn(event.data(), words);
                boolean answers = event.kind() == TraceEvent.Kind.OBSERVATION
                        && !event.data().path("text").isString();
                if (answers && !event.data().has("error")) {
                    Set<String> result = new HashSet<>();
                    learn(event.data().path("result"), result);
                    if (!result.isEmpty()) {
                        long fresh = result.stream()
                                .filter(word -> !known.contains(word))
                                .count();
                        news.computeIfAbsent(event.name(), each -> new ArrayList<>())
                                .add((double) fresh / result.size());
                    }
                }
                known.addAll(words);
            }
        }
        List<String> acts = new ArrayList<>();
        news.forEach((tool, shares) -> {
            shares.sort(null);
            if (shares.get(shares.size() / 2) < NEWS) {
                acts.add(tool);
            }
        });
        return acts;
    }

    /** All words of the texts and numbers in a value, at any depth. */
    static void learn(JsonNode value, Set<String> into) {
        if (value.isString() || value.isNumber()) {
            into.addAll(Words.of(value.asString()));
        }
        value.forEach(element -> learn(element, into));
    }
}
