package io.kernelweave.verify;

import io.kernelweave.json.Json;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tool calls of a trace, each with what came back. {@link TraceEvent.Kind} says how a trace records them; an observation
 * answers the call with its {@code call} id, else the oldest call of its tool that has no answer.
 */
final class CallLog {
    /**
     * @param at the event's position in the trace
     * @param result what came back; null if nothing did
     * @param answeredAt position of the answer; beyond every event if there is none
     * @param error what went wrong; null if nothing did
     */
    record Call(
            int at,
            String tool,
            JsonNode arguments,
            @Nullable JsonNode result,
            int answeredAt,
            @Nullable String error) {

        String shown() {
            return tool + Finding.quote(Json.compact(arguments)) + " (event " + at + ")";
        }
    }

    private final Trace trace;
    private final List<Call> calls = new ArrayList<>();
    private final ObjectNode json = Json.object();

    private CallLog(Trace trace) {
        this.trace = trace;
    }

    static CallLog of(Trace trace) {
        CallLog log = new CallLog(trace);
        List<String> ids = new ArrayList<>();
        ObjectNode said = Json.object();
        for (int i = 0; i < trace.events().size(); i++) {
            TraceEvent event = trace.events().get(i);
            ObjectNode data = event.data() == null ? Json.object() : event.data();
            if (event.kind() == TraceEvent.Kind.TOOL_CALL) {
                ids.add(data.path("call").asString(""));
                log.calls.add(new Call(
                        i, String.valueOf(event.name()), payload(data, "arguments"), null, Integer.MAX_VALUE, null));
            } else if (event.kind() == TraceEvent.Kind.OBSERVATION) {
                if (!log.answer(i, event, data, ids)) {
                    list(said, event.name()).add(payload(data, "text"));
                }
            } else if (event.kind() == TraceEvent.Kind.PLAN || event.kind() == TraceEvent.Kind.GENERATION) {
                list(said, event.name()).add(payload(data, "text"));
            }
        }
        ArrayNode list = log.json.putArray("calls");
        ArrayNode failed = log.json.putArray("failed");
        ObjectNode tools = log.json.putObject("tools");
        ObjectNode done = log.json.putObject("done");
        log.json.set("said", said);
        for (Call call : log.calls) {
            ObjectNode each = list.addObject().put("tool", call.tool);
            list(tools, call.tool).add(each);
            if (call.error == null) {
                list(done, call.tool).add(each);
            } else {
                failed.add(each);
            }
            each.set("arguments", call.arguments);
            if (call.result != null) {
                each.set("result", call.result);
            }
            if (call.error != null) {
                each.put("error", call.error);
            }
        }
        return log;
    }

    private static ArrayNode list(ObjectNode lists, @Nullable String name) {
        String key = String.valueOf(name);
        return lists.get(key) instanceof ArrayNode list ? list : lists.putArray(key);
    }

    /** Was there a call that this answers? */
    private boolean answer(int at, TraceEvent event, ObjectNode data, List<String> ids) {
        String id = data.path("call").asString("");
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            boolean answers = id.isEmpty()
                    ? call.answeredAt == Integer.MAX_VALUE && call.tool.equals(event.name())
                    : id.equals(ids.get(i));
            if (answers) {
                JsonNode error = data.get("error");
                calls.set(
                        i,
                        new Call(
                                call.at,
                                call.tool,
                                call.arguments,
                                payload(data, "result"),
                                at,
                                error == null || error.isNull() ? null : error.asString(error.toString())));
                return true;
            }
        }
        return false;
    }

    /** What an event carries: the field, or all of its data where it has no such field. */
    private static JsonNode payload(ObjectNode data, String field) {
        return data.has(field) ? data.get(field) : data.deepCopy().without(List.of("call", "error"));
    }

    Trace trace() {
        return trace;
    }

    /** All calls in their order. */
    List<Call> all() throws Undecided {
        if (trace.events().isEmpty()) {
            throw new Undecided("the trace has no events");
        }
        return calls;
    }

    List<Call> of(List<String> tools) throws Undecided {
        return all().stream().filter(call -> tools.contains(call.tool)).toList();
    }

    /**
     * As paths see it: {@code calls}, each with tool, arguments, result and error; {@code failed}, those with an error;
     * {@code tools}, the calls of each tool; {@code done}, those of them without an error; {@code said}, the texts of plans, generations and observations that answer no call, by
     * the event's name.
     */
    JsonNode json() throws Undecided {
        all();
        return json;
    }
}
