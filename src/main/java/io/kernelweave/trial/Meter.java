package io.kernelweave.trial;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
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
}
