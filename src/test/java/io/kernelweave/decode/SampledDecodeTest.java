package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.model.NgramModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Whatever a model likes, and however little it may write, a text becomes a complete document that is valid.
 * {@code -Dkernelweave.decodes=10000} decodes so many, in all.
 */
class SampledDecodeTest {
    private static final int DECODES = Integer.getInteger("kernelweave.decodes", 1000);
    private static final TokenVocabulary SMALL = new SmallVocabulary();
    private static final TokenVocabulary REAL = TokenVocabularies.cl100kBase();

    private static WrittenForm form(int number) {
        WrittenForm.Whitespace[] whitespace = WrittenForm.Whitespace.values();
        return new WrittenForm(
                number % 2 == 0 ? WrittenForm.Order.SCHEMA : WrittenForm.Order.ANY,
                whitespace[number / 2 % whitespace.length],
                number / 8 % 3 == 0 ? WrittenForm.Escapes.ANY : WrittenForm.Escapes.NEEDED,
                WrittenForm.Formats.ASSERTED);
    }

    /** A budget from hopeless to ample. */
    private static int budget(int number) {
        return new int[] {1, 5, 12, 30, 60, 120}[number % 6];
    }

    private static void check(String name, Decoded decoded, JsonSchemaConstraint constraint, int budget, Judge judge) {
        assertThat(decoded.complete()).as(name).isTrue();
        int shortest = VocabularyIndex.of(constraint.vocabulary())
                .all
                .longestTokens(constraint.matcher().shortestCompletion())
                .length;
        assertThat(decoded.tokens()).as("%s: %s", name, decoded.text()).isLessThanOrEqualTo(Math.max(budget, shortest));
        JsonNode value;
        try {
            value = Json.parse(decoded.text(), name);
        } catch (InputException e) {
            throw new AssertionError(name + ": " + decoded.text() + " is no JSON", e);
        }
        assertThat(judge.errors(value)).as("%s: %s", name, decoded.text()).isEmpty();
    }

    /** Subjects whose formats the validator decides right. */
    private static List<Subject> subjects(Subject.Source source) {
        return source.subjects(250).stream()
                .filter(subject ->
                        Judge.of(subject).isPresent() && !subject.name().startsWith("draft"))
                .toList();
    }

    @Test
    void underRandomLogitsOverRandomSchemas() {
        int done = 0;
        for (long seed = 0; done < DECODES * 6 / 10; seed++) {
            JsonNode schema = new RandomSchemas(seed).schema();
            JsonSchemaConstraint constraint;
            try {
                constraint = JsonSchemaConstraint.compile(schema, SMALL, form((int) seed));
            } catch (InputException e) {
                continue; // no value satisfies it
            }
            Judge judge = Judge.of(schema, WrittenForm.Formats.ASSERTED);
            for (int i = 0; i < 4; i++, done++) {
                DecodeSettings settings = new DecodeSettings(1, SMALL.size(), budget(done), i);
                try {
                    Decoded decoded = Decoder.constrained(new RandomLogits(seed * 4 + i), constraint, settings);
                    check("seed " + seed + " " + schema, decoded, constraint, settings.maxTokens(), judge);
                } catch (InputException e) {
                    throw new AssertionError("refused too late: seed " + seed + " " + schema, e);
                }
            }
        }
    }

    @Test
    void underRandomLogitsOverRealSchemas() {
        List<Subject> all = new ArrayList<>(subjects(Subject.Source.KEYWORDS));
        if (Subject.Source.MASKBENCH.isPresent()) {
            all.addAll(subjects(Subject.Source.MASKBENCH));
        }
        int done = 0;
        for (int round = 0; done < DECODES * 3 / 10; round++) {
            for (Subject subject : all) {
                JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(subject.schema(), REAL, form(round));
                DecodeSettings settings = new DecodeSettings(1, 40, budget(done), round);
                Decoded decoded = Decoder.constrained(new RandomLogits(done++), constraint, settings);
                check(
                        subject.name(),
                        decoded,
                        constraint,
                        settings.maxTokens(),
                        Judge.of(subject).orElseThrow());
            }
        }
    }

    @Test
    void underAModelThatHasSeenTheInstances() {
        List<Subject> all = subjects(Subject.Source.KEYWORDS);
        List<NgramModel.Example> examples = new ArrayList<>();
        for (Subject subject : all) {
            for (JsonNode value : subject.valid()) {
                examples.add(new NgramModel.Example("Give an example of " + subject.name(), Texts.plain(value)));
            }
        }
        NgramModel model = NgramModel.train(examples, NgramModel.Settings.standard(), REAL);
        int done = 0;
        for (int round = 0; done < DECODES / 10; round++) {
            for (Subject subject : all) {
                JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(subject.schema(), REAL, form(2 * round));
                DecodeSettings settings = new DecodeSettings(0.8, 40, budget(done++), round);
                try (var session = model.open("Give an example of " + subject.name(), round)) {
                    Decoded decoded = Decoder.constrained(session, constraint, settings);
                    check(
                            subject.name(),
                            decoded,
                            constraint,
                            settings.maxTokens(),
                            Judge.of(subject).orElseThrow());
                }
            }
        }
    }
}
