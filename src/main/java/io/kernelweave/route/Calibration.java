package io.kernelweave.route;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;

/**
 * What a stated probability has turned out to be worth, as a line through knots: rising, so that it changes no order. Fitted
 * by Platt's (1999) method on the logit, or by isotonic regression (Zadrozny and Elkan 2002), whichever does better on what
 * it has not seen.
 *
 * @param method {@code none}, {@code platt}, {@code isotonic} or {@code spread}; followed by {@code +feedback} for each correction by feedback
 * @param stated ascending, from 0 to 1
 * @param observed what each is worth
 */
public record Calibration(String method, List<Double> stated, List<Double> observed) {
    private static final int PLATT_KNOTS = 64;
    private static final int FINE_KNOTS = 256;
    private static final String CORRECTED = "+feedback";
    private static final double LOWEST = 1e-4;

    /** A probability that was stated, with what came of it. */
    record Outcome(double stated, boolean right, double weight, int fold) {}

    public Calibration {
        stated = List.copyOf(stated);
        observed = List.copyOf(observed);
        if (stated.size() != observed.size() || stated.size() < 2) {
            throw InputException.at(
                    "/calibration", stated.size() + " and " + observed.size() + " knots", "give as many of both");
        }
    }

    static Calibration none() {
        return new Calibration("none", List.of(0.0, 1.0), List.of(0.0, 1.0));
    }

    double of(double probability) {
        int above = 1;
        while (above < stated.size() - 1 && stated.get(above) < probability) {
            above++;
        }
        double low = stated.get(above - 1);
        double high = stated.get(above);
        double share = high > low ? Math.min(1, Math.max(0, (probability - low) / (high - low))) : 0;
        return observed.get(above - 1) + share * (observed.get(above) - observed.get(above - 1));
    }

    /** The least probability that comes to this one; 1 if none does. */
    double inverse(double worth) {
        for (int i = 0; i < stated.size(); i++) {
            if (observed.get(i) >= worth) {
                if (i == 0) {
                    return stated.get(0);
                }
                double rise = observed.get(i) - observed.get(i - 1);
                double share = rise > 0 ? Math.max(0, (worth - observed.get(i - 1)) / rise) : 1;
                return stated.get(i - 1) + share * (stated.get(i) - stated.get(i - 1));
            }
        }
        return 1;
    }

    /** What the probabilities are worth after a further correction that never raises one: at no point higher than this. */
    Calibration then(DoubleUnaryOperator correction) {
        TreeSet<Double> knots = new TreeSet<>(stated);
        for (int i = 0; i <= FINE_KNOTS; i++) {
            knots.add((double) i / FINE_KNOTS);
        }
        List<Double> at = List.copyOf(knots);
        return new Calibration(
                method + CORRECTED,
                at,
                at.stream()
                        .map(p -> Math.floor(Math.min(of(p), correction.applyAsDouble(of(p))) * 1e6) / 1e6)
                        .toList());
    }

    /** Chooses by the log loss on folds that the fit has not seen. */
    static Calibration fit(List<Outcome> outcomes, int folds) {
        double[] losses = new double[3];
        for (int f = 0; f < folds; f++) {
            int fold = f;
            List<Outcome> rest =
                    outcomes.stream().filter(outcome -> outcome.fold != fold).toList();
            List<Outcome> held =
                    outcomes.stream().filter(outcome -> outcome.fold == fold).toList();
            losses[0] += none().loss(held);
            losses[1] += platt(rest).loss(held);
            losses[2] += isotonic(rest).loss(held);
        }
        if (losses[0] <= Math.min(losses[1], losses[2])) {
            return none();
        }
        return losses[1] <= losses[2] ? platt(outcomes) : isotonic(outcomes);
    }

    /** Gives probabilities the spread of others of the same prompts: the least becomes their least, and so on. */
    static Calibration asBefore(List<Double> are, List<Double> were) {
        List<Double> from = are.stream().sorted().toList();
        List<Double> to = were.stream().sorted().toList();
        List<Double> stated = new ArrayList<>(List.of(0.0));
        List<Double> observed = new ArrayList<>(List.of(0.0));
        for (int i = 0; i < FINE_KNOTS && !from.isEmpty(); i++) {
            int at = (int) ((i + 0.5) / FINE_KNOTS * from.size());
            double p = LogisticModel.round(from.get(at));
            if (p > stated.get(stated.size() - 1) && p < 1) {
                stated.add(p);
                observed.add(LogisticModel.round(to.get(at)));
            }
        }
        stated.add(1.0);
        observed.add(1.0);
        return new Calibration("spread", stated, observed);
    }

    private double loss(List<Outcome> outcomes) {
        double loss = 0;
        for (Outcome outcome : outcomes) {
            double p = Math.min(1 - LOWEST, Math.max(LOWEST, of(outcome.stated)));
            loss -= outcome.weight * StrictMath.log(outcome.right ? p : 1 - p);
        }
        return loss;
    }

    private static Calibration platt(List<Outcome> outcomes) {
        LogisticModel model = LogisticModel.fit(
                List.of("logit"),
                outcomes.stream()
                        .map(outcome -> new LogisticModel.Row(
                                new double[] {LogisticModel.logit(outcome.stated)}, outcome.right, outcome.weight))
                        .toList());
        if (model.weights().get(0) <= 0) {
            return none();
        }
        List<Double> stated = new ArrayList<>();
        List<Double> observed = new ArrayList<>();
        for (int i = 0; i <= PLATT_KNOTS; i++) {
            double p = (double) i / PLATT_KNOTS;
            stated.add(p);
            observed.add(LogisticModel.round(model.probability(new double[] {LogisticModel.logit(p)})));
        }
        return new Calibration("platt", stated, observed);
    }

    /** Pools adjacent violators; knots stand at the middle of the pools, so that what is between them keeps its order. */
    private static Calibration isotonic(List<Outcome> outcomes) {
        List<double[]> pools = new ArrayList<>(); // weight, weight · right, weight · stated
        outcomes.stream().sorted(Comparator.comparingDouble(Outcome::stated)).forEach(outcome -> {
            pools.add(
                    new double[] {outcome.weight, outcome.right ? outcome.weight : 0, outcome.weight * outcome.stated});
            while (pools.size() > 1 && rate(pools, 2) >= rate(pools, 1)) {
                double[] last = pools.remove(pools.size() - 1);
                double[] before = pools.get(pools.size() - 1);
                for (int i = 0; i < last.length; i++) {
                    before[i] += last[i];
                }
            }
        });
        List<Double> stated = new ArrayList<>(List.of(0.0));
        List<Double> observed = new ArrayList<>(List.of(0.0));
        for (double[] pool : pools) {
            double at = LogisticModel.round(pool[2] / pool[0]);
            if (at > stated.get(stated.size() - 1) && at < 1) {
                stated.add(at);
                observed.add(LogisticModel.round(pool[1] / pool[0]));
            }
        }
        stated.add(1.0);
        observed.add(1.0);
        return new Calibration("isotonic", stated, observed);
    }

    private static double rate(List<double[]> pools, int fromLast) {
        double[] pool = pools.get(pools.size() - fromLast);
        return pool[1] / pool[0];
    }
}
