package io.kernelweave.dataset;

import com.apicatalog.jsonld.JsonLd;
import com.apicatalog.jsonld.JsonLdError;
import com.apicatalog.jsonld.document.JsonDocument;
import io.kernelweave.json.Json;
import java.io.StringReader;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What <a href="https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html">Croissant 1.1</a> demands of a description, and its
 * reference implementation beyond that, asked of the expanded JSON-LD: so what counts is what the terms mean under the document's own
 * context, not how they are spelled. schema.org may be written with http, as in the specification's appendix, or with https.
 */
final class CroissantRules {
    private static final String CR = "http://mlcommons.org/croissant/";
    private static final String SC = "https://schema.org/";
    private static final String RAI = CR + "RAI/";
    private static final String BASE = "https://example.org/set/";

    private static final Set<String> ATOMIC =
            Set.of("Boolean", "Date", "Time", "DateTime", "Float", "Integer", "Number", "Text", "URL");

    private static final Set<String> CROISSANT_TERMS =
            words("annotation arrayShape citeAs column containedIn data dataType"
                    + " equivalentProperty examples excludes extract field fileObject fileProperty fileSet format includes isArray"
                    + " isLiveDataset jsonPath key md5 parentField readLines recordSet references regex sdVersion separator source"
                    + " subField transform unArchive value");

    private static final Set<String> RAI_TERMS = words("dataCollection dataCollectionType dataCollectionMissingData"
            + " dataCollectionRawData dataCollectionTimeframe dataImputationProtocol dataManipulationProtocol"
            + " dataPreprocessingProtocol dataAnnotationProtocol dataAnnotationPlatform dataAnnotationAnalysis"
            + " dataReleaseMaintenancePlan personalSensitiveInformation dataSocialImpact dataBiases dataLimitations"
            + " dataUseCases annotationsPerItem annotatorDemographics machineAnnotationTools");

    private final List<String> broken = new ArrayList<>();
    private final Map<String, String> typeOf = new HashMap<>();

    private CroissantRules() {}

    private static Set<String> words(String text) {
        return Set.of(text.split(" "));
    }

    /** The rules that a document breaks. */
    static List<String> broken(ObjectNode document) {
        CroissantRules rules = new CroissantRules();
        rules.context(document.path("@context"));
        rules.dataset(expand(document));
        return rules.broken;
    }

    private static JsonNode expand(ObjectNode document) {
        try {
            String text = Json.compact(document);
            String expanded = JsonLd.expand(JsonDocument.of(new StringReader(text)))
                    .base(BASE)
                    .get()
                    .toString();
            return Json.parse(expanded.replace("http://schema.org/", SC), "expanded");
        } catch (JsonLdError e) {
            throw new AssertionError(e);
        }
    }

    private void rule(boolean holds, String rule) {
        if (!holds) {
            broken.add(rule);
        }
    }

    /** Appendix 1: each term stands for what it stands for there. */
    private void context(JsonNode context) {
        for (String term : CROISSANT_TERMS) {
            JsonNode means = context.path(term);
            boolean typed = Set.of("data", "examples", "dataType").contains(term);
            JsonNode id = typed ? means.path("@id") : means;
            rule(id.asString("").equals("cr:" + term), "context: " + term);
            if (typed) {
                rule(
                        means.path("@type").asString("").equals(term.equals("dataType") ? "@vocab" : "@json"),
                        "type of " + term);
            }
        }
        rule(context.path("@language").asString("").equals("en"), "context: @language");
        rule(context.path("cr").asString("").equals(CR), "context: cr");
        rule(context.path("rai").asString("").equals(RAI), "context: rai");
        rule(context.path("dct").asString("").equals("http://purl.org/dc/terms/"), "context: dct");
        rule(context.path("conformsTo").asString("").equals("dct:conformsTo"), "context: conformsTo");
        rule(context.path("sc").asString("").matches("https?://schema.org/"), "context: sc");
        rule(context.path("@vocab").equals(context.path("sc")), "context: @vocab");
    }

    private void dataset(JsonNode expanded) {
        rule(expanded.size() == 1, "one node at the top");
        JsonNode dataset = expanded.path(0);
        rule(isOf(dataset, SC + "Dataset"), "a schema.org/Dataset");
        define(dataset, new HashSet<>());
        properties(dataset);
        JsonNode conforms = dataset.path("http://purl.org/dc/terms/conformsTo");
        rule(values(conforms).contains(CR + "1.1"), "conformsTo " + CR + "1.1");
        for (String required : List.of("name", "description", "url", "datePublished")) {
            rule(dataset.path(SC + required).size() == 1, "one " + required);
            rule(!text(dataset.path(SC + required)).isBlank(), required + " is said");
        }
        rule(!dataset.path(SC + "license").isEmpty(), "a license");
        rule(!dataset.path(SC + "creator").isEmpty(), "a creator");
        dataset.path(SC + "creator").forEach(creator -> {
            rule(
                    isOf(creator, SC + "Person") || isOf(creator, SC + "Organization"),
                    "creator is a Person or an Organization");
            rule(!text(creator.path(SC + "name")).isBlank(), "creator has a name");
        });
        rule(isDate(text(dataset.path(SC + "datePublished"))), "datePublished is a date");
        rule(text(dataset.path(SC + "url")).matches("[a-z]+:\\S+"), "url is absolute");
        rule(text(dataset.path(SC + "version")).matches("\\d+\\.\\d+\\.\\d+"), "version is MAJOR.MINOR.PATCH");
        rule(dataset.path(CR + "isLiveDataset").size() <= 1, "at most one isLiveDataset");
        rule(dataset.path(CR + "citeAs").size() <= 1, "at most one citeAs");
        rule(!dataset.path(SC + "distribution").isEmpty(), "a distribution");
        dataset.path(SC + "distribution").forEach(this::resource);
        dataset.path(CR + "recordSet").forEach(this::recordSet);
    }

    private static boolean isDate(String text) {
        try {
            LocalDate.parse(text.length() > 10 ? text.substring(0, 10) : text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Ids are given once. */
    private void define(JsonNode node, Set<String> defined) {
        if (node.isArray()) {
            node.forEach(each -> define(each, defined));
        } else if (node instanceof ObjectNode object && !object.has("@value")) {
            String id = object.path("@id").asString("");
            if (!id.isEmpty() && object.size() > 1) {
                rule(defined.add(id), "id " + id + " is given once");
                typeOf.put(id, object.path("@type").path(0).asString(""));
            }
            object.properties().forEach(property -> define(property.getValue(), defined));
        }
    }

    /** No term is made up: one of Croissant's or of its extension that the specifications do not have means nothing to anybody. */
    private void properties(JsonNode node) {
        if (node.isArray()) {
            node.forEach(this::properties);
        } else if (node instanceof ObjectNode object && !object.has("@value")) {
            object.properties().forEach(property -> {
                String name = property.getKey();
                if (name.startsWith(RAI)) {
                    rule(RAI_TERMS.contains(name.substring(RAI.length())), name + " is a term of the RAI vocabulary");
                } else if (name.startsWith(CR)) {
                    rule(CROISSANT_TERMS.contains(name.substring(CR.length())), name + " is a term of Croissant");
                }
                if (!name.equals(CR + "data")) {
                    properties(property.getValue());
                }
            });
        }
    }

    private void resource(JsonNode resource) {
        String id = resource.path("@id").asString("");
        boolean file = isOf(resource, CR + "FileObject");
        rule(file || isOf(resource, CR + "FileSet"), id + " is a FileObject or a FileSet");
        rule(!id.isEmpty(), "a resource has an id");
        rule(resource.path(SC + "name").size() == 1, id + " has one name");
        rule(!resource.path(SC + "encodingFormat").isEmpty(), id + " has an encodingFormat");
        if (file) {
            rule(resource.path(SC + "contentUrl").size() == 1, id + " has one contentUrl");
            rule(text(resource.path(SC + "sha256")).matches("[0-9a-f]{64}"), id + " has a sha256");
            rule(text(resource.path(SC + "contentSize")).matches("\\d+( [kMG]?B)?"), id + " has a contentSize");
        } else {
            rule(!resource.path(CR + "includes").isEmpty(), id + " includes something");
        }
        resource.path(CR + "containedIn").forEach(container -> refers(container, id, "FileObject", "FileSet"));
    }

    private void recordSet(JsonNode set) {
        String id = set.path("@id").asString("");
        rule(isOf(set, CR + "RecordSet"), id + " is a RecordSet");
        rule(!id.isEmpty(), "a record set has an id");
        rule(!set.path(CR + "field").isEmpty(), id + " has fields");
        Set<String> fields = new TreeSet<>();
        set.path(CR + "field").forEach(field -> fields.add(field.path("@id").asString("")));
        set.path(CR + "key")
                .forEach(key ->
                        rule(fields.contains(key.path("@id").asString("")), "key of " + id + " is a field of it"));
        JsonNode data = set.path(CR + "data").path(0).path("@value");
        boolean embedded = set.has(CR + "data");
        if (embedded) {
            rule(data.isArray() && !data.isEmpty(), "data of " + id + " are records");
            data.forEach(record -> {
                Set<String> named = new TreeSet<>();
                record.propertyNames().forEach(name -> named.add(BASE + name));
                rule(named.equals(fields), "a record of " + id + " has its fields");
            });
        }
        if (values(set.path(CR + "dataType")).contains(CR + "Split")) {
            rule(!set.path(CR + "key").isEmpty(), id + " has a key");
            rule(fields.contains(id + "/name"), id + " has names");
            data.forEach(record -> rule(
                    Set.of("cr:TrainingSplit", "cr:ValidationSplit", "cr:TestSplit")
                            .contains(record.path(id.substring(BASE.length()) + "/url")
                                    .asString("")),
                    id + " says what each split is"));
        }
        set.path(CR + "field").forEach(field -> field(field, id, embedded));
    }

    private void field(JsonNode field, String set, boolean embedded) {
        String id = field.path("@id").asString("");
        rule(isOf(field, CR + "Field"), id + " is a Field");
        rule(id.startsWith(set + "/"), id + " is named below " + set);
        rule(field.path(SC + "name").size() == 1, id + " has one name");
        rule(
                values(field.path(CR + "dataType")).stream()
                        .anyMatch(type -> type.startsWith(SC) && ATOMIC.contains(type.substring(SC.length()))),
                id + " has an atomic type");
        if (field.has(CR + "arrayShape")) {
            rule(values(field.path(CR + "isArray")).equals(List.of("true")), id + " with a shape is an array");
        }
        field.path(CR + "references").forEach(target -> refers(target, id, "Field"));
        rule(field.path(CR + "source").size() == (embedded ? 0 : 1), id + " has one source");
        field.path(CR + "source").forEach(source -> {
            long places = Stream.of("fileObject", "fileSet", "recordSet")
                    .filter(place -> source.has(CR + place))
                    .count();
            rule(places == 1, id + " comes from one place");
            source.path(CR + "fileObject").forEach(target -> refers(target, id, "FileObject"));
            source.path(CR + "fileSet").forEach(target -> refers(target, id, "FileSet"));
            source.path(CR + "recordSet").forEach(target -> refers(target, id, "RecordSet"));
            JsonNode extract = source.path(CR + "extract").path(0);
            rule(extract.size() == 1, id + " is extracted in one way");
            if (extract.has(CR + "fileProperty")) {
                rule(
                        Set.of("fullpath", "filename", "content", "lines", "lineNumbers")
                                .contains(text(extract.path(CR + "fileProperty"))),
                        id + " asks for a property that files have");
            } else {
                rule(extract.has(CR + "column") || extract.has(CR + "jsonPath"), id + " names a column");
            }
            source.path(CR + "transform")
                    .forEach(transform ->
                            rule(hasOneGroup(text(transform.path(CR + "regex"))), id + " has a regex with a group"));
        });
    }

    private static boolean hasOneGroup(String regex) {
        try {
            return Pattern.compile(regex).matcher("").groupCount() == 1;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private void refers(JsonNode reference, String from, String... kinds) {
        String id = reference.path("@id").asString("");
        rule(reference.size() == 1, from + " refers by id alone");
        rule(
                Stream.of(kinds).anyMatch(kind -> (CR + kind).equals(typeOf.get(id))),
                from + " refers to a " + String.join(" or ", kinds));
    }

    private static boolean isOf(JsonNode node, String type) {
        return node.path("@type").size() == 1
                && node.path("@type").path(0).asString("").equals(type);
    }

    private static List<String> values(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(each -> values.add(
                each.has("@id")
                        ? each.path("@id").asString("")
                        : each.path("@value").asString("")));
        return values;
    }

    private static String text(@Nullable JsonNode array) {
        return array == null ? "" : array.path(0).path("@value").asString("");
    }
}
