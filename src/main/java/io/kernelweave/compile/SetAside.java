package io.kernelweave.compile;

import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Which samples a kernel is compiled from, and which are set aside to test it with. Whole tasks are set aside, so that two attempts at
 * one task never stand on both sides: of the tasks that were ever solved and of those that never were, every fifth each, at most
 * {@value #MOST}, and never the greater part of the successes.
 */
record SetAside(List<Sample> training, List<Sample> tests) {
    private static final int EVERY = 5;
    private static final int MOST = 4;

    /** @param samples in an order that does not depend on how they were given */
    static SetAside of(List<Sample> samples, long seed) {
        Map<String, List<Sample>> tasks = new LinkedHashMap<>();
        samples.forEach(sample -> tasks.computeIfAbsent(sample.example().task(), task -> new ArrayList<>())
                .add(sample));
        List<List<Sample>> order = new ArrayList<>(tasks.values());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        List<Sample> tests = new ArrayList<>();
        int successes = successes(samples);
        for (boolean solved : new boolean[] {true, false}) {
            List<List<Sample>> kind =
                    order.stream().filter(task -> successes(task) > 0 == solved).toList();
            for (List<Sample> task : kind.subList(0, Math.min(MOST, kind.size() / EVERY))) {
                if (2 * (successes(tests) + successes(task)) <= successes) {
                    tests.addAll(task);
                }
            }
        }
        Set<String> set = tests.stream().map(test -> test.example().task()).collect(Collectors.toSet());
        return new SetAside(
                samples.stream()
                        .filter(sample -> !set.contains(sample.example().task()))
                        .toList(),
                tests);
    }

    private static int successes(List<Sample> samples) {
        return (int) samples.stream()
                .filter(sample -> sample.example().outcome() == Outcome.PASS)
                .count();
    }
}
