package io.kernelweave.trace;

import io.kernelweave.trace.TraceEvent.Kind;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which observation answers which call: that of the call's id, else the oldest call of its tool that has no answer. */
final class Answers {
    private final Map<Integer, TraceEvent> byCall = new HashMap<>();
    private final Map<Integer, Integer> calls = new HashMap<>();

    private Answers() {}

    static Answers of(Trace trace) {
        Answers found = new Answers();
        Map<String, Integer> ids = new HashMap<>();
        Map<String, ArrayDeque<Integer>> waiting = new HashMap<>();
        for (TraceEvent event : trace.events()) {
            String id = event.data().path("call").asString("");
            if (event.kind() == Kind.TOOL_CALL) {
                ids.putIfAbsent(id, event.sequence());
                waiting.computeIfAbsent(event.name(), name -> new ArrayDeque<>())
                        .add(event.sequence());
            } else if (event.kind() == Kind.OBSERVATION) {
                ArrayDeque<Integer> queue = waiting.get(event.name());
                while (id.isEmpty() && queue != null && !queue.isEmpty() && found.byCall.containsKey(queue.peek())) {
                    queue.poll();
                }
                Integer call = !id.isEmpty() ? ids.get(id) : queue == null ? null : queue.poll();
                if (call != null && found.byCall.putIfAbsent(call, event) == null) {
                    found.calls.put(event.sequence(), call);
                }
            }
        }
        return found;
    }

    @Nullable
    TraceEvent to(TraceEvent call) {
        return byCall.get(call.sequence());
    }

    boolean isAnswer(TraceEvent observation) {
        return calls.containsKey(observation.sequence());
    }

    /** Position of the call that an observation answers; negative if it answers none. */
    int callOf(TraceEvent observation) {
        return calls.getOrDefault(observation.sequence(), -1);
    }

    /** Is what the user asked for among the events? */
    static boolean saysPrompt(Trace trace) {
        return trace.events().stream()
                .anyMatch(event -> event.kind() == Kind.OBSERVATION
                        && event.name().equals("user")
                        && (event.data().has("text") || event.data().has("content")));
    }
}
