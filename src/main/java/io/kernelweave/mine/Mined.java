package io.kernelweave.mine;

import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What was mined from traces: clauses with their counts and weights, which together judge another trace. */
public final class Mined {
    /**
     * Where a score starts, and where it says enough for a verdict.
     *
     * @param intercept what is added to the weights
     * @param blank the score of a trace on which every clause is UNKNOWN: the log-odds of success of such traces
     * @param pass at least so much is a PASS
     * @param fail at most so much is a FAIL
     */
    record Scale(double intercept, double blank, double pass, double fail) {}

    private final Scale scale;
    private final List<Clause> clauses;
    private final List<Rule> rules;
    private final References references;

    /** A clause as it is evaluated on a trace that was read once. */
    record Rule(Table.Candidate candidate, boolean atLeast, double weight) {
        Outcome verdict(double value) {
            if (Double.isNaN(value)) {
                return Outcome.UNKNOWN;
            }
            return value >= candidate.bound().doubleValue() == atLeast ? Outcome.PASS : Outcome.FAIL;
        }

        double contribution(double value) {
            return (atLeast ? weight : -weight) * candidate.degree(value);
        }

        double value(Facts facts) {
            return candidate.feature().of(facts);
        }
    }

    /** @param rules one each clause */
    Mined(Scale scale, List<Clause> clauses, List<Rule> rules, References references) {
        this.scale = scale;
        this.clauses = List.copyOf(clauses);
        this.rules = List.copyOf(rules);
        this.references = references;
    }

    /** All clauses: those with weights, the most telling first; then those that hold and do not tell. */
    public List<Clause> clauses() {
        return clauses;
    }

    /**
     * Log-odds of success as the clauses see it: the sum of their weights, each as many times as the clause is met or missed by, which is
     * nothing where it is UNKNOWN. It is made to rank traces.
     */
    public double score(Trace trace) {
        return scored(trace).score();
    }

    /** The kinds of conditions that there are, by name, in the order of {@link Scored#kinds}. */
    public static List<String> kinds() {
        return Arrays.stream(Feature.Kind.values())
                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /**
     * A score, and what each kind of conditions adds to it.
     *
     * @param kinds one each of {@link #kinds()}
     */
    public record Scored(double score, List<Double> kinds) {
        public Scored {
            kinds = List.copyOf(kinds);
        }
    }

    /** The {@link #score} of a trace with its parts. */
    public Scored scored(Trace trace) {
        Facts facts = Facts.of(trace, new Facts.Lexicon());
        double score = scale.intercept();
        Double[] kinds = new Double[Feature.Kind.values().length];
        Arrays.fill(kinds, 0.0);
        boolean blank = true;
        for (Rule rule : rules) {
            double value = rule.value(facts);
            score += rule.contribution(value);
            kinds[rule.candidate().feature().kind().ordinal()] += rule.contribution(value);
            blank &= Double.isNaN(value);
        }
        return new Scored(blank ? scale.blank() : score, List.of(kinds));
    }

    /**
     * PASS or FAIL where the evidence suffices, else UNKNOWN. Another attempt at a task of the training traces is judged by what was done in
     * those attempts; any other trace by its score, where such scores were right in the training traces at least 19 times of 20.
     */
    public Outcome verdict(Trace trace) {
        if (references.knows(trace)) {
            return references.verdict(trace);
        }
        double score = score(trace);
        if (score == scale.blank()) {
            return Outcome.UNKNOWN;
        }
        return score >= scale.pass() ? Outcome.PASS : score <= scale.fail() ? Outcome.FAIL : Outcome.UNKNOWN;
    }

    /** What each clause says of a trace, and what that adds to the score. */
    public List<Reading> explain(Trace trace) {
        Subject subject = subject(trace);
        List<Reading> readings = new ArrayList<>();
        Facts facts = Facts.of(trace, new Facts.Lexicon());
        for (int r = 0; r < rules.size(); r++) {
            Clause clause = clauses.get(r);
            Check check = Checks.parse(
                    clause.condition().check(),
                    "mined clause " + clause.condition().name());
            Verdict verdict = check.evaluate(subject);
            readings.add(new Reading(
                    clause, verdict, rules.get(r).contribution(rules.get(r).value(facts))));
        }
        return readings;
    }

    /** A trace as conditions see it. */
    static Subject subject(Trace trace) {
        return Subject.of(trace.prompt(), trace.output() == null ? "" : trace.output())
                .with(trace);
    }

    /**
     * What one clause says of a trace.
     *
     * @param contribution what it adds to the log-odds of success
     */
    public record Reading(Clause clause, Verdict verdict, double contribution) {}
}
