package io.kernelweave.compare;

import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.Scoring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A candidate run beside a baseline: the run gate's reports, what else moved, what differs in what the runs are made of, and of
 * runs that answer prompts why each row flipped.
 *
 * @param verdict the gravest of all reports'
 * @param views one; two where contracts differ: each run's answers are then judged by the contracts of both
 * @param differences what the fingerprints and settings say
 * @param sets which rows of the data both runs have
 * @param outcomes how the rows that both have fared, by part
 * @param figures how figures moved that nobody judges
 * @param aside figures of both runs where nothing is paired by rows
 * @param labels the labels whose rows moved
 * @param changed kernels whose contract differs
 * @param passes of each arm: rows that pass, by run and contracts; empty for runs of other kinds
 * @param moved rows that were right in one run only
 * @param redacted rows that cannot be judged again, because secrets were taken out of them
 * @param timing how long answers took
 */
public record Versus(
        Run baseline,
        Run candidate,
        RunVerdict verdict,
        List<View> views,
        Differences differences,
        RowSets sets,
        List<Outcome> outcomes,
        List<Figure> figures,
        List<Aside> aside,
        List<OfLabel> labels,
        List<String> changed,
        List<Passes> passes,
        List<Moved> moved,
        int redacted,
        Timing timing) {

    /** What no comparison of answers looks at in rows that did not flip: most of their bytes. */
    private static final Set<String> BULK = Set.of(
            "trace",
            "trace_id",
            "recorded_at",
            "run_id",
            "split",
            "phase",
            "task_family",
            "acceptable_kernels",
            "decision",
            "verdict.checks",
            "attempts",
            "timings.mask_ns",
            "timings.model_ns",
            "tokens.forced",
            "tokens.masked");

    /** What no comparison of answers looks at in any row. */
    private static final Set<String> UNSEEN = Set.of("trace", "decision.candidates");

    /**
     * One report of the run gate.
     *
     * @param contracts by whose contracts the rows are judged; empty where both runs' are the same
     */
    public record View(String contracts, RunGate.Report report) {}

    /**
     * How the rows of a part of the runs fared.
     *
     * @param part an arm, a router, a stream; empty where there are no parts
     * @param other rows that say another thing
     * @param lost rows that were right and are not any more
     * @param gained rows that are right and were not
     */
    public record Outcome(String part, int rows, int other, int lost, int gained) {}

    /** A figure of both runs, from all rows of each. */
    public record Aside(String name, Metric baseline, Metric candidate) {}

    /** The share of right rows with one label, in one part of the runs. */
    public record OfLabel(String part, String label, Figure figure) {}

    /** How many rows of an arm pass: the baseline's and the candidate's answers, by the contracts of each. */
    public record Passes(
            String arm,
            int rows,
            long baselineByBaseline,
            long baselineByCandidate,
            long candidateByBaseline,
            long candidateByCandidate) {}

    /**
     * Compares two runs.
     *
     * @param margins metric → accepted loss; empty: those of the candidate's job, or its kind's default
     * @param rerun answers prompts again where rows do not tell what a stage did
     */
    public static Versus of(
            RunFolder baseline, RunFolder candidate, Map<String, Double> margins, Attribution.Rerun rerun) {
        Run before = complete(baseline);
        Run after = complete(candidate);
        if (before.measure() != after.measure()) {
            throw InputException.at(
                    "run " + before.runId(),
                    "measures " + before.measure().label() + ", and " + after.runId() + " "
                            + after.measure().label(),
                    "compare runs of one kind");
        }
        Map<String, Double> wanted = margins.isEmpty() ? margins(after) : new TreeMap<>(margins);
        return Kind.of(after.measure()) instanceof Kind.Answers answers
                ? answers(answers, baseline, before, candidate, after, wanted, rerun)
                : others(Kind.of(after.measure()), baseline, before, candidate, after, wanted);
    }

    private static Run complete(RunFolder folder) {
        Run run = folder.run();
        if (!run.isComplete()) {
            throw InputException.at(
                    "run " + run.runId(), "is not complete", "run its job again to resume it, then compare");
        }
        return run;
    }

    private static Map<String, Double> margins(Run run) {
        Map<String, Double> margins = new TreeMap<>();
        for (Map.Entry<String, JsonNode> margin : run.settings().path("margins").properties()) {
            margins.put(margin.getKey(), margin.getValue().asDouble());
        }
        return margins;
    }

    private static boolean agree(Run one, Run two, String part) {
        String digest = one.fingerprint().get(part);
        return digest != null && digest.equals(two.fingerprint().get(part));
    }

    // ---------------------------------------------------------------- runs that answer no prompts

    private static <R extends Row> Versus others(
            Kind<R> kind, RunFolder baseline, Run before, RunFolder candidate, Run after, Map<String, Double> margins) {
        List<R> allThen = baseline.rows(kind.form());
        List<R> allNow = candidate.rows(kind.form());
        List<R> then = kind.counted(allThen);
        List<R> now = kind.counted(allNow);
        Pairing<R> pairing = new Pairing<>(kind, then, now, agree(before, after, "dataset"));
        List<Aside> aside = aside(kind.metrics(baseline, allThen), kind.metrics(candidate, allNow));
        Map<String, Double> wanted = margins.isEmpty() ? kind.margins(now) : margins;
        RunGate.Report report = kind.obstacle().isEmpty()
                ? Comparison.against(
                        after,
                        now,
                        before,
                        then,
                        wanted,
                        kind::perRow,
                        pairing.sets().same())
                : unjudged(kind, pairing, before, after, aside);
        return new Versus(
                before,
                after,
                report.verdict(),
                List.of(new View("", report)),
                Differences.of(before, after, baseline.kernels(), candidate.kernels(), List.of()),
                pairing.sets(),
                pairing.outcomes(),
                pairing.figures(wanted.keySet()),
                aside,
                pairing.byLabel(),
                List.of(),
                List.of(),
                pairing.flipped().stream()
                        .map(couple -> moved(kind, couple.was(), couple.is(), "", "", ""))
                        .toList(),
                0,
                Timing.none());
    }

    /** Where no test can be made: the same, or undecided. */
    private static <R extends Row> RunGate.Report unjudged(
            Kind<R> kind, Pairing<R> pairing, Run before, Run after, List<Aside> aside) {
        String obstacle = Comparison.obstacle(after, before, pairing.sets().same());
        if (!obstacle.isEmpty()) {
            return new RunGate.Report(RunVerdict.INVALID, obstacle, List.of());
        }
        if (pairing.couples().isEmpty()) {
            return new RunGate.Report(RunVerdict.INVALID, "nothing was measured", List.of());
        }
        boolean same = pairing.sets().same()
                && pairing.outcomes().stream().allMatch(part -> part.other() + part.lost() + part.gained() == 0)
                && aside.stream().allMatch(figure -> figure.baseline().equals(figure.candidate()));
        return same
                ? new RunGate.Report(RunVerdict.IDENTICAL, "no row and no figure differs", List.of())
                : new RunGate.Report(RunVerdict.INCONCLUSIVE, "nothing is judged: " + kind.obstacle(), List.of());
    }

    private static List<Aside> aside(Map<String, Metric> then, Map<String, Metric> now) {
        return now.entrySet().stream()
                .filter(metric -> then.containsKey(metric.getKey()))
                .map(metric -> new Aside(
                        metric.getKey(), Objects.requireNonNull(then.get(metric.getKey())), metric.getValue()))
                .filter(figure ->
                        figure.baseline().isMeasured() || figure.candidate().isMeasured())
                .toList();
    }

    private static <R extends Row> Moved moved(Kind<R> kind, R was, R is, String stage, String basis, String why) {
        return new Moved(
                kind.unit(is),
                kind.part(is),
                is.clusterId(),
                Objects.requireNonNullElse(kind.label(is), "none"),
                Objects.requireNonNullElse(kind.asks(is), ""),
                kind.isRight(was),
                stage,
                basis,
                why,
                kind.side(was),
                kind.side(is));
    }

    // ---------------------------------------------------------------- runs that answer prompts

    private static Versus answers(
            Kind.Answers kind,
            RunFolder baseline,
            Run before,
            RunFolder candidate,
            Run after,
            Map<String, Double> margins,
            Attribution.Rerun rerun) {
        boolean sameData = agree(before, after, "dataset");
        Set<String> without = new HashSet<>(BULK);
        if (sameData) {
            without.add("prompt"); // the row's id says what was asked
        }
        List<Kernel> kernelsThen = kernels(baseline);
        List<Kernel> kernelsNow = kernels(candidate);
        Contracts old = Contracts.of(kernelsThen);
        Contracts present = Contracts.of(kernelsNow);
        List<String> changed = present.changed(old);
        if (changed.isEmpty()) {
            without.add("answer.kernel_ids"); // nobody asks by whose contract an answer is judged
        }
        List<List<ResultRow>> read = Stream.of(baseline, candidate)
                .parallel()
                .map(folder -> folder.rows(ResultRow.FORM, without))
                .toList();
        List<ResultRow> then = read.get(0);
        List<ResultRow> now = read.get(1);
        int redacted = 0;
        if (!changed.isEmpty()) {
            // What is judged again is read whole.
            Set<String> judged = Stream.concat(then.stream(), now.stream())
                    .filter(row -> Contracts.touched(row).stream().anyMatch(changed::contains))
                    .map(ResultRow::rowId)
                    .collect(Collectors.toSet());
            then = whole(baseline, then, judged);
            now = whole(candidate, now, judged);
            redacted = (int) now.stream()
                    .filter(row -> judged.contains(row.rowId()) && Scoring.isRedacted(row))
                    .count();
        }
        List<ResultRow> thenByPresent = present.rejudge(then, old);
        List<ResultRow> nowByOld = old.rejudge(now, present);
        Map<String, Double> wanted = Comparison.margins(margins, shared(then, now));
        Pairing<ResultRow> pairing = new Pairing<>(kind, then, now, sameData);
        boolean asked = pairing.sets().same();
        List<View> views = new ArrayList<>();
        if (changed.isEmpty()) {
            views.add(new View("", Comparison.against(after, now, before, then, wanted, Metrics::perRow, asked)));
        } else {
            views.add(new View(
                    after.runId(),
                    Comparison.against(after, now, before, thenByPresent, wanted, Metrics::perRow, asked)));
            views.add(new View(
                    before.runId(), Comparison.against(after, nowByOld, before, then, wanted, Metrics::perRow, asked)));
        }
        RunVerdict verdict =
                views.stream().map(view -> view.report().verdict()).reduce(RunVerdict.IDENTICAL, RunVerdict::graver);
        return new Versus(
                before,
                after,
                verdict,
                List.copyOf(views),
                Differences.of(before, after, kernelsThen, kernelsNow, changed),
                pairing.sets(),
                pairing.outcomes(),
                pairing.figures(wanted.keySet()),
                List.of(),
                pairing.byLabel(),
                changed,
                passes(then, thenByPresent, now, nowByOld),
                moved(kind, pairing, baseline, before, old, candidate, after, present, rerun),
                redacted,
                Timing.of(pairing.couples(), baseline.times(), candidate.times(), agree(before, after, "environment")));
    }

    /** The rows, those of some ids with all that is kept of them. */
    private static List<ResultRow> whole(RunFolder folder, List<ResultRow> rows, Set<String> ids) {
        Map<String, ResultRow> whole = new HashMap<>();
        folder.rows(ResultRow.FORM, UNSEEN, ids).forEach(row -> whole.put(row.identity(), row));
        return rows.stream()
                .map(row -> ids.contains(row.rowId()) ? whole.getOrDefault(row.identity(), row) : row)
                .toList();
    }

    /** The rows that flipped; why is looked into where both runs answered the same prompts. */
    private static List<Moved> moved(
            Kind.Answers kind,
            Pairing<ResultRow> pairing,
            RunFolder baseline,
            Run before,
            Contracts old,
            RunFolder candidate,
            Run after,
            Contracts present,
            Attribution.Rerun rerun) {
        List<Pairing.Couple<ResultRow>> flipped = pairing.flipped();
        if (flipped.isEmpty()) {
            return List.of();
        }
        List<ResultRow> then =
                baseline.rows(ResultRow.FORM, UNSEEN, ids(flipped.stream().map(Pairing.Couple::was)));
        List<ResultRow> now =
                candidate.rows(ResultRow.FORM, UNSEEN, ids(flipped.stream().map(Pairing.Couple::is)));
        if (Comparison.obstacle(after, before, pairing.sets().same()).isEmpty()) {
            return Attribution.of(before, then, old, after, now, present, rerun).stream()
                    .map(flip -> moved(
                            kind,
                            flip.baseline(),
                            flip.candidate(),
                            flip.charge().label(),
                            flip.basis().label(),
                            flip.why()))
                    .toList();
        }
        Map<String, ResultRow> was = byIdentity(then);
        Map<String, ResultRow> is = byIdentity(now);
        return flipped.stream()
                .map(couple -> moved(
                        kind,
                        was.getOrDefault(couple.was().identity(), couple.was()),
                        is.getOrDefault(couple.is().identity(), couple.is()),
                        "",
                        "",
                        ""))
                .toList();
    }

    private static Set<String> ids(Stream<ResultRow> rows) {
        return rows.map(ResultRow::rowId).collect(Collectors.toSet());
    }

    private static Map<String, ResultRow> byIdentity(List<ResultRow> rows) {
        Map<String, ResultRow> byIdentity = new HashMap<>();
        rows.forEach(row -> byIdentity.put(row.identity(), row));
        return byIdentity;
    }

    private static List<Kernel> kernels(RunFolder folder) {
        List<Kernel> kernels = folder.kernels();
        if (kernels.isEmpty()) {
            throw InputException.at(
                    folder.folder() + "/" + RunFolder.KERNELS,
                    "is missing: nothing says what the answers were judged by",
                    "restore the file, or run the job again");
        }
        return kernels;
    }

    /** The candidate's rows of arms that both runs have. */
    private static List<ResultRow> shared(List<ResultRow> then, List<ResultRow> now) {
        Set<String> arms = then.stream().map(ResultRow::arm).collect(Collectors.toSet());
        return now.stream().filter(row -> arms.contains(row.arm())).toList();
    }

    private static List<Passes> passes(
            List<ResultRow> then, List<ResultRow> thenByPresent, List<ResultRow> now, List<ResultRow> nowByOld) {
        Map<String, Long> rows = now.stream().collect(Collectors.groupingBy(ResultRow::arm, Collectors.counting()));
        List<Map<String, Long>> counts = Stream.of(then, thenByPresent, nowByOld, now)
                .map(side -> side.stream()
                        .filter(ResultRow::passes)
                        .collect(Collectors.groupingBy(ResultRow::arm, Collectors.counting())))
                .toList();
        return Metrics.arms(shared(then, now)).stream()
                .map(arm -> new Passes(
                        arm.label(),
                        rows.getOrDefault(arm.label(), 0L).intValue(),
                        counts.get(0).getOrDefault(arm.label(), 0L),
                        counts.get(1).getOrDefault(arm.label(), 0L),
                        counts.get(2).getOrDefault(arm.label(), 0L),
                        counts.get(3).getOrDefault(arm.label(), 0L)))
                .toList();
    }

    // ---------------------------------------------------------------- what follows from it

    /** How many rows each stage is charged with, by part and direction ({@code lost}, {@code gained}); empty where none is. */
    public Map<String, Map<String, Long>> charges() {
        Map<String, Map<String, Long>> charges = new TreeMap<>();
        for (Moved row : moved) {
            if (!row.stage().isEmpty()) {
                charges.computeIfAbsent(row.part() + " " + row.direction(), key -> new LinkedHashMap<>())
                        .merge(row.stage(), 1L, Long::sum);
            }
        }
        return charges;
    }

    /** The digests of the fingerprint that differ. */
    public List<String> differing() {
        TreeSet<String> parts = new TreeSet<>();
        differences.groups().forEach(group -> group.digests().forEach(change -> parts.add(change.path())));
        return List.copyOf(parts);
    }

    /** Whether the figure of rows behind a metric's name is a share. */
    public boolean isShare(String name) {
        return Kind.of(candidate.measure()).perRow(name).map(PerRow::isShare).orElse(false);
    }

    /** Which way a metric gets better. */
    public Direction direction(String name) {
        return Kind.of(candidate.measure()).perRow(name).map(PerRow::direction).orElse(Direction.HIGHER_IS_BETTER);
    }
}
