package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.TokenMask;
import io.kernelweave.decode.TokenMatcher;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.decode.WrittenForm;
import io.kernelweave.json.InputException;
import io.kernelweave.schema.UnsatisfiableException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The trial against engines that know a few texts by heart, so that every error is planted. */
class SchemaTrialTest {
    private static final WrittenForm FORM = new WrittenForm(
            WrittenForm.Order.ANY,
            WrittenForm.Whitespace.SPACED,
            WrittenForm.Escapes.NEEDED,
            WrittenForm.Formats.ASSERTED);

    private static final TokenVocabulary BYTES = new ByteVocabulary();

    private static SchemaCase.Instance valid(String json) {
        return new SchemaCase.Instance(true, "", json);
    }

    private static SchemaCase.Instance invalid(String json) {
        return new SchemaCase.Instance(false, "", json);
    }

    private static SchemaCase subject(SchemaCase.Instance... instances) {
        return new SchemaCase("s", "test", null, "", null, null, "{}", List.of(instances), null);
    }

    private static Trial trial(SchemaCase subject, String... admitted) {
        return new SchemaTrial((schema, vocabulary, form) -> constraint(admitted, false), BYTES, FORM).run(subject);
    }

    @Test
    void whatIsTreatedRightIsNoError() {
        Trial trial = trial(subject(valid("[1,2]"), invalid("[3]"), valid("[ ]")), "[1, 2]", "[]");
        assertThat(trial.refusal()).isNull();
        assertThat(trial.fault()).isNull();
        assertThat(trial.errors()).isEqualTo(new Trial.Errors(0, 0, 0, 0));
        assertThat(trial.failures()).isEmpty();
        assertThat(trial.valid()).isEqualTo(2);
        assertThat(trial.invalid()).isEqualTo(1);
        assertThat(trial.tokens()).isEqualTo("[1, 2]".length() + "[".length() + "[]".length());
        assertThat(trial.betweenMasks().count()).isEqualTo(trial.tokens());
        assertThat(trial.firstMaskNs()).isGreaterThanOrEqualTo(trial.compileNs());
        assertThat(trial.allocatedBytes()).isPositive();
        assertThat(trial.heapPeakBytes()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true  | [1,2] | [1, 3] | 1 0 0 0 | REFUSED    | [1, ⟨2⟩]",
                "true  | 12    | 123    | 0 1 0 0 | UNFINISHED | 12",
                "false | [1]   | [1]    | 0 0 1 0 | ADMITTED   | [1]",
                "false | 1     | 12     | 0 0 0 1 | OPEN       | 1",
            })
    void eachKindOfErrorIsCountedOnceAndShown(
            boolean valid, String document, String admitted, String errors, Trial.Kind kind, String excerpt) {
        SchemaCase.Instance instance = new SchemaCase.Instance(valid, "why", document);
        Trial trial = trial(subject(instance, instance), admitted);
        int[] counts = {
            trial.errors().refused(),
            trial.errors().unfinished(),
            trial.errors().admitted(),
            trial.errors().open()
        };
        assertThat(java.util.Arrays.stream(counts)
                        .map(count -> count / 2)
                        .boxed()
                        .toList())
                .hasToString("[" + errors.replace(" ", ", ") + "]");
        assertThat(trial.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo(kind);
            assertThat(failure.instance()).isZero();
            assertThat(failure.excerpt()).isEqualTo(excerpt);
            assertThat(failure.reason()).startsWith("why: " + (valid ? "valid" : "invalid"));
        });
    }

    @Test
    void whereATokenIsRefusedIsSaidInTokensAndBytes() {
        Trial trial = trial(subject(valid("[\"é\",1]")), "[\"é\", 2]");
        assertThat(trial.failures().get(0).reason()).isEqualTo("valid, but token 8 of 9, at byte 7, is not allowed");
    }

    @Test
    void aRefusalIsKeptWithItsKeywordAndPointer() {
        Trial trial = failing(
                InputException.at("schema #/properties/a b/pattern", "look-behind is not honoured", "leave it out"));
        assertThat(trial.refusal())
                .isEqualTo(new Trial.Refusal(
                        "pattern",
                        "/properties/a b/pattern",
                        "schema #/properties/a b/pattern: look-behind is not honoured; leave it out",
                        false));
        assertThat(trial.valid()).isEqualTo(1);
        assertThat(trial.firstMaskNs()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schema #/a/oneOf/3: too many; x | oneOf | /a/oneOf/3",
                "schema #/properties/format: the keyword not is not honoured; x | not | /properties/format",
                "schema #/properties/format: names no type; x | properties | /properties/format",
                "schema #/$async: the keyword $async is not honoured; x | $async | /$async",
                "schema #: no document fits; x | (schema) | ''",
                "schema #/items: the alternatives of keyword oneOf (or anyOf, not, if) multiply too far; x | oneOf | /items",
                "the alternatives of keyword oneOf (or anyOf, not, if) multiply too far; x | oneOf | ''",
                "schema #/properties/a: b/pattern: keyword pattern is too long; x | pattern | /properties/a: b/pattern",
                "schema #http://x.org/s/properties/p/format: keyword format goes; x | format | http://x.org/s/properties/p/format",
                "schema #/$ref: keyword $ref leads to \"#/a\": nothing; x | $ref | /$ref",
                "schema line 1: nested too deeply; x | (schema) | ''",
            })
    void theKeywordIsTheOneThatTheRefusalIsAbout(String message, String keyword, String pointer) {
        Trial.Refusal refusal = failing(new InputException(message)).refusal();
        assertThat(refusal).isNotNull();
        assertThat(refusal.keyword()).isEqualTo(keyword);
        assertThat(refusal.pointer()).isEqualTo(pointer);
    }

    @Test
    void aSchemaThatNoDocumentSatisfiesIsAVerdictOnEachDocument() {
        SchemaTrial trial = new SchemaTrial(
                (schema, vocabulary, form) -> {
                    throw new UnsatisfiableException();
                },
                BYTES,
                FORM);
        for (Trial right :
                List.of(trial.run(subject(invalid("1"), invalid("2"))), trial.weigh(subject(invalid("1"))))) {
            assertThat(right.unsatisfiable()).isTrue();
            assertThat(right.refusal()).isNull();
            assertThat(right.errors()).isEqualTo(new Trial.Errors(0, 0, 0, 0));
            assertThat(right.firstMaskNs()).isEqualTo(-1);
            assertThat(right.retainedBytes()).isEqualTo(-1);
        }
        Trial wrong = trial.run(subject(invalid("1"), valid("2"), valid("3")));
        assertThat(wrong.errors()).isEqualTo(new Trial.Errors(2, 0, 0, 0));
        assertThat(wrong.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.instance()).isEqualTo(1);
            assertThat(failure.reason()).isEqualTo("valid, but no document is allowed at all");
        });
    }

    @Test
    void whatACompiledSchemaHoldsIsWeighedAndNotWhatItAllocated() {
        SchemaTrial trial = new SchemaTrial(
                (schema, vocabulary, form) -> {
                    byte[][] held = new byte[30][100_000];
                    byte[] garbage = new byte[5_000_000];
                    Constraint texts = constraint(new String[] {"[1]"}, false);
                    assertThat(garbage).hasSizeGreaterThan(held.length);
                    return constraint(() -> held.length > 0 ? texts.matcher() : texts.matcher());
                },
                BYTES,
                FORM);
        SchemaCase subject = subject(valid("[1]"));
        // The median of three: other threads of the tests' JVM allocate as well.
        assertThat(LongStream.generate(() -> trial.weigh(subject).retainedBytes())
                        .limit(3)
                        .sorted()
                        .toArray()[1])
                .isBetween(2_500_000L, 3_500_000L);
        assertThat(trial.run(subject).retainedBytes()).isEqualTo(-1);
        assertThat(failing(new InputException("schema #/a: no; x")).retainedBytes())
                .isEqualTo(-1);
    }

    @Test
    void whateverTheEngineThrowsIsAFault() {
        assertThat(failing(new IllegalStateException("no")).fault()).isEqualTo("IllegalStateException: no");
        assertThat(failing(new StackOverflowError()).fault()).isEqualTo("StackOverflowError: null");
        assertThat(failing(new OutOfMemoryError("heap")).fault()).isEqualTo("OutOfMemoryError: heap");
        assertThat(failing(new IllegalStateException("x".repeat(9999))).fault()).hasSizeLessThan(200);
    }

    private static Trial failing(Throwable failure) {
        return new SchemaTrial(
                        (schema, vocabulary, form) -> {
                            throw SchemaTrialTest.<RuntimeException>sneaky(failure);
                        },
                        BYTES,
                        FORM)
                .run(subject(valid("1")));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void aRefusalThatComesWithTheMasksIsLateAndLeavesNoErrors() {
        Constraint texts = constraint(new String[] {"[1]"}, false);
        int[] masks = {0};
        Trial trial = new SchemaTrial(
                        (schema, vocabulary, form) -> constraint(() -> {
                            TokenMatcher inner = texts.matcher();
                            return matcher(
                                    mask -> {
                                        if (++masks[0] == 4) {
                                            throw new InputException("schema #/maxItems: out of fuel; use less");
                                        }
                                        inner.fillMask(mask);
                                    },
                                    inner::accept,
                                    inner::isComplete);
                        }),
                        BYTES,
                        FORM)
                .run(subject(invalid("[1" + "]")));
        assertThat(trial.refusal()).isNotNull();
        assertThat(trial.refusal().late()).isTrue();
        assertThat(trial.refusal().keyword()).isEqualTo("maxItems");
        assertThat(trial.errors()).isEqualTo(new Trial.Errors(0, 0, 0, 0));
        assertThat(trial.firstMaskNs()).isPositive();
    }

    @Test
    void aMaskThatDisagreesWithWhatIsAcceptedIsAFault() {
        Trial trial = new SchemaTrial((schema, vocabulary, form) -> constraint(new String[] {"[1]"}, true), BYTES, FORM)
                .run(subject(valid("[2]")));
        assertThat(trial.fault()).contains("in the mask but not accepted after 1 tokens");
    }

    @Test
    void aSchemaThatNamesNoDraftGetsTheSuites() {
        List<JsonNode> schemas = new ArrayList<>();
        List<WrittenForm> forms = new ArrayList<>();
        SchemaTrial trial = new SchemaTrial(
                (schema, vocabulary, form) -> {
                    schemas.add(schema);
                    forms.add(form);
                    return constraint(new String[0], false);
                },
                BYTES,
                FORM);
        SchemaCase.Place place = new SchemaCase.Place("d7/a.json", "d7", true);
        for (String schema : List.of("{\"type\":\"null\"}", "{\"$schema\":\"own\"}", "true")) {
            trial.run(new SchemaCase(
                    "s", "suite", place, "", WrittenForm.Formats.ANNOTATION, "urn:d7", schema, List.of(), null));
        }
        assertThat(schemas.get(0).path("$schema").asString()).isEqualTo("urn:d7");
        assertThat(schemas.get(1).path("$schema").asString()).isEqualTo("own");
        assertThat(schemas.get(2).isBoolean()).isTrue();
        assertThat(forms).allSatisfy(form -> {
            assertThat(form.formats()).isEqualTo(WrittenForm.Formats.ANNOTATION);
            assertThat(form.whitespace()).isEqualTo(WrittenForm.Whitespace.SPACED);
            assertThat(form.escapes()).isEqualTo(WrittenForm.Escapes.NEEDED);
        });
    }

    @Test
    void whatCouldNotBeReadIsRefusedWithoutTheEngine() {
        Trial trial = new SchemaTrial((schema, vocabulary, form) -> constraint(new String[0], false), BYTES, FORM)
                .run(new SchemaCase("s", "test", null, "", null, null, "", List.of(), "the line has no schema"));
        assertThat(trial.refusal()).isEqualTo(new Trial.Refusal("(not read)", "", "the line has no schema", false));
        Trial deep = trial(new SchemaCase(
                "s", "t", null, "", null, null, "[".repeat(9000) + "]".repeat(9000), List.of(valid("1")), null));
        assertThat(deep.refusal()).isNotNull();
    }

    // ---------------------------------------------------------------- engines that know their texts by heart

    /** @param wide whether the mask allows everything, whatever is accepted */
    private static Constraint constraint(String[] admitted, boolean wide) {
        return constraint(() -> {
            StringBuilder soFar = new StringBuilder();
            IntPredicate goesOn = token -> {
                for (String text : admitted) {
                    String bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
                    if (bytes.startsWith(soFar.toString() + (char) token)) {
                        return true;
                    }
                }
                return false;
            };
            return matcher(
                    mask -> {
                        mask.clear();
                        for (int token = 0; token < 256; token++) {
                            if (wide || goesOn.test(token)) {
                                mask.set(token);
                            }
                        }
                    },
                    token -> {
                        boolean allowed = goesOn.test(token);
                        if (allowed) {
                            soFar.append((char) token);
                        }
                        return allowed;
                    },
                    () -> List.of(admitted)
                            .contains(new String(
                                    soFar.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)));
        });
    }

    private static Constraint constraint(java.util.function.Supplier<TokenMatcher> matchers) {
        return new Constraint() {
            @Override
            public TokenMatcher matcher() {
                return matchers.get();
            }

            @Override
            public TokenVocabulary vocabulary() {
                return BYTES;
            }
        };
    }

    /** The trial may use no more of a matcher than this. */
    private static TokenMatcher matcher(
            java.util.function.Consumer<TokenMask> fill,
            IntPredicate accept,
            java.util.function.BooleanSupplier complete) {
        return (TokenMatcher) Proxy.newProxyInstance(
                TokenMatcher.class.getClassLoader(),
                new Class<?>[] {TokenMatcher.class},
                (proxy, method, arguments) -> call(method.getName(), arguments, fill, accept, complete));
    }

    private static @Nullable Object call(
            String method,
            Object[] arguments,
            java.util.function.Consumer<TokenMask> fill,
            IntPredicate accept,
            java.util.function.BooleanSupplier complete) {
        switch (method) {
            case "fillMask" -> {
                fill.accept((TokenMask) arguments[0]);
                return null;
            }
            case "accept" -> {
                return accept.test((int) arguments[0]);
            }
            case "isComplete" -> {
                return complete.getAsBoolean();
            }
            default -> throw new UnsupportedOperationException(method);
        }
    }

    /** A token for each byte. */
    private static final class ByteVocabulary implements TokenVocabulary {
        @Override
        public String name() {
            return "bytes";
        }

        @Override
        public int size() {
            return 256;
        }

        @Override
        public byte[] bytes(int token) {
            return new byte[] {(byte) token};
        }

        @Override
        public int[] encode(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                tokens[i] = bytes[i] & 0xff;
            }
            return tokens;
        }

        @Override
        public String decode(int[] tokens) {
            byte[] bytes = new byte[tokens.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) tokens[i];
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public boolean isSpecial(int token) {
            return false;
        }

        @Override
        public int endToken() {
            return 256;
        }
    }
}
