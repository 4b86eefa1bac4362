package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import org.junit.jupiter.api.Test;

class MeterTest {
    /** Other threads of the tests' JVM allocate a little. */
    private static final long NOISE = 500_000;

    @Test
    void anObjectOfAKnownSizeHoldsThatMuch() {
        assertThat(Meter.retainedBytes(new Object[] {new byte[3_000_000]}))
                .isBetween(3_000_000 - NOISE, 3_000_000 + NOISE);
        Object[] both = {new long[250_000], new byte[1_000_000]};
        assertThat(Meter.retainedBytes(both)).isBetween(3_000_000 - NOISE, 3_000_000 + NOISE);
        assertThat(both).containsOnlyNulls();
    }

    @Test
    void whatOthersReachAsWellIsNotCounted() {
        byte[] shared = new byte[3_000_000];
        assertThat(Meter.retainedBytes(new Object[] {shared})).isBetween(0L, NOISE);
        Reference.reachabilityFence(shared);
    }

    @Test
    void twoReadingsOfTheSameHeapDifferByLittle() {
        assertThat(Meter.heapNoiseBytes()).isBetween(0L, NOISE);
    }
}
