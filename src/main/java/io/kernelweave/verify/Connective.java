package io.kernelweave.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Checks made of checks, in strong Kleene logic. */
sealed interface Connective extends Rule {
    List<Type> TYPES = List.of(
            Type.of("all", All::read),
            Type.of("any", Any::read),
            Type.of("not", Not::read),
            Type.of("implies", Implies::read),
            Type.of("atLeast", AtLeast::read));

    private static Finding finding(Check check, Subject subject) {
        Verdict verdict = check.evaluate(subject);
        return new Finding(verdict.outcome(), verdict.reason(), verdict.spans(), verdict.basis());
    }

    private static void requireSome(List<Check> checks) throws Undecided {
        if (checks.isEmpty()) {
            throw new Undecided("the list of checks is empty");
        }
    }

    private static List<Finding> findings(List<Check> checks, Subject subject) throws Undecided {
        requireSome(checks);
        return checks.stream().map(check -> finding(check, subject)).toList();
    }

    record All(List<Check> of) implements Connective {
        static Rule read(Arguments arguments) {
            return new All(arguments.checks("of"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return Finding.all(findings(of, subject));
        }
    }

    record Any(List<Check> of) implements Connective {
        static Rule read(Arguments arguments) {
            return new Any(arguments.checks("of"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            requireSome(of);
            List<Finding> findings = new ArrayList<>();
            for (Check check : of) {
                Finding finding = finding(check, subject);
                if (finding.outcome() == Outcome.PASS && finding.basis() == Basis.CHECKED) {
                    return finding; // whatever the others say
                }
                findings.add(finding);
            }
            return Finding.of(outcomes -> outcomes.stream().reduce(Outcome.FAIL, Outcome::or), findings);
        }
    }

    record Not(Check of) implements Connective {
        static Rule read(Arguments arguments) {
            return new Not(arguments.check("of"));
        }

        @Override
        public Finding apply(Subject subject) {
            Finding inner = finding(of, subject);
            return new Finding(inner.outcome().not(), inner.reason(), inner.spans(), inner.basis());
        }
    }

    record Implies(Check premise, Check conclusion) implements Connective {
        static Rule read(Arguments arguments) {
            return new Implies(arguments.check("if"), arguments.check("then"));
        }

        @Override
        public Finding apply(Subject subject) {
            Finding first = finding(premise, subject);
            if (first.outcome() == Outcome.FAIL && first.basis() == Basis.CHECKED) {
                return Finding.pass("does not apply: " + first.reason());
            }
            Finding second = finding(conclusion, subject);
            Finding both = Finding.of(outcomes -> outcomes.get(0).not().or(outcomes.get(1)), List.of(first, second));
            String reason = first.outcome() == Outcome.PASS || second.outcome() == Outcome.PASS
                    ? second.reason()
                    : first.outcome() == Outcome.FAIL
                            ? "does not apply: " + first.reason()
                            : "it is not known whether it applies: " + first.reason();
            return new Finding(both.outcome(), reason, second.spans(), both.basis());
        }
    }

    record AtLeast(int n, List<Check> of) implements Connective {
        static Rule read(Arguments arguments) {
            JsonNode n = arguments.require("n");
            List<Check> of = arguments.checks("of");
            if (!n.canConvertToExactIntegral()
                    || !n.canConvertToInt()
                    || n.intValue() < 1
                    || n.intValue() > of.size()) {
                throw arguments.refusal("n", "is not a number of these checks", "use 1 to " + of.size());
            }
            return new AtLeast(n.intValue(), of);
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<Finding> findings = findings(of, subject);
            Finding why = Finding.of(
                    outcomes -> {
                        int passed = Collections.frequency(outcomes, Outcome.PASS);
                        int open = Collections.frequency(outcomes, Outcome.UNKNOWN);
                        return passed >= n ? Outcome.PASS : passed + open >= n ? Outcome.UNKNOWN : Outcome.FAIL;
                    },
                    findings);
            long passed =
                    findings.stream().filter(f -> f.outcome() == Outcome.PASS).count();
            String reason = passed + " of " + of.size() + " hold, wanted " + n + ": " + why.reason();
            return new Finding(why.outcome(), reason, why.spans(), why.basis());
        }
    }
}
