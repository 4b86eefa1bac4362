package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import io.kernelweave.storage.Sql;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A data set as others take it: read back by other readers, and held against the rules that they go by. */
class DatasetExportTest {
    private static final DatasetSpec.Publication SAID = new DatasetSpec.Publication(
            "https://example.org/small",
            List.of(new DatasetSpec.Creator("Ada Example", null), new DatasetSpec.Creator(null, "Example & Co.")),
            "2026-01-31",
            "Example, A.: A small data set.",
            List.of("en"),
            null,
            List.of("Tests."),
            List.of(),
            List.of("It is small."),
            "None.");

    private static final int ROWS_PER_SHARD = 20;

    @TempDir
    static Path temporary;

    @TempDir
    Path fresh;

    private static DatasetSpec spec = DatasetSpec.read(Path.of("phasecd/kernelweave.yaml"));
    private static Dataset dataset = new Dataset("none", "", List.of(), List.of());
    private static Folder exported = Folder.of(".");

    @BeforeAll
    static void export() {
        Workspace workspace = new Workspace(temporary);
        spec = workspace.spec(5).with(SAID);
        Datasets datasets = workspace.datasets("built");
        dataset = datasets.build(spec);
        exported = folder("exported");
        write(exported);
    }

    private static Folder folder(String name) {
        return Folder.of(temporary.resolve(name).toString());
    }

    private static DatasetExport.Exported write(Folder target) {
        return DatasetExport.write(target, spec, dataset, Datasets.card(spec, dataset), ROWS_PER_SHARD);
    }

    private static ObjectNode croissant(Folder folder) {
        return (ObjectNode) Json.parse(folder.readText("croissant.json"), "croissant.json");
    }

    /** The YAML at the head of the card. */
    private static JsonNode head(Folder folder) {
        String card = folder.readText("README.md");
        assertThat(card).startsWith("---\n");
        return Json.parseYaml(card.substring(4, card.indexOf("\n---\n") + 1), JsonNode.class, "README.md");
    }

    private static List<String> shards(Folder folder) {
        return folder.resolve("data").list();
    }

    private static List<JsonNode> sorted(List<? extends JsonNode> rows) {
        List<JsonNode> sorted = new ArrayList<>();
        rows.forEach(row -> sorted.add(Json.parse(Json.compact(row), "row")));
        sorted.sort((one, other) ->
                one.path("id").asString("").compareTo(other.path("id").asString("")));
        return sorted;
    }

    @Test
    void parquetJavaReadsTheSameRows() {
        List<ObjectNode> rows = new ArrayList<>();
        shards(exported).forEach(file -> ParquetRows.read(exported.resolve("data"), file, rows::add));
        assertThat(sorted(rows))
                .isEqualTo(
                        sorted(dataset.rows().stream().map(DatasetRow::toJson).toList()));
    }

    @Test
    void duckDbReadsTheSameRows() {
        List<String> files = shards(exported).stream()
                .map(file -> temporary.resolve("exported/data").resolve(file).toString())
                .toList();
        List<ObjectNode> rows = new ArrayList<>();
        Sql.query(List.of(Sql.View.ofParquet("rows", files)), "SELECT to_json(rows)::VARCHAR FROM rows")
                .rows()
                .forEach(row -> rows.add((ObjectNode) Json.parse(row.get(0).asString(), "row")));
        assertThat(sorted(rows))
                .isEqualTo(
                        sorted(dataset.rows().stream().map(DatasetRow::toJson).toList()));
    }

    @Test
    void theColumnsAreTheFieldsOfARowInTheirOrderAndEachIsExplained() {
        List<String> fields = Arrays.stream(DatasetRow.class.getRecordComponents())
                .map(field -> field.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .toList();
        assertThat(DatasetRow.SCHEMA.columns())
                .extracting(ParquetRows.Column::name)
                .isEqualTo(fields);
        assertThat(DatasetRow.MEANINGS.keySet()).containsExactlyElementsOf(fields);
    }

    @Test
    void theCardSaysWhatTheFilesHold() {
        JsonNode info = head(exported).path("dataset_info");
        ParquetRows.Schema schema =
                ParquetRows.Schema.of(exported, "data/" + shards(exported).get(0));
        assertThat(schema.columns()).isEqualTo(DatasetRow.SCHEMA.columns());
        Map<ParquetRows.Kind, String> types = Map.of(
                ParquetRows.Kind.TEXT, "string", ParquetRows.Kind.DOUBLE, "float64", ParquetRows.Kind.BOOLEAN, "bool");
        List<String> features = new ArrayList<>();
        info.path("features").forEach(feature -> features.add(feature.toString()));
        assertThat(features)
                .isEqualTo(schema.columns().stream()
                        .map(column -> Json.object()
                                .put("name", column.name())
                                .put(column.list() ? "sequence" : "dtype", types.get(column.kind()))
                                .toString())
                        .toList());

        Map<String, Long> rows = new TreeMap<>();
        long bytes = 0;
        for (String file : shards(exported)) {
            rows.merge(file.replaceFirst("-.*", ""), ParquetRows.count(exported, "data/" + file), Long::sum);
            bytes += exported.size("data/" + file);
        }
        Map<String, Long> stated = new TreeMap<>();
        long memory = 0;
        for (JsonNode split : info.path("splits")) {
            stated.put(split.path("name").asString(), split.path("num_examples").asLong());
            memory += split.path("num_bytes").asLong();
        }
        assertThat(stated).isEqualTo(rows);
        assertThat(info.path("download_size").asLong()).isEqualTo(bytes);
        assertThat(info.path("dataset_size").asLong()).isEqualTo(memory);
    }

    /** Counted here in another way: all columns of text or doubles without nulls in them. */
    @Test
    void theSizeInMemoryIsThatOfTheRows() {
        long told = head(exported)
                .path("dataset_info")
                .path("splits")
                .path(0)
                .path("num_bytes")
                .asLong();
        List<DatasetRow> rows = dataset.split("train");
        int n = rows.size();
        long bytes = 0;
        for (String column : List.of(
                "id",
                "split",
                "phase",
                "target",
                "task_family",
                "prompt",
                "response",
                "cluster_id",
                "origin",
                "notes")) {
            bytes += 4L * (n + 1)
                    + rows.stream()
                            .mapToLong(row -> utf8(row.toJson().path(column)))
                            .sum();
        }
        for (String column : List.of("kernel_id", "kernel_name")) {
            boolean nulls =
                    rows.stream().anyMatch(row -> row.toJson().path(column).isNull());
            bytes += 4L * (n + 1) + (nulls ? (n + 7) / 8 : 0);
            bytes += rows.stream()
                    .mapToLong(row -> utf8(row.toJson().path(column)))
                    .sum();
        }
        for (String column : List.of(
                "kernel_steps",
                "kernel_preconditions",
                "kernel_postconditions",
                "kernel_evidence_requirements",
                "kernel_rollback",
                "acceptable_kernels")) {
            long elements = 0;
            for (DatasetRow row : rows) {
                for (JsonNode element : row.toJson().path(column)) {
                    elements++;
                    bytes += utf8(element);
                }
            }
            bytes += 4L * (n + 1) + 4L * (elements + 1);
        }
        boolean unjudged = rows.stream().anyMatch(row -> row.verified() == null);
        boolean unscored = rows.stream().anyMatch(row -> row.verificationScore() == null);
        bytes += (n + 7) / 8 * (unjudged ? 2 : 1) + 8L * n + (unscored ? (n + 7) / 8 : 0) + 16L * n;
        assertThat(told).isEqualTo(bytes);
    }

    private static long utf8(JsonNode text) {
        return text.asString("").getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void croissantIsAsTheSpecificationDemands() {
        assertThat(CroissantRules.broken(croissant(exported))).isEmpty();
    }

    @Test
    void andAlsoUnderTheContextAsItWasPublished() {
        ObjectNode document = croissant(exported);
        ObjectNode context = (ObjectNode) document.path("@context");
        context.put("@vocab", "http://schema.org/").put("sc", "http://schema.org/");
        assertThat(CroissantRules.broken(document)).isEmpty();
    }

    /** So that the rules above are known to find what breaks them. */
    @Test
    void everyRuleFindsWhatBreaksIt() {
        breaks(document -> document.remove("creator"), "a creator");
        breaks(document -> document.remove("datePublished"), "one datePublished");
        breaks(document -> document.put("datePublished", "soon"), "datePublished is a date");
        breaks(document -> document.remove("license"), "a license");
        breaks(document -> document.remove("url"), "one url");
        breaks(document -> document.put("conformsTo", "http://mlcommons.org/croissant/1.0"), "conformsTo");
        breaks(document -> document.put("version", "1.0"), "version is");
        breaks(document -> document.put("@type", "sc:CreativeWork"), "a schema.org/Dataset");
        breaks(document -> document.put("rai:dataMood", "good"), "is a term of the RAI vocabulary");
        breaks(document -> document.put("cr:shards", "3"), "is a term of Croissant");
        breaks(document -> ((ObjectNode) document.path("@context")).remove("recordSet"), "context: recordSet");
        breaks(document -> file(document).remove("sha256"), "has a sha256");
        breaks(document -> file(document).remove("contentUrl"), "has one contentUrl");
        breaks(document -> file(document).put("@type", "sc:DataDownload"), "is a FileObject or a FileSet");
        breaks(document -> file(document).put("@id", "parquet-files"), "is given once");
        breaks(document -> field(document, 0).put("dataType", "cr:Label"), "has an atomic type");
        breaks(document -> field(document, 0).put("@id", "id"), "is named below");
        breaks(document -> field(document, 0).remove("source"), "has one source");
        breaks(document -> field(document, 0).put("arrayShape", "-1"), "with a shape is an array");
        breaks(
                document -> ((ObjectNode) field(document, 0).path("source").path("fileSet")).put("@id", "lost"),
                "refers to a FileSet");
        breaks(
                document -> ((ObjectNode) field(document, 1).path("references")).put("@id", "rows"),
                "refers to a Field");
        breaks(
                document -> ((ObjectNode) field(document, 1).path("source").path("transform")).put("regex", "a"),
                "has a regex with a group");
        breaks(
                document -> ((ObjectNode)
                                document.path("recordSet").path(0).path("data").path(0))
                        .remove("splits/url"),
                "a record of");
        breaks(
                document -> ((ObjectNode) document.path("recordSet").path(1).path("key")).put("@id", "splits/name"),
                "is a field of it");
    }

    private static void breaks(Consumer<ObjectNode> change, String rule) {
        ObjectNode document = croissant(exported);
        change.accept(document);
        assertThat(CroissantRules.broken(document)).as(rule).anyMatch(broken -> broken.contains(rule));
    }

    private static ObjectNode file(ObjectNode document) {
        return (ObjectNode) document.path("distribution").path(0);
    }

    private static ObjectNode field(ObjectNode document, int at) {
        return (ObjectNode) document.path("recordSet").path(1).path("field").path(at);
    }

    @Test
    void croissantNamesTheFilesThatAreThereAndTheirColumns() {
        ObjectNode document = croissant(exported);
        List<String> named = new ArrayList<>();
        ArrayNode distribution = (ArrayNode) document.path("distribution");
        distribution.forEach(file -> {
            if (file.path("@type").asString().equals("cr:FileObject")) {
                String path = file.path("contentUrl").asString();
                named.add(path.substring("data/".length()));
                assertThat(file.path("sha256").asString()).isEqualTo(Digest.of(exported.readBytes(path)));
                assertThat(file.path("contentSize").asString()).isEqualTo(exported.size(path) + " B");
            }
        });
        assertThat(named).containsExactlyInAnyOrderElementsOf(shards(exported));
        assertThat(shards(exported))
                .allMatch(file -> file.matches("(train|validation|eval)-\\d{5}-of-\\d{5}\\.parquet"));
        assertThat(shards(exported)).hasSizeGreaterThan(3);
        List<String> columns = new ArrayList<>();
        document.path("recordSet").path(1).path("field").forEach(field -> {
            columns.add(field.path("name").asString());
            JsonNode extract = field.path("source").path("extract");
            if (extract.has("column")) {
                assertThat(extract.path("column")).isEqualTo(field.path("name"));
            }
        });
        assertThat(columns)
                .isEqualTo(DatasetRow.SCHEMA.columns().stream()
                        .map(ParquetRows.Column::name)
                        .toList());
        String regex = document.path("recordSet")
                .path(1)
                .path("field")
                .path(1)
                .path("source")
                .path("transform")
                .path("regex")
                .asString();
        assertThat("data/" + shards(exported).get(0)).matches(regex);
    }

    @Test
    void theSameDataSetGivesTheSameBytesEverywhere() {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            for (String id : List.of("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")) {
                TimeZone.setDefault(TimeZone.getTimeZone(id));
                Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
                Folder again = Folder.of(fresh.resolve(id.replace('/', '-')).toString());
                write(again);
                assertThat(again.listAll()).isEqualTo(exported.listAll());
                again.listAll()
                        .forEach(file ->
                                assertThat(again.readBytes(file)).as(file).isEqualTo(exported.readBytes(file)));
            }
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void whatIsThereIsNotTouched() {
        Folder target = Folder.of(fresh.resolve("taken").toString());
        target.write("mine.txt", "mine");
        assertThatThrownBy(() -> write(target))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is there already");
        assertThat(target.listAll()).containsExactly("mine.txt");
    }

    @Test
    void anExportThatFailsOrWasKilledLeavesNothing() {
        Folder target = Folder.of(fresh.resolve("none").toString());
        assertThatThrownBy(() -> DatasetExport.write(target, spec, dataset, Datasets.card(spec, dataset), 0))
                .hasMessageContaining("--rows-per-shard");
        assertThat(target.exists()).isFalse();
        Folder parent = Folder.of(fresh.toString());
        parent.write(".killed-999999999999.tmp/data/half.parquet", "half");
        write(Folder.of(fresh.resolve("killed").toString()));
        assertThat(parent.list()).containsExactly("killed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/train-00000", "README.md", "croissant.json", "quality.md"})
    void aFileThatIsNotAsItWasIsNamed(String which) throws Exception {
        Folder target = Folder.of(fresh.resolve("set").toString());
        write(target);
        assertThat(DatasetExport.problems(target)).isEmpty();
        String name = target.listAll().stream()
                .filter(file -> file.startsWith(which))
                .findFirst()
                .orElseThrow();
        Path file = fresh.resolve("set").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThat(DatasetExport.problems(target))
                .hasSize(1)
                .allMatch(problem -> problem.startsWith(name + " is not as"));
        Files.delete(file);
        assertThat(DatasetExport.problems(target))
                .allMatch(problem -> !problem.isEmpty())
                .isNotEmpty();
    }

    @Test
    void theVersionCountsByWhatBecameOfTheRows() {
        Folder first = Folder.of(fresh.resolve("first").toString());
        List<DatasetRow> some = dataset.rows().subList(0, 40);
        Dataset before = new Dataset("small", "before", some, dataset.kernels());
        DatasetExport.write(first, spec, before, Datasets.card(spec, before), 10);
        assertThat(after(first, "before", some)).isEqualTo("1.0.1");
        assertThat(after(first, "more", dataset.rows().subList(0, 50))).isEqualTo("1.1.0");
        assertThat(after(first, "less", dataset.rows().subList(1, 50))).isEqualTo("2.0.0");
        first.write(shards(first).isEmpty() ? "" : "data/" + shards(first).get(0), "cut");
        assertThatThrownBy(() -> after(first, "more", some)).isInstanceOf(InputException.class);
    }

    private static String after(Folder before, String digest, List<DatasetRow> rows) {
        Dataset now = new Dataset("small", digest, rows, dataset.kernels());
        return DatasetExport.after(before, Datasets.card(spec, now), now).version();
    }

    @Test
    void whatNobodySaidIsNotClaimed() {
        DatasetSpec silent = spec.with(DatasetSpec.Publication.NOTHING);
        assertThatThrownBy(() -> DatasetExport.requirePublishable(silent))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("creators and published")
                .hasMessageContaining("--creator NAME");
        Folder target = Folder.of(fresh.resolve("silent").toString());
        DatasetExport.write(target, silent, dataset, Datasets.card(silent, dataset), 1000);
        assertThat(croissant(target).has("conformsTo")).isFalse();
        assertThat(croissant(target).path("url").asString()).startsWith("urn:kernelweave:dataset:small:");
    }

    @Test
    void textsOfOthersStayWhereTheyAre() {
        String odd = "a|b `c` <script>\n# not a heading\n---\n\ud83e\udd50 \u202e";
        ObjectNode json = dataset.rows().get(0).toJson();
        json.put("task_family", odd).put("prompt", odd).put("origin", odd);
        DatasetRow row = Json.convert(json, DatasetRow.class, "row");
        Dataset one = new Dataset("odd", "digest", List.of(row, row), dataset.kernels());
        Folder target = Folder.of(fresh.resolve("odd").toString());
        DatasetExport.write(target, spec, one, Datasets.card(spec, one), 10);
        String card = target.readText("README.md");
        assertThat(card).doesNotContain("\n# not a heading");
        assertThat(card.lines().filter(line -> line.equals("---"))).hasSize(2);
        assertThat(card.lines().filter(line -> line.startsWith("|") && line.contains("script")))
                .allMatch(line ->
                        line.replace("\\|", "").chars().filter(c -> c == '|').count() == 3);
        assertThat(target.readText("quality.md")).doesNotContain("\n# not a heading");
        List<String> prompts = new ArrayList<>();
        ParquetRows.read(
                target,
                "data/" + shards(target).get(0),
                read -> prompts.add(read.path("prompt").asString()));
        assertThat(prompts).containsOnly(odd);
        assertThat(CroissantRules.broken(croissant(target))).isEmpty();
    }

    @Test
    void oneRowAndSplitsThatAreMissing() {
        Dataset one = new Dataset("one", "digest", dataset.rows().subList(0, 1), dataset.kernels());
        Folder target = Folder.of(fresh.resolve("one").toString());
        DatasetExport.write(target, spec, one, Datasets.card(spec, one), 10);
        String split = one.rows().get(0).split();
        assertThat(shards(target)).containsExactly(split + "-00000-of-00001.parquet");
        assertThat(head(target).path("configs").path(0).path("data_files")).hasSize(1);
        assertThat(head(target).path("size_categories").path(0).asString()).isEqualTo("n<1K");
        assertThat(CroissantRules.broken(croissant(target))).isEmpty();
    }

    @Test
    void aHundredThousandRows() {
        List<DatasetRow> some = dataset.rows().subList(0, 40);
        List<DatasetRow> rows = IntStream.range(0, 100_000)
                .mapToObj(i ->
                        Json.convert(some.get(i % some.size()).toJson().put("id", "r" + i), DatasetRow.class, "row"))
                .toList();
        Dataset many = new Dataset("many", "digest", rows, dataset.kernels());
        Folder target = Folder.of(fresh.resolve("many").toString());
        DatasetExport.Exported written = DatasetExport.write(target, spec, many, Datasets.card(spec, many), 30_000);
        assertThat(DatasetExport.problems(target)).isEmpty();
        assertThat(written.rows()).isEqualTo(100_000);
        assertThat(head(target).path("size_categories").path(0).asString()).isEqualTo("100K<n<1M");
    }

    @Test
    void sizesAreNamedByTheirOrder() {
        assertThat(IntStream.of(0, 999, 1000, 9999, 100_000, 1_000_000, 999_999_999)
                        .mapToObj(DataCard::size))
                .containsExactly("n<1K", "n<1K", "1K<n<10K", "1K<n<10K", "100K<n<1M", "1M<n<10M", "100M<n<1B");
    }
}
