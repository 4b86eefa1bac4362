package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaRefusalTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();

    private static JsonSchemaConstraint compile(String schema) {
        return JsonSchemaConstraint.compile(Json.parse(schema, "test"), VOCABULARY);
    }

    /** A schema in which the refused one is the schema of a property, so that the pointer has to lead there. */
    private static String nested(String schema) {
        return "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"a/b~c\":" + schema + "}}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"anyOf\":[]} | anyOf",
                "{\"oneOf\":[]} | oneOf",
                "{\"allOf\":[]} | allOf",
                "{\"not\":{}} | not",
                "{\"if\":{}} | if",
                "{\"$ref\":\"https://example.org/schema.json\"} | $ref",
                "{\"$ref\":\"#/$defs/x\"} | $ref",
                "{\"$defs\":{}} | $defs",
                "{\"type\":\"string\",\"format\":\"date\"} | format",
                "{\"type\":\"number\",\"multipleOf\":2} | multipleOf",
                "{\"type\":\"integer\",\"exclusiveMinimum\":2} | exclusiveMinimum",
                "{\"type\":\"array\",\"items\":{\"const\":1},\"uniqueItems\":true} | uniqueItems",
                "{\"type\":\"array\",\"prefixItems\":[]} | prefixItems",
                "{\"type\":\"array\"} | items",
                "{\"type\":\"array\",\"items\":{\"const\":1},\"minItems\":3,\"maxItems\":2} | minItems",
                "{\"type\":\"array\",\"items\":{\"const\":1},\"minItems\":1000000} | minItems",
                "{\"type\":\"object\"} | additionalProperties",
                "{\"type\":\"object\",\"additionalProperties\":true} | additionalProperties",
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"x\"]} | required",
                "{\"type\":\"object\",\"additionalProperties\":false,\"patternProperties\":{}} | patternProperties",
                "{\"type\":\"text\"} | type",
                "{\"type\":[]} | type",
                "{\"type\":[\"string\",\"string\"]} | type",
                "{\"type\":\"string\",\"minLength\":-1} | minLength",
                "{\"type\":\"string\",\"maxLength\":1.5} | maxLength",
                "{\"type\":\"string\",\"minLength\":3,\"maxLength\":2} | minLength",
                "{\"type\":\"string\",\"pattern\":\"(?=a)\"} | pattern",
                "{\"type\":\"string\",\"pattern\":3} | pattern",
                "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2} | minimum",
                "{\"type\":\"integer\",\"minimum\":1.2,\"maximum\":1.8} | minimum",
                "{\"type\":\"integer\",\"minimum\":1e999999999} | minimum",
                "{\"type\":\"number\",\"minimum\":1} | minimum",
                "{\"type\":\"number\",\"maximum\":1} | maximum",
                "{\"enum\":[]} | enum",
                "{\"enum\":[[1]]} | enum",
                "{\"const\":{}} | const",
                "{\"type\":\"string\",\"enum\":[1,2]} | enum",
                "{\"type\":\"string\",\"maxLength\":2,\"enum\":[\"long\"]} | enum",
                "{\"enum\":[\"a\"],\"const\":\"b\"} | enum",
            })
    void whatCannotBeHonouredExactlyIsRefusedWithKeywordAndPointer(String schema, String keyword) {
        assertThatThrownBy(() -> compile(nested(schema)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("schema #/properties/a~1b~0c/" + keyword + ": ")
                .hasMessageContaining("; ");
    }

    @Test
    void aSchemaWithoutATypeIsRefused() {
        assertThatThrownBy(() -> compile(nested("{}")))
                .hasMessageStartingWith("schema #/properties/a~1b~0c: has no type");
        assertThatThrownBy(() -> compile(nested("true"))).hasMessageStartingWith("schema #/properties/a~1b~0c: ");
        assertThatThrownBy(() -> compile("[]")).hasMessageStartingWith("schema #: ");
    }

    @Test
    void aRemoteReferenceIsCalledOne() {
        assertThatThrownBy(() -> compile("{\"$ref\":\"https://example.org/s.json\"}"))
                .hasMessage(
                        "schema #/$ref: a remote $ref is never fetched; write the schema that it refers to in its place");
    }

    @Test
    void aDocumentThatWouldBeHugeAtItsShortestIsRefused() {
        String schema = "{\"type\":\"string\",\"minLength\":10000}";
        for (int i = 0; i < 3; i++) {
            schema = "{\"type\":\"array\",\"minItems\":10000,\"items\":" + schema + "}";
        }
        String huge = schema;
        assertThatThrownBy(() -> compile(huge)).hasMessageContaining("the shortest document has more than");
    }

    @Test
    void annotationsAreFine() {
        assertThatCode(() -> compile(
                        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$comment\":\"c\",\"title\":\"t\",\"description\":\"d\","
                                + "\"default\":1,\"examples\":[1],\"type\":\"integer\"}"))
                .doesNotThrowAnyException();
    }

    @Test
    void anEnumKeepsOnlyWhatTheOtherKeywordsAllow() {
        JsonSchemaConstraint constraint = compile(
                "{\"type\":[\"string\",\"integer\"],\"pattern\":\"^a\",\"minimum\":2,\"enum\":[\"ab\",\"b\",1,2,3.0,3.5,true,null]}");
        assertThat(constraint.matcher().expected()).isEqualTo("one of \"ab\", 2, 3");
    }

    @Test
    void aVocabularyThatCannotSpellEveryByteIsRefused() {
        TokenVocabulary poor = new SmallVocabulary() {
            @Override
            public byte[] bytes(int token) {
                return token == 'q' ? new byte[0] : super.bytes(token);
            }
        };
        assertThatThrownBy(() -> JsonSchemaConstraint.compile(Json.parse("{\"type\":\"null\"}", "test"), poor))
                .hasMessage("vocabulary small: byte 113 has no token of its own; use a byte-level vocabulary");
    }
}
