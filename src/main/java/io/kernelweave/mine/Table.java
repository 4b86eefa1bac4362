package io.kernelweave.mine;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Candidate conditions with how far all traces meet them. Those that hardly ever differ are left out, and of several that say the same of
 * every trace the first, which is the simplest, stays.
 *
 * @param degrees one array each candidate, one number each trace
 * @param verdicts 1 where the feature is at least the bound, -1 where it is less, 0 where it is unknown
 */
record Table(List<Candidate> candidates, float[][] degrees, byte[][] verdicts) {
    /** Nothing is met or missed by more than this. */
    private static final double MOST = 2;
    /** What is unknown of more traces than this cannot be told from what hardly ever differs. */
    private static final double KNOWN = 0.3;

    /**
     * That a feature is at least so much, or less.
     *
     * @param bound the mean of the traces, to three digits
     * @param spread their standard deviation: in this unit it is measured how far the condition is met
     */
    record Candidate(Feature feature, BigDecimal bound, double spread) {
        /** How far a feature is above the bound, at most 2 either way; 0 where it is unknown, which speaks for neither. */
        double degree(double value) {
            double degree = (value - bound.doubleValue()) / spread;
            return Double.isNaN(degree) ? 0 : Math.max(-MOST, Math.min(MOST, degree));
        }
    }

    static Table of(List<Feature> features, List<Facts> traces, int[] tasks) {
        List<Candidate> candidates = new ArrayList<>();
        List<float[]> columns = new ArrayList<>();
        List<byte[]> verdicts = new ArrayList<>();
        Set<Floats> seen = new HashSet<>();
        for (Feature feature : features) {
            double[] values = traces.stream().mapToDouble(feature::of).toArray();
            double[] known =
                    Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
            double mean = Arrays.stream(known).average().orElse(0);
            double spread = Math.sqrt(Arrays.stream(known)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElse(0));
            BigDecimal bound = new BigDecimal(mean).round(new MathContext(3, RoundingMode.HALF_EVEN));
            Candidate candidate = new Candidate(feature, bound, spread);
            if (known.length >= KNOWN * values.length && spread > 1e-9 && differs(values, bound, tasks)) {
                float[] column = new float[values.length];
                for (int i = 0; i < column.length; i++) {
                    column[i] = (float) candidate.degree(values[i]);
                }
                if (seen.add(new Floats(column))) {
                    candidates.add(candidate);
                    columns.add(column);
                    verdicts.add(verdicts(values, bound.doubleValue()));
                }
            }
        }
        return new Table(candidates, columns.toArray(float[][]::new), verdicts.toArray(byte[][]::new));
    }

    private static byte[] verdicts(double[] values, double bound) {
        byte[] verdicts = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            verdicts[i] = (byte) (Double.isNaN(values[i]) ? 0 : values[i] >= bound ? 1 : -1);
        }
        return verdicts;
    }

    /** Do enough traces, of enough tasks, stand on either side? */
    private static boolean differs(double[] values, BigDecimal bound, int[] tasks) {
        int fewest = Math.max(3, values.length / 40);
        double cut = bound.doubleValue();
        int[] above =
                IntStream.range(0, values.length).filter(i -> values[i] >= cut).toArray();
        int[] below =
                IntStream.range(0, values.length).filter(i -> values[i] < cut).toArray();
        return above.length >= fewest
                && below.length >= fewest
                && Arrays.stream(above).map(i -> tasks[i]).distinct().count() > 1
                && Arrays.stream(below).map(i -> tasks[i]).distinct().count() > 1;
    }

    private record Floats(float[] column) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Floats floats && Arrays.equals(column, floats.column);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(column);
        }
    }
}
