package io.kernelweave.results;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A row of a prompt that was routed. */
public sealed interface RoutedRow extends Row permits ResultRow, RouteRow {
    String rowId();

    /** What the data set has the row for; compositions are {@code composition}. */
    String target();

    /** The label: the kernel that the prompt asks for (ids joined by {@code +} for a composition); null if no kernel fits. */
    @Nullable
    String kernelId();

    /** Every kernel that would be a right choice; empty if no kernel fits. */
    List<String> acceptableKernels();

    /** The route; null without one. */
    ResultRow.@Nullable Decision decision();

    /** Whether the decision is the label's; null without a decision. */
    @Nullable
    Boolean routeCorrect();

    /** The likeliest kernel that may be given the prompt: its preconditions do not fail. */
    default Optional<ResultRow.Candidate> likeliest() {
        ResultRow.Decision decision = decision();
        if (decision == null) {
            return Optional.empty();
        }
        if (decision.candidates().isEmpty() && decision.kernelIds().size() == 1) { // nothing else was weighed
            return Optional.of(new ResultRow.Candidate(
                    decision.kernelIds().get(0), decision.probability(), 0, 0, 0, "UNKNOWN", List.of()));
        }
        return decision.candidates().stream()
                .filter(candidate -> !candidate.preconditions().equals("FAIL"))
                .findFirst();
    }
}
