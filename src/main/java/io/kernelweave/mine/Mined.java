package io.kernelweave.mine;

import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.List;

/** What was mined from traces: clauses with their counts and weights, which together judge another trace. */
public final class Mined {
    /** Log-odds beyond which a verdict is given: nineteen to one. */
    private static final double SURE = StrictMath.log(19);

    private final double prior;
    private final List<Clause> clauses;
    private final List<Check> checks;

    /** @param prior log-odds of success where no clause says anything */
    Mined(double prior, List<Clause> clauses) {
        this.prior = prior;
        this.clauses = List.copyOf(clauses);
        this.checks = clauses.stream()
                .map(clause -> Checks.parse(
                        clause.condition().check(),
                        "mined clause " + clause.condition().name()))
                .toList();
    }

    /** All clauses, the most telling first. */
    public List<Clause> clauses() {
        return clauses;
    }

    /** Log-odds of success as the clauses see it; a clause that is UNKNOWN on the trace adds nothing. */
    public double score(Trace trace) {
        double score = prior;
        for (Reading reading : explain(trace)) {
            score += reading.contribution();
        }
        return score;
    }

    /** PASS or FAIL where the evidence suffices, else UNKNOWN. */
    public Outcome verdict(Trace trace) {
        double score = score(trace);
        return score > SURE ? Outcome.PASS : score < -SURE ? Outcome.FAIL : Outcome.UNKNOWN;
    }

    /** What each clause says of a trace, and what that adds to the score. */
    public List<Reading> explain(Trace trace) {
        Subject subject = subject(trace);
        List<Reading> readings = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            Verdict verdict = checks.get(i).evaluate(subject);
            double weight = clauses.get(i).weight();
            readings.add(new Reading(
                    clauses.get(i),
                    verdict,
                    switch (verdict.outcome()) {
                        case PASS -> weight;
                        case FAIL -> -weight;
                        case UNKNOWN -> 0;
                    }));
        }
        return readings;
    }

    /** A trace as conditions see it. */
    static Subject subject(Trace trace) {
        return Subject.of(trace.prompt(), trace.output() == null ? "" : trace.output())
                .with(trace);
    }

    /** @param contribution what it adds to the log-odds of success */
    public record Reading(Clause clause, Verdict verdict, double contribution) {}
}
