package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random schemas, and all small values: the masks must lead to exactly those that the validator accepts. A seed that fails is
 * in the message; {@code -Dkernelweave.seed=…} runs it alone, {@code -Dkernelweave.schemas=…} more of them.
 */
class RandomSchemaTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();
    private static final int SCHEMAS = Integer.getInteger("kernelweave.schemas", 300);

    private static void seeds(int count, LongConsumer check) {
        @Nullable Long one = Long.getLong("kernelweave.seed");
        int refused = 0;
        for (long seed = one != null ? one : 0; one != null ? seed == one : seed < count; seed++) {
            try {
                check.accept(seed);
            } catch (InputException e) {
                refused++;
                System.out.println("seed " + seed + " is refused: " + e.getMessage());
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ": " + new RandomSchemas(seed).schema() + ": " + e.getMessage(), e);
            }
        }
        assertThat(refused).as("refused").isLessThanOrEqualTo(count / 100);
    }

    /** The constraint; null if it is refused because no value satisfies the schema. */
    private static @Nullable JsonSchemaConstraint compile(JsonNode schema, WrittenForm form) {
        try {
            return JsonSchemaConstraint.compile(schema, VOCABULARY, form);
        } catch (InputException e) {
            if (e.getMessage().contains("no value satisfies")) {
                return null;
            }
            throw e;
        }
    }

    private static boolean completes(@Nullable JsonSchemaConstraint constraint, String text) {
        if (constraint == null) {
            return false;
        }
        TokenMatcher matcher = constraint.matcher();
        return matcher.accept(Texts.bytes(text)) && matcher.isComplete();
    }

    @Test
    void theValuesThatCanBeWrittenAreThoseThatTheValidatorAccepts() {
        WrittenForm form = new WrittenForm(
                WrittenForm.Order.ANY,
                WrittenForm.Whitespace.COMPACT,
                WrittenForm.Escapes.NEEDED,
                WrittenForm.Formats.ASSERTED);
        seeds(SCHEMAS, seed -> {
            RandomSchemas random = new RandomSchemas(seed);
            ObjectNode schema = random.schema();
            Judge judge = Judge.of(schema, form.formats());
            JsonSchemaConstraint constraint = compile(schema, form);
            for (JsonNode value : random.values()) {
                String text = Texts.plain(value);
                assertThat(completes(constraint, text)).as(text).isEqualTo(judge.accepts(value));
            }
        });
    }

    @Test
    void inTheOrderOfTheSchemaEachValueCanBeWrittenOneWayAtLeast() {
        seeds(SCHEMAS / 3, seed -> {
            RandomSchemas random = new RandomSchemas(seed);
            ObjectNode schema = random.schema();
            Judge judge = Judge.of(schema, WrittenForm.Formats.ASSERTED);
            JsonSchemaConstraint constraint = compile(schema, WrittenForm.COMPACT);
            for (JsonNode value : random.values()) {
                if (value.toString().length() < 50) {
                    assertThat(orders(value).stream().anyMatch(order -> completes(constraint, Texts.plain(order))))
                            .as("%s", value)
                            .isEqualTo(judge.accepts(value));
                }
            }
        });
    }

    /** A value with its members in every order. */
    private static List<JsonNode> orders(JsonNode value) {
        if (value.isArray()) {
            List<JsonNode> all = List.of(RandomSchemas.array());
            for (JsonNode item : value) {
                List<JsonNode> more = new ArrayList<>();
                for (JsonNode begun : all) {
                    orders(item)
                            .forEach(
                                    of -> more.add(((tools.jackson.databind.node.ArrayNode) begun.deepCopy()).add(of)));
                }
                all = more;
            }
            return all;
        }
        if (!value.isObject() || value.isEmpty()) {
            return List.of(value);
        }
        List<JsonNode> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> first : value.properties()) {
            ObjectNode others = ((ObjectNode) value.deepCopy()).without(first.getKey());
            for (JsonNode member : orders(first.getValue())) {
                for (JsonNode rest : orders(others)) {
                    ObjectNode order = io.kernelweave.json.Json.object();
                    order.set(first.getKey(), member);
                    all.add(order.setAll((ObjectNode) rest));
                }
            }
        }
        return all;
    }

    @Test
    void aTokenIsAllowedExactlyIfAValidTextCanFollow() {
        WrittenForm.Whitespace[] whitespace = WrittenForm.Whitespace.values();
        seeds(SCHEMAS / 2, seed -> {
            RandomSchemas random = new RandomSchemas(seed);
            ObjectNode schema = random.schema();
            WrittenForm form = new WrittenForm(
                    seed % 2 == 0 ? WrittenForm.Order.ANY : WrittenForm.Order.SCHEMA,
                    whitespace[(int) (seed / 2 % whitespace.length)],
                    seed % 3 == 0 ? WrittenForm.Escapes.ANY : WrittenForm.Escapes.NEEDED,
                    WrittenForm.Formats.ASSERTED);
            JsonSchemaConstraint constraint = compile(schema, form);
            if (constraint != null) {
                Judge judge = Judge.of(schema, form.formats());
                TreeSet<String> valid = new TreeSet<>();
                for (JsonNode value : random.values()) {
                    if (form.order() == WrittenForm.Order.ANY && judge.accepts(value)) {
                        valid.add(ByteOracle.chars(Texts.bytes(Texts.plain(value, form.whitespace()))));
                    }
                }
                walk(constraint, judge, valid, new SplittableRandom(seed));
            }
        });
    }

    private static void walk(
            JsonSchemaConstraint constraint, Judge judge, TreeSet<String> valid, SplittableRandom random) {
        TokenMask mask = new TokenMask(VOCABULARY.size());
        Map<String, Boolean> judged = new HashMap<>();
        for (int walk = 0; walk < 3; walk++) {
            TokenMatcher matcher = constraint.matcher();
            Bytes text = new Bytes();
            for (int step = 0; step < 16; step++) {
                String begun = ByteOracle.chars(text.toArray());
                matcher.fillMask(mask);
                List<Integer> allowed = new ArrayList<>();
                for (int token = 0; token < VOCABULARY.size(); token++) {
                    TokenMatcher after = matcher.fork();
                    boolean moves = after.accept(token);
                    String piece = ByteOracle.chars(VOCABULARY.bytes(token));
                    assertThat(mask.get(token))
                            .as("mask and walk: <%s> after <%s>", piece, begun)
                            .isEqualTo(moves);
                    if (moves) {
                        allowed.add(token);
                        byte[] rest = after.shortestCompletion();
                        assertThat(after.shortestCompletionLength())
                                .as("<%s> after <%s>", piece, begun)
                                .isEqualTo(rest.length);
                        String document = new String(
                                new Bytes()
                                        .add(text.toArray(), 0)
                                        .add(VOCABULARY.bytes(token), 0)
                                        .add(rest, 0)
                                        .toArray(),
                                java.nio.charset.StandardCharsets.UTF_8);
                        assertThat(after.accept(rest) && after.isComplete())
                                .as("%s is complete", document)
                                .isTrue();
                        assertThat(judged.computeIfAbsent(document, d -> judge.accepts(Texts.parse(d))))
                                .as("<%s> after <%s>: %s is valid", piece, begun, document)
                                .isTrue();
                    } else if (!piece.isEmpty() && !VOCABULARY.isSpecial(token)) {
                        String known = valid.ceiling(begun + piece);
                        if (known != null && known.startsWith(begun + piece)) {
                            fail("<%s> after <%s> leads to %s", piece, begun, known);
                        }
                    }
                }
                assertThat(matcher.isComplete() || !allowed.isEmpty()).as(begun).isTrue();
                if (allowed.isEmpty()) {
                    break;
                }
                int token = allowed.get(random.nextInt(allowed.size()));
                if (random.nextInt(3) > 0) { // away from the inside of strings
                    for (int tries = 0; tries < 20 && token < 256 && "{}[],:\"01tfn-ab ".indexOf(token) < 0; tries++) {
                        token = allowed.get(random.nextInt(allowed.size()));
                    }
                }
                matcher.accept(token);
                text.add(VOCABULARY.bytes(token), 0);
            }
        }
    }
}
