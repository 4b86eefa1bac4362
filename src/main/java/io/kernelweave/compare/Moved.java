package io.kernelweave.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row that was right in one run and is not in the other.
 *
 * @param part what of the run the row is of: an arm, a router, a stream; empty where there are no parts
 * @param label what the row is labelled with, {@code none} if nothing fits
 * @param asks its prompt, or what stands for it
 * @param stage what made it flip, in lower case; empty where that is not looked into
 * @param basis what that rests on, in lower case; empty likewise
 * @param why in words; empty likewise
 */
public record Moved(
        String rowId,
        String part,
        String cluster,
        String label,
        String asks,
        boolean lost,
        String stage,
        String basis,
        String why,
        Side baseline,
        Side candidate) {

    /**
     * What became of the row in one run.
     *
     * @param way how the answer came about, such as the route; empty if there is nothing to say
     * @param output the answer; empty if there is none
     */
    public record Side(String outcome, String way, String output, List<Check> checks) {}

    /** A check of the answer: its outcome, and why in words. */
    public record Check(String name, String outcome, String reason) {}

    /** A check that does not say the same of both answers; null where it is not among a run's checks. */
    public record CheckChange(
            String name, @Nullable Check before, @Nullable Check after) {}

    /** The checks that changed, in the order of the candidate's. */
    public List<CheckChange> checks() {
        Map<String, Check> before = byName(baseline.checks());
        Map<String, Check> after = byName(candidate.checks());
        List<CheckChange> changes = new ArrayList<>();
        after.forEach((name, check) -> {
            Check was = before.get(name);
            if (was == null || !was.outcome().equals(check.outcome())) {
                changes.add(new CheckChange(name, was, check));
            }
        });
        before.forEach((name, check) -> {
            if (!after.containsKey(name)) {
                changes.add(new CheckChange(name, check, null));
            }
        });
        return changes;
    }

    private static Map<String, Check> byName(List<Check> checks) {
        Map<String, Check> byName = new LinkedHashMap<>();
        checks.forEach(check -> byName.putIfAbsent(check.name(), check));
        return byName;
    }

    /** {@code lost} or {@code gained}. */
    public String direction() {
        return lost ? "lost" : "gained";
    }
}
