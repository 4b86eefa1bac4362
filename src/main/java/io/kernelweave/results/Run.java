package io.kernelweave.results;

import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code run.json} says of a run.
 *
 * @param runId {@code <job>-<first 12 digits of the fingerprint>}, with {@code .2}, {@code .3} … for a run that was made afresh
 * @param job the job's name
 * @param state {@code running} or {@code complete}
 * @param fingerprint digest of each thing that decides the rows: {@code dataset, store, router, model, config, code,
 *     environment} and, where they depend on it, {@code ledger}; or {@code dataset, vocabulary, config, code, environment} where masks are measured
 * @param settings the job as it was run, every default filled in
 * @param data what was replayed
 * @param environment where it ran: JDK, system, cores
 * @param judgement the verdict; null until the run is judged
 * @param finishedAt null while it runs
 */
public record Run(
        String runId,
        String job,
        String state,
        Map<String, String> fingerprint,
        ObjectNode settings,
        Data data,
        Map<String, String> environment,
        @Nullable Counts counts,
        @Nullable Judged judgement,
        Instant startedAt,
        @Nullable Instant finishedAt) {

    public Run {
        Map<String, @Nullable Object> needed = new TreeMap<>();
        needed.put("run_id", runId);
        needed.put("job", job);
        needed.put("state", state);
        needed.put("fingerprint", fingerprint);
        needed.put("settings", settings);
        needed.put("data", data);
        needed.put("started_at", startedAt);
        needed.forEach((field, value) -> {
            if (value == null) {
                throw InputException.at("/" + field, "is missing", "restore the run.json that the run wrote");
            }
        });
    }

    /** What was replayed; where masks are measured, {@code rows} are schemas and there are no kernels. */
    public record Data(String name, String split, int rows, int clusters, int kernels) {}

    /** How many rows of results there are. */
    public record Counts(int results, int errors) {}

    /**
     * The run gate's verdict.
     *
     * @param verdict {@code PASS}, {@code IDENTICAL}, {@code FAIL}, {@code INCONCLUSIVE} or {@code INVALID}
     * @param baseline the run that it was compared with, or null
     * @param reasons in words, the deciding one first
     */
    public record Judged(
            String verdict, int exitCode, @Nullable String baseline, List<String> reasons) {
        /** Both judgements together: the graver verdict, and all reasons, those of the other behind an introduction. */
        public Judged and(Judged other, String introduction) {
            RunVerdict graver = RunVerdict.valueOf(verdict).graver(RunVerdict.valueOf(other.verdict));
            List<String> all = new ArrayList<>(reasons);
            other.reasons.forEach(reason -> all.add(introduction + reason));
            return new Judged(graver.name(), graver.exitCode(), baseline, List.copyOf(all));
        }
    }

    public boolean isComplete() {
        return state.equals("complete");
    }

    /** What the run measures, and so the form of its rows. */
    public Measure measure() {
        return Measure.of(settings.path("measure").asString(Measure.ANSWERS.label()));
    }

    /** Whether the answers are the data set's own responses. */
    public boolean isRecorded() {
        return settings.path("model").path("backend").asString("").equalsIgnoreCase("recorded");
    }

    /**
     * Whether both asked the same and labelled it alike, as far as their fingerprints tell. The digest of the data may differ: a kernel's
     * words are in the rows of a generated data set.
     */
    public boolean asksAs(Run other) {
        return agrees(other, "dataset") || fingerprint.containsKey("questions") && agrees(other, "questions");
    }

    private boolean agrees(Run other, String part) {
        return Objects.equals(fingerprint.get(part), other.fingerprint.get(part));
    }

    /** One digest of the whole fingerprint. */
    public static String digest(Map<String, String> fingerprint) {
        return Digest.of((tools.jackson.databind.JsonNode) Json.tree(new TreeMap<>(fingerprint)));
    }

    public Run judged(Counts counted, @Nullable Judged judged, String newState, @Nullable Instant finished) {
        return new Run(
                runId, job, newState, fingerprint, settings, data, environment, counted, judged, startedAt, finished);
    }
}
