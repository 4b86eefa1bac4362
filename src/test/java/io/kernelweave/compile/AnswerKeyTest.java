package io.kernelweave.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.cli.SmallTracesJob;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Mined;
import io.kernelweave.mine.Miner;
import io.kernelweave.trace.ImportedTrace;
import io.kernelweave.trace.TraceForm;
import io.kernelweave.trace.TraceImport;
import io.kernelweave.verify.Outcome;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a source says beside the steps, the right answer above all, has no way into what is learned. */
class AnswerKeyTest {
    private static final List<String> KEY = List.of(
            "gold_actions", "goal", "family", "gold", "reward", "hardness", "outcome", "model", "trial", "oracle_stop");

    private static List<Example> read(List<String> lines) {
        List<ImportedTrace> traces = TraceImport.read(
                new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)),
                "test",
                TraceForm.CORPUS);
        return traces.stream().map(Example::of).toList();
    }

    /** Each line with every field of the key gone, or saying something else. */
    private static List<String> perturbed(List<String> lines, boolean gone) {
        List<String> changed = new ArrayList<>();
        for (String line : lines) {
            ObjectNode record = (ObjectNode) Json.parse(line, "test");
            for (String field : KEY) {
                if (gone) {
                    record.remove(field);
                } else {
                    record.set(field, Json.tree(List.of(field, changed.size(), Math.floorMod(line.hashCode(), 7))));
                }
            }
            record.put("trace_id", "another-" + changed.size());
            changed.add(Json.compact(record));
        }
        return changed;
    }

    /** All that is learned, as text: what is mined, what it says of each trace, and the kernel without the names of its traces. */
    private static String learned(List<Example> examples) {
        StringBuilder text = new StringBuilder();
        Mined mined = Miner.mine(examples, 1);
        text.append(Json.compact(mined.clauses()));
        examples.forEach(example -> text.append(mined.score(example.trace())).append(mined.verdict(example.trace())));
        ObjectNode kernel =
                Json.tree(KernelCompiler.compile(examples, "learned", 1).kernel());
        kernel.remove(List.of("source_trace_ids", "digest"));
        return text.append(Json.compact(kernel)).toString();
    }

    private static void requireBlind(List<String> lines) {
        String before = learned(read(lines));
        assertThat(learned(read(perturbed(lines, false)))).isEqualTo(before);
        assertThat(learned(read(perturbed(lines, true)))).isEqualTo(before);
    }

    @Test
    void nothingOfTheAnswerKeyIsLearned() {
        requireBlind(SmallTracesJob.lines(10, 2, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tau_airline", "webshop", "hotpotqa", "sql"})
    void nothingOfThePublicAnswerKeysIsLearned(String source) {
        List<String> lines = Corpora.read("traces/" + source + ".jsonl.gz").stream()
                .limit(24)
                .map(Json::compact)
                .toList();
        requireBlind(lines);
    }

    @Test
    void theLabelIsTheOnlyThingBesideTheStepsThatCounts() {
        List<String> lines = SmallTracesJob.lines(10, 2, true);
        List<Example> examples = read(lines);
        List<Example> turned = examples.stream()
                .map(example -> new Example(
                        example.trace(),
                        example.outcome() == Outcome.PASS ? Outcome.FAIL : Outcome.PASS,
                        example.task()))
                .toList();
        assertThat(Json.compact(Miner.mine(turned, 1).clauses()))
                .isNotEqualTo(Json.compact(Miner.mine(examples, 1).clauses()));
        for (Example example : examples) {
            JsonNode trace = Json.tree(example.trace());
            for (String field : KEY) {
                assertThat(trace.has(field)).as(field).isFalse();
            }
        }
    }
}
