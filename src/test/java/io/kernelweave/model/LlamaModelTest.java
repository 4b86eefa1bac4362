package io.kernelweave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kernelweave.Corpora;
import io.kernelweave.TinyModel;
import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.Decoder;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.decode.WrittenForm;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** With a model that writes the beginnings of children's stories. */
class LlamaModelTest {
    @TempDir
    private static Path folder;

    private static LlamaModel model;

    @BeforeEach
    void open() {
        Path file = TinyModel.file(); // each test is skipped by itself, so that a report shows it
        model = model == null ? LlamaModel.open(file, LlamaModel.Settings.standard(), folder) : model;
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    private static float[] logits(LanguageModel.Session session) {
        float[] logits = new float[model.vocabulary().size()];
        session.logits(logits);
        return logits;
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            best = logits[token] > logits[best] ? token : best;
        }
        return best;
    }

    private static String greedy(LlamaModel model, String prompt, int tokens) {
        try (LanguageModel.Session session = model.open(prompt, 0)) {
            return Decoder.free(
                            session,
                            model.vocabulary(),
                            new DecodeSettings(0, 1, tokens, 0),
                            model.vocabulary().endToken())
                    .text();
        }
    }

    @Test
    void theModelSpeaksAsItWasTrainedToAndTheSameEachTime() {
        assertThat(model.vocabulary().size()).isEqualTo(512);
        assertThat(model.contextSize()).isEqualTo(128);
        String story = greedy(model, "Once upon a time", 40);
        assertThat(story).startsWith(", there was a little");
        assertThat(greedy(model, "Once upon a time", 40)).isEqualTo(story);
        assertThat(greedy(model, "The dog", 40)).isNotEqualTo(story);
    }

    @Test
    void tokensThatAreTakenTogetherAreReadAsOneByOne() {
        int[] tokens = model.vocabulary().encode(", there was a");
        try (LanguageModel.Session together = model.open("Once upon a time", 1);
                LanguageModel.Session oneByOne = model.open("Once upon a time", 1)) {
            float[] last = logits(oneByOne);
            for (int token : tokens) {
                together.accept(token);
                oneByOne.accept(token);
                last = logits(oneByOne);
            }
            float[] joint = logits(together);
            assertThat(logits(together)).isEqualTo(joint); // asking twice changes nothing
            for (int token = 0; token < last.length; token++) {
                assertThat(joint[token]).isFinite().isCloseTo(last[token], org.assertj.core.data.Offset.offset(0.02f));
            }
        }
    }

    @Test
    void anAnswerOutgrowsTheContext() {
        String text = greedy(model, "Once upon a time", 300);
        assertThat(model.vocabulary().encode(text).length).isGreaterThan(140);
        assertThat(greedy(model, "Once upon a time", 300)).isEqualTo(text);
    }

    @Test
    void aPromptThatFillsTheContextIsRefused() {
        assertThatThrownBy(() -> model.open("Once upon a time ".repeat(60), 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("context holds 128");
        try (LlamaModel larger = LlamaModel.open(
                        TinyModel.file(), new LlamaModel.Settings(600, 1, Duration.ofMinutes(1)), folder);
                LanguageModel.Session session = larger.open("Once upon a time ".repeat(60), 0)) {
            assertThat(logits(session)).hasSize(512);
        }
    }

    @Test
    void underAMaskItWritesJson() {
        TokenVocabulary vocabulary = model.vocabulary();
        Constraint constraint = JsonSchemaConstraint.compile(Json.parse("""
                        {"type":"object","additionalProperties":false,"required":["name","age","tags"],"properties":{
                         "name":{"type":"string","minLength":1,"maxLength":40},"age":{"type":"integer","minimum":0,"maximum":99},
                         "tags":{"type":"array","maxItems":3,"items":{"enum":["big","little","red"]}}}}""", "test"), vocabulary);
        for (int seed = 0; seed < 10; seed++) {
            try (LanguageModel.Session session = model.open("There was a little girl named Lily. ", seed)) {
                Decoded decoded = Decoder.constrained(session, constraint, new DecodeSettings(0.8, 40, 160, seed));
                assertThat(decoded.complete()).isTrue();
                assertThat(Json.parse(decoded.text(), "decoded").path("tags").isArray())
                        .as(decoded.text())
                        .isTrue();
                assertThat(decoded.forcedTokens()).isPositive();
            }
        }
    }

    @Test
    void sessionsAtTheSameTimeDoNotMix() {
        String alone = greedy(model, "The cat", 20);
        int end = model.vocabulary().endToken();
        int[] tokens = new int[40];
        int count = 0;
        try (LanguageModel.Session cat = model.open("The cat", 0);
                LanguageModel.Session dog = model.open("A dog", 0)) {
            while (count < 20) {
                int next = best(logits(cat));
                assertThat(next).isNotEqualTo(end);
                tokens[count++] = next;
                cat.accept(next);
                dog.accept(best(logits(dog)));
            }
        }
        assertThat(model.vocabulary().decode(Arrays.copyOf(tokens, count))).isEqualTo(alone);
    }

    @Test
    void aProcessThatEndsCostsOneAnswer() throws Exception {
        Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
        try (LlamaModel other = LlamaModel.open(TinyModel.file(), LlamaModel.Settings.standard(), folder)) {
            String story = greedy(other, "Once", 10);
            ProcessHandle process = ProcessHandle.current()
                    .children()
                    .filter(child -> !before.contains(child))
                    .findFirst()
                    .orElseThrow();
            try (LanguageModel.Session session = other.open("Once", 0)) {
                int next = best(logits(session));
                process.destroyForcibly();
                process.onExit().get(10, TimeUnit.SECONDS);
                session.accept(next);
                assertThatThrownBy(() -> logits(session))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("the process of the model ended with status 137; it wrote: ");
            }
            assertThat(greedy(other, "Once", 10)).isEqualTo(story);
        }
        assertThat(ProcessHandle.current().children().filter(child -> !before.contains(child) && child.isAlive()))
                .allSatisfy(child -> child.onExit().get(10, TimeUnit.SECONDS));
    }

    @Test
    void aModelThatIsTooSlowIsEnded() {
        assertThatThrownBy(() ->
                        LlamaModel.open(TinyModel.file(), new LlamaModel.Settings(0, 1, Duration.ofMillis(1)), folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did not answer within");
    }

    @Test
    void aFileThatIsCutInItsTensorsIsRefusedWithWhatLlamaSays() throws IOException {
        byte[] whole = Files.readAllBytes(TinyModel.file());
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> LlamaModel.open(cut, LlamaModel.Settings.standard(), folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cut.gguf: llama.cpp does not open it: the model cannot be loaded; it wrote:")
                .hasMessageContaining("corrupted or incomplete");
        assertThatThrownBy(() -> LlamaModel.open(folder.resolve("none"), LlamaModel.Settings.standard(), folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void theIdentityIsThatOfFileLibraryAndSettings() {
        assertThat(model.identity())
                .matches("llama:" + LlamaModel.digest(TinyModel.file()) + "/jllama-[0-9.]+/context-128/threads-1");
    }

    /** How many schemas; {@code -Dkernelweave.transformer.schemas=200} for as many as a release is held to, 15 s. */
    private static final int SCHEMAS = Integer.getInteger("kernelweave.transformer.schemas", 20);

    @Test
    void underTheMaskItWritesValidDocumentsOfRealSchemas() throws IOException {
        List<JsonNode> rows = Corpora.read("maskbench.jsonl.gz");
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        WrittenForm form = new WrittenForm(
                WrittenForm.Order.SCHEMA,
                WrittenForm.Whitespace.COMPACT,
                WrittenForm.Escapes.NEEDED,
                WrittenForm.Formats.ASSERTED); // a judge may assert them, by the draft
        SplittableRandom random = new SplittableRandom(20260101);
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        int written = 0;
        long begin = System.nanoTime();
        while (written < SCHEMAS) {
            JsonNode row = rows.get(random.nextInt(rows.size()));
            String id = row.path("id").asString();
            Constraint constraint;
            Schema judge;
            try {
                constraint = JsonSchemaConstraint.compile(row.path("schema"), model.vocabulary(), form);
                judge = registry.getSchema(row.path("schema"));
            } catch (InputException | SchemaException e) {
                refused++;
                continue;
            }
            try (LanguageModel.Session session = model.open("Once upon a time", written)) {
                Decoded decoded = Decoder.constrained(session, constraint, new DecodeSettings(0.8, 40, 150, written));
                if (!decoded.complete()) {
                    wrong.add(id + " is cut: " + decoded.text());
                } else {
                    judge.validate(Json.parse(decoded.text(), id))
                            .forEach(error -> wrong.add(id + ": " + error + ": " + decoded.text()));
                }
            } catch (InputException e) {
                wrong.add(id + " is refused too late: " + e.getMessage());
            }
            written++;
        }
        System.out.printf(
                "documents of %d real schemas, %d more refused, %.1f s: %d problems%n",
                written, refused, (System.nanoTime() - begin) / 1e9, wrong.size());
        assertThat(wrong).isEmpty();
    }
}
