package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What matchers share, take back and keep must not be seen in the masks. */
class SharingTest {
    private static final TokenVocabulary SMALL = new SmallVocabulary();
    private static final TokenVocabulary REAL = TokenVocabularies.cl100kBase();
    private static final int SCHEMAS = 60;

    private static final String ORDER = """
            {"type":"object","required":["id","lines"],"additionalProperties":{"type":"integer","multipleOf":5},"properties":{
             "id":{"type":"string","pattern":"^[a-z]{2,8}-\\\\d+$"},
             "idea":{"type":"null"},
             "lines":{"type":"array","uniqueItems":true,"contains":{"const":"free"},"maxItems":6,
                      "items":{"type":"string","minLength":1,"maxLength":9}},
             "note":{"type":"string"},"at":{"format":"date-time","type":"string"},
             "kind":{"oneOf":[{"enum":["a","ab","b"]},{"type":"number","minimum":-2.5,"exclusiveMaximum":7}]}}}""";

    /** What may follow a key, even inside one token, depends on which it is. */
    private static final String KEYS = """
            {"type":"object","minProperties":1,"properties":{"a":{"type":"null"},"ab":{"type":"array"},"b":{"type":"string"}}}""";

    private static final String LISTED = KEYS.replace("{\"type\":\"object\",", "{\"additionalProperties\":false,");

    private static List<JsonSchemaConstraint> constraints(long maskBytes) {
        List<JsonSchemaConstraint> all = new ArrayList<>();
        for (long seed = 0; seed < SCHEMAS; seed++) {
            try {
                all.add(JsonSchemaConstraint.compile(new RandomSchemas(seed).schema(), SMALL, form(seed), maskBytes));
            } catch (InputException e) {
                // no value satisfies the schema
            }
        }
        for (WrittenForm.Order order : WrittenForm.Order.values()) {
            WrittenForm form = new WrittenForm(order, WrittenForm.Whitespace.COMPACT, WrittenForm.Formats.ASSERTED);
            all.add(JsonSchemaConstraint.compile(Texts.parse(KEYS), SMALL, form, maskBytes));
            all.add(JsonSchemaConstraint.compile(Texts.parse(LISTED), SMALL, form, maskBytes));
        }
        all.add(JsonSchemaConstraint.compile(Texts.parse(ORDER), REAL, WrittenForm.COMPACT, maskBytes));
        return all;
    }

    private static WrittenForm form(long seed) {
        WrittenForm.Whitespace[] whitespace = WrittenForm.Whitespace.values();
        return new WrittenForm(
                seed % 2 == 0 ? WrittenForm.Order.ANY : WrittenForm.Order.SCHEMA,
                whitespace[(int) (seed / 2 % whitespace.length)],
                seed % 3 == 0 ? WrittenForm.Escapes.ANY : WrittenForm.Escapes.NEEDED,
                WrittenForm.Formats.ASSERTED);
    }

    private static TokenMask mask(TokenMatcher matcher, TokenVocabulary vocabulary) {
        TokenMask mask = new TokenMask(vocabulary.size());
        matcher.fillMask(mask);
        return mask;
    }

    /** A token that the mask allows, mostly a short one that builds structure, so that texts get somewhere; -1 if none. */
    private static int draw(TokenMask mask, TokenVocabulary vocabulary, SplittableRandom random) {
        String wanted = random.nextInt(3) > 0 ? "{}[],:\"abc" : "-019tfnabc";
        int found = -1;
        for (int tries = 0; tries < 400; tries++) {
            int token = random.nextInt(tries < 300 ? 256 : vocabulary.size());
            if (mask.get(token)) {
                found = token;
                if (wanted.indexOf((char) vocabulary.bytes(token)[0]) >= 0) {
                    return token;
                }
            }
        }
        for (int token = 0; token < mask.size() && found < 0; token++) {
            found = mask.get(token) ? token : -1;
        }
        return found;
    }

    /** The masks along one random text, with what may end, what is forced and what is shortest. */
    private static List<Object> masks(JsonSchemaConstraint constraint, long seed, int steps) {
        SplittableRandom random = new SplittableRandom(seed);
        TokenMatcher matcher = constraint.matcher();
        List<Object> all = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            TokenMask mask = mask(matcher, constraint.vocabulary());
            all.add(mask);
            all.add(matcher.isComplete());
            all.add(matcher.shortestCompletionLength());
            all.add(Arrays.toString(matcher.forcedTokens()));
            int token = draw(mask, constraint.vocabulary(), random);
            if (token < 0) {
                break;
            }
            assertThat(matcher.accept(token)).isTrue();
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 20_000})
    void masksThatAreNotKeptAreTheSame(long maskBytes) {
        List<JsonSchemaConstraint> kept = constraints(2L << 20);
        List<JsonSchemaConstraint> other = constraints(maskBytes);
        for (int i = 0; i < kept.size(); i++) {
            for (int walk = 0; walk < 6; walk++) {
                assertThat(masks(other.get(i), walk, 25))
                        .as("constraint %d, walk %d", i, walk)
                        .isEqualTo(masks(kept.get(i), walk, 25));
            }
        }
    }

    @Test
    void theFastMaskIsThatOfTheWalkOverAllTokens() {
        List<JsonSchemaConstraint> kept = constraints(2L << 20);
        for (int i = 0; i < kept.size(); i++) {
            JsonSchemaConstraint constraint = kept.get(i);
            boolean small = constraint.vocabulary() == SMALL;
            for (int walk = 0; walk < 8; walk++) {
                SplittableRandom random = new SplittableRandom(walk);
                TokenMatcher matcher = constraint.matcher();
                Bytes text = new Bytes();
                for (int step = 0; step < 25; step++) {
                    TokenMask mask = mask(matcher, constraint.vocabulary());
                    TokenMask walked = new TokenMask(mask.size());
                    // Of the real vocabulary every thirteenth token, another thirteenth at each step.
                    for (int token = small ? 0 : step % 13; token < mask.size(); token += small ? 1 : 13) {
                        if (matcher.accept(token)) {
                            matcher.rollback(1);
                            walked.set(token);
                        } else if (mask.get(token)) {
                            throw new AssertionError("constraint %d, walk %d: <%s> after <%s>"
                                    .formatted(
                                            i,
                                            walk,
                                            ByteOracle.chars(
                                                    constraint.vocabulary().bytes(token)),
                                            ByteOracle.chars(text.toArray())));
                        }
                    }
                    TokenMask missing = new TokenMask(mask.size());
                    for (int word = 0; word < mask.words().length; word++) {
                        missing.words()[word] = walked.words()[word] & ~mask.words()[word];
                    }
                    assertThat(missing.cardinality())
                            .as(
                                    "constraint %d, walk %d: tokens missing after <%s>",
                                    i, walk, ByteOracle.chars(text.toArray()))
                            .isZero();
                    int token = draw(mask, constraint.vocabulary(), random);
                    if (token < 0) {
                        break;
                    }
                    matcher.accept(token);
                    text.add(constraint.vocabulary().bytes(token), 0);
                }
            }
        }
    }

    @Test
    void whatIsTakenBackWasNeverThere() {
        for (JsonSchemaConstraint constraint : constraints(2L << 20)) {
            for (int seed = 0; seed < 4; seed++) {
                SplittableRandom random = new SplittableRandom(seed);
                TokenMatcher matcher = constraint.matcher();
                List<TokenMask> masks = new ArrayList<>(List.of(mask(matcher, constraint.vocabulary())));
                List<Integer> lengths = new ArrayList<>(List.of(matcher.shortestCompletionLength()));
                for (int step = 0; step < 40; step++) {
                    int taken = masks.size() - 1;
                    int token = draw(masks.get(taken), constraint.vocabulary(), random);
                    if (token < 0 || random.nextInt(4) == 0) {
                        int back = random.nextInt(taken + 1);
                        matcher.rollback(back);
                        masks.subList(masks.size() - back, masks.size()).clear();
                        lengths.subList(lengths.size() - back, lengths.size()).clear();
                        assertThat(mask(matcher, constraint.vocabulary())).isEqualTo(masks.get(taken - back));
                        assertThat(matcher.shortestCompletionLength()).isEqualTo(lengths.get(taken - back));
                        continue;
                    }
                    TokenMatcher fork = matcher.fork();
                    matcher.accept(token);
                    TokenMask before = mask(fork, constraint.vocabulary());
                    assertThat(before).isEqualTo(masks.get(taken));
                    fork.accept(token);
                    masks.add(mask(matcher, constraint.vocabulary()));
                    lengths.add(matcher.shortestCompletionLength());
                    assertThat(mask(fork, constraint.vocabulary())).isEqualTo(masks.get(taken + 1));
                    assertThat(fork.shortestCompletion()).isEqualTo(matcher.shortestCompletion());
                }
                int taken = masks.size() - 1;
                assertThatThrownBy(() -> matcher.rollback(taken + 1)).isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Test
    void aTokenThatIsNotAllowedMovesNothing() {
        for (JsonSchemaConstraint constraint : constraints(2L << 20)) {
            SplittableRandom random = new SplittableRandom(1);
            TokenMatcher matcher = constraint.matcher();
            for (int step = 0; step < 12; step++) {
                TokenMask mask = mask(matcher, constraint.vocabulary());
                for (int tries = 0; tries < 20; tries++) {
                    int token = random.nextInt(mask.size());
                    if (!mask.get(token)) {
                        assertThat(matcher.accept(token)).isFalse();
                    }
                }
                assertThat(matcher.accept(-1)).isFalse();
                assertThat(matcher.accept(mask.size())).isFalse();
                assertThat(mask(matcher, constraint.vocabulary())).isEqualTo(mask);
                int token = draw(mask, constraint.vocabulary(), random);
                if (token < 0) {
                    break;
                }
                matcher.accept(token);
            }
        }
    }

    @Test
    void threadsThatShareAConstraintSeeTheSameMasks() throws Exception {
        List<JsonSchemaConstraint> alone = constraints(2L << 20);
        List<JsonSchemaConstraint> shared = constraints(100_000);
        List<Object> expected = new ArrayList<>();
        for (JsonSchemaConstraint constraint : alone) {
            for (int walk = 0; walk < 4; walk++) {
                expected.add(masks(constraint, walk, 20));
            }
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<List<Object>>> work = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int first = thread;
                work.add(() -> {
                    List<Object> seen = new ArrayList<>();
                    for (JsonSchemaConstraint constraint : shared) {
                        for (int walk = 0; walk < 4; walk++) {
                            seen.add(masks(constraint, (walk + first) % 4, 20));
                        }
                    }
                    return seen;
                });
            }
            int thread = 0;
            for (Future<List<Object>> seen : threads.invokeAll(work)) {
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(seen.get().get(i))
                            .as("thread %d, constraint %d", thread, i / 4)
                            .isEqualTo(expected.get(i / 4 * 4 + (i % 4 + thread) % 4));
                }
                thread++;
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void aMaskThatIsKnownAllocatesNothing() {
        var meter = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Under uniqueItems what may follow depends on the items so far, and there masks are made each time.
        JsonSchemaConstraint constraint =
                JsonSchemaConstraint.compile(Texts.parse(ORDER.replace("\"uniqueItems\":true,", "")), REAL);
        TokenMask mask = new TokenMask(REAL.size());
        int[] text = REAL.encode(
                "{\"id\":\"ab-12\",\"lines\":[\"some\",\"free\"],\"note\":\"as long as we like\",\"kind\":-2.25}");
        TokenMatcher matcher = constraint.matcher();
        long allocated = -1;
        for (int round = 0; round < 3000; round++) {
            allocated = 0;
            for (int token : text) {
                long before = meter.getCurrentThreadAllocatedBytes();
                matcher.fillMask(mask);
                allocated += meter.getCurrentThreadAllocatedBytes() - before;
                matcher.accept(token);
            }
            matcher.rollback(text.length);
        }
        assertThat(allocated).isZero();
    }
}
