package io.kernelweave.dataset;

import io.kernelweave.json.Json;
import io.kernelweave.storage.ParquetRows.Column;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The card of a data set, {@code README.md}: for people, and at the head of an exported one, in YAML, for those who list data sets, as
 * <a href="https://github.com/huggingface/hub-docs/blob/main/datasetcard.md">Hugging Face</a> reads it.
 */
final class DataCard {
    private DataCard() {}

    /** Of a data set that was built. */
    static String of(Datasets.Card card, boolean generated) {
        StringBuilder text = new StringBuilder();
        heading(text, card);
        facts(text, card, generated);
        counts(text, card);
        return text.toString();
    }

    /** Of a data set that is exported. */
    static String of(DatasetExport.Content content) {
        Datasets.Card card = content.card();
        StringBuilder text = new StringBuilder();
        String yaml = Json.yaml(head(content));
        text.append("---\n")
                .append(yaml.startsWith("---\n") ? yaml.substring(4) : yaml)
                .append("---\n\n");
        heading(text, card);
        facts(text, card, content.spec().generate() != null);
        text.append(
                "\n```python\nfrom datasets import load_dataset\nrows = load_dataset(\"path/to/this/folder\")\n```\n");
        text.append("\n## Where it comes from\n\n");
        line(text, content.collection());
        line(text, content.labelling());
        String citation = content.spec().publication().citation();
        line(text, citation == null ? "" : "To be cited as: " + citation);
        text.append(DatasetExport.VERSIONING).append('\n');
        text.append("\n## What it is for, and what to mind\n\n");
        content.uses().forEach(use -> item(text, use));
        content.biases().forEach(bias -> item(text, bias));
        content.limitations().forEach(limitation -> item(text, limitation));
        String sensitive = content.spec().publication().sensitive();
        if (sensitive != null) {
            item(text, "About people: " + sensitive);
        }
        text.append("\n## What the check found\n\n");
        QualityReport quality = content.quality();
        text.append(quality.findings().isEmpty() ? "Nothing.\n" : quality.table());
        text.append("\n[quality.md](quality.md) has examples.\n");
        columns(text);
        counts(text, card);
        return text.toString();
    }

    private static ObjectNode head(DatasetExport.Content content) {
        DatasetSpec spec = content.spec();
        Shards shards = content.shards();
        ObjectNode head = Json.object();
        texts(head, "language", spec.publication().languages());
        String license = License.atHub(spec.license());
        head.put("license", license);
        if (license.equals("other")) {
            head.put("license_name", spec.license().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-"));
            if (License.isKnown(spec.license())) {
                head.put("license_link", License.url(spec.license()));
            }
        }
        head.put("pretty_name", spec.name());
        texts(head, "tags", content.tags());
        if (spec.generate() != null) {
            texts(head, "annotations_creators", List.of("machine-generated"));
        }
        texts(head, "task_categories", List.of("text-classification", "text-generation"));
        texts(head, "size_categories", List.of(size(content.card().rows())));
        ArrayNode files = head.putArray("configs")
                .addObject()
                .put("config_name", "default")
                .putArray("data_files");
        ObjectNode info = head.putObject("dataset_info");
        ArrayNode features = info.putArray("features");
        for (Column column : DatasetRow.SCHEMA.columns()) {
            String type = switch (column.kind()) {
                case TEXT -> "string";
                case DOUBLE -> "float64";
                case INTEGER -> "int64";
                case BOOLEAN -> "bool";
            };
            features.addObject().put("name", column.name()).put(column.list() ? "sequence" : "dtype", type);
        }
        ArrayNode splits = info.putArray("splits");
        shards.splits().forEach((name, split) -> {
            files.addObject().put("split", name).put("path", "data/" + name + "-*");
            splits.addObject()
                    .put("name", name)
                    .put("num_bytes", split.memory())
                    .put("num_examples", split.rows());
        });
        info.put("download_size", shards.bytes());
        info.put(
                "dataset_size",
                shards.splits().values().stream()
                        .mapToLong(Shards.Split::memory)
                        .sum());
        return head;
    }

    private static void texts(ObjectNode head, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode array = head.putArray(field);
            texts.forEach(array::add);
        }
    }

    /** The class that a number of rows falls into. */
    static String size(int rows) {
        String[] bounds = {"1K", "10K", "100K", "1M", "10M", "100M", "1B"};
        long bound = 1000;
        int at = 0;
        while (rows >= bound) {
            bound *= 10;
            at++;
        }
        return at == 0 ? "n<1K" : bounds[at - 1] + "<n<" + bounds[at];
    }

    private static void heading(StringBuilder text, Datasets.Card card) {
        text.append("# Data set `").append(card.name()).append("`\n\n");
        line(text, card.description());
    }

    private static void line(StringBuilder text, String words) {
        if (!words.isBlank()) {
            text.append(Markdown.paragraphs(words)).append("\n\n");
        }
    }

    private static void item(StringBuilder text, String words) {
        text.append("- ").append(Markdown.plain(words)).append('\n');
    }

    private static void facts(StringBuilder text, Datasets.Card card, boolean generated) {
        text.append(String.format(
                Locale.ROOT,
                "- %,d rows in %,d clusters; %.1f %% fit no kernel\n",
                card.rows(),
                card.clusters(),
                100.0 * card.rowsWithoutKernel() / Math.max(1, card.rows())));
        text.append("- seed ")
                .append(card.seed())
                .append(", licence ")
                .append(Markdown.plain(card.license()))
                .append('\n');
        text.append("- version ").append(card.version()).append('\n');
        text.append("- digest `").append(card.digest()).append("`\n\n");
        text.append(
                generated
                        ? "A cluster is one way of asking; its rows differ in the material and the facts. Clusters are never split.\n"
                        : "Rows of one cluster have one origin: the same prompt, where the source says nothing else.\n");
    }

    private static void columns(StringBuilder text) {
        text.append("\n## Columns\n\n| column | type | meaning |\n|---|---|---|\n");
        for (Column column : DatasetRow.SCHEMA.columns()) {
            String type = column.kind().name().toLowerCase(Locale.ROOT);
            text.append("| `")
                    .append(column.name())
                    .append("` | ")
                    .append(column.list() ? "list of " + type : column.nullable() ? type + " or null" : type)
                    .append(" | ")
                    .append(DatasetRow.MEANINGS.get(column.name()))
                    .append(" |\n");
        }
    }

    private static void counts(StringBuilder text, Datasets.Card card) {
        card.counts().forEach((field, counts) -> {
            text.append("\n| ").append(field).append(" | rows |\n|---|---:|\n");
            text.append(counts.entrySet().stream()
                    .map(count -> "| " + Markdown.cell(count.getKey()) + " | " + count.getValue() + " |\n")
                    .collect(Collectors.joining()));
        });
    }
}
