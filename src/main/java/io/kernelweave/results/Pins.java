package io.kernelweave.results;

import io.kernelweave.json.InputException;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The runs that a person set apart, {@code reports/pins.json}: what later runs of a job are judged against, and what is kept whatever a
 * job's retention says.
 *
 * @param baselines job → id of its run
 * @param kept ids of other runs
 */
record Pins(SortedMap<String, String> baselines, SortedSet<String> kept) {
    static final String FILE = "pins.json";

    Pins {
        if (baselines == null || kept == null) {
            throw InputException.at("/", "needs baselines and kept", "restore the file, or pin the runs anew");
        }
        baselines.forEach((job, run) -> requireId("/baselines/" + job, run));
        kept.forEach(run -> requireId("/kept", run));
        baselines = new TreeMap<>(baselines);
        kept = new TreeSet<>(kept);
    }

    static Pins none() {
        return new Pins(new TreeMap<>(), new TreeSet<>());
    }

    private static void requireId(String where, @Nullable String run) {
        if (run == null || !run.matches("[a-z0-9][\\w.-]*")) {
            throw InputException.at(where, '"' + Objects.toString(run, "null") + "\" is no run id", "name a run");
        }
    }

    boolean has(String runId) {
        return kept.contains(runId) || baselines.containsValue(runId);
    }

    /** With a run as the baseline of its job, in place of the one before. */
    Pins withBaseline(String job, String runId) {
        Pins changed = new Pins(baselines, kept);
        changed.baselines.put(job, runId);
        return changed;
    }

    Pins withKept(String runId) {
        Pins changed = new Pins(baselines, kept);
        changed.kept.add(runId);
        return changed;
    }

    Pins without(String runId) {
        Pins changed = new Pins(baselines, kept);
        changed.kept.remove(runId);
        changed.baselines.values().removeIf(runId::equals);
        return changed;
    }
}
