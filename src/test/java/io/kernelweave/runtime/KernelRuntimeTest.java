package io.kernelweave.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.gate.AnswerCache;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.model.LanguageModel;
import io.kernelweave.model.RecordedModel;
import io.kernelweave.route.Embedder;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

class KernelRuntimeTest {
    private static final String PROMPT = "quote the word and count the lines of this log\n\nlevel alpha";
    private static final String GOOD = "{\"word\":\"alpha\",\"count\":1}";
    private static final String BAD = "{\"word\":\"alpha\",\"count\":9}";
    private static final Task TASK = new Task("t1", PROMPT);
    private static final Task CAKE = new Task("t2", "bake me a chocolate cake");

    private static final Kernel KERNEL = Kernel.parse("""
            {"kernel_id":"quote-and-count","name":"Quote and count","task_family":"test",
             "description":"Quotes the word and counts the lines of a pasted log.",
             "examples":["quote the word and count the lines of this log"],
             "input_schema":{"type":"object","required":["source"]},
             "output_schema":{"type":"object","additionalProperties":false,"required":["word","count"],"properties":{
               "word":{"type":"string","maxLength":12},"count":{"type":"integer","minimum":0,"maximum":9}}},
             "postconditions":[{"name":"count-agrees","says":"the count is that of the log","check":"compare","left":"output.count",
               "op":"==","right":{"matches":"level","of":"input.source"}}],
             "evidence_requirements":[{"name":"verbatim","check":"quoteInSource","target":"output.word"}],
             "steps":[{"name":"read","do":"Read the log."}]}""", "kernel");

    /** Bytes, and one token that ends. */
    static final TokenVocabulary BYTES = new TokenVocabulary() {
        @Override
        public String name() {
            return "bytes";
        }

        @Override
        public int size() {
            return 257;
        }

        @Override
        public byte[] bytes(int token) {
            return token == 256 ? new byte[0] : new byte[] {(byte) token};
        }

        @Override
        public int[] encode(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            Arrays.setAll(tokens, i -> bytes[i] & 0xFF);
            return tokens;
        }

        @Override
        public String decode(int[] tokens) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int token : tokens) {
                out.writeBytes(bytes(token));
            }
            return out.toString(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isSpecial(int token) {
            return token == 256;
        }

        @Override
        public int endToken() {
            return 256;
        }
    };

    /** Wants to say the first of some texts that what it has said begins with; a list for each time it is asked. */
    private static final class Scripted implements LanguageModel {
        private final List<List<String>> scripts;
        private final boolean followsInstructions;
        final List<String> prompts = new ArrayList<>();

        Scripted(boolean followsInstructions, List<List<String>> scripts) {
            this.scripts = scripts;
            this.followsInstructions = followsInstructions;
        }

        @Override
        public String identity() {
            return "scripted";
        }

        @Override
        public boolean followsInstructions() {
            return followsInstructions;
        }

        @Override
        public Session open(String prompt, long seed) {
            List<String> wanted = scripts.get(Math.min(prompts.size(), scripts.size() - 1));
            prompts.add(prompt);
            StringBuilder said = new StringBuilder();
            return new Session() {
                @Override
                public void logits(float[] into) {
                    Arrays.fill(into, 0);
                    wanted.stream()
                            .filter(text -> text.startsWith(said.toString()))
                            .findFirst()
                            .ifPresent(text ->
                                    into[text.length() == said.length() ? 256 : text.charAt(said.length())] = 9);
                }

                @Override
                public void accept(int token) {
                    said.append((char) token);
                }

                @Override
                public void close() {}
            };
        }
    }

    private static Scripted says(String... answers) {
        return new Scripted(false, Arrays.stream(answers).map(List::of).toList());
    }

    private static KernelRuntime runtime(Backend backend, int retries, long seed, @Nullable Memory memory) {
        Router router = Router.of(List.of(KERNEL), List.of(), RouterAdapter.untrained());
        return new KernelRuntime(List.of(KERNEL), router, backend, BYTES, memory, null, retries, seed);
    }

    private static Backend sampled(LanguageModel model) {
        return new Backend.Sampled(model, BYTES, 256, new DecodeSettings(0, 1, 200, 0));
    }

    private static KernelRuntime runtime(Kernel kernel, LanguageModel model, @Nullable AnswerCache cache) {
        Router router = Router.of(List.of(kernel), List.of(), RouterAdapter.untrained());
        return new KernelRuntime(List.of(kernel), router, sampled(model), BYTES, null, cache, 1, 1);
    }

    /** The kernel with these rollback steps. */
    private static Kernel rollback(String steps) {
        return Json.convert(
                Json.<ObjectNode>tree(KERNEL).set("rollback", Json.parse(steps, "steps")), Kernel.class, "kernel");
    }

    private static List<ObjectNode> rollbacks(Answer answer) {
        return answer.trace().events().stream()
                .filter(event -> event.kind() == TraceEvent.Kind.ROLLBACK)
                .map(TraceEvent::data)
                .toList();
    }

    private static KernelRuntime runtime(LanguageModel model, int retries) {
        return runtime(new Backend.Sampled(model, BYTES, 256, new DecodeSettings(0, 1, 200, 0)), retries, 1, null);
    }

    private static KernelRuntime recorded(String answer) {
        return runtime(new Backend.Recorded(new RecordedModel(Map.of("t1", answer, "t2", answer)), BYTES), 1, 1, null);
    }

    private static List<String> kinds(Trace trace) {
        return trace.events().stream().map(event -> event.kind().label()).toList();
    }

    @Test
    void aGoodAnswerIsAcceptedAtOnce() {
        Answer answer = runtime(says(GOOD), 2).answer(TASK, Arm.ROUTER_GATE);
        assertThat(answer.path()).isEqualTo(Answer.Path.KERNEL);
        assertThat(answer.kernelIds()).containsExactly("quote-and-count");
        assertThat(answer.text()).isEqualTo(GOOD);
        assertThat(answer.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.masked()).isTrue();
            assertThat(requireNonNull(attempt.judgement()).outcome()).isEqualTo(Outcome.PASS);
        });
        assertThat(kinds(answer.trace())).containsExactly("decision", "generation", "verification", "output");
        assertThat(answer.trace().verdict()).isEqualTo("PASS");
        assertThat(answer.trace().kernelId()).isEqualTo("quote-and-count");
        assertThat(answer.trace().taskFamily()).isEqualTo("test");
        assertThat(answer.tokens()).isEqualTo(GOOD.length());
        assertThat(answer.maskedTokens()).isPositive();
    }

    @Test
    void aRetryKeepsWhatStandsAndDecodesTheRest() {
        // The second time the model would rather begin with another word; the word that stands is kept.
        Scripted model = new Scripted(
                false,
                List.of(List.of(BAD), List.of("{\"word\":\"omega\",\"count\":1}", "{\"word\":\"alpha\",\"count\":1}")));
        Answer answer = runtime(model, 2).answer(TASK, Arm.ROUTER_GATE);
        assertThat(answer.text()).isEqualTo(GOOD);
        assertThat(answer.attempts()).hasSize(2);
        assertThat(kinds(answer.trace()))
                .containsExactly(
                        "decision", "generation", "verification", "retry", "generation", "verification", "output");
        TraceEvent retry = answer.trace().last(TraceEvent.Kind.RETRY).orElseThrow();
        assertThat(retry.data().toString())
                .isEqualTo(
                        "{\"failed\":[\"count-agrees\"],\"why\":\"retry: count-agrees: output.count is 9, not == the matches of level in input.source, 1\",\"kept\":\"{\\\"word\\\":\\\"alpha\\\",\",\"told\":false}");
        assertThat(answer.attempts().get(1).decoded().forcedTokens())
                .isGreaterThanOrEqualTo("{\"word\":\"alpha\",".length());
    }

    @Test
    void aRetryThatGotNoFurtherKeepsOneFieldLess() {
        Scripted model = new Scripted(
                false,
                List.of(
                        List.of(BAD),
                        List.of("{\"word\":\"alpha\",\"count\":8}"),
                        List.of("{\"word\":\"alpha\",\"count\":1}")));
        Answer answer = runtime(model, 2).answer(TASK, Arm.ROUTER_GATE);
        assertThat(answer.trace().events().stream()
                        .filter(event -> event.kind() == TraceEvent.Kind.RETRY)
                        .map(event -> event.data().path("kept").stringValue()))
                .containsExactly("{\"word\":\"alpha\",", "");
        assertThat(answer.path()).isEqualTo(Answer.Path.KERNEL);
    }

    @Test
    void afterTheLastRetryItRollsBackToRawGeneration() {
        Scripted model = says(BAD, BAD, "I do not know.");
        Answer answer = runtime(model, 1).answer(TASK, Arm.ROUTER_GATE);
        assertThat(answer.path()).isEqualTo(Answer.Path.ROLLED_BACK);
        assertThat(answer.kernelIds()).isEmpty();
        assertThat(answer.text()).isEqualTo("I do not know.");
        assertThat(answer.attempts()).extracting(Answer.Attempt::masked).containsExactly(true, true, false);
        assertThat(answer.attempts()).extracting(Answer.Attempt::number).containsExactly(1, 2, 3);
        assertThat(kinds(answer.trace()))
                .containsExactly(
                        "decision",
                        "generation",
                        "verification",
                        "retry",
                        "generation",
                        "verification",
                        "rollback",
                        "generation",
                        "output");
        assertThat(answer.trace().verdict()).isEqualTo("UNKNOWN");
        assertThat(answer.trace().kernelId()).isNull();
        assertThat(model.prompts.get(2)).isEqualTo(PROMPT);
    }

    @Test
    void aRollbackStepMayDecodeOnceMore() {
        Kernel kernel = rollback("""
                [{"when":"the word is not in the log","do":"Ask.","on":["verbatim"],"run":"decode"},
                 {"when":"the count differs","do":"Decode once more.","on":["count-agrees"],"run":"decode"}]""");
        Answer answer = runtime(kernel, says(BAD, BAD, GOOD), null).answer(TASK, Arm.ROUTER_GATE);
        assertThat(answer.path()).isEqualTo(Answer.Path.KERNEL);
        assertThat(answer.text()).isEqualTo(GOOD);
        assertThat(answer.attempts())
                .extracting(Answer.Attempt::cause)
                .satisfiesExactly(
                        cause -> assertThat(cause).isEmpty(),
                        cause -> assertThat(cause).startsWith("retry: count-agrees: output.count is 9"),
                        cause -> assertThat(cause).startsWith("rollback, decoded once more: count-agrees: "));
        assertThat(answer.attempts().get(2).decoded().forcedTokens())
                .as("from the first token on")
                .isLessThan(answer.attempts().get(1).decoded().forcedTokens());
        assertThat(rollbacks(answer))
                .singleElement()
                .satisfies(data -> assertThat(
                                data.path("steps").path(0).path("when").stringValue())
                        .isEqualTo("the count differs"));
    }

    @Test
    void afterAStepThatDoesNotHelpTheNextIsTaken() {
        Kernel kernel = rollback("""
                [{"when":"the count differs","do":"Decode once more.","on":["count-agrees"],"run":"decode"},
                 {"when":"it still does","do":"Say what was found.","run":"raw"},
                 {"when":"never","do":"Sing.","run":"decode"}]""");
        Scripted model = new Scripted(true, List.of(List.of(BAD), List.of(BAD), List.of(BAD), List.of("no idea")));
        Answer answer = runtime(kernel, model, null).answer(TASK, Arm.ROUTER_GATE);
        assertThat(answer.path()).isEqualTo(Answer.Path.ROLLED_BACK);
        assertThat(answer.text()).isEqualTo("no idea");
        assertThat(rollbacks(answer)).hasSize(2);
        assertThat(model.prompts.get(2))
                .as("told what was wrong")
                .contains("count-agrees (the count is that of the log)");
        assertThat(model.prompts.get(3))
                .startsWith(PROMPT)
                .contains("If it still does: Say what was found.")
                .doesNotContain("Sing.", "### Kernel");
        assertThat(answer.attempts().get(3).cause()).startsWith("rollback, raw generation: count-agrees");
    }

    @Test
    void stepsInWordsAloneAreForAModelThatFollowsThem() {
        Kernel kernel = rollback("""
                [{"when":"the count differs","do":"Name the lines."}]""");
        for (boolean follows : new boolean[] {true, false}) {
            Scripted model = new Scripted(follows, List.of(List.of(BAD), List.of(BAD), List.of("x")));
            Answer answer = runtime(kernel, model, null).answer(TASK, Arm.ROUTER_GATE);
            assertThat(answer.path()).isEqualTo(Answer.Path.ROLLED_BACK);
            assertThat(model.prompts.get(2).contains("If the count differs: Name the lines."))
                    .isEqualTo(follows);
            assertThat(rollbacks(answer))
                    .singleElement()
                    .satisfies(data -> assertThat(data.path("steps")).hasSize(1));
        }
    }

    // ---------------------------------------------------------------- kept answers

    private final List<String> notes = new ArrayList<>();

    @Test
    void anAcceptedAnswerIsUsedAgainOnceTheGateHasJudgedItAgain(@TempDir Path folder) {
        AnswerCache cache = AnswerCache.open(folder, notes::add);
        Scripted model = says(GOOD);
        Answer first = runtime(KERNEL, model, cache).answer(TASK, Arm.ROUTER_GATE_CACHE);
        assertThat(first.path()).isEqualTo(Answer.Path.KERNEL);
        Answer again = runtime(KERNEL, model, cache).answer(new Task("t9", PROMPT), Arm.ROUTER_GATE_CACHE);
        assertThat(again.path()).isEqualTo(Answer.Path.REUSED);
        assertThat(again.text()).isEqualTo(GOOD);
        assertThat(again.kernelIds()).containsExactly("quote-and-count");
        assertThat(again.tokens()).isZero();
        assertThat(again.trace().verdict()).isEqualTo("PASS");
        assertThat(again.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.cause()).isEqualTo("kept from earlier");
            assertThat(requireNonNull(attempt.judgement()).outcome()).isEqualTo(Outcome.PASS);
        });
        assertThat(model.prompts).hasSize(1);
    }

    @Test
    void onlyTheArmWithACacheLooksIntoItOrAddsToIt(@TempDir Path folder) {
        AnswerCache cache = AnswerCache.open(folder, notes::add);
        Scripted model = says(GOOD);
        runtime(KERNEL, model, cache).answer(TASK, Arm.ROUTER_GATE);
        assertThat(runtime(KERNEL, model, cache)
                        .answer(TASK, Arm.ROUTER_GATE_CACHE)
                        .path())
                .isEqualTo(Answer.Path.KERNEL);
        assertThat(runtime(KERNEL, model, cache).answer(TASK, Arm.ROUTER_GATE).path())
                .isEqualTo(Answer.Path.KERNEL);
        assertThat(model.prompts).hasSize(3);
    }

    @Test
    void whatWasNotAcceptedIsNotKept(@TempDir Path folder) {
        AnswerCache cache = AnswerCache.open(folder, notes::add);
        runtime(KERNEL, says(BAD, BAD, GOOD), cache).answer(TASK, Arm.ROUTER_GATE_CACHE);
        runtime(KERNEL, says("Take flour."), cache).answer(CAKE, Arm.ROUTER_GATE_CACHE);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aKeptAnswerThatTheGateRejectsIsDroppedAndTheAnswerIsAsWithoutIt(@TempDir Path folder) {
        AnswerCache cache = AnswerCache.open(folder, notes::add);
        KernelRuntime runtime = runtime(KERNEL, says(BAD, GOOD), cache);
        cache.keep(runtime.identity(TASK, List.of("quote-and-count")), BAD); // accepted by a laxer check, once
        Answer answer = runtime.answer(TASK, Arm.ROUTER_GATE_CACHE);
        assertThat(answer.path()).isEqualTo(Answer.Path.KERNEL);
        assertThat(answer.attempts()).hasSize(2);
        assertThat(notes).singleElement().asString().endsWith("the gate says FAIL");
        assertThat(cache.find(runtime.identity(TASK, List.of("quote-and-count"))))
                .contains(GOOD);
    }

    @Test
    void anAnswerIsKeptByAllThatDecidesIt() {
        List<String> ids = List.of("quote-and-count");
        AnswerCache.Identity identity = runtime(KERNEL, says(GOOD), null).identity(TASK, ids);
        assertThat(runtime(KERNEL, says(GOOD), null).identity(new Task("t9", PROMPT), ids))
                .isEqualTo(identity);
        assertThat(List.of(
                        identity,
                        runtime(KERNEL, says(GOOD), null).identity(CAKE, ids),
                        runtime(rollback("[]").withExamples(List.of("other")), says(GOOD), null)
                                .identity(TASK, ids),
                        runtime(sampled(says(GOOD)), 1, 2, null).identity(TASK, ids),
                        runtime(drawn(), 1, 1, null).identity(TASK, ids),
                        recorded(GOOD).identity(TASK, ids)))
                .doesNotHaveDuplicates();
    }

    @Test
    void onlyAModelThatFollowsInstructionsIsToldWhatWasWrong() {
        for (boolean follows : new boolean[] {true, false}) {
            Scripted model = new Scripted(follows, List.of(List.of(BAD), List.of(GOOD)));
            runtime(model, 1).answer(TASK, Arm.ROUTER_GATE);
            assertThat(model.prompts.get(0)).startsWith(PROMPT).contains("### Kernel quote-and-count", "word, count");
            assertThat(model.prompts.get(1).contains("count-agrees (the count is that of the log)"))
                    .isEqualTo(follows);
            assertThat(model.prompts.get(1)).startsWith(model.prompts.get(0));
        }
    }

    @Test
    void theRouterArmHasNoGateAndTheSameFirstAnswer() {
        Answer answer = runtime(says(BAD), 2).answer(TASK, Arm.ROUTER);
        assertThat(answer.text()).isEqualTo(BAD);
        assertThat(answer.path()).isEqualTo(Answer.Path.KERNEL);
        assertThat(answer.attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.judgement()).isNull());
        assertThat(kinds(answer.trace())).containsExactly("decision", "generation", "output");
        assertThat(answer.timings().gate()).isZero();
        assertThat(runtime(says(BAD), 2)
                        .answer(TASK, Arm.ROUTER_GATE)
                        .attempts()
                        .get(0)
                        .decoded()
                        .text())
                .isEqualTo(BAD);
    }

    @Test
    void thePromptWrapperGivesHintsAndEnforcesNothing() {
        Scripted model = says("it says alpha");
        Answer answer = runtime(model, 2).answer(TASK, Arm.PROMPT_WRAPPER);
        assertThat(answer.text()).isEqualTo("it says alpha");
        assertThat(answer.attempts()).extracting(Answer.Attempt::masked).containsExactly(false);
        assertThat(model.prompts).singleElement().asString().contains("### Kernel quote-and-count", "Read the log.");
    }

    @ParameterizedTest
    @EnumSource(
            value = Arm.class,
            names = {"PROMPT_WRAPPER", "ROUTER", "ROUTER_GATE"})
    void whereNoKernelFitsTheAnswerIsRaw(Arm arm) {
        Scripted model = says("Take flour.");
        Answer answer = runtime(model, 2).answer(CAKE, arm);
        assertThat(requireNonNull(answer.decision()).action()).isEqualTo(RouteAction.GENERATE);
        assertThat(answer.path()).isEqualTo(Answer.Path.RAW);
        assertThat(answer.text()).isEqualTo("Take flour.");
        assertThat(answer.kernelIds()).isEmpty();
        assertThat(kinds(answer.trace())).containsExactly("decision", "generation", "output");
        assertThat(model.prompts).containsExactly(CAKE.prompt());
    }

    @Test
    void theRawArmAsksNoRouter() {
        Answer answer = runtime(says("hm"), 2).answer(TASK, Arm.RAW);
        assertThat(answer.decision()).isNull();
        assertThat(kinds(answer.trace())).containsExactly("generation", "output");
        assertThat(answer.path()).isEqualTo(Answer.Path.RAW);
    }

    /** A model without any preference: what comes out is drawn. */
    private static Backend drawn() {
        return new Backend.Sampled(
                new Scripted(false, List.of(List.of())), BYTES, 256, new DecodeSettings(1, 257, 60, 0));
    }

    @ParameterizedTest
    @EnumSource(value = Arm.class, names = "RETRIEVAL", mode = EnumSource.Mode.EXCLUDE)
    void theSameTaskAndSeedGiveTheSameAnswer(Arm arm) {
        Answer first = runtime(drawn(), 2, 7, null).answer(TASK, arm);
        KernelRuntime again = runtime(drawn(), 2, 7, null);
        again.answer(CAKE, arm); // what was asked before does not matter
        Answer second = again.answer(TASK, arm);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.attempts().stream().map(attempt -> attempt.decoded().text()))
                .containsExactlyElementsOf(first.attempts().stream()
                        .map(attempt -> attempt.decoded().text())
                        .toList());
        assertThat(second.trace().traceId()).isEqualTo(first.trace().traceId());
        assertThat(runtime(drawn(), 2, 8, null).answer(TASK, arm).text()).isNotEqualTo(first.text());
        assertThat(runtime(drawn(), 2, 7, null)
                        .answer(new Task("t9", PROMPT), arm)
                        .text())
                .isNotEqualTo(first.text());
    }

    @Test
    void recordedAnswersAreReplayedUnderMaskAndGate() {
        Answer good = recorded(GOOD).answer(TASK, Arm.ROUTER_GATE);
        assertThat(good.path()).isEqualTo(Answer.Path.KERNEL);
        assertThat(good.attempts()).hasSize(1);

        Answer planted = recorded(BAD).answer(TASK, Arm.ROUTER_GATE);
        assertThat(planted.path()).isEqualTo(Answer.Path.ROLLED_BACK);
        assertThat(planted.text()).isEqualTo(BAD);
        assertThat(requireNonNull(planted.attempts().get(0).judgement()).failed())
                .containsExactly("count-agrees");

        Answer refused = recorded("{\"count\":1,\"word\":\"alpha\"}").answer(TASK, Arm.ROUTER_GATE);
        assertThat(refused.attempts().get(0).decoded().complete())
                .as("the mask knows one order of fields")
                .isFalse();
        assertThat(refused.path()).isEqualTo(Answer.Path.ROLLED_BACK);
    }

    @Test
    void anAnswerThatWasNotRecordedIsAnErrorOfTheTask() {
        assertThatThrownBy(() -> recorded(GOOD).answer(new Task("t3", PROMPT), Arm.RAW))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("t3");
    }

    /** One component for each letter. */
    private static final Embedder LETTERS = new Embedder() {
        @Override
        public String identity() {
            return "letters";
        }

        @Override
        public int dimensions() {
            return 26;
        }

        @Override
        public float[] embed(String text) {
            float[] vector = new float[26];
            text.toLowerCase(java.util.Locale.ROOT)
                    .chars()
                    .filter(c -> c >= 'a' && c <= 'z')
                    .forEach(c -> vector[c - 'a']++);
            double length = 0;
            for (float x : vector) {
                length += x * x;
            }
            for (int i = 0; i < 26; i++) {
                vector[i] /= (float) Math.max(1e-9, Math.sqrt(length));
            }
            return vector;
        }
    };

    @Test
    void theRetrievalArmGivesTheNearestRecordedAnswer() {
        Memory memory = new Memory(
                LETTERS,
                List.of(
                        new Memory.Entry("zzz", "", "sleep"),
                        new Memory.Entry(PROMPT, "quote-and-count", GOOD),
                        new Memory.Entry(PROMPT, "quote-and-count+zzz", BAD)));
        Answer answer = runtime(drawn(), 2, 1, memory).answer(TASK, Arm.RETRIEVAL);
        assertThat(answer.text()).as("the first of equals").isEqualTo(GOOD);
        assertThat(answer.path()).isEqualTo(Answer.Path.RETRIEVAL);
        assertThat(answer.kernelIds()).containsExactly("quote-and-count");
        assertThat(answer.attempts()).isEmpty();
        assertThat(kinds(answer.trace())).containsExactly("decision", "output");
        assertThat(requireNonNull(answer.decision()).reason()).contains("cosine 1.00");
        assertThat(runtime(drawn(), 2, 1, memory)
                        .answer(new Task("z", "zz"), Arm.RETRIEVAL)
                        .kernelIds())
                .isEmpty();
        assertThatThrownBy(() -> runtime(drawn(), 2, 1, null).answer(TASK, Arm.RETRIEVAL))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tracesOfTheLoopReadBack() {
        Trace trace =
                runtime(says(BAD, BAD, "x"), 1).answer(TASK, Arm.ROUTER_GATE).trace();
        assertThat(Json.compact(Trace.parse(Json.compact(trace), "trace"))).isEqualTo(Json.compact(trace));
        assertThat(trace.events()).extracting(TraceEvent::sequence).isSorted();
    }
}
