package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.results.Retention.Fate;
import io.kernelweave.storage.Folder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Removes runs that are past their time. A run is moved out of the registry in one step and deleted afterwards, so half a run is
 * never seen; what a killed process left is deleted the next time. To be used by one process at a time.
 */
public final class Pruning {
    private static final String TRASH = ".trash";

    private final Folder reports;
    private final RunRegistry registry;

    public Pruning(Folder reports) {
        this.reports = reports;
        this.registry = new RunRegistry(reports);
    }

    /**
     * What becomes of a job's runs, oldest first. A run stays whatever its age if it is pinned, if the newest run of some job was judged
     * against it, or if a comparison in {@code reports/compare} needs its rows.
     *
     * @throws io.kernelweave.json.InputException if pins or a comparison cannot be read: then nobody knows what is needed
     */
    public List<Fate> plan(String job, Retention retention) {
        List<Run> all = registry.runs();
        Map<String, String> needed = new HashMap<>();
        Map<String, Run> newest = new TreeMap<>();
        all.stream().filter(Run::isComplete).forEach(run -> newest.put(run.job(), run));
        newest.values().forEach(run -> {
            if (run.judgement() != null && run.judgement().baseline() != null) {
                needed.put(run.judgement().baseline(), "baseline of " + run.runId());
            }
        });
        Folder comparisons = reports.resolve("compare");
        for (String name : comparisons.list()) {
            String file = name + "/compare.json";
            if (comparisons.exists(file)) {
                JsonNode json = Json.parse(comparisons.readText(file), comparisons + "/" + file);
                for (String side : List.of("baseline", "candidate")) {
                    needed.put(json.path(side).asString(""), "compared in compare/" + name);
                }
            }
        }
        for (Run run : all) {
            if (registry.baselines().containsValue(run.runId())) {
                needed.put(run.runId(), "pinned as baseline");
            } else if (registry.pinned(run.runId())) {
                needed.put(run.runId(), "pinned");
            }
        }
        return retention.fates(all.stream().filter(run -> run.job().equals(job)).toList(), needed);
    }

    /** Removes the runs that do not stay. */
    public void carryOut(List<Fate> fates) {
        reports.delete(TRASH);
        for (Fate fate : fates) {
            if (!fate.stays()) {
                String id = fate.run().runId();
                reports.makeFolder(TRASH);
                reports.move("runs/" + id, TRASH + "/" + id);
            }
        }
        reports.delete(TRASH);
    }
}
