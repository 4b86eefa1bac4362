package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * The registry of the check language. Each family ({@code TextRule}, {@code FormRule}, {@code CountRule}, {@code StructuredRule}, {@code
 * EvidenceRule}, {@code Connective}) declares its checks; a new check is one more entry there.
 */
public final class Checks {
    /** What every condition may carry beside its check's own arguments. */
    private static final List<String> COMMON = List.of("check", "name", "severity", "says");

    private static final Map<String, Rule.Type> TYPES = new TreeMap<>();

    static {
        for (List<Rule.Type> family : List.of(
                TextRule.TYPES,
                FormRule.TYPES,
                CountRule.TYPES,
                StructuredRule.TYPES,
                EvidenceRule.TYPES,
                Connective.TYPES)) {
            family.forEach(type -> TYPES.put(type.name(), type));
        }
    }

    private Checks() {}

    /**
     * Compiles a check.
     *
     * @param origin where it stands, for refusals: a name, then its JSON pointer
     * @throws InputException naming the pointer of an unknown check or argument, a bad path, or a bad pattern
     */
    public static Check parse(ObjectNode check, String origin) {
        String name = check.path("check").asString("");
        Rule.Type type = TYPES.get(name);
        if (type == null) {
            throw InputException.at(
                    origin + "/check",
                    "unknown check " + Finding.quote(name),
                    "known: " + String.join(", ", TYPES.keySet()));
        }
        Arguments arguments = new Arguments(check, origin);
        COMMON.forEach(arguments::get);
        Rule rule = type.reader().read(arguments);
        arguments.done();
        return new Compiled(type, rule);
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
            return new Verdict(finding.outcome(), finding.reason(), finding.spans(), type.name(), type.version());
        }
    }
}
