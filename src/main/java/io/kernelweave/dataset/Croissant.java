package io.kernelweave.dataset;

import io.kernelweave.dataset.DatasetSpec.Publication;
import io.kernelweave.json.Json;
import io.kernelweave.storage.ParquetRows.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a data set is, in JSON-LD after <a href="https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html">MLCommons
 * Croissant 1.1</a> and its <a href="https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html">vocabulary for responsible
 * AI 1.0</a>: files with their sums, columns with types and meanings, splits, where the rows come from, and what to mind.
 *
 * <p>The context is that of the specification but that schema.org is written with {@code https}, as the vocabulary's own definition and
 * the reference implementation have it.
 */
final class Croissant {
    private static final String VERSION = "http://mlcommons.org/croissant/1.1";
    private static final String RESPONSIBLE_AI = "http://mlcommons.org/croissant/RAI/1.0";
    private static final String FILES = "parquet-files";

    /** Which of the known splits each is. */
    private static final Map<String, String> SPLITS =
            Map.of("train", "cr:TrainingSplit", "validation", "cr:ValidationSplit", "eval", "cr:TestSplit");

    /** Terms that are called in the vocabulary what they are called here. */
    private static final List<String> TERMS = List.of(
            "annotation",
            "arrayShape",
            "citeAs",
            "column",
            "containedIn",
            "equivalentProperty",
            "excludes",
            "extract",
            "field",
            "fileObject",
            "fileProperty",
            "fileSet",
            "format",
            "includes",
            "isArray",
            "isLiveDataset",
            "jsonPath",
            "key",
            "md5",
            "parentField",
            "readLines",
            "recordSet",
            "references",
            "regex",
            "sdVersion",
            "separator",
            "source",
            "subField",
            "transform",
            "unArchive",
            "value");

    private final DatasetExport.Content content;
    private final DatasetSpec spec;
    private final Publication said;

    private Croissant(DatasetExport.Content content) {
        this.content = content;
        this.spec = content.spec();
        this.said = spec.publication();
    }

    static ObjectNode of(DatasetExport.Content content) {
        return new Croissant(content).document();
    }

    private ObjectNode document() {
        ObjectNode document = Json.object();
        document.set("@context", context());
        document.put("@type", "sc:Dataset");
        document.put("name", spec.name());
        put(document, "description", spec.description().replaceAll("\\s+", " "));
        if (said.lacking().isEmpty()) { // without what the specification demands it does not conform
            document.putArray("conformsTo").add(VERSION).add(RESPONSIBLE_AI);
        }
        if (License.isKnown(spec.license())) {
            document.put("license", License.url(spec.license()));
        } else {
            document.putObject("license").put("@type", "sc:CreativeWork").put("name", spec.license());
        }
        document.put("url", content.url());
        if (!said.creators().isEmpty()) {
            ArrayNode creators = document.putArray("creator");
            said.creators()
                    .forEach(creator -> creators.addObject()
                            .put("@type", creator.person() == null ? "sc:Organization" : "sc:Person")
                            .put("name", creator.name()));
        }
        put(document, "datePublished", said.published());
        document.put("version", content.card().version());
        document.put("identifier", "sha256:" + content.card().digest());
        document.put("isLiveDataset", false);
        put(document, "citeAs", said.citation());
        list(document, "inLanguage", said.languages());
        list(document, "keywords", content.tags());
        lineage(document);
        responsibility(document);
        distribution(document.putArray("distribution"));
        ArrayNode records = document.putArray("recordSet");
        splits(records.addObject());
        rows(records.addObject());
        return document;
    }

    private static void put(ObjectNode object, String field, @Nullable String text) {
        if (text != null && !text.isBlank()) {
            object.put(field, text.strip());
        }
    }

    private static void list(ObjectNode object, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode array = object.putArray(field);
            texts.forEach(text -> array.add(text.strip()));
        }
    }

    private static ObjectNode context() {
        ObjectNode context = Json.object()
                .put("@language", "en")
                .put("@vocab", "https://schema.org/")
                .put("sc", "https://schema.org/")
                .put("cr", "http://mlcommons.org/croissant/")
                .put("rai", "http://mlcommons.org/croissant/RAI/")
                .put("dct", "http://purl.org/dc/terms/")
                .put("prov", "http://www.w3.org/ns/prov#")
                .put("conformsTo", "dct:conformsTo");
        TERMS.forEach(term -> context.put(term, "cr:" + term));
        context.putObject("data").put("@id", "cr:data").put("@type", "@json");
        context.putObject("dataType").put("@id", "cr:dataType").put("@type", "@vocab");
        context.putObject("examples").put("@id", "cr:examples").put("@type", "@json");
        return context;
    }

    private void lineage(ObjectNode document) {
        DatasetSpec.Generate plan = spec.generate();
        if (plan != null) {
            ObjectNode activity = document.putObject("prov:wasGeneratedBy").put("@type", "prov:Activity");
            activity.put(
                    "prov:label",
                    "Generated by kernelweave from scenarios, version " + Datasets.GENERATOR_VERSION
                            + " of the generator, seed " + spec.seed() + "; digest of the kernels: "
                            + content.kernelDigest());
            return;
        }
        ArrayNode origins = document.putArray("prov:wasDerivedFrom");
        new TreeMap<>(spec.sources()).forEach((name, source) -> {
            String path = source.path();
            origins.addObject()
                    .put("@type", "prov:Entity")
                    .put("prov:label", name + ": " + path.substring(path.lastIndexOf('/') + 1))
                    .put("sha256", Sources.digest(source, spec.obtain()));
        });
    }

    private void responsibility(ObjectNode document) {
        put(document, "rai:dataCollection", content.collection());
        put(document, "rai:dataAnnotationProtocol", content.labelling());
        if (spec.generate() != null) {
            document.put("rai:machineAnnotationTools", "kernelweave: the kernels' own checks");
        }
        list(document, "rai:dataUseCases", content.uses());
        list(document, "rai:dataBiases", content.biases());
        List<String> limitations = new ArrayList<>(content.limitations());
        limitations.addAll(content.found());
        list(document, "rai:dataLimitations", limitations);
        put(document, "rai:personalSensitiveInformation", said.sensitive());
        document.put("rai:dataReleaseMaintenancePlan", DatasetExport.VERSIONING);
    }

    private void distribution(ArrayNode distribution) {
        content.shards()
                .all()
                .forEach(shard -> distribution
                        .addObject()
                        .put("@type", "cr:FileObject")
                        .put("@id", shard.path())
                        .put("name", shard.path().substring(shard.path().indexOf('/') + 1))
                        .put("description", shard.rows() + " rows.")
                        .put("contentUrl", shard.path())
                        .put("contentSize", shard.bytes() + " B")
                        .put("encodingFormat", "application/x-parquet")
                        .put("sha256", shard.sha256()));
        distribution
                .addObject()
                .put("@type", "cr:FileSet")
                .put("@id", FILES)
                .put("name", FILES)
                .put("description", "The files of all splits, beside this description.")
                .put("encodingFormat", "application/x-parquet")
                .put("includes", "data/*.parquet");
    }

    private void splits(ObjectNode set) {
        set.put("@type", "cr:RecordSet")
                .put("@id", "splits")
                .put("name", "splits")
                .put("description", "The splits and what each is for.")
                .put("dataType", "cr:Split");
        set.putObject("key").put("@id", "splits/name");
        ArrayNode fields = set.putArray("field");
        fields.addObject()
                .put("@type", "cr:Field")
                .put("@id", "splits/name")
                .put("name", "name")
                .put("description", "The name of the split.")
                .put("dataType", "sc:Text");
        fields.addObject()
                .put("@type", "cr:Field")
                .put("@id", "splits/url")
                .put("name", "url")
                .put("description", "What it is for.")
                .putArray("dataType")
                .add("sc:URL")
                .add("cr:Split");
        ArrayNode data = set.putArray("data");
        content.shards()
                .splits()
                .keySet()
                .forEach(split -> data.addObject()
                        .put("splits/name", split)
                        .put("splits/url", SPLITS.getOrDefault(split, "cr:Split")));
    }

    private void rows(ObjectNode set) {
        set.put("@type", "cr:RecordSet")
                .put("@id", "rows")
                .put("name", "rows")
                .put("description", content.card().rows() + " rows, one record each.");
        set.putObject("key").put("@id", "rows/id");
        ArrayNode fields = set.putArray("field");
        for (Column column : DatasetRow.SCHEMA.columns()) {
            ObjectNode field = fields.addObject()
                    .put("@type", "cr:Field")
                    .put("@id", "rows/" + column.name())
                    .put("name", column.name())
                    .put("description", DatasetRow.MEANINGS.get(column.name()));
            String type = switch (column.kind()) {
                case TEXT -> "sc:Text";
                case DOUBLE -> "sc:Float";
                case INTEGER -> "sc:Integer";
                case BOOLEAN -> "sc:Boolean";
            };
            if (column.name().equals("kernel_id")) {
                field.putArray("dataType").add(type).add("cr:Label");
            } else {
                field.put("dataType", type);
            }
            if (column.list()) {
                field.put("isArray", true);
            }
            ObjectNode source = field.putObject("source");
            source.putObject("fileSet").put("@id", FILES);
            if (column.name().equals("split")) { // by the file's name, so that a reader of one split opens no other
                source.putObject("extract").put("fileProperty", "fullpath");
                source.putObject("transform")
                        .put(
                                "regex",
                                "(?:.*/)?(" + String.join("|", DatasetSpec.SPLITS) + ")-\\d{5}-of-\\d{5}\\.parquet$");
                field.putObject("references").put("@id", "splits/name");
            } else {
                source.putObject("extract").put("column", column.name());
            }
        }
    }
}
