package io.kernelweave.trial;

import org.jspecify.annotations.Nullable;

/**
 * Two JSON Schemas of which it is said whether the one contains the other. The schemas are JSON text and name their drafts.
 *
 * @param id unique among the cases of a job
 * @param group what the figures of its source are called
 * @param cluster cases of one file or test are no independent evidence
 * @param equivalence whether the question is if the same values satisfy both; else if every value of the one satisfies the other
 * @param expected the answer that the source gives
 * @param problem why the case cannot be tried, if its source could not be read; else null
 */
public record ContainmentCase(
        String id,
        String group,
        String cluster,
        String description,
        boolean equivalence,
        String one,
        String other,
        boolean expected,
        @Nullable String problem) {}
