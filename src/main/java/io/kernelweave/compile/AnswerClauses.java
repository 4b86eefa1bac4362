package io.kernelweave.compile;

import io.kernelweave.json.Json;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Clauses that tie the fields of an answer to the input, proposed for every field that the answers have and kept where they hold
 * on all of them.
 */
final class AnswerClauses {
    private static final int SHORTEST_QUOTE = 4;

    /** @param says what it demands, without the counts */
    record Clause(ObjectNode check, String says, int holds) {
        boolean isEvidence() {
            String name = check.get("check").stringValue();
            return name.equals("quoteInSource") || name.equals("numbersGrounded");
        }
    }

    private AnswerClauses() {}

    /**
     * @param samples whose answers are right; those without an answer say nothing
     * @param bindings of the answer's values that are no accident
     */
    static List<Clause> of(List<Sample> samples, List<Binding> bindings) {
        List<Sample> answered =
                samples.stream().filter(sample -> sample.output() != null).toList();
        boolean sourced = !answered.isEmpty()
                && answered.stream().allMatch(sample -> sample.input().source() != null);
        Map<String, ObjectNode> proposals = new LinkedHashMap<>();
        for (Sample sample : answered) {
            if (sample.output() != null) {
                for (ObjectNode clause : proposals(sample.output(), sourced ? "input.source" : "input.request")) {
                    proposals.putIfAbsent(Json.compact(clause), clause);
                }
            }
        }
        for (Binding binding : bindings) {
            ObjectNode clause = equality(binding);
            if (clause != null) {
                proposals.putIfAbsent(Json.compact(clause), clause);
            }
        }
        List<Subject> subjects = answered.stream().map(Sample::subject).toList();
        List<Clause> kept = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ObjectNode proposal : proposals.values()) {
            ObjectNode clause = holding(proposal, subjects);
            if (clause == null) {
                continue;
            }
            // Fields that differ in signs only give the same name.
            String name = clause.get("name").stringValue();
            for (int copy = 2; !names.add(clause.get("name").stringValue()); copy++) {
                clause.put("name", name + "-" + copy);
            }
            String says = clause.get("says").stringValue();
            int holds = subjects.size();
            clause.put(
                    "says",
                    says
                            + (holds == 1
                                    ? " (provisional: seen in one trace)"
                                    : " (holds in " + holds + " of " + holds + ")"));
            kept.add(new Clause(clause, says, holds));
        }
        return kept;
    }

    /** The clause as it holds on all; where a list is empty in some answers, it may be so. Null if it does not hold. */
    private static @Nullable ObjectNode holding(ObjectNode clause, List<Subject> subjects) {
        int passes = 0;
        boolean failed = false;
        Check check = Checks.parse(clause, "clause of an answer");
        for (Subject subject : subjects) {
            Outcome outcome = check.evaluate(subject).outcome();
            passes += outcome == Outcome.PASS ? 1 : 0;
            failed |= outcome == Outcome.FAIL;
        }
        if (passes == subjects.size()) {
            return clause;
        }
        if (failed || passes == 0 || !clause.path("target").asString("").contains("[*]")) {
            return null;
        }
        ObjectNode lenient = clause.deepCopy().put("empty", "pass");
        Check again = Checks.parse(lenient, "clause of an answer");
        return subjects.stream().allMatch(subject -> again.evaluate(subject).outcome() == Outcome.PASS)
                ? lenient
                : null;
    }

    /** That a value of the answer is one of the input, where it always was; null if it was not. */
    private static @Nullable ObjectNode equality(Binding binding) {
        String place = binding.place();
        if (!place.startsWith("input.")
                || binding.chosen()
                || binding.hits() < binding.of()
                || binding.path().contains("[*]")) {
            return null;
        }
        String path = "output" + binding.path();
        ObjectNode clause = clause(
                binding.value().path("type").asString("").equals("string") ? "equals" : "compare",
                slug(path) + "-is-given",
                path + " is " + place);
        return clause.path("check").asString("").equals("equals")
                ? clause.put("target", path).put("valueFrom", place)
                : clause.put("left", path).put("op", "==").put("right", place);
    }

    private static List<ObjectNode> proposals(ObjectNode output, String source) {
        List<ObjectNode> clauses = new ArrayList<>();
        Map<String, JsonNode> leaves = new LinkedHashMap<>();
        leaves(output, "output", leaves);
        leaves.forEach((path, sample) -> {
            String slug = slug(path);
            if (sample.isString() && sample.stringValue().length() >= SHORTEST_QUOTE) {
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
        return Json.object().put("check", check).put("name", name).put("says", says);
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
    static boolean isStep(String name) {
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

    static String slug(String path) {
        String slug = path.replaceFirst("^output\\.?", "")
                .replaceAll("[^A-Za-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        return slug.isEmpty() ? "output" : slug.toLowerCase(Locale.ROOT);
    }
}
