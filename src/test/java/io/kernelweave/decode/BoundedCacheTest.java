package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedCacheTest {
    private static final Part PART = new Part.Literals(List.of("null"));

    private int made;

    private int get(BoundedCache<Integer> cache, int at) {
        return cache.get(new State(PART, at, State.END), state -> {
            made++;
            return (int) state.at;
        });
    }

    @Test
    void itStaysWithinItsBytesAndKeepsWhatIsInUse() {
        BoundedCache<Integer> cache = new BoundedCache<>(100_000, value -> 840);
        for (int i = 0; i < 1000; i++) {
            assertThat(get(cache, i)).isEqualTo(i);
            assertThat(get(cache, 7)).isEqualTo(7);
            assertThat(cache.bytes()).isLessThanOrEqualTo(100_000);
        }
        assertThat(made).isEqualTo(1000);
    }

    @Test
    void withoutBytesNothingIsKept() {
        BoundedCache<Integer> cache = new BoundedCache<>(0, value -> 1);
        get(cache, 1);
        get(cache, 1);
        assertThat(made).isEqualTo(2);
        assertThat(cache.bytes()).isZero();
    }
}
