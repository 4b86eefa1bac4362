package io.kernelweave.mine;

import io.kernelweave.kernel.Condition;
import io.kernelweave.stats.BenjaminiHochberg;
import io.kernelweave.stats.Fisher;
import io.kernelweave.stats.Interval;
import io.kernelweave.verify.Outcome;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Mines conditions from traces that succeeded and traces that failed.
 *
 * <p>Candidates are generic ({@link Proposals}) and made without looking at outcomes; which of them are kept, how they are weighed and from
 * where on a score is a verdict is chosen within the traces given, tasks held together ({@link Choice}). Every clause is a condition of the
 * check language, with the counts that support it.
 */
public final class Miner {
    /** Conditions are looked for, and counted, in so many traces, drawn by task: more would cost time and tell little. */
    private static final int MOST = 1_500;
    /** A verdict by score has to have been right so often. */
    private static final double RIGHT = 0.95;

    private static final int MOST_CLAUSES = 150;
    /** The rest of the weights is small: many words and texts that say much the same. */
    private static final int MOST_WEIGHED = 300;

    private final List<Example> examples;
    private final boolean[] success;
    private final int[] tasks;
    private final List<Facts> facts;
    private final Facts.Lexicon lexicon = new Facts.Lexicon();

    private Miner(List<Example> examples) {
        this.examples = examples;
        this.success = new boolean[examples.size()];
        this.tasks = new int[examples.size()];
        this.facts = new ArrayList<>();
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < examples.size(); i++) {
            success[i] = examples.get(i).outcome() == Outcome.PASS;
            Integer known = numbers.putIfAbsent(examples.get(i).task(), numbers.size());
            tasks[i] = known == null ? numbers.size() - 1 : known;
            facts.add(Facts.of(examples.get(i).trace(), lexicon));
        }
    }

    /**
     * Mines. Deterministic: the same examples in the same order and the same seed give the same clauses.
     *
     * @param examples those whose outcome is UNKNOWN are not looked at
     */
    public static Mined mine(List<Example> examples, long seed) {
        List<Example> judged = examples.stream()
                .filter(example -> example.outcome() != Outcome.UNKNOWN)
                .toList();
        return new Miner(sample(judged, seed)).mined(seed);
    }

    /** Whole tasks, drawn at random, until there are enough traces. */
    private static List<Example> sample(List<Example> examples, long seed) {
        if (examples.size() <= MOST) {
            return examples;
        }
        List<String> tasks =
                new ArrayList<>(examples.stream().map(Example::task).distinct().toList());
        Collections.shuffle(tasks, new Random(seed));
        Map<String, Integer> sizes = new HashMap<>();
        examples.forEach(example -> sizes.merge(example.task(), 1, Integer::sum));
        Set<String> drawn = new HashSet<>();
        int traces = 0;
        for (String task : tasks) {
            if (traces < MOST) {
                drawn.add(task);
                traces += sizes.getOrDefault(task, 0);
            }
        }
        return examples.stream()
                .filter(example -> drawn.contains(example.task()))
                .toList();
    }

    private Mined mined(long seed) {
        List<String> acts = Acts.of(examples.stream().map(Example::trace).toList());
        List<Feature> features = Proposals.of(facts, lexicon, acts);
        Table table = Table.of(features, facts, tasks);
        boolean[] blank = new boolean[examples.size()];
        Arrays.fill(blank, true);
        for (byte[] verdicts : table.verdicts()) {
            for (int i = 0; i < blank.length; i++) {
                blank[i] &= verdicts[i] == 0;
            }
        }
        int[] rows = IntStream.range(0, blank.length).filter(i -> !blank[i]).toArray();
        Choice choice = Choice.of(table, success, tasks, rows, seed);
        double intercept = 0;
        double[] weights = new double[table.candidates().size()];
        for (int m = 0; m < Choice.MANNERS.size(); m++) {
            double share = choice.shares()[m];
            if (share > 0) {
                Selection selection = Selection.of(table, success, rows, Choice.MANNERS.get(m));
                intercept += share * selection.weights().intercept();
                for (int k = 0; k < selection.chosen().length; k++) {
                    weights[selection.chosen()[k]] +=
                            share * selection.weights().of()[k];
                }
            }
        }
        double[] p = new double[weights.length];
        for (int j = 0; j < p.length; j++) {
            p[j] = p(table.verdicts()[j], success, tasks);
        }
        double[] adjusted = BenjaminiHochberg.adjust(p);

        List<Mined.Rule> rules = new ArrayList<>();
        List<double[]> tests = new ArrayList<>();
        for (int j : heaviest(weights)) {
            rules.add(new Mined.Rule(table.candidates().get(j), weights[j] > 0, Math.abs(weights[j])));
            tests.add(new double[] {p[j], adjusted[j]});
        }
        for (Feature feature : features) {
            if ((feature instanceof Feature.Process || feature instanceof Feature.Share share && share.whole())
                    && nearlyAlwaysHolds(feature)) {
                rules.add(new Mined.Rule(new Table.Candidate(feature, BigDecimal.ONE, 1), true, 0));
                tests.add(new double[] {1, 1});
            }
        }
        byte[][] verdicts = verdicts(rules);
        List<Clause> clauses = new ArrayList<>();
        List<Mined.Rule> kept = new ArrayList<>();
        List<byte[]> columns = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int r : inOrder(rules, verdicts)) {
            Mined.Rule rule = rules.get(r);
            Support support = support(verdicts[r], examples, tests.get(r)[0], tests.get(r)[1]);
            Label label = Label.of(support);
            boolean weighed = rule.weight() > 0;
            boolean holds =
                    label == Label.CONSISTENT || support.passes() == support.successes() && support.passes() > 1;
            if (weighed || holds && kept.size() < MOST_CLAUSES && !follows(verdicts[r], columns)) {
                clauses.add(clause(rule, support, label, names));
                kept.add(rule);
                columns.add(verdicts[r]);
            }
        }
        return new Mined(scale(intercept, choice, rows, blank), clauses, kept, References.of(examples, acts));
    }

    /** The weights that matter, the heaviest first. */
    private static List<Integer> heaviest(double[] weights) {
        return IntStream.range(0, weights.length)
                .filter(j -> weights[j] != 0)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(j -> -Math.abs(weights[j]))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST_WEIGHED)
                .toList();
    }

    /** On successes. */
    private boolean nearlyAlwaysHolds(Feature feature) {
        int holds = 0;
        int successes = 0;
        for (int i = 0; i < success.length; i++) {
            successes += success[i] ? 1 : 0;
            holds += success[i] && feature.of(facts.get(i)) >= 1 ? 1 : 0;
        }
        return holds > 0 && holds >= Label.CONSISTENCY * successes;
    }

    /** Those with weights as they come; then the others, the most demanding first. */
    private static List<Integer> inOrder(List<Mined.Rule> rules, byte[][] verdicts) {
        return IntStream.range(0, rules.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(r -> -rules.get(r).weight())
                        .thenComparing(r -> passes(verdicts[r]))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private static int passes(byte[] verdicts) {
        int passes = 0;
        for (byte verdict : verdicts) {
            passes += verdict > 0 ? 1 : 0;
        }
        return passes;
    }

    /** Does it pass wherever one of the others does? */
    private static boolean follows(byte[] verdicts, List<byte[]> others) {
        for (byte[] other : others) {
            boolean follows = true;
            for (int i = 0; i < verdicts.length && follows; i++) {
                follows = other[i] <= 0 || verdicts[i] > 0;
            }
            if (follows && passes(other) > 0) {
                return true;
            }
        }
        return false;
    }

    private byte[][] verdicts(List<Mined.Rule> rules) {
        byte[][] verdicts = new byte[rules.size()][facts.size()];
        for (int r = 0; r < verdicts.length; r++) {
            Mined.Rule rule = rules.get(r);
            for (int i = 0; i < facts.size(); i++) {
                verdicts[r][i] = switch (rule.verdict(rule.value(facts.get(i)))) {
                    case PASS -> 1;
                    case FAIL -> -1;
                    case UNKNOWN -> 0;
                };
            }
        }
        return verdicts;
    }

    private static Support support(byte[] verdicts, List<Example> examples, double p, double adjusted) {
        int passes = 0;
        int successes = 0;
        int failurePasses = 0;
        for (int i = 0; i < verdicts.length; i++) {
            if (examples.get(i).outcome() == Outcome.PASS) {
                successes++;
                passes += verdicts[i] > 0 ? 1 : 0;
            } else {
                failurePasses += verdicts[i] > 0 ? 1 : 0;
            }
        }
        return Support.of(passes, successes, failurePasses, verdicts.length - successes, p, adjusted);
    }

    /**
     * Fisher's test of whether a verdict goes with success, in either direction, on the traces on which it is decided. Each task counts as one, however often it was tried: attempts
     * at one task are alike for other reasons.
     */
    static double p(byte[] verdicts, boolean[] success, int[] tasks) {
        int[] attempts = new int[verdicts.length];
        for (int task : tasks) {
            attempts[task]++;
        }
        double[][] counts = new double[2][2];
        for (int i = 0; i < verdicts.length; i++) {
            if (verdicts[i] != 0) {
                counts[success[i] ? 0 : 1][verdicts[i] > 0 ? 0 : 1] += 1.0 / attempts[tasks[i]];
            }
        }
        int[] whole = Arrays.stream(counts)
                .flatMapToDouble(Arrays::stream)
                .mapToInt(count -> (int) StrictMath.rint(count))
                .toArray();
        int successes = whole[0] + whole[1];
        int failures = whole[2] + whole[3];
        double one = Fisher.p(whole[0], successes, whole[2], failures);
        double other = Fisher.p(whole[2], failures, whole[0], successes);
        return Math.min(1, 2 * Math.min(one, other));
    }

    private static Clause clause(Mined.Rule rule, Support support, Label label, Set<String> names) {
        ObjectNode check = rule.candidate()
                .feature()
                .check(rule.atLeast(), rule.candidate().bound());
        String says =
                rule.candidate().feature().says(rule.atLeast(), rule.candidate().bound());
        String slug =
                says.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        slug = slug.length() > 60 ? slug.substring(0, 60) : slug;
        String name = slug;
        for (int copy = 2; !names.add(name); copy++) {
            name = slug + "-" + copy;
        }
        // How much of something there is may depend on the task: it never keeps an answer out.
        boolean counts = rule.candidate().feature().kind() == Feature.Kind.COUNT;
        boolean nearlyAll = support.passes() >= Label.CONSISTENCY * support.successes();
        String severity = label == Label.PROVISIONAL
                ? "info"
                : label == Label.DISCRIMINATIVE && nearlyAll && !counts ? "error" : "warn";
        check.put("name", name).put("severity", severity);
        check.put(
                "says",
                "%s (held in %d of %d successes and %d of %d failures)"
                        .formatted(
                                says,
                                support.passes(),
                                support.successes(),
                                support.failurePasses(),
                                support.failures()));
        return new Clause(Condition.of(check), part(check), support, label, rule.weight());
    }

    private static Part part(ObjectNode check) {
        String text = check.get("check").stringValue().equals("compare")
                ? check.path("left").toString()
                : "trace";
        if (!text.contains("trace") && !text.contains("output")) {
            return Part.PRECONDITION;
        }
        return text.contains("\"found\"") || text.contains("\"share\"") && !text.contains("\"value\"")
                ? Part.EVIDENCE
                : Part.POSTCONDITION;
    }

    /** From where on scores were right often enough, on traces of tasks that the score had not seen. */
    private Mined.Scale scale(double intercept, Choice choice, int[] rows, boolean[] blank) {
        double blankSuccesses = 0.5;
        double blankFailures = 0.5;
        for (int i = 0; i < blank.length; i++) {
            if (blank[i] || rows.length == 0) {
                blankSuccesses += success[i] ? 1 : 0;
                blankFailures += success[i] ? 0 : 1;
            }
        }
        boolean[] outcomes = new boolean[rows.length];
        double[] negated = new double[rows.length];
        boolean[] failures = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            outcomes[i] = success[rows[i]];
            failures[i] = !outcomes[i];
            negated[i] = -choice.scores()[i];
        }
        return new Mined.Scale(
                intercept,
                StrictMath.log(blankSuccesses / blankFailures),
                bar(choice.scores(), outcomes),
                -bar(negated, failures));
    }

    /** The least score from which on so many are right that the lower end of Wilson's interval is not far below what is asked. */
    private static double bar(double[] scores, boolean[] right) {
        List<Integer> order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .toList();
        double bar = Double.POSITIVE_INFINITY;
        int hits = 0;
        for (int i = 0; i < order.size(); i++) {
            hits += right[order.get(i)] ? 1 : 0;
            boolean last = i + 1 == order.size() || scores[order.get(i + 1)] < scores[order.get(i)];
            if (last && hits >= RIGHT * (i + 1) && Interval.wilson(hits, i + 1).low() >= RIGHT - 0.05) {
                bar = scores[order.get(i)];
            }
        }
        return bar;
    }
}
