package io.kernelweave.report;

import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the report on every run says of the run itself: its verdict with the reasons, and what it takes to make it again. */
final class Frame {
    private Frame() {}

    /** The entries that {@code frame.ftl} reads. */
    static Map<String, Object> of(Run run) {
        Run.Judged judged = run.judgement();
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("run", run.runId());
        model.put("job", run.job());
        model.put("verdict", judged == null ? "not judged" : judged.verdict());
        model.put("reasons", judged == null ? List.of() : judged.reasons());
        model.put("baseline", judged == null || judged.baseline() == null ? "" : judged.baseline());
        model.put("fingerprint", new TreeMap<>(run.fingerprint()));
        model.put("environment", new TreeMap<>(run.environment()));
        model.put("settings", Json.pretty(run.settings()).strip());
        return model;
    }
}
