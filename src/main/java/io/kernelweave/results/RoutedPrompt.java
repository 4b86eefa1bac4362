package io.kernelweave.results;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A prompt that one kernel or none fits, and what a router made of it. A row with an error is the wrong decision that its prompt could
 * get: an abstention with probability 0 where a kernel fits, a route with probability 1 where none does.
 *
 * @param right whether the likeliest kernel that may be given the prompt fits
 * @param probability that it does, as it was stated
 * @param routed whether the decision is no abstention
 * @param decidedRight whether the decision is the label's
 */
public record RoutedPrompt(
        String row,
        String cluster,
        boolean inScope,
        boolean right,
        double probability,
        boolean routed,
        boolean decidedRight) {

    /** Those of some rows of one router, by row. */
    public static List<RoutedPrompt> of(Collection<? extends RoutedRow> rows) {
        return rows.stream()
                .filter(RoutedPrompt::fits)
                .map(RoutedPrompt::of)
                .sorted(Comparator.comparing(RoutedPrompt::row))
                .toList();
    }

    /** How much each of some prompts weighs in traffic of which no kernel fits a share; as much as any where all are of one kind. */
    public static ToDoubleFunction<RoutedPrompt> weights(List<RoutedPrompt> prompts, double noKernelShare) {
        double inside = prompts.stream().filter(RoutedPrompt::inScope).count();
        double outside = prompts.size() - inside;
        return inside == 0 || outside == 0
                ? prompt -> 1
                : prompt -> prompts.size() * (prompt.inScope ? (1 - noKernelShare) / inside : noKernelShare / outside);
    }

    /** Whether the row is of such a prompt, and no composition. */
    static boolean fits(RoutedRow row) {
        return !row.target().equals("composition");
    }

    private static RoutedPrompt of(RoutedRow row) {
        ResultRow.Decision decision = row.decision();
        boolean inScope = !row.acceptableKernels().isEmpty();
        if (row.error() != null || decision == null) {
            return new RoutedPrompt(row.rowId(), row.clusterId(), inScope, false, inScope ? 0 : 1, !inScope, false);
        }
        ResultRow.Candidate likeliest = row.likeliest().orElse(null);
        return new RoutedPrompt(
                row.rowId(),
                row.clusterId(),
                inScope,
                likeliest != null && row.acceptableKernels().contains(likeliest.kernelId()),
                likeliest == null ? 0 : likeliest.probability(),
                !decision.kernelIds().isEmpty(),
                Boolean.TRUE.equals(row.routeCorrect()));
    }
}
