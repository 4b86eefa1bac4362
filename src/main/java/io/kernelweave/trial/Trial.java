package io.kernelweave.trial;

import io.kernelweave.stats.LogHistogram;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of one {@link SchemaCase}.
 *
 * @param refusal why the schema was refused; else null
 * @param fault what went wrong in the engine, if it gave neither a verdict nor a refusal; else null
 * @param valid how many documents are valid
 * @param invalid how many are not
 * @param unsatisfiable whether it was proved that no document satisfies the schema: a verdict on all documents, without a mask
 * @param errors how many documents of each kind of error; empty if the schema was refused or the engine failed
 * @param failures the first document of each kind of error
 * @param tokens that were accepted
 * @param compileNs thread CPU time until the schema was compiled or refused
 * @param firstMaskNs thread CPU time from the schema to the first mask; −1 if there was none
 * @param betweenMasks thread CPU time of each accepted token and the mask after it
 * @param allocatedBytes what compiling and all masks allocated: no less than the memory that the compiled schema holds
 * @param retainedBytes what the compiled schema and a matcher hold after all documents; −1 if not measured
 * @param heapPeakBytes the most that the heap of this process held so far, garbage included
 */
public record Trial(
        @Nullable Refusal refusal,
        @Nullable String fault,
        int valid,
        int invalid,
        boolean unsatisfiable,
        Errors errors,
        List<Failure> failures,
        long tokens,
        long compileNs,
        long firstMaskNs,
        LogHistogram betweenMasks,
        long allocatedBytes,
        long retainedBytes,
        long heapPeakBytes) {

    /**
     * A schema that the engine does not honour.
     *
     * @param keyword that it names; {@code (schema)} if it names none
     * @param pointer JSON pointer into the schema; empty for its root, or if the refusal names no place
     * @param late whether the schema had been compiled, and the refusal came while masks were made
     */
    public record Refusal(String keyword, String pointer, String message, boolean late) {}

    /** How a document can be treated wrongly; of the two rules, the strict one also looks at the end of the text. */
    public enum Kind {
        /** Valid, and one of its tokens is not allowed: over-constrained by both rules. */
        REFUSED,
        /** Valid, all tokens allowed, but the text may not end where it ends: over-constrained by the strict rule. */
        UNFINISHED,
        /** Invalid, all tokens allowed, and the text may end: under-constrained by both rules. */
        ADMITTED,
        /** Invalid, all tokens allowed, but the text may not end: under-constrained by MaskBench's rule alone. */
        OPEN
    }

    /** How many documents of each {@link Kind}. */
    public record Errors(int refused, int unfinished, int admitted, int open) {
        static final Errors NONE = new Errors(0, 0, 0, 0);

        Errors and(Kind kind) {
            return switch (kind) {
                case REFUSED -> new Errors(refused + 1, unfinished, admitted, open);
                case UNFINISHED -> new Errors(refused, unfinished + 1, admitted, open);
                case ADMITTED -> new Errors(refused, unfinished, admitted + 1, open);
                case OPEN -> new Errors(refused, unfinished, admitted, open + 1);
            };
        }
    }

    /**
     * A document that was treated wrongly.
     *
     * @param instance its index in the case, from 0
     * @param excerpt of its text; a token that was not allowed stands between ⟨ and ⟩
     * @param reason in words
     */
    public record Failure(Kind kind, int instance, String excerpt, String reason) {}

    public Trial {
        failures = List.copyOf(failures);
    }

    Trial retaining(long bytes) {
        return new Trial(
                refusal,
                fault,
                valid,
                invalid,
                unsatisfiable,
                errors,
                failures,
                tokens,
                compileNs,
                firstMaskNs,
                betweenMasks,
                allocatedBytes,
                bytes,
                heapPeakBytes);
    }
}
