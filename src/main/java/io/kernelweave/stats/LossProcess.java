package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Evidence that a measure is being lost little by little, over steps each of which may be too small to see. The claim it is
 * evidence against: at each step, given what went before, a cluster's change is as likely up as down.
 *
 * <p>A bet on loss pays exp(λx) / cosh(λx) for a cluster that loses x; under the claim that is 1 on average, whatever the size of the
 * changes (de la Peña, <i>A general class of exponential inequalities for martingales and ratios</i>, Annals of Probability 27, 1999),
 * so that sizes may set the scale: x is the loss over the root mean square of the step's changes. Bets of several λ are
 * mixed, and so are bets that begin at each step, with weights 1 / (j (j + 1)) for step j, because nobody knows when a slide begins (a
 * mixture of e-processes, cf. Shin, Ramdas and Rinaldo, <i>E-detectors</i>, New England Journal of Statistics in Data Science 2,
 * 2024). By Ville's inequality the evidence ever reaches 1/α with probability at most α if the claim is true.
 *
 * @param steps how many there were
 * @param logWealth ln of what the bets that have begun hold, weighted, for each λ
 */
public record LossProcess(int steps, List<Double> logWealth) {
    private static final double[] BETS = {0.05, 0.1, 0.2, 0.4, 0.8, 1.6};

    public LossProcess {
        if (steps < 0
                || logWealth == null
                || logWealth.size() != BETS.length
                || logWealth.stream().anyMatch(wealth -> wealth == null || wealth.isNaN())) {
            throw new IllegalArgumentException("steps " + steps + ", wealth " + logWealth);
        }
        logWealth = List.copyOf(logWealth);
    }

    /** Before the first step. */
    public static LossProcess begin() {
        // What is nothing yet is written as a number that JSON has.
        return new LossProcess(0, Arrays.stream(BETS).mapToObj(bet -> -1e300).toList());
    }

    /** After one more step, by the gain of each cluster. */
    public LossProcess after(double... gains) {
        double squares = 0;
        int moved = 0;
        for (double gain : gains) {
            squares += gain * gain;
            moved += gain == 0 ? 0 : 1;
        }
        double scale = moved == 0 ? 1 : StrictMath.sqrt(squares / moved);
        double weight = -StrictMath.log(steps + 1.0) - StrictMath.log(steps + 2.0);
        List<Double> next = new ArrayList<>();
        for (int i = 0; i < BETS.length; i++) {
            double won = 0;
            for (double gain : gains) {
                double stake = -BETS[i] * gain / scale;
                // exp(s) / cosh(s) = 2 / (1 + exp(−2s))
                won += gain == 0 ? 0 : StrictMath.log(2) - logSum(0, -2 * stake);
            }
            next.add(logSum(logWealth.get(i), weight) + won);
        }
        return new LossProcess(steps + 1, next);
    }

    /** ln of the evidence; 0 before the first step. */
    public double logEvidence() {
        double held = logWealth.stream().reduce(-1e300, LossProcess::logSum) - StrictMath.log(BETS.length);
        return logSum(held, -StrictMath.log(steps + 1.0)); // and what the bets that have not begun hold: 1/(steps + 1)
    }

    private static double logSum(double a, double b) {
        double high = Math.max(a, b);
        return high + StrictMath.log1p(StrictMath.exp(Math.min(a, b) - high));
    }
}
