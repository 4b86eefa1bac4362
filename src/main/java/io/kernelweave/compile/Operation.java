package io.kernelweave.compile;

import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceEvent.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * One thing that was done: a tool called and what came back, or something written, planned, gathered or checked. What others say
 * (a user, a system) is no operation; a thought is part of the operation that it leads to.
 *
 * @param kind of the event
 * @param name the tool, or the event's name
 * @param arguments of a call; missing for anything else
 * @param result what came back; null if nothing did
 * @param failed the answer was an error
 * @param at the event's place in the trace
 */
record Operation(
        Kind kind,
        String name,
        JsonNode arguments,
        @Nullable JsonNode result,
        boolean failed,
        int at) {

    static List<Operation> of(Trace trace) {
        List<Operation> operations = new ArrayList<>();
        List<String> calls = new ArrayList<>();
        Set<Integer> answered = new HashSet<>();
        for (int i = 0; i < trace.events().size(); i++) {
            TraceEvent event = trace.events().get(i);
            switch (event.kind()) {
                case TOOL_CALL -> {
                    calls.add(event.data().path("call").asString(""));
                    operations.add(new Operation(
                            event.kind(),
                            event.name(),
                            event.data().has("arguments") ? event.data().get("arguments") : event.data(),
                            null,
                            false,
                            i));
                }
                case OBSERVATION -> answer(operations, calls, answered, event);
                case GENERATION, PLAN, EVIDENCE, VERIFICATION -> {
                    boolean thought = event.kind() == Kind.PLAN && event.name().equals("thought");
                    boolean silent = event.kind() == Kind.GENERATION
                            && event.data().path("text").asString("-").isBlank();
                    if (!thought && !silent) {
                        calls.add("");
                        operations.add(
                                new Operation(event.kind(), event.name(), MissingNode.getInstance(), null, false, i));
                    }
                }
                default -> {}
            }
        }
        return operations;
    }

    /** An observation answers the call with its id, else the oldest call of its tool that has no answer. */
    private static void answer(
            List<Operation> operations, List<String> calls, Set<Integer> answered, TraceEvent event) {
        String id = event.data().path("call").asString("");
        for (int i = 0; i < operations.size(); i++) {
            Operation call = operations.get(i);
            if (call.kind == Kind.TOOL_CALL
                    && !answered.contains(i)
                    && (id.isEmpty() ? call.name.equals(event.name()) : id.equals(calls.get(i)))) {
                JsonNode error = event.data().path("error");
                boolean failed =
                        !error.isMissingNode() && !error.isNull() && !(error.isBoolean() && !error.booleanValue());
                JsonNode result = event.data().has("result") ? event.data().get("result") : event.data();
                operations.set(i, new Operation(call.kind, call.name, call.arguments, result, failed, call.at));
                answered.add(i);
                return;
            }
        }
    }

    boolean isCall() {
        return kind == Kind.TOOL_CALL;
    }

    /** What it is called where its arguments do not matter. */
    String title() {
        return isCall() ? name : kind.label() + ":" + name;
    }
}
