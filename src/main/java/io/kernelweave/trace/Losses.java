package io.kernelweave.trace;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a form cannot hold of a trace, counted. */
final class Losses {
    private final Map<String, Integer> counts = new TreeMap<>();

    void say(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    void event(TraceEvent event) {
        say("events of kind " + event.kind().label());
    }

    /** Says what an event's data have beside the fields that the form holds. */
    void fields(TraceEvent event, String... held) {
        event.data().properties().forEach(field -> {
            if (!List.of(held).contains(field.getKey()) && !field.getValue().isNull()) {
                say(event.kind().label() + "." + field.getKey());
            }
        });
    }

    void times(Trace trace) {
        if (!trace.startedAt().equals(Instant.EPOCH)
                || trace.durationNanos() > 0
                || trace.events().stream().anyMatch(event -> event.atNanos() > 0)) {
            say("times");
        }
    }

    void nesting(Trace trace) {
        if (trace.events().stream().anyMatch(event -> event.parent() != null)) {
            say("what is part of what");
        }
    }

    /** What stands beside the events, for a form that the trace did not come in. */
    void ofWhole(Trace trace, ImportedTrace.@Nullable Origin origin) {
        if (trace.kernelId() != null) {
            say("kernel_id");
        }
        if (origin != null) {
            origin.fields().propertyNames().forEach(field -> say(origin.form().label() + " field " + field));
        }
    }

    List<String> lines() {
        return counts.entrySet().stream()
                .map(loss -> loss.getKey() + (loss.getValue() > 1 ? " (" + loss.getValue() + " times)" : ""))
                .toList();
    }
}
