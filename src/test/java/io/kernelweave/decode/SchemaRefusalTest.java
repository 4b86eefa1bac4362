package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be honoured is refused when it is compiled, and says where and why; it is never passed over. */
class SchemaRefusalTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();

    private static JsonSchemaConstraint compile(String schema) {
        return JsonSchemaConstraint.compile(Json.parse(schema, "test"), VOCABULARY);
    }

    /** A schema in which the refused one is the schema of a property, so that the pointer has to lead there. */
    private static String nested(String schema) {
        return "{\"properties\":{\"a/b~c\":" + schema + "}}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'anyOf':[]} | anyOf",
                "{'oneOf':{}} | oneOf",
                "{'allOf':[]} | allOf",
                "{'allOf':[3]} | allOf/0",
                "{'$ref':'https://example.org/schema.json'} | $ref",
                "{'$ref':'#/$defs/x'} | $ref",
                "{'$ref':'#x'} | $ref",
                "{'$ref':7} | $ref",
                "{'$dynamicRef':'#gone'} | $dynamicRef",
                "{'format':'regex'} | format",
                "{'format':'idn-hostname'} | format",
                "{'format':3} | format",
                "{'pattern':3} | pattern",
                "{'pattern':'('} | pattern",
                "{'pattern':'(?<=a)b'} | pattern",
                "{'pattern':'(a)\\\\1'} | pattern",
                "{'minLength':-1} | minLength",
                "{'minLength':1.5} | minLength",
                "{'maxLength':'2'} | maxLength",
                "{'multipleOf':0} | multipleOf",
                "{'multipleOf':'2'} | multipleOf",
                "{'multipleOf':1e-400} | multipleOf",
                "{'minimum':'2'} | minimum",
                "{'minimum':1e999999999} | minimum",
                "{'exclusiveMinimum':true} | exclusiveMinimum",
                "{'uniqueItems':1} | uniqueItems",
                "{'items':3} | items",
                "{'prefixItems':{}} | prefixItems",
                "{'contains':3} | contains",
                "{'contains':{},'minContains':'x'} | minContains",
                "{'contains':{},'maxContains':-1} | maxContains",
                "{'unevaluatedItems':3} | unevaluatedItems",
                "{'properties':3} | properties",
                "{'properties':{'x':3}} | properties/x",
                "{'patternProperties':3} | patternProperties",
                "{'patternProperties':{'(a':{}}} | patternProperties",
                "{'additionalProperties':3} | additionalProperties",
                "{'propertyNames':3} | propertyNames",
                "{'required':'a'} | required",
                "{'required':[1]} | required",
                "{'dependentRequired':{'a':'b'}} | dependentRequired",
                "{'dependentRequired':{'a':[1]}} | dependentRequired",
                "{'not':3} | not",
                "{'enum':3} | enum",
                "{'type':'text'} | type",
                "{'type':3} | type",
            })
    void whatCannotBeHonouredIsRefusedWithKeywordAndPointer(String schema, String keyword) {
        assertThatThrownBy(() -> compile(nested(schema.replace('\'', '"'))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("schema #/properties/a~1b~0c/" + keyword)
                .hasMessageContaining("; ")
                .hasMessageNotContaining("\n");
    }

    private static String many(int count, String each) {
        return IntStream.range(0, count)
                .mapToObj(i -> each.replace("%", "" + i))
                .collect(Collectors.joining(","));
    }

    @Test
    void moreThanCanBeBorneIsRefusedWithKeywordAndLimit() {
        Map.of(
                        "{'properties':{" + many(10_001, "'%':{}") + "}}",
                        "properties: keyword properties has 10001 members; use at most 10000",
                        "{'anyOf':[" + many(601, "{'minimum':%}") + "]}",
                        "anyOf: keyword anyOf has 601 elements; use at most 600",
                        "{'required':[" + many(1001, "'%'") + "]}",
                        "required: keyword required has 1001 elements; use at most 1000",
                        "{'enum':[" + many(1001, "[%]") + "]}",
                        "enum: keyword enum has 1001 objects and arrays; use at most 1000",
                        "{'dependentRequired':{'a':[" + many(1001, "'%'") + "]}}",
                        "dependentRequired: keyword dependentRequired has 1001 names in a list; use at most 1000",
                        "{'$ref':'#/$defs/0','$defs':{"
                                + IntStream.range(0, 250)
                                        .mapToObj(i -> "'" + i + "':{'$ref':'#/$defs/" + (i + 1) + "'}")
                                        .collect(Collectors.joining(","))
                                + ",'250':{}}}",
                        "$defs/")
                .forEach((schema, refusal) -> assertThatThrownBy(
                                () -> compile(nested(schema.replace("#/$defs", "#/properties/a~1b~0c/$defs")
                                        .replace('\'', '"'))))
                        .isInstanceOf(InputException.class)
                        .hasMessageStartingWith("schema #/properties/a~1b~0c/" + refusal)
                        .hasMessageContaining("; "));
    }

    @Test
    void asManyAsRealSchemasHaveAreTaken() {
        for (String schema : new String[] {
            "{'properties':{" + many(6_000, "'%':{}") + "}}",
            "{'enum':[" + many(50_000, "'%'") + "]}",
            "{'enum':[" + many(50_000, "%") + "]}",
            "{'anyOf':[" + many(600, "{'const':'%'}") + "]}"
        }) {
            assertThatCode(() -> compile(schema.replace('\'', '"')).matcher().allowed())
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "false",
                "{'not':{}}",
                "{'enum':[]}",
                "{'type':[]}",
                "{'type':'string','enum':[1,2]}",
                "{'type':'string','minLength':3,'maxLength':2}",
                "{'type':'string','pattern':'^a','allOf':[{'pattern':'^b'}]}",
                "{'type':'integer','minimum':1.2,'maximum':1.8}",
                "{'type':'number','multipleOf':0.7,'exclusiveMinimum':0.7,'exclusiveMaximum':1.4}",
                "{'type':'array','minItems':3,'maxItems':2}",
                "{'type':'array','items':{'type':'boolean'},'uniqueItems':true,'minItems':3}",
                "{'type':'array','contains':{'const':1},'items':{'const':2}}",
                "{'type':'object','required':['a'],'properties':{'a':false}}",
                "{'type':'object','required':['a'],'propertyNames':{'maxLength':0}}",
                "{'type':'object','minProperties':3,'properties':{'a':{},'b':{}},'additionalProperties':false}",
                "{'type':'object','required':['next'],'properties':{'next':{'$ref':'#'}}}",
                "{'oneOf':[{'const':1},{'enum':[1]}]}",
            })
    void aSchemaThatNoValueSatisfiesIsRefused(String schema) {
        assertThatThrownBy(() -> compile(schema.replace('\'', '"')))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("schema #: no value satisfies it");
    }

    @Test
    void onlyTheWholeSchemaMustHaveAValue() {
        assertThatCode(() -> compile(nested("false")).matcher().allowed()).doesNotThrowAnyException();
        assertThatCode(() -> compile("{\"type\":[\"null\",\"string\"],\"minLength\":3,\"maxLength\":2}"))
                .doesNotThrowAnyException();
    }

    @Test
    void aRemoteReferenceIsCalledOne() {
        assertThatThrownBy(() -> compile("{\"$ref\":\"https://example.org/s.json\"}"))
                .hasMessageContaining("leaves the document, and nothing is fetched");
    }

    @Test
    void aReferenceThatLeadsBackToItselfIsRefused() {
        assertThatThrownBy(() -> compile(nested("{\"anyOf\":[{\"$ref\":\"#/properties/a~1b~0c\"}]}")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("schema #/properties/a~1b~0c")
                .hasMessageContaining("leads back");
    }

    @Test
    void whatIsNoSchemaIsRefused() {
        for (String schema : new String[] {"[]", "7", "null", "\"x\""}) {
            assertThatThrownBy(() -> compile(schema))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("a schema is an object or a boolean");
        }
    }

    @Test
    void anUnknownDialectIsRefused() {
        assertThatThrownBy(() -> compile("{\"$schema\":\"http://example.org/mine\"}"))
                .hasMessageStartingWith("schema #/$schema: ")
                .hasMessageContaining("name one from draft-04 to 2020-12");
    }

    @Test
    void aDocumentThatWouldBeHugeAtItsShortestIsRefused() {
        String schema = "{\"type\":\"string\",\"minLength\":10000}";
        for (int i = 0; i < 3; i++) {
            schema = "{\"type\":\"array\",\"minItems\":10000,\"items\":" + schema + "}";
        }
        String huge = schema;
        assertThatThrownBy(() -> compile(huge)).isInstanceOf(InputException.class);
    }

    @Test
    void annotationsAndUnknownKeywordsAreFine() {
        assertThatCode(
                        () -> compile(
                                "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$comment\":\"c\",\"title\":\"t\",\"description\":\"d\","
                                        + "\"default\":1,\"examples\":[1],\"type\":\"integer\",\"x-own\":{\"pattern\":3},\"format\":\"unheard-of\"}"))
                .doesNotThrowAnyException();
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
