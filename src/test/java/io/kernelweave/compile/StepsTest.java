package io.kernelweave.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.Kernel.Step;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.TraceImport;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StepsTest {
    private static List<Sample> samples(List<Example> examples) {
        return examples.stream().map(Sample::of).toList();
    }

    private static List<Step> steps(List<Example> examples) {
        return Steps.of(samples(examples)).steps();
    }

    private static Step named(List<Step> steps, String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"20,0,1", "40,0,2", "40,3,3", "80,6,4", "200,8,5"})
    void theProgramBehindTracesIsRecovered(int count, int noise, long seed) {
        List<Step> steps = steps(Traces.ofProgram(count, noise, seed));
        assertThat(steps)
                .extracting(Step::name)
                .containsSubsequence("find", "customer", "stock", "reserve", "refund", "close");
        // No step of the program occurs twice; noise that is a step of its own is optional.
        assertThat(steps.stream().filter(step -> !step.name().startsWith("noise")))
                .hasSize(6);
        assertThat(steps.stream().filter(step -> step.name().startsWith("noise")))
                .allMatch(Step::optional);

        Step find = named(steps, "find");
        Step stock = named(steps, "stock");
        Step reserve = named(steps, "reserve");
        Step refund = named(steps, "refund");
        JsonNode order = find.arguments().get("order");
        assertThat(order.get("from").stringValue()).isEqualTo("input.quoted[0]");
        assertThat(named(steps, "customer").arguments().at("/id/from").stringValue())
                .isEqualTo("find.result.customer");
        for (Step step : List.of(reserve, refund, named(steps, "close"))) {
            assertThat(step.arguments().at("/order/var"))
                    .as("one variable in " + step.name())
                    .isEqualTo(order.get("var"));
        }
        assertThat(reserve.arguments().at("/sku/var"))
                .isEqualTo(stock.arguments().at("/sku/var"));
        assertThat(stock.repeat()).isEqualTo(reserve.repeat());
        assertThat(stock.repeat().in()).isEqualTo("find.result.items[*]");
        assertThat(stock.repeat().as())
                .isEqualTo(stock.arguments().at("/sku/var").stringValue());
        assertThat(refund.arguments().get("reason").stringValue()).isEqualTo("late");
        assertThat(refund.optional()).isTrue();
        assertThat(refund.when().says()).contains("status = paid");
        assertThat(find.optional()).isFalse();
        assertThat(find.seen()).isEqualTo(new Step.Seen(count, count));
    }

    @Test
    void aGuardIsACheckThatHoldsWhereTheStepIsTaken() {
        List<Example> examples = Traces.ofProgram(40, 0, 2);
        Step refund = named(steps(examples), "refund");
        for (Example example : examples) {
            boolean taken = example.trace().events().stream()
                    .anyMatch(event -> event.name().equals("refund"));
            assertThat(Checks.parse(refund.when().check(), "guard")
                            .evaluate(Subject.of(example.trace().prompt(), "").with(example.trace()))
                            .outcome())
                    .isEqualTo(taken ? Outcome.PASS : Outcome.FAIL);
        }
    }

    @Test
    void theOrderOfTheTracesChangesNoStep() {
        List<Example> examples = new ArrayList<>(Traces.ofProgram(60, 5, 6));
        String digest = KernelCompiler.compile(examples, "k", 3).kernel().digest();
        Collections.shuffle(examples, new Random(1));
        assertThat(KernelCompiler.compile(examples, "k", 3).kernel().digest()).isEqualTo(digest);
    }

    @Test
    void valuesThatAgreeByAccidentAreNoVariable() {
        SplittableRandom random = new SplittableRandom(5);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            // Small numbers in many places: one of them often equals the argument.
            var result = Json.object();
            for (int field = 0; field < 30; field++) {
                result.put("f" + field, random.nextInt(3));
            }
            examples.add(new Traces("go " + i)
                    .call("look", Json.object(), result)
                    .call("pick", Traces.object("level", random.nextInt(3)), Json.object())
                    .example(Outcome.PASS, i));
        }
        JsonNode level = named(steps(examples), "pick").arguments().get("level");
        assertThat(level.propertyNames()).containsExactlyInAnyOrder("var", "slot");
    }

    @Test
    void aValueOfLittleSayThatIsAlwaysTheSameAsAnotherIsBoundOnceThereIsEnoughOfIt() {
        SplittableRandom random = new SplittableRandom(5);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int level = random.nextInt(3);
            examples.add(new Traces("go " + i)
                    .call("look", Json.object(), Traces.object("level", level))
                    .call("pick", Traces.object("level", level), Json.object())
                    .example(Outcome.PASS, i));
        }
        assertThat(named(steps(examples), "pick").arguments().at("/level/from").stringValue())
                .isEqualTo("look.result.level");
        assertThat(named(steps(examples.subList(0, 3)), "pick")
                        .arguments()
                        .at("/level/from")
                        .isMissingNode())
                .as("three traces are not enough")
                .isTrue();
    }

    @Test
    void equalValueVectorsAreOneVariableAndOthersAreNot() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            examples.add(new Traces("go")
                    .call("a", Traces.object("x", "first-" + i * 7919).put("y", "other-" + i * 104729), Json.object())
                    .call("b", Traces.object("z", "first-" + i * 7919), Json.object())
                    .example(Outcome.PASS, i));
        }
        List<Step> steps = steps(examples);
        JsonNode a = named(steps, "a").arguments();
        JsonNode b = named(steps, "b").arguments();
        assertThat(b.at("/z/var")).isEqualTo(a.at("/x/var"));
        assertThat(a.at("/y/var")).isNotEqualTo(a.at("/x/var"));
    }

    @Test
    void whatPeopleSayIsAPlace() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            examples.add(new Traces("")
                    .said("Hello, I am user_" + i * 7919 + ", help me.")
                    .call("find_user", Traces.object("id", "user_" + i * 7919), Json.object())
                    .example(Outcome.PASS, i));
        }
        assertThat(named(steps(examples), "find-user")
                        .arguments()
                        .at("/id/part_of")
                        .stringValue())
                .isEqualTo("said");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void sequencesWithoutOrderHaveNoSteps(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Traces trace = new Traces("go " + i);
            for (int step = 0; step < 10; step++) {
                trace.call("tool" + random.nextInt(8));
            }
            examples.add(trace.example(Outcome.PASS, i));
        }
        assertThat(steps(examples)).extracting(Step::name).containsExactly("work");
    }

    @Test
    void aBlockIsFoldedOnlyIfThatIsShorter() {
        assertThat(blocks("ab", "ab", "ab", "aab", "ab", "ab", "ab", "ab")).isEmpty();
        assertThat(blocks("abab", "ababab", "ab", "abababab", "ababab")).containsExactly("ab");
        assertThat(blocks("xaay", "xaaaay", "xaaaaaay", "xay", "xaaaaay")).containsExactly("a");
    }

    private static List<String> blocks(String... sequences) {
        List<int[]> read = new ArrayList<>();
        int[] weights = new int[sequences.length];
        for (String sequence : sequences) {
            weights[read.size()] = 1;
            read.add(sequence.chars()
                    .map(letter -> letter == 'x' ? 2 : letter == 'y' ? 3 : letter - 'a')
                    .toArray());
        }
        Folding folding = Folding.of(read, weights, 4);
        List<String> blocks = new ArrayList<>();
        for (int item = 4; item < folding.size(); item++) {
            StringBuilder block = new StringBuilder();
            for (int symbol : folding.body(item)) {
                block.append((char) ('a' + symbol));
            }
            blocks.add(block.toString());
        }
        return blocks;
    }

    @Test
    void anArgumentThatTellsWhatFollowsMakesAStepOfItsOwn() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            examples.add(new Traces("buy " + i)
                    .call("search", Traces.object("q", "thing " + i), Json.object())
                    .call("click", Traces.object("x", "item" + i * 31), Json.object())
                    .call("click", Traces.object("x", "Buy"), Json.object())
                    .example(Outcome.PASS, i));
        }
        assertThat(steps(examples)).extracting(Step::name).containsExactly("search", "click", "click-buy");
    }

    @Test
    void whatIsDoneAfterAFailureBecomesAHandler() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            boolean fails = i % 3 == 0;
            Traces trace = new Traces("go " + i)
                    .call("reserve", Traces.object("sku", "S" + i * 7919), Json.object())
                    .call("pay", Traces.object("sum", i), Json.object(), fails);
            if (fails) {
                trace.call("release", Traces.object("sku", "S" + i * 7919), Json.object());
            } else {
                trace.call("confirm");
            }
            examples.add(trace.example(Outcome.PASS, i));
        }
        Handlers handlers = Handlers.of(samples(examples));
        assertThat(handlers.rollback())
                .extracting(Kernel.Rollback::when, Kernel.Rollback::action)
                .contains(
                        org.assertj.core.groups.Tuple.tuple("pay fails", "Call release."),
                        org.assertj.core.groups.Tuple.tuple(
                                "a later step fails after reserve",
                                "Call release with what reserve was called with or gave back."));
        assertThat(Steps.of(samples(examples)).steps())
                .filteredOn(step -> step.name().equals("release"))
                .allSatisfy(step -> assertThat(step.when().says()).contains("pay failed"));
    }

    @Test
    void aKernelOfProcessesHoldsOnItsOwnTests() {
        List<Example> examples = new ArrayList<>(Traces.ofProgram(40, 4, 9));
        for (int i = 0; i < 20; i++) {
            examples.add(new Traces("Settle order \"ORD-" + i + "\" please.")
                    .call("find", Traces.object("order", "ORD-" + i), Json.object())
                    .example(Outcome.FAIL, 1000 + i));
        }
        Compiled compiled = KernelCompiler.compile(examples, "settle", 1);
        assertThat(Contract.of(compiled.kernel()).selfTest()).isEmpty();
        assertThat(compiled.report().failures()).isPositive();
        assertThat(compiled.kernel().capabilities()).contains("tool:find", "tool:close");
        assertThat(compiled.kernel().tests()).anyMatch(test -> test.trace() != null);
        Kernel again = Json.parse(Json.compact(compiled.kernel()), Kernel.class, "again");
        assertThat(again.computedDigest()).isEqualTo(compiled.kernel().digest());
        assertThat(again.steps()).isEqualTo(compiled.kernel().steps());
    }

    @Test
    void tracesOfOtherProgramsGiveSoundKernels() {
        for (String corpus : Set.of("tau_airline", "webshop", "hotpotqa", "sql")) {
            List<Example> examples = TraceImport.read(Corpora.file("traces/" + corpus + ".jsonl.gz"), null).stream()
                    .map(Example::of)
                    .toList();
            Compiled compiled = KernelCompiler.compile(examples, "k", 1);
            assertThat(Contract.of(compiled.kernel()).selfTest()).as(corpus).isEmpty();
            assertThat(compiled.kernel().steps()).as(corpus).hasSizeGreaterThan(1);
        }
    }
}
