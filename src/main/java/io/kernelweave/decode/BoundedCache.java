package io.kernelweave.decode;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Values by state, up to a number of bytes; when they are used up, it begins anew. A value depends on its state alone, so
 * what is in the cache changes nothing but time.
 */
final class BoundedCache<V> {
    private static final int BYTES_PER_STATE = 160;

    private final ConcurrentMap<State, V> values = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final long limit;
    private final ToIntFunction<V> weight;

    BoundedCache(long limit, ToIntFunction<V> weight) {
        this.limit = limit;
        this.weight = weight;
    }

    V get(State state, Function<State, V> make) {
        V known = values.get(state);
        if (known != null) {
            return known;
        }
        V made = make.apply(state);
        long total = bytes.addAndGet(BYTES_PER_STATE + weight.applyAsInt(made));
        if (total > limit) {
            values.clear();
            bytes.set(0);
        } else {
            values.put(state, made);
        }
        return made;
    }

    /** About what is held now. */
    long bytes() {
        return bytes.get();
    }
}
