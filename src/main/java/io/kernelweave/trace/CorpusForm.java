package io.kernelweave.trace;

import static io.kernelweave.trace.TraceForm.shown;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Traces of agents as research corpora have them. Only the steps are what happened. Whatever stands beside them (goal, family,
 * reward, the right actions) may come from the answer key and goes into the origin, whole; only {@code corpus} names the
 * family, because it says where a trace is from and nothing of its answer.
 */
final class CorpusForm implements TraceForm.Codec {
    @Override
    public boolean fits(JsonNode document) {
        return document.path("steps").isArray()
                || document.path(0).path("steps").isArray();
    }

    @Override
    public List<ImportedTrace> read(List<TraceForm.Entry> documents) {
        List<ImportedTrace> traces = new ArrayList<>();
        for (TraceForm.Entry document : documents) {
            if (document.value().isArray()) {
                for (int i = 0; i < document.value().size(); i++) {
                    traces.add(trace(document.value().get(i), document.where() + " at /" + i));
                }
            } else {
                traces.add(trace(document.value(), document.where() + " at "));
            }
        }
        return traces;
    }

    private static ImportedTrace trace(JsonNode record, String where) {
        if (!record.path("steps").isArray()) {
            throw InputException.at(where + "/steps", "is " + shown(record.path("steps")), "give an array of steps");
        }
        Transcript transcript = new Transcript(where.strip());
        String prompt = null;
        for (int i = 0; i < record.get("steps").size(); i++) {
            JsonNode step = record.get("steps").get(i);
            String at = where + "/steps/" + i;
            if (!step.isObject()) {
                throw InputException.at(at, "is " + shown(step), "give an object with kind");
            }
            step(step, TraceForm.text(step, "kind", at), transcript, at);
            if (prompt == null && step.path("kind").asString("").equals("user")) {
                prompt = step.path("observation").asString("");
            }
        }
        JsonNode success = record.path("success");
        String family = TraceForm.text(record, "corpus", where);
        ObjectNode fields = Transcript.rest(record, "trace_id", "steps");
        return transcript.end(
                prompt == null ? "" : prompt,
                family.isEmpty() ? null : family,
                new ImportedTrace.Origin(
                        TraceForm.CORPUS,
                        TraceForm.text(record, "trace_id", where),
                        success.isBoolean() ? success.booleanValue() ? "PASS" : "FAIL" : "UNKNOWN",
                        fields == null ? Json.object() : fields));
    }

    private static void step(JsonNode step, String kind, Transcript into, String at) {
        ObjectNode data = Json.object();
        switch (kind) {
            case "tool_call" -> {
                String tool = TraceForm.text(step, "tool", at);
                if (tool.isEmpty()) {
                    throw InputException.at(at + "/tool", "is missing", "name the tool that is called");
                }
                String thought = TraceForm.text(step, "thought", at);
                if (!thought.isEmpty()) {
                    into.add(Kind.PLAN, "thought", Json.object().put("text", thought), null);
                }
                data.set(
                        "arguments",
                        step.has("args") ? step.get("args") : Json.mapper().nullNode());
                String call = "c" + into.events().size();
                data.put("call", call);
                ObjectNode rest = Transcript.rest(step, "kind", "tool", "args", "observation", "error", "thought");
                if (rest != null) {
                    data.set("rest", rest);
                }
                into.add(Kind.TOOL_CALL, tool, data, null);
                JsonNode error = step.path("error");
                if (step.has("observation")) {
                    ObjectNode answer = Json.object().put("call", call);
                    Transcript.put(answer, "result", step.get("observation"));
                    if (!error.isMissingNode() && !error.isNull() && !(error.isBoolean() && !error.booleanValue())) {
                        answer.set("error", error);
                    }
                    into.add(Kind.OBSERVATION, tool, answer, null);
                } else if (!error.isMissingNode()) {
                    into.add(
                            Kind.OBSERVATION,
                            tool,
                            Json.object().put("call", call).set("error", error),
                            null);
                }
            }
            case "user", "assistant" -> {
                JsonNode said = step.path("observation");
                data.set("text", said.isMissingNode() ? Json.tree("") : said);
                ObjectNode rest = Transcript.rest(step, "kind", "tool", "args", "observation");
                if (rest != null) {
                    data.set("rest", rest);
                }
                into.add(kind.equals("user") ? Kind.OBSERVATION : Kind.GENERATION, kind, data, null);
            }
            default ->
                into.add(Kind.UNKNOWN, "corpus:" + (kind.isEmpty() ? "step" : kind), data.set("step", step), null);
        }
    }

    @Override
    public TraceForm.Written write(Trace trace, ImportedTrace.@Nullable Origin origin) {
        ImportedTrace.Origin own = origin != null && origin.form() == TraceForm.CORPUS ? origin : null;
        Losses losses = new Losses();
        ObjectNode record = Json.object();
        record.put("trace_id", own != null && !own.id().isEmpty() ? own.id() : trace.traceId());
        if (own != null) {
            record.setAll(own.fields());
        } else {
            if (trace.taskFamily() != null) {
                record.put("corpus", trace.taskFamily());
            }
            String outcome = origin == null ? trace.verdict() : origin.outcome();
            if (!outcome.equals("UNKNOWN")) {
                record.put("success", outcome.equals("PASS"));
            }
            losses.ofWhole(trace, origin);
        }
        ArrayNode steps = record.putArray("steps");
        if (own == null && !trace.prompt().isEmpty() && !Answers.saysPrompt(trace)) {
            said(steps, "user", Json.object().put("text", trace.prompt()));
        }
        Answers answers = Answers.of(trace);
        String thought = null;
        for (TraceEvent event : trace.events()) {
            ObjectNode data = event.data();
            switch (event.kind()) {
                case PLAN -> {
                    if (event.name().equals("thought") && data.path("text").isString() && thought == null) {
                        thought = data.get("text").stringValue();
                    } else {
                        losses.event(event);
                    }
                    continue;
                }
                case TOOL_CALL -> {
                    ObjectNode step = steps.addObject().put("kind", "tool_call").put("tool", event.name());
                    if (thought != null) {
                        step.put("thought", thought);
                        thought = null;
                    }
                    step.set("args", data.has("arguments") ? data.get("arguments") : data);
                    TraceEvent answer = answers.to(event);
                    if (answer != null) {
                        step.set("observation", Transcript.given(answer.data(), "result"));
                        JsonNode error = answer.data().path("error");
                        step.set("error", error.isMissingNode() ? Json.tree(false) : error);
                    }
                    rest(data, step);
                    losses.fields(event, "arguments", "arguments_text", "call", "rest");
                }
                case OBSERVATION -> {
                    if (event.name().equals("user") && data.has("text")) {
                        said(steps, "user", data);
                        losses.fields(event, "text", "rest");
                    } else if (!answers.isAnswer(event)) {
                        losses.event(event);
                    }
                }
                case GENERATION -> {
                    if (!data.path("text").isMissingNode() && !data.path("text").isNull()) {
                        said(steps, "assistant", data);
                        losses.fields(event, "text", "rest");
                    } else {
                        losses.fields(event, "text");
                    }
                }
                case OUTPUT -> {
                    JsonNode text = data.path("text");
                    if (!text.equals(steps.path(steps.size() - 1).path("observation"))) {
                        said(steps, "assistant", data);
                    }
                    losses.fields(event, "text");
                }
                case UNKNOWN -> {
                    if (event.name().startsWith("corpus:")) {
                        steps.add(data.path("step"));
                    } else {
                        losses.event(event);
                    }
                }
                default -> losses.event(event);
            }
            if (thought != null) {
                losses.say("a thought without a call");
                thought = null;
            }
        }
        if (thought != null) {
            losses.say("a thought without a call");
        }
        losses.times(trace);
        losses.nesting(trace);
        return new TraceForm.Written(record, losses.lines());
    }

    private static void said(ArrayNode steps, String who, ObjectNode data) {
        ObjectNode step = steps.addObject().put("kind", who).putNull("tool").putNull("args");
        step.set("observation", data.get("text"));
        rest(data, step);
    }

    private static void rest(ObjectNode data, ObjectNode step) {
        if (data.path("rest") instanceof ObjectNode rest) {
            step.setAll(rest);
        }
    }
}
