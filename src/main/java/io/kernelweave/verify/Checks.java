package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The registry of the check language. Each family ({@code TextRule}, {@code FormRule}, {@code CountRule}, {@code StructuredRule}, {@code
 * EvidenceRule}, {@code ProcessRule}, {@code SafetyRule}, {@code JudgeRule}, {@code Connective}) declares its checks; a new
 * check is one more entry there, and a {@link CheckDescriptor} that says what it is.
 */
public final class Checks {
    /** What every condition may carry beside its check's own arguments. */
    static final List<String> COMMON = List.of("check", "name", "severity", "says");

    private static final Map<String, Rule.Type> TYPES = new TreeMap<>();

    static {
        for (List<Rule.Type> family : List.of(
                TextRule.TYPES,
                FormRule.TYPES,
                CountRule.TYPES,
                StructuredRule.TYPES,
                EvidenceRule.TYPES,
                ProcessRule.TYPES,
                SafetyRule.TYPES,
                JudgeRule.TYPES,
                Connective.TYPES)) {
            family.forEach(type -> TYPES.put(type.name(), type));
        }
    }

    private Checks() {}

    /** The names of all checks. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(TYPES.keySet());
    }

    static InputException unknown(String place, String name) {
        return InputException.at(
                place, "unknown check " + Finding.quote(name), "known: " + String.join(", ", TYPES.keySet()));
    }

    /**
     * Compiles a check.
     *
     * @param origin where it stands, for refusals: a name, then its JSON pointer
     * @throws InputException naming the pointer of an unknown check or argument, a bad path, or a bad pattern
     */
    public static Check parse(ObjectNode check, String origin) {
        return parse(check, origin, Judge.none());
    }

    /**
     * The same with somebody who decides {@code judge} checks.
     *
     * @throws InputException as {@link #parse(ObjectNode, String)}
     */
    public static Check parse(ObjectNode check, String origin, Judge judge) {
        return compile(new Arguments(check, origin, judge));
    }

    static Check compile(Arguments arguments) {
        String name = arguments.require("check").asString("");
        Rule.Type type = TYPES.get(name);
        if (type == null) {
            throw unknown(arguments.pointer("check"), name);
        }
        common(arguments);
        Rule rule = type.reader().read(arguments);
        arguments.done();
        return new Compiled(type, rule);
    }

    private static void common(Arguments arguments) {
        COMMON.forEach(arguments::get);
        for (String name : List.of("name", "says")) {
            JsonNode value = arguments.get(name);
            if (value != null && !value.isString()) {
                throw arguments.refusal(name, "is not a text", "use a string");
            }
        }
        JsonNode severity = arguments.get("severity");
        if (severity != null && !List.of("error", "warn", "info").contains(severity.asString(""))) {
            throw arguments.refusal(
                    "severity", "unknown: " + Finding.quote(severity.toString()), "use error, warn or info");
        }
    }

    private record Compiled(Rule.Type type, Rule rule) implements Check {
        @Override
        public Verdict evaluate(Subject subject) {
            Finding finding;
            try {
                finding = rule.apply(subject);
            } catch (Undecided e) {
                finding = Finding.unknown(e.reason());
            }
            return new Verdict(finding, type.name(), type.version());
        }
    }
}
