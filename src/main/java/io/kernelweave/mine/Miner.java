package io.kernelweave.mine;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.stats.BenjaminiHochberg;
import io.kernelweave.stats.Fisher;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/** Mines conditions from traces that succeeded and traces that failed. */
public final class Miner {
    private static final double ALPHA = 0.05;

    private Miner() {}

    /**
     * Mines. Deterministic: the same examples and seed give the same clauses.
     *
     * @param examples those whose outcome is UNKNOWN are not looked at
     */
    public static Mined mine(List<Example> examples, long seed) {
        List<Example> judged = examples.stream()
                .filter(example -> example.outcome() != Outcome.UNKNOWN)
                .toList();
        List<Subject> subjects =
                judged.stream().map(example -> Mined.subject(example.trace())).toList();
        int successes = (int) judged.stream()
                .filter(example -> example.outcome() == Outcome.PASS)
                .count();
        int failures = judged.size() - successes;
        List<ObjectNode> candidates = candidates(judged);
        int[] passes = new int[candidates.size()];
        int[] failurePasses = new int[candidates.size()];
        double[] p = new double[candidates.size()];
        for (int i = 0; i < p.length; i++) {
            Check check = Checks.parse(candidates.get(i), "candidate");
            for (int j = 0; j < judged.size(); j++) {
                if (check.evaluate(subjects.get(j)).outcome() == Outcome.PASS) {
                    (judged.get(j).outcome() == Outcome.PASS ? passes : failurePasses)[i]++;
                }
            }
            p[i] = Fisher.p(passes[i], successes, failurePasses[i], failures);
        }
        double[] adjusted = BenjaminiHochberg.adjust(p);
        List<Clause> clauses = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            Support support = Support.of(passes[i], successes, failurePasses[i], failures, p[i], adjusted[i]);
            Label label = adjusted[i] <= ALPHA
                    ? Label.DISCRIMINATIVE
                    : support.low() >= 0.9 ? Label.CONSISTENT : Label.PROVISIONAL;
            if (label != Label.PROVISIONAL || passes[i] == successes && successes > 0) {
                double odds = StrictMath.log((passes[i] + 0.5)
                        * (failures - failurePasses[i] + 0.5)
                        / ((successes - passes[i] + 0.5) * (failurePasses[i] + 0.5)));
                clauses.add(new Clause(
                        Condition.of(candidates.get(i)),
                        Part.POSTCONDITION,
                        support,
                        label,
                        label == Label.DISCRIMINATIVE ? odds / 2 : 0));
            }
        }
        clauses.sort(Comparator.comparingDouble(clause -> clause.support().p()));
        return new Mined(StrictMath.log((successes + 0.5) / (failures + 0.5)), clauses);
    }

    /** That a tool is called, or never, for each that is called anywhere. */
    private static List<ObjectNode> candidates(List<Example> examples) {
        TreeSet<String> tools = new TreeSet<>();
        for (Example example : examples) {
            example.trace().events().stream()
                    .filter(event -> event.kind() == TraceEvent.Kind.TOOL_CALL)
                    .forEach(event -> tools.add(event.name()));
        }
        List<ObjectNode> candidates = new ArrayList<>();
        for (String tool : tools) {
            candidates.add(calls(tool, "uses " + tool, ">=", 1));
            candidates.add(calls(tool, "never uses " + tool, "==", 0));
        }
        return candidates;
    }

    private static ObjectNode calls(String tool, String name, String op, int value) {
        return Json.object()
                .put("check", "toolCalls")
                .put("name", name)
                .put("severity", "warn")
                .put("tool", tool)
                .put("op", op)
                .put("value", value);
    }
}
