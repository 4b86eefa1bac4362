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
 * that they name. A witness has to be one for the validator and in each reading of the schemas as sets.
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
    private final Draft unnamed;
    private final Supplier<SchemaValidator> compileOne;
    private final Supplier<SchemaValidator> compileOther;
    private @Nullable SchemaValidator inOne;
    private @Nullable SchemaValidator inOther;
    private final List<Reading> readings = new ArrayList<>();
    private String reason = "";

    /** What the difference is, as one dialect of patterns has it. */
    private record Reading(Types types, Type difference) {}

    ContainmentSearch(JsonNode one, JsonNode other, Draft unnamed) {
        this(
                one,
                other,
                unnamed,
                () -> SchemaValidator.compile(one, "first schema #", unnamed),
                () -> SchemaValidator.compile(other, "second schema #", unnamed));
    }

    /** @param compileOne gives the validator of the first, or refuses it */
    ContainmentSearch(
            JsonNode one,
            JsonNode other,
            Draft unnamed,
            Supplier<SchemaValidator> compileOne,
            Supplier<SchemaValidator> compileOther) {
        this.one = one;
        this.other = other;
        this.unnamed = unnamed;
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
        } catch (SchemaValidator.MalformedException e) {
            return new Containment.Unknown(String.valueOf(e.getMessage()));
        } catch (InputException e) {
            reason = String.valueOf(e.getMessage()); // nothing can be refuted, but something may be proved
        }
        boolean proven = true;
        boolean readable = true;
        try {
            // The standard has patterns in one dialect, the validator in another: what is decided holds in both.
            for (Dialect dialect : Dialect.values()) {
                if (readings.isEmpty() || readings.get(0).types.hasPatterns()) {
                    Types types = new Types(one, unnamed, draft -> !draft.since(Draft.V2019_09), dialect, FUEL);
                    readings.add(new Reading(types, difference(types)));
                }
            }
            for (Reading reading : readings) {
                @Nullable JsonNode witness = witness(reading);
                if (witness != null) {
                    return new Containment.Refuted(witness);
                }
                proven &= isEmpty(reading.types, reading.difference);
            }
        } catch (InputException e) {
            reason = String.valueOf(e.getMessage());
            readable = false;
        } catch (StackOverflowError e) {
            reason = "the schemas lead too deeply into each other to be decided";
            readable = false;
        }
        List<JsonNode> named = new ArrayList<>();
        collect(one, named);
        collect(other, named);
        for (JsonNode value : named) {
            if (isConfirmed(value)) {
                if (readable ? isInEveryReading(value) : !hasPatternsAsText(one) && !hasPatternsAsText(other)) {
                    return new Containment.Refuted(value);
                }
                proven = false;
                if (readable) {
                    reason = "the validator says that " + Json.compact(value)
                            + " tells them apart, the standard does not";
                }
            }
        }
        return proven && readable ? new Containment.Proven() : new Containment.Unknown(reason);
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
    private @Nullable JsonNode witness(Reading reading) {
        Types types = reading.types;
        Type left = reading.difference;
        for (int tries = 0; tries < MAX_WITNESSES; tries++) {
            Optional<JsonNode> value = types.smallest().of(left);
            if (value.isEmpty()) {
                reason = tries == 0 && reason.isEmpty() ? "there are such values, but no small one was found" : reason;
                return null;
            }
            // As somebody would read it: whether a number is whole may depend on how it is written.
            JsonNode read = Json.parseTrusted(Json.compact(value.get()));
            boolean confirmed = isConfirmed(read);
            if (confirmed && isInEveryReading(read)) {
                return read;
            }
            if (reason.isEmpty()) {
                reason = confirmed
                        ? "by one dialect of patterns " + Json.compact(read)
                                + " tells them apart, by another it does not"
                        : "the validator does not confirm that " + Json.compact(read) + " tells them apart";
            }
            left = types.both(left, types.not(types.values(Values.of(List.of(value.get())))));
        }
        return null;
    }

    /** Whether a value is in the difference, however patterns are read. */
    private boolean isInEveryReading(JsonNode value) {
        return readings.stream().allMatch(reading -> {
            Types types = reading.types;
            Type own = types.both(reading.difference, types.values(Values.of(List.of(value))));
            return types.emptiness().inhabited(own) && types.emptiness().isExact();
        });
    }

    private boolean isConfirmed(JsonNode value) {
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

    /** Whether a text has to be a pattern somewhere: the validator takes it for one of its own dialect. */
    private static boolean hasPatternsAsText(JsonNode schema) {
        boolean found = schema.path("format").asString("").equals("regex");
        for (JsonNode part : schema) {
            found |= hasPatternsAsText(part);
        }
        return found;
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
