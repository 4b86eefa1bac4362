package io.kernelweave.results;

import io.kernelweave.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Rows of routed prompts for tests, and the card of the adapter that routed them. */
public final class RouteRows {
    private static final String BASE = """
            {"run_id":"route-1","cluster_id":"c1","split":"validation","target":"selection","task_family":"test","prompt":"list the errors",
             "error":null,"recorded_at":"2026-01-01T00:00:00Z"}""";

    private static final String CARD = """
            {"adapter":"%s","version":2,"saved_as":"routers/0123456789abcdef.json","dataset":"small","dataset_digest":"%s","splits":["train"],
             "store_digest":"%s","prompts_digest":"%s","encoders":["mini@1/mean/128"],
             "pick":{"features":["head mini","lexical"],"weights":[2.0,0.5],"bias":0},
             "fit":{"features":["share","head mini","lexical"],"weights":[1.0,0.5,-0.25],"bias":-1.0},
             "calibration":{"method":"platt","stated":[0.0,1.0],"observed":[0.0,1.0]},
             "threshold":0.6,"guarantee":{"max_error":0.05,"delta":0.1,"no_kernel_share":0.2},"bound":%s,
             "levels":[{"max_error":0.01,"threshold":null},{"max_error":0.05,"threshold":%s}],
             "metrics":{"clusters":4000,"in_scope":30,"no_kernel":10,"masked":5,"compositions":0,"top1":0.9,"routed":0.8,"abstained":0.7,
              "error":0.04,"composed":0,"split_wrongly":0,"calibration_error":0.02},
             "curve":[{"low":0.9,"high":1.0,"prompts":30,"stated":0.95,"observed":0.93}],"trained_in_ms":1234}""";

    private RouteRows() {}

    /**
     * A prompt by one router.
     *
     * @param label the kernel that fits; empty for none
     * @param likeliest the kernel with the probability
     * @param routed whether it is taken
     */
    public static RouteRow row(
            String id, String router, String label, String likeliest, double probability, boolean routed) {
        ObjectNode json = Json.parse(BASE, ObjectNode.class, "base");
        json.put("row_id", id).put("router", router).put("cluster_id", "c-" + id);
        json.put("kernel_id", label.isEmpty() ? null : label);
        json.set("acceptable_kernels", Json.tree(label.isEmpty() ? List.of() : List.of(label)));
        json.put("route_correct", routed ? likeliest.equals(label) : label.isEmpty());
        json.set(
                "decision",
                Json.parse(
                        String.format(
                                Locale.ROOT,
                                "{\"action\":\"%s\",\"kernel_ids\":[%s],\"probability\":%s,\"threshold\":0.6,\"reason\":\"near\",\"candidates\":"
                                        + "[{\"kernel_id\":\"%s\",\"probability\":%s,\"similarity\":0.5,\"lexical\":0.2,\"coverage\":1,"
                                        + "\"preconditions\":\"PASS\",\"conflicts\":[]}]}",
                                routed ? "kernel" : "generate",
                                routed ? "\"" + likeliest + "\"" : "",
                                probability,
                                likeliest,
                                probability),
                        ObjectNode.class,
                        "decision"));
        json.set(
                "signals",
                Json.parse(
                                String.format(
                                        Locale.ROOT,
                                        "{\"s\":[{\"name\":\"share\",\"value\":%1$s,\"next\":0,\"contribution\":%1$s},{\"name\":\"head mini\","
                                                + "\"value\":2,\"next\":1,\"contribution\":1},{\"name\":\"lexical\",\"value\":0.2,\"next\":null,"
                                                + "\"contribution\":-0.05}]}",
                                        probability),
                                ObjectNode.class,
                                "signals")
                        .path("s"));
        return RouteRow.of(json);
    }

    /** The same row with other fields. */
    public static RouteRow changed(RouteRow row, String change) {
        ObjectNode json = row.toJson();
        json.setAll(Json.parse("{" + change + "}", ObjectNode.class, "change"));
        return RouteRow.of(json);
    }

    /** Six prompts under both routers: training rights two in scope and both that no kernel fits, and loses one. */
    public static List<RouteRow> twelve() {
        List<RouteRow> rows = new ArrayList<>();
        String before = RouteRow.UNTRAINED;
        String after = RouteRow.TRAINED;
        rows.add(row("r1", before, "k1", "k1", 0.9, true));
        rows.add(row("r1", after, "k1", "k1", 0.95, true));
        rows.add(row("r2", before, "k1", "k2", 0.7, true));
        rows.add(row("r2", after, "k1", "k1", 0.8, true));
        rows.add(row("r3", before, "k2", "k2", 0.5, false));
        rows.add(row("r3", after, "k2", "k2", 0.9, true));
        rows.add(row("r4", before, "k3", "k3", 0.8, true));
        rows.add(row("r4", after, "k3", "k3", 0.4, false));
        rows.add(row("r5", before, "", "k1", 0.8, true));
        rows.add(row("r5", after, "", "k1", 0.1, false));
        rows.add(row("r6", before, "", "k2", 0.65, true));
        rows.add(row("r6", after, "", "k2", 0.2, false));
        return rows;
    }

    /** @param bound the error that is certified; 0.05 was asked for */
    public static RouterCard card(double bound) {
        return Json.parse(
                String.format(
                        Locale.ROOT,
                        CARD,
                        "a".repeat(64),
                        "d".repeat(64),
                        "e".repeat(64),
                        "f".repeat(64),
                        bound,
                        bound <= 0.05 ? "0.6" : "null"),
                RouterCard.class,
                "card");
    }

    public static Run run(String id) {
        return new Run(
                id,
                "train_router",
                "complete",
                Map.of("dataset", "d".repeat(64), "code", "c".repeat(64)),
                Json.parse(
                        "{\"measure\":\"routing\",\"guarantee\":{\"max_error\":0.05,\"delta\":0.1,\"no_kernel_share\":0.2}}",
                        ObjectNode.class,
                        "settings"),
                new Run.Data("small", "validation", 6, 6, 3),
                Map.of("java", "17"),
                new Run.Counts(12, 0),
                null,
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:01:00Z"));
    }
}
