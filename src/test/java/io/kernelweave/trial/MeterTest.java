package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MeterTest {
    /** In parts, because some collectors round large arrays up to whole regions. */
    private static byte[][] threeMegabytes() {
        return new byte[30][100_000];
    }

    /** The median of three: other threads of the tests' JVM allocate as well. */
    private static long retained(Supplier<Object[]> objects) {
        return LongStream.generate(() -> Meter.retainedBytes(objects.get()))
                .limit(3)
                .sorted()
                .toArray()[1];
    }

    @Test
    void objectsOfAKnownSizeHoldThatMuch() {
        assertThat(retained(() -> new Object[] {threeMegabytes()})).isBetween(2_500_000L, 3_500_000L);
        assertThat(retained(() -> new Object[] {threeMegabytes(), threeMegabytes()}))
                .isBetween(5_500_000L, 6_500_000L);
    }

    @Test
    void whatOthersReachAsWellIsNotCounted() {
        byte[][] shared = threeMegabytes();
        assertThat(retained(() -> new Object[] {shared})).isBetween(0L, 500_000L);
        Reference.reachabilityFence(shared);
    }

    @Test
    void whatWasHeldIsLetGo() {
        Object[] held = {threeMegabytes()};
        Meter.retainedBytes(held);
        assertThat(held).containsOnlyNulls();
        assertThat(Meter.heapNoiseBytes()).isBetween(0L, 10_000_000L);
    }
}
