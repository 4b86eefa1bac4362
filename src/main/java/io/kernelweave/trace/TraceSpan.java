package io.kernelweave.trace;

import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something of a trace that takes time, for a try-with-resources statement. Closing it says how long it took; that it was closed
 * does not say that it succeeded: a call that nothing is told of stays without an answer.
 */
public final class TraceSpan extends Recording implements AutoCloseable {
    private final TraceRecorder recorder;
    private final int position;
    private final String name;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile ObjectNode outcome = Json.object();

    TraceSpan(TraceRecorder recorder, int position, String name) {
        this.recorder = recorder;
        this.position = position;
        this.name = name;
    }

    /** What the call gave back. */
    public void returned(JsonNode result) {
        ObjectNode data = answer();
        data.set("result", result);
        record(Kind.OBSERVATION, name, data);
    }

    /** The call failed. */
    public void failed(String error) {
        record(Kind.OBSERVATION, name, answer().put("error", error));
    }

    private ObjectNode answer() {
        return Json.object().put("call", TraceRecorder.callId(position));
    }

    /** Says what came of it; joins the data of its event when the span ends. */
    public void ended(ObjectNode data) {
        outcome = data;
    }

    /** Ends the span; once more changes nothing. */
    @Override
    public void close() {
        if (open.getAndSet(false)) {
            recorder.end(position, outcome);
        }
    }

    @Override
    int add(Kind kind, String name, ObjectNode data, @Nullable Integer parent) {
        return recorder.add(kind, name, data, parent);
    }

    @Override
    TraceRecorder root() {
        return recorder;
    }

    @Override
    Integer position() {
        return position;
    }
}
