package io.kernelweave.mine;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Candidate conditions with their verdicts on all traces: each a feature with a lower bound, 1 where the feature is at least that, -1 where it
 * is less, 0 where it is unknown. Those that hardly ever differ are left out, and of several that say the same of every trace the first,
 * which is the simplest, stays.
 */
record Table(List<Candidate> candidates, byte[][] verdicts) {
    /** @param group the position of its feature: bounds on one feature belong together */
    record Candidate(Feature feature, BigDecimal bound, int group) {
        boolean isWhole() {
            return feature instanceof Feature.Mention || feature instanceof Feature.Process;
        }
    }

    private static final int CUTS = 8;

    static Table of(List<Feature> features, List<Facts> traces, int[] tasks) {
        List<Candidate> candidates = new ArrayList<>();
        List<byte[]> verdicts = new ArrayList<>();
        Set<Bits> seen = new HashSet<>();
        for (int f = 0; f < features.size(); f++) {
            Feature feature = features.get(f);
            double[] values = traces.stream().mapToDouble(feature::of).toArray();
            for (BigDecimal bound : bounds(values)) {
                byte[] column = verdicts(values, bound);
                if (differs(column, tasks) && seen.add(new Bits(column))) {
                    candidates.add(new Candidate(feature, bound, f));
                    verdicts.add(column);
                }
            }
        }
        return new Table(candidates, verdicts.toArray(byte[][]::new));
    }

    static byte[] verdicts(double[] values, BigDecimal bound) {
        double least = bound.doubleValue();
        byte[] column = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            column[i] = Double.isNaN(values[i]) ? 0 : (byte) (values[i] >= least ? 1 : -1);
        }
        return column;
    }

    /** Quantiles of the values, without looking at how the traces ended. */
    private static List<BigDecimal> bounds(double[] values) {
        double[] sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        Set<BigDecimal> bounds = new HashSet<>();
        List<BigDecimal> ordered = new ArrayList<>();
        for (int cut = 1; cut < CUTS && sorted.length > 0; cut++) {
            double value = sorted[cut * (sorted.length - 1) / CUTS];
            // Between the value and the next, so that both sides of a gap are tried.
            for (double each : new double[] {value, above(sorted, value)}) {
                BigDecimal bound =
                        BigDecimal.valueOf(each).setScale(2, RoundingMode.FLOOR).stripTrailingZeros();
                bound = bound.scale() < 0 ? bound.setScale(0) : bound;
                if (each > sorted[0] && bounds.add(bound)) {
                    ordered.add(bound);
                }
            }
        }
        ordered.sort(null);
        return ordered;
    }

    private static double above(double[] sorted, double value) {
        for (double each : sorted) {
            if (each > value) {
                return each;
            }
        }
        return value;
    }

    /** Do enough traces, of enough tasks, stand on either side? */
    private static boolean differs(byte[] column, int[] tasks) {
        int[] counts = new int[3];
        List<Set<Integer>> of = List.of(new HashSet<>(), new HashSet<>(), new HashSet<>());
        for (int i = 0; i < column.length; i++) {
            counts[column[i] + 1]++;
            if (of.get(column[i] + 1).size() < 3) {
                of.get(column[i] + 1).add(tasks[i]);
            }
        }
        int fewest = Math.max(3, column.length / 40);
        return counts[0] >= fewest
                && counts[2] >= fewest
                && of.get(0).size() >= 2
                && of.get(2).size() >= 2;
    }

    private record Bits(byte[] column) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Bits bits && Arrays.equals(column, bits.column);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(column);
        }
    }
}
