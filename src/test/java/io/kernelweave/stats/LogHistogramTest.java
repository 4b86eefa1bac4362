package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogHistogramTest {
    @Test
    void everyDurationIsReadBackWithinAPercent() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 20_000; i++) {
            long ns = i < 300 ? i : random.nextLong() >>> 1 + random.nextInt(62);
            LogHistogram histogram = new LogHistogram();
            histogram.add(ns);
            histogram.add(Long.MAX_VALUE);
            long kept = histogram.buckets().get(0).ns();
            assertThat((double) kept).isCloseTo(ns, within(ns < 128 ? 0 : ns * 0.008));
        }
    }

    @Test
    void quantilesAreThoseOfTheDurationsThemselves() {
        SplittableRandom random = new SplittableRandom(4);
        LogHistogram histogram = new LogHistogram();
        long[] all = new long[5000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) StrictMath.exp(3 + 12 * random.nextDouble());
            histogram.add(all[i]);
        }
        Arrays.sort(all);
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
            double exact = all[(int) Math.ceil(share * all.length) - 1];
            assertThat(histogram.quantile(share)).isCloseTo(exact, within(exact * 0.008 + 0.5));
        }
        assertThat(histogram.max()).isEqualTo(all[all.length - 1]);
        assertThat(histogram.sum()).isEqualTo(Arrays.stream(all).sum());
        assertThat(histogram.mean()).isEqualTo(Arrays.stream(all).average().orElseThrow());
    }

    @Test
    void whatWasKeptIsAddedWithoutLoss() {
        LogHistogram one = new LogHistogram();
        LogHistogram both = new LogHistogram();
        for (long ns = 1; ns < 1L << 40; ns = ns * 3 + 1) {
            one.add(ns);
            both.add(ns);
        }
        LogHistogram other = new LogHistogram();
        other.add(-5);
        other.add(70_000);
        both.add(0);
        both.add(70_000);
        LogHistogram merged = new LogHistogram();
        for (LogHistogram each : List.of(one, other)) {
            merged.add(each.buckets(), each.sum(), each.max());
        }
        assertThat(merged.buckets()).isEqualTo(both.buckets());
        assertThat(merged.sum()).isEqualTo(both.sum());
        assertThat(merged.max()).isEqualTo(both.max());
        assertThat(merged.count()).isEqualTo(both.count());
    }

    @Test
    void nothingHasNoQuantile() {
        assertThat(new LogHistogram().quantile(0.5)).isNaN();
        assertThat(new LogHistogram().mean()).isNaN();
    }
}
