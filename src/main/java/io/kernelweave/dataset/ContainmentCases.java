package io.kernelweave.dataset;

import io.kernelweave.decode.WrittenForm.Formats;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trial.ContainmentCase;
import io.kernelweave.trial.SchemaCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Questions whether one schema contains another, with the answer: read from pairs ({@code op} {@code isSubschema} or {@code isEquivalent},
 * {@code s1}, {@code s2}, {@code expected}; or {@code file} and {@code content}, a list of {@code schema1}, {@code schema2} and {@code
 * tests} both ways), or made of {@linkplain SchemaCases schemas with documents}: a document is valid if and only if the schema of which
 * it is the only value is contained.
 *
 * @param digest SHA-256 over how the rows are read and the sorted digests of the cases
 */
public record ContainmentCases(String name, String digest, List<ContainmentCase> cases) {
    /** The group of documents and their schemas. */
    public static final String CONST = "const";

    /**
     * The group of those whose source takes {@code format} for a condition, in a draft in which it is an annotation for the validator and
     * for containment: another question, which is counted apart.
     */
    public static final String ASSERTED = "asserted";

    public ContainmentCases {
        cases = List.copyOf(cases);
    }

    /** @throws InputException if a source is missing or unreadable, or if there is no case at all */
    public static ContainmentCases read(DatasetSpec spec) {
        if (spec.pairs().isEmpty() && spec.schemas() == null) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows are neither pairs of schemas nor schemas with documents",
                    "name a spec with pairs, such as phasecd/containment.yaml");
        }
        List<ContainmentCase> cases = spec.schemas() == null ? pairs(spec) : documents(SchemaCases.read(spec));
        if (cases.isEmpty()) {
            throw InputException.at("data set " + spec.name(), "its sources hold no row", "give sources with rows");
        }
        List<String> digests = new ArrayList<>();
        cases.forEach(subject -> digests.add(Digest.of((JsonNode) Json.tree(subject))));
        digests.sort(null);
        return new ContainmentCases(spec.name(), Digest.of(String.join("\n", digests)), cases);
    }

    private static List<ContainmentCase> pairs(DatasetSpec spec) {
        List<ContainmentCase> cases = new ArrayList<>();
        spec.pairs().forEach((name, reading) -> {
            Map<String, Integer> seen = new HashMap<>();
            Sources.read(Objects.requireNonNull(spec.sources().get(name)), spec.obtain(), (origin, row) -> {
                if (row.has("content")) {
                    content(reading, row, origin, cases);
                } else {
                    String test = row.path("test").asString("row");
                    String id = test.substring(test.lastIndexOf('.') + 1);
                    cases.add(new ContainmentCase(
                            reading.group() + "/" + id + "#" + seen.merge(id, 1, Integer::sum),
                            reading.group(),
                            reading.group() + "/" + id,
                            test,
                            operation(row, origin),
                            schema(row, "s1", reading, origin),
                            schema(row, "s2", reading, origin),
                            truth(row, "expected", origin),
                            null));
                }
            });
        });
        return cases;
    }

    private static void content(DatasetSpec.Pairs reading, ObjectNode row, String origin, List<ContainmentCase> into) {
        String file = row.path("file").asString(origin);
        int number = 0;
        for (JsonNode pair : row.path("content")) {
            String where = origin + " /content/" + number++;
            JsonNode tests = pair.path("tests");
            String one = schema(pair, "schema1", reading, where);
            String other = schema(pair, "schema2", reading, where);
            String id = reading.group() + "/" + file + "#" + pair.path("id").asString(String.valueOf(number));
            for (boolean back : new boolean[] {false, true}) {
                String field = back ? "s2SubsetEqOfs1" : "s1SubsetEqOfs2";
                if (!back || tests.has(field)) {
                    into.add(new ContainmentCase(
                            back ? id + "<" : id,
                            reading.group(),
                            reading.group() + "/" + file,
                            file,
                            false,
                            back ? other : one,
                            back ? one : other,
                            truth(tests, field, where + "/tests"),
                            null));
                }
            }
        }
    }

    private static boolean operation(ObjectNode row, String origin) {
        return switch (row.path("op").asString("")) {
            case "isSubschema" -> false;
            case "isEquivalent" -> true;
            default ->
                throw InputException.at(origin + " /op", "is " + row.path("op"), "use isSubschema or isEquivalent");
        };
    }

    private static boolean truth(JsonNode row, String field, String origin) {
        JsonNode value = row.path(field);
        if (!value.isBoolean()) {
            throw InputException.at(origin + " /" + field, "is neither true nor false", "say whether it is contained");
        }
        return value.booleanValue();
    }

    private static String schema(JsonNode row, String field, DatasetSpec.Pairs reading, String origin) {
        JsonNode schema = row.path(field);
        if (!schema.isObject() && !schema.isBoolean()) {
            throw InputException.at(origin + " /" + field, "is no schema", "give an object or a boolean");
        }
        return Json.compact(named(schema, reading.draft()));
    }

    /** A schema that names no draft gets one. */
    private static JsonNode named(JsonNode schema, String draft) {
        if (!schema.isObject() || schema.has("$schema")) {
            return schema;
        }
        return Json.object().put("$schema", draft).setAll((ObjectNode) schema);
    }

    private static List<ContainmentCase> documents(SchemaCases set) {
        List<ContainmentCase> cases = new ArrayList<>();
        for (SchemaCase subject : set.cases()) {
            for (int i = 0; i < subject.instances().size(); i++) {
                cases.add(document(subject, i));
            }
        }
        return cases;
    }

    private static ContainmentCase document(SchemaCase subject, int index) {
        SchemaCase.Instance instance = subject.instances().get(index);
        SchemaCase.Place place = subject.place();
        String draft = subject.draft();
        String group = subject.formats() == Formats.ASSERTED
                        && place != null
                        && place.draft().startsWith("draft20")
                ? ASSERTED
                : CONST;
        String one = "";
        String other = subject.schema();
        String problem = subject.problem();
        try {
            JsonNode schema = Json.parse(subject.schema(), "schema");
            JsonNode read = draft == null ? schema : named(schema, draft);
            String own = read.path("$schema").asString(draft == null ? "" : draft);
            other = Json.compact(read);
            ObjectNode only = Json.object();
            if (!own.isEmpty()) {
                only.put("$schema", own);
            }
            only.set("const", Json.parse(instance.data(), "document"));
            one = Json.compact(only);
        } catch (InputException e) {
            problem = e.getMessage();
        }
        return new ContainmentCase(
                group + "/" + subject.id() + "/" + (index + 1),
                group,
                group + "/" + subject.id(),
                subject.description() + ": " + instance.description(),
                false,
                one,
                other,
                instance.valid(),
                problem);
    }
}
