package io.kernelweave.compare;

import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.runtime.Arm;
import io.kernelweave.stats.Interval;
import io.kernelweave.stats.PairedTest;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How long answers took in two runs. Each prompt is answered in all arms one right after the other, so what an arm takes over another
 * arm of its own run compares between runs; times of day, machine and load are in both. Times themselves do not: nothing
 * says what else ran on a machine. They are told where both runs name the same environment, and never judged.
 *
 * @param reference the arm that others are set against; empty if there is one arm only
 * @param arms what each arm takes over the reference, in each run, and the candidate's over the baseline's
 * @param stages geometric means of the time of each arm and stage in milliseconds; empty if the environments differ
 * @param measured rows that were timed in both runs
 * @param reused rows whose times are those of the baseline, because their answers were taken over from it
 */
public record Timing(String reference, List<Ratio> arms, List<Ratio> stages, int measured, int reused) {
    /**
     * Two geometric means and their ratio, candidate over baseline.
     *
     * @param interval 95 % of the ratio, over clusters
     */
    public record Ratio(
            String arm,
            String stage,
            double baseline,
            double candidate,
            double ratio,
            Interval interval,
            int rows,
            int clusters) {}

    /** Runs whose times are not looked at. */
    static Timing none() {
        return new Timing("", List.of(), List.of(), 0, 0);
    }

    static Timing of(List<Pairing.Couple<ResultRow>> couples, boolean sameEnvironment) {
        List<Pairing.Couple<ResultRow>> timed = new ArrayList<>();
        int reused = 0;
        for (Pairing.Couple<ResultRow> couple : couples) {
            if (couple.was().error() == null && couple.is().error() == null) {
                if (couple.was().timings().equals(couple.is().timings())) {
                    reused++;
                } else {
                    timed.add(couple);
                }
            }
        }
        List<Arm> arms = Metrics.arms(timed.stream().map(Pairing.Couple::is).toList());
        Map<String, Map<String, Pairing.Couple<ResultRow>>> byArm = new HashMap<>();
        timed.forEach(couple -> byArm.computeIfAbsent(couple.is().arm(), arm -> new HashMap<>())
                .put(couple.is().rowId(), couple));
        String reference = arms.size() < 2 ? "" : arms.get(0).label();
        List<Ratio> overReference = new ArrayList<>();
        List<Ratio> stages = new ArrayList<>();
        for (Arm arm : arms) {
            List<Pairing.Couple<ResultRow>> own = timed.stream()
                    .filter(couple -> couple.is().arm().equals(arm.label()))
                    .toList();
            if (!reference.isEmpty() && !arm.label().equals(reference)) {
                Map<String, Pairing.Couple<ResultRow>> others = byArm.getOrDefault(reference, Map.of());
                add(overReference, arm.label(), "total", logs(own, ResultRow.Timings::totalNs, others));
            }
            if (sameEnvironment) {
                Metrics.STAGES.forEach((stage, nanos) -> add(stages, arm.label(), stage, logs(own, nanos, Map.of())));
            }
        }
        return new Timing(reference, overReference, stages, timed.size(), reused);
    }

    /** Logarithms, so that twice as long and half as long cancel; less those of another arm, if rows of one are given. */
    private static List<Pair> logs(
            List<Pairing.Couple<ResultRow>> couples,
            ToLongFunction<ResultRow.Timings> nanos,
            Map<String, Pairing.Couple<ResultRow>> others) {
        List<Pair> pairs = new ArrayList<>();
        for (Pairing.Couple<ResultRow> couple : couples) {
            double was = log(couple.was(), nanos);
            double is = log(couple.is(), nanos);
            if (!others.isEmpty()) {
                Pairing.Couple<ResultRow> other = others.get(couple.is().rowId());
                was -= other == null ? Double.NaN : log(other.was(), nanos);
                is -= other == null ? Double.NaN : log(other.is(), nanos);
            }
            if (Double.isFinite(was) && Double.isFinite(is)) {
                pairs.add(new Pair(couple.is().clusterId(), was, is));
            }
        }
        return pairs;
    }

    private static double log(ResultRow row, ToLongFunction<ResultRow.Timings> nanos) {
        long time = nanos.applyAsLong(row.timings());
        return time > 0 ? StrictMath.log(time / 1e6) : Double.NaN;
    }

    private static void add(List<Ratio> ratios, String arm, String stage, List<Pair> logs) {
        if (logs.isEmpty()) {
            return;
        }
        PairedTest test = PairedTest.of(logs, 1);
        double was = logs.stream().mapToDouble(Pair::baseline).sum() / logs.size();
        double is = logs.stream().mapToDouble(Pair::candidate).sum() / logs.size();
        Interval interval = test.interval();
        ratios.add(new Ratio(
                arm,
                stage,
                StrictMath.exp(was),
                StrictMath.exp(is),
                StrictMath.exp(test.mean()),
                new Interval(StrictMath.exp(interval.low()), StrictMath.exp(interval.high())),
                logs.size(),
                test.clusters()));
    }
}
