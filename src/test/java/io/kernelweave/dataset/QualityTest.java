package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Each kind of finding is planted into sound data, and found alone. */
class QualityTest {
    private static final Kernel KERNEL = Kernel.parse("""
            {"kernel_id":"k","name":"K","task_family":"t","description":"D","examples":["An example, please"],
             "input_schema":{},"output_schema":{}}""", "k");

    private static final List<ObjectNode> SOUND = List.of(
            row("r1", "train", "c1", "ask one"),
            row("r2", "eval", "c2", "ask two"),
            row("r3", "validation", "c3", "ask three"));

    private static ObjectNode row(String id, String split, String cluster, String prompt) {
        return Json.object()
                .put("id", id)
                .put("split", split)
                .put("phase", "prompt_kernel_selection")
                .put("target", "selection")
                .put("task_family", "t")
                .put("prompt", prompt)
                .put("kernel_id", "k")
                .put("response", "")
                .put("cluster_id", cluster)
                .put("notes", "");
    }

    private static List<String> findings(UnaryOperator<List<ObjectNode>> change) {
        List<ObjectNode> rows = new ArrayList<>();
        SOUND.forEach(row -> rows.add(row.deepCopy()));
        List<DatasetRow> changed = change.apply(rows).stream()
                .map(row -> Json.convert(row, DatasetRow.class, "row"))
                .toList();
        return Quality.check(new Dataset("d", "", changed, List.of(KERNEL))).stream()
                .map(finding -> finding.severity() + " " + finding.check() + ": " + finding.finding())
                .toList();
    }

    @Test
    void soundDataHaveNoFindings() {
        assertThat(findings(rows -> rows)).isEmpty();
    }

    @Test
    void twoRowsOfOneId() {
        assertThat(findings(rows -> {
                    rows.add(row("r1", "train", "c4", "ask four"));
                    return rows;
                }))
                .containsExactly("error unique-ids: two rows have the id r1");
    }

    @Test
    void aClusterInTwoSplits() {
        assertThat(findings(rows -> {
                    rows.add(row("r4", "eval", "c1", "ask four"));
                    return rows;
                }))
                .containsExactly("error whole-clusters: cluster c1 is in train and in eval");
    }

    @Test
    void aPromptInTwoSplits() {
        assertThat(findings(rows -> {
                    rows.add(row("r4", "eval", "c4", " ASK  one! "));
                    return rows;
                }))
                .containsExactly("error prompt-crosses-splits: rows r1 (train) and r4 (eval) have the same prompt");
    }

    @Test
    void aPromptWithTwoLabels() {
        assertThat(findings(rows -> {
                    ObjectNode row = row("r4", "train", "c4", "ask one");
                    row.putNull("kernel_id");
                    rows.add(row);
                    return rows;
                }))
                .containsExactly(
                        "error contradicting-labels: rows r1 and r4 have the same prompt, labelled k and null");
    }

    @Test
    void aTargetThatASplitLacks() {
        assertThat(findings(rows -> {
                    rows.add(row("r4", "train", "c4", "ask four").put("target", "distillation"));
                    return rows;
                }))
                .containsExactly("error target-in-every-split: target distillation has no row in [eval, validation]");
    }

    @Test
    void aKernelThatIsNotThere() {
        assertThat(findings(rows -> {
                    rows.add(row("r4", "train", "c4", "ask four").put("kernel_id", "k+lost"));
                    return rows;
                }))
                .containsExactly("error known-kernels: there is no kernel lost");
    }

    @Test
    void anExampleAmongTheEvaluationPrompts() {
        assertThat(findings(rows -> {
                    rows.add(row("r4", "eval", "c4", "an example, please!\n\n```\npasted\n```"));
                    rows.add(row("r5", "train", "c5", "an example, please"));
                    return rows;
                }))
                .containsExactly(
                        "error example-in-evaluation: row r4 (eval) asks in the words of an example of kernel k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "An example, please",
                " - An EXAMPLE,\n please. ",
                "\r\nAn example, please\r\n\r\npasted",
                "An example, please\n\nit said ```x``` here",
                "An example, please\n\n```\npasted\n```",
                "```\npasted\n```\nAn example, please!",
                "An example,\n```log\npasted\n```\nplease\n````\nmore\n````"
            })
    void anExampleIsFoundWhereverElseThanInTheMaterialItStands(String prompt) {
        assertThat(findings(rows -> {
                    rows.add(row("r4", "eval", "c4", prompt));
                    return rows;
                }))
                .hasSize(1)
                .allSatisfy(finding -> assertThat(finding).contains("example-in-evaluation: row r4"));
    }

    private static Dataset dataset(List<ObjectNode> rows) {
        return new Dataset(
                "d",
                "",
                rows.stream()
                        .map(row -> Json.convert(row, DatasetRow.class, "row"))
                        .toList(),
                List.of(KERNEL));
    }

    @Test
    void rowsThatContradictEachOtherBoundWhatARouterCanReach() {
        List<ObjectNode> rows = new ArrayList<>(SOUND);
        rows.add(row("r4", "train", "c1", "ask one").putNull("kernel_id"));
        rows.add(row("r5", "train", "c1", "Ask one."));
        assertThat(Quality.routerCeiling(dataset(rows))).isEqualTo(0.8);
        assertThat(Quality.routerCeiling(dataset(SOUND))).isEqualTo(1);
    }

    @Test
    void aRepairLeavesNothingThatWasWrong() {
        List<ObjectNode> rows = new ArrayList<>(SOUND);
        rows.add(row("r1", "train", "c5", "ask five"));
        rows.add(row("r6", "train", "c2", "ask six"));
        rows.add(row("r7", "train", "c7", "ask two"));
        rows.add(row("r8", "train", "c8", "ask eight"));
        rows.add(row("r9", "train", "c8", "ask eight").putNull("kernel_id"));
        rows.add(row("r10", "train", "c10", "ask ten").put("kernel_id", "lost"));
        rows.add(row("r11", "eval", "c11", "an example, please"));
        rows.add(row("r12", "eval", "c2", "ask two"));
        Quality.Repair repair = Quality.repair(dataset(rows));
        assertThat(repair.dropped())
                .containsExactlyInAnyOrderEntriesOf(java.util.Map.of(
                        "unique-ids", List.of("r1"),
                        "duplicate-rows", List.of("r12"),
                        "known-kernels", List.of("r10"),
                        "contradicting-labels", List.of("r8", "r9"),
                        "whole-clusters", List.of("r6"),
                        "prompt-crosses-splits", List.of("r7"),
                        "example-in-evaluation", List.of("r11")));
        assertThat(repair.rows()).extracting(DatasetRow::id).containsExactly("r1", "r2", "r3");
        assertThat(Quality.check(new Dataset("d", "", repair.rows(), List.of(KERNEL))))
                .isEmpty();
    }

    @Test
    void anAnswerThatIsNoJsonIsShownUnlessItIsAPlantedFailure() {
        List<ObjectNode> rows = new ArrayList<>(SOUND);
        rows.add(row("r4", "train", "c4", "ask four").put("response", "{\"open\": "));
        rows.add(row("r5", "train", "c5", "ask something else")
                .put("response", "no")
                .put("notes", "breaks: output-schema"));
        assertThat(Quality.audit(dataset(rows)))
                .filteredOn(finding -> finding.check().equals("response-unreadable"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.rows()).containsExactly("r4"));
    }
}
