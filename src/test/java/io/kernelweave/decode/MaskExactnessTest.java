package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
                        "\"low\"|\"lower\"|\"high\"|\"\\xc3\\xa9\"|12|1|123|true|null"),
                new ByteOracle(
                        "{'type':'integer','minimum':-12,'maximum':105}", "-(?:[1-9]|1[0-2])|[0-9]|[1-9][0-9]|10[0-5]"),
                new ByteOracle(
                        "{'type':'integer','minimum':95,'maximum':1234}",
                        "9[5-9]|[1-9][0-9]{2}|1[01][0-9]{2}|12[0-2][0-9]|123[0-4]"),
                new ByteOracle(
                        "{'type':'number'}", "-?(?:0|[1-9][0-9]{0,15})(?:\\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?"),
                new ByteOracle(
                        "{'type':['number','null'],'minimum':0}",
                        "(?:0|[1-9][0-9]{0,15})(?:\\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?|null"),
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
                        "\\[(?:[0-9]|1[0-2])(?:,(?:[0-9]|1[0-2])){0,2}\\]"),
                new ByteOracle(
                        "{'type':'array','items':{'type':'array','items':{'const':'a'},'maxItems':1},'maxItems':2}",
                        "\\[(?:\\[(?:\"a\")?\\](?:,\\[(?:\"a\")?\\])?)?\\]"),
                new ByteOracle(
                        "{'type':'array','items':{'type':'boolean'},'minItems':2}",
                        "\\[(?:true|false)(?:,(?:true|false))+\\]"),
                new ByteOracle("{'type':'object','additionalProperties':false}", "\\{\\}"),
                new ByteOracle(
                        "{'type':'object','additionalProperties':false,'required':['ab','c'],'properties':{'a':{'type':'boolean'},"
                                + "'ab':{'type':'string','maxLength':1},'abc':{'type':'null'},'c':{'const':12},'d\\\"é':{'enum':['x']}}}",
                        "\\{(?:\"a\":(?:true|false),)?\"ab\":\"" + C
                                + "?\"(?:,\"abc\":null)?,\"c\":12(?:,\"d\\\\\"\\xc3\\xa9\":\"x\")?\\}"),
                new ByteOracle(
                        "{'type':'object','additionalProperties':false,'properties':{'a':{'type':'integer'},"
                                + "'b':{'type':'object','additionalProperties':false,'required':['a'],'properties':{'a':{'type':'null'}}}}}",
                        "\\{(?:\"a\":(?:INT)(?:,\"b\":\\{\"a\":null\\})?|\"b\":\\{\"a\":null\\})?\\}"
                                .replace(
                                        "INT",
                                        "0|-?[1-9][0-9]{0,14}|-?[1-8][0-9]{15}|-?900[0-6][0-9]{12}|-?90070[0-9]{11}"
                                                + "|-?90071[0-8][0-9]{10}|-?900719[0-8][0-9]{9}|-?9007199[01][0-9]{8}|-?90071992[0-4][0-9]{7}"
                                                + "|-?900719925[0-3][0-9]{6}|-?9007199254[0-6][0-9]{5}|-?90071992547[0-3][0-9]{4}"
                                                + "|-?9007199254740[0-8][0-9]{2}|-?90071992547409[0-8][0-9]"
                                                + "|-?900719925474099[01]")));
    }

    private static JsonSchemaConstraint compile(ByteOracle oracle) {
        return JsonSchemaConstraint.compile(Json.parse(oracle.schema().replace('\'', '"'), "test"), VOCABULARY);
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

    @ParameterizedTest
    @MethodSource("schemas")
    void theShortestCompletionIsAsShortAsASearchFinds(ByteOracle oracle) {
        JsonSchemaConstraint constraint = compile(oracle);
        for (int seed = 0; seed < 8; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            State state = start(constraint);
            for (int step = 0; step < 12 && !state.isComplete(); step++) {
                byte[] completion = state.shortestCompletion();
                if (completion.length <= 8) {
                    assertThat(searched(state)).as(show(completion)).isEqualTo(completion.length);
                }
                List<State> next = new ArrayList<>();
                for (int b = 0; b < 256; b++) {
                    State after = state.step(b);
                    if (after != null) {
                        next.add(after);
                    }
                }
                state = next.get(random.nextInt(next.size()));
            }
        }
    }

    private static State start(JsonSchemaConstraint constraint) {
        return Objects.requireNonNull(constraint.after(new byte[0]));
    }

    private static int searched(State from) {
        Set<State> level = Set.of(from);
        for (int length = 0; ; length++) {
            Set<State> next = new HashSet<>();
            for (State state : level) {
                if (state.isComplete()) {
                    return length;
                }
                for (int b = 0; b < 256; b++) {
                    State after = state.step(b);
                    if (after != null) {
                        next.add(after);
                    }
                }
            }
            level = next;
        }
    }

    @Test
    void theFastMaskOfAStringIsThatOfTheFullWalkOverTheRealVocabularies() {
        for (TokenVocabulary vocabulary : List.of(TokenVocabularies.o200kBase(), TokenVocabularies.cl100kBase())) {
            JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(
                    Json.parse(
                            "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":9}}",
                            "test"),
                    vocabulary);
            VocabularyIndex index = VocabularyIndex.of(vocabulary);
            for (String prefix :
                    List.of("[", "[\"", "[\"a", "[\"漢字", "[\"abcdefgh", "[\"😀23456789", "[\"a\\", "[\"a\\ud8")) {
                State state = Objects.requireNonNull(constraint.after(prefix.getBytes(StandardCharsets.UTF_8)), prefix);
                TokenMask fast = new TokenMask(vocabulary.size());
                TokenMask full = new TokenMask(vocabulary.size());
                AllowedTokens allowed = MaskBuilder.allowed(index, state);
                allowed.fill(fast);
                MaskBuilder.byFullWalk(index, state).fill(full);
                assertThat(fast).as(prefix).isEqualTo(full);
                assertThat(allowed.count()).isEqualTo(fast.cardinality());
            }
        }
    }

    @Test
    void masksThatPlacesShareAreThoseOfTheFullWalkAtEachPlace() {
        TokenVocabulary vocabulary = TokenVocabularies.o200kBase();
        VocabularyIndex index = VocabularyIndex.of(vocabulary);
        JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(
                Json.parse(
                        "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{\"type\":"
                                + "\"string\",\"minLength\":14,\"maxLength\":30},\"b\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
                                + "\"pattern\":\"^[a-z]([a-z_ \\\\\\\\]{0,20}|漢+)$\"},\"maxItems\":2}}}",
                        "test"),
                vocabulary);
        String text = "{\"a\":\"some words, 漢字 and \\\\ more wor\",\"b\":[\"words and \\\\ words\",\"w漢漢\"]}";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 2; round++) {
            TokenMatcher matcher = constraint.matcher();
            State state = start(constraint);
            for (byte b : bytes) {
                AllowedTokens allowed = matcher.allowed();
                TokenMask full = new TokenMask(vocabulary.size());
                TokenMask shared = new TokenMask(vocabulary.size());
                MaskBuilder.byFullWalk(index, state).fill(full);
                allowed.fill(shared);
                assertThat(shared).isEqualTo(full);
                assertThat(allowed.count()).isEqualTo(full.cardinality());
                TokenMask listed = new TokenMask(vocabulary.size());
                for (int token : allowed.toArray()) {
                    assertThat(allowed.contains(token)).isTrue();
                    listed.set(token);
                }
                assertThat(listed).isEqualTo(full);
                assertThat(matcher.shortestCompletionLength()).isEqualTo(state.shortestCompletion().length);
                assertThat(matcher.accept(new byte[] {b})).isTrue();
                state = Objects.requireNonNull(state.step(b & 0xFF));
            }
            assertThat(matcher.isComplete()).isTrue();
        }
    }

    @Test
    void lengthsCountCodePointsNotBytesOrUtf16Units() {
        TokenVocabulary vocabulary = TokenVocabularies.o200kBase();
        JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(
                Json.parse("{\"type\":\"string\",\"minLength\":3,\"maxLength\":3}", "test"), vocabulary);
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
