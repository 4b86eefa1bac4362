package io.kernelweave.embed;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import sun.misc.Signal;

/**
 * The calls into native code that are under way. ONNX Runtime gives its environment back in a shutdown hook, under the
 * threads that are still in it, and the process dies of a crash instead of the signal. Hooks have no order, so the signals
 * that end a process are taken here first: the running calls are waited for, a call that comes later waits for the end, and
 * only then does the virtual machine begin to shut down. Thread-safe.
 */
final class NativeCalls {
    /** Those of this process. */
    static final NativeCalls ALL = new NativeCalls();

    /** One call takes milliseconds; whoever hangs for this long shall not keep the machine from ending. */
    private static final long PATIENCE_SECONDS = 10;

    private static final int ENDED_BY_SIGNAL = 128;

    static {
        for (String name : List.of("TERM", "INT", "HUP")) {
            try {
                Signal.handle(new Signal(name), NativeCalls::endProcess);
            } catch (IllegalArgumentException e) { // there is no such signal here, or -Xrs leaves it to the system
                continue;
            }
        }
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private static void endProcess(Signal signal) {
        ALL.drain();
        System.exit(ENDED_BY_SIGNAL + signal.getNumber());
    }

    /** To be followed by {@link #end} in a finally clause. Does not return once the drain has begun. */
    void begin() {
        lock.readLock().lock();
    }

    void end() {
        lock.readLock().unlock();
    }

    /** Waits for the running calls, and lets no other begin. Returns whether none is running. */
    boolean drain() {
        try {
            return lock.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS); // never unlocked
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
