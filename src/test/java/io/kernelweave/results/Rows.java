package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.runtime.Arm;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Rows of results for tests: one base row, changed where a test says so. */
public final class Rows {
    private static final String BASE = """
            {"run_id":"demo-1","split":"eval","phase":"prompt_kernel_selection","target":"selection",
             "task_family":"test","prompt":"list the errors","kernel_id":"k1","acceptable_kernels":["k1"],"breaks":null,
             "decision":{"action":"kernel","kernel_ids":["k1"],"probability":0.9,"threshold":0.5,"reason":"near","candidates":[]},
             "answer":{"path":"kernel","kernel_ids":["k1"],"text":"{}"},
             "verdict":{"outcome":"PASS","score":1.0,"checks":[]},"schema_valid":true,"route_correct":true,
             "attempts":[{"number":1,"masked":true,"complete":true,"text":"{}","gate":"PASS","failed":[]}],
             "timings":{"route_ns":100000,"decode_ns":900000,"mask_ns":300000,"model_ns":500000,"gate_ns":0,"total_ns":1000000},
             "tokens":{"generated":10,"forced":4,"masked":100},"error":null,"trace_id":null,"trace":null,
             "recorded_at":"2026-01-01T00:00:00Z"}""";

    private static final String RAW = """
            {"decision":null,"route_correct":null,"answer":{"path":"raw","kernel_ids":[],"text":"?"},"attempts":[]}""";

    private Rows() {}

    private static String part(String kernelId) {
        return "{\"number\":1,\"masked\":true,\"complete\":true,\"text\":\"{}\",\"gate\":\"PASS\",\"failed\":[],\"kernel_id\":\""
                + kernelId + "\"}";
    }

    /** @param change JSON object of the fields that differ from a row whose answer passes at once */
    public static ResultRow row(String id, String cluster, Arm arm, String change) {
        ObjectNode json = Json.parse(BASE, ObjectNode.class, "base");
        json.put("row_id", id).put("cluster_id", cluster).put("arm", arm.label());
        if (arm == Arm.RAW) {
            json.setAll(Json.parse(RAW, ObjectNode.class, "raw"));
        }
        json.setAll(Json.parse(change, ObjectNode.class, "change"));
        return ResultRow.of(json);
    }

    public static String verdict(String outcome, double score) {
        return "\"verdict\":{\"outcome\":\"" + outcome + "\",\"score\":" + score + ",\"checks\":[]}";
    }

    public static String attempts(String... gates) {
        List<String> attempts = new ArrayList<>();
        for (String gate : gates) {
            attempts.add("{\"number\":" + (attempts.size() + 1)
                    + ",\"masked\":true,\"complete\":true,\"text\":\"{}\",\"gate\":"
                    + (gate.equals("null") ? gate : '"' + gate + '"') + ",\"failed\":"
                    + (gate.equals("FAIL") ? "[\"c1\"]" : "[]")
                    + "}");
        }
        return "\"attempts\":[" + String.join(",", attempts) + "]";
    }

    public static final String NO_KERNEL = "\"kernel_id\":null,\"acceptable_kernels\":[]";

    public static final String ABSTAINED =
            "\"decision\":{\"action\":\"generate\",\"kernel_ids\":[],\"probability\":0.1,\"threshold\":0.5,\"reason\":\"far\","
                    + "\"candidates\":[]},\"answer\":{\"path\":\"raw\",\"kernel_ids\":[],\"text\":\"?\"},\"schema_valid\":null";

    public static final String ERROR =
            "\"decision\":null,\"answer\":null,\"schema_valid\":null,\"route_correct\":null,\"attempts\":[],"
                    + "\"tokens\":{\"generated\":0,\"forced\":0,\"masked\":0},"
                    + "\"timings\":{\"route_ns\":0,\"decode_ns\":0,\"mask_ns\":0,\"model_ns\":0,\"gate_ns\":0,\"total_ns\":0},"
                    + "\"verdict\":{\"outcome\":\"FAIL\",\"score\":null,\"checks\":[]},\"error\":\"IllegalStateException: no\"";

    /** Eight rows, two a cluster, one of each kind that the metrics tell apart. */
    public static List<ResultRow> gated() {
        Arm arm = Arm.ROUTER_GATE;
        return List.of(
                row("r1", "c1", arm, "{" + total(1) + "}"),
                row("r2", "c1", arm, "{" + total(2) + "," + attempts("FAIL", "PASS") + "}"),
                row(
                        "r3",
                        "c2",
                        arm,
                        "{" + total(3) + "," + attempts("FAIL", "FAIL", "null") + "," + verdict("FAIL", 0.5)
                                + ",\"schema_valid\":false,\"breaks\":\"c1\","
                                + "\"answer\":{\"path\":\"rolled_back\",\"kernel_ids\":[],\"text\":\"?\"}}"),
                row(
                        "r4",
                        "c2",
                        arm,
                        "{" + total(4) + "," + NO_KERNEL + "," + ABSTAINED + "," + attempts("null") + ","
                                + verdict("UNKNOWN", 0) + "}"),
                row(
                        "r5",
                        "c3",
                        arm,
                        "{" + total(5) + "," + NO_KERNEL + "," + verdict("UNKNOWN", 0) + ",\"route_correct\":false}"),
                row(
                        "r6",
                        "c3",
                        arm,
                        "{" + total(6)
                                + ",\"target\":\"composition\",\"kernel_id\":\"k1+k2\",\"decision\":{\"action\":\"compose\","
                                + "\"kernel_ids\":[\"k1\",\"k2\"],\"probability\":0.9,\"threshold\":0.5,\"reason\":\"both\",\"candidates\":[]},"
                                + "\"attempts\":[" + part("k1") + "," + part("k2") + "],"
                                + "\"answer\":{\"path\":\"compose\",\"kernel_ids\":[\"k1\",\"k2\"],\"text\":\"{}\"}}"),
                row(
                        "r7",
                        "c4",
                        arm,
                        "{" + total(7) + ",\"target\":\"composition\",\"kernel_id\":\"k1+k2\",\"route_correct\":false,"
                                + verdict("FAIL", 0.25) + "," + attempts("FAIL", "PASS") + "}"),
                row("r8", "c4", arm, "{" + ERROR + "}"));
    }

    private static String total(int millis) {
        return "\"timings\":{\"route_ns\":0,\"decode_ns\":0,\"mask_ns\":0,\"model_ns\":0,\"gate_ns\":0,\"total_ns\":"
                + millis + "000000}";
    }

    /** What {@code run.json} says of a complete run over such rows. */
    public static Run run(String id, String backend) {
        return new Run(
                id,
                "demo_job",
                "complete",
                Map.of("dataset", "d".repeat(64), "code", "c".repeat(64)),
                Json.parse("{\"model\":{\"backend\":\"" + backend + "\",\"order\":5}}", ObjectNode.class, "settings"),
                new Run.Data("small", "eval", 8, 4, 2),
                Map.of("java", "17"),
                new Run.Counts(8, 1),
                null,
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:01:00Z"));
    }
}
