package io.kernelweave.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Proposer;
import io.kernelweave.trace.TraceRecorder;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class SmartCompilerTest {
    private static final String IDEAS = """
            {"description":"Counts the words of a text.",
             "preconditions":[{"check":"regex","name":"asks to count","target":"prompt","pattern":"(?i)count"}],
             "postconditions":[
               {"check":"compare","name":"counts","says":"the number is that of the words","severity":"error",
                "left":"output.words","op":"==","right":{"count":"words","of":"input.quoted[0]"}},
               {"check":"compare","name":"small","left":"output.words","op":"<","right":4},
               "The answer is friendly."]}""";

    private static Proposer says(String text) {
        return new Proposer() {
            @Override
            public String identity() {
                return "test";
            }

            @Override
            public String answer(String task, String material, ObjectNode form) {
                if (text.isEmpty()) {
                    throw new Unavailable("nobody is there");
                }
                return text;
            }
        };
    }

    /** Counts of words; who fails is wrong by one. */
    private static List<Example> counts() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int words = 2 + i % 7;
            boolean right = i % 3 != 0;
            TraceRecorder trace = new TraceRecorder(
                    "count " + i,
                    "Count the words of \"" + ("w" + i + " ").repeat(words).strip() + "\" please");
            String answer = Json.compact(Json.object().put("words", right ? words : words + 1));
            examples.add(new Example(
                    trace.finish("count", null, answer, "UNKNOWN"), right ? Outcome.PASS : Outcome.FAIL, "task " + i));
        }
        return examples;
    }

    private static Condition named(Kernel kernel, String name) {
        return Stream.concat(kernel.preconditions().stream(), kernel.outputConditions().stream())
                .filter(condition -> condition.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatTracesBearOutIsAddedAndTheKernelsTestsStillHold() {
        Kernel plain = KernelCompiler.compile(counts(), "count", 1).kernel();
        SmartCompiler smart = SmartCompiler.improve(plain, counts(), says(IDEAS), 1);
        Kernel kernel = smart.kernel();
        assertThat(named(kernel, "counts").severity()).isEqualTo(Condition.Severity.ERROR);
        assertThat(named(kernel, "counts").says()).contains("discriminative", "successes");
        assertThat(kernel.preconditions()).extracting(Condition::name).contains("asks-to-count");
        assertThat(kernel.postconditions()).extracting(Condition::name).doesNotContain("small");
        assertThat(named(kernel, "the-answer-is-friendly").severity()).isEqualTo(Condition.Severity.INFO);
        assertThat(kernel.description()).startsWith("Counts the words of a text.");
        assertThat(Contract.of(kernel).selfTest()).isEqualTo(Contract.of(plain).selfTest());
        assertThat(kernel.digest()).isEqualTo(kernel.computedDigest());
        assertThat(smart.notes()).anySatisfy(note -> assertThat(note).startsWith("not added, small: holds on "));
    }

    @Test
    void withoutAnAnswerTheKernelStaysAsItWasCompiled() {
        Kernel plain = KernelCompiler.compile(counts(), "count", 1).kernel();
        SmartCompiler smart = SmartCompiler.improve(plain, counts(), says(""), 1);
        assertThat(smart.kernel()).isEqualTo(plain);
        assertThat(smart.notes()).containsExactly("nothing is proposed: nobody is there");
        assertThat(SmartCompiler.improve(plain, counts(), says("rubbish"), 1).kernel())
                .isEqualTo(plain);
    }
}
