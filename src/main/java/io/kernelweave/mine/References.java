package io.kernelweave.mine;

import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What was done in earlier attempts at a task, for traces that are another attempt at it. A trace is recognised by what was asked and by the
 * arguments of its calls, weighed by how rare their words are; never by a task's id. Then the calls that changed something are compared: as in
 * a success and in no failure speaks for it, otherwise than in every success against it.
 */
final class References {
    /** Tasks that are nearly as similar as the most similar one are meant too: they all have to agree. */
    private static final double NEARLY = 0.7;
    /** The share of training traces that are less similar to any attempt at another task. */
    private static final double RARELY_REACHED = 0.95;
    /** The share of training traces that are at least so similar to another attempt at their own. */
    private static final double RARELY_MISSED = 0.9;
    /** From how many traces the bar of similarity is learned. */
    private static final int SAMPLE = 200;

    private record Attempt(String task, boolean success, Set<String> words, double length, Set<String> done) {}

    private final Set<String> acts;
    private final List<Attempt> attempts;
    private final Map<String, Double> rarity;
    private final double bar;

    private References(Set<String> acts, List<Attempt> attempts, Map<String, Double> rarity, double bar) {
        this.acts = acts;
        this.attempts = attempts;
        this.rarity = rarity;
        this.bar = bar;
    }

    /** Learns from judged examples; there is nothing to refer to unless tasks were tried more than once and acts tell how it ended. */
    static References of(List<Example> examples, List<String> acts) {
        Set<String> telling = telling(examples, new TreeSet<>(acts));
        List<Attempt> attempts = new ArrayList<>();
        List<Set<String>> words = new ArrayList<>();
        Map<String, Set<String>> tasks = new TreeMap<>();
        if (!telling.isEmpty()) {
            for (Example example : examples) {
                Set<String> each = words(example.trace());
                words.add(each);
                tasks.computeIfAbsent(example.task(), task -> new HashSet<>()).addAll(each);
            }
        }
        Map<String, Integer> counts = new HashMap<>();
        tasks.values().forEach(known -> known.forEach(word -> counts.merge(word, 1, Integer::sum)));
        Map<String, Double> rarity = new HashMap<>();
        counts.forEach((word, count) -> {
            double log = StrictMath.log((tasks.size() + 1) / (count + 0.5));
            rarity.put(word, log * log);
        });
        for (int i = 0; i < words.size(); i++) {
            Example example = examples.get(i);
            attempts.add(new Attempt(
                    example.task(),
                    example.outcome() == Outcome.PASS,
                    words.get(i),
                    length(words.get(i), rarity),
                    done(example.trace(), telling)));
        }
        References unbarred = new References(telling, attempts, rarity, 0);
        return new References(telling, attempts, rarity, unbarred.learnBar());
    }

    /** Half way between how similar attempts at one task are, and how similar those of another rarely are; and no less than most second attempts reach. */
    private double learnBar() {
        List<Double> same = new ArrayList<>();
        List<Double> other = new ArrayList<>();
        int step = Math.max(1, attempts.size() / SAMPLE);
        for (int i = 0; i < attempts.size(); i += step) {
            double nearest = -1;
            double stranger = 0;
            for (int j = 0; j < attempts.size(); j++) {
                if (i != j) {
                    double similarity =
                            similarity(attempts.get(i).words(), attempts.get(i).length(), attempts.get(j));
                    if (attempts.get(i).task().equals(attempts.get(j).task())) {
                        nearest = Math.max(nearest, similarity);
                    } else {
                        stranger = Math.max(stranger, similarity);
                    }
                }
            }
            if (nearest >= 0) {
                same.add(nearest);
            }
            other.add(stranger);
        }
        if (same.isEmpty()) {
            return Double.POSITIVE_INFINITY;
        }
        same.sort(null);
        other.sort(null);
        double stranger = other.get((int) (RARELY_REACHED * (other.size() - 1)));
        double halfWay = (same.get(same.size() / 2) + stranger) / 2;
        return Math.max(halfWay, same.get((int) ((1 - RARELY_MISSED) * (same.size() - 1))));
    }

    /** The cosine of two sets of words, each weighed by how rare it is. */
    private double similarity(Set<String> one, double length, Attempt attempt) {
        boolean fewer = one.size() < attempt.words().size();
        Set<String> other = fewer ? attempt.words() : one;
        double common = 0;
        for (String word : fewer ? one : attempt.words()) {
            common += other.contains(word) ? rarity.getOrDefault(word, 0.0) : 0;
        }
        return common == 0 ? 0 : common / Math.sqrt(length * attempt.length());
    }

    private static double length(Set<String> words, Map<String, Double> rarity) {
        double length = 0;
        for (String word : words) {
            length += rarity.getOrDefault(word, 0.0);
        }
        return length;
    }

    /** Is the trace another attempt at a known task? */
    boolean knows(Trace trace) {
        return !nearest(trace).isEmpty();
    }

    /** PASS or FAIL where all tasks that the trace may be an attempt at agree. */
    Outcome verdict(Trace trace) {
        Set<String> done = done(trace, acts);
        Outcome common = null;
        for (List<Attempt> task : nearest(trace)) {
            Outcome outcome = judge(task, done);
            common = common == null || common == outcome ? outcome : Outcome.UNKNOWN;
        }
        return common == null ? Outcome.UNKNOWN : common;
    }

    private static Outcome judge(List<Attempt> task, Set<String> done) {
        boolean succeeded = false;
        boolean likeSuccess = false;
        boolean likeFailure = false;
        for (Attempt attempt : task) {
            boolean alike = attempt.done().equals(done);
            succeeded |= attempt.success();
            likeSuccess |= attempt.success() && alike;
            likeFailure |= !attempt.success() && alike;
        }
        if (likeSuccess) {
            return likeFailure ? Outcome.UNKNOWN : Outcome.PASS;
        }
        return succeeded || likeFailure ? Outcome.FAIL : Outcome.UNKNOWN;
    }

    private List<List<Attempt>> nearest(Trace trace) {
        Set<String> words = words(trace);
        double length = length(words, rarity);
        Map<String, Double> similarities = new TreeMap<>();
        Map<String, List<Attempt>> tasks = new TreeMap<>();
        double most = 0;
        for (Attempt attempt : attempts) {
            double similarity = similarity(words, length, attempt);
            similarities.merge(attempt.task(), similarity, Math::max);
            tasks.computeIfAbsent(attempt.task(), each -> new ArrayList<>()).add(attempt);
            most = Math.max(most, similarity);
        }
        double least = most < bar ? Double.POSITIVE_INFINITY : most * NEARLY;
        List<List<Attempt>> nearest = new ArrayList<>();
        similarities.forEach((task, similarity) -> {
            if (similarity >= least) {
                nearest.add(tasks.getOrDefault(task, List.of()));
            }
        });
        return nearest;
    }

    /** Of the tools that act, those on which successes at one task agree, if attempts that ended differently do not. */
    private static Set<String> telling(List<Example> examples, Set<String> acts) {
        Map<String, List<Example>> tasks = new TreeMap<>();
        examples.forEach(example ->
                tasks.computeIfAbsent(example.task(), each -> new ArrayList<>()).add(example));
        List<Example[]> alike = new ArrayList<>();
        List<Example[]> apart = new ArrayList<>();
        for (List<Example> attempts : tasks.values()) {
            for (int i = 0; i < attempts.size(); i++) {
                for (int j = i + 1; j < attempts.size(); j++) {
                    Example one = attempts.get(i);
                    Example other = attempts.get(j);
                    if (one.outcome() != other.outcome()) {
                        apart.add(new Example[] {one, other});
                    } else if (one.outcome() == Outcome.PASS) {
                        alike.add(new Example[] {one, other});
                    }
                }
            }
        }
        Set<String> telling = new TreeSet<>();
        for (String act : acts) {
            if (3 * different(alike, Set.of(act)) <= alike.size()) {
                telling.add(act);
            }
        }
        double noise = (different(alike, telling) + 1.0) / (alike.size() + 2);
        double signal = (different(apart, telling) + 1.0) / (apart.size() + 2);
        return apart.isEmpty() || signal <= noise ? Set.of() : telling;
    }

    private static int different(List<Example[]> pairs, Set<String> acts) {
        return (int) pairs.stream()
                .filter(pair -> !done(pair[0].trace(), acts).equals(done(pair[1].trace(), acts)))
                .count();
    }

    /** The acts of a trace that did not fail, with their arguments. */
    private static Set<String> done(Trace trace, Set<String> acts) {
        Set<String> done = new TreeSet<>();
        for (JsonNode call : Facts.of(trace, new Facts.Lexicon()).calls()) {
            if (acts.contains(call.path("tool").asString("")) && !call.has("error")) {
                StringBuilder key = new StringBuilder(call.path("tool").asString(""));
                write(call.path("arguments"), key);
                done.add(key.toString());
            }
        }
        return done;
    }

    /** Values without regard to the order of fields, and numbers as their texts: what a tool takes for the same. */
    private static void write(JsonNode value, StringBuilder into) {
        if (value.isObject()) {
            into.append('{');
            for (String name : new TreeSet<>(value.propertyNames())) {
                into.append(name).append(':');
                write(value.path(name), into);
            }
            into.append('}');
        } else if (value.isArray()) {
            into.append('[');
            value.forEach(element -> write(element, into));
            into.append(']');
        } else {
            into.append(
                            value.isNumber()
                                    ? value.decimalValue().stripTrailingZeros().toPlainString()
                                    : value.asString())
                    .append(';');
        }
    }

    /** What was asked, and what was looked for: the words that others said, and those of arguments. */
    private static Set<String> words(Trace trace) {
        Set<String> words = new HashSet<>();
        words.addAll(Words.of(trace.prompt()));
        for (TraceEvent event : trace.events()) {
            if (event.kind() == TraceEvent.Kind.TOOL_CALL) {
                Acts.learn(event.data().path("arguments"), words);
            } else if (event.kind() == TraceEvent.Kind.OBSERVATION) {
                Acts.learn(event.data().path("text"), words);
            }
        }
        return words;
    }
}
