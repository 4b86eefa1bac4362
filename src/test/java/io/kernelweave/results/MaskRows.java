package io.kernelweave.results;

import io.kernelweave.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Rows of measured masks for tests: one base row, changed where a test says so. */
public final class MaskRows {
    private static final String BASE = """
            {"run_id":"masks-1","phase":"warm","source":"own","place":null,"description":"","schema_bytes":20,"outcome":"measured",
             "refusal":null,"error":null,"valid":2,"invalid":1,"errors":{"refused":0,"unfinished":0,"admitted":0,"open":0},
             "passing":true,"strict_passing":true,"failures":[],"tokens":10,"compile_ns":40000,"first_mask_ns":100000,
             "between_masks":[{"ns":100,"count":9},{"ns":1008,"count":1}],"between_masks_sum_ns":1910,"between_masks_max_ns":1010,
             "allocated_bytes":2000000,"retained_bytes":null,"heap_peak_bytes":50000000,"recorded_at":"2026-01-01T00:00:00Z"}""";

    public static final String REFUSED =
            "\"outcome\":\"refused\",\"passing\":false,\"strict_passing\":false,\"tokens\":0,\"first_mask_ns\":null,"
                    + "\"between_masks\":[],\"between_masks_sum_ns\":0,\"between_masks_max_ns\":0,\"refusal\":{\"keyword\":"
                    + "\"pattern\",\"pointer\":\"/properties/a/pattern\",\"message\":\"schema #/properties/a/pattern: \\\\\\\\b is not"
                    + " honoured; leave it out\",\"late\":false}";

    public static final String FAULT =
            "\"outcome\":\"fault\",\"passing\":false,\"strict_passing\":false,\"tokens\":0,\"first_mask_ns\":null,"
                    + "\"between_masks\":[],\"between_masks_sum_ns\":0,\"between_masks_max_ns\":0,"
                    + "\"error\":\"IllegalStateException: no\"";

    public static final String UNSATISFIABLE =
            "\"outcome\":\"unsatisfiable\",\"tokens\":0,\"first_mask_ns\":null,\"between_masks\":[],\"between_masks_sum_ns\":0,"
                    + "\"between_masks_max_ns\":0,\"valid\":0";

    private MaskRows() {}

    /** @param change fields that differ from a row whose documents are all treated right */
    public static MaskRow row(String id, String change) {
        ObjectNode json = Json.parse(BASE, ObjectNode.class, "base");
        json.put("row_id", id);
        json.setAll(Json.parse("{" + change + "}", ObjectNode.class, "change"));
        return MaskRow.of(json);
    }

    /** What differs where a document is treated wrongly. */
    public static String error(String kind, boolean passing, boolean strict, String excerpt) {
        ObjectNode errors = Json.object();
        for (String each : List.of("refused", "unfinished", "admitted", "open")) {
            errors.put(each, each.equals(kind) ? 1 : 0);
        }
        return "\"passing\":" + passing + ",\"strict_passing\":" + strict + ",\"errors\":" + errors
                + ",\"failures\":[{\"kind\":\"" + kind + "\",\"instance\":1,\"excerpt\":" + Json.compact(excerpt)
                + ",\"reason\":\"because\"}]";
    }

    public static String place(String file, boolean required) {
        return "\"place\":{\"file\":\"" + file + "\",\"draft\":\"d7\",\"required\":" + required + "}";
    }

    /** One row of each kind that metrics and report tell apart. */
    public static List<MaskRow> all() {
        return List.of(
                row("a", ""),
                row("b", "\"first_mask_ns\":300000,\"allocated_bytes\":4000000"),
                row("c", REFUSED),
                row("d", FAULT),
                row("e", error("refused", false, false, "{\"a\": ⟨1⟩}")),
                row("f", error("unfinished", true, false, "12")),
                row("g", error("admitted", false, false, "[3]")),
                row("h", error("open", false, true, "1")),
                row("d7/x.json#1", place("d7/x.json", true)),
                row("d7/x.json#2", place("d7/x.json", true) + "," + error("open", false, true, "1")),
                row("d7/y.json#1", place("d7/y.json", true) + "," + REFUSED),
                row("d7/optional/z.json#1", place("d7/optional/z.json", false)),
                row("d7/z.json#1", place("d7/z.json", true) + "," + UNSATISFIABLE),
                row("a", "\"phase\":\"cold\",\"first_mask_ns\":5000000"),
                row("a", "\"phase\":\"memory\",\"retained_bytes\":1000000"),
                row("b", "\"phase\":\"memory\",\"retained_bytes\":3000000"),
                row("c", "\"phase\":\"memory\"," + REFUSED));
    }

    /** What {@code run.json} says of a complete run over such rows. */
    public static Run run(String id) {
        return new Run(
                id,
                "masks",
                "complete",
                Map.of("dataset", "d".repeat(64), "code", "c".repeat(64)),
                Json.parse(
                        "{\"measure\":\"MASKS\",\"vocabulary\":\"cl100k_base\",\"form\":{\"order\":\"ANY\",\"whitespace\":\"SPACED\",\"escapes\":\"NEEDED\","
                                + "\"formats\":\"ASSERTED\"},\"warmup\":7,\"targets\":[{\"metric\":\"mask.ttfm_us.p50\",\"at_most\":300,"
                                + "\"at_least\":null},{\"metric\":\"mask.tbm_us.max\",\"at_most\":1,\"at_least\":null}]}",
                        ObjectNode.class,
                        "settings"),
                new Run.Data("own", "all", 12, 12, 0),
                Map.of("java", "17", "heap_noise_bytes", "1024"),
                new Run.Counts(13, 1),
                new Run.Judged("FAIL", 10, null, List.of("1 of 2 requirements of the job are met.")),
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:01:00Z"));
    }
}
