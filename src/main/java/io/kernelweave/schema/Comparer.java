package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import tools.jackson.databind.JsonNode;

/**
 * Compares many schemas with each other: the answers are those of {@link Containment#of}, but each schema is compiled once, and
 * no two are compared twice. Schemas must not change meanwhile. Thread-safe.
 */
public final class Comparer {
    /** So many are kept; then all are forgotten. */
    private static final int MAX_KEPT = 20_000;

    private record Pair(JsonNode one, JsonNode other) {}

    private final ConcurrentMap<JsonNode, Optional<SchemaValidator>> validators = new ConcurrentHashMap<>();
    private final ConcurrentMap<Pair, Containment> answers = new ConcurrentHashMap<>();

    /** Whether every value that satisfies {@code one} satisfies {@code other}. */
    public Containment containment(JsonNode one, JsonNode other) {
        if (answers.size() > MAX_KEPT) {
            answers.clear();
        }
        Pair pair = new Pair(one, other);
        Containment known = answers.get(pair);
        if (known == null) {
            known = new ContainmentSearch(
                            one,
                            other,
                            () -> validator(one, "first schema #"),
                            () -> validator(other, "second schema #"))
                    .answer();
            answers.put(pair, known);
        }
        return known;
    }

    private SchemaValidator validator(JsonNode schema, String origin) {
        if (validators.size() > MAX_KEPT) {
            validators.clear();
        }
        // Who is refused is compiled again, for the refusal that names it.
        return validators
                .computeIfAbsent(schema, key -> {
                    try {
                        return Optional.of(SchemaValidator.compile(key, origin));
                    } catch (InputException e) {
                        return Optional.empty();
                    }
                })
                .orElseGet(() -> SchemaValidator.compile(schema, origin));
    }
}
