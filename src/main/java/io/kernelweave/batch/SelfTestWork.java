package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.compare.SelfTest;
import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.model.RecordedModel;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.Scoring;
import io.kernelweave.results.SelfTestRow;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.runtime.Arm;
import io.kernelweave.runtime.Backend;
import io.kernelweave.runtime.KernelRuntime;
import io.kernelweave.runtime.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@link SelfTestSpec} at work: the loop answers each prompt in sound variants and in variants with a fault, on recorded answers (with
 * their planted failures) and on generated ones. The faults are made where they would come up: in a kernel, in the answers, in
 * the adapter, in the decoder.
 */
final class SelfTestWork implements Work<SelfTestRow> {
    private final SelfTestSpec job;
    private final DatasetSpec spec;
    private final Dataset dataset;
    private final Workbench bench;
    private final List<DatasetRow> rows;
    private final Kernel loosened;
    private final Dropped dropped;
    private @Nullable Map<String, Variant> variants;

    /** A variant of the system; it answers all prompts, or those that it has not learned from. */
    private record Variant(KernelRuntime runtime, Arm arm, boolean evalOnly) {}

    /** A kernel without one of its conditions. */
    private record Dropped(Kernel kernel, String condition) {}

    private SelfTestWork(SelfTestSpec job, DatasetSpec spec, Dataset dataset, Workbench bench) {
        this.job = job;
        this.spec = spec;
        this.dataset = dataset;
        this.bench = bench;
        this.rows = select(job, dataset);
        this.loosened = loosen(mostAsked());
        this.dropped = drop();
    }

    static SelfTestWork open(SelfTestSpec job, DatasetSpec spec, Datasets datasets, Path state) {
        Dataset dataset = datasets.open(spec);
        ObjectNode answers = Json.object()
                .put("name", job.name())
                .put("dataset", job.dataset())
                .put("embedder", job.embedder())
                .put("seed", job.seed())
                .put("adapter", "train");
        answers.set("model", Json.tree(job.model()));
        answers.set("guarantee", Json.tree(job.guarantee()));
        answers.set("arms", Json.mapper().createArrayNode().add("router").add("router+gate"));
        JobSpec inner = Json.convert(answers, JobSpec.class, "job " + job.name());
        return new SelfTestWork(job, spec, dataset, Workbench.open(inner, spec, datasets, state));
    }

    /** All rows; with a limit, whole clusters of the eval split and of the others, as the seed draws them. */
    private static List<DatasetRow> select(SelfTestSpec job, Dataset dataset) {
        List<DatasetRow> all = dataset.rows().stream()
                .filter(row -> !row.response().isEmpty())
                .sorted(Comparator.comparing(DatasetRow::id))
                .toList();
        if (job.limit() == 0) {
            return all;
        }
        Set<String> chosen = new HashSet<>();
        for (boolean eval : new boolean[] {true, false}) {
            all.stream()
                    .filter(row -> row.split().equals("eval") == eval)
                    .map(DatasetRow::clusterId)
                    .distinct()
                    .sorted(Comparator.comparing(id -> Digest.of(job.seed() + "/" + id)))
                    .limit(job.limit())
                    .forEach(chosen::add);
        }
        return all.stream().filter(row -> chosen.contains(row.clusterId())).toList();
    }

    // ---------------------------------------------------------------- faults

    /** The kernel that prompts from most clusters of the eval split ask for; the first of equals. */
    private Kernel mostAsked() {
        Map<String, Set<String>> clusters = new TreeMap<>();
        rows.stream()
                .filter(row ->
                        row.split().equals("eval") && row.labelledKernels().size() == 1)
                .forEach(row -> clusters.computeIfAbsent(String.valueOf(row.kernelId()), id -> new HashSet<>())
                        .add(row.clusterId()));
        return kernel(most(clusters).orElseThrow(() -> nothing("asks for a kernel")));
    }

    private static Optional<String> most(Map<String, Set<String>> clusters) {
        return clusters.entrySet().stream()
                .max(Comparator.comparingInt((Map.Entry<String, Set<String>> entry) ->
                                entry.getValue().size())
                        .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
                .map(Map.Entry::getKey);
    }

    private InputException nothing(String what) {
        return InputException.at(
                "data set " + dataset.name(),
                "has no row that " + what + ", so the gate cannot be tried on it",
                "use a data set with kernels and planted failures, such as phasecd/kernelweave.yaml");
    }

    /** No field is required any more, and others are allowed. */
    private static Kernel loosen(Kernel kernel) {
        ObjectNode json = Json.tree(kernel);
        ObjectNode schema = (ObjectNode) json.path("output_schema");
        schema.remove("required");
        schema.put("additionalProperties", true);
        return Kernel.parse(Json.compact(json), "loosened").sealed();
    }

    /** The condition that planted failures of most clusters break, and its kernel without it. */
    private Dropped drop() {
        Map<String, Set<String>> clusters = new TreeMap<>();
        for (DatasetRow row : rows) {
            String condition = row.breaks();
            if (condition != null
                    && row.labelledKernels().size() == 1
                    && kernel(String.valueOf(row.kernelId())).postconditions().stream()
                            .anyMatch(clause -> clause.name().equals(condition))) {
                clusters.computeIfAbsent(row.kernelId() + "\n" + condition, key -> new HashSet<>())
                        .add(row.clusterId());
            }
        }
        String[] chosen = most(clusters)
                .orElseThrow(() -> nothing("breaks a postcondition"))
                .split("\n");
        ObjectNode json = Json.tree(kernel(chosen[0]));
        ArrayNode kept = Json.mapper().createArrayNode();
        json.path("postconditions").forEach(clause -> {
            if (!clause.path("name").asString(clause.path("check").asString("")).equals(chosen[1])) {
                kept.add(clause);
            }
        });
        json.set("postconditions", kept);
        return new Dropped(Kernel.parse(Json.compact(json), "dropped").sealed(), chosen[1]);
    }

    private Kernel kernel(String id) {
        return bench.kernels().stream()
                .filter(kernel -> kernel.kernelId().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no kernel " + id));
    }

    private List<Kernel> with(Kernel changed) {
        return bench.kernels().stream()
                .map(kernel -> kernel.kernelId().equals(changed.kernelId()) ? changed : kernel)
                .toList();
    }

    /** What is recorded for each row: its own response, or, for rows that are hit, that of another row of the same kernel. */
    private Map<String, String> answers(double share, String draw) {
        Map<String, List<DatasetRow>> byKernel = rows.stream()
                .collect(Collectors.groupingBy(
                        row -> String.valueOf(row.kernelId()), TreeMap::new, Collectors.toList()));
        Map<String, String> answers = new LinkedHashMap<>();
        for (DatasetRow row : rows) {
            double at =
                    Long.parseLong(Digest.of(job.seed() + draw + row.id()).substring(0, 12), 16) / (double) (1L << 48);
            answers.put(
                    row.id(),
                    at < share
                            ? wrong(row, Objects.requireNonNull(byKernel.get(String.valueOf(row.kernelId()))))
                            : row.response());
        }
        return answers;
    }

    /** The next different answer from another cluster; its own where there is none. */
    private static String wrong(DatasetRow row, List<DatasetRow> others) {
        int at = others.indexOf(row);
        for (int i = 1; i < others.size(); i++) {
            DatasetRow other = others.get((at + i) % others.size());
            if (!other.clusterId().equals(row.clusterId()) && !other.response().equals(row.response())) {
                return other.response();
            }
        }
        return row.response();
    }

    private synchronized Map<String, Variant> variants() {
        if (variants == null) {
            Routing routing = bench.routing();
            RouterAdapter adapter = routing.adapter();
            Router router = routing.router();
            Router shifted = Router.of(
                    bench.kernels(),
                    routing.embedders(),
                    adapter.withThreshold(Math.max(0, Math.min(1, adapter.threshold() + job.shift()))));
            Backend generated = bench.backend();
            Backend recorded = recorded(answers(0, ""), generated);
            List<Kernel> sound = bench.kernels();
            Map<String, Variant> all = new LinkedHashMap<>();
            all.put(SelfTest.RECORDED, new Variant(runtime(sound, router, recorded, 0), Arm.ROUTER_GATE, false));
            all.put(
                    SelfTest.CORRUPTED,
                    new Variant(
                            runtime(sound, router, recorded(answers(job.corrupted(), "/corrupted/"), generated), 0),
                            Arm.ROUTER_GATE,
                            false));
            all.put(
                    SelfTest.DROPPED,
                    new Variant(runtime(with(dropped.kernel), router, recorded, 0), Arm.ROUTER_GATE, false));
            all.put(SelfTest.SHIFTED, new Variant(runtime(sound, shifted, recorded, 0), Arm.ROUTER_GATE, true));
            all.put(
                    SelfTest.DISTURBED,
                    new Variant(
                            runtime(sound, router, recorded(answers(1, "/"), generated), 0), Arm.ROUTER_GATE, true));
            for (int i = 1; i <= job.replicas(); i++) {
                all.put(SelfTest.GENERATED + i, new Variant(runtime(sound, router, generated, i), Arm.ROUTER, true));
            }
            // Other draws than those of the sound variant: a fault comes with the noise of a new run.
            int fresh = job.replicas() + 1;
            all.put(
                    SelfTest.LOOSENED,
                    new Variant(runtime(with(loosened), router, generated, fresh), Arm.ROUTER, true));
            all.put(SelfTest.UNMASKED, new Variant(runtime(sound, router, generated, fresh), Arm.PROMPT_WRAPPER, true));
            variants = all;
        }
        return variants;
    }

    private static Backend recorded(Map<String, String> answers, Backend vocabulary) {
        return new Backend.Recorded(new RecordedModel(answers), vocabulary.vocabulary());
    }

    private KernelRuntime runtime(List<Kernel> kernels, Router router, Backend backend, int draw) {
        return new KernelRuntime(kernels, router, backend, backend.vocabulary(), null, null, 0, job.seed() + draw);
    }

    // ---------------------------------------------------------------- work

    @Override
    public SelfTestSpec job() {
        return job;
    }

    @Override
    public RowForm<SelfTestRow> form() {
        return SelfTestRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        Map<String, String> parts = new LinkedHashMap<>(bench.fingerprint());
        parts.put("config", job.rowSettings());
        return parts;
    }

    @Override
    public Run.Data data() {
        return new Run.Data(
                dataset.name(),
                "all",
                rows.size(),
                (int) rows.stream().map(DatasetRow::clusterId).distinct().count(),
                bench.kernels().size());
    }

    @Override
    public int partitions() {
        return job.partitions();
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        progress.begin("prepare: router and model", 0);
        folder.folder().write("inputs/router.json", Json.pretty(bench.routing().adapter()));
        folder.folder().write(RunFolder.KERNELS, Json.pretty(bench.kernels()));
        folder.folder().write("inputs/dataset.json", Json.pretty(Datasets.card(spec, dataset)));
        double threshold = bench.routing().adapter().threshold();
        Map<String, String> says = new TreeMap<>();
        says.put(
                SelfTest.LOOSENED,
                "the output schema of " + loosened.kernelId() + " requires no field any more, and allows others");
        says.put(
                SelfTest.DROPPED,
                dropped.kernel.kernelId() + " has lost its postcondition " + dropped.condition
                        + " (the one that planted failures of most clusters break)");
        says.put(
                SelfTest.CORRUPTED,
                Math.round(1000 * job.corrupted()) / 10.0
                        + " % of the recorded answers are answers to other prompts of the same kernel");
        says.put(
                SelfTest.SHIFTED,
                String.format(
                        Locale.ROOT,
                        "the router's threshold is %.3f instead of %.3f",
                        Math.max(0, Math.min(1, threshold + job.shift())),
                        threshold));
        says.put(SelfTest.UNMASKED, "the decoder works without masks");
        folder.folder().write(SelfTest.FAULTS, Json.pretty(says));
    }

    @Override
    public void begin(Progress progress) {
        variants();
        progress.begin("replay", rows.size());
    }

    /** Each row in every variant. Whatever goes wrong in one is a row of that variant. */
    @Override
    public List<Unit> units(String runId, Progress progress) {
        Scoring scoring = Scoring.ofOthers(runId, bench.kernels());
        return rows.stream()
                .map(row -> new Unit(row.clusterId(), () -> answer(scoring, row)))
                .toList();
    }

    private List<SelfTestRow> answer(Scoring scoring, DatasetRow row) {
        List<SelfTestRow> answered = new ArrayList<>();
        variants().forEach((name, variant) -> {
            if (variant.evalOnly && !row.split().equals("eval")) {
                return;
            }
            try {
                answered.add(SelfTestRow.of(
                        name,
                        scoring.score(row, variant.runtime.answer(new Task(row.id(), row.prompt()), variant.arm))));
            } catch (RuntimeException e) {
                answered.add(SelfTestRow.of(name, scoring.error(row, variant.arm, e)));
            }
        });
        return answered;
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<SelfTestRow> results) {
        return SelfTest.of(folder, results).metrics();
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<SelfTestRow> results,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<SelfTestRow> baselineRows,
            List<Requirement> requirements) {
        return Comparison.judge(run, results, metrics, null, List.of(), job.margins(), SelfTest::perRow, requirements);
    }

    @Override
    public void render(RunFolder folder, Run run, List<SelfTestRow> results, Map<String, Metric> metrics) {
        Bundle.renderSelfTest(folder, run, results, metrics);
    }

    @Override
    public void close() {
        bench.close();
    }
}
