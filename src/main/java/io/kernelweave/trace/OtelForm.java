package io.kernelweave.trace;

import static io.kernelweave.trace.TraceForm.array;
import static io.kernelweave.trace.TraceForm.shown;
import static io.kernelweave.trace.TraceForm.text;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OTLP JSON (<a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">encoding</a>) with the spans that
 * <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/">OpenTelemetry's conventions for generative AI</a>
 * describe. All spans of one trace id are one trace.
 *
 * <p>A span is one event and keeps itself, as it was, under {@code data.span}, which is what an export writes again. What follows
 * from it (a tool's result, an exception, a tool call that only a message tells of) are events of their own, marked
 * {@code derived}. Traces that are written here for the first time carry each event in attributes {@code kernelweave.*}, beside
 * the {@code gen_ai.*} that others read, so they come back as they were.
 */
final class OtelForm implements TraceForm.Codec {
    private static final String OWN = "kernelweave.";
    private static final Map<String, Kind> KINDS = Map.of(
            "chat", Kind.GENERATION,
            "text_completion", Kind.GENERATION,
            "generate_content", Kind.GENERATION,
            "execute_tool", Kind.TOOL_CALL,
            "retrieval", Kind.EVIDENCE,
            "invoke_agent", Kind.PLAN,
            "create_agent", Kind.PLAN,
            "invoke_workflow", Kind.PLAN);

    @Override
    public boolean fits(JsonNode document) {
        return document.path("resourceSpans").isArray();
    }

    /** A span with the attributes as plain JSON, and where it stood. */
    private record Span(JsonNode json, ObjectNode attributes, int group, long start, long end, String where) {
        String id() {
            return json.path("spanId").asString("");
        }

        String attribute(String name) {
            return attributes.path("gen_ai." + name).asString("");
        }

        /** An attribute that is structured, or a text that holds JSON. */
        JsonNode structured(String name) {
            ObjectNode holder = Json.object();
            Transcript.put(holder, "value", attributes.path("gen_ai." + name));
            return holder.path("value");
        }
    }

    /** An event before its place among the others is known. */
    private record Draft(
            Kind kind, String name, long at, @Nullable Long duration, ObjectNode data, String key, String parent) {}

    @Override
    public List<ImportedTrace> read(List<TraceForm.Entry> documents) {
        Map<String, List<Span>> byTrace = new LinkedHashMap<>();
        Map<String, ArrayNode> groups = new HashMap<>();
        for (TraceForm.Entry document : documents) {
            String at = document.where() + " at ";
            if (!document.value().path("resourceSpans").isArray()) {
                throw InputException.at(at + "/resourceSpans", "is missing", "give an OTLP export as JSON");
            }
            int r = 0;
            for (JsonNode resource : document.value().get("resourceSpans")) {
                String inResource = at + "/resourceSpans/" + r++;
                int s = 0;
                for (JsonNode scope : array(resource, "scopeSpans", inResource)) {
                    String inScope = inResource + "/scopeSpans/" + s++;
                    ObjectNode group = Json.object();
                    group.set("resource_spans", without(resource, "scopeSpans", inResource));
                    group.set("scope_spans", without(scope, "spans", inScope));
                    int i = 0;
                    for (JsonNode span : array(scope, "spans", inScope)) {
                        String where = inScope + "/spans/" + i++;
                        if (!span.isObject() || text(span, "traceId", where).isEmpty()) {
                            throw InputException.at(where + "/traceId", "is missing", "give the span its trace's id");
                        }
                        String id = span.get("traceId").stringValue();
                        ArrayNode known =
                                groups.computeIfAbsent(id, key -> Json.mapper().createArrayNode());
                        if (known.isEmpty() || !known.get(known.size() - 1).equals(group)) {
                            known.add(group);
                        }
                        byTrace.computeIfAbsent(id, key -> new ArrayList<>())
                                .add(new Span(
                                        span,
                                        attributes(span, where),
                                        known.size() - 1,
                                        nanos(span, "startTimeUnixNano", where),
                                        nanos(span, "endTimeUnixNano", where),
                                        where));
                    }
                }
            }
        }
        List<ImportedTrace> traces = new ArrayList<>();
        byTrace.forEach((id, spans) -> traces.add(
                new Reading(id, spans).end(groups.getOrDefault(id, Json.mapper().createArrayNode()))));
        if (traces.isEmpty()) {
            throw InputException.at(documents.get(0).where(), "has no span", "give an export with spans");
        }
        return traces;
    }

    private static ObjectNode without(JsonNode object, String field, String where) {
        if (!(object instanceof ObjectNode)) {
            throw InputException.at(where, "is " + shown(object), "give an object");
        }
        ObjectNode rest = Transcript.rest(object, field);
        return rest == null ? Json.object() : rest;
    }

    /** 64-bit integers are texts in OTLP JSON; numbers are taken too. */
    private static long nanos(JsonNode parent, String field, String where) {
        JsonNode value = parent.path(field);
        String text = value.isString()
                ? value.stringValue()
                : value.isMissingNode() || value.isNull() ? "0" : value.toString();
        if (!text.matches("\\d{1,19}") || new BigInteger(text).bitLength() > 63) {
            throw InputException.at(where + "/" + field, "is " + shown(value), "give nanoseconds since 1970");
        }
        return Long.parseLong(text);
    }

    private static ObjectNode attributes(JsonNode holder, String where) {
        ObjectNode all = Json.object();
        int i = 0;
        for (JsonNode attribute : array(holder, "attributes", where)) {
            String at = where + "/attributes/" + i++;
            if (!attribute.path("key").isString()) {
                throw InputException.at(at + "/key", "is " + shown(attribute.path("key")), "give a text");
            }
            all.set(attribute.get("key").stringValue(), value(attribute.path("value")));
        }
        return all;
    }

    /** An AnyValue as plain JSON. */
    private static JsonNode value(JsonNode any) {
        if (any.has("intValue")) {
            JsonNode number = any.get("intValue");
            return number.isString() && number.stringValue().matches("-?\\d{1,19}")
                    ? Json.parse(new BigInteger(number.stringValue()).toString(), "integer")
                    : number;
        }
        if (any.has("arrayValue")) {
            ArrayNode array = Json.mapper().createArrayNode();
            any.get("arrayValue").path("values").forEach(each -> array.add(value(each)));
            return array;
        }
        if (any.has("kvlistValue")) {
            ObjectNode object = Json.object();
            any.get("kvlistValue")
                    .path("values")
                    .forEach(each -> object.set(each.path("key").asString(""), value(each.path("value"))));
            return object;
        }
        for (String type : List.of("stringValue", "boolValue", "doubleValue", "bytesValue")) {
            if (any.has(type)) {
                return any.get(type);
            }
        }
        return any.isMissingNode() ? Json.mapper().nullNode() : any;
    }

    /** The spans of one trace on their way to events. */
    private static final class Reading {
        private final String id;
        private final List<Span> spans;
        private final long begin;
        private final boolean timed;
        private final Map<String, JsonNode> arguments = new LinkedHashMap<>();
        private final Map<String, String> tools = new HashMap<>();
        private final Map<String, Span> askedBy = new HashMap<>();
        private final Map<String, JsonNode> results = new HashMap<>();
        private final Map<String, Span> answeredBy = new HashMap<>();
        private final List<Draft> drafts = new ArrayList<>();
        private @Nullable String prompt;

        Reading(String id, List<Span> spans) {
            this.id = id;
            this.spans =
                    spans.stream().sorted(Comparator.comparingLong(Span::start)).toList();
            this.begin = this.spans.get(0).start;
            this.timed = begin > 0;
            this.spans.forEach(this::messages);
        }

        /** Tool calls and results that messages tell of, and the first thing that a user asked for. */
        private void messages(Span span) {
            for (JsonNode message : span.structured("input.messages")) {
                StringBuilder said = new StringBuilder();
                for (JsonNode part : message.path("parts")) {
                    if (part.path("type").asString("").equals("text")) {
                        said.append(part.path("content").asString(""));
                    }
                    String call = part.path("id").asString("");
                    if (part.path("type").asString("").equals("tool_call_response") && !call.isEmpty()) {
                        // The response was called result before it was called response.
                        results.putIfAbsent(call, part.has("response") ? part.get("response") : part.path("result"));
                        answeredBy.putIfAbsent(call, span);
                    }
                }
                if (prompt == null && message.path("role").asString("").equals("user") && !said.isEmpty()) {
                    prompt = said.toString();
                }
            }
            for (JsonNode message : span.structured("output.messages")) {
                for (JsonNode part : message.path("parts")) {
                    String call = part.path("id").asString("");
                    if (part.path("type").asString("").equals("tool_call") && !call.isEmpty()) {
                        arguments.putIfAbsent(call, part.path("arguments"));
                        tools.putIfAbsent(call, part.path("name").asString(""));
                        askedBy.putIfAbsent(call, span);
                    }
                }
            }
            for (JsonNode event : span.json.path("events")) {
                if (prompt == null && event.path("name").asString("").equals("gen_ai.user.message")) {
                    String said = attributes(event, span.where).path("content").asString("");
                    prompt = said.isEmpty() ? null : said;
                }
            }
        }

        ImportedTrace end(ArrayNode groups) {
            Span root = spans.stream()
                    .filter(span -> span.attributes.has(OWN + "prompt"))
                    .findFirst()
                    .orElse(null);
            boolean ours = root != null && spans.stream().allMatch(span -> span == root || own(span));
            if (!ours) {
                drafts.clear();
                spans.forEach(this::foreign);
                arguments.forEach(this::untold);
            }
            Transcript transcript = new Transcript(spans.get(0).where);
            Map<String, Integer> places = new HashMap<>();
            if (!ours) {
                drafts.sort(Comparator.comparingLong(Draft::at));
            }
            for (int i = 0; i < drafts.size(); i++) {
                if (!drafts.get(i).key.isEmpty()) {
                    places.putIfAbsent(drafts.get(i).key, i);
                }
            }
            for (Draft draft : drafts) {
                transcript.add(draft.kind, draft.name, draft.at, draft.data, places.get(draft.parent), draft.duration);
            }
            long last = spans.stream()
                    .mapToLong(span -> Math.max(span.start, span.end))
                    .max()
                    .orElse(begin);
            ObjectNode fields = Json.object();
            ObjectNode attributes = ours && root != null ? root.attributes : Json.object();
            if (!ours) {
                fields.set("groups", groups);
            }
            return transcript.end(
                    ours ? attributes.path(OWN + "prompt").asString("") : prompt == null ? "" : prompt,
                    textOf(attributes, "task_family"),
                    textOf(attributes, "kernel_id"),
                    timed ? Instant.ofEpochSecond(begin / 1_000_000_000L, begin % 1_000_000_000L) : Instant.EPOCH,
                    timed ? last - begin : 0,
                    ours ? textOf(attributes, "output") : transcript.finalText(),
                    new ImportedTrace.Origin(
                            TraceForm.OTEL,
                            id,
                            attributes.path(OWN + "verdict").asString("").matches("PASS|FAIL")
                                    ? attributes.get(OWN + "verdict").stringValue()
                                    : "UNKNOWN",
                            fields));
        }

        private static @Nullable String textOf(ObjectNode attributes, String name) {
            JsonNode value = attributes.path(OWN + name);
            return value.isString() ? value.stringValue() : null;
        }

        private long at(long time) {
            return timed && time > begin ? time - begin : 0;
        }

        private static @Nullable Long duration(Span span) {
            return span.end > span.start ? span.end - span.start : null;
        }

        /** Takes a span that was written here, and nothing has been added to; says whether it is one. */
        private boolean own(Span span) {
            String label = span.attributes.path(OWN + "kind").asString("");
            ObjectNode holder = Json.object();
            Transcript.put(holder, "data", span.attributes.path(OWN + "data"));
            boolean known =
                    Stream.of(Kind.values()).anyMatch(kind -> kind.label().equals(label));
            if (!known
                    || !(holder.get("data") instanceof ObjectNode data)
                    || !span.json.path("events").isEmpty()
                    || !span.attributes.propertyNames().stream()
                            .allMatch(name -> name.startsWith(OWN) || name.startsWith("gen_ai."))) {
                return false;
            }
            drafts.add(new Draft(
                    Kind.valueOf(label.toUpperCase(Locale.ROOT)),
                    span.attributes.path(OWN + "name").asString(""),
                    at(span.start),
                    duration(span),
                    data,
                    span.id(),
                    span.json.path("parentSpanId").asString("")));
            return true;
        }

        private void foreign(Span span) {
            String name = text(span.json, "name", span.where);
            String operation = span.attribute("operation.name");
            Kind kind = KINDS.getOrDefault(operation, Kind.UNKNOWN);
            String parent = span.json.path("parentSpanId").asString("");
            ObjectNode data = Json.object();
            String failure = failure(span);
            switch (kind) {
                case TOOL_CALL -> tool(span, name, data, failure);
                case GENERATION -> {
                    String text = said(span.structured("output.messages"));
                    if (!text.isEmpty()) {
                        data.put("text", text);
                    }
                    data.put(
                            "model",
                            span.attribute(
                                    span.attributes.has("gen_ai.response.model") ? "response.model" : "request.model"));
                    JsonNode tokens = span.attributes.path("gen_ai.usage.output_tokens");
                    if (tokens.isNumber()) {
                        data.set("tokens", tokens);
                    }
                    add(kind, name, span, data, parent);
                }
                case EVIDENCE -> {
                    data.put("source", span.attribute("data_source.id"));
                    data.set("documents", span.structured("retrieval.documents"));
                    add(kind, name, span, data, parent);
                }
                case UNKNOWN -> add(kind, "otel:" + (operation.isEmpty() ? name : operation), span, data, parent);
                default -> add(kind, name, span, data, parent);
            }
            if (!failure.isEmpty() && kind != Kind.TOOL_CALL) {
                derived(Kind.FAILURE, name, at(span.end), Json.object().put("why", failure), span.id());
            }
            int i = 0;
            for (JsonNode event : array(span.json, "events", span.where)) {
                event(event, span, span.where + "/events/" + i++);
            }
        }

        private void add(Kind kind, String name, Span span, ObjectNode data, String parent) {
            data.put("group", span.group).set("span", span.json);
            drafts.add(new Draft(kind, name, at(span.start), duration(span), data, span.id(), parent));
        }

        private void derived(Kind kind, String name, long at, ObjectNode data, String parent) {
            drafts.add(new Draft(kind, name, at, null, data.put("derived", true), "", parent));
        }

        private void tool(Span span, String name, ObjectNode data, String failure) {
            String tool = span.attribute("tool.name");
            tool = tool.isEmpty() ? name.replaceFirst("^execute_tool ", "") : tool;
            String call = span.attribute("tool.call.id");
            JsonNode given = span.attributes.path("gen_ai.tool.call.arguments");
            Transcript.put(
                    data,
                    "arguments",
                    given.isMissingNode()
                            ? arguments.getOrDefault(call, Json.mapper().nullNode())
                            : given);
            String key = call.isEmpty() ? span.id() : call;
            add(
                    Kind.TOOL_CALL,
                    tool,
                    span,
                    data.put("call", key),
                    span.json.path("parentSpanId").asString(""));
            JsonNode result = span.attributes.path("gen_ai.tool.call.result");
            result = result.isMissingNode() ? results.getOrDefault(call, result) : result;
            ObjectNode answer = Json.object().put("call", key);
            if (!result.isMissingNode()) {
                Transcript.put(answer, "result", result);
            }
            if (!failure.isEmpty()) {
                answer.put("error", failure);
            }
            if (answer.size() > 1) {
                derived(Kind.OBSERVATION, tool, at(span.end), answer, span.id());
            }
            arguments.remove(call);
        }

        /** A call that no span stands for, only a model's message. */
        private void untold(String call, JsonNode given) {
            Span asked = askedBy.get(call);
            if (asked == null) {
                return;
            }
            String tool = tools.getOrDefault(call, "");
            ObjectNode data = Json.object().put("call", call);
            Transcript.put(data, "arguments", given);
            derived(Kind.TOOL_CALL, tool, at(asked.end), data, asked.id());
            Span answered = answeredBy.get(call);
            JsonNode result = results.get(call);
            if (answered != null && result != null) {
                ObjectNode answer = Json.object().put("call", call);
                Transcript.put(answer, "result", result);
                derived(Kind.OBSERVATION, tool, Math.max(at(answered.start), at(asked.end)), answer, asked.id());
            }
        }

        private void event(JsonNode event, Span span, String where) {
            String name = text(event, "name", where);
            ObjectNode attributes = attributes(event, where);
            long at = at(nanos(event, "timeUnixNano", where));
            ObjectNode data = Json.object();
            data.set("attributes", attributes);
            switch (name) {
                case "exception" ->
                    derived(
                            Kind.FAILURE,
                            attributes.path("exception.type").asString("exception"),
                            at,
                            data.put("why", attributes.path("exception.message").asString("")),
                            span.id());
                case "gen_ai.evaluation.result" ->
                    derived(
                            Kind.VERIFICATION,
                            attributes.path("gen_ai.evaluation.name").asString("evaluation"),
                            at,
                            data.put(
                                    "reason",
                                    attributes
                                            .path("gen_ai.evaluation.explanation")
                                            .asString("")),
                            span.id());
                case "gen_ai.system.message",
                        "gen_ai.user.message",
                        "gen_ai.assistant.message",
                        "gen_ai.tool.message",
                        "gen_ai.choice",
                        "gen_ai.client.inference.operation.details" ->
                    derived(Kind.OBSERVATION, name, at, data, span.id());
                default -> derived(Kind.UNKNOWN, "otel:" + name, at, data, span.id());
            }
        }

        private static String failure(Span span) {
            JsonNode code = span.json.path("status").path("code");
            boolean failed = code.toString().equals("2") || code.asString("").equals("STATUS_CODE_ERROR");
            String type = span.attributes.path("error.type").asString("");
            String message = span.json.path("status").path("message").asString("");
            return !failed && type.isEmpty() ? "" : message.isEmpty() ? type.isEmpty() ? "error" : type : message;
        }

        private static String said(JsonNode messages) {
            List<String> texts = new ArrayList<>();
            for (JsonNode message : messages) {
                for (JsonNode part : message.path("parts")) {
                    if (part.path("type").asString("").equals("text")) {
                        texts.add(part.path("content").asString(""));
                    }
                }
            }
            return String.join("\n", texts);
        }
    }

    @Override
    public TraceForm.Written write(Trace trace, ImportedTrace.@Nullable Origin origin) {
        ObjectNode document = Json.object();
        ArrayNode resources = document.putArray("resourceSpans");
        if (origin != null && origin.form() == TraceForm.OTEL && origin.fields().has("groups")) {
            List<ArrayNode> spans = new ArrayList<>();
            for (JsonNode group : origin.fields().get("groups")) {
                ObjectNode resource = resources.addObject().setAll((ObjectNode) group.path("resource_spans"));
                ObjectNode scope =
                        resource.putArray("scopeSpans").addObject().setAll((ObjectNode) group.path("scope_spans"));
                spans.add(scope.putArray("spans"));
            }
            for (TraceEvent event : trace.events()) {
                if (event.data().has("span")) {
                    spans.get(event.data().path("group").asInt(0))
                            .add(event.data().get("span"));
                }
            }
            return new TraceForm.Written(document, List.of());
        }
        ObjectNode scope = resources.addObject().putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", "kernelweave");
        ArrayNode spans = scope.putArray("spans");
        String id = Digest.of(trace.traceId()).substring(0, 32);
        long begin = trace.startedAt().getEpochSecond() * 1_000_000_000L
                + trace.startedAt().getNano();
        String rootId = spanId(trace, -1);
        ObjectNode root = span(spans, id, rootId, "", "trace", begin, begin + trace.durationNanos());
        put(root, OWN + "prompt", trace.prompt());
        put(root, OWN + "verdict", origin == null ? trace.verdict() : origin.outcome());
        put(root, OWN + "task_family", trace.taskFamily());
        put(root, OWN + "kernel_id", trace.kernelId());
        put(root, OWN + "output", trace.output());
        Answers answers = Answers.of(trace);
        for (TraceEvent event : trace.events()) {
            long at = begin + event.atNanos();
            String parent = event.parent() == null ? rootId : spanId(trace, event.parent());
            ObjectNode span = span(
                    spans,
                    id,
                    spanId(trace, event.sequence()),
                    parent,
                    event.kind().label() + " " + event.name(),
                    at,
                    at + (event.durationNanos() == null ? 0 : event.durationNanos()));
            if (event.kind() == Kind.TOOL_CALL) {
                span.put("name", "execute_tool " + event.name());
                put(span, "gen_ai.operation.name", "execute_tool");
                put(span, "gen_ai.tool.name", event.name());
                put(span, "gen_ai.tool.call.arguments", plain(event.data(), "arguments"));
                TraceEvent answer = answers.to(event);
                put(span, "gen_ai.tool.call.result", answer == null ? null : plain(answer.data(), "result"));
            } else if (event.kind() == Kind.GENERATION) {
                put(span, "gen_ai.operation.name", "chat");
                ArrayNode messages = Json.mapper().createArrayNode();
                messages.addObject()
                        .put("role", "assistant")
                        .putArray("parts")
                        .addObject()
                        .put("type", "text")
                        .put("content", event.data().path("text").asString(""));
                put(span, "gen_ai.output.messages", Json.compact(messages));
            }
            put(span, OWN + "kind", event.kind().label());
            put(span, OWN + "name", event.name());
            put(span, OWN + "data", Json.compact(event.data()));
        }
        Losses losses = new Losses();
        if (origin != null && origin.form() != TraceForm.OTEL) {
            losses.ofWhole(trace, origin);
        }
        return new TraceForm.Written(document, losses.lines());
    }

    private static String plain(ObjectNode data, String field) {
        JsonNode value = data.has(field) ? Transcript.given(data, field) : data;
        return value.isString() ? value.stringValue() : Json.compact(value);
    }

    private static String spanId(Trace trace, int position) {
        return Digest.of(trace.traceId() + "/" + position).substring(0, 16);
    }

    private static ObjectNode span(
            ArrayNode spans, String trace, String id, String parent, String name, long start, long end) {
        ObjectNode span = spans.addObject().put("traceId", trace).put("spanId", id);
        if (!parent.isEmpty()) {
            span.put("parentSpanId", parent);
        }
        span.put("name", name)
                .put("kind", 1)
                .put("startTimeUnixNano", Long.toString(start))
                .put("endTimeUnixNano", Long.toString(end));
        span.putArray("attributes");
        return span;
    }

    private static void put(ObjectNode span, String key, @Nullable String value) {
        if (value != null) {
            ((ArrayNode) span.get("attributes"))
                    .addObject()
                    .put("key", key)
                    .putObject("value")
                    .put("stringValue", value);
        }
    }
}
