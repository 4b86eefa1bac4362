package io.kernelweave.trace;

import static io.kernelweave.trace.TraceForm.shown;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Message logs as OpenAI's chat completions have them: an object with {@code messages}, an array of messages, an array of
 * such objects, or lines of any of these. Lines that are one message each are one conversation together.
 *
 * <p>A message of the assistant is a generation, and its tool calls are part of it; a tool's message is an observation with the
 * call's id; what user, system and developer say are observations by their names.
 */
final class OpenAiForm implements TraceForm.Codec {
    private static final String PREFIX = "openai:";

    @Override
    public boolean fits(JsonNode document) {
        JsonNode first = document.isArray() ? document.path(0) : document;
        return first.path("messages").isArray() || first.path("role").isString();
    }

    @Override
    public List<ImportedTrace> read(List<TraceForm.Entry> documents) {
        List<ImportedTrace> traces = new ArrayList<>();
        if (documents.stream()
                .allMatch(document -> document.value().path("role").isString())) {
            Conversation conversation = new Conversation(documents.get(0).where());
            documents.forEach(document -> conversation.message(document.value(), document.where() + " at "));
            return List.of(conversation.end(Json.object(), documents.get(0).where()));
        }
        for (TraceForm.Entry document : documents) {
            JsonNode value = document.value();
            if (value.isArray() && !value.path(0).path("role").isString()) {
                for (int i = 0; i < value.size(); i++) {
                    traces.add(conversation(value.get(i), document.where() + " at /" + i));
                }
            } else if (value.isArray()) {
                traces.add(messages(value, Json.object(), document.where() + " at "));
            } else {
                traces.add(conversation(value, document.where() + " at "));
            }
        }
        return traces;
    }

    private static ImportedTrace conversation(JsonNode value, String where) {
        if (value.isArray()) {
            return messages(value, Json.object(), where);
        }
        if (!value.path("messages").isArray()) {
            throw InputException.at(
                    where + "/messages", "is " + shown(value.path("messages")), "give an array of messages");
        }
        ObjectNode fields = Transcript.rest(value, "messages");
        return messages(value.get("messages"), fields == null ? Json.object() : fields, where + "/messages");
    }

    private static ImportedTrace messages(JsonNode messages, ObjectNode fields, String where) {
        Conversation conversation = new Conversation(where.replaceFirst(" at $", ""));
        for (int i = 0; i < messages.size(); i++) {
            conversation.message(messages.get(i), where + "/" + i);
        }
        return conversation.end(fields, where);
    }

    /** One conversation as it is read. */
    private static final class Conversation {
        private final Transcript transcript;
        private final Map<String, String> tools = new HashMap<>();
        private @Nullable String prompt;

        Conversation(String where) {
            this.transcript = new Transcript(where);
        }

        void message(JsonNode message, String at) {
            if (!message.isObject() || !message.path("role").isString()) {
                throw InputException.at(at, "is " + shown(message), "give a message with role and content");
            }
            String role = message.get("role").stringValue();
            switch (role) {
                case "user", "system", "developer" -> {
                    transcript.add(Kind.OBSERVATION, role, said(message, "role", "content"), null);
                    if (prompt == null && role.equals("user")) {
                        prompt = plain(message.path("content"));
                    }
                }
                case "assistant" -> assistant(message, at);
                case "tool", "function" -> {
                    String id = TraceForm.text(message, "tool_call_id", at);
                    ObjectNode data = Json.object();
                    if (!id.isEmpty()) {
                        data.put("call", id);
                    }
                    if (message.has("content")) {
                        Transcript.put(data, "result", message.get("content"));
                    }
                    if (role.equals("function")) {
                        data.put("legacy", true);
                    }
                    rest(data, Transcript.rest(message, "role", "content", "tool_call_id"));
                    transcript.add(
                            Kind.OBSERVATION,
                            tools.getOrDefault(id, message.path("name").asString("tool")),
                            data,
                            null);
                }
                default ->
                    transcript.add(Kind.UNKNOWN, PREFIX + role, Json.object().set("message", message), null);
            }
        }

        private void assistant(JsonNode message, String at) {
            JsonNode legacy = message.path("function_call");
            ObjectNode data = said(
                    message,
                    "role",
                    "content",
                    message.path("tool_calls").isEmpty() ? "role" : "tool_calls",
                    legacy.isObject() ? "function_call" : "role");
            int generation = transcript.add(Kind.GENERATION, "assistant", data, null);
            int i = 0;
            for (JsonNode call : TraceForm.array(message, "tool_calls", at)) {
                call(call, generation, at + "/tool_calls/" + i++);
            }
            if (legacy.isObject()) {
                ObjectNode made = Json.object();
                Transcript.put(made, "arguments", legacy.path("arguments"));
                rest(made.put("legacy", true), Transcript.rest(legacy, "name", "arguments"));
                transcript.add(Kind.TOOL_CALL, TraceForm.text(legacy, "name", at + "/function_call"), made, generation);
            }
        }

        private void call(JsonNode call, int generation, String at) {
            if (!call.isObject()) {
                throw InputException.at(at, "is " + shown(call), "give a tool call with id and function");
            }
            String type = call.path("type").asString("function");
            String inputs = type.equals("custom") ? "input" : "arguments";
            JsonNode function = call.path(type);
            String id = TraceForm.text(call, "id", at);
            if (!function.isObject() || !function.path("name").isString() || !function.has(inputs)) {
                transcript.add(
                        Kind.UNKNOWN,
                        PREFIX + "tool_call/" + type,
                        Json.object().set("tool_call", call),
                        generation);
                return;
            }
            String name = function.get("name").stringValue();
            ObjectNode data = Json.object();
            if (!id.isEmpty()) {
                data.put("call", id);
                tools.put(id, name);
            }
            Transcript.put(data, "arguments", function.get(inputs));
            if (!type.equals("function")) {
                data.put("type", type);
            }
            rest(data, Transcript.rest(call, "id", "type", type));
            ObjectNode inner = Transcript.rest(function, "name", inputs);
            if (inner != null) {
                data.set("function_rest", inner);
            }
            transcript.add(Kind.TOOL_CALL, name, data, generation);
        }

        /** Text as text; content of several parts as it is, and what of it is text. */
        private static ObjectNode said(JsonNode message, String... known) {
            ObjectNode data = Json.object();
            JsonNode content = message.path("content");
            if (content.isString()) {
                data.set("text", content);
            } else if (!content.isMissingNode()) {
                data.set("content", content);
                if (content.isArray()) {
                    data.put("text", plain(content));
                }
            }
            rest(data, Transcript.rest(message, known));
            return data;
        }

        private static String plain(JsonNode content) {
            if (content.isString()) {
                return content.stringValue();
            }
            List<String> texts = new ArrayList<>();
            content.forEach(part -> {
                if (part.path("text").isString()) {
                    texts.add(part.get("text").stringValue());
                }
            });
            return String.join("\n", texts);
        }

        private static void rest(ObjectNode data, @Nullable ObjectNode rest) {
            if (rest != null) {
                data.set("rest", rest);
            }
        }

        ImportedTrace end(ObjectNode fields, String where) {
            if (transcript.events().isEmpty()) {
                throw InputException.at(where, "has no message", "give a conversation");
            }
            return transcript.end(
                    prompt == null ? "" : prompt,
                    null,
                    new ImportedTrace.Origin(TraceForm.OPENAI, fields.path("id").asString(""), "UNKNOWN", fields));
        }
    }

    @Override
    public TraceForm.Written write(Trace trace, ImportedTrace.@Nullable Origin origin) {
        Losses losses = new Losses();
        boolean own = origin != null && origin.form() == TraceForm.OPENAI;
        ObjectNode document = origin != null && own ? origin.fields().deepCopy() : Json.object();
        if (!own) {
            losses.ofWhole(trace, origin);
            if (trace.taskFamily() != null) {
                losses.say("task_family");
            }
            if (!trace.verdict().equals("UNKNOWN")
                    || origin != null && !origin.outcome().equals("UNKNOWN")) {
                losses.say("whether it succeeded");
            }
        }
        ArrayNode messages = document.putArray("messages");
        if (!own && !trace.prompt().isEmpty() && !Answers.saysPrompt(trace)) {
            messages.addObject().put("role", "user").put("content", trace.prompt());
        }
        Map<Integer, ObjectNode> generations = new HashMap<>();
        Answers answers = Answers.of(trace);
        Map<Integer, String> ids = new HashMap<>();
        for (TraceEvent event : trace.events()) {
            ObjectNode data = event.data();
            switch (event.kind()) {
                case GENERATION -> {
                    generations.put(event.sequence(), said(messages, "assistant", data));
                    losses.fields(event, "text", "content", "rest");
                }
                case TOOL_CALL -> {
                    ObjectNode parent = event.parent() == null ? null : generations.get(event.parent());
                    if (parent == null) {
                        parent = messages.addObject().put("role", "assistant").putNull("content");
                    }
                    call(event, own, parent, ids);
                    losses.fields(
                            event, "arguments", "arguments_text", "call", "rest", "function_rest", "type", "legacy");
                }
                case OBSERVATION -> {
                    if (List.of("user", "system", "developer").contains(event.name())
                            && !answers.isAnswer(event)
                            && !data.has("call")) {
                        said(messages, event.name(), data);
                        losses.fields(event, "text", "content", "rest");
                    } else if (own || answers.isAnswer(event)) {
                        answer(event, own, messages, ids, answers);
                        losses.fields(event, "result", "result_text", "call", "rest", "legacy");
                    } else {
                        losses.event(event);
                    }
                }
                case OUTPUT -> {
                    JsonNode last = messages.path(messages.size() - 1);
                    if (!last.path("role").asString("").equals("assistant")
                            || !last.path("content").equals(data.path("text"))) {
                        said(messages, "assistant", data);
                    }
                    losses.fields(event, "text");
                }
                case UNKNOWN -> unknown(event, messages, generations, losses);
                default -> losses.event(event);
            }
        }
        losses.times(trace);
        return new TraceForm.Written(document, losses.lines());
    }

    private static ObjectNode said(ArrayNode messages, String role, ObjectNode data) {
        ObjectNode message = messages.addObject().put("role", role);
        if (data.has("content")) {
            message.set("content", data.get("content"));
        } else if (data.has("text")) {
            message.set("content", data.get("text"));
        }
        addRest(data, message);
        return message;
    }

    private static void call(TraceEvent event, boolean own, ObjectNode message, Map<Integer, String> ids) {
        ObjectNode data = event.data();
        ObjectNode function = Json.object().put("name", event.name());
        JsonNode arguments = data.has("arguments") ? Transcript.given(data, "arguments") : data;
        boolean asIs = own || arguments.isString();
        String type = data.path("type").asString("function");
        function.set(
                type.equals("custom") ? "input" : "arguments", asIs ? arguments : Json.tree(Json.compact(arguments)));
        if (data.path("function_rest") instanceof ObjectNode inner) {
            function.setAll(inner);
        }
        if (data.path("legacy").asBoolean(false)) {
            addRest(data, function);
            message.set("function_call", function);
            return;
        }
        ObjectNode call = Json.object();
        String id = data.path("call").asString(own ? "" : "call-" + event.sequence());
        if (!id.isEmpty()) {
            call.put("id", id);
            ids.put(event.sequence(), id);
        }
        call.put("type", type);
        call.set(type, function);
        addRest(data, call);
        if (!message.path("tool_calls").isArray()) {
            message.putArray("tool_calls");
        }
        ((ArrayNode) message.get("tool_calls")).add(call);
    }

    private static void answer(
            TraceEvent event, boolean own, ArrayNode messages, Map<Integer, String> ids, Answers answers) {
        ObjectNode data = event.data();
        boolean legacy = data.path("legacy").asBoolean(false);
        ObjectNode message = messages.addObject().put("role", legacy ? "function" : "tool");
        String id = data.path("call").asString("");
        if (id.isEmpty() && !own) {
            id = ids.getOrDefault(answers.callOf(event), "");
        }
        if (!id.isEmpty()) {
            message.put("tool_call_id", id);
        }
        JsonNode result = Transcript.given(data, "result");
        if (!result.isMissingNode()) {
            message.set("content", own || result.isString() ? result : Json.tree(Json.compact(result)));
        } else if (!own) {
            message.put("content", "");
        }
        addRest(data, message);
    }

    private static void unknown(
            TraceEvent event, ArrayNode messages, Map<Integer, ObjectNode> generations, Losses losses) {
        ObjectNode parent = event.parent() == null ? null : generations.get(event.parent());
        if (event.name().startsWith(PREFIX) && event.data().has("message")) {
            messages.add(event.data().get("message"));
        } else if (event.name().startsWith(PREFIX)
                && parent != null
                && event.data().has("tool_call")) {
            if (!parent.path("tool_calls").isArray()) {
                parent.putArray("tool_calls");
            }
            ((ArrayNode) parent.get("tool_calls")).add(event.data().get("tool_call"));
        } else {
            losses.event(event);
        }
    }

    private static void addRest(ObjectNode data, ObjectNode into) {
        if (data.path("rest") instanceof ObjectNode rest) {
            into.setAll(rest);
        }
    }
}
