package io.kernelweave.compile;

import io.kernelweave.compile.Program.Column;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.stats.Fisher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a step that some traces leave out is taken: a check of the input or of what happened before it that tells the traces which have
 * the step from those that have not. A check is kept if it makes the column shorter to write (the information that it has of the
 * step's being there, less what naming it costs among all that could have been named), and if Fisher's exact test, times the number of
 * checks that were looked at, finds that it is no accident.
 */
final class Guards {
    private static final double ACCIDENT = 0.01;
    /** A check that tells less is no guard: the share of the traces with the step that it passes in, and fails in of those without. */
    private static final double RELIABLE = 0.8;

    private static final int MOST_TRACES = 1000;
    private static final int LONGEST_VALUE = 40;
    private static final int MOST_WORDS = 60;

    /** What is known of a trace: for each fact, the first column before which it was known. */
    private final List<Map<String, Integer>> facts = new ArrayList<>();

    private final List<Set<Integer>> columns = new ArrayList<>();
    private final Map<String, ObjectNode> checks = new TreeMap<>();

    /**
     * @param holds of the traces with the step, in how many it passes
     * @param failsElsewhere of the traces without, in how many it does not
     */
    record Guard(Condition condition, int holds, int with, int failsElsewhere, int without) {}

    static Guards of(Program program, List<Sample> samples) {
        Guards guards = new Guards();
        for (Sample sample : samples.subList(0, Math.min(MOST_TRACES, samples.size()))) {
            guards.read(program, sample);
        }
        return guards;
    }

    private void read(Program program, Sample sample) {
        Map<String, Integer> known = new LinkedHashMap<>();
        Set<Integer> present = new LinkedHashSet<>();
        for (String word : words(sample.input().request())) {
            fact(
                    known,
                    -1,
                    "the request says \"" + word + "\"",
                    () -> Json.object()
                            .put("check", "contains")
                            .put("target", "input.request")
                            .put("ignoreCase", true)
                            .put("wholeWord", true)
                            .set("any", Json.mapper().createArrayNode().add(word)));
        }
        Variables.walk(program, sample, (operation, move, before) -> {
            if (move == null) {
                return;
            }
            present.add(move.column());
            if (operation.failed()) {
                fact(
                        known,
                        move.column(),
                        operation.name() + " failed",
                        () -> calls(List.of("tool", "error"), operation.name(), null));
            }
            if (operation.result() != null && operation.isCall()) {
                Leaves.of(operation.result()).forEach((path, values) -> {
                    JsonNode value = values.get(0);
                    String text = Leaves.text(value);
                    if (values.size() == 1 && !path.contains("[*]") && text.length() <= LONGEST_VALUE) {
                        fact(
                                known,
                                move.column(),
                                operation.name() + " gave " + (path.isEmpty() ? "" : path.substring(1) + " = ") + text,
                                () -> calls(List.of("tool", "result"), operation.name(), nested(path, value)));
                    }
                });
            }
        });
        facts.add(known);
        columns.add(present);
    }

    private interface Making {
        JsonNode make();
    }

    private void fact(Map<String, Integer> known, int column, String says, Making check) {
        known.putIfAbsent(says, column);
        if (!checks.containsKey(says)) {
            checks.put(says, (ObjectNode) check.make());
        }
    }

    private static Set<String> words(String request) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : request.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")) {
            if (word.length() > 2 && words.size() < MOST_WORDS) {
                words.add(word);
            }
        }
        return words;
    }

    /** That some call of a tool is such a one. */
    private static ObjectNode calls(List<String> required, String tool, @Nullable ObjectNode result) {
        ObjectNode call = Json.object().put("type", "object");
        call.set("required", Json.tree(required));
        ObjectNode properties = call.putObject("properties");
        properties.putObject("tool").put("const", tool);
        if (result != null) {
            properties.set("result", result);
        }
        ObjectNode schema = Json.object().put("type", "array");
        schema.set("contains", call);
        return Json.object().put("check", "schema").put("target", "trace.calls").set("schema", schema);
    }

    /** The schema of what has a value at a path. */
    private static ObjectNode nested(String path, JsonNode value) {
        ObjectNode schema = Json.object();
        if (path.isEmpty()) {
            schema.set("const", value);
            return schema;
        }
        int end = path.indexOf('.', 1);
        String name = path.substring(1, end < 0 ? path.length() : end);
        schema.put("type", "object").putArray("required").add(name);
        schema.putObject("properties").set(name, nested(end < 0 ? "" : path.substring(end), value));
        return schema;
    }

    /** What decides of a column; null if nothing is known to. */
    @Nullable
    Guard of(Column column) {
        int number = column.moves().get(0).column();
        int n = facts.size();
        int with = (int) columns.stream().filter(each -> each.contains(number)).count();
        int without = n - with;
        if (with == 0 || without == 0) {
            return null;
        }
        Map<String, int[]> counts = new TreeMap<>();
        for (int trace = 0; trace < n; trace++) {
            boolean there = columns.get(trace).contains(number);
            facts.get(trace).forEach((fact, since) -> {
                if (since < number) {
                    counts.computeIfAbsent(fact, key -> new int[2])[there ? 0 : 1]++;
                }
            });
        }
        // A fact that could never pass the test is no test made (R. Tarone, Biometrics 46, 1990).
        counts.values().removeIf(count -> {
            int all = count[0] + count[1];
            int both = Math.min(all, with);
            int neither = Math.min(all, without);
            return Math.min(Fisher.p(both, with, all - both, without), Fisher.p(neither, without, all - neither, with))
                    > ACCIDENT;
        });
        String best = null;
        boolean negated = false;
        double most = Alphabet.log2(2.0 * counts.size() + 1) + 0.5 * Alphabet.log2(n + 1.0);
        for (Map.Entry<String, int[]> each : counts.entrySet()) {
            int a = each.getValue()[0];
            int b = each.getValue()[1];
            double gain = bits(with, without) - bits(a, b) - bits(with - a, without - b);
            boolean against = a * (double) without < b * (double) with;
            double p = against ? Fisher.p(b, without, a, with) : Fisher.p(a, with, b, without);
            double holds = (against ? with - a : a) / (double) with;
            double elsewhere = (against ? b : without - b) / (double) without;
            boolean better = gain > most || gain == most && best != null && negated && !against;
            if (better && Math.min(holds, elsewhere) >= RELIABLE && p * 2 * counts.size() < ACCIDENT) {
                best = each.getKey();
                most = gain;
                negated = against;
            }
        }
        if (best == null) {
            return null;
        }
        int[] found = counts.getOrDefault(best, new int[2]);
        ObjectNode check = checks.getOrDefault(best, Json.object());
        if (negated) {
            ObjectNode not = Json.object().put("check", "not");
            not.set("of", check);
            check = not;
        }
        int holds = negated ? with - found[0] : found[0];
        int elsewhere = negated ? found[1] : without - found[1];
        ObjectNode named =
                check.deepCopy().put("name", "when-" + column.moves().get(0).name());
        named.put(
                "says",
                (negated ? "not: " : "") + best + " (so in " + holds + " of " + with + " traces with the step, and in "
                        + (without - elsewhere) + " of " + without + " without)");
        return new Guard(Condition.of(named), holds, with, elsewhere, without);
    }

    private static double bits(int a, int b) {
        int n = a + b;
        return a == 0 || b == 0 ? 0 : -a * Alphabet.log2(a / (double) n) - b * Alphabet.log2(b / (double) n);
    }
}
