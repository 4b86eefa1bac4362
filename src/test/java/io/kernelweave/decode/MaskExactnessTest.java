package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Masks against a second, independent description of the same documents. */
class MaskExactnessTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();
    private static final String C = ByteOracle.CHARACTER;

    static Stream<ByteOracle> schemas() {
        String abc =
                "(?:" + ByteOracle.spelled('a') + "|" + ByteOracle.spelled('b') + "|" + ByteOracle.spelled('c') + ")";
        return Stream.of(
                new ByteOracle("{'type':'string'}", "\"" + C + "*\""),
                new ByteOracle(
                        "{'type':'string','pattern':'^[\uD83F\uDFFDÿ]?$'}",
                        "\"(?:" + ByteOracle.spelled("\uD83F\uDFFD") + "|" + ByteOracle.spelled("ÿ") + ")?\""),
                new ByteOracle("{'type':'string','maxLength':3}", "\"" + C + "{0,3}\""),
                new ByteOracle("{'type':'string','minLength':2,'maxLength':2}", "\"" + C + "{2}\""),
                new ByteOracle("{'type':'string','minLength':3}", "\"" + C + "{3,}\""),
                new ByteOracle(
                        "{'enum':['low','lower','high','é',12,1,123,true,null]}",
                        "\"(?:LOW|LOWER|HIGH|E)\"|(?:12|1|123)(?:\\.0+)?|true|null"
                                .replace("LOWER", ByteOracle.spelled("lower"))
                                .replace("LOW", ByteOracle.spelled("low"))
                                .replace("HIGH", ByteOracle.spelled("high"))
                                .replace("E)", ByteOracle.spelled("é") + ")")),
                new ByteOracle(
                        "{'type':'integer','minimum':-12,'maximum':105}",
                        "(?:-(?:[0-9]|1[0-2])|[0-9]|[1-9][0-9]|10[0-5])(?:\\.0+)?"),
                new ByteOracle(
                        "{'type':'integer','minimum':95,'maximum':1234}",
                        "(?:9[5-9]|[1-9][0-9]{2}|1[01][0-9]{2}|12[0-2][0-9]|123[0-4])(?:\\.0+)?"),
                new ByteOracle(
                        "{'$schema':'http://json-schema.org/draft-04/schema#','type':'integer','minimum':7}",
                        "[7-9]|[1-9][0-9]+"),
                new ByteOracle(
                        "{'type':'number','exclusiveMinimum':0.5,'maximum':2}",
                        "0\\.(?:[6-9][0-9]*|50*[1-9][0-9]*)|1(?:\\.[0-9]+)?|2(?:\\.0+)?"),
                new ByteOracle(
                        "{'type':'number','multipleOf':2.5,'minimum':0}",
                        "-0(?:\\.0+)?|(?:0|[1-9][0-9]*[05]|5)(?:\\.0+)?|(?:[27]|[1-9][0-9]*[27])\\.50*"),
                new ByteOracle("{'type':'number'}", "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?"),
                new ByteOracle(
                        "{'type':['number','null'],'minimum':0}", "(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?|-0(?:\\.0+)?|null"),
                new ByteOracle("{'type':['boolean','string'],'maxLength':1}", "true|false|\"" + C + "?\""),
                new ByteOracle(
                        "{'type':'string','pattern':'^[a-c]{1,3}-(x|é|😀)$'}",
                        "\"" + abc + "{1,3}" + ByteOracle.spelled('-') + "(?:" + ByteOracle.spelled('x') + "|"
                                + ByteOracle.spelled("é") + "|" + ByteOracle.spelled("😀") + ")\""),
                new ByteOracle(
                        "{'type':'string','pattern':'[\\\\n/\\\\\\\\]','maxLength':2}",
                        "\"(?:" + C + "?"
                                + "[X]|[X]"
                                        .replace(
                                                "[X]",
                                                "(?:" + ByteOracle.spelled('\n') + "|" + ByteOracle.spelled('/') + "|"
                                                        + ByteOracle.spelled('\\') + ")")
                                + C + "?)\""),
                new ByteOracle(
                        "{'type':'array','items':{'type':'integer','minimum':0,'maximum':12},'minItems':1,'maxItems':3}",
                        "\\[N(?:,N){0,2}\\]".replace("N", "(?:-0|[0-9]|1[0-2])(?:\\.0+)?")),
                new ByteOracle(
                        "{'type':'array','items':{'type':'array','items':{'const':'a'},'maxItems':1},'maxItems':2}",
                        "\\[(?:\\[(?:\"A\")?\\](?:,\\[(?:\"A\")?\\])?)?\\]".replace("A", ByteOracle.spelled('a'))),
                new ByteOracle(
                        "{'type':'array','items':{'type':'boolean'},'minItems':2}",
                        "\\[(?:true|false)(?:,(?:true|false))+\\]"),
                new ByteOracle("{'type':'object','additionalProperties':false}", "\\{\\}"),
                new ByteOracle(
                        "{'type':'object','additionalProperties':false,'required':['ab','c'],'properties':{'a':{'type':'boolean'},"
                                + "'ab':{'type':'string','maxLength':1},'abc':{'type':'null'},'c':{'const':12},'d\\\"é':{'enum':['x']}}}",
                        "\\{(?:\"A\":(?:true|false),)?\"AB\":\"C?\"(?:,\"ABC\":null)?,\"Z\":12(?:\\.0+)?(?:,\"D\":\"X\")?\\}"
                                .replace("C?", C + "?")
                                .replace("ABC", ByteOracle.spelled("abc"))
                                .replace("AB", ByteOracle.spelled("ab"))
                                .replace("A\"", ByteOracle.spelled("a") + "\"")
                                .replace("Z", ByteOracle.spelled("c"))
                                .replace("D\"", ByteOracle.spelled("d\"é") + "\"")
                                .replace("X", ByteOracle.spelled("x"))));
    }

    private static JsonSchemaConstraint compile(ByteOracle oracle) {
        return JsonSchemaConstraint.compile(
                Json.parse(oracle.schema().replace('\'', '"'), "test"),
                VOCABULARY,
                new WrittenForm(
                        WrittenForm.Order.SCHEMA, WrittenForm.Whitespace.COMPACT, WrittenForm.Formats.ASSERTED));
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void aTokenIsAllowedExactlyIfTheTextCanBeCompletedAfterIt(ByteOracle oracle) {
        JsonSchemaConstraint constraint = compile(oracle);
        TokenMask mask = new TokenMask(VOCABULARY.size());
        for (int seed = 0; seed < 12; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TokenMatcher matcher = constraint.matcher();
            byte[] prefix = {};
            for (int step = 0; step < 25; step++) {
                matcher.fillMask(mask);
                List<Integer> allowed = new ArrayList<>();
                for (int token = 0; token < VOCABULARY.size(); token++) {
                    boolean expected = VOCABULARY.bytes(token).length > 0
                            && oracle.canBeCompleted(join(prefix, VOCABULARY.bytes(token)));
                    assertThat(mask.get(token))
                            .as("seed %d: token %s after %s", seed, show(VOCABULARY.bytes(token)), show(prefix))
                            .isEqualTo(expected);
                    assertThat(matcher.fork().accept(token)).isEqualTo(expected);
                    if (expected) {
                        allowed.add(token);
                    }
                }
                assertThat(matcher.isComplete()).as(show(prefix)).isEqualTo(oracle.isComplete(prefix));
                assertThat(oracle.isComplete(join(prefix, matcher.shortestCompletion())))
                        .as("%s completed by %s", show(prefix), show(matcher.shortestCompletion()))
                        .isTrue();
                if (allowed.isEmpty()) {
                    break;
                }
                int taken = allowed.get(random.nextInt(allowed.size()));
                assertThat(matcher.accept(taken)).isTrue();
                prefix = join(prefix, VOCABULARY.bytes(taken));
            }
        }
    }

    /**
     * Lengths that are 0 where a text is complete, and elsewhere one more than the least after any byte, are the least. In the
     * middle of an escape the one that ends it soonest is taken, which need not be the one that a required key needs.
     */
    @ParameterizedTest
    @MethodSource("schemas")
    void noByteLeadsToAShorterCompletion(ByteOracle oracle) {
        JsonSchemaConstraint constraint = compile(oracle);
        for (int seed = 0; seed < 8; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TokenMatcher matcher = constraint.matcher();
            StringBuilder text = new StringBuilder();
            for (int step = 0; step < 20; step++) {
                int least = Integer.MAX_VALUE;
                List<byte[]> next = new ArrayList<>();
                for (int b = 0; b < 256; b++) {
                    byte[] one = {(byte) b};
                    if (matcher.accept(one)) {
                        least = Math.min(least, 1 + matcher.shortestCompletionLength());
                        matcher.rollback(1);
                        next.add(one);
                    }
                }
                if (!text.toString().matches("(?s).*\\\\(u[0-9a-fA-F]{0,4})?")) {
                    assertThat(matcher.shortestCompletionLength())
                            .as("seed %d step %d", seed, step)
                            .isEqualTo(matcher.isComplete() ? 0 : least);
                }
                if (next.isEmpty()) {
                    break;
                }
                byte[] chosen = next.get(random.nextInt(next.size()));
                matcher.accept(chosen);
                text.append((char) (chosen[0] & 0xFF));
            }
        }
    }

    @Test
    void lengthsCountCodePointsNotBytesOrUtf16Units() {
        TokenVocabulary vocabulary = TokenVocabularies.o200kBase();
        JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(
                Json.parse("{\"type\":\"string\",\"minLength\":3,\"maxLength\":3}", "test"),
                vocabulary,
                new WrittenForm(
                        WrittenForm.Order.SCHEMA, WrittenForm.Whitespace.COMPACT, WrittenForm.Formats.ASSERTED));
        for (String three :
                List.of("abc", "äöü", "漢字漢", "😀😀😀", "a😀é", "\\ud83d\\ude00ab", "\\n\\u00e9x", "e\u0301x")) {
            assertThat(Decoder.force(constraint, "\"" + three + "\"").reason())
                    .as(three)
                    .isEmpty();
        }
        for (String other : List.of("ab", "abcd", "😀😀", "😀😀😀😀", "\\ud83d\\ude00a", "漢字")) {
            assertThat(Decoder.force(constraint, "\"" + other + "\"").accepted())
                    .as(other)
                    .isFalse();
        }
    }

    private static byte[] join(byte[] one, byte[] other) {
        return new Bytes().add(one, 0).add(other, 0).toArray();
    }

    private static String show(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
