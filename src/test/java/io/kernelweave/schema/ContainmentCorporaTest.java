package io.kernelweave.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Pairs of schemas of which it is known whether one contains the other; skipped where the corpora are absent. */
class ContainmentCorporaTest {
    /**
     * Tests that say otherwise than the validator: that {@code .} is any character, a line break too; that 3 is no multiple of
     * 0.3; that in draft 4 the number 5.0 is an integer; that {@code format} is no condition there.
     */
    private static final Set<String> IBM_OTHERWISE = Set.of(
            "test_equiv_multiple_case",
            "test_all_all_3",
            "test_join_mulof10",
            "test_tricky1",
            "test_tricky2",
            "test_tricky4");

    /**
     * Tests that say otherwise than the standard: what {@code \w} and {@code \d} are beyond ASCII; that every value is in a union of
     * arrays; and that two schemas have no value between them, where one of them has an {@code enum} with another URI in it.
     */
    private static final Set<String> SUITE_OTHERWISE = Set.of(
            "draft7/unions/optional/unicode.json",
            "draft7/valid/optional/unicode.json",
            "draft7/universal/items.json",
            "draft7/unsatisfiable/id.json");

    private final List<String> wrong = new ArrayList<>();
    private int right;
    private int unknown;

    private static JsonNode draft(JsonNode schema, int number) {
        if (!schema.isObject() || schema.has("$schema")) {
            return schema;
        }
        ObjectNode copy = Json.object();
        copy.put("$schema", "http://json-schema.org/draft-0" + number + "/schema#");
        return copy.setAll((ObjectNode) schema);
    }

    private void judge(String name, Containment answer, boolean expected) {
        if (answer instanceof Containment.Unknown) {
            unknown++;
        } else if (answer instanceof Containment.Proven == expected) {
            right++;
        } else {
            wrong.add(name);
        }
    }

    @Test
    void thePairsOfJsonsubschemaAreDecided() {
        for (JsonNode row : Corpora.read("subschema/ibm.jsonl.gz")) {
            JsonNode one = draft(row.get("s1"), 4);
            JsonNode other = draft(row.get("s2"), 4);
            boolean equivalence = row.get("op").stringValue().equals("isEquivalent");
            String name = row.get("test").stringValue();
            judge(
                    name.substring(name.lastIndexOf('.') + 1),
                    equivalence ? Containment.equivalence(one, other) : Containment.of(one, other),
                    row.get("expected").booleanValue());
        }

        assertThat(wrong).isSubsetOf(IBM_OTHERWISE).hasSizeLessThanOrEqualTo(10);
        assertThat(unknown).isZero();
        assertThat(right).isGreaterThanOrEqualTo(282);
    }

    @Test
    void thePairsOfTheContainmentSuiteAreDecided() {
        for (JsonNode file : Corpora.read("subschema/containment.jsonl.gz")) {
            for (JsonNode pair : file.get("content")) {
                JsonNode one = draft(pair.get("schema1"), 7);
                JsonNode other = draft(pair.get("schema2"), 7);
                JsonNode tests = pair.get("tests");
                String name = file.get("file").stringValue();
                judge(
                        name,
                        Containment.of(one, other),
                        tests.get("s1SubsetEqOfs2").booleanValue());
                if (tests.has("s2SubsetEqOfs1")) {
                    judge(
                            name,
                            Containment.of(other, one),
                            tests.get("s2SubsetEqOfs1").booleanValue());
                }
            }
        }

        assertThat(wrong).isSubsetOf(SUITE_OTHERWISE).hasSizeLessThanOrEqualTo(12);
        assertThat(unknown).isLessThanOrEqualTo(66);
        assertThat(right).isGreaterThanOrEqualTo(1_699);
    }

    /**
     * A value is valid if the schema of just this value is contained. The suite's {@code optional/format} takes {@code format} for a
     * condition in 2020-12 too.
     */
    @Test
    void theValidityOfTheTestSuiteIsContainmentOfConstants() {
        int all = 0;
        for (JsonNode group : Corpora.read("json-schema-test-suite.jsonl.gz")) {
            String file = group.get("file").stringValue();
            Draft draft = file.startsWith("draft7/") ? Draft.V7 : Draft.V2020_12;
            for (JsonNode test : group.get("tests")) {
                if (!file.startsWith("draft2020-12/optional/format/")) {
                    all++;
                    JsonNode constant = Json.object().set("const", test.get("data"));
                    judge(
                            file,
                            Containment.of(constant, group.get("schema"), draft),
                            test.get("valid").booleanValue());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(unknown).isLessThanOrEqualTo(269);
        assertThat(right + wrong.size() + unknown).isEqualTo(all);
        assertThat(all).isGreaterThan(2_500);
    }
}
