package io.kernelweave.trial;

import io.kernelweave.compile.StepModel;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Mined;
import io.kernelweave.mine.Miner;
import io.kernelweave.stats.Auroc;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is learned from some traces, tried on others. Beside the scores by the conditions that are mined stand those by the number of
 * steps alone, whose direction is chosen in training, and those by conditions mined from the same traces with their outcomes
 * permuted, which is what chance gives.
 */
public final class MiningTrial {
    private final List<Example> examples;
    private final long seed;

    /**
     * @param examples those whose outcome is UNKNOWN are neither learned from nor judged
     * @param seed of all splits and permutations
     */
    public MiningTrial(List<Example> examples, long seed) {
        this.examples = List.copyOf(examples);
        this.seed = seed;
    }

    /**
     * A trace that was judged by what was learned from others.
     *
     * @param index of the example
     * @param steps how many steps the trace has
     * @param score log-odds of success by the mined conditions
     * @param kinds what each kind of conditions adds to it, one each of {@link Mined#kinds()}
     * @param lengthScore the number of steps, or less it, whichever is higher for successes in training
     * @param permuted scores by conditions mined from permuted outcomes, one for each permutation
     * @param foresight of its steps; null where nobody asked
     */
    public record Judged(
            int index,
            int steps,
            double score,
            List<Double> kinds,
            Outcome verdict,
            double lengthScore,
            List<Double> permuted,
            @Nullable Foresight foresight) {
        public Judged {
            kinds = List.copyOf(kinds);
            permuted = List.copyOf(permuted);
        }
    }

    /**
     * Splits the tasks in halves, learns from the one and judges the other.
     *
     * @param split number of the split; each has its own halves
     * @param share of the tasks of the half that is learned from that are used, for how much comes of less
     * @param permutations how often the outcomes are permuted
     * @param foreseeing whether the steps are foretold, too
     */
    public List<Judged> halves(int split, double share, int permutations, boolean foreseeing) {
        List<String> tasks = tasks(split);
        int half = tasks.size() / 2;
        return judge(
                of(tasks.subList(0, (int) Math.round(half * share))),
                of(tasks.subList(half, tasks.size())),
                split,
                permutations,
                foreseeing);
    }

    /** Learns from the half of a split, and judges the very traces that were learned from, which is too good by nature. */
    public List<Judged> seen(int split) {
        List<String> tasks = tasks(split);
        List<Integer> half = of(tasks.subList(0, tasks.size() / 2));
        return judge(half, half, split, 0, false);
    }

    /** The tasks in the order of a split. */
    private List<String> tasks(int split) {
        List<String> tasks = new ArrayList<>(new TreeSet<>(
                known().stream().map(index -> examples.get(index).task()).toList()));
        shuffle(tasks, random(split, 0));
        return tasks;
    }

    /** The judged examples of some tasks. */
    private List<Integer> of(List<String> tasks) {
        Set<String> some = new HashSet<>(tasks);
        return known().stream()
                .filter(index -> some.contains(examples.get(index).task()))
                .toList();
    }

    private List<Integer> known() {
        List<Integer> known = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            if (examples.get(i).outcome() != Outcome.UNKNOWN) {
                known.add(i);
            }
        }
        return known;
    }

    /**
     * Learns from some examples and judges others.
     *
     * @param training indices of examples
     * @param heldOut indices of examples that are judged
     */
    public List<Judged> judge(
            List<Integer> training, List<Integer> heldOut, int split, int permutations, boolean foreseeing) {
        List<Example> learned = training.stream().map(examples::get).toList();
        Mined mined = Miner.mine(learned, seed + split);
        List<Mined> chance = new ArrayList<>();
        for (int i = 1; i <= permutations; i++) {
            chance.add(Miner.mine(permuted(learned, random(split, i)), seed + split));
        }
        int direction = direction(learned);
        boolean foretold = foreseeing && !learned.isEmpty();
        @Nullable StepModel kernel = foretold ? StepModel.fit(learned) : null;
        @Nullable StepModel plain = foretold ? StepModel.baseline(learned) : null;
        List<Judged> judged = new ArrayList<>();
        for (int index : heldOut) {
            Trace trace = examples.get(index).trace();
            int steps = steps(trace);
            Mined.Scored scored = mined.scored(trace);
            judged.add(new Judged(
                    index,
                    steps,
                    scored.score(),
                    scored.kinds(),
                    mined.verdict(trace),
                    direction * (double) steps,
                    chance.stream().map(other -> other.score(trace)).toList(),
                    kernel == null || plain == null
                            ? null
                            : Foresight.of(
                                    kernel.score(trace), plain.score(trace), kernel.kernelBits() / heldOut.size())));
        }
        return judged;
    }

    private static int direction(List<Example> learned) {
        double[] lengths =
                learned.stream().mapToDouble(example -> steps(example.trace())).toArray();
        boolean[] successes = new boolean[lengths.length];
        for (int i = 0; i < successes.length; i++) {
            successes[i] = learned.get(i).outcome() == Outcome.PASS;
        }
        return Auroc.of(lengths, successes) < 0.5 ? -1 : 1;
    }

    /** How many things were done or said: calls, generations, and what was seen or said without a call. */
    static int steps(Trace trace) {
        return (int) trace.events().stream()
                .filter(event -> switch (event.kind()) {
                    case TOOL_CALL, GENERATION, UNKNOWN -> true;
                    case OBSERVATION -> !event.data().has("call");
                    default -> false;
                })
                .count();
    }

    private SplittableRandom random(int split, int purpose) {
        return new SplittableRandom(seed + 1_000_003L * split + 7_919L * purpose);
    }

    private static <T> void shuffle(List<T> list, SplittableRandom random) {
        for (int i = list.size() - 1; i > 0; i--) {
            int at = random.nextInt(i + 1);
            T moved = list.get(i);
            list.set(i, list.get(at));
            list.set(at, moved);
        }
    }

    private static List<Example> permuted(List<Example> examples, SplittableRandom random) {
        List<Outcome> outcomes =
                new ArrayList<>(examples.stream().map(Example::outcome).toList());
        shuffle(outcomes, random);
        List<Example> permuted = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            permuted.add(new Example(
                    examples.get(i).trace(), outcomes.get(i), examples.get(i).task()));
        }
        return permuted;
    }
}
