package io.kernelweave.embed;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The calls into native code that are under way. When the virtual machine is told to end (SIGTERM, Ctrl-C), it unloads
 * native libraries under the threads that are still in them, and the process dies of a crash instead of the signal. So its
 * end waits for the calls that run, and a call that comes later waits for the end. Thread-safe.
 */
final class NativeCalls {
    /** Those of this process. */
    static final NativeCalls ALL = new NativeCalls();

    /** One call takes milliseconds; whoever hangs for this long shall not keep the machine from ending. */
    private static final long PATIENCE_SECONDS = 10;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ALL::drain, "native calls drain"));
    }

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

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
