package io.kernelweave.schema;

import com.networknt.schema.Schema;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Formats;
import io.kernelweave.regex.Regex;
import io.kernelweave.schema.Subschema.Located;
import io.kernelweave.schema.Subschema.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the keywords of a document of drafts 4 to 2020-12 as types and formulas. */
final class SchemaReader {
    private static final String BASE = "schema:/";
    private static final int MUCH = 100;
    private static final int MAX_DIGITS = 400;
    /** So many states of a language of strings are tried beforehand where two keywords make it. */
    private static final int MANY_STATES = 200;

    private static final int MAX_COVERS = 256;
    /** How many schemas in a row may be about the same value, each by way of the one before. */
    private static final int MAX_CHAIN = 200;

    private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef", "$recursiveRef");

    private static final List<String> ONE_SCHEMA = List.of(
            "additionalItems",
            "additionalProperties",
            "contains",
            "else",
            "if",
            "then",
            "items",
            "not",
            "propertyNames",
            "unevaluatedItems",
            "unevaluatedProperties");
    private static final List<String> SCHEMA_LIST = List.of("allOf", "anyOf", "oneOf", "prefixItems", "items");
    private static final List<String> NAMED_SCHEMAS =
            List.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");
    /** What the value of a keyword is. */
    private enum Form {
        TEXT("a string"),
        FLAG("true or false"),
        COUNT("a whole number from 0"),
        SCHEMA("a schema, an object or a boolean"),
        SCHEMAS("a list of at least one schema"),
        SCHEMA_OR_LIST("a schema or a list of schemas"),
        NAMED("an object of schemas by name"),
        NAMES("a list of names"),
        NAMES_BY_NAME("an object of lists of names"),
        NAMED_OR_NAMES("an object of schemas or lists of names"),
        VALUES("a list of values"),
        TYPES("a type or a list of types");

        private final String says;

        Form(String says) {
            this.says = says;
        }

        boolean fits(JsonNode value) {
            return switch (this) {
                case TEXT -> value.isString();
                case FLAG -> value.isBoolean();
                case COUNT ->
                    value.isNumber()
                            && value.decimalValue().signum() >= 0
                            && value.decimalValue().stripTrailingZeros().scale() <= 0;
                case SCHEMA -> value.isObject() || value.isBoolean();
                case SCHEMAS -> value.isArray() && !value.isEmpty();
                case SCHEMA_OR_LIST -> SCHEMA.fits(value) || value.isArray();
                case NAMED -> value.isObject();
                case NAMES -> all(value, TEXT);
                case NAMES_BY_NAME -> value.isObject() && every(value, NAMES);
                case NAMED_OR_NAMES ->
                    value.isObject()
                            && value.properties().stream()
                                    .allMatch(one -> SCHEMA.fits(one.getValue()) || NAMES.fits(one.getValue()));
                case VALUES -> value.isArray();
                case TYPES -> value.isString() || all(value, TEXT);
            };
        }

        private static boolean all(JsonNode list, Form form) {
            if (!list.isArray()) {
                return false;
            }
            for (JsonNode one : list) {
                if (!form.fits(one)) {
                    return false;
                }
            }
            return true;
        }

        private static boolean every(JsonNode object, Form form) {
            return object.properties().stream().allMatch(one -> form.fits(one.getValue()));
        }
    }

    private static final Map<String, Form> FORMS = Map.ofEntries(
            Map.entry("$ref", Form.TEXT),
            Map.entry("$dynamicRef", Form.TEXT),
            Map.entry("$recursiveRef", Form.TEXT),
            Map.entry("type", Form.TYPES),
            Map.entry("enum", Form.VALUES),
            Map.entry("pattern", Form.TEXT),
            Map.entry("format", Form.TEXT),
            Map.entry("minLength", Form.COUNT),
            Map.entry("maxLength", Form.COUNT),
            Map.entry("minItems", Form.COUNT),
            Map.entry("maxItems", Form.COUNT),
            Map.entry("minContains", Form.COUNT),
            Map.entry("maxContains", Form.COUNT),
            Map.entry("minProperties", Form.COUNT),
            Map.entry("maxProperties", Form.COUNT),
            Map.entry("uniqueItems", Form.FLAG),
            Map.entry("required", Form.NAMES),
            Map.entry("dependentRequired", Form.NAMES_BY_NAME),
            Map.entry("dependencies", Form.NAMED_OR_NAMES),
            Map.entry("dependentSchemas", Form.NAMED),
            Map.entry("properties", Form.NAMED),
            Map.entry("patternProperties", Form.NAMED),
            Map.entry("prefixItems", Form.SCHEMAS),
            Map.entry("items", Form.SCHEMA_OR_LIST),
            Map.entry("allOf", Form.SCHEMAS),
            Map.entry("anyOf", Form.SCHEMAS),
            Map.entry("oneOf", Form.SCHEMAS),
            Map.entry("additionalItems", Form.SCHEMA),
            Map.entry("additionalProperties", Form.SCHEMA),
            Map.entry("contains", Form.SCHEMA),
            Map.entry("else", Form.SCHEMA),
            Map.entry("if", Form.SCHEMA),
            Map.entry("not", Form.SCHEMA),
            Map.entry("propertyNames", Form.SCHEMA),
            Map.entry("then", Form.SCHEMA),
            Map.entry("unevaluatedItems", Form.SCHEMA),
            Map.entry("unevaluatedProperties", Form.SCHEMA));

    /** What a document would have to hold at least, and how much of it is taken on. */
    private static final Map<String, Integer> LONGEST =
            Map.of("minLength", 100_000, "minItems", 10_000, "minContains", 1_000, "minProperties", 1_000);

    /**
     * How many members or elements the value of a keyword may have: ten times what real schemas have and more, where the work
     * that they make allows it.
     */
    private static final Map<String, Integer> MOST = Map.ofEntries(
            Map.entry("properties", 10_000),
            Map.entry("patternProperties", 500),
            Map.entry("dependentRequired", 500),
            Map.entry("dependentSchemas", 500),
            Map.entry("dependencies", 500),
            Map.entry("required", 1_000),
            Map.entry("prefixItems", 10_000),
            Map.entry("items", 10_000),
            Map.entry("allOf", 300),
            Map.entry("anyOf", 600),
            Map.entry("oneOf", 600),
            Map.entry("enum", 200_000));

    /** How many objects and arrays of an {@code enum}, each of which is an alternative. */
    private static final int MOST_CONTAINERS = 1_000;

    /** Whether some keyword asks for so much that the shortest document may be long. */
    boolean asksForMuch() {
        return asksForMuch;
    }

    private static int size(JsonNode value, Form form) {
        return form == Form.SCHEMA_OR_LIST && value.isObject() ? 1 : value.size();
    }

    private static void atMost(Subschema schema, String keyword, int count, String what, int limit) {
        if (count > limit) {
            throw schema.refuse(keyword, "has " + count + " " + what, "use at most " + limit);
        }
    }

    private static void shape(Subschema schema, String keyword, Form form) {
        if (!form.fits(schema.node().path(keyword))) {
            throw schema.refuse(keyword, "is " + excerpt(schema.node().path(keyword)), "give " + form.says);
        }
    }

    private static String excerpt(JsonNode value) {
        String text = Json.compact(value);
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    /** Keywords whose schemas are about the same value. */
    private static final Set<String> IN_PLACE =
            Set.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies");

    private static final Set<String> ANNOTATIONS = Set.of("title", "description", "default", "examples", "$comment");
    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "integer", "number", "boolean", "null");

    private final Types types;
    private final Located root;
    private final Map<String, Resource> resources = new HashMap<>();
    private final Map<Alone, Subschema> alike = new HashMap<>();
    private boolean dynamic;
    private boolean asksForMuch;
    private final Map<JsonNode, Integer> ordinals = new IdentityHashMap<>();

    /** @param unnamed the draft if the schema names none */
    SchemaReader(Types types, JsonNode schema, Draft unnamed) {
        this.types = types;
        Draft draft = Draft.of(schema, unnamed, "");
        String id = identifier(schema, draft);
        Resource resource = new Resource(this, id == null ? BASE : absolute(BASE, id, ""), schema, draft, "");
        resources.put(BASE, resource);
        resources.put(resource.uri, resource);
        this.root = new Located(schema, "", resource);
        index(root);
    }

    /** The whole document, of which nothing has been checked yet. */
    Located document() {
        return root;
    }

    Type root() {
        check();
        return type(root, List.of(root.resource()));
    }

    // The document

    /** Finds resources and anchors. */
    private void index(Located at) {
        if (!at.node().isObject()) {
            return;
        }
        Resource resource = at.resource();
        JsonNode node = at.node();
        dynamic |= node.has("$dynamicRef") || node.has("$recursiveRef");
        if (node != resource.node) {
            Located entered = enter(at);
            if (entered.resource() != resource) {
                resource = entered.resource();
                resources.putIfAbsent(resource.uri, resource);
            }
        }
        Located here = new Located(node, at.pointer(), resource);
        Draft draft = resource.draft;
        if (draft.since(Draft.V2019_09)) {
            if (node.path("$anchor").isString()) {
                resource.anchors.putIfAbsent(node.path("$anchor").stringValue(), here);
            }
            if (node.path("$dynamicAnchor").isString()) {
                resource.anchors.putIfAbsent(node.path("$dynamicAnchor").stringValue(), here);
                resource.dynamicAnchors.putIfAbsent(node.path("$dynamicAnchor").stringValue(), here);
            }
        } else {
            JsonNode id = node.get(draft == Draft.V4 ? "id" : "$id");
            if (id != null
                    && id.isString()
                    && id.stringValue().startsWith("#")
                    && id.stringValue().length() > 1) {
                resource.anchors.putIfAbsent(id.stringValue().substring(1), here);
            }
        }
        children(here, (child, keyword) -> index(child));
    }

    /** The place with the resource that begins there, if one does. */
    Located enter(Located at) {
        if (at.node() == at.resource().node) {
            return at;
        }
        @Nullable String id = identifier(at.node(), at.resource().draft);
        if (id == null) {
            return at;
        }
        String uri = absolute(at.resource().uri, id, at.pointer());
        @Nullable Resource known = resources.get(uri);
        if (known != null) {
            return new Located(at.node(), at.pointer(), known.node == at.node() ? known : at.resource());
        }
        Draft draft = Draft.of(at.node(), at.resource().draft, at.pointer());
        return new Located(at.node(), at.pointer(), new Resource(this, uri, at.node(), draft, at.pointer()));
    }

    /** What a schema's own identifier is, without a fragment; null if it has none. */
    private static @Nullable String identifier(JsonNode node, Draft draft) {
        JsonNode id = node.get(draft == Draft.V4 ? "id" : "$id");
        if (id == null || !id.isString() || !draft.since(Draft.V2019_09) && node.has("$ref")) {
            return null;
        }
        String uri = id.stringValue();
        int fragment = uri.indexOf('#');
        String without = fragment < 0 ? uri : uri.substring(0, fragment);
        return without.isEmpty() ? null : without;
    }

    private static String absolute(String base, String reference, String pointer) {
        try {
            URI uri = new URI(reference);
            URI from = new URI(base);
            return (uri.isAbsolute() || from.isOpaque() ? uri : from.resolve(uri)).toString();
        } catch (URISyntaxException e) {
            throw InputException.at("schema #" + pointer, "\"" + reference + "\" is no URI reference", "correct it");
        }
    }

    /** The subschemas right below a place, each with the keyword that holds it. */
    private static void children(Located at, BiConsumer<Located, String> sink) {
        JsonNode node = at.node();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String keyword = field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject() && NAMED_SCHEMAS.contains(keyword)) {
                value.properties().forEach(named -> {
                    if (!named.getValue().isArray()) {
                        sink.accept(below(at, named.getValue(), keyword, named.getKey()), keyword);
                    }
                });
            } else if (value.isObject() && ONE_SCHEMA.contains(keyword)) {
                sink.accept(below(at, value, keyword, null), keyword);
            } else if (value.isArray() && SCHEMA_LIST.contains(keyword)) {
                for (int i = 0; i < value.size(); i++) {
                    sink.accept(below(at, value.get(i), keyword, Integer.toString(i)), keyword);
                }
            }
        }
    }

    private static Located below(Located at, JsonNode node, String keyword, @Nullable String name) {
        String pointer = at.pointer() + "/" + keyword
                + (name == null ? "" : "/" + name.replace("~", "~0").replace("/", "~1"));
        return new Located(node, pointer, at.resource());
    }

    /**
     * Where a reference leads.
     *
     * @throws InputException if it leads out of the document, or nowhere
     */
    Located resolve(Subschema from, String keyword, String reference) {
        int hash = reference.indexOf('#');
        String uri = hash < 0 ? reference : reference.substring(0, hash);
        String fragment = hash < 0 ? "" : reference.substring(hash + 1);
        Resource resource = from.resource();
        if (!uri.isEmpty()) {
            String absolute = absolute(resource.uri, uri, from.pointer() + "/" + keyword);
            @Nullable Resource named = resources.get(absolute);
            named = named != null ? named : metaSchema(absolute);
            if (named == null) {
                throw from.refuse(
                        keyword,
                        "\"" + reference + "\" leaves the document, and nothing is fetched",
                        "copy the schema into $defs and refer to \"#/$defs/…\"");
            }
            resource = named;
        }
        if (fragment.isEmpty()) {
            return new Located(resource.node, resource.pointer, resource);
        }
        if (!fragment.startsWith("/")) {
            @Nullable Located anchor = resource.anchors.get(fragment);
            if (anchor == null) {
                throw from.refuse(keyword, "\"" + reference + "\" names no anchor", "correct the reference");
            }
            return anchor;
        }
        Located at = new Located(resource.node, resource.pointer, resource);
        for (String part : fragment.substring(1).split("/", -1)) {
            String step = decoded(part).replace("~1", "/").replace("~0", "~");
            JsonNode next = at.node().isArray() && step.matches("[0-9]{1,9}")
                    ? at.node().get(Integer.parseInt(step))
                    : at.node().get(step);
            if (next == null) {
                throw from.refuse(keyword, "\"" + reference + "\" leads nowhere", "correct the reference");
            }
            at = new Located(next, at.pointer() + "/" + step.replace("~", "~0").replace("/", "~1"), at.resource());
            if (next.isObject()) {
                at = enter(at);
            }
        }
        return at;
    }

    /** The meta-schemas of the drafts come with the validator's library; nothing else is known that is not in the document. */
    private @Nullable Resource metaSchema(String uri) {
        int host = uri.indexOf("://json-schema.org/draft");
        if (host < 0 || uri.contains("..")) {
            return null;
        }
        String path = uri.substring(host + "://json-schema.org/".length());
        try (InputStream in = Schema.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                return null;
            }
            JsonNode schema = Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), uri);
            Resource resource = new Resource(this, uri, schema, Draft.of(schema, Draft.V2020_12, uri), uri);
            resources.put(uri, resource);
            index(new Located(schema, uri, resource));
            return resource;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String decoded(String part) {
        if (part.indexOf('%') < 0) {
            return part;
        }
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return part;
        }
    }

    /** Reads every schema that the root can lead to, so that what is refused is refused now. */
    private void check() {
        ArrayDeque<Located> open = new ArrayDeque<>(List.of(root));
        Map<JsonNode, List<Located>> sameValue = new IdentityHashMap<>();
        List<Located> all = new ArrayList<>();
        while (!open.isEmpty()) {
            Located at = open.pop();
            if (!at.node().isObject() || ordinals.containsKey(at.node())) {
                if (!at.node().isObject() && !at.node().isBoolean()) {
                    throw InputException.at(
                            "schema #" + at.pointer(), "a schema is an object or a boolean", "write {} for any value");
                }
                continue;
            }
            ordinals.put(at.node(), ordinals.size());
            all.add(at);
            Subschema schema = new Subschema(at.node(), at.pointer(), at.resource(), List.of());
            checkKeywords(schema);
            List<Located> same = new ArrayList<>(1);
            for (String keyword : REFERENCES) {
                if (reads(schema, keyword) && at.node().path(keyword).isString()) {
                    Located target =
                            resolve(schema, keyword, at.node().path(keyword).stringValue());
                    open.push(target);
                    same.add(target);
                }
            }
            List<Located> below = new ArrayList<>();
            children(at, (child, keyword) -> {
                if (reads(schema, keyword)) {
                    below.add(enter(child));
                    if (IN_PLACE.contains(keyword)) {
                        same.add(child);
                    }
                }
            });
            for (int i = below.size() - 1; i >= 0; i--) {
                open.push(below.get(i));
            }
            sameValue.put(at.node(), same);
        }
        refuseChains(all, sameValue);
    }

    /** Refuses schemas that come back to themselves before any value is read, or lead through too many others. */
    private static void refuseChains(List<Located> all, Map<JsonNode, List<Located>> sameValue) {
        Map<JsonNode, Integer> heights = new IdentityHashMap<>();
        Set<JsonNode> onPath = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Located start : all) {
            ArrayDeque<Located> path = new ArrayDeque<>(List.of(start));
            while (!path.isEmpty()) {
                Located at = path.peek();
                List<Located> others = sameValue.getOrDefault(at.node(), List.of());
                if (heights.containsKey(at.node())) {
                    path.pop();
                } else if (onPath.add(at.node())) {
                    for (Located next : others) {
                        if (onPath.contains(next.node())) {
                            throw InputException.at(
                                    "schema #" + next.pointer(),
                                    "keyword $ref leads back here before any value",
                                    "break the cycle");
                        }
                        path.push(next);
                    }
                } else {
                    int height = 0;
                    for (Located next : others) {
                        height = Math.max(height, 1 + heights.getOrDefault(next.node(), 0));
                    }
                    if (height > MAX_CHAIN) {
                        throw InputException.at(
                                "schema #" + at.pointer(),
                                "keyword " + chaining(at.node())
                                        + " leads from schema to schema about the same value more" + " than "
                                        + MAX_CHAIN + " times",
                                "make the chain shorter");
                    }
                    onPath.remove(at.node());
                    heights.put(at.node(), height);
                    path.pop();
                }
            }
        }
    }

    private static String chaining(JsonNode node) {
        for (String keyword : REFERENCES) {
            if (node.has(keyword)) {
                return keyword;
            }
        }
        for (String keyword : node.propertyNames()) {
            if (IN_PLACE.contains(keyword)) {
                return keyword;
            }
        }
        return "$ref";
    }

    /** Whether the draft reads a keyword there. */
    private static boolean reads(Subschema schema, String keyword) {
        Draft draft = schema.draft();
        if (!draft.since(Draft.V2019_09) && schema.node().has("$ref")) {
            return keyword.equals("$ref");
        }
        return switch (keyword) {
            case "$defs", "definitions" -> false;
            case "contains", "propertyNames", "const" -> draft.since(Draft.V6);
            case "minContains", "maxContains" -> draft.since(Draft.V2019_09);
            case "if", "then", "else" ->
                draft.since(Draft.V7) && (keyword.equals("if") || schema.node().has("if"));
            case "unevaluatedItems", "unevaluatedProperties", "dependentSchemas", "dependentRequired" ->
                draft.since(Draft.V2019_09);
            case "$recursiveRef" -> draft == Draft.V2019_09;
            case "$dynamicRef", "prefixItems" -> draft.since(Draft.V2020_12);
            case "additionalItems" ->
                !draft.since(Draft.V2020_12) && schema.node().path("items").isArray();
            case "dependencies" ->
                !draft.since(Draft.V2019_09) || schema.resource().node.get("$schema") == null;
            default -> true;
        };
    }

    /** Strings that are too hard to decide are refused here, not in the middle of a text. */
    private void checkStrings(Subschema schema) {
        Regex.Node strings = strings(schema);
        if (schema.node().path("pattern").isString()) {
            boolean both = types.hasFormat(schema);
            try {
                if (!types.regex().isEmpty(strings) && both) {
                    Automaton.of(types.regex(), strings).explore(MANY_STATES);
                }
            } catch (InputException e) {
                throw schema.refuse(
                        "pattern",
                        both ? "and format are together too complex" : "is too complex",
                        both ? "leave one of them out" : "use smaller counts, or fewer alternatives");
            }
        }
    }

    private void checkKeywords(Subschema schema) {
        if (!schema.draft().since(Draft.V2019_09) && schema.node().has("$ref")) {
            shape(schema, "$ref", Form.TEXT);
            return;
        }
        for (Map.Entry<String, JsonNode> field : schema.node().properties()) {
            Form form = FORMS.get(field.getKey());
            if (form != null && reads(schema, field.getKey())) {
                shape(schema, field.getKey(), form);
                atMost(
                        schema,
                        field.getKey(),
                        size(field.getValue(), form),
                        field.getValue().isObject() ? "members" : "elements",
                        MOST.getOrDefault(field.getKey(), Integer.MAX_VALUE));
                if (form == Form.NAMES_BY_NAME || form == Form.NAMED_OR_NAMES) {
                    for (JsonNode list : field.getValue()) {
                        int names = list.isArray() ? list.size() : 0;
                        atMost(schema, field.getKey(), names, "names in a list", MOST.getOrDefault("required", 0));
                    }
                }
            }
        }
        int containers = 0;
        for (JsonNode value : schema.node().path("enum")) {
            containers += value.isContainer() ? 1 : 0;
        }
        atMost(schema, "enum", containers, "objects and arrays", MOST_CONTAINERS);
        for (String name : typeNames(schema)) {
            if (!TYPES.contains(name)) {
                throw schema.refuse(
                        "type",
                        "names \"" + name + "\"",
                        "give one of " + TYPES.stream().sorted().toList());
            }
        }
        LONGEST.forEach((keyword, limit) -> {
            asksForMuch |= count(schema, keyword, 0) > MUCH;
            if (count(schema, keyword, 0) > limit) {
                throw schema.refuse(
                        keyword,
                        "is " + schema.node().path(keyword),
                        "give at most " + limit + ": so much would have to be written");
            }
        });
        checkStrings(schema);
        numbers(schema);
        if (schema.node().has("patternProperties")) {
            for (Map.Entry<String, JsonNode> pattern :
                    schema.node().path("patternProperties").properties()) {
                pattern(schema, "patternProperties", pattern.getKey());
            }
        }
    }

    // Types

    private Type type(Located at, List<Resource> scope) {
        if (at.node().isBoolean()) {
            return at.node().booleanValue() ? types.any() : types.none();
        }
        if (!at.node().isObject()) {
            throw InputException.at(
                    "schema #" + at.pointer(), "a schema is an object or a boolean", "write {} for any value");
        }
        Located entered = enter(at);
        List<Resource> entering = List.of();
        if (dynamic) {
            entering = scope;
            if (!scope.contains(entered.resource())) {
                entering = new ArrayList<>(scope);
                entering.add(entered.resource());
            }
        }
        Subschema schema = new Subschema(entered.node(), entered.pointer(), entered.resource(), entering);
        @Nullable JsonNode alone = alone(entered.node());
        return types.schema(
                alone == null ? schema : alike.computeIfAbsent(new Alone(alone, schema.draft()), a -> schema));
    }

    /** A schema that refers to no other. */
    private record Alone(JsonNode keywords, Draft draft) {}

    /** The keywords of a schema that holds no other, without annotations: such schemas are the same wherever they stand. */
    private static @Nullable JsonNode alone(JsonNode node) {
        if (node.size() > 12) {
            return null;
        }
        ObjectNode keywords = Json.object();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            if (ANNOTATIONS.contains(field.getKey())) {
                continue;
            }
            if (value.isObject()
                    || field.getKey().startsWith("$")
                    || field.getKey().equals("id")) {
                return null;
            }
            if (value.isArray()) {
                for (JsonNode item : value) {
                    if (item.isContainer()) {
                        return null;
                    }
                }
            }
            keywords.set(field.getKey(), value);
        }
        return keywords;
    }

    private Type below(Subschema schema, JsonNode node, String keyword, @Nullable String name) {
        return type(
                below(new Located(schema.node(), schema.pointer(), schema.resource()), node, keyword, name),
                schema.scope());
    }

    private Type below(Subschema schema, String keyword) {
        JsonNode node = schema.node().get(keyword);
        return node == null ? types.any() : below(schema, node, keyword, null);
    }

    private List<Type> list(Subschema schema, String keyword) {
        List<Type> all = new ArrayList<>();
        JsonNode list = schema.node().path(keyword);
        for (int i = 0; i < list.size(); i++) {
            all.add(below(schema, list.get(i), keyword, Integer.toString(i)));
        }
        return all;
    }

    /** What a schema says: its keywords about values, and its applicators to the same value. */
    Type expand(Subschema schema) {
        List<Type> all = new ArrayList<>();
        JsonNode node = schema.node();
        if (reads(schema, "$ref") && node.path("$ref").isString()) {
            all.add(type(resolve(schema, "$ref", node.path("$ref").stringValue()), schema.scope()));
            if (!schema.draft().since(Draft.V2019_09)) {
                return all.get(0);
            }
        }
        if (reads(schema, "$dynamicRef") && node.path("$dynamicRef").isString()) {
            all.add(type(dynamicTarget(schema), schema.scope()));
        }
        if (reads(schema, "$recursiveRef") && node.path("$recursiveRef").isString()) {
            all.add(type(recursiveTarget(schema), schema.scope()));
        }
        all.add(types.keywords(schema));
        if (node.path("enum").isArray()) {
            all.add(types.values(Values.of(node.path("enum"))));
        }
        JsonNode constant = schema.get("const", Draft.V6);
        if (constant != null) {
            all.add(types.values(Values.of(List.of(constant))));
        }
        if (node.has("allOf")) {
            all.addAll(list(schema, "allOf"));
        }
        if (node.has("anyOf")) {
            all.add(types.either(list(schema, "anyOf")));
        }
        if (node.has("oneOf")) {
            all.add(types.one(list(schema, "oneOf")));
        }
        if (node.has("not")) {
            all.add(types.not(below(schema, "not")));
        }
        if (reads(schema, "if") && node.has("if") && (node.has("then") || node.has("else"))) {
            Type condition = below(schema, "if");
            all.add(types.either(List.of(
                    types.both(condition, below(schema, "then")),
                    types.both(types.not(condition), below(schema, "else")))));
        }
        return types.both(all);
    }

    private Located dynamicTarget(Subschema schema) {
        String reference = schema.node().path("$dynamicRef").stringValue();
        Located target = resolve(schema, "$dynamicRef", reference);
        int hash = reference.indexOf('#');
        String anchor = hash < 0 ? "" : reference.substring(hash + 1);
        if (target.resource().dynamicAnchors.containsKey(anchor)) {
            for (Resource resource : schema.scope()) {
                @Nullable Located dynamicAnchor = resource.dynamicAnchors.get(anchor);
                if (dynamicAnchor != null) {
                    return dynamicAnchor;
                }
            }
        }
        return target;
    }

    private Located recursiveTarget(Subschema schema) {
        Located target = resolve(schema, "$recursiveRef", "#");
        if (target.node().path("$recursiveAnchor").asBoolean(false)) {
            for (Resource resource : schema.scope()) {
                if (resource.node.path("$recursiveAnchor").asBoolean(false)) {
                    return new Located(resource.node, resource.pointer, resource);
                }
            }
        }
        return target;
    }

    // Keywords

    private static Collection<String> typeNames(Subschema schema) {
        JsonNode type = schema.node().get("type");
        if (type == null) {
            return List.of();
        }
        if (type.isString()) {
            return List.of(type.stringValue());
        }
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode name : type) {
            if (!name.isString()) {
                throw schema.refuse(
                        "type",
                        "is not a name or a list of names",
                        "give one of " + TYPES.stream().sorted().toList());
            }
            names.add(name.stringValue());
        }
        return names;
    }

    /** Whether {@code type} allows a kind, numbers perhaps only if they are integers. */
    static boolean allows(Subschema schema, Kind kind) {
        Collection<String> names = typeNames(schema);
        return names.isEmpty() && !schema.node().has("type")
                || switch (kind) {
                    case NULL -> names.contains("null");
                    case FALSE, TRUE -> names.contains("boolean");
                    case NUMBER -> names.contains("number") || names.contains("integer");
                    case STRING -> names.contains("string");
                    case ARRAY -> names.contains("array");
                    case OBJECT -> names.contains("object");
                };
    }

    private static int count(Subschema schema, String keyword, int otherwise) {
        JsonNode value = schema.node().get(keyword);
        if (value == null) {
            return otherwise;
        }
        if (!value.isNumber() || value.decimalValue().signum() < 0) {
            throw schema.refuse(keyword, "is " + value, "give a whole number from 0");
        }
        BigDecimal number = value.decimalValue();
        return number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE - 8)) >= 0
                ? Integer.MAX_VALUE - 8
                : number.intValue();
    }

    private Regex.Node pattern(Subschema schema, String keyword, String pattern) {
        return types.pattern(pattern, schema.at(keyword));
    }

    Regex.Node strings(Subschema schema) {
        Regex regex = types.regex();
        if (!allows(schema, Kind.STRING)) {
            return regex.nothing();
        }
        JsonNode node = schema.node();
        Regex.Node all = regex.everything();
        if (node.has("minLength") || node.has("maxLength")) {
            int max = node.has("maxLength") ? count(schema, "maxLength", 0) : Regex.UNBOUNDED;
            int min = count(schema, "minLength", 0);
            all = min > max ? regex.nothing() : regex.length(min, max);
        }
        if (node.path("pattern").isString()) {
            all = regex.both(
                    all, pattern(schema, "pattern", node.path("pattern").stringValue()));
        }
        if (types.hasFormat(schema)) {
            String format = node.path("format").stringValue();
            if (Formats.isRefused(format)) {
                throw schema.refuse("format", "\"" + format + "\" is no regular language", "use a pattern");
            }
            all = regex.both(all, Formats.language(regex, format).orElse(regex.everything()));
        }
        return all;
    }

    static NumberSet numbers(Subschema schema) {
        if (!allows(schema, Kind.NUMBER)) {
            return NumberSet.NONE;
        }
        JsonNode node = schema.node();
        NumberSet all = NumberSet.ALL;
        Collection<String> names = typeNames(schema);
        if (node.has("type") && !names.contains("number")) {
            all = new NumberSet.MultipleOf(BigDecimal.ONE);
            if (schema.draft() == Draft.V4) {
                all = NumberSet.both(all, new NumberSet.WholeDigits());
            }
        }
        boolean flags = schema.draft() == Draft.V4;
        JsonNode maximum = number(schema, "maximum");
        if (maximum != null) {
            boolean exclusive = flags && node.path("exclusiveMaximum").asBoolean(false);
            all = NumberSet.both(all, new NumberSet.UpTo(maximum.decimalValue(), !exclusive));
        }
        JsonNode minimum = number(schema, "minimum");
        if (minimum != null) {
            boolean exclusive = flags && node.path("exclusiveMinimum").asBoolean(false);
            all = NumberSet.both(all, NumberSet.not(new NumberSet.UpTo(minimum.decimalValue(), exclusive)));
        }
        if (!flags) {
            JsonNode below = number(schema, "exclusiveMaximum");
            if (below != null) {
                all = NumberSet.both(all, new NumberSet.UpTo(below.decimalValue(), false));
            }
            JsonNode above = number(schema, "exclusiveMinimum");
            if (above != null) {
                all = NumberSet.both(all, NumberSet.not(new NumberSet.UpTo(above.decimalValue(), true)));
            }
        }
        JsonNode divisor = number(schema, "multipleOf");
        if (divisor != null) {
            if (divisor.decimalValue().signum() <= 0) {
                throw schema.refuse("multipleOf", "is " + divisor, "give a number above 0");
            }
            if (!NumberText.canDivideBy(divisor.decimalValue())) {
                throw schema.refuse(
                        "multipleOf", "is " + divisor, "give a number of at most nine digits, from 1e-17 to 1e9");
            }
            all = NumberSet.both(all, new NumberSet.MultipleOf(divisor.decimalValue()));
        }
        return all;
    }

    private static @Nullable JsonNode number(Subschema schema, String keyword) {
        JsonNode value = schema.node().get(keyword);
        if (value != null && !value.isNumber()) {
            throw schema.refuse(keyword, "is " + excerpt(value) + ", not a number", "give a number");
        }
        if (value != null
                && Math.abs((long) value.decimalValue().scale())
                                + value.decimalValue().precision()
                        > MAX_DIGITS) {
            throw schema.refuse(keyword, "is " + excerpt(value), "use at most " + MAX_DIGITS + " digits");
        }
        return value;
    }

    Formula items(Subschema schema) {
        Formulas formulas = types.formulas();
        if (!allows(schema, Kind.ARRAY)) {
            return formulas.never();
        }
        JsonNode node = schema.node();
        List<Formula> all = new ArrayList<>();
        JsonNode prefix = schema.get("prefixItems", Draft.V2020_12);
        JsonNode items = node.get("items");
        if (prefix != null && prefix.isArray()) {
            all.add(each(list(schema, "prefixItems"), below(schema, "items")));
        } else if (items != null && items.isArray()) {
            all.add(each(list(schema, "items"), below(schema, "additionalItems")));
        } else if (items != null) {
            all.add(each(List.of(), below(schema, "items")));
        }
        all.add(formulas.atom(new Atom.AtLeast(count(schema, "minItems", 0))));
        all.add(formulas.atom(new Atom.AtMost(count(schema, "maxItems", Integer.MAX_VALUE))));
        if (schema.get("contains", Draft.V6) != null) {
            Type contained = below(schema, "contains");
            boolean counted = schema.draft().since(Draft.V2019_09);
            all.add(formulas.atom(new Atom.ContainsAtLeast(contained, counted ? count(schema, "minContains", 1) : 1)));
            if (counted && node.has("maxContains")) {
                all.add(formulas.atom(new Atom.ContainsAtMost(contained, count(schema, "maxContains", 0))));
            }
        }
        if (node.path("uniqueItems").asBoolean(false)) {
            all.add(formulas.atom(new Atom.Distinct(Values.NONE)));
        }
        if (schema.get("unevaluatedItems", Draft.V2019_09) != null) {
            Type left = below(schema, "unevaluatedItems");
            List<Formula> some = new ArrayList<>();
            for (Cover cover : covers(schema, Kind.ARRAY, false)) {
                if (cover.everything) {
                    some.add(cover.condition);
                } else {
                    List<Type> first = Collections.nCopies(cover.first, types.any());
                    List<Type> rest = new ArrayList<>(cover.contained);
                    rest.add(left);
                    some.add(formulas.all(cover.condition, each(first, types.either(rest))));
                }
            }
            all.add(formulas.any(some));
        }
        return formulas.all(all);
    }

    private Formula each(List<Type> first, Type rest) {
        int places = first.size();
        while (places > 0 && first.get(places - 1) == rest) {
            places--;
        }
        return places == 0 && rest.isAny()
                ? types.formulas().always()
                : types.formulas()
                        .atom(new Atom.EachItem(
                                new Atom.Items(first.subList(0, places).toArray(Type[]::new), rest), 0));
    }

    Formula members(Subschema schema) {
        Formulas formulas = types.formulas();
        if (!allows(schema, Kind.OBJECT)) {
            return formulas.never();
        }
        JsonNode node = schema.node();
        List<Formula> all = new ArrayList<>();
        if (node.has("properties") || node.has("patternProperties") || node.has("additionalProperties")) {
            Map<String, Type> named = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> property : node.path("properties").properties()) {
                named.put(property.getKey(), below(schema, property.getValue(), "properties", property.getKey()));
            }
            List<Regex.Node> patterns = new ArrayList<>();
            List<Type> ofPatterns = new ArrayList<>();
            for (Map.Entry<String, JsonNode> property :
                    node.path("patternProperties").properties()) {
                patterns.add(pattern(schema, "patternProperties", property.getKey()));
                ofPatterns.add(below(schema, property.getValue(), "patternProperties", property.getKey()));
            }
            all.add(each(named, patterns, ofPatterns, below(schema, "additionalProperties"), schema));
        }
        if (schema.get("propertyNames", Draft.V6) != null) {
            Regex.Node names = types.strings(below(schema, "propertyNames"));
            if (names != types.regex().everything()) {
                all.add(each(Map.of(), List.of(names), List.of(types.any()), types.none(), schema));
            }
        }
        if (node.path("required").isArray()) {
            all.add(formulas.atom(new Atom.Has(strings(schema, node.path("required"), "required"))));
        }
        all.add(formulas.atom(new Atom.AtLeast(count(schema, "minProperties", 0))));
        all.add(formulas.atom(new Atom.AtMost(count(schema, "maxProperties", Integer.MAX_VALUE))));
        for (String keyword : List.of("dependentRequired", "dependentSchemas", "dependencies")) {
            if (reads(schema, keyword)) {
                for (Map.Entry<String, JsonNode> dependent : node.path(keyword).properties()) {
                    String key = dependent.getKey();
                    Formula then = dependent.getValue().isArray()
                            ? formulas.atom(new Atom.Has(strings(schema, dependent.getValue(), keyword)))
                            : types.contents(below(schema, dependent.getValue(), keyword, key), Kind.OBJECT);
                    all.add(formulas.any(formulas.atom(new Atom.Lacks(List.of(key))), then));
                }
            }
        }
        if (schema.get("unevaluatedProperties", Draft.V2019_09) != null) {
            Type left = below(schema, "unevaluatedProperties");
            List<Formula> some = new ArrayList<>();
            for (Cover cover : covers(schema, Kind.OBJECT, false)) {
                Map<String, Type> named = new LinkedHashMap<>();
                cover.names.forEach(name -> named.put(name, types.any()));
                List<Regex.Node> patterns = List.copyOf(cover.patterns);
                some.add(
                        cover.everything
                                ? cover.condition
                                : formulas.all(
                                        cover.condition,
                                        each(
                                                named,
                                                patterns,
                                                Collections.nCopies(patterns.size(), types.any()),
                                                left,
                                                schema)));
            }
            all.add(formulas.any(some));
        }
        return formulas.all(all);
    }

    private Formula each(
            Map<String, Type> named, List<Regex.Node> patterns, List<Type> ofPatterns, Type other, Subschema schema) {
        int ordinal = ordinals.getOrDefault(schema.node(), Integer.MAX_VALUE - 1);
        return types.formulas()
                .atom(new Atom.Each(new Atom.Members(
                        named, patterns.toArray(Regex.Node[]::new), ofPatterns.toArray(Type[]::new), other, ordinal)));
    }

    private static List<String> strings(Subschema schema, JsonNode list, String keyword) {
        Set<String> names = new HashSet<>();
        for (JsonNode name : list) {
            if (!name.isString()) {
                throw schema.refuse(keyword, "lists " + name + ", which is no name", "list names");
            }
            names.add(name.stringValue());
        }
        return names.stream().sorted().toList();
    }

    // What is evaluated

    /** Where a condition holds, what of an object or array the schemas applied to it have evaluated. */
    private static final class Cover {
        final Formula condition;
        final boolean everything;
        final Set<String> names;
        final Set<Regex.Node> patterns;
        final int first;
        final Set<Type> contained;

        Cover(
                Formula condition,
                boolean everything,
                Set<String> names,
                Set<Regex.Node> patterns,
                int first,
                Set<Type> contained) {
            this.condition = condition;
            this.everything = everything;
            this.names = names;
            this.patterns = patterns;
            this.first = first;
            this.contained = contained;
        }

        boolean isEmpty() {
            return !everything && names.isEmpty() && patterns.isEmpty() && first == 0 && contained.isEmpty();
        }
    }

    private Cover and(Cover one, Cover other) {
        return new Cover(
                types.formulas().all(one.condition, other.condition),
                one.everything || other.everything,
                union(one.names, other.names),
                union(one.patterns, other.patterns),
                Math.max(one.first, other.first),
                union(one.contained, other.contained));
    }

    private static <T> Set<T> union(Set<T> one, Set<T> other) {
        Set<T> all = new LinkedHashSet<>(one);
        all.addAll(other);
        return all;
    }

    private Cover nothing(Formula condition) {
        return new Cover(condition, false, Set.of(), Set.of(), 0, Set.of());
    }

    /** @param own whether the schema's own unevaluated keyword counts */
    private List<Cover> covers(Subschema schema, Kind kind, boolean own) {
        JsonNode node = schema.node();
        List<Cover> covers = List.of(own(schema, kind, own));
        for (Type type : new Type[] {
            reads(schema, "$ref") && node.path("$ref").isString()
                    ? type(resolve(schema, "$ref", node.path("$ref").stringValue()), schema.scope())
                    : types.any(),
            reads(schema, "$dynamicRef") && node.path("$dynamicRef").isString()
                    ? type(dynamicTarget(schema), schema.scope())
                    : types.any(),
            reads(schema, "$recursiveRef") && node.path("$recursiveRef").isString()
                    ? type(recursiveTarget(schema), schema.scope())
                    : types.any()
        }) {
            covers = product(schema, covers, covers(type, kind));
        }
        for (Type part : list(schema, "allOf")) {
            covers = product(schema, covers, covers(part, kind));
        }
        for (Type part : list(schema, "anyOf")) {
            covers = product(schema, covers, perhaps(types.contents(part, kind), covers(part, kind)));
        }
        if (node.has("oneOf")) {
            List<Cover> some = new ArrayList<>(List.of(nothing(types.formulas().always())));
            for (Type part : list(schema, "oneOf")) {
                List<Cover> chosen = perhaps(types.contents(part, kind), covers(part, kind));
                some.addAll(chosen.subList(1, chosen.size()));
            }
            covers = product(schema, covers, some);
        }
        if (node.has("if")) {
            Formula condition = types.contents(below(schema, "if"), kind);
            List<Cover> some = new ArrayList<>();
            List<Cover> when = List.of(nothing(condition));
            some.addAll(product(
                    schema,
                    product(schema, when, covers(below(schema, "if"), kind)),
                    covers(below(schema, "then"), kind)));
            some.addAll(product(
                    schema, List.of(nothing(types.formulas().not(condition))), covers(below(schema, "else"), kind)));
            covers = product(schema, covers, some);
        }
        if (kind == Kind.OBJECT) {
            for (Map.Entry<String, JsonNode> dependent :
                    node.path("dependentSchemas").properties()) {
                Formula has = types.formulas().atom(new Atom.Has(List.of(dependent.getKey())));
                Type then = below(schema, dependent.getValue(), "dependentSchemas", dependent.getKey());
                covers = product(schema, covers, perhaps(has, covers(then, kind)));
            }
        }
        return covers;
    }

    private List<Cover> covers(Type type, Kind kind) {
        return type.op == Type.Op.SCHEMA
                ? covers((Subschema) java.util.Objects.requireNonNull(type.leaf), kind, true)
                : List.of(nothing(types.formulas().always()));
    }

    /** Nothing, or what is covered where the condition holds. */
    private List<Cover> perhaps(Formula condition, List<Cover> covers) {
        List<Cover> some = new ArrayList<>(List.of(nothing(types.formulas().always())));
        for (Cover cover : covers) {
            if (!cover.isEmpty()) {
                some.add(and(nothing(condition), cover));
            }
        }
        return some;
    }

    private List<Cover> product(Subschema schema, List<Cover> ones, List<Cover> others) {
        List<Cover> all = new ArrayList<>();
        for (Cover one : ones) {
            for (Cover other : others) {
                all.add(and(one, other));
            }
        }
        if (all.size() > MAX_COVERS) {
            throw schema.refuse(
                    schema.node().has("unevaluatedItems") ? "unevaluatedItems" : "unevaluatedProperties",
                    "depends on more than " + MAX_COVERS + " combinations of alternatives",
                    "use fewer, or additionalProperties");
        }
        return all;
    }

    private Cover own(Subschema schema, Kind kind, boolean own) {
        JsonNode node = schema.node();
        Formula always = types.formulas().always();
        if (kind == Kind.OBJECT) {
            Set<String> names = new LinkedHashSet<>(node.path("properties").propertyNames());
            Set<Regex.Node> patterns = new LinkedHashSet<>();
            for (String pattern : node.path("patternProperties").propertyNames()) {
                patterns.add(pattern(schema, "patternProperties", pattern));
            }
            boolean all = node.has("additionalProperties") || own && node.has("unevaluatedProperties");
            return new Cover(always, all, names, patterns, 0, Set.of());
        }
        boolean modern = schema.draft().since(Draft.V2020_12);
        boolean tuple = modern ? node.has("prefixItems") : node.path("items").isArray();
        int first = tuple ? (modern ? node.path("prefixItems") : node.path("items")).size() : 0;
        boolean all = own && node.has("unevaluatedItems")
                || node.has("items") && !node.path("items").isArray()
                || !modern && tuple && node.has("additionalItems");
        Set<Type> contained = modern && node.has("contains") ? Set.of(below(schema, "contains")) : Set.of();
        return new Cover(always, all, Set.of(), Set.of(), first, contained);
    }
}
