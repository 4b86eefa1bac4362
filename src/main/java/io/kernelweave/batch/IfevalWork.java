package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.InstructionCases;
import io.kernelweave.dataset.InstructionChecks;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.IfevalMetrics;
import io.kernelweave.results.IfevalRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.trial.InstructionTrial;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An {@link IfevalSpec} at work: judges each instruction of each answer by its condition. */
final class IfevalWork implements Work<IfevalRow> {
    private final IfevalSpec job;
    private final DatasetSpec spec;
    private final InstructionCases cases;
    private final InstructionChecks checks;
    private final Check always;

    private IfevalWork(IfevalSpec job, DatasetSpec spec, InstructionCases cases, InstructionChecks checks) {
        this.job = job;
        this.spec = spec;
        this.cases = cases;
        this.checks = checks;
        this.always = Checks.parse(checks.always(), spec.instructions() + " /always");
    }

    /** Reads a job's prompts, answers and conditions. */
    static IfevalWork open(IfevalSpec job, DatasetSpec spec) {
        InstructionCases cases = InstructionCases.read(spec);
        return new IfevalWork(
                job, spec, cases, InstructionChecks.read(Objects.requireNonNull(spec.instructions(), "read before")));
    }

    @Override
    public IfevalSpec job() {
        return job;
    }

    @Override
    public RowForm<IfevalRow> form() {
        return IfevalRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dataset", cases.digest());
        parts.put("checks", Digest.of((JsonNode) Json.tree(checks)));
        return Work.fingerprint(parts, job.rowSettings());
    }

    @Override
    public Run.Data data() {
        int instructions = cases.cases().stream()
                .mapToInt(subject -> subject.instructions().size())
                .sum();
        return new Run.Data(cases.name(), "all", instructions, cases.cases().size(), 0);
    }

    @Override
    public int partitions() {
        return job.partitions();
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        folder.folder()
                .write(
                        "inputs/dataset.json",
                        Json.pretty(Json.object()
                                .put("name", spec.name())
                                .put("description", spec.description())
                                .put("license", spec.license())
                                .put("digest", cases.digest())
                                .put("answers", cases.cases().size())
                                .put("prompts_without_answer", cases.unanswered())
                                .put("loose_verdicts", cases.loose() != null)));
        folder.folder().write("inputs/checks.json", Json.pretty(checks));
    }

    @Override
    public List<Unit> units(String runId, Progress progress) {
        return cases.cases().stream()
                .map(subject -> new Unit(subject.id(), () -> rows(runId, subject)))
                .toList();
    }

    private List<IfevalRow> rows(String runId, InstructionCases.Case subject) {
        List<IfevalRow> rows = new ArrayList<>();
        for (int i = 0; i < subject.instructions().size(); i++) {
            rows.add(row(runId, subject, i));
        }
        return rows;
    }

    private IfevalRow row(String runId, InstructionCases.Case subject, int index) {
        if (subject.problem() != null) {
            return IfevalRow.failed(runId, subject, index, "", subject.problem());
        }
        InstructionCases.Instruction instruction = subject.instructions().get(index);
        String written = "";
        try {
            ObjectNode condition = checks.condition(instruction.type(), instruction.arguments());
            written = Json.compact(condition);
            Check own = Checks.parse(condition, instruction.type());
            Check check = answer -> {
                Verdict first = always.evaluate(answer);
                return first.outcome() == Outcome.PASS ? own.evaluate(answer) : first;
            };
            long before = System.nanoTime();
            InstructionTrial.Judged strict = InstructionTrial.strict(check, subject.prompt(), subject.response());
            InstructionTrial.@Nullable Judged loose = instruction.followedLoosely() == null
                    ? null
                    : InstructionTrial.loose(check, subject.prompt(), subject.response());
            return IfevalRow.judged(runId, subject, index, written, strict, loose, System.nanoTime() - before);
        } catch (InputException e) {
            return IfevalRow.failed(runId, subject, index, written, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void begin(Progress progress) {
        progress.begin("replay", cases.cases().size());
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<IfevalRow> rows) {
        return IfevalMetrics.of(rows);
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<IfevalRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<IfevalRow> baselineRows,
            List<Requirement> requirements) {
        List<Requirement> looked = requirements.stream()
                .filter(requirement ->
                        cases.loose() != null || !requirement.metric().startsWith(IfevalMetrics.LOOSE))
                .toList();
        Run.Judged judged = Comparison.judge(
                run, rows, metrics, baseline, baselineRows, job.margins(), IfevalMetrics::perRow, looked);
        int left = requirements.size() - looked.size();
        if (left == 0) {
            return judged;
        }
        List<String> reasons = new ArrayList<>(judged.reasons());
        reasons.add(
                "No outside verdicts by the loose rule were given: requirements on it, " + left + ", were left out.");
        return new Run.Judged(judged.verdict(), judged.exitCode(), judged.baseline(), List.copyOf(reasons));
    }

    @Override
    public void render(RunFolder folder, Run run, List<IfevalRow> rows, Map<String, Metric> metrics) {
        Bundle.renderIfeval(folder, run, rows, metrics);
    }
}
