package io.kernelweave.trial;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;

/**
 * What the calling thread and this process used so far. CPU time of a thread leaves out the compilers' and the garbage collector's
 * threads.
 */
public final class Meter {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final List<MemoryPoolMXBean> HEAP = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();

    private Meter() {}

    /** CPU time of the calling thread, in nanoseconds. */
    public static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** What one look at {@link #cpuNanos()} takes, in nanoseconds: each measured time holds one. */
    public static long clockNanos() {
        int looks = 10_000;
        for (int i = 0; i < looks; i++) {
            cpuNanos();
        }
        long before = cpuNanos();
        for (int i = 0; i < looks; i++) {
            cpuNanos();
        }
        return (cpuNanos() - before) / looks;
    }

    /** Bytes that the calling thread allocated. */
    static long allocatedBytes() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** The most that the pools of the heap held, each at its own time; garbage that was not yet collected is included. */
    static long heapPeakBytes() {
        return HEAP.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    }

    /**
     * What some objects hold: the heap in use after full collections while they can be reached, less that after they no longer can. What
     * others reach as well is not in it.
     *
     * @param held the only references to the objects; empty afterwards
     * @return bytes, 0 if less than the readings' {@linkplain #heapNoiseBytes() noise}; −1 if this JVM does not collect when it is asked to
     */
    static long retainedBytes(Object[] held) {
        long with = collectedHeapBytes();
        Reference.reachabilityFence(held);
        Arrays.fill(held, null);
        long without = collectedHeapBytes();
        return with < 0 || without < 0 ? -1 : Math.max(0, with - without);
    }

    /** By how much two readings of the heap differ with nothing done in between: the largest difference among a few, in bytes. */
    public static long heapNoiseBytes() {
        long noise = 0;
        long before = collectedHeapBytes();
        for (int i = 0; i < 4; i++) {
            long now = collectedHeapBytes();
            noise = Math.max(noise, Math.abs(now - before));
            before = now;
        }
        return noise;
    }

    /**
     * The smallest of four readings: a full collection of the serial collector may leave some dead objects where they are, but each fourth
     * leaves none; and another thread may take a buffer to allocate from between a collection and the reading.
     */
    private static long collectedHeapBytes() {
        WeakReference<Object> garbage = new WeakReference<>(new Object());
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return garbage.refersTo(null) ? used : -1;
    }
}
