package io.kernelweave.compare;

import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.stats.Holm;
import io.kernelweave.stats.Interval;
import io.kernelweave.stats.PairedTest;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.List;

/**
 * How a figure moved between two runs over the rows that both have: told, not judged.
 *
 * @param share whether it is a share of the rows
 * @param better rows that gained
 * @param worse rows that lost
 * @param difference candidate − baseline, per row
 * @param interval 95 %, cluster-robust, of the difference
 * @param adjustedP of the two-sided sign-flip test, by Holm's adjustment over all figures that are told together
 * @param smallestDetectable the loss that such runs show in four of five tries; infinite if they show none
 */
public record Figure(
        String name,
        Direction direction,
        boolean share,
        int rows,
        int clusters,
        int better,
        int worse,
        double baseline,
        double candidate,
        double difference,
        Interval interval,
        double adjustedP,
        double smallestDetectable) {
    private static final long SEED = 20_260_101;

    /** Rows that are paired by one figure. */
    record Pairs(String name, Direction direction, boolean share, List<Pair> rows) {}

    /** Whether the difference is no accident. */
    public boolean stands() {
        return adjustedP <= RunGate.ALPHA && difference != 0;
    }

    /** {@code same} (no row differs), {@code gained}, {@code lost}, or {@code not told apart}. */
    public String word() {
        if (better + worse == 0) {
            return "same";
        }
        return !stands() ? "not told apart" : direction.sign() * difference > 0 ? "gained" : "lost";
    }

    /** The figures of all that has rows, in the order given. */
    static List<Figure> of(List<Pairs> all) {
        List<Pairs> measured =
                all.stream().filter(pairs -> !pairs.rows().isEmpty()).toList();
        List<PairedTest> tests = measured.stream()
                .map(pairs -> PairedTest.of(pairs.rows(), SEED))
                .toList();
        double[] adjusted =
                Holm.adjust(tests.stream().mapToDouble(PairedTest::p).toArray());
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < adjusted.length; i++) {
            figures.add(of(measured.get(i), tests.get(i), adjusted[i], adjusted.length));
        }
        return figures;
    }

    private static Figure of(Pairs pairs, PairedTest test, double adjustedP, int tests) {
        double before = 0;
        double after = 0;
        int better = 0;
        int worse = 0;
        for (Pair row : pairs.rows()) {
            before += row.baseline();
            after += row.candidate();
            double gain = pairs.direction().sign() * (row.candidate() - row.baseline());
            better += gain > 0 ? 1 : 0;
            worse += gain < 0 ? 1 : 0;
        }
        return new Figure(
                pairs.name(),
                pairs.direction(),
                pairs.share(),
                test.rows(),
                test.clusters(),
                better,
                worse,
                before / test.rows(),
                after / test.rows(),
                test.mean() + 0.0,
                test.interval(),
                adjustedP,
                test.smallestDetectable(RunGate.ALPHA / tests));
    }
}
