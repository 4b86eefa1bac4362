package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.dataset.SmallStore;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.RowKey;
import io.kernelweave.runtime.Arm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The key of a row is another one as soon as anything is that the row reads. */
class RowKeysTest {
    private static final String ROW = """
            {"id":"r1","split":"eval","phase":"p","target":"selection","task_family":"test","prompt":"count","kernel_id":"count-levels",
             "response":"{}","cluster_id":"c","acceptable_kernels":["count-levels"],"origin":"o","notes":"breaks: x",
             "kernel_name":"n","kernel_steps":[],"kernel_preconditions":[],"kernel_postconditions":[],"kernel_evidence_requirements":[],
             "kernel_rollback":[],"verified":false,"verification_score":0.5,"confidence":0.5,"weight":0.5}""";

    /** What of a row of a data set is not in a row of results: it says how the row came about, or is about training. */
    private static final Set<String> UNREAD = Set.of(
            "kernel_name",
            "kernel_steps",
            "kernel_preconditions",
            "kernel_postconditions",
            "kernel_evidence_requirements",
            "kernel_rollback",
            "verified",
            "verification_score",
            "confidence",
            "weight",
            "origin");

    @TempDir
    Path folder;

    private List<Kernel> kernels() {
        SmallStore.in(folder);
        return new KernelStore(folder.resolve("store")).load().kernels();
    }

    private static Optional<RowKey> key(RowKeys keys, DatasetRow row, Arm arm, String action, String... ids) {
        return keys.of(keys.content(row), row, arm, action, List.of(ids));
    }

    private static DatasetRow row(String change) {
        ObjectNode json = Json.parse(ROW, ObjectNode.class, "row");
        json.setAll(Json.parse(change, ObjectNode.class, "change"));
        return Json.convert(json, DatasetRow.class, "row");
    }

    @Test
    void everyFieldThatAResultReadsIsInIt() {
        RowKeys keys = new RowKeys(true, List.of("code"), Map.of(), kernels());
        Optional<RowKey> before = key(keys, row("{}"), Arm.ROUTER, "kernel", "count-levels");
        assertThat(before).isPresent();
        ObjectNode whole = Json.tree(row("{}"));
        for (String field : whole.propertyNames()) {
            JsonNode value = whole.path(field);
            String other = value.isArray()
                    ? "[\"other\"]"
                    : value.isBoolean() ? "true" : value.isNumber() ? "0.25" : "\"breaks: other\"";
            Optional<RowKey> after =
                    key(keys, row("{\"" + field + "\":" + other + "}"), Arm.ROUTER, "kernel", "count-levels");
            assertThat(after.equals(before)).as(field).isEqualTo(UNREAD.contains(field));
        }
    }

    @Test
    void theWayTheKernelsAndWhatAnswersAreInIt() {
        List<Kernel> kernels = kernels();
        RowKeys keys = new RowKeys(false, List.of("code"), Map.of(Arm.RAW, "memory"), kernels);
        List<Kernel> changed = kernels.stream()
                .map(kernel -> kernel.kernelId().equals("quote-code") ? kernel.withExamples(List.of("other")) : kernel)
                .toList();
        RowKeys others = new RowKeys(false, List.of("code"), Map.of(), changed);
        DatasetRow row = row("{}");
        Optional<RowKey> before = key(keys, row, Arm.ROUTER, "kernel", "count-levels");
        assertThat(key(others, row, Arm.ROUTER, "kernel", "count-levels"))
                .as("a kernel that it has nothing to do with")
                .isEqualTo(before);
        assertThat(Stream.of(
                        before,
                        key(keys, row, Arm.ROUTER_GATE, "kernel", "count-levels"),
                        key(keys, row, Arm.ROUTER, "generate"),
                        key(keys, row, Arm.ROUTER, "kernel", "quote-code"),
                        key(others, row, Arm.ROUTER, "kernel", "quote-code"),
                        key(keys, row, Arm.ROUTER, "compose", "count-levels", "quote-code"),
                        key(keys, row, Arm.RAW, ""),
                        key(others, row, Arm.RAW, ""),
                        key(
                                new RowKeys(false, List.of("other"), Map.of(), kernels),
                                row,
                                Arm.ROUTER,
                                "kernel",
                                "count-levels"),
                        key(keys, row("{\"kernel_id\":\"quote-code\"}"), Arm.ROUTER, "kernel", "count-levels")))
                .doesNotHaveDuplicates();
        assertThat(RowKey.parse(before.orElseThrow().toString())).isEqualTo(before.orElseThrow());
    }

    @Test
    void aRowWhoseContractHasABudgetOfTimeHasNone() {
        Kernel timed = kernels().get(0);
        ObjectNode json = Json.tree(timed);
        json.remove(List.of("digest", "status"));
        ((tools.jackson.databind.node.ArrayNode) json.path("postconditions"))
                .add(Json.parse("{\"name\":\"fast\",\"check\":\"budget\",\"millis\":5}", "condition"));
        RowKeys keys = new RowKeys(false, List.of(), Map.of(), List.of(Kernel.parse(json.toString(), "timed")));
        assertThat(key(keys, row("{}"), Arm.ROUTER, "kernel", timed.kernelId())).isEmpty();
        assertThat(key(keys, row("{}"), Arm.ROUTER, "kernel", "another")).isEmpty();
    }
}
