package io.kernelweave.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ContainmentTest {
    private static JsonNode json(String text) {
        return Json.parse(text, "test");
    }

    private static Containment contains(String one, String other) {
        return Containment.of(json(one), json(other));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'integer','minimum':3} | {'type':'number','exclusiveMinimum':2}",
                "{'type':'number','multipleOf':6} | {'multipleOf':2}",
                "{'type':'string','pattern':'^a+$'} | {'minLength':1}",
                "{'enum':[1,2.0,'a']} | {'type':['integer','string']}",
                "{'anyOf':[{'const':1},{'const':2}]} | {'enum':[2,1.0]}",
                "{'required':['a'],'properties':{'a':false}} | {'not':{'type':'object'}}",
                "{'type':'object','additionalProperties':{'type':'integer'}} | {'additionalProperties':{'type':'number'}}",
                "{'type':'array','items':{'enum':[1,2,3]},'uniqueItems':true} | {'maxItems':3}",
                "{'type':'array','contains':{'type':'integer'},'minContains':3} | {'minItems':3}",
                "{'type':'array','items':{'enum':[1,2,3]},'minItems':4} | {'not':{'uniqueItems':true}}",
                // each in its own document, by way of their members
                "{'$ref':'#/$defs/l','$defs':{'l':{'type':'object','required':['v'],'properties':{'n':{'$ref':'#/$defs/l'},'v':{'type':'integer'}}}}}"
                        + " | {'type':'object','properties':{'n':{'$ref':'#'},'v':{'type':'number'}}}",
                "{'$schema':'http://json-schema.org/draft-04/schema#','type':'integer','minimum':0,'exclusiveMinimum':true}"
                        + " | {'type':'integer','minimum':1}",
            })
    void whatNoValueContradictsIsProven(String one, String other) {
        assertThat(contains(one.replace('\'', '"'), other.replace('\'', '"'))).isEqualTo(new Containment.Proven());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'number'} | {'type':'integer'} | 0.1",
                "{'type':'string','minLength':1} | {'pattern':'^.+$'} | '\\n'",
                "{'enum':[1,'a']} | {'type':'integer'} | 'a'",
                "{'type':'object','properties':{'n':{'$ref':'#'},'v':{'type':'number'}}} | {'properties':{'v':{'type':'integer'}}} | {'v':0.1}",
                // one member has to break two conditions
                "{'maxProperties':1,'allOf':[{'not':{'patternProperties':{'^a':false}}},{'not':{'patternProperties':{'b$':false}}}]}"
                        + " | false | {'ab':0}",
                "{'maxProperties':1,'allOf':[{'not':{'additionalProperties':{'type':'string'}}},"
                        + "{'not':{'properties':{'x':{'type':'integer'},'y':{'type':'integer'}}}}]} | false | {'x':[]}",
                // the one value that a later item repeats
                "{'type':'array','prefixItems':[{'type':'integer'},{'const':12345}],'minItems':2,'maxItems':2}"
                        + " | {'uniqueItems':true} | [12345,12345]",
                // the first value that comes to mind is the one that the next item must have
                "{'type':'array','prefixItems':[{'type':'integer'}],'items':{'const':0},'minItems':2,'uniqueItems':true}"
                        + " | false | [1,0]",
                "{'$schema':'http://json-schema.org/draft-04/schema#','multipleOf':1} "
                        + "| {'$schema':'http://json-schema.org/draft-04/schema#','not':{'type':'integer'}} | 0",
            })
    void whatIsRefutedHasAWitness(String one, String other, String witness) {
        Containment answer = contains(one.replace('\'', '"'), other.replace('\'', '"'));

        assertThat(answer).isInstanceOf(Containment.Refuted.class);
        JsonNode found = ((Containment.Refuted) answer).witness();
        assertThat(SchemaValidator.compile(json(one.replace('\'', '"')), "one").validate(found))
                .isEmpty();
        assertThat(SchemaValidator.compile(json(other.replace('\'', '"')), "other")
                        .validate(found))
                .isNotEmpty();
        assertThat(found).isEqualTo(json(witness.replace('\'', '"')));
    }

    @Test
    void whatIsNotHonouredIsUnknownAndNamed() {
        assertThat(contains("{\"type\":\"string\",\"pattern\":\"^(?=a)\"}", "{\"minLength\":1}"))
                .isInstanceOfSatisfying(
                        Containment.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("first schema #/pattern"));
        assertThat(contains("{\"type\":\"string\"}", "{\"$ref\":\"https://example.com/other\"}"))
                .isInstanceOfSatisfying(
                        Containment.Unknown.class,
                        unknown -> assertThat(unknown.reason()).contains("second schema #/$ref"));
    }

    @Test
    void whatTakesTooMuchWorkIsUnknown() {
        ObjectNode many = Json.object();
        ObjectNode few = Json.object();
        for (int i = 0; i < 40; i++) {
            ObjectNode either = many.withArray("/allOf").addObject();
            for (int j = 0; j < 3; j++) {
                either.withArray("/anyOf").addObject().putArray("required").add("k" + (i * 7 + j * 11) % 40);
            }
            few.withArray("/anyOf").addObject().putArray("required").add("k" + i);
        }
        many.put("maxProperties", 13)
                .put("type", "object")
                .putObject("propertyNames")
                .put("pattern", "^k(\\d+)$");

        assertThat(Containment.of(many, Json.object().put("minProperties", 20)))
                .isNotInstanceOf(Containment.Proven.class);
        assertThat(Containment.of(few, Json.object().put("type", "array"))).isInstanceOf(Containment.Refuted.class);
    }

    @Test
    void aSchemaWhoseNamesAreValuesOfItselfIsRead() {
        assertThat(contains("{\"type\":\"object\"}", "{\"type\":\"object\",\"propertyNames\":{\"$ref\":\"#\"}}"))
                .isInstanceOf(Containment.Refuted.class);
    }

    @Test
    void equivalenceIsContainmentBothWays() {
        JsonNode integer = json("{\"type\":\"integer\"}");
        assertThat(Containment.equivalence(integer, json("{\"type\":\"number\",\"multipleOf\":1}")))
                .isEqualTo(new Containment.Proven());
        assertThat(Containment.equivalence(integer, json("{\"type\":\"number\"}")))
                .isInstanceOf(Containment.Refuted.class);
        assertThat(Containment.equivalence(json("{\"type\":\"number\"}"), integer))
                .isInstanceOf(Containment.Refuted.class);
    }

    @Test
    void theCallersDraftCountsWhereASchemaNamesNone() {
        JsonNode pair = json("{\"items\":[{\"type\":\"integer\"}],\"additionalItems\":false}");
        JsonNode short1 = json("{\"type\":[\"array\"],\"maxItems\":1,\"items\":{\"type\":\"integer\"}}");
        assertThat(Containment.of(short1, pair, Draft.V7)).isEqualTo(new Containment.Proven());
        assertThat(Containment.of(short1, pair)).isInstanceOf(Containment.Unknown.class);
        assertThat(Containment.equivalence(pair, short1, Draft.V7)).isInstanceOf(Containment.Refuted.class);
    }

    @Test
    void identifiersInsideADocumentAreFollowed() {
        String tree = """
                {"$id":"http://a.example/tree","type":"object","properties":{"n":{"$ref":"node"}},"required":["n"],
                 "$defs":{"x":{"$id":"node","type":"integer"}}}""";
        assertThat(contains(tree, "{\"properties\":{\"n\":{\"type\":\"number\"}}}"))
                .isEqualTo(new Containment.Proven());
        assertThat(contains(
                        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"number\"}},\"required\":[\"n\"]}",
                        tree))
                .isInstanceOf(Containment.Refuted.class);
    }

    @Test
    void formatsCountUpToDraft7() {
        JsonNode ten = json("{\"minLength\":10,\"maxLength\":10}");
        ObjectNode date = Json.object().put("type", "string").put("format", "date");
        assertThat(Containment.of(date, ten)).isInstanceOf(Containment.Refuted.class);
        date.put("$schema", "http://json-schema.org/draft-07/schema#");
        assertThat(Containment.of(date, ten)).isEqualTo(new Containment.Proven());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'const':'\\u00a0'} | {'pattern':'^\\\\s$'}", // a space in ECMA-262, none in RE2
                "{'$schema':'http://json-schema.org/draft-07/schema#','const':'(?<=a)b'}"
                        + " | {'$schema':'http://json-schema.org/draft-07/schema#','format':'regex'}",
            })
    void whatOnlyTheValidatorHoldsAgainstItIsNotRefuted(String one, String other) {
        assertThat(contains(one.replace('\'', '"'), other.replace('\'', '"'))).isInstanceOf(Containment.Unknown.class);
    }
}
