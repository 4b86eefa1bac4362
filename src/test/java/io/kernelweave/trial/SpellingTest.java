package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.decode.WrittenForm.Whitespace;
import io.kernelweave.json.Json;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class SpellingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{ \"b\":[1,2 , {}],\"a\" : null } | {\"b\": [1, 2, {}], \"a\": null}",
                "[ ] | []",
                "1.0 | 1.0",
                "-0 | -0",
                "-0.0 | -0.0",
                "1e+308 | 1e+308",
                "1E400 | 1E400",
                "1e-07 | 1e-07",
                "123456789012345678901234567890.10 | 123456789012345678901234567890.10",
                "\"\\u00e9\\ud83d\\ude00\\/\\u007f\" | \"é😀/\u007f\"",
                "\"\\u0000\\u001f\\n\\\"\\\\\" | \"\\u0000\\u001f\\n\\\"\\\\\"",
                "\"\\ud83d!\" | \"\\ud83d!\"",
                "{\"\\u0041\":{\"b\":true}} | {\"A\": {\"b\": true}}",
            })
    void spacedDocumentsAreWhatPythonWrites(String json, String spelled) {
        assertThat(Spelling.of(json, Whitespace.SPACED)).isEqualTo(spelled);
    }

    @Test
    void theOtherFormsDifferInWhitespaceOnly() {
        String json = "{\"a\": [1, {}], \"b\": {\"c\": []}}";
        assertThat(Spelling.of(json, Whitespace.COMPACT)).isEqualTo("{\"a\":[1,{}],\"b\":{\"c\":[]}}");
        assertThat(Spelling.of(json, Whitespace.FLEXIBLE)).isEqualTo(json);
        assertThat(Spelling.of(json, Whitespace.PRETTY)).isEqualTo("""
                {
                  "a": [
                    1,
                    {}
                  ],
                  "b": {
                    "c": []
                  }
                }""");
    }

    @ParameterizedTest
    @EnumSource(Whitespace.class)
    void theValueStaysTheSame(Whitespace whitespace) {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 300; i++) {
            JsonNode value = value(random, 4);
            assertThat(Json.parse(Spelling.of(Json.compact(value), whitespace), "spelled"))
                    .isEqualTo(value);
        }
    }

    private static JsonNode value(SplittableRandom random, int depth) {
        switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0:
                return Json.tree(random.nextInt(-1000, 1000));
            case 1:
                return Json.tree(new java.math.BigDecimal(random.nextInt(-100000, 100000)).movePointLeft(3));
            case 2:
                return Json.tree(random.nextBoolean());
            case 3:
                return Json.tree(random.ints(random.nextInt(8), 0, 0x1f650)
                        .filter(c -> c < 0xd800 || c > 0xdfff)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString());
            case 4:
                ArrayNode array = Json.mapper().createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                return array;
            default:
                ObjectNode object = Json.object();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set("k" + random.nextInt(9), value(random, depth - 1));
                }
                return object;
        }
    }
}
