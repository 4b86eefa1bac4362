package io.kernelweave.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Logits at random, the same for the same seed. */
final class RandomLogits implements LogitSource {
    private final SplittableRandom random;
    private final int[] base = new int[1024];
    final List<Integer> accepted = new ArrayList<>();

    RandomLogits(long seed) {
        this.random = new SplittableRandom(seed);
    }

    @Override
    public void logits(float[] into) {
        for (int i = 0; i < base.length; i++) {
            base[i] = random.nextInt();
        }
        int shift = random.nextInt(1024);
        for (int i = 0; i < into.length; i++) {
            into[i] = (base[i + shift & 1023] ^ i * 0x9E3779B1) * 0x1p-28f;
        }
    }

    @Override
    public void accept(int token) {
        accepted.add(token);
    }
}
