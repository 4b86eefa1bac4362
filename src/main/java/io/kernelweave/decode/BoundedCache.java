package io.kernelweave.decode;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Values by state, up to a number of bytes. There are two generations: when the younger one has half the bytes, it becomes
 * the older one, and what was not asked for since is forgotten with the one before. A value depends on its state alone, so
 * what is in the cache changes nothing but time. Safe for use by many threads.
 */
final class BoundedCache<V> {
    private static final int BYTES_PER_STATE = 160;

    private final long limit;
    private final ToIntFunction<V> weight;
    private volatile ConcurrentMap<State, V> young = new ConcurrentHashMap<>();
    private volatile ConcurrentMap<State, V> old = new ConcurrentHashMap<>();
    private long youngBytes;
    private long oldBytes;

    BoundedCache(long limit, ToIntFunction<V> weight) {
        this.limit = limit;
        this.weight = weight;
    }

    V get(State state, Function<State, V> make) {
        V known = young.get(state);
        if (known != null) {
            return known;
        }
        V kept = old.get(state);
        V value = kept != null ? kept : make.apply(state);
        keep(state, value);
        return value;
    }

    private synchronized void keep(State state, V value) {
        int bytes = BYTES_PER_STATE + weight.applyAsInt(value);
        if (2 * (youngBytes + bytes) > limit) {
            old = young;
            oldBytes = youngBytes;
            young = new ConcurrentHashMap<>();
            youngBytes = 0;
        }
        if (2L * bytes <= limit && young.putIfAbsent(state, value) == null) {
            youngBytes += bytes;
        }
    }

    /** About what is held now. */
    synchronized long bytes() {
        return youngBytes + oldBytes;
    }
}
