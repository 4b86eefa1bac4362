package io.kernelweave.trace;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Captures one trace. Safe for several threads; secrets are redacted as they come in.
 *
 * <p>The trace's id is derived from its seed alone, so that a run repeated has the same ids.
 */
public final class TraceRecorder {
    private final String traceId;
    private final String prompt;
    private final Instant startedAt;
    private final LongSupplier nanoTime;
    private final long begin;
    private final List<TraceEvent> events = new ArrayList<>();

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

    /** Records an event now. */
    public synchronized void record(TraceEvent.Kind kind, String name, ObjectNode data) {
        ObjectNode clean = (ObjectNode) redact(data);
        events.add(new TraceEvent(events.size(), kind, name, nanoTime.getAsLong() - begin, clean));
    }

    /** What was recorded until now, for who judges the answer before it is given. */
    public Trace soFar() {
        return finish(null, null, null, "UNKNOWN");
    }

    /** Ends the trace. */
    public synchronized Trace finish(
            @Nullable String taskFamily, @Nullable String kernelId, @Nullable String output, String verdict) {
        return new Trace(
                traceId,
                prompt,
                taskFamily,
                kernelId,
                startedAt,
                nanoTime.getAsLong() - begin,
                events,
                output == null ? null : Redaction.redact(output),
                verdict);
    }

    private static JsonNode redact(JsonNode node) {
        if (node.isString()) {
            return Json.tree(Redaction.redact(node.stringValue()));
        }
        if (node instanceof ObjectNode object) {
            ObjectNode clean = Json.object();
            object.properties().forEach(entry -> clean.set(entry.getKey(), redact(entry.getValue())));
            return clean;
        }
        if (node.isArray()) {
            var clean = Json.mapper().createArrayNode();
            node.forEach(element -> clean.add(redact(element)));
            return clean;
        }
        return node;
    }
}
