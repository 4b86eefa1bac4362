package io.kernelweave.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaValidatorTest {
    private static SchemaValidator compile(String schema) {
        return SchemaValidator.compile(Json.parse(schema, "test"), "kernel k /output_schema");
    }

    private static List<Violation> validate(String schema, String value) {
        return compile(schema).validate(Json.parse(value, "test"));
    }

    @Test
    void everyViolationIsNamedWithPointerAndKeyword() {
        String schema = """
                {"type":"object","additionalProperties":false,"required":["a"],"properties":{
                  "a":{"type":"integer"},"rows":{"type":"array","items":{"pattern":"^x+$"}}}}""";
        assertThat(validate(schema, "{\"a\":1,\"rows\":[\"x\"]}")).isEmpty();
        assertThat(validate(schema, "{\"rows\":[\"x\",\"y\"],\"b\":1}"))
                .extracting(Violation::pointer, Violation::keyword)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("", "additionalProperties"),
                        org.assertj.core.groups.Tuple.tuple("", "required"),
                        org.assertj.core.groups.Tuple.tuple("/rows/1", "pattern"));
    }

    @Test
    void draft2020IsTheDefaultAndOlderDraftsAreHonoured() {
        String positional = "{\"prefixItems\":[{\"type\":\"string\"}]}";
        assertThat(validate(positional, "[1]")).hasSize(1);
        String old = "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{\"type\":\"string\"}]}";
        assertThat(validate(old, "[1]")).hasSize(1);
        assertThat(validate("{\"type\":\"integer\"}", "1.0")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"$ref\":\"http://example.com/s\"} | /$ref | nothing is fetched",
                "{\"allOf\":[{\"$ref\":\"file:///etc/passwd\"}]} | /allOf/0/$ref | nothing is fetched",
                "{\"properties\":{\"a/b\":{\"$ref\":\"other.json\"}}} | /properties/a~1b/$ref | nothing is fetched",
                "{\"$ref\":\"#/$defs/x\"} | /$ref | leads nowhere",
                "{\"$ref\":\"#x\"} | /$ref | names no anchor",
                "{\"$id\":\"http://a/b\",\"$ref\":\"c\"} | /$ref | nothing is fetched",
                "{\"items\":{\"$id\":\"http://a/b\",\"$ref\":\"#/$defs/x\"},\"$defs\":{\"x\":{}}} | /items/$ref | leads nowhere",
                "{\"type\":\"strin\"} | /type | not a schema",
                "{\"minLength\":-1} | /minLength | not a schema",
                "{\"pattern\":\"(?=a)\"} | /pattern | not a pattern of RE2",
                "{\"patternProperties\":{\"(a\":{}}} | /patternProperties/(a | not a pattern of RE2",
                "{\"items\":{\"pattern\":\"((a{1000}){1000}){1000}\"}} | /items/pattern | too large",
                "{\"$schema\":\"http://example.com/mine\"} | /$schema | unknown dialect",
                "{\"$ref\":\"#\"} | output_schema | lead back",
                "[] | output_schema | an object or a boolean"
            })
    void whatIsNoSchemaIsRefusedWithItsPointer(String schema, String pointer, String problem) {
        assertThatThrownBy(() -> validate(schema, "{\"a\":1}"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("kernel k /output_schema")
                .hasMessageContaining(pointer)
                .hasMessageContaining(problem);
    }

    @Test
    void dataThatLooksLikeSchemaIsData() {
        assertThat(validate("{\"enum\":[{\"$ref\":\"http://example.com\"}]}", "{\"$ref\":\"http://example.com\"}"))
                .isEmpty();
        assertThat(validate("{\"properties\":{\"$ref\":{\"type\":\"string\"},\"pattern\":{}}}", "{\"$ref\":\"x\"}"))
                .isEmpty();
    }

    @Test
    void localReferencesWork() {
        String schema = "{\"$defs\":{\"n\":{\"type\":\"integer\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}}}";
        assertThat(validate(schema, "{\"a\":1}")).isEmpty();
        assertThat(validate(schema, "{\"a\":\"x\"}")).hasSize(1);
    }

    @Test
    void referencesLeadThroughPercentCodesAndIdentifiersInsideTheDocument() {
        String coded =
                "{\"$defs\":{\"a b%\":{\"type\":\"integer\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/a%20b%25\"}}}";
        assertThat(validate(coded, "{\"a\":1}")).isEmpty();
        assertThat(validate(coded, "{\"a\":\"x\"}")).hasSize(1);
        String embedded = """
                {"$id":"http://a.example/tree","properties":{"n":{"$ref":"node"}},
                 "$defs":{"node":{"$id":"http://a.example/node","$defs":{"v":{"type":"integer"}},"properties":{
                   "v":{"$ref":"#/$defs/v"},"t":{"$ref":"tree"}}}}}""";
        assertThat(validate(embedded, "{\"n\":{\"v\":1,\"t\":{\"n\":{}}}}")).isEmpty();
        assertThat(validate(embedded, "{\"n\":{\"t\":{\"n\":{\"v\":\"x\"}}}}"))
                .extracting(Violation::pointer)
                .containsExactly("/n/t/n/v");
        String meta = "{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}";
        assertThat(validate(meta, "{\"minLength\":1}")).isEmpty();
        assertThat(validate(meta, "{\"minLength\":-1}")).isNotEmpty();
    }

    @Test
    void formatsAreConditionsUpToDraft7AndAnnotationsLater() {
        for (Draft draft : Draft.values()) {
            SchemaValidator date = SchemaValidator.compile(Json.parse("{\"format\":\"date\"}", "test"), "test", draft);
            assertThat(date.validate(Json.tree("yesterday")).isEmpty())
                    .as("%s", draft)
                    .isEqualTo(draft.since(Draft.V2019_09));
        }
    }

    @Test
    void theCallersDraftCountsWhereASchemaNamesNone() {
        String positional = "{\"items\":[{\"type\":\"string\"}]}";
        SchemaValidator old = SchemaValidator.compile(Json.parse(positional, "test"), "test", Draft.named("7"));
        assertThat(old.validate(Json.parse("[1]", "test"))).hasSize(1);
        assertThatThrownBy(() -> validate(positional, "[1]")).hasMessageContaining("not a schema");
        assertThatThrownBy(() -> Draft.named("3")).hasMessageContaining("is no draft of JSON Schema");
    }

    @Test
    void numbersBeyondReasonAreRefusedNotPassed() {
        assertThat(validate("{\"type\":\"integer\",\"maximum\":5}", "99999999999999999999999"))
                .hasSize(1);
        assertThatThrownBy(() -> validate("{\"type\":\"integer\",\"maximum\":5}", "1e99999999"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("out of range");
    }

    @Test
    void sizeOfAPatternCountsRepeatsOfRepeats() {
        assertThat(LinearPattern.size("abc")).isLessThan(10);
        assertThat(LinearPattern.size("[a-z]{60}")).isBetween(60L, 200L);
        assertThat(LinearPattern.size("(?:[a-z]{60}x){60}")).isBetween(3600L, 8000L);
        assertThat(LinearPattern.size("((a{1000}){1000}){1000}")).isGreaterThan(20_000);
        assertThat(LinearPattern.size("(a{100}){100}|(b{100}){100}")).isGreaterThan(20_000);
        assertThat(LinearPattern.size("\\{1000}[{]{2}")).isLessThan(30);
    }
}
