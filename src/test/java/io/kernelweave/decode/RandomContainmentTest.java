package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.schema.Containment;
import io.kernelweave.schema.SchemaValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random schemas, and all small values: no value may contradict what is proved. A seed that fails is in the message; {@code
 * -Dkernelweave.schemas=…} runs more of them.
 */
class RandomContainmentTest {
    private static final int SCHEMAS = Integer.getInteger("kernelweave.schemas", 300);

    /** The schema without something that it says, at the top or in a schema below: mostly it allows more. */
    private static ObjectNode without(ObjectNode schema, SplittableRandom random) {
        ObjectNode copy = schema.deepCopy();
        ObjectNode at = copy;
        while (true) {
            List<String> keywords = new ArrayList<>(at.propertyNames());
            keywords.removeIf(keyword -> keyword.startsWith("$") || keyword.equals("definitions"));
            if (keywords.isEmpty()) {
                return copy;
            }
            String keyword = keywords.get(random.nextInt(keywords.size()));
            if (at.get(keyword) instanceof ObjectNode below && !below.isEmpty() && random.nextBoolean()) {
                at = below;
            } else {
                at.remove(keyword);
                return copy;
            }
        }
    }

    private static boolean satisfies(JsonNode schema, JsonNode value) {
        return SchemaValidator.compile(schema, "schema").validate(value).isEmpty();
    }

    /** Proved and refuted are right of all values; counts what is proved, refuted and unknown. */
    private static Containment check(JsonNode one, JsonNode other, List<JsonNode> values, int[] counts) {
        Containment answer = Containment.of(one, other);
        if (answer instanceof Containment.Refuted refuted) {
            counts[1]++;
            assertThat(satisfies(one, refuted.witness())).isTrue();
            assertThat(satisfies(other, refuted.witness())).isFalse();
        } else if (answer instanceof Containment.Proven) {
            counts[0]++;
            SchemaValidator inOne;
            SchemaValidator inOther;
            try {
                inOne = SchemaValidator.compile(one, "one");
                inOther = SchemaValidator.compile(other, "other");
            } catch (InputException e) {
                return answer; // there is nothing to ask
            }
            for (JsonNode value : values) {
                if (inOne.validate(value).isEmpty()) {
                    assertThat(inOther.validate(value))
                            .as("%s satisfies %s, not %s", value, one, other)
                            .isEmpty();
                }
            }
        } else {
            counts[2]++;
        }
        return answer;
    }

    @Test
    void noValueContradictsWhatIsProven() {
        int[] counts = new int[3];
        for (long seed = 0; seed < SCHEMAS; seed++) {
            RandomSchemas random = new RandomSchemas(seed);
            ObjectNode one = random.schema();
            List<JsonNode> values = random.values();
            SplittableRandom choices = new SplittableRandom(seed);
            ObjectNode other = without(one, choices);
            ObjectNode third = without(other, choices);
            try {
                assertThat(Containment.of(one, one.deepCopy())).isEqualTo(new Containment.Proven());
                Containment first = check(one, other, values, counts);
                check(other, one, values, counts);
                Containment second = check(other, third, values, counts);
                Containment both = check(one, third, values, counts);
                if (first instanceof Containment.Proven && second instanceof Containment.Proven) {
                    assertThat(both).isNotInstanceOf(Containment.Refuted.class);
                }
                check(one, new RandomSchemas(seed + 1).schema(), values, counts);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + one + ": " + e.getMessage(), e);
            }
        }
        System.out.printf("%d proved, %d refuted, %d unknown%n", counts[0], counts[1], counts[2]);
        assertThat(counts[2]).as("unknown").isLessThanOrEqualTo((counts[0] + counts[1]) / 10);
    }

    @Test
    void whatSatisfiesTwoSchemasSatisfiesEach() {
        for (long seed = 0; seed < SCHEMAS / 3; seed++) {
            ObjectNode one = new RandomSchemas(seed).schema();
            ObjectNode other = new RandomSchemas(seed + 1_000).schema();
            if (one.toString().contains("Ref")
                    || (one + "" + other).contains("$ref")
                    || !one.get("$schema").equals(other.get("$schema"))) {
                continue;
            }
            ObjectNode both = Json.object();
            both.set("$schema", one.get("$schema"));
            both.putArray("allOf").add(bare(one)).add(bare(other));
            for (JsonNode each : List.of(one, other)) {
                assertThat(Containment.of(both, each))
                        .as("seed %d: %s in %s", seed, both, each)
                        .isNotInstanceOf(Containment.Refuted.class);
            }
        }
    }

    private static ObjectNode bare(ObjectNode schema) {
        ObjectNode bare = schema.deepCopy();
        for (String keyword : List.of("$schema", "$defs", "definitions", "$recursiveAnchor", "$dynamicAnchor")) {
            bare.remove(keyword);
        }
        return bare;
    }
}
