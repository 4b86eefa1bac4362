package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
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
                .containsExactly("error known-kernels: the store has no kernel lost");
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
}
