package io.kernelweave.trial;

import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.SchemaCases;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenMask;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.decode.WrittenForm;
import io.kernelweave.decode.WrittenForm.Formats;
import io.kernelweave.decode.WrittenForm.Order;
import io.kernelweave.decode.WrittenForm.Whitespace;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.stats.LogHistogram;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The same schemas and documents through several engines: what {@code docs/benchmarks/masks/run.sh} starts.
 *
 * <p>Each command has the same arguments, {@code DIR SCHEMAS WARMUP}, and draws the same schemas. {@code sample} leaves in {@code DIR} what other
 * engines need: {@code vocabulary.json} (the bytes of each token) and {@code sample.jsonl} (schemas as text, documents as canonical tokens).
 * {@code any-order} and {@code schema-order} measure KernelWeave with members in one order or the other. {@code table} reads all {@code
 * *.results.jsonl} of the folder, an {@link Observed} a line, and prints one table: each figure comes from {@link MaskMetrics}, whoever made
 * the masks.
 */
public final class SideBySide {
    private static final String SEED = "side-by-side/";
    private static final String MEASURED = "measured";
    private static final String UNSATISFIABLE = "unsatisfiable";
    private static final TokenVocabulary VOCABULARY = TokenVocabularies.cl100kBase();

    private final Path folder;
    private final List<SchemaCase> warmup;
    private final List<SchemaCase> measured;

    private SideBySide(Path folder, int schemas, int warmup) {
        List<SchemaCase> drawn = SchemaCases.read(DatasetSpec.read(Path.of("phasecd/maskbench.yaml"))).cases().stream()
                .sorted(Comparator.comparing(subject -> Digest.of(SEED + subject.id())))
                .toList();
        this.folder = folder;
        this.measured = drawn.subList(0, schemas);
        this.warmup = drawn.subList(schemas, schemas + warmup);
    }

    /**
     * What came of one schema in one engine.
     *
     * @param outcome {@code measured}, {@code unsatisfiable} (it was proved that there is no document), {@code refused} or {@code fault}
     *     (the engine crashed or ran out of time or memory)
     * @param reason of a refusal or a fault, else null
     * @param firstMaskNs −1 if there was none
     * @param betweenMasks how often a token and the mask after it took how long
     */
    record Observed(
            String id,
            String outcome,
            @Nullable String reason,
            Trial.Errors errors,
            long firstMaskNs,
            List<LogHistogram.Bucket> betweenMasks,
            long betweenMasksSumNs,
            long betweenMasksMaxNs) {

        static Observed of(SchemaCase subject, Trial trial) {
            return new Observed(
                    subject.id(),
                    trial.refusal() != null
                            ? "refused"
                            : trial.fault() != null ? "fault" : trial.unsatisfiable() ? UNSATISFIABLE : MEASURED,
                    trial.refusal() != null ? trial.refusal().message() : trial.fault(),
                    trial.errors(),
                    trial.firstMaskNs(),
                    trial.betweenMasks().buckets(),
                    trial.betweenMasks().sum(),
                    trial.betweenMasks().max());
        }

        MaskRow row(SchemaCase subject) {
            LogHistogram times = new LogHistogram();
            times.add(betweenMasks, betweenMasksSumNs, betweenMasksMaxNs);
            Trial.Refusal refusal =
                    outcome.equals("refused") ? new Trial.Refusal("", "", String.valueOf(reason), false) : null;
            String fault = outcome.equals("fault") ? String.valueOf(reason) : null;
            Trial trial = new Trial(
                    refusal,
                    fault,
                    0,
                    0,
                    outcome.equals(UNSATISFIABLE),
                    errors,
                    List.of(),
                    times.count(),
                    0,
                    firstMaskNs,
                    times,
                    0,
                    -1,
                    0);
            return MaskRow.of("", MaskRow.WARM, subject, trial);
        }
    }

    /** A document for other engines. */
    record Document(boolean valid, int[] tokens) {}

    /** A schema for other engines; those that only warm up come first. */
    record Sample(String id, boolean counts, String schema, List<Document> documents) {}

    /** Byte sequences in Base64, by id; empty for ids that stand for no text. */
    record Vocabulary(String name, int endToken, List<String> tokens) {}

    public static void main(String[] args) throws IOException {
        if (args.length != 4) {
            throw InputException.at("arguments", "there are " + args.length, "give COMMAND DIR SCHEMAS WARMUP");
        }
        SideBySide run = new SideBySide(Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        switch (args[0]) {
            case "sample" -> run.sample();
            case "any-order" -> run.measure("1-KernelWeave", Order.ANY);
            case "schema-order" -> run.measure("2-KernelWeave (schema order)", Order.SCHEMA);
            case "table" -> run.table();
            default ->
                throw InputException.at(
                        "arguments", "no command " + args[0], "sample, any-order, schema-order or table");
        }
    }

    private void sample() throws IOException {
        List<String> tokens = new ArrayList<>();
        for (int token = 0; token < VOCABULARY.size(); token++) {
            tokens.add(Base64.getEncoder().encodeToString(VOCABULARY.bytes(token)));
        }
        Files.writeString(
                folder.resolve("vocabulary.json"),
                Json.compact(new Vocabulary(VOCABULARY.name(), VOCABULARY.endToken(), tokens)));
        List<String> lines = new ArrayList<>();
        for (List<SchemaCase> cases : List.of(warmup, measured)) {
            for (SchemaCase subject : cases) {
                List<Document> documents = subject.instances().stream()
                        .map(instance -> new Document(
                                instance.valid(), VOCABULARY.encode(Spelling.of(instance.data(), Whitespace.SPACED))))
                        .toList();
                lines.add(Json.compact(new Sample(subject.id(), cases == measured, subject.schema(), documents)));
            }
        }
        Files.write(folder.resolve("sample.jsonl"), lines);
    }

    private void measure(String engine, Order order) throws IOException {
        WrittenForm form = new WrittenForm(order, Whitespace.SPACED, Formats.ASSERTED);
        // What all schemas over a vocabulary share is built with the first, as the other engines build theirs before
        // they are measured.
        JsonSchemaConstraint.compile(Json.object().put("type", "null"), VOCABULARY, form)
                .matcher()
                .fillMask(new TokenMask(VOCABULARY.size()));
        for (SchemaCase subject : warmup) {
            trial(subject, form);
        }
        List<String> lines = new ArrayList<>();
        for (SchemaCase subject : measured) {
            lines.add(Json.compact(Observed.of(subject, trial(subject, form))));
        }
        Files.write(folder.resolve(engine + ".results.jsonl"), lines);
    }

    /** Other engines get a schema as text and parse it themselves, so here too parsing is a part of compiling. */
    private static Trial trial(SchemaCase subject, WrittenForm form) {
        SchemaTrial.Engine engine = (schema, over, written) ->
                JsonSchemaConstraint.compile(Json.parse(subject.schema(), "schema"), over, written);
        return new SchemaTrial(engine, VOCABULARY, form).run(subject);
    }

    private void table() throws IOException {
        Map<String, SchemaCase> cases =
                measured.stream().collect(Collectors.toMap(SchemaCase::id, Function.identity()));
        List<Path> files;
        try (var listed = Files.list(folder)) {
            files = listed.filter(file -> file.toString().endsWith(".results.jsonl"))
                    .sorted()
                    .toList();
        }
        Map<String, Map<String, Metric>> engines = new LinkedHashMap<>();
        for (Path file : files) {
            List<MaskRow> rows = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                Observed observed = Json.parse(line, Observed.class, file.toString());
                rows.add(observed.row(cases.get(observed.id())));
            }
            String name = file.getFileName().toString().replaceAll("^\\d+-|\\.results\\.jsonl$", "");
            engines.put(name, MaskMetrics.of(rows));
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("| | " + String.join(" | ", engines.keySet()) + " |");
        out.println("|---|" + "--:|".repeat(engines.size()));
        ROWS.forEach((label, figure) -> out.println(
                engines.values().stream().map(figure).collect(Collectors.joining(" | ", "| " + label + " | ", " |"))));
    }

    private static final Map<String, Function<Map<String, Metric>, String>> ROWS = rows();

    private static Map<String, Function<Map<String, Metric>, String>> rows() {
        Map<String, Function<Map<String, Metric>, String>> rows = new LinkedHashMap<>();
        rows.put("schemas", count("schemas"));
        rows.put("compiled", of -> whole((1 - value(of, "compile_error_rate")) * value(of, "schemas")));
        rows.put(
                "refused",
                of -> whole((value(of, "compile_error_rate") - value(of, "fault_rate")) * value(of, "schemas")));
        rows.put("crash, time or memory ran out", of -> whole(value(of, "fault_rate") * value(of, "schemas")));
        for (String rule : List.of("", "strict.")) {
            String label = rule.isEmpty() ? "MaskBench's rule" : "strict rule";
            rows.put("passing, " + label, of -> whole(value(of, rule + "passing_rate") * value(of, "schemas")));
            rows.put("over-constrained, " + label, count(rule + "over_constraint"));
            rows.put("under-constrained, " + label, count(rule + "under_constraint"));
        }
        rows.put("tokens", count("tokens"));
        for (String share : List.of("p50", "p90", "p99", "max")) {
            rows.put("first mask " + share + ", µs", time("ttfm_us." + share));
        }
        for (String share : List.of("avg", "p50", "p90", "p99", "p999", "max")) {
            rows.put("next mask " + share.replace("p999", "p99.9") + ", µs", time("tbm_us." + share));
        }
        return rows;
    }

    private static Function<Map<String, Metric>, String> count(String metric) {
        return of -> whole(value(of, metric));
    }

    /** Microseconds, with a digit after the point if there are few. */
    private static Function<Map<String, Metric>, String> time(String metric) {
        return of -> {
            double value = value(of, metric);
            return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
        };
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%,d", Math.round(value));
    }

    private static double value(Map<String, Metric> metrics, String name) {
        return metrics.get("mask." + name).value();
    }
}
