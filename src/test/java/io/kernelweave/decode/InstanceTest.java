package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.InputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Schemas with instances of which is known whether they are valid: every prefix of a valid one is allowed, however it is
 * written and divided into tokens; no invalid one can be completed; and where it is refused, nothing valid begins so.
 */
class InstanceTest {
    private static final TokenVocabulary VOCABULARY = TokenVocabularies.cl100kBase();
    private static final int SHARE = Integer.getInteger("kernelweave.share", 300);

    /** What the masks leave out, and say so: names in Punycode; assertions of content; dependencies after draft 7. */
    private static final List<String> LEFT_OUT =
            List.of("A-label (punycode)", "optional/content", "optional/dependencies-compatibility");

    private static WrittenForm form(WrittenForm.Whitespace whitespace, WrittenForm.Formats formats) {
        return new WrittenForm(WrittenForm.Order.ANY, whitespace, WrittenForm.Escapes.ANY, formats);
    }

    /** The failures of a check of all subjects that are not refused, a line each. */
    private static List<String> failures(Subject.Source source, BiConsumer<Subject, List<String>> check) {
        List<String> failures = new ArrayList<>();
        int refused = 0;
        List<Subject> subjects = source.subjects(SHARE);
        for (Subject subject : subjects) {
            if (LEFT_OUT.stream().anyMatch(subject.name()::contains)) {
                continue;
            }
            int before = failures.size();
            try {
                check.accept(subject, failures);
            } catch (InputException e) {
                refused++;
                if (source == Subject.Source.KEYWORDS) {
                    failures.add(subject.name() + " is refused: " + e.getMessage());
                }
            } catch (RuntimeException | StackOverflowError e) {
                failures.add(subject.name() + ": " + e + " at "
                        + Arrays.toString(e.getStackTrace()).substring(0, 200));
            }
        }
        System.out.printf("%s: %d subjects, %d refused%n", source, subjects.size(), refused);
        return failures;
    }

    private static @Nullable JsonSchemaConstraint compile(Subject subject, WrittenForm form) {
        try {
            return JsonSchemaConstraint.compile(subject.schema(), VOCABULARY, form);
        } catch (InputException e) {
            if (e.getMessage().contains("no value satisfies") && subject.valid().isEmpty()) {
                return null;
            }
            throw e;
        }
    }

    /** How far a text is allowed: its length if it is complete there; else less, or -1 if only the end is not allowed. */
    private static int reach(JsonSchemaConstraint constraint, byte[] text) {
        TokenMatcher matcher = constraint.matcher();
        for (int at = 0; at < text.length; at++) {
            if (!matcher.accept(new byte[] {text[at]})) {
                return at;
            }
        }
        return matcher.isComplete() ? text.length : -1;
    }

    private static boolean completes(@Nullable JsonSchemaConstraint constraint, String text) {
        if (constraint == null) {
            return false;
        }
        TokenMatcher matcher = constraint.matcher();
        return matcher.accept(Texts.bytes(text)) && matcher.isComplete();
    }

    @ParameterizedTest
    @EnumSource
    void everyPrefixOfAValidInstanceIsAllowed(Subject.Source source) {
        TokenMask mask = new TokenMask(VOCABULARY.size());
        TokenTrie trie = VocabularyIndex.of(VOCABULARY).all;
        assertThat(failures(source, (subject, failures) -> {
                    for (WrittenForm.Whitespace whitespace : layouts(source, subject)) {
                        WrittenForm form = form(whitespace, subject.formats());
                        JsonSchemaConstraint constraint = compile(subject, form);
                        for (JsonNode value : subject.valid()) {
                            SplittableRandom random =
                                    new SplittableRandom(subject.name().hashCode());
                            String plain = Texts.plain(value, whitespace);
                            String odd = Texts.any(value, form, random);
                            for (int[] tokens : List.of(
                                    VOCABULARY.encode(plain),
                                    VOCABULARY.encode(odd),
                                    divided(Texts.bytes(odd), trie, random))) {
                                String problem = problem(constraint, tokens, mask);
                                if (problem != null) {
                                    failures.add(subject.name() + ": " + whitespace + " " + problem + "  "
                                            + subject.schema());
                                }
                            }
                        }
                    }
                }))
                .isEmpty();
    }

    /** All for the keywords; of the many others one for each. */
    private static List<WrittenForm.Whitespace> layouts(Subject.Source source, Subject subject) {
        List<WrittenForm.Whitespace> all = List.of(WrittenForm.Whitespace.values());
        int one = Math.floorMod(subject.name().hashCode(), all.size());
        return source == Subject.Source.KEYWORDS ? all : all.subList(one, one + 1);
    }

    /** Tokens drawn at random that together are a text. */
    private static int[] divided(byte[] text, TokenTrie trie, SplittableRandom random) {
        List<Integer> tokens = new ArrayList<>();
        for (int at = 0; at < text.length; ) {
            List<Integer> nodes = new ArrayList<>();
            int node = 0;
            for (int end = at; end < text.length && node >= 0; end++) {
                node = trie.child(node, text[end]);
                if (node >= 0 && trie.from[node] < trie.from[node + 1]) {
                    nodes.add(node);
                }
            }
            int taken = nodes.get(random.nextInt(nodes.size()));
            tokens.add(trie.tokens[trie.from[taken]]);
            at += trie.depth[taken];
        }
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    private static @Nullable String problem(JsonSchemaConstraint constraint, int[] tokens, TokenMask mask) {
        TokenMatcher matcher = constraint.matcher();
        for (int i = 0; i < tokens.length; i++) {
            String begun = VOCABULARY.decode(Arrays.copyOf(tokens, i));
            if (matcher.isComplete() && !Character.isDigit(begun.charAt(begun.length() - 1))) {
                return "complete after <" + begun + ">";
            }
            matcher.fillMask(mask);
            boolean masked = !mask.get(tokens[i]);
            if (!matcher.accept(tokens[i]) || masked) {
                return (masked ? "not in the mask" : "not accepted") + " after <" + begun + ">: <"
                        + VOCABULARY.decode(new int[] {tokens[i]}) + ">";
            }
        }
        return matcher.isComplete() ? null : "not complete after <" + VOCABULARY.decode(tokens) + ">";
    }

    @ParameterizedTest
    @EnumSource
    void noInvalidInstanceIsCompletedAndNothingValidBeginsAsItIsRefused(Subject.Source source) {
        assertThat(failures(source, (subject, failures) -> {
                    JsonSchemaConstraint constraint =
                            compile(subject, form(WrittenForm.Whitespace.COMPACT, subject.formats()));
                    Optional<Judge> judge = Judge.of(subject);
                    SplittableRandom random =
                            new SplittableRandom(subject.name().hashCode());
                    Mutations mutations = new Mutations(subject, random);
                    for (JsonNode value : subject.invalid()) {
                        String text = Texts.plain(value);
                        byte[] bytes = Texts.bytes(text);
                        int refused = constraint == null ? 0 : reach(constraint, bytes);
                        if (refused == bytes.length) {
                            failures.add(subject.name() + ": " + text + " is invalid  " + subject.schema());
                        } else if (refused >= 0) {
                            String begun = new String(bytes, 0, refused + 1, StandardCharsets.UTF_8);
                            for (int i = 0; i < 10 && !begun.endsWith("\uFFFD"); i++) {
                                check(subject, constraint, judge, mutations.completed(begun), failures);
                            }
                        }
                    }
                }))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNearAnInstanceIsCompletedExactlyIfItIsValid(Subject.Source source) {
        assertThat(failures(source, (subject, failures) -> {
                    JsonSchemaConstraint constraint =
                            compile(subject, form(WrittenForm.Whitespace.COMPACT, subject.formats()));
                    Optional<Judge> judge = Judge.of(subject);
                    Mutations mutations = new Mutations(
                            subject, new SplittableRandom(subject.name().hashCode()));
                    for (List<JsonNode> values : List.of(subject.valid(), subject.invalid())) {
                        for (JsonNode value : values) {
                            JsonNode near = value;
                            for (int i = 0; i < 8; i++) {
                                near = mutations.near(i % 3 == 0 ? value : near);
                                check(subject, constraint, judge, Texts.plain(near), failures);
                            }
                        }
                    }
                }))
                .isEmpty();
    }

    private static void check(
            Subject subject,
            @Nullable JsonSchemaConstraint constraint,
            Optional<Judge> judge,
            String text,
            List<String> failures) {
        if (judge.isEmpty()) {
            return;
        }
        boolean valid;
        try {
            valid = judge.get().accepts(Texts.parse(text));
        } catch (InputException e) {
            return; // a key that comes twice
        }
        if (completes(constraint, text) != valid) {
            failures.add("%s: %s is %s to the validator only  %s"
                    .formatted(subject.name(), text, valid ? "valid" : "invalid", subject.schema()));
        }
    }
}
