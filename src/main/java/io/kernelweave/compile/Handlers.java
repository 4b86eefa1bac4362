package io.kernelweave.compile;

import io.kernelweave.compile.Compiled.Note;
import io.kernelweave.kernel.Kernel.Rollback;
import io.kernelweave.stats.Fisher;
import io.kernelweave.trace.TraceEvent.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What traces did after something had failed. A handler is a tool that is called next after another's error more often than after its
 * success; a compensating step is a tool that is called only after some error, each time with a value that an earlier call that went
 * well was made with or gave back.
 */
record Handlers(List<Rollback> rollback, List<Note> notes) {
    private static final double ACCIDENT = 0.01;
    private static final int FEWEST = 2;

    private record Pair(String first, String then) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            int order = first.compareTo(other.first);
            return order == 0 ? then.compareTo(other.then) : order;
        }
    }

    static Handlers of(List<Sample> samples) {
        Map<Pair, int[]> next = new TreeMap<>();
        Map<String, int[]> ends = new TreeMap<>();
        Map<String, Integer> calls = new TreeMap<>();
        Map<String, Integer> afterError = new TreeMap<>();
        Map<Pair, Integer> undoes = new TreeMap<>();
        for (Sample sample : samples) {
            List<Operation> operations = Operation.of(sample.trace()).stream()
                    .filter(Operation::isCall)
                    .toList();
            boolean failed = false;
            int failures = 0;
            for (int i = 0; i < operations.size(); i++) {
                Operation operation = operations.get(i);
                String name = operation.name();
                int before = failures;
                failures = failuresUntil(sample, operation.at());
                failed |= failures > before;
                calls.merge(name, 1, Integer::sum);
                if (failed) {
                    afterError.merge(name, 1, Integer::sum);
                    Set<String> undone = new HashSet<>();
                    Set<String> own = values(operation, false);
                    for (Operation earlier : operations.subList(0, i)) {
                        if (!earlier.failed()
                                && !earlier.name().equals(name)
                                && values(earlier, true).stream().anyMatch(own::contains)
                                && undone.add(earlier.name())) {
                            undoes.merge(new Pair(earlier.name(), name), 1, Integer::sum);
                        }
                    }
                }
                failed |= operation.failed();
                int side = operation.failed() ? 0 : 1;
                ends.computeIfAbsent(name, key -> new int[2])[side]++;
                if (i + 1 < operations.size()) {
                    next.computeIfAbsent(new Pair(name, operations.get(i + 1).name()), key -> new int[2])[side]++;
                }
            }
        }
        List<Rollback> rollback = new ArrayList<>();
        List<Note> notes = new ArrayList<>();
        undoes.forEach((pair, times) -> {
            int all = calls.getOrDefault(pair.then(), 0);
            // It undoes where it is called for nothing else, and where the first is called without it too.
            if (times >= FEWEST
                    && times == all
                    && afterError.getOrDefault(pair.then(), 0) == all
                    && calls.getOrDefault(pair.first(), 0) > all) {
                rollback.add(new Rollback(
                        "a later step fails after " + pair.first(),
                        "Call " + pair.then() + " with what " + pair.first() + " was called with or gave back.",
                        List.of(),
                        null));
                notes.add(new Note(
                        "rollback",
                        true,
                        pair.then() + " undoes " + pair.first(),
                        times,
                        all,
                        "called only after a failure"));
            }
        });
        next.forEach((pair, times) -> {
            int[] all = ends.getOrDefault(pair.first(), new int[2]);
            if (times[0] >= FEWEST
                    && 2 * times[0] > all[0]
                    && Fisher.p(times[0], all[0], times[1], all[1]) * next.size() < ACCIDENT) {
                rollback.add(new Rollback(
                        pair.first() + " fails",
                        pair.then().equals(pair.first())
                                ? "Call " + pair.first() + " again with other arguments."
                                : "Call " + pair.then() + ".",
                        List.of(),
                        null));
                notes.add(new Note(
                        "rollback",
                        true,
                        pair.then() + " follows a failed " + pair.first(),
                        times[0],
                        all[0],
                        "after one that went well in " + times[1] + " of " + all[1]));
            }
        });
        return new Handlers(rollback, notes);
    }

    private static int failuresUntil(Sample sample, int at) {
        return (int) sample.trace().events().subList(0, at).stream()
                .filter(event -> event.kind() == Kind.FAILURE || event.kind() == Kind.ROLLBACK)
                .count();
    }

    private static Set<String> values(Operation operation, boolean result) {
        Set<String> values = new HashSet<>();
        Leaves.of(operation.arguments()).values().forEach(each -> values.addAll(Places.texts(each)));
        if (result && operation.result() != null) {
            Leaves.of(operation.result()).values().forEach(each -> values.addAll(Places.texts(each)));
        }
        values.removeIf(
                value -> value.length() < 2 || value.equals("true") || value.equals("false") || value.equals("null"));
        return values;
    }
}
