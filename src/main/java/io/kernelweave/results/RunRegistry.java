package io.kernelweave.results;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.json.SharedFolder;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.JaroWinklerSimilarity;
import org.jspecify.annotations.Nullable;

/** All runs below {@code reports/runs}, and which of them are pinned. */
public final class RunRegistry {
    private static final String REMEDY = "give latest, baseline, a run id, its beginning, a glob or a folder";
    private static final int NEAR = 5;

    private final Folder reports;
    private final Folder runs;

    /** @param reports the reports folder */
    public RunRegistry(Folder reports) {
        this.reports = reports;
        this.runs = reports.resolve("runs");
    }

    public RunFolder folder(String runId) {
        return new RunFolder(runs.resolve(runId));
    }

    /** Names of all run folders, readable or not. */
    public List<String> ids() {
        return runs.list().stream().filter(name -> !name.startsWith(".")).toList();
    }

    /** Every run with a readable {@code run.json}, oldest first. */
    public List<Run> runs() {
        List<Run> all = new ArrayList<>();
        for (String name : runs.list()) {
            RunFolder folder = folder(name);
            if (folder.exists()) {
                try {
                    all.add(folder.run());
                } catch (InputException e) {
                    // One run that cannot be read must not hide the others; asked for by name, it is refused.
                }
            }
        }
        all.sort(Comparator.comparing(Run::startedAt).thenComparing(Run::runId));
        return all;
    }

    /** The highest number of the runs of an id: 1 of {@code id}, 2 of {@code id.2}; 1 if there is none. */
    public int highest(String id) {
        return ids().stream()
                .filter(each -> each.startsWith(id + "."))
                .map(each -> each.substring(id.length() + 1))
                .filter(number -> number.matches("[1-9][0-9]{0,8}"))
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(1);
    }

    /** Whether a run was judged against one of that id, which may be gone. */
    public boolean names(String runId) {
        return runs().stream()
                .map(Run::judgement)
                .anyMatch(judged -> judged != null && runId.equals(judged.baseline()));
    }

    /**
     * The run that a user names: {@code latest}, {@code baseline} (what the newest run is judged against), a run id, the
     * beginning of just one id, a glob that fits just one, or a folder.
     */
    public RunFolder find(String name) {
        List<RunFolder> found = findAll(name);
        if (found.size() > 1) {
            throw InputException.at(
                    "run \"" + name + "\"",
                    "several are called so: "
                            + found.stream()
                                    .limit(NEAR)
                                    .map(folder -> folder.folder().name())
                                    .collect(Collectors.joining(", "))
                            + (found.size() > NEAR ? " and " + (found.size() - NEAR) + " more" : ""),
                    REMEDY);
        }
        return found.get(0);
    }

    /** The same, but a glob ({@code *}, {@code ?}) may fit several: all complete runs that it fits, oldest first. */
    public List<RunFolder> findAll(String name) {
        if (name.isBlank()) {
            throw InputException.at("run \"" + name + "\"", "is no name", REMEDY);
        }
        if (name.equals("latest")) {
            return List.of(folder(newest().runId()));
        }
        if (name.equals("baseline")) {
            return List.of(baselineOf(newest()));
        }
        if (name.contains("/")) {
            RunFolder folder = new RunFolder(Folder.of(name));
            folder.run();
            return List.of(folder);
        }
        if (name.contains("*") || name.contains("?")) {
            Pattern glob = Pattern.compile(Arrays.stream(name.split("(?<=[*?])|(?=[*?])"))
                    .map(part -> part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part))
                    .collect(Collectors.joining()));
            List<RunFolder> fitting = runs().stream()
                    .filter(Run::isComplete)
                    .filter(run -> glob.matcher(run.runId()).matches())
                    .map(run -> folder(run.runId()))
                    .toList();
            if (fitting.isEmpty()) {
                throw InputException.at(
                        "run \"" + name + "\"", "it fits no complete run in " + runs + near(name), REMEDY);
            }
            return fitting;
        }
        List<String> ids = runs.list();
        if (ids.contains(name)) {
            return List.of(folder(name));
        }
        List<String> matches = ids.stream().filter(id -> id.startsWith(name)).toList();
        if (matches.size() != 1) {
            throw InputException.at(
                    "run \"" + name + "\"",
                    matches.isEmpty()
                            ? "there is none of that name in " + runs + near(name)
                            : "several begin so: " + matches,
                    REMEDY);
        }
        return List.of(folder(matches.get(0)));
    }

    /** What a user may have meant. */
    private String near(String name) {
        JaroWinklerSimilarity similarity = new JaroWinklerSimilarity();
        List<String> near = runs.list().stream()
                .filter(id -> !id.startsWith("."))
                .filter(id -> id.contains(name) || similarity.apply(id, name) >= 0.75)
                .sorted(Comparator.comparing((String id) -> -similarity.apply(id, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(3)
                .toList();
        return near.isEmpty() ? "" : ", the nearest are " + String.join(", ", near);
    }

    private Run newest() {
        return latest(null, null)
                .orElseThrow(() -> InputException.at(runs.toString(), "has no complete run", "run a job first"));
    }

    /**
     * The run that another is to be compared with: its job's pinned baseline; else the newest complete run of the job before it that
     * passed, if there are any of the same data one of these.
     *
     * @throws InputException if there is none
     */
    public RunFolder baselineOf(Run run) {
        Optional<Run> pinned = baseline(run.job());
        if (pinned.isPresent()) {
            return folder(pinned.get().runId());
        }
        List<Run> earlier = runs().stream()
                .filter(other -> other.isComplete()
                        && other.job().equals(run.job())
                        && other.startedAt().isBefore(run.startedAt()))
                .filter(other -> other.judgement() != null && other.judgement().exitCode() == 0)
                .toList();
        return earlier.stream()
                .filter(run::asksAs)
                .reduce((first, second) -> second)
                .or(() -> earlier.stream().reduce((first, second) -> second))
                .map(other -> folder(other.runId()))
                .orElseThrow(() -> InputException.at(
                        "run \"baseline\"",
                        "job " + run.job() + " has no pinned baseline, and no complete run before " + run.runId()
                                + " that passed",
                        "name a run, or pin one"));
    }

    /** Paths of the committed Parquet parts of all complete runs, by the SQL view that they belong to. */
    public Map<String, List<String>> parts() {
        Map<String, List<String>> parts = new TreeMap<>();
        for (Run run : runs()) {
            if (run.isComplete()) {
                RunFolder folder = folder(run.runId());
                List<String> files = parts.computeIfAbsent(run.measure().view(), view -> new ArrayList<>());
                folder.manifest().parts().forEach(part -> files.add(folder.folder() + "/results/" + part.file()));
            }
        }
        return parts;
    }

    /** The newest complete run of a job (null: of any job), leaving one run out. */
    public Optional<Run> latest(@Nullable String job, @Nullable String except) {
        return runs().stream()
                .filter(Run::isComplete)
                .filter(run -> job == null || run.job().equals(job))
                .filter(run -> !run.runId().equals(except))
                .reduce((first, second) -> second);
    }

    /**
     * The run that is pinned as a job's baseline.
     *
     * @throws InputException if one is pinned and is not there, or {@code pins.json} is damaged: a pin is never lost silently
     */
    public Optional<Run> baseline(String job) {
        return Optional.ofNullable(pins().baselines().get(job)).map(id -> {
            if (!folder(id).exists()) {
                throw InputException.at(
                        reports + "/" + Pins.FILE,
                        "the baseline of job " + job + " is " + id + ", which is not there",
                        "bring the run back, or `kernelweave runs unpin " + id + "`");
            }
            return folder(id).run();
        });
    }

    /** Jobs with a pinned baseline, and the id of the run that it is. */
    public Map<String, String> baselines() {
        return pins().baselines();
    }

    /** Whether a run is set apart, as a baseline or only to be kept. */
    public boolean pinned(String runId) {
        return pins().has(runId);
    }

    /** Makes a complete run the baseline of its job, in place of the one before. */
    public void pinBaseline(Run run) {
        if (!run.isComplete()) {
            throw InputException.at("run " + run.runId(), "is not complete", "pin a complete run");
        }
        change(pins -> pins.withBaseline(run.job(), run.runId()));
    }

    /** Sets a run apart, so that it is kept. */
    public void pin(String runId) {
        change(pins -> pins.withKept(runId));
    }

    /** Takes away every pin of a run, which need not be there any more. */
    public void unpin(String runId) {
        if (!pinned(runId)) {
            throw InputException.at("run " + runId, "is not pinned", "`kernelweave runs list` shows which are");
        }
        change(pins -> pins.without(runId));
    }

    private Pins pins() {
        return reports.exists(Pins.FILE)
                ? Json.parse(reports.readText(Pins.FILE), Pins.class, reports + "/" + Pins.FILE)
                : Pins.none();
    }

    private void change(UnaryOperator<Pins> change) {
        SharedFolder.Change<Boolean> write = () -> {
            reports.write(Pins.FILE, Json.pretty(change.apply(pins())));
            return true;
        };
        if (reports.local().isPresent()) {
            new SharedFolder(reports.local().get()).change(write);
        } else {
            write(write); // elsewhere the last of two who pin in the same moment wins; either file is whole
        }
    }

    private static void write(SharedFolder.Change<Boolean> change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
