package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A schema object at its place in a document.
 *
 * @param node the object
 * @param pointer where it stands
 * @param resource what its references are relative to
 * @param scope the resources entered on the way to it, outermost first, where dynamic references need them
 */
record Subschema(JsonNode node, String pointer, Resource resource, List<Resource> scope) {

    /** A schema with an identifier of its own, and what is known by name inside. Equal only to itself. */
    static final class Resource {
        final SchemaReader reader;
        final String uri;
        final JsonNode node;
        final Draft draft;
        final String pointer;
        final Map<String, Located> anchors = new HashMap<>();
        final Map<String, Located> dynamicAnchors = new HashMap<>();

        Resource(SchemaReader reader, String uri, JsonNode node, Draft draft, String pointer) {
            this.reader = reader;
            this.uri = uri;
            this.node = node;
            this.draft = draft;
            this.pointer = pointer;
        }
    }

    /** A place in the document. */
    record Located(JsonNode node, String pointer, Resource resource) {}

    /** Who read the document. */
    SchemaReader reader() {
        return resource.reader;
    }

    Draft draft() {
        return resource.draft;
    }

    /** The value of a keyword if the draft has it, else null. */
    @Nullable
    JsonNode get(String keyword, Draft since) {
        return draft().since(since) ? node.get(keyword) : null;
    }

    InputException refuse(String keyword, String problem, String remedy) {
        return InputException.at(at(keyword), "keyword " + keyword + " " + problem, remedy);
    }

    /** Where a keyword stands, as a refusal names it. */
    String at(String keyword) {
        return "schema #" + pointer + "/" + keyword.replace("~", "~0").replace("/", "~1");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Subschema schema && node == schema.node && scope.equals(schema.scope);
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(node) * 31 + scope.size();
    }

    @Override
    public String toString() {
        return "#" + pointer;
    }
}
