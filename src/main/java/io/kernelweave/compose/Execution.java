package io.kernelweave.compose;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What became of a flow.
 *
 * @param value what it gave; null unless it succeeded
 * @param reason why it did not; empty if it did
 * @param completed the kernels whose calls came to an end with an answer, in that order
 * @param undone what was undone, in that order
 * @param residual what was done and could not be undone
 */
public record Execution(
        Status status,
        @Nullable JsonNode value,
        String reason,
        List<String> completed,
        List<Undone> undone,
        List<Residual> residual) {

    /** How it ended. */
    public enum Status {
        SUCCEEDED,
        FAILED,
        /** The thread that ran it was interrupted. */
        CANCELLED,
        /** The time for the whole of it was over. */
        TIMED_OUT
    }

    /** An effect that is no more. */
    public record Undone(String kernelId, String effect) {}

    /**
     * An effect that may still be there.
     *
     * @param reason why
     */
    public record Residual(String kernelId, String effect, String reason) {}

    public Execution {
        completed = List.copyOf(completed);
        undone = List.copyOf(undone);
        residual = List.copyOf(residual);
    }

    public boolean succeeded() {
        return status == Status.SUCCEEDED;
    }
}
