package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.regex.Dialect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Looks for a value of one schema that is none of another: in the difference of the sets that they are, and among the values
 * that they name.
 */
final class ContainmentSearch {
    /** Steps of the search for a member of the difference. */
    private static final int FUEL = 60_000;
    /** Members of the difference that are shown to the validator, if it does not agree with the first. */
    private static final int MAX_WITNESSES = 8;

    private static final int MAX_NAMED = 200;
    private static final List<String> NAMING = List.of("const", "enum", "examples", "default");

    private final JsonNode one;
    private final JsonNode other;
    private final Supplier<SchemaValidator> compileOne;
    private final Supplier<SchemaValidator> compileOther;
    private @Nullable SchemaValidator inOne;
    private @Nullable SchemaValidator inOther;
    private String reason = "";

    ContainmentSearch(JsonNode one, JsonNode other) {
        this(
                one,
                other,
                () -> SchemaValidator.compile(one, "first schema #"),
                () -> SchemaValidator.compile(other, "second schema #"));
    }

    /** @param compileOne gives the validator of the first, or refuses it */
    ContainmentSearch(
            JsonNode one,
            JsonNode other,
            Supplier<SchemaValidator> compileOne,
            Supplier<SchemaValidator> compileOther) {
        this.one = one;
        this.other = other;
        this.compileOne = compileOne;
        this.compileOther = compileOther;
    }

    Containment answer() {
        if (one.equals(other)) {
            return new Containment.Proven();
        }
        try {
            inOne = compileOne.get();
            inOther = compileOther.get();
        } catch (InputException e) {
            reason = String.valueOf(e.getMessage()); // nothing can be refuted, but something may be proved
        }
        boolean proven = true;
        try {
            // The standard has patterns in one dialect, the validator in another: what is proved holds in both.
            boolean patterns = true;
            for (Dialect dialect : Dialect.values()) {
                if (patterns) {
                    Types types = new Types(one, draft -> !draft.since(Draft.V2019_09), dialect, FUEL);
                    Type difference = difference(types);
                    @Nullable JsonNode witness = witness(types, difference);
                    if (witness != null) {
                        return new Containment.Refuted(witness);
                    }
                    proven &= isEmpty(types, difference);
                    patterns = types.hasPatterns();
                }
            }
        } catch (InputException e) {
            reason = String.valueOf(e.getMessage());
            proven = false;
        } catch (StackOverflowError e) {
            reason = "the schemas lead too deeply into each other to be decided";
            proven = false;
        }
        List<JsonNode> named = new ArrayList<>();
        collect(one, named);
        collect(other, named);
        for (JsonNode value : named) {
            if (isWitness(value)) {
                return new Containment.Refuted(value);
            }
        }
        return proven ? new Containment.Proven() : new Containment.Unknown(reason);
    }

    private Type difference(Types types) {
        return types.both(read("first ", types::root), types.not(read("second ", () -> types.read(other))));
    }

    private static Type read(String which, Supplier<Type> reading) {
        try {
            return reading.get();
        } catch (InputException e) {
            throw new InputException(which + e.getMessage());
        }
    }

    private boolean isEmpty(Types types, Type difference) {
        if (types.emptiness().inhabited(difference)) {
            return false;
        }
        if (!types.emptiness().isExact()) {
            reason = "the search for a value of the one that is none of the other was cut short";
        }
        return types.emptiness().isExact();
    }

    /** A small member of the difference that the validator confirms; null if there is none or none was found. */
    private @Nullable JsonNode witness(Types types, Type difference) {
        Type left = difference;
        for (int tries = 0; tries < MAX_WITNESSES; tries++) {
            Optional<JsonNode> value = types.smallest().of(left);
            if (value.isEmpty()) {
                reason = tries == 0 && reason.isEmpty() ? "there are such values, but no small one was found" : reason;
                return null;
            }
            // As somebody would read it: whether a number is whole may depend on how it is written.
            JsonNode read = Json.parseTrusted(Json.compact(value.get()));
            if (isWitness(read)) {
                return read;
            }
            if (reason.isEmpty()) {
                reason = "the validator does not confirm that " + Json.compact(read) + " tells them apart";
            }
            left = types.both(left, types.not(types.values(Values.of(List.of(value.get())))));
        }
        return null;
    }

    private boolean isWitness(JsonNode value) {
        SchemaValidator first = inOne;
        SchemaValidator second = inOther;
        try {
            return first != null
                    && second != null
                    && first.validate(value).isEmpty()
                    && !second.validate(value).isEmpty();
        } catch (InputException e) {
            return false;
        }
    }

    /** Values that stand in a schema. */
    private static void collect(JsonNode schema, List<JsonNode> into) {
        for (String keyword : NAMING) {
            JsonNode value = schema.get(keyword);
            if (value != null) {
                into.add(value);
                value.forEach(into::add);
            }
        }
        for (JsonNode part : schema) {
            if (into.size() < MAX_NAMED) {
                collect(part, into);
            }
        }
    }
}
