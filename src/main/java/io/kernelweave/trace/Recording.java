package io.kernelweave.trace;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where events are recorded: a trace as a whole ({@link TraceRecorder}), or one of its spans ({@link TraceSpan}), whose events
 * are part of it. Safe for several threads; secrets are redacted before an event is kept. Once the trace is finished, every method
 * that records throws {@link IllegalStateException}.
 */
public abstract sealed class Recording permits TraceRecorder, TraceSpan {
    /** Keeps an event, with or without a duration to come; returns its position. */
    abstract int add(Kind kind, String name, ObjectNode data, @Nullable Integer parent);

    /** The recorder of the whole trace. */
    abstract TraceRecorder root();

    /** The event that what is recorded here is part of; null for none. */
    abstract @Nullable Integer position();

    /** Records an event now. */
    public final void record(Kind kind, String name, ObjectNode data) {
        add(kind, name, data, position());
    }

    /** Begins something that takes time, and that other events may be part of; it ends when the span is closed. */
    public final TraceSpan begin(Kind kind, String name, ObjectNode data) {
        return new TraceSpan(root(), add(kind, name, data, position()), name);
    }

    /** Begins a call of a tool. What comes back is told to the span. */
    public final TraceSpan call(String tool, JsonNode arguments) {
        ObjectNode data = Json.object();
        data.set("arguments", arguments);
        return root().call(tool, data, position());
    }

    /** What is going to be done, step by step. */
    public final void plan(String name, JsonNode steps) {
        record(Kind.PLAN, name, with("steps", steps));
    }

    /** What was seen without a call for it, such as the {@code state} of the world. */
    public final void observation(String name, JsonNode result) {
        record(Kind.OBSERVATION, name, with("result", result));
    }

    /** What was chosen, and why. */
    public final void decision(String name, String chosen, String why) {
        record(Kind.DECISION, name, Json.object().put("chosen", chosen).put("why", why));
    }

    /**
     * What an answer rests on.
     *
     * @param reliability how far the source is to be trusted, 0 to 1
     */
    public final void evidence(String name, String source, String text, double reliability) {
        if (!(reliability >= 0 && reliability <= 1)) {
            throw InputException.at("evidence \"" + name + "\"", "reliability " + reliability, "give 0 to 1");
        }
        record(
                Kind.EVIDENCE,
                name,
                Json.object().put("source", source).put("text", text).put("reliability", reliability));
    }

    /** What a check said: {@code PASS}, {@code FAIL} or {@code UNKNOWN}. */
    public final void verification(String name, String outcome, String reason) {
        record(Kind.VERIFICATION, name, Json.object().put("outcome", outcome).put("reason", reason));
    }

    public final void failure(String name, String why) {
        record(Kind.FAILURE, name, Json.object().put("why", why));
    }

    public final void retry(String name, String why) {
        record(Kind.RETRY, name, Json.object().put("why", why));
    }

    /** The final answer, before anything judges it. */
    public final void output(String name, String text) {
        record(Kind.OUTPUT, name, Json.object().put("text", text));
    }

    private static ObjectNode with(String field, JsonNode value) {
        ObjectNode data = Json.object();
        data.set(field, value);
        return data;
    }
}
