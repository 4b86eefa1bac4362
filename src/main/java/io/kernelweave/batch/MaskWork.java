package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.SchemaCases;
import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenMask;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.trial.Meter;
import io.kernelweave.trial.SchemaCase;
import io.kernelweave.trial.SchemaTrial;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;

/**
 * A {@link MaskSpec} at work. In a JVM that just started, some schemas are tried <em>cold</em>; then others warm the JVM up without being
 * counted; then all are tried, and at last some once more
 * to measure what they hold in memory. A job that goes on after a kill warms up again before its first warm schema.
 */
final class MaskWork implements Work<MaskRow> {
    private static final double DEFAULT_MARGIN = 0.002;

    private final MaskSpec job;
    private final List<DatasetSpec> specs;
    private final List<SchemaCases> sets;
    private final List<SchemaCase> cases;
    private final TokenVocabulary vocabulary;
    private final long loadNs;
    private final SchemaTrial trial;
    private boolean isWarm;

    private MaskWork(MaskSpec job, List<DatasetSpec> specs, List<SchemaCases> sets, SchemaTrial.Engine engine) {
        this.job = job;
        this.specs = specs;
        this.sets = sets;
        this.cases = select(job, sets);
        long before = Meter.cpuNanos();
        this.vocabulary =
                job.vocabulary().equals("o200k_base") ? TokenVocabularies.o200kBase() : TokenVocabularies.cl100kBase();
        // What all schemas over a vocabulary share is built with the first.
        Constraint first = engine.compile(Json.object().put("type", "null"), vocabulary, job.form());
        first.matcher().fillMask(new TokenMask(vocabulary.size()));
        this.loadNs = Meter.cpuNanos() - before;
        this.trial = new SchemaTrial(engine, vocabulary, job.form());
    }

    /** Reads a job's data sets. */
    static MaskWork open(MaskSpec job, List<DatasetSpec> specs) {
        return new MaskWork(job, specs, specs.stream().map(SchemaCases::read).toList(), JsonSchemaConstraint::compile);
    }

    /** All cases by id; with a limit, in an order that the seed draws, in turn from each set of schemas. */
    private static List<SchemaCase> select(MaskSpec job, List<SchemaCases> sets) {
        List<SchemaCase> all =
                sets.stream().flatMap(set -> set.cases().stream()).toList();
        List<SchemaCase> chosen = new ArrayList<>(all);
        if (job.limit() > 0 && job.limit() < all.size()) {
            Map<String, List<SchemaCase>> strata = drawn(all, job.seed() + "/limit/").stream()
                    .collect(Collectors.groupingBy(MaskWork::set, TreeMap::new, Collectors.toList()));
            chosen.clear();
            for (int round = 0; chosen.size() < job.limit(); round++) {
                for (List<SchemaCase> stratum : strata.values()) {
                    if (round < stratum.size() && chosen.size() < job.limit()) {
                        chosen.add(stratum.get(round));
                    }
                }
            }
        }
        chosen.sort(Comparator.comparing(SchemaCase::id));
        return List.copyOf(chosen);
    }

    private static String set(SchemaCase subject) {
        SchemaCase.Place place = subject.place();
        return place == null ? "" : place.draft() + "/" + (place.required() ? "required" : "optional");
    }

    private static List<SchemaCase> drawn(List<SchemaCase> cases, String seed) {
        return cases.stream()
                .sorted(Comparator.comparing(subject -> Digest.of(seed + subject.id())))
                .toList();
    }

    @Override
    public MaskSpec job() {
        return job;
    }

    @Override
    public RowForm<MaskRow> form() {
        return MaskRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dataset", Digest.of(sets.stream().map(SchemaCases::digest).collect(Collectors.joining("\n"))));
        parts.put("vocabulary", vocabularyDigest());
        return Work.fingerprint(parts, job.rowSettings());
    }

    private String vocabularyDigest() {
        MessageDigest digest = Digest.sha256();
        for (int token = 0; token < vocabulary.size(); token++) {
            byte[] bytes = vocabulary.bytes(token);
            digest.update((byte) bytes.length);
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public Map<String, String> surroundings() {
        Map<String, String> map = new LinkedHashMap<>(Workbench.environment());
        map.put("max_heap_mb", String.valueOf(Runtime.getRuntime().maxMemory() / 1_000_000));
        map.put("vocabulary", vocabulary.name() + " (" + vocabulary.size() + " ids)");
        map.put("vocabulary_load_ms", String.valueOf(loadNs / 1_000_000));
        map.put("clock_ns", String.valueOf(Meter.clockNanos()));
        if (job.memory() > 0) {
            map.put("heap_noise_bytes", String.valueOf(Meter.heapNoiseBytes()));
        }
        return map;
    }

    @Override
    public Run.Data data() {
        return new Run.Data(
                sets.stream().map(SchemaCases::name).collect(Collectors.joining(" + ")),
                "all",
                cases.size(),
                cases.size(),
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
            DatasetSpec spec = specs.get(i);
            SchemaCases set = sets.get(i);
            cards.addObject()
                    .put("name", spec.name())
                    .put("description", spec.description())
                    .put("license", spec.license())
                    .put("digest", set.digest())
                    .put("schemas", set.cases().size())
                    .put(
                            "documents",
                            set.cases().stream()
                                    .mapToInt(subject -> subject.instances().size())
                                    .sum());
        }
        folder.folder().write("inputs/datasets.json", Json.pretty(cards));
    }

    @Override
    public List<Unit> units(String runId, Progress progress) {
        List<Unit> units = new ArrayList<>();
        for (SchemaCase subject : sample(job.cold(), MaskRow.COLD)) {
            units.add(new Unit(
                    subject.id(), () -> List.of(MaskRow.of(runId, MaskRow.COLD, subject, trial.run(subject)))));
        }
        for (SchemaCase subject : cases) {
            int before = units.size();
            units.add(new Unit(subject.id(), () -> {
                if (!isWarm) {
                    warmUp(progress);
                    begin(progress);
                    progress.advance(before);
                }
                return List.of(MaskRow.of(runId, MaskRow.WARM, subject, trial.run(subject)));
            }));
        }
        for (SchemaCase subject : sample(job.memory(), MaskRow.MEMORY)) {
            units.add(new Unit(
                    subject.id(), () -> List.of(MaskRow.of(runId, MaskRow.MEMORY, subject, trial.weigh(subject)))));
        }
        return units;
    }

    /** Some schemas of no suite, if there are any: those of suites are too small to stand for others. */
    private List<SchemaCase> sample(@Nullable Integer count, String purpose) {
        List<SchemaCase> plain =
                cases.stream().filter(subject -> subject.place() == null).toList();
        return first(count, drawn(plain.isEmpty() ? cases : plain, job.seed() + "/" + purpose + "/"));
    }

    private static List<SchemaCase> first(@Nullable Integer count, List<SchemaCase> from) {
        return from.subList(0, Math.min(count == null ? 0 : count, from.size()));
    }

    private void warmUp(Progress progress) {
        List<SchemaCase> sample = first(job.warmup(), drawn(cases, job.seed() + "/warm/"));
        progress.begin("warm-up", sample.size());
        for (SchemaCase subject : sample) {
            trial.run(subject);
            progress.advance(1);
        }
        isWarm = true;
    }

    @Override
    public void begin(Progress progress) {
        int apart = sample(job.cold(), MaskRow.COLD).size()
                + sample(job.memory(), MaskRow.MEMORY).size();
        progress.begin("replay", (long) cases.size() + apart);
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<MaskRow> rows) {
        return MaskMetrics.of(rows);
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<MaskRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<MaskRow> baselineRows,
            List<Requirement> requirements) {
        Map<String, Double> margins = job.margins();
        if (margins.isEmpty()) {
            margins = rows.stream()
                    .filter(MaskRow::isWarm)
                    .map(row -> row.prefix() + "passing_rate")
                    .distinct()
                    .collect(Collectors.toMap(Function.identity(), name -> DEFAULT_MARGIN, (a, b) -> a, TreeMap::new));
        }
        Run.Judged judged = Comparison.judge(
                run, warm(rows), metrics, baseline, warm(baselineRows), margins, MaskMetrics::perRow, requirements);
        return Targets.report(job.targets(), metrics, judged);
    }

    /** Only these are compared: how many others there are is a setting. */
    private static List<MaskRow> warm(List<MaskRow> rows) {
        return rows.stream().filter(MaskRow::isWarm).toList();
    }

    @Override
    public void render(RunFolder folder, Run run, List<MaskRow> rows, Map<String, Metric> metrics) {
        Bundle.renderMasks(folder, run, rows, metrics);
    }
}
