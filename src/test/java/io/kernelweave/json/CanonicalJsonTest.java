package io.kernelweave.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class CanonicalJsonTest {
    private static String canonical(String json) {
        return CanonicalJson.text(Json.parse(json, "test"));
    }

    /** The table of RFC 8785, appendix B: the bits of a double, and its text. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void writesNumbersAsTheRfcDoes(String bits, String expected) {
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
        assertThat(CanonicalJson.number(new BigDecimal(value))).isEqualTo(expected);
        assertThat(canonical(expected)).as("read back").isEqualTo(expected);
    }

    @Test
    void everyDoubleIsAFixedPoint() {
        SplittableRandom random = new SplittableRandom(8785);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                String text = CanonicalJson.number(new BigDecimal(value));
                assertThat(Double.parseDouble(text)).isEqualTo(value == 0 ? 0 : value);
                assertThat(CanonicalJson.number(new BigDecimal(text))).isEqualTo(text);
            }
        }
    }

    /** RFC 8785, section 3.2.3. */
    @Test
    void sortsKeysByTheirUtf16Units() {
        String shuffled = """
                {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh",
                 "1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control",
                 "\\u00f6":"Latin Small Letter O With Diaeresis"}""";
        assertThat(canonical(shuffled))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\","
                        + "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    /** RFC 8785, section 3.2.2. */
    @Test
    void escapesOnlyWhatMustBe() {
        assertThat(canonical("""
                {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                 "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                 "literals": [null, true, false]}"""))
                .isEqualTo("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
        assertThat(canonical("\"\\b\\t\\f\\r\\u001f\\u007f\\u2028\"")).isEqualTo("\"\\b\\t\\f\\r\\u001f\u007f\u2028\"");
    }

    @Test
    void orderAndSpacingDoNotChangeADigest() {
        assertThat(Digest.of(Json.parse("{ \"b\" : [1.0, 1e2], \"a\" : {} }", "x")))
                .isEqualTo(Digest.of(Json.parse("{\"a\":{},\"b\":[1,100]}", "y")))
                .isNotEqualTo(Digest.of(Json.parse("{\"a\":{},\"b\":[100,1]}", "z")));
        assertThat(Digest.of("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9007199254740993", "-9007199254740993", "1e400", "100000000000000000000001"})
    void refusesANumberThatNoDoubleHolds(String number) {
        assertThatThrownBy(() -> canonical("[" + number + "]"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(number.startsWith("1e") ? "1E+400" : number)
                .hasMessageContaining("write it as a string");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void refusesWhatIsNoNumber(double value) {
        assertThatThrownBy(() -> CanonicalJson.text(Json.tree(value))).isInstanceOf(InputException.class);
    }

    /** Half a character has no UTF-8: written as "?", two values would share a digest. */
    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud800\"", "\"a\\udc00b\"", "{\"\\ud83d\": 1}", "[\"\\ude00\\ud83d\"]"})
    void refusesHalfASurrogatePair(String json) {
        assertThatThrownBy(() -> canonical(json))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("surrogate");
    }

    @Test
    void canonicalTextOfRandomDocumentsReadsBackAsItself() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 300; i++) {
            String text = CanonicalJson.text(document(random, 4));
            assertThat(canonical(text)).isEqualTo(text);
        }
    }

    private static JsonNode document(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Json.tree(random.nextInt());
            case 1 -> Json.tree(random.nextDouble() * Math.pow(10, random.nextInt(-20, 20)));
            case 2 -> Json.tree(text(random));
            case 3 -> Json.tree(random.nextBoolean());
            case 4 -> {
                ArrayNode array = Json.mapper().createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(document(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = Json.object();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(text(random), document(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int point = random.nextInt(0x11000);
            text.appendCodePoint(point >= 0xd800 && point < 0xe000 ? 'x' : point);
        }
        return text.toString();
    }
}
