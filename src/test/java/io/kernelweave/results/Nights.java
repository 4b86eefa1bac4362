package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** A reports folder with runs that never ran. */
public final class Nights {
    private final Path reports;

    public Nights(Path reports) {
        this.reports = reports;
    }

    public RunRegistry registry() {
        return new RunRegistry(Folder.of(reports.toString()));
    }

    /** A complete run of one row. */
    public Run complete(String id, String job, String at) {
        return add(id, job, "complete", at, null);
    }

    /** A run, with its row and two metrics if it is complete. */
    public Run add(String id, String job, String state, String at, String baseline) {
        ObjectNode json = Json.tree(Rows.run(id, "ngram"));
        json.put("job", job)
                .put("state", state)
                .put("started_at", Instant.parse(at).toString());
        json.set("judgement", Json.tree(new Run.Judged("PASS", 0, baseline, List.of("All is well."))));
        json.set("settings", Json.tree(Map.of("margins", Map.of("router.routing_accuracy", 0.02))));
        Run run = Json.convert(json, Run.class, "run");
        RunFolder folder = registry().folder(id);
        folder.write(run);
        if (run.isComplete()) {
            folder.publish(id, List.of(folder.writePart("p.parquet", ResultRow.FORM, List.of(row(id)))));
            folder.folder().write(RunFolder.METRICS, """
                    metric,value,low,high,rows,clusters
                    router.routing_accuracy,0.95,0.93,0.97,1000,200
                    router.latency_ms.total.p50,12.5,,,1000,200
                    """);
        }
        return run;
    }

    private static ResultRow row(String run) {
        return Rows.row("r1", "c1", Arm.ROUTER, """
            {"run_id": "%s", "verdict": {"outcome": "FAIL", "score": 0.5, "checks": [
              {"name": "output-schema", "severity": "error", "outcome": "PASS", "reason": "valid", "spans": [], "basis": "checked"},
              {"name": "quote", "severity": "error", "outcome": "FAIL", "reason": "not there", "spans": [], "basis": "checked"}]}}""".formatted(run));
    }

    /** A complete run of each kind, without rows. */
    public void oneOfEachKind() {
        for (RowForm<?> form : List.of(
                ResultRow.FORM,
                RouteRow.FORM,
                MaskRow.FORM,
                IfevalRow.FORM,
                SelfTestRow.FORM,
                ContainmentRow.FORM,
                CompilationRow.FORM,
                LoopRow.FORM)) {
            String id = form.measure().label() + "-1";
            Run run = complete(id, form.measure().label(), "2026-01-01T02:00:00Z");
            ObjectNode json = Json.tree(run);
            json.set("settings", Json.tree(Map.of("measure", form.measure().label())));
            RunFolder folder = registry().folder(id);
            folder.write(Json.convert(json, Run.class, "run"));
            folder.publish(
                    id,
                    List.of(folder.writePart("p.parquet", form, List.of())),
                    form.measure() == Measure.ANSWERS ? List.of(folder.writeTimes("p.parquet", List.of())) : List.of());
        }
    }
}
