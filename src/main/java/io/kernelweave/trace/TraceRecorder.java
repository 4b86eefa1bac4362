package io.kernelweave.trace;

import io.kernelweave.json.Digest;
import io.kernelweave.trace.TraceEvent.Kind;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Captures one trace.
 *
 * <pre>{@code
 * TraceRecorder trace = new TraceRecorder("run-7/row-3", prompt);
 * try (TraceSpan call = trace.call("find_order", arguments)) {
 *     call.evidence("order", "orders.db", "A-17 is paid", 0.9);   // part of the call
 *     call.returned(order);
 * }
 * trace.output("answer", text);
 * Trace done = trace.finish("refunds", kernelId, text, verdict);   // the verdict is the gate's
 * }</pre>
 *
 * <p>The trace's id is derived from its seed alone, so that a run repeated has the same ids.
 */
public final class TraceRecorder extends Recording {
    private final String traceId;
    private final String prompt;
    private final Instant startedAt;
    private final LongSupplier nanoTime;
    private final long begin;
    private final List<TraceEvent> events = new ArrayList<>();
    private boolean finished;

    public TraceRecorder(String seed, String prompt) {
        this(seed, prompt, Clock.systemUTC(), System::nanoTime);
    }

    TraceRecorder(String seed, String prompt, Clock clock, LongSupplier nanoTime) {
        this.traceId = "t-" + Digest.of(seed).substring(0, 16);
        this.prompt = Redaction.redact(prompt);
        this.startedAt = clock.instant();
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
    }

    @Override
    synchronized int add(Kind kind, String name, ObjectNode data, @Nullable Integer parent) {
        requireOpen();
        JsonNode clean = Redaction.redact(data);
        int position = events.size();
        events.add(new TraceEvent(position, kind, Redaction.redact(name), now(), (ObjectNode) clean, parent, null));
        return position;
    }

    /** A call names itself after its position, so that overlapping calls of one tool keep their answers apart. */
    synchronized TraceSpan call(String tool, ObjectNode data, @Nullable Integer parent) {
        return new TraceSpan(this, add(Kind.TOOL_CALL, tool, data.put("call", callId(events.size())), parent), tool);
    }

    static String callId(int position) {
        return "c" + position;
    }

    /** Ends a span, with what came of it. */
    synchronized void end(int position, ObjectNode outcome) {
        if (finished) {
            return;
        }
        TraceEvent event = events.get(position);
        ObjectNode data = event.data().deepCopy();
        data.setAll((ObjectNode) Redaction.redact(outcome));
        events.set(
                position,
                new TraceEvent(
                        position,
                        event.kind(),
                        event.name(),
                        event.atNanos(),
                        data,
                        event.parent(),
                        now() - event.atNanos()));
    }

    private long now() {
        return nanoTime.getAsLong() - begin;
    }

    @Override
    TraceRecorder root() {
        return this;
    }

    @Override
    @Nullable
    Integer position() {
        return null;
    }

    /** What was recorded until now, for who judges the answer before it is given. */
    public synchronized Trace soFar() {
        return trace(null, null, null, "UNKNOWN");
    }

    /**
     * Ends the trace. A span that is still open has no duration, and may be closed later; whatever else is recorded later is refused,
     * because it would be lost without a word.
     *
     * @throws IllegalStateException if it has ended already
     */
    public synchronized Trace finish(
            @Nullable String taskFamily, @Nullable String kernelId, @Nullable String output, String verdict) {
        requireOpen();
        finished = true;
        return trace(taskFamily, kernelId, output, verdict);
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the trace " + traceId + " is finished");
        }
    }

    private Trace trace(
            @Nullable String taskFamily, @Nullable String kernelId, @Nullable String output, String verdict) {
        return new Trace(
                traceId,
                prompt,
                taskFamily,
                kernelId,
                startedAt,
                now(),
                events,
                output == null ? null : Redaction.redact(output),
                verdict);
    }
}
