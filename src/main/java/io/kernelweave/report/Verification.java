package io.kernelweave.report;

import io.kernelweave.compare.Comparison;
import io.kernelweave.compare.Contracts;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RoutedRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.Trend;
import io.kernelweave.storage.Folder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whether the reports of a run say what follows from its rows. Every file of the bundle is rendered again from the Parquet parts (whose
 * bytes have to be those of the manifest) and compared byte by byte; what {@code run.json} says of the rows and of the verdict is counted
 * and judged again. What rests on nothing that the run keeps is named as unknown.
 *
 * @param files of the bundle that were compared
 * @param numbers in these files
 * @param differences what is stated otherwise
 * @param unchecked reports that could not be compared, and why
 * @param unknown what is stated and follows from nothing in the run's folder, and why
 */
public record Verification(
        String runId,
        int files,
        int numbers,
        List<Discrepancy> differences,
        List<Unknown> unchecked,
        List<Unknown> unknown) {
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d,]*(?:\\.\\d+)?");
    private static final Pattern TEMPLATE = Pattern.compile("\"([\\w.-]+[.]ftl)\"\\s*:\\s*\"([0-9a-f]{64})\"");
    private static final String REPORT = "benchmark/benchmark.json";

    /** @param what a file, or a file and what it says */
    public record Unknown(String what, String why) {}

    /** FAIL if anything differs, INCONCLUSIVE if a report could not be compared, else PASS. */
    public RunVerdict verdict() {
        return !differences.isEmpty()
                ? RunVerdict.FAIL
                : unchecked.isEmpty() ? RunVerdict.PASS : RunVerdict.INCONCLUSIVE;
    }

    /**
     * Recomputes a complete run of any kind.
     *
     * @throws InputException if its rows are not whole
     */
    public static Verification of(RunFolder folder) {
        return new Recomputation(folder).result();
    }

    private static final class Recomputation {
        private final RunFolder folder;
        private final Run run;
        private final Folder bundle;
        private final List<Discrepancy> differences = new ArrayList<>();
        private final List<Unknown> unchecked = new ArrayList<>();
        private final List<Unknown> unknown = new ArrayList<>();
        private int files;
        private int numbers;

        Recomputation(RunFolder folder) {
            this.folder = folder;
            this.run = folder.run();
            this.bundle = folder.folder().resolve(RunFolder.BUNDLE);
            if (!run.isComplete()) {
                throw InputException.at(
                        "run " + run.runId(), "is not complete", "run its job again to finish it, then verify it");
            }
        }

        Verification result() {
            Bundle recomputed = Bundle.of(folder, templates());
            if (bundle.exists(Bundle.PAGE)) {
                recomputed.page();
            }
            run(recomputed);
            bundle(recomputed);
            return new Verification(
                    run.runId(),
                    files,
                    numbers,
                    List.copyOf(differences),
                    List.copyOf(unchecked),
                    List.copyOf(unknown));
        }

        /** Those that the report says it was rendered by: the program's own, or the ones that replace them now. */
        private Templates templates() {
            return bundle.exists(REPORT) && replaced(bundle.readText(REPORT))
                    ? Templates.beside(folder.folder())
                    : Templates.builtIn();
        }

        private static boolean replaced(String report) {
            try {
                return !Json.parseTrusted(report).path("templates_replaced").isEmpty();
            } catch (InputException e) {
                return false; // the file is named below
            }
        }

        private void bundle(Bundle recomputed) {
            Optional<String> others = others(REPORT, recomputed);
            Optional<String> othersOfPage = others(Bundle.PAGE, recomputed);
            boolean pagesAgree = true;
            for (Map.Entry<String, String> each : recomputed.files().entrySet()) {
                String name = each.getKey();
                String file = RunFolder.BUNDLE + "/" + name;
                if (!bundle.exists(name)) {
                    differences.add(new Discrepancy(file, "the whole file", "is missing", "is rendered"));
                    continue;
                }
                String there = bundle.readText(name);
                Optional<String> other = name.equals(Bundle.PAGE) ? othersOfPage : others;
                boolean isPage = !name.endsWith(".json") && !name.endsWith(".csv");
                if (isPage && other.isPresent() && !there.equals(each.getValue())) {
                    pagesAgree = false;
                    unchecked.add(new Unknown(
                            file, other.get() + ": `kernelweave report " + run.runId() + "` renders it again"));
                    continue;
                }
                files++;
                numbers += count(there);
                differences.addAll(Discrepancy.of(file, there, each.getValue()));
            }
            if (others.isPresent() && !pagesAgree) {
                // Other templates were used indeed, and that is said as such; with them, maybe, another version of the
                // program, which
                // puts other words into the JSON of a report. Its metrics are the same in all.
                if (differences.removeIf(each ->
                        each.file().startsWith(RunFolder.BUNDLE) && each.what().startsWith("/"))) {
                    unchecked.add(new Unknown(
                            "the JSON of the reports, all but metrics",
                            "it is of another version or of other templates"));
                }
                differences.removeIf(each -> each.file().startsWith(RunFolder.BUNDLE) && each.isOfWords());
            }
            differences.removeIf(each -> each.what().startsWith("/templates") && each.isOfWords());
            for (String name : bundle.listAll()) {
                if (!recomputed.files().containsKey(name)) {
                    unknown.add(new Unknown(RunFolder.BUNDLE + "/" + name, "no report of this run has this name"));
                }
            }
        }

        /** Which templates a file was rendered by that are not those at hand, in words; empty if it was rendered by the same. */
        private Optional<String> others(String file, Bundle recomputed) {
            String here = recomputed.files().get(file);
            if (here == null || !bundle.exists(file)) {
                return Optional.empty();
            }
            Map<String, String> stated = stated(bundle.readText(file));
            Map<String, String> used = stated(here);
            if (stated.equals(used)) {
                return Optional.empty();
            }
            used.entrySet().removeAll(stated.entrySet());
            return Optional.of(
                    stated.isEmpty()
                            ? "it is not said which templates it was rendered by, and those at hand give other words"
                            : "it was rendered by another " + String.join(", ", used.keySet()));
        }

        /** The templates that a file names with their digests. */
        private static Map<String, String> stated(String text) {
            Map<String, String> templates = new TreeMap<>();
            Matcher matcher = TEMPLATE.matcher(text);
            while (matcher.find()) {
                templates.put(matcher.group(1), matcher.group(2));
            }
            return templates;
        }

        private static int count(String text) {
            Matcher matcher = NUMBER.matcher(text);
            int found = 0;
            while (matcher.find()) {
                found++;
            }
            return found;
        }

        private void run(Bundle recomputed) {
            List<? extends Row> rows = recomputed.rows();
            String id = run.job() + "-" + Run.digest(run.fingerprint()).substring(0, 12);
            if (!run.runId().equals(id) && !run.runId().startsWith(id + ".")) {
                differ("/run_id", run.runId(), id + ", by its fingerprint");
            }
            same("/counts/results", run.counts() == null ? null : run.counts().results(), rows.size());
            same("/counts/errors", run.counts() == null ? null : run.counts().errors(), (int)
                    rows.stream().filter(row -> row.error() != null).count());
            if (!rows.isEmpty() && rows.get(0) instanceof RoutedRow) {
                same("/data/rows", run.data().rows(), (int) rows.stream()
                        .map(row -> ((RoutedRow) row).rowId())
                        .distinct()
                        .count());
                same("/data/clusters", run.data().clusters(), (int)
                        rows.stream().map(Row::clusterId).distinct().count());
                if (!folder.kernels().isEmpty()) {
                    same("/data/kernels", run.data().kernels(), folder.kernels().size());
                }
            } else {
                unknown.add(new Unknown("run.json /data", "what was replayed is not among the rows"));
            }
            Run.Judged judged = run.judgement();
            if (judged != null) {
                same(
                        "/judgement/exit_code",
                        judged.exitCode(),
                        RunVerdict.valueOf(judged.verdict()).exitCode());
                judgement(judged, rows, recomputed.metrics());
            }
            if (folder.folder().exists(Trend.FILE)) {
                unknown.add(new Unknown(Trend.FILE, "adds to what the runs before had found"));
            }
            unknown.add(new Unknown(
                    "times of stages, times of masks, recorded_at",
                    "were measured: figures on them follow from the rows, the times themselves from nothing"));
            unknown.add(new Unknown("run.json /environment, /started_at, /finished_at", "are what the machine said"));
            unknown.add(new Unknown(
                    "run.json /fingerprint, /settings",
                    "the run id is made of the fingerprint; what that was made of is not kept"));
        }

        private void same(String what, @Nullable Integer stated, int recomputed) {
            if (stated == null || stated != recomputed) {
                differ(what, String.valueOf(stated), String.valueOf(recomputed));
            }
        }

        private void differ(String what, String stated, String recomputed) {
            differences.add(new Discrepancy("run.json", what, stated, recomputed));
        }

        /** Judges again what requirements, margins and the baseline's rows say. */
        private void judgement(Run.Judged stated, List<? extends Row> rows, Map<String, Metric> metrics) {
            String what = "run.json /judgement";
            boolean answers = !rows.isEmpty() && rows.get(0) instanceof ResultRow;
            RunFolder baseline = stated.baseline() == null
                    ? null
                    : new RunFolder(folder.folder().parent().resolve(stated.baseline()));
            if (baseline != null && (!answers || !baseline.exists() || !baseline.isPublished())) {
                unknown.add(new Unknown(
                        what,
                        answers
                                ? "the baseline " + stated.baseline() + " is not here"
                                : "the comparison with its baseline is not made again for runs of this kind"));
                return;
            }
            List<Requirement> requirements = new ArrayList<>();
            for (JsonNode each : run.settings().path("requirements")) {
                requirements.add(
                        each.path("at_least").isNumber()
                                ? new Requirement(
                                        each.path("metric").asString(),
                                        ">=",
                                        each.path("at_least").doubleValue())
                                : new Requirement(
                                        each.path("metric").asString(),
                                        "<=",
                                        each.path("at_most").doubleValue()));
            }
            Run.Judged again = answers
                    ? again(rows.stream().map(ResultRow.class::cast).toList(), metrics, baseline, requirements)
                    : Comparison.judge(
                            run,
                            rows.stream().map(Row.class::cast).toList(),
                            metrics,
                            null,
                            List.of(),
                            Map.of(),
                            name -> Optional.empty(),
                            requirements);
            List<String> trend = Trend.of(folder).map(Trend::reasons).orElse(List.of());
            if (again.verdict().equals(stated.verdict()) && again.reasons().equals(stated.reasons())) {
                return;
            }
            List<String> reasons = new ArrayList<>(again.reasons());
            reasons.addAll(trend);
            if (!answers) {
                unknown.add(new Unknown(what, "some of its reasons are not made again for runs of this kind"));
                return;
            }
            for (int i = 0; i < Math.max(reasons.size(), stated.reasons().size()); i++) {
                String there = i < stated.reasons().size() ? stated.reasons().get(i) : "nothing";
                String here = i < reasons.size() ? reasons.get(i) : "nothing";
                if (!there.equals(here)) {
                    differ("/judgement/reasons/" + i, there, here);
                }
            }
            if (reasons.size() == stated.reasons().size()
                    && differences.removeIf(
                            each -> each.what().startsWith("/judgement/reasons/") && each.isOfWords())) {
                unknown.add(new Unknown(what, "gives the same figures in other words, as another version may"));
            }
            String verdict = trend.isEmpty() ? again.verdict() : RunVerdict.FAIL.name();
            if (!verdict.equals(stated.verdict())) {
                differ("/judgement/verdict", stated.verdict(), verdict);
            }
        }

        private Run.Judged again(
                List<ResultRow> rows,
                Map<String, Metric> metrics,
                @Nullable RunFolder other,
                List<Requirement> requirements) {
            Map<String, Double> margins = new TreeMap<>();
            run.settings()
                    .path("margins")
                    .properties()
                    .forEach(margin ->
                            margins.put(margin.getKey(), margin.getValue().doubleValue()));
            Map<String, Metric> figures = new LinkedHashMap<>(metrics);
            if (other == null) {
                return Comparison.judge(run, rows, figures, null, List.of(), margins, requirements);
            }
            List<ResultRow> before = other.rows();
            Contracts ours = Contracts.of(folder.kernels());
            Contracts theirs = Contracts.of(other.kernels());
            List<ResultRow> byTheirs = theirs.rejudge(rows, ours);
            Run.Judged judged = Comparison.judge(
                    run, rows, figures, other.run(), ours.rejudge(before, theirs), margins, requirements);
            return byTheirs.equals(rows)
                    ? judged
                    : judged.and(
                            Comparison.judge(run, byTheirs, figures, other.run(), before, margins, List.of()),
                            "By the baseline's contracts, some of which are no longer the same: ");
        }
    }
}
