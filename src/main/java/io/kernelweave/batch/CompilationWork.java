package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.TraceCases;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Miner;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.CompilationCard;
import io.kernelweave.results.CompilationMetrics;
import io.kernelweave.results.CompilationRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.trace.ImportedTrace;
import io.kernelweave.trial.MiningTrial;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A {@link CompilationSpec} at work: a unit is one split of one source, learned from and judged. */
final class CompilationWork implements Work<CompilationRow> {
    private final CompilationSpec job;
    private final DatasetSpec spec;
    private final TraceCases cases;
    private final Map<String, List<ImportedTrace>> sources = new LinkedHashMap<>();

    private CompilationWork(CompilationSpec job, DatasetSpec spec, TraceCases cases) {
        this.job = job;
        this.spec = spec;
        this.cases = cases;
        cases.sources().forEach((name, traces) -> sources.put(name, select(traces)));
        job.repeat().keySet().forEach(name -> {
            if (!sources.containsKey(name)) {
                throw InputException.at(
                        "/repeat/" + name, "there is no such source", "name one of " + sources.keySet());
            }
        });
    }

    /** Reads a job's traces. */
    static CompilationWork open(CompilationSpec job, DatasetSpec spec) {
        return new CompilationWork(job, spec, TraceCases.read(spec));
    }

    private List<ImportedTrace> select(List<ImportedTrace> traces) {
        if (job.limit() == 0) {
            return traces;
        }
        Set<String> tasks = traces.stream()
                .map(imported -> Example.of(imported).task())
                .distinct()
                .sorted(Comparator.comparing(task -> Digest.of(job.seed() + "/limit/" + task)))
                .limit(job.limit())
                .collect(Collectors.toSet());
        return traces.stream()
                .filter(imported -> tasks.contains(Example.of(imported).task()))
                .toList();
    }

    private static List<Example> examples(List<ImportedTrace> traces) {
        return traces.stream().map(Example::of).toList();
    }

    @Override
    public CompilationSpec job() {
        return job;
    }

    @Override
    public RowForm<CompilationRow> form() {
        return CompilationRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        return Work.fingerprint(Map.of("dataset", cases.digest()), job.rowSettings());
    }

    @Override
    public Run.Data data() {
        return new Run.Data(
                cases.name(),
                "all",
                sources.values().stream().mapToInt(List::size).sum(),
                sources.values().stream()
                        .mapToInt(traces -> (int) examples(traces).stream()
                                .map(Example::task)
                                .distinct()
                                .count())
                        .sum(),
                0);
    }

    @Override
    public int partitions() {
        return job.partitions();
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        progress.begin("prepare: mine each source whole", sources.size());
        List<CompilationCard.Source> cards = new ArrayList<>();
        sources.forEach((name, traces) -> {
            cards.add(CompilationCard.Source.of(name, examples(traces), Miner.mine(examples(traces), job.seed())));
            progress.advance(1);
        });
        folder.folder()
                .write(
                        CompilationCard.FILE,
                        Json.pretty(new CompilationCard(
                                spec.name(), spec.description(), spec.license(), cases.digest(), cards)));
    }

    @Override
    public List<Unit> units(String runId, Progress progress) {
        List<Unit> units = new ArrayList<>();
        sources.forEach((name, traces) -> {
            MiningTrial trial = new MiningTrial(examples(traces), job.seed());
            for (int split = 0; split < job.splits(); split++) {
                int number = split;
                units.add(unit(
                        runId,
                        name,
                        CompilationRow.HALVES,
                        split,
                        traces,
                        () -> trial.halves(number, 1, job.permutations(), true)));
                units.add(unit(runId, name, CompilationRow.SEEN, split, traces, () -> trial.seen(number)));
                for (double share : job.shares()) {
                    String regime = CompilationRow.HALVES + "-" + Math.round(100 * share);
                    units.add(unit(runId, name, regime, split, traces, () -> trial.halves(number, share, 0, false)));
                }
            }
            CompilationSpec.Repeat repeat = job.repeat().get(name);
            if (repeat != null) {
                units.add(unit(
                        runId,
                        name,
                        CompilationRow.REPEAT,
                        0,
                        traces,
                        () -> trial.judge(
                                attempts(traces, repeat.field(), repeat.learn()),
                                attempts(traces, repeat.field(), repeat.judge()),
                                0,
                                0,
                                false)));
            }
        });
        return units;
    }

    /** The traces whose outcome is known and whose field has one of some values. */
    private static List<Integer> attempts(List<ImportedTrace> traces, String field, List<String> values) {
        return IntStream.range(0, traces.size())
                .filter(i -> Example.of(traces.get(i)).outcome() != Outcome.UNKNOWN)
                .filter(i -> {
                    JsonNode value = traces.get(i).origin().fields().path(field);
                    return values.contains(value.asString(value.toString()));
                })
                .boxed()
                .toList();
    }

    private static Unit unit(
            String runId,
            String source,
            String regime,
            int split,
            List<ImportedTrace> traces,
            Supplier<List<MiningTrial.Judged>> trial) {
        return new Unit(source + "/" + regime + "/" + split, () -> {
            try {
                return trial.get().stream()
                        .map(judged -> CompilationRow.of(
                                runId,
                                source,
                                regime,
                                split,
                                traces.get(judged.index()).origin().id(),
                                Example.of(traces.get(judged.index())),
                                judged))
                        .toList();
            } catch (RuntimeException e) {
                return List.of(CompilationRow.failed(
                        runId, source, regime, split, e.getClass().getSimpleName() + ": " + e.getMessage()));
            }
        });
    }

    @Override
    public void begin(Progress progress) {
        progress.begin(
                "replay",
                (long) sources.size() * job.splits() * (2 + job.shares().size())
                        + job.repeat().size());
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<CompilationRow> rows) {
        return CompilationMetrics.of(rows, folder.run());
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<CompilationRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<CompilationRow> baselineRows,
            List<Requirement> requirements) {
        return Targets.report(
                job.targets(),
                metrics,
                Comparison.judge(
                        run, rows, metrics, null, List.of(), Map.of(), name -> Optional.empty(), requirements));
    }

    @Override
    public void render(RunFolder folder, Run run, List<CompilationRow> rows, Map<String, Metric> metrics) {
        Bundle.renderCompilation(folder, run, rows, metrics);
    }
}
