package io.kernelweave.compile;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compiles one trace into one typed candidate kernel: schemas inferred from the prompt's input and the output, conditions that
 * tie the output to the input and that hold on the trace, steps from its events, and tests made of the trace itself.
 *
 * <p>One trace supports each clause once, which is little; every mined clause says so, and the gate decides what the
 * candidate is worth.
 */
public final class KernelCompiler {
    private static final int SHORTEST_REQUEST = 3;

    private KernelCompiler() {}

    /**
     * Compiles a trace.
     *
     * @throws InputException if the id is no id, the trace failed, or it has no request or no output
     */
    public static Kernel compile(Trace trace, String kernelId) {
        Kernel.checkId(kernelId);
        if (trace.output() == null || trace.output().isBlank()) {
            throw InputException.at("trace " + trace.traceId(), "has no output", "compile a trace of a solved task");
        }
        if (trace.verdict().equals("FAIL")) {
            throw InputException.at(
                    "trace " + trace.traceId(), "the gate said FAIL", "compile a trace of a solved task");
        }
        ObjectNode output = output(trace.output());
        PromptInput input = PromptInput.of(trace.prompt());
        if (input.request().codePointCount(0, input.request().length()) < SHORTEST_REQUEST) {
            throw InputException.at(
                    "trace " + trace.traceId(), "its prompt asks for nothing", "compile a trace of a prompt in words");
        }
        Subject subject = Subject.of(trace.prompt(), Json.compact(output));

        ObjectNode json = Json.object()
                .put("kernel_id", kernelId)
                .put("name", title(input.request()))
                .put("task_family", trace.taskFamily() == null ? "general" : trace.taskFamily())
                .put(
                        "description",
                        "Answers requests like: " + shorten(input.request(), 200)
                                + (input.source() == null ? "" : " Needs the pasted material."));
        json.putArray("examples").add(input.request());
        json.set("input_schema", inputSchema(input));
        json.set("output_schema", SchemaInference.infer(output));
        json.putArray("preconditions");
        List<ObjectNode> evidence = new ArrayList<>();
        List<ObjectNode> posts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ObjectNode clause : proposals(output, input)) {
            if (Checks.parse(clause, "mined clause").evaluate(subject).outcome() == Outcome.PASS) {
                String check = clause.get("check").stringValue();
                // Fields that differ in signs only give the same name.
                String name = clause.get("name").stringValue();
                for (int copy = 2; !names.add(clause.get("name").stringValue()); copy++) {
                    clause.put("name", name + "-" + copy);
                }
                (check.equals("quoteInSource") || check.equals("numbersGrounded") ? evidence : posts).add(clause);
            }
        }
        json.putArray("postconditions").addAll(posts);
        json.putArray("evidence_requirements").addAll(evidence);
        steps(trace, json.putArray("steps"));
        json.putArray("rollback")
                .addObject()
                .put("when", "a condition does not hold")
                .put("do", "Drop the answer and reply from raw generation.");
        json.putArray("capabilities");
        json.putArray("source_trace_ids").add(trace.traceId());
        json.put("version", 1);
        Kernel untested = Json.convert(json, Kernel.class, "compiled kernel " + kernelId);
        tests(untested, trace, output, json.putArray("tests"));
        return Json.convert(json, Kernel.class, "compiled kernel " + kernelId).sealed();
    }

    /** The output as a JSON object; plain text becomes {@code {"answer": …}}. */
    private static ObjectNode output(String text) {
        try {
            if (Json.parse(text, "output") instanceof ObjectNode object) {
                return object;
            }
        } catch (InputException e) {
            // not JSON: it is text
        }
        return Json.object().put("answer", text.strip());
    }

    private static ObjectNode inputSchema(PromptInput input) {
        ObjectNode schema = Json.object().put("type", "object");
        ArrayNode required = schema.putArray("required").add("request");
        ObjectNode properties = schema.putObject("properties");
        properties.putObject("request").put("type", "string").put("minLength", SHORTEST_REQUEST);
        if (input.source() != null && !input.source().isEmpty()) {
            required.add("source");
            properties.putObject("source").put("type", "string").put("minLength", 1);
        } else if (!input.quoted().isEmpty()) {
            required.add("quoted");
            properties
                    .putObject("quoted")
                    .put("type", "array")
                    .put("minItems", input.quoted().size());
        } else if (!input.numbers().isEmpty()) {
            required.add("numbers");
            properties.putObject("numbers").put("type", "array").put("minItems", 1);
        }
        return schema;
    }

    /** Clauses that would tie such an output to such an input; the caller keeps those that hold. */
    private static List<ObjectNode> proposals(ObjectNode output, PromptInput input) {
        List<ObjectNode> clauses = new ArrayList<>();
        String source = input.source() == null ? "input.request" : "input.source";
        Map<String, JsonNode> leaves = new LinkedHashMap<>();
        leaves(output, "output", leaves);
        leaves.forEach((path, sample) -> {
            String slug = slug(path);
            if (sample.isString() && sample.stringValue().length() >= 4) {
                clauses.add(clause("quoteInSource", slug + "-is-verbatim", path + " occurs in the input as it is")
                        .put("target", path)
                        .put("source", source));
            } else if (sample.isNumber()) {
                clauses.add(clause("numbersGrounded", slug + "-is-grounded", path + " is a number of the input")
                        .put("target", path));
            }
            if (path.contains("[*]")) {
                clauses.add(clause("unique", slug + "-is-unique", "no value of " + path + " occurs twice")
                        .put("target", path));
            }
        });
        arrays(output, "output", clauses);
        return clauses;
    }

    private static ObjectNode clause(String check, String name, String says) {
        return Json.object()
                .put("check", check)
                .put("name", name)
                .put("says", says + " (provisional: seen in one trace)");
    }

    private static void leaves(JsonNode node, String path, Map<String, JsonNode> into) {
        if (node.isObject()) {
            node.properties().forEach(field -> {
                if (isStep(field.getKey())) {
                    leaves(field.getValue(), path + "." + field.getKey(), into);
                }
            });
        } else if (node.isArray()) {
            node.forEach(element -> leaves(element, path + "[*]", into));
        } else {
            into.putIfAbsent(path, node);
        }
    }

    /** Can a path lead through a field of this name? */
    private static boolean isStep(String name) {
        return !name.isEmpty() && name.indexOf('.') < 0 && name.indexOf('[') < 0;
    }

    private static void arrays(JsonNode node, String path, List<ObjectNode> into) {
        if (node.isArray()) {
            ObjectNode count = clause("count", slug(path) + "-not-empty", path + " has an element");
            into.add(count.put("target", path)
                    .put("unit", "items")
                    .put("op", ">=")
                    .put("value", 1));
        } else if (node.isObject()) {
            node.properties().forEach(field -> {
                if (isStep(field.getKey())) {
                    arrays(field.getValue(), path + "." + field.getKey(), into);
                }
            });
        }
    }

    private static void steps(Trace trace, ArrayNode steps) {
        Map<String, String> seen = new LinkedHashMap<>();
        for (TraceEvent event : trace.events()) {
            String action = switch (event.kind()) {
                case PLAN -> "Plan: " + event.name() + ".";
                case TOOL_CALL -> "Call " + event.name() + ".";
                case GENERATION -> "Generate the answer under the output schema.";
                case VERIFICATION -> "Check the answer against the conditions.";
                case EVIDENCE -> "Gather evidence: " + event.name() + ".";
                default -> "";
            };
            if (!action.isEmpty()) {
                seen.putIfAbsent(action, event.name());
            }
        }
        if (seen.isEmpty()) {
            seen.put("Generate the answer under the output schema.", "generate");
        }
        seen.forEach((action, name) -> steps.addObject().put("name", name).put("do", action));
    }

    /** The trace's own answer must pass; an empty object must not. */
    private static void tests(Kernel kernel, Trace trace, ObjectNode output, ArrayNode tests) {
        ObjectNode pass = tests.addObject().put("name", "the trace").put("prompt", trace.prompt());
        pass.set("output", output);
        pass.put("expect", "PASS");
        List<String> broken = Contract.of(kernel)
                .postconditions(Subject.of(trace.prompt(), "{}"))
                .failed();
        if (!broken.isEmpty()) { // empty where the trace's own answer is an empty object
            ObjectNode fail = tests.addObject().put("name", "an empty answer").put("prompt", trace.prompt());
            fail.set("output", Json.object());
            fail.put("expect", "FAIL");
            ArrayNode breaks = fail.putArray("breaks");
            broken.forEach(breaks::add);
        }
    }

    private static String slug(String path) {
        String slug = path.replaceFirst("^output\\.?", "")
                .replaceAll("[^A-Za-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return slug.isEmpty() ? "output" : slug.toLowerCase(Locale.ROOT);
    }

    private static String title(String request) {
        String[] words = request.split(" ");
        String title = String.join(" ", List.of(words).subList(0, Math.min(8, words.length)));
        return shorten(title.isBlank() ? "Unnamed task" : title, 80);
    }

    private static String shorten(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }
}
