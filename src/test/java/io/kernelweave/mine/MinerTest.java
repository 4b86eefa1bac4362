package io.kernelweave.mine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.stats.Auroc;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceForm;
import io.kernelweave.trace.TraceImport;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class MinerTest {
    private static final List<String> WORDS =
            List.of("red", "blue", "table", "lamp", "chair", "desk", "small", "large");

    /** Orders in a shop: one that is confirmed before it is bought succeeds, most others fail. */
    private static List<Example> orders(int many, double noise, long seed) {
        Random random = new Random(seed);
        List<Example> orders = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            String wanted = word(random) + " " + word(random);
            boolean confirmed = random.nextBoolean();
            Traces trace = new Traces().said("user", "I want a " + wanted);
            for (int step = random.nextInt(4); step >= 0; step--) {
                trace.call("search", word(random), random.nextInt(5) == 0 ? "Error: nothing" : word(random) + " " + i);
            }
            if (confirmed) {
                trace.call("confirm", wanted, "yes");
            }
            trace.call("buy", random.nextBoolean() ? wanted : word(random), "bought " + wanted);
            orders.add(trace.done(random.nextDouble() < noise ? random.nextBoolean() : confirmed, "task " + i / 2));
        }
        return orders;
    }

    private static String word(Random random) {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private static double auroc(Mined mined, List<Example> examples) {
        boolean[] success = new boolean[examples.size()];
        double[] scores = new double[examples.size()];
        for (int i = 0; i < scores.length; i++) {
            success[i] = examples.get(i).outcome() == Outcome.PASS;
            scores[i] = mined.score(examples.get(i).trace());
        }
        return Auroc.of(scores, success);
    }

    @Test
    void aPlantedRuleIsFoundWithItsCounts() {
        List<Example> orders = orders(120, 0.1, 1);
        int[] counts = new int[4];
        for (Example order : orders) {
            boolean confirms = order.trace().events().stream()
                    .anyMatch(event -> event.name().equals("confirm"));
            int at = order.outcome() == Outcome.PASS ? 0 : 2;
            counts[at]++;
            counts[at + 1] += confirms ? 1 : 0;
        }

        Mined mined = Miner.mine(orders, 7);

        Clause clause = mined.clauses().get(0);
        assertThat(clause.label()).isEqualTo(Label.DISCRIMINATIVE);
        assertThat(clause.condition().says()).contains("confirm is called");
        assertThat(clause.support().successes()).isEqualTo(counts[0]);
        assertThat(clause.support().passes()).isEqualTo(counts[1]);
        assertThat(clause.support().failures()).isEqualTo(counts[2]);
        assertThat(clause.support().failurePasses()).isEqualTo(counts[3]);
        assertThat(auroc(mined, orders(120, 0.1, 2))).isGreaterThan(0.8);
    }

    @Test
    void outcomesByChanceTellNothing() {
        double sum = 0;
        int discriminative = 0;
        for (int round = 0; round < 5; round++) {
            Mined mined = Miner.mine(orders(80, 1, round), round);
            sum += auroc(mined, orders(80, 1, 100 + round));
            discriminative += (int) mined.clauses().stream()
                    .filter(clause -> clause.label() == Label.DISCRIMINATIVE)
                    .count();
        }
        assertThat(sum / 5).isCloseTo(0.5, within(0.1));
        assertThat(discriminative).isLessThanOrEqualTo(1);
    }

    @Test
    void theSameExamplesAndSeedGiveTheSameClauses() {
        List<Example> orders = orders(60, 0.2, 3);
        assertThat(Traces.lines(Miner.mine(orders, 5))).isEqualTo(Traces.lines(Miner.mine(orders, 5)));
    }

    @Test
    void aScoreIsTheSumOfWhatTheClausesSayAsChecks() {
        Mined mined = Miner.mine(orders(80, 0.3, 4), 1);
        double start = Double.NaN;
        for (Example order : orders(40, 0.3, 5)) {
            double sum = mined.explain(order.trace()).stream()
                    .mapToDouble(Mined.Reading::contribution)
                    .sum();
            double rest = mined.score(order.trace()) - sum;
            start = Double.isNaN(start) ? rest : start;
            assertThat(rest).isCloseTo(start, within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tau_airline", "webshop", "hotpotqa", "sql"})
    void aConditionTriedInBulkSaysWhatItsCheckSays(String corpus) {
        List<Example> examples = corpus(corpus);
        examples = examples.subList(0, Math.min(60, examples.size()));
        Facts.Lexicon lexicon = new Facts.Lexicon();
        List<Trace> traces = examples.stream().map(Example::trace).toList();
        List<Facts> facts =
                traces.stream().map(trace -> Facts.of(trace, lexicon)).toList();
        List<Feature> features = Proposals.of(facts, lexicon, Acts.of(traces));
        int[] apart = new int[facts.size()];
        for (int i = 0; i < apart.length; i++) {
            apart[i] = i;
        }
        Table table = Table.of(features, facts, apart);
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            int j = random.nextInt(table.candidates().size());
            int i = random.nextInt(traces.size());
            Table.Candidate candidate = table.candidates().get(j);
            for (boolean atLeast : new boolean[] {true, false}) {
                ObjectNode check = candidate.feature().check(atLeast, candidate.bound());
                Verdict verdict = Checks.parse(check, "test").evaluate(Mined.subject(traces.get(i)));
                double value = candidate.feature().of(facts.get(i));
                Mined.Rule rule = new Mined.Rule(candidate, atLeast, 1);
                assertThat(verdict.outcome())
                        .as("%s on %s", check, traces.get(i).traceId())
                        .isEqualTo(rule.verdict(value));
                assertThat(rule.contribution(value) * (verdict.outcome() == Outcome.PASS ? 1 : -1))
                        .isGreaterThanOrEqualTo(0);
            }
        }
    }

    @Test
    void clausesOfHowMuchThereIsNeverKeepAnAnswerOut() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Traces trace = new Traces();
            for (int step = 0; step <= (i % 2 == 0 ? 1 : 6); step++) {
                trace.call("look", "place " + step, "nothing in " + step);
            }
            examples.add(trace.done(i % 2 == 0, "task " + i));
        }
        Mined mined = Miner.mine(examples, 1);
        assertThat(mined.clauses()).anyMatch(clause -> clause.label() == Label.DISCRIMINATIVE);
        assertThat(mined.clauses())
                .filteredOn(clause -> clause.condition().check().path("left").has("count"))
                .isNotEmpty()
                .allMatch(clause -> clause.condition().severity() != Condition.Severity.ERROR);
    }

    @Test
    void theFurtherAConditionIsMissedTheLowerTheScore() {
        List<Example> examples = new ArrayList<>();
        Random random = new Random(9);
        for (int i = 0; i < 80; i++) {
            int steps = 1 + random.nextInt(8);
            examples.add(looking(steps).done(random.nextInt(9) >= steps, "task " + i));
        }
        Mined mined = Miner.mine(examples, 1);
        double two = mined.score(looking(2).done());
        double four = mined.score(looking(4).done());
        double seven = mined.score(looking(7).done());
        assertThat(two).isGreaterThan(four);
        assertThat(four).isGreaterThan(seven);
        assertThat(mined.score(looking(40).done()))
                .isCloseTo(mined.score(looking(50).done()), within(0.1));
    }

    private static Traces looking(int steps) {
        Traces trace = new Traces();
        for (int step = 0; step < steps; step++) {
            trace.call("look", "place " + step, "nothing in " + step);
        }
        return trace;
    }

    @Test
    void whatFollowsFromAnotherClauseIsLeftOut() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            examples.add(new Traces()
                    .call("open", "a", "opened")
                    .call("close", "a", "closed")
                    .done(i % 3 > 0, "task " + i));
        }
        // That the first call is of open, and the last of close, says that both are called and that nothing fails.
        assertThat(Miner.mine(examples, 1).clauses()).hasSize(1);
    }

    @Test
    void examplesWithoutAnOutcomeAreNotLookedAt() {
        List<Example> orders = new ArrayList<>(orders(60, 0.2, 6));
        List<String> before = Traces.lines(Miner.mine(orders, 1));
        orders.add(3, new Example(new Traces().call("explode", "b", "c").done(), Outcome.UNKNOWN, "other"));
        assertThat(Traces.lines(Miner.mine(orders, 1))).isEqualTo(before);
    }

    @Test
    void noExamplesOrOneOutcomeOnlyGiveNoVerdict() {
        assertThat(Miner.mine(List.of(), 1)
                        .verdict(new Traces().call("a", "b", "c").done()))
                .isEqualTo(Outcome.UNKNOWN);
        List<Example> successes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            successes.add(new Traces().call("open", "a", "opened").done(true, "task " + i));
        }
        Mined mined = Miner.mine(successes, 1);
        assertThat(mined.clauses())
                .isNotEmpty()
                .allMatch(clause -> clause.support().failures() == 0);
        assertThat(mined.clauses()).noneMatch(clause -> clause.label() == Label.DISCRIMINATIVE);
    }

    @Test
    void nothingOfTheOriginIsReadButTheWordOnSuccessAndTheTask() {
        List<ObjectNode> rows = new ArrayList<>();
        Random random = new Random(8);
        for (int i = 0; i < 40; i++) {
            ObjectNode row =
                    Json.object().put("corpus", "shop").put("task_id", i / 2).put("success", random.nextBoolean());
            row.putArray("steps")
                    .addObject()
                    .put("kind", "tool_call")
                    .put("tool", random.nextBoolean() ? "buy" : "look")
                    .put("observation", word(random))
                    .putObject("args")
                    .put("x", word(random));
            rows.add(row);
        }
        List<String> before = Traces.lines(
                Miner.mine(Traces.read(rows).stream().map(Example::of).toList(), 1));
        for (ObjectNode row : rows) {
            for (String field : List.of(
                    "gold_actions",
                    "goal",
                    "family",
                    "gold",
                    "reward",
                    "hardness",
                    "outcome",
                    "model",
                    "trial",
                    "trace_id")) {
                row.put(field, word(random));
            }
        }
        assertThat(Traces.lines(
                        Miner.mine(Traces.read(rows).stream().map(Example::of).toList(), 1)))
                .isEqualTo(before);
    }

    @Test
    void conditionsOfPublicTracesRankOnesOfOtherTasks() {
        List<Example> examples = corpus("sql");
        List<String> tasks =
                new ArrayList<>(examples.stream().map(Example::task).distinct().toList());
        Collections.shuffle(tasks, new Random(1));
        Set<String> half = new HashSet<>(tasks.subList(0, tasks.size() / 2));
        Mined mined = Miner.mine(
                examples.stream()
                        .filter(example -> half.contains(example.task()))
                        .toList(),
                1);
        assertThat(auroc(
                        mined,
                        examples.stream()
                                .filter(example -> !half.contains(example.task()))
                                .toList()))
                .isGreaterThan(0.85);
    }

    private static List<Example> corpus(String name) {
        return TraceImport.read(Corpora.file("traces/" + name + ".jsonl.gz"), TraceForm.CORPUS).stream()
                .map(Example::of)
                .toList();
    }
}
