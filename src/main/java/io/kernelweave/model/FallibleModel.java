package io.kernelweave.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A simulated model: it gives recorded answers, and now and then a wrong one. Each draw of a task is right or wrong by itself, with a share
 * that is stated; which, and which of the wrong ones, follows from the draw's seed alone.
 */
public final class FallibleModel {
    private final Map<String, Draws> draws;
    private final double errors;
    private final List<String> known = new ArrayList<>();
    private final String identity;

    /**
     * What may be answered to a task.
     *
     * @param right null: the model never gets it right
     * @param wrong asked for when it is needed; none: the model never gets it wrong
     */
    public record Draws(@Nullable String right, Supplier<List<String>> wrong) {}

    /**
     * @param origin of the answers, exactly enough that the same origin has the same
     * @param draws by task id
     * @param errors the share of draws that are wrong, of tasks that can be answered both ways
     */
    public FallibleModel(String origin, Map<String, Draws> draws, double errors) {
        this.draws = new TreeMap<>(draws);
        this.errors = errors;
        this.draws.values().forEach(each -> {
            if (each.right != null) {
                known.add(each.right);
            }
        });
        this.identity = "fallible:" + errors + ":" + origin;
    }

    public String identity() {
        return identity;
    }

    /** What it answers to a task; empty for one that it does not know. */
    public Optional<String> answer(String task, long seed) {
        Draws own = draws.get(task);
        if (own == null) {
            return Optional.empty();
        }
        SplittableRandom random = new SplittableRandom(seed);
        boolean slips = random.nextDouble() < errors;
        if (own.right != null && !slips) {
            return Optional.of(own.right);
        }
        List<String> wrong = own.wrong.get();
        return wrong.isEmpty() ? Optional.ofNullable(own.right) : Optional.of(wrong.get(random.nextInt(wrong.size())));
    }

    /** An answer to some task: what the model makes up where it may not say what it wants to. The next of a walk for each attempt. */
    public String madeUp(long seed, int attempt) {
        return known.get(Math.floorMod(new SplittableRandom(seed).nextInt() + attempt, known.size()));
    }

    /** How many there are to make up from. */
    public int size() {
        return known.size();
    }
}
