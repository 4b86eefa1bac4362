package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.dataset.ContainmentCases;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.ContainmentMetrics;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.trial.ContainmentCase;
import io.kernelweave.trial.ContainmentTrial;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;

/**
 * A {@link ContainmentSpec} at work: asks each question in one thread, once some have warmed the JVM up without being counted. A job that
 * goes on after a kill warms up again.
 */
final class ContainmentWork implements Work<ContainmentRow> {
    private static final double DEFAULT_MARGIN = 0.002;

    private final ContainmentSpec job;
    private final List<DatasetSpec> specs;
    private final List<ContainmentCases> sets;
    private final List<ContainmentCase> cases;

    private ContainmentWork(ContainmentSpec job, List<DatasetSpec> specs, List<ContainmentCases> sets) {
        this.job = job;
        this.specs = specs;
        this.sets = sets;
        this.cases = select(job, sets);
    }

    /** Reads a job's data sets. */
    static ContainmentWork open(ContainmentSpec job, List<DatasetSpec> specs) {
        return new ContainmentWork(
                job, specs, specs.stream().map(ContainmentCases::read).toList());
    }

    private static List<ContainmentCase> select(ContainmentSpec job, List<ContainmentCases> sets) {
        List<ContainmentCase> all =
                sets.stream().flatMap(set -> set.cases().stream()).toList();
        List<ContainmentCase> chosen = job.limit() == 0
                ? all
                : all.stream()
                        .collect(Collectors.groupingBy(ContainmentCase::group, TreeMap::new, Collectors.toList()))
                        .values()
                        .stream()
                        .flatMap(group -> drawn(job, group, "limit").stream().limit(job.limit()))
                        .toList();
        return chosen.stream().sorted(Comparator.comparing(ContainmentCase::id)).toList();
    }

    private static List<ContainmentCase> drawn(ContainmentSpec job, List<ContainmentCase> cases, String purpose) {
        return cases.stream()
                .sorted(Comparator.comparing(subject -> Digest.of(job.seed() + "/" + purpose + "/" + subject.id())))
                .toList();
    }

    @Override
    public ContainmentSpec job() {
        return job;
    }

    @Override
    public RowForm<ContainmentRow> form() {
        return ContainmentRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        String data = sets.stream().map(ContainmentCases::digest).collect(Collectors.joining("\n"));
        return Work.fingerprint(Map.of("dataset", Digest.of(data)), job.rowSettings());
    }

    @Override
    public Run.Data data() {
        return new Run.Data(
                sets.stream().map(ContainmentCases::name).collect(Collectors.joining(" + ")),
                "all",
                cases.size(),
                (int) cases.stream().map(ContainmentCase::cluster).distinct().count(),
                0);
    }

    /** One: several at once would disturb each other's times. */
    @Override
    public int partitions() {
        return 1;
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        ArrayNode cards = Json.mapper().createArrayNode();
        for (int i = 0; i < sets.size(); i++) {
            cards.addObject()
                    .put("name", specs.get(i).name())
                    .put("description", specs.get(i).description())
                    .put("license", specs.get(i).license())
                    .put("digest", sets.get(i).digest())
                    .put("cases", sets.get(i).cases().size());
        }
        folder.folder().write("inputs/datasets.json", Json.pretty(cards));
    }

    @Override
    public void begin(Progress progress) {
        int most = Objects.requireNonNull(job.warmup(), "has a default");
        List<ContainmentCase> sample = drawn(job, cases, "warm");
        sample = sample.subList(0, Math.min(most, sample.size()));
        progress.begin("warm-up", sample.size());
        for (ContainmentCase subject : sample) {
            row("", subject);
            progress.advance(1);
        }
        progress.begin("replay", cases.size());
    }

    @Override
    public List<Unit> units(String runId, Progress progress) {
        return cases.stream()
                .map(subject -> new Unit(subject.cluster(), () -> List.of(row(runId, subject))))
                .toList();
    }

    private static ContainmentRow row(String runId, ContainmentCase subject) {
        if (subject.problem() != null) {
            return ContainmentRow.failed(runId, subject, subject.problem());
        }
        try {
            return ContainmentRow.of(runId, subject, ContainmentTrial.of(subject));
        } catch (RuntimeException e) {
            return ContainmentRow.failed(runId, subject, e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<ContainmentRow> rows) {
        return ContainmentMetrics.of(rows);
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<ContainmentRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<ContainmentRow> baselineRows,
            List<Requirement> requirements) {
        Map<String, Double> margins = job.margins();
        if (margins.isEmpty()) {
            margins = ContainmentMetrics.groups(rows).keySet().stream()
                    .collect(Collectors.toMap(
                            group -> "containment." + group + "." + ContainmentMetrics.PAIRED,
                            group -> DEFAULT_MARGIN,
                            (a, b) -> a,
                            TreeMap::new));
        }
        return Comparison.judge(
                run, rows, metrics, baseline, baselineRows, margins, ContainmentMetrics::perRow, requirements);
    }

    @Override
    public void render(RunFolder folder, Run run, List<ContainmentRow> rows, Map<String, Metric> metrics) {
        Bundle.renderContainment(folder, run, rows, metrics);
    }
}
