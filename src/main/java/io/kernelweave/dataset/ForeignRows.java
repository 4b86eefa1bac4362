package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows of other people's data sets, read by a field mapping. A row needs a prompt; every other field has a default. Where
 * the spec says that labels are kernels, each label becomes one whose only valid answer is that label.
 */
final class ForeignRows {
    /** All fields of a row: an object that has them was written by this program, and is read as it is. */
    private static final List<String> OWN = Arrays.stream(DatasetRow.class.getRecordComponents())
            .map(field -> field.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
            .toList();

    private ForeignRows() {}

    static DatasetRow row(
            DatasetSpec spec,
            String sourceName,
            DatasetSpec.Source source,
            int number,
            String origin,
            ObjectNode object) {
        if (object.propertyNames().containsAll(OWN)) {
            return Json.convert(object, DatasetRow.class, origin);
        }
        String prompt = text(spec, object, "prompt");
        if (prompt == null || prompt.isBlank()) {
            throw InputException.at(
                    origin,
                    "has no prompt in field \"" + spec.fields().getOrDefault("prompt", "prompt") + "\"",
                    "its fields are " + object.propertyNames() + "; map one under /fields");
        }
        String label = text(spec, object, "kernel_id");
        String kernelId =
                label == null || label.isBlank() || spec.noKernel().contains(label) ? null : id(label, origin);
        String kernelName = text(spec, object, "kernel_name");
        if (kernelName == null && kernelId != null) {
            kernelName = words(kernelId);
        }
        String cluster = text(spec, object, "cluster_id");
        if (cluster == null) {
            cluster = "p-" + Digest.of(Prompts.normalise(prompt)).substring(0, 16);
        }
        String split = source.split() != null ? source.split() : text(spec, object, "split");
        if (split == null) {
            split = drawSplit(spec, cluster);
        } else if (!DatasetSpec.SPLITS.contains(split)) {
            throw InputException.at(origin, "unknown split \"" + split + "\"", "use one of " + DatasetSpec.SPLITS);
        }
        String response = text(spec, object, "response");
        if (response == null) {
            response = kernelId != null && spec.kernelsFrom() != null && spec.kernelStore() == null
                    ? Json.compact(Json.object().put("intent", kernelId))
                    : "";
        }
        String id = text(spec, object, "id");
        List<String> acceptable = list(spec, object, "acceptable_kernels").stream()
                .map(kernel -> id(kernel, origin))
                .toList();
        return new DatasetRow(
                id == null ? sourceName + String.format(Locale.ROOT, "-%06d", number) : id,
                split,
                or(text(spec, object, "phase"), "prompt_kernel_selection"),
                or(text(spec, object, "target"), "selection"),
                or(text(spec, object, "task_family"), kernelId == null ? "none" : spec.name()),
                prompt,
                kernelId,
                kernelName,
                list(spec, object, "kernel_steps"),
                list(spec, object, "kernel_preconditions"),
                list(spec, object, "kernel_postconditions"),
                list(spec, object, "kernel_evidence_requirements"),
                list(spec, object, "kernel_rollback"),
                response,
                null,
                null,
                1.0 / Math.max(1, acceptable.size()),
                1.0,
                cluster,
                !acceptable.isEmpty() ? acceptable : kernelId == null ? List.of() : List.of(kernelId),
                or(text(spec, object, "origin"), sourceName + ":" + number),
                or(text(spec, object, "notes"), ""));
    }

    /** A kernel for a label: any prompt that asks for it, answered by naming it. */
    static Kernel kernel(DatasetSpec spec, String kernelId, List<String> examples) {
        ObjectNode input = Json.object().put("type", "object");
        input.putArray("required").add("request");
        ObjectNode output = Json.object().put("type", "object").put("additionalProperties", false);
        output.putArray("required").add("intent");
        output.putObject("properties").putObject("intent").put("const", kernelId);
        ObjectNode json = Json.object()
                .put("kernel_id", kernelId)
                .put("name", words(kernelId))
                .put("task_family", spec.name())
                .put("description", words(kernelId) + ".");
        ArrayNode prompts = json.putArray("examples");
        examples.forEach(prompts::add);
        json.set("input_schema", input);
        json.set("output_schema", output);
        ObjectNode named = json.putArray("postconditions").addObject();
        named.put("check", "compare")
                .put("name", "names-the-intent")
                .put("left", "output.intent")
                .put("op", "==");
        named.putObject("right").put("value", kernelId);
        json.putArray("steps").addObject().put("name", "answer").put("do", "Name the intent.");
        return Json.convert(json, Kernel.class, "kernel " + kernelId).sealed();
    }

    private static String drawSplit(DatasetSpec spec, String cluster) {
        double draw = new SplittableRandom(Long.parseUnsignedLong(
                        Digest.of(spec.seed() + "/" + cluster).substring(0, 16), 16))
                .nextDouble();
        for (String split : DatasetSpec.SPLITS) {
            draw -= spec.splits().getOrDefault(split, 0.0);
            if (draw < 0) {
                return split;
            }
        }
        return "train";
    }

    private static String id(String label, String origin) {
        try {
            return Arrays.stream(label.split("\\" + DatasetRow.COMPOSED, -1))
                    .map(part ->
                            Kernel.checkId(part.toLowerCase(Locale.ROOT).strip().replaceAll("[^a-z0-9._-]+", "-")))
                    .collect(Collectors.joining(DatasetRow.COMPOSED));
        } catch (InputException e) {
            throw e.in(origin);
        }
    }

    private static String words(String id) {
        return id.replaceAll("[._-]+", " ");
    }

    /** The source's value for a field: under the name that the spec maps it to, or inside objects by a name with dots. */
    private static JsonNode value(DatasetSpec spec, ObjectNode object, String field) {
        String name = spec.fields().getOrDefault(field, field);
        JsonNode value = object;
        if (object.has(name)) {
            return object.path(name);
        }
        for (String step : name.split("\\.")) {
            value = value.path(step);
        }
        return value;
    }

    private static @Nullable String text(DatasetSpec spec, ObjectNode object, String field) {
        JsonNode value = value(spec, object, field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        return value.isString() ? value.stringValue() : Json.compact(value);
    }

    private static List<String> list(DatasetSpec spec, ObjectNode object, String field) {
        JsonNode value = value(spec, object, field);
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(element -> texts.add(element.asString()));
        } else if (value.isString() && !value.stringValue().isBlank()) {
            texts.add(value.stringValue());
        }
        return texts;
    }

    private static String or(@Nullable String value, String otherwise) {
        return value != null ? value : otherwise;
    }
}
