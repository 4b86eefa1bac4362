package io.kernelweave.mine;

import io.kernelweave.trace.ImportedTrace;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Outcome;
import tools.jackson.databind.JsonNode;

/**
 * A trace that conditions are mined from.
 *
 * @param outcome what became of it, as the gate or the source says; UNKNOWN counts as neither success nor failure
 * @param task attempts at one task share it: they never stand on both sides of a split, and count together as one
 */
public record Example(Trace trace, Outcome outcome, String task) {
    /** A trace that the gate has judged; it is a task of its own. */
    public static Example of(Trace trace) {
        return new Example(trace, Outcome.valueOf(trace.verdict()), trace.digest());
    }

    /**
     * An imported trace. Of what its source says beside the steps, only its word on success and its {@code task_id} are read, which
     * say what is a success and which attempts belong together; anything else may be the answer key.
     */
    public static Example of(ImportedTrace imported) {
        JsonNode task = imported.origin().fields().path("task_id");
        return new Example(
                imported.trace(),
                Outcome.valueOf(imported.origin().outcome()),
                task.isMissingNode() || task.isNull() ? imported.trace().digest() : task.asString(task.toString()));
    }
}
