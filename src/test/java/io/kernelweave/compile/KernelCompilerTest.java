package io.kernelweave.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceRecorder;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelCompilerTest {
    private static final String PROMPT = """
            list the failed services of this log

            ```log
            10:00 checkout failed after 3 tries
            10:01 billing failed after 12 tries
            ```
            """;

    private static Trace trace(String prompt, String output, String verdict) {
        return trace(prompt, output, verdict, true);
    }

    private static Trace trace(String prompt, String output, String verdict, boolean tools) {
        TraceRecorder recorder = new TraceRecorder("seed", prompt);
        recorder.record(TraceEvent.Kind.PLAN, "read the log", Json.object());
        if (tools) {
            recorder.record(TraceEvent.Kind.TOOL_CALL, "grep", Json.object());
        }
        recorder.record(TraceEvent.Kind.GENERATION, "constrained", Json.object());
        recorder.record(TraceEvent.Kind.GENERATION, "constrained", Json.object());
        return recorder.finish("extract", null, output, verdict);
    }

    private static Kernel compile(String output) {
        return KernelCompiler.compile(trace(PROMPT, output, "PASS"), "failed-services");
    }

    private static void assertSound(Kernel kernel, String prompt, String output) {
        assertThat(Contract.of(kernel).selfTest()).isEmpty();
        assertThat(Contract.of(kernel)
                        .postconditions(Subject.of(prompt, output))
                        .outcome())
                .isEqualTo(Outcome.PASS);
        JsonSchemaConstraint.compile(kernel.outputSchema(), TokenVocabularies.o200kBase());
        assertThat(Json.parse(Json.compact(kernel), Kernel.class, "again")).isEqualTo(kernel);
        assertThat(kernel.digest()).isEqualTo(kernel.computedDigest());
    }

    @Test
    void aCompiledKernelPassesItsOwnTestsAndHoldsOnItsTrace() {
        String output = """
                {"services":[{"name":"checkout","tries":3},{"name":"billing","tries":12}],"more":false}""";
        Kernel kernel = compile(output);
        assertSound(kernel, PROMPT, output);
        assertThat(kernel.status().state()).isEqualTo(KernelStatus.State.CANDIDATE);
        assertThat(kernel.taskFamily()).isEqualTo("extract");
        assertThat(kernel.examples()).containsExactly("list the failed services of this log");
        assertThat(kernel.sourceTraceIds()).hasSize(1);
        assertThat(kernel.steps())
                .extracting(Kernel.Step::action)
                .containsExactly(
                        "Plan: read the log.",
                        "Call grep.",
                        "Generate the answer under the output schema.",
                        "In the answer: services[*].name (a part of input.source).");
        assertThat(kernel.outputConditions())
                .filteredOn(condition -> condition.check().has("target"))
                .extracting(Condition::name)
                .containsExactlyInAnyOrder(
                        "services-name-is-verbatim",
                        "services-name-is-unique",
                        "services-tries-is-grounded",
                        "services-tries-is-unique",
                        "services-not-empty");
        assertThat(kernel.outputConditions())
                .filteredOn(condition -> condition.check().has("target"))
                .allSatisfy(condition -> assertThat(condition.says()).contains("provisional: seen in one trace"));
    }

    @Test
    void whatTheAnswerInventsIsNoCondition() {
        Kernel kernel = compile("{\"names\":[\"checkout\",\"checkout\"],\"total\":77}");
        assertThat(kernel.outputConditions())
                .filteredOn(condition -> condition.check().has("target"))
                .extracting(Condition::name)
                .containsExactlyInAnyOrder("names-is-verbatim", "names-not-empty");
        Contract contract = Contract.of(kernel);
        assertThat(contract.postconditions(Subject.of(PROMPT, "{\"names\":[\"mailer\"],\"total\":1}"))
                        .failed())
                .containsExactly("names-is-verbatim");
    }

    @Test
    void plainTextBecomesAnAnswerField() {
        Kernel kernel = compile(" It was checkout.\n");
        assertThat(kernel.outputSchema().path("required").toString()).isEqualTo("[\"answer\"]");
        assertSound(kernel, PROMPT, "{\"answer\":\"It was checkout.\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // elements that are not alike
                "{\"a\":[1,2.5]}",
                "{\"a\":[1,\"x\",null,true]}",
                "{\"a\":[{\"b\":1},{\"b\":2,\"c\":\"d\"},{}]}",
                "{\"a\":[\"s\",{\"b\":[1]},[\"t\"],[]]}",
                "{\"a\":[{\"text\":\"short\"},{\"text\":\"a text that is so much longer than the first one that it needs more room\"}]}",
                "{\"a\":[[],[1],[\"x\"]]}",
                // names that a path cannot hold, or that give one name
                "{\"first name\":\"checkout\",\"a.b\":\"checkout\",\"a[0]\":[1],\"\":3}",
                "{\"a b\":\"checkout\",\"a-b\":\"checkout\",\"A_B\":\"checkout\"}",
                // little to hold on to
                "{}",
                "{\"a\":null}",
                "{\"a\":[]}",
                "{\"a\":\"\"}",
                "[1,2]",
                "3",
                "null",
                "{\"a\":1e300,\"b\":-0.5}",
                "{\"emoji\":\"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀\"}"
            })
    void anyOutputGivesAKernelThatPassesItsOwnTests(String output) {
        Kernel kernel = compile(output);
        String answer = output.startsWith("{") ? output : "{\"answer\":" + Json.compact(output) + "}";
        assertSound(kernel, PROMPT, answer);
    }

    @Test
    void randomOutputsGiveKernelsThatPassTheirOwnTests() {
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < 150; i++) {
            String output = "{\"v\":" + value(random, 3) + "}";
            assertThat(Contract.of(compile(output)).selfTest()).as(output).isEmpty();
        }
    }

    private static String value(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 8)) {
            case 0 -> String.valueOf(random.nextInt(20));
            case 1 -> random.nextInt(20) + ".5";
            case 2 -> "\"" + "checkout billing ".repeat(random.nextInt(4)).strip() + "\"";
            case 3 -> "true";
            case 4 -> "null";
            case 5 -> "[" + value(random, depth - 1) + "]";
            case 6 -> "[" + value(random, depth - 1) + "," + value(random, depth - 1) + "]";
            default ->
                "{\"" + "abc".charAt(random.nextInt(3)) + "\":" + value(random, depth - 1) + ",\"d\":"
                        + value(random, depth - 1) + "}";
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "convert 3 GiB to MB",
                "rename `a` to \"b\"",
                "fix it\n```\n```",
                "",
                "?",
                "\n\n",
                "```\n```"
            })
    void promptsWithoutMaterialAreCompiledToo(String prompt) {
        Trace trace = trace(prompt, "{\"answer\":\"a\"}", "UNKNOWN", false);
        if (prompt.strip().length() < 3 || prompt.startsWith("```")) {
            assertThatThrownBy(() -> KernelCompiler.compile(trace, "k")).isInstanceOf(InputException.class);
        } else {
            assertSound(KernelCompiler.compile(trace, "k"), prompt, "{\"answer\":\"a\"}");
        }
    }

    @Test
    void refusesWhatWasNotSolved() {
        assertThatThrownBy(() -> KernelCompiler.compile(trace(PROMPT, "{}", "FAIL"), "k"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the gate said FAIL");
        for (String output : new String[] {null, " \n"}) {
            assertThatThrownBy(() -> KernelCompiler.compile(trace(PROMPT, output, "PASS", false), "k"))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("has no output");
        }
        assertThatThrownBy(() -> KernelCompiler.compile(trace(PROMPT, "{}", "PASS"), "../k"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not an id");
    }

    private static Example example(int service, String verdict) {
        String name = List.of("checkout", "billing", "search", "mailer", "login", "stock", "cart", "media")
                .get(service % 8);
        String prompt = "list the failed services of log %d%n%n```%n10:0%d %s failed after %d tries%n```"
                .formatted(service, service % 10, name, service);
        String said = verdict.equals("FAIL") ? "nobody" : name;
        String extra = service % 3 == 0 ? ",\"note\":null" : "";
        String output = "{\"services\":[{\"name\":\"%s\",\"tries\":%d}]%s}".formatted(said, service, extra);
        return Example.of(trace(prompt, output, verdict, false));
    }

    private static List<Example> examples() {
        List<Example> examples = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            examples.add(example(i, i % 4 == 0 ? "FAIL" : "PASS"));
        }
        return examples;
    }

    @Test
    void severalAnswersGiveOneKernelThatHoldsOnAllAndIsTestedOnOthers() {
        Compiled compiled = KernelCompiler.compile(examples(), "failed-services", 7);
        Kernel kernel = compiled.kernel();
        assertThat(Contract.of(kernel).selfTest()).isEmpty();
        assertThat(kernel.status().state()).isEqualTo(KernelStatus.State.CANDIDATE);
        assertThat(kernel.outputSchema().path("required").toString()).isEqualTo("[\"services\"]");
        assertThat(kernel.outputSchema().path("properties").propertyNames()).contains("note");
        assertThat(kernel.outputConditions())
                .extracting(Condition::name)
                .contains("services-name-is-verbatim", "services-tries-is-grounded");
        assertThat(compiled.report().heldOut()).isPositive();
        assertThat(kernel.tests())
                .extracting(test -> test.name().replaceAll(" \\d+$", ""))
                .contains("held-out success", "held-out failure", "an empty answer");
        assertThat(kernel.sourceTraceIds()).hasSize(30 - compiled.report().heldOut());
        assertThat(compiled.report().refused()).isEqualTo(compiled.report().heldOutFailures());
        assertThat(kernel.examples()).allSatisfy(example -> assertThat(example).startsWith("list the failed services"));
    }

    @Test
    void aValueThatFlowsFromTheRequestToTheAnswerIsOneVariable() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String name = "service-" + i * 7919;
            examples.add(Example.of(trace(
                    "show the state of \"" + name + "\"",
                    "{\"name\":\"%s\",\"state\":\"up\"}".formatted(name),
                    "PASS",
                    false)));
        }
        Kernel kernel = KernelCompiler.compile(examples, "k", 7).kernel();
        assertThat(Contract.of(kernel).selfTest()).isEmpty();
        Kernel.Step answer = kernel.steps().get(kernel.steps().size() - 1);
        assertThat(answer.arguments().at("/name/from").stringValue()).isEqualTo("input.quoted[0]");
        assertThat(Contract.of(kernel)
                        .postconditions(
                                Subject.of("show the state of \"a-b\" and a-c", "{\"name\":\"a-c\",\"state\":\"up\"}"))
                        .failed())
                .containsExactly("name-is-given");
    }

    @Test
    void theOrderOfTheTracesDoesNotMatter() {
        List<Example> examples = new ArrayList<>(examples());
        String digest = KernelCompiler.compile(examples, "k", 7).kernel().digest();
        Collections.reverse(examples);
        assertThat(KernelCompiler.compile(examples, "k", 7).kernel().digest()).isEqualTo(digest);
    }

    @Test
    void failuresAloneGiveNoKernel() {
        assertThatThrownBy(() -> KernelCompiler.compile(List.of(example(4, "FAIL")), "k", 7))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none of its 1 traces is a success");
    }

    @Test
    void aStepInWordsAloneIsWrittenAsItAlwaysWas() {
        assertThat(Json.compact(new Kernel.Step("scan", "Read the log.")))
                .isEqualTo("{\"name\":\"scan\",\"do\":\"Read the log.\"}");
    }

    @Test
    void theSameTraceGivesTheSameKernel() {
        assertThat(List.of(compile("{\"a\":[\"checkout\"]}").digest()))
                .containsExactly(compile("{\"a\":[\"checkout\"]}").digest());
    }
}
