package io.kernelweave.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.gate.AnswerCache;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.model.LanguageModel;
import io.kernelweave.model.RecordedModel;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.runtime.Answer.Attempt;
import io.kernelweave.runtime.Answer.Path;
import io.kernelweave.trace.TraceEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flows of kernels, answered by a model. */
class RuntimeFlowTest {
    private static final Task TASK = new Task("t", "list the errors and name the host\n\nhost db1\n10:00 ERROR full");
    private static final String ERRORS = "{\"errors\":[\"10:00 ERROR full\"]}";
    private static final String HOST = "{\"host\":\"db1\"}";

    private static Kernel kernel(String id, String takes, String before, String gives, String after) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"%s","task_family":"test","description":"d","capabilities":["reads:log"],
                 "input_schema":%s,"output_schema":%s,"preconditions":[%s],"postconditions":[%s],
                 "rollback":[{"when":"nothing helps","do":"Say what %s would have said.","run":"raw"}],
                 "steps":[{"name":"do","do":"Do %s."}]}""".formatted(id, id, takes, gives, before, after, id, id), id);
    }

    private static final String PROMPT = "{\"type\":\"object\",\"required\":[\"request\",\"source\"]}";

    private static final Kernel LIST = kernel(
            "errors",
            PROMPT,
            "",
            "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"errors\"],\"properties\":{\"errors\":{\"type\":\"array\","
                    + "\"minItems\":1,\"items\":{\"type\":\"string\"}}}}",
            "{\"name\":\"verbatim\",\"check\":\"quoteInSource\",\"target\":\"output.errors[*]\"}");

    private static final Kernel NAME = kernel(
            "host",
            PROMPT,
            "",
            "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"host\"],\"properties\":{\"host\":{\"type\":\"string\"}}}",
            "{\"name\":\"verbatim\",\"check\":\"quoteInSource\",\"target\":\"output.host\"}");

    /** Takes what the first one gives; its answer has to be found in that, and not in the prompt. */
    private static final Kernel TICKET = kernel(
            "ticket",
            PROMPT,
            "{\"name\":\"has-list\",\"check\":\"contains\",\"target\":\"input.source\",\"all\":[\"errors\"]}",
            "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"title\"],\"properties\":{\"title\":{\"type\":\"string\"}}}",
            "{\"name\":\"verbatim\",\"check\":\"quoteInSource\",\"target\":\"output.title\"}");

    /** Answers by the kernel whose hints it reads: of the texts of that kernel the next, at last always the last. */
    private static final class ByKernel implements LanguageModel {
        private final Map<String, List<String>> texts;
        private final Map<String, Integer> asked = new ConcurrentHashMap<>();
        private final List<String> prompts = new java.util.concurrent.CopyOnWriteArrayList<>();

        ByKernel(Map<String, List<String>> texts) {
            this.texts = texts;
        }

        @Override
        public String identity() {
            return "by-kernel";
        }

        @Override
        public boolean followsInstructions() {
            return true;
        }

        @Override
        public Session open(String prompt, long seed) {
            prompts.add(prompt);
            String who = texts.keySet().stream()
                    .filter(id -> prompt.contains("### Kernel " + id))
                    .findFirst()
                    .orElse("raw");
            List<String> own = texts.getOrDefault(who, List.of("I do not know."));
            String text = own.get(Math.min(asked.merge(who, 1, Integer::sum), own.size()) - 1);
            if (text.equals("!")) {
                throw new IllegalArgumentException("the model is broken");
            }
            byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
            int[] said = {0};
            return new Session() {
                @Override
                public void logits(float[] into) {
                    Arrays.fill(into, 0);
                    into[said[0] < wanted.length ? wanted[said[0]] & 0xFF : 256] = 9;
                }

                @Override
                public void accept(int token) {
                    said[0]++;
                }

                @Override
                public void close() {}
            };
        }
    }

    private static KernelRuntime runtime(Backend backend, @Nullable AnswerCache cache) {
        List<Kernel> kernels = List.of(LIST, NAME, TICKET);
        Router router = Router.of(kernels, List.of(), RouterAdapter.untrained());
        return new KernelRuntime(kernels, router, backend, KernelRuntimeTest.BYTES, null, cache, 1, 1);
    }

    private static KernelRuntime runtime(LanguageModel model) {
        return runtime(
                new Backend.Sampled(model, KernelRuntimeTest.BYTES, 256, new DecodeSettings(0, 1, 200, 0)), null);
    }

    private static RouteDecision together() {
        return new RouteDecision(RouteAction.COMPOSE, List.of("errors", "host"), 0.9, 0.5, "both", List.of());
    }

    private static final String TICKET_FLOW =
            "errors >> adapt({\"request\":\"make a ticket of it\",\"source\":{\"$text\":\"{}\"}})"
                    + " >> guard(ticket) >> ticket";

    private static RouteDecision oneAfterTheOther() {
        return new RouteDecision(RouteAction.COMPOSE, List.of("errors", "ticket"), 0.9, 0.5, "then", List.of())
                .doing(TICKET_FLOW);
    }

    private static Answer answer(ByKernel model, Arm arm, RouteDecision decision) {
        return runtime(model).answer(TASK, arm, decision);
    }

    private static List<String> outline(Answer answer) {
        return answer.attempts().stream()
                .map(attempt -> attempt.number() + " " + attempt.kernelId() + " "
                        + (attempt.judgement() == null
                                ? "-"
                                : attempt.judgement().outcome()))
                .toList();
    }

    @Test
    void kernelsOfOnePromptAnswerEachUnderItsOwnMaskAndHintsAndLeaveTheSameTraceEachTime() {
        ByKernel model = new ByKernel(Map.of("errors", List.of(ERRORS), "host", List.of(HOST)));
        Answer answer = answer(model, Arm.ROUTER_GATE, together());
        assertThat(answer.path()).isEqualTo(Path.COMPOSE);
        assertThat(answer.kernelIds()).containsExactly("errors", "host");
        assertThat(answer.text()).isEqualTo("{\"errors\":" + ERRORS + ",\"host\":" + HOST + "}");
        assertThat(outline(answer)).containsExactly("1 errors PASS", "2 host PASS");
        assertThat(model.prompts)
                .allSatisfy(prompt -> assertThat(prompt).startsWith(TASK.prompt()))
                .anySatisfy(prompt ->
                        assertThat(prompt).contains("### Kernel errors").doesNotContain("### Kernel host"));
        assertThat(answer.trace().verdict()).isEqualTo("PASS");
        assertThat(answer.trace().events())
                .filteredOn(event -> event.kind() == TraceEvent.Kind.GENERATION)
                .hasSize(2)
                .allSatisfy(event -> {
                    assertThat(event.parent()).as("part of the kernel's call").isNotNull();
                    assertThat(event.durationNanos()).isNotNull();
                });
        for (int i = 0; i < 20; i++) {
            ByKernel again = new ByKernel(Map.of("errors", List.of(ERRORS), "host", List.of(HOST)));
            assertThat(answer(again, Arm.ROUTER_GATE, together()).trace().timeless())
                    .isEqualTo(answer.trace().timeless());
        }
    }

    @Test
    void whatTheFirstGivesIsWhatTheNextIsGiven() {
        ByKernel model = new ByKernel(Map.of(
                "errors", List.of(ERRORS), "ticket", List.of("{\"title\":\"db1\"}", "{\"title\":\"ERROR full\"}")));
        Answer answer = answer(model, Arm.ROUTER_GATE, oneAfterTheOther());
        assertThat(answer.path()).isEqualTo(Path.COMPOSE);
        assertThat(answer.text()).isEqualTo("{\"title\":\"ERROR full\"}");
        assertThat(answer.kernelIds()).as("whose answer it is").containsExactly("ticket");
        assertThat(outline(answer))
                .as("the host is in the prompt, and not in what the next was given")
                .containsExactly("1 errors PASS", "2 ticket FAIL", "3 ticket PASS");
        assertThat(model.prompts.get(1)).startsWith("make a ticket of it\n\n```\n" + ERRORS + "\n```");
    }

    @Test
    void wherePartsFailThePromptIsAnsweredWithoutThemAndTheOthersComeToTheirEnd() {
        ByKernel model = new ByKernel(Map.of("errors", List.of("{\"errors\":[\"none\"]}"), "host", List.of(HOST)));
        Answer answer = answer(model, Arm.ROUTER_GATE, together());
        assertThat(answer.path()).isEqualTo(Path.ROLLED_BACK);
        assertThat(answer.text()).isEqualTo("I do not know.");
        assertThat(answer.kernelIds()).isEmpty();
        assertThat(outline(answer)).containsExactly("1 errors FAIL", "2 errors FAIL", "3 host PASS", "4 null -");
        assertThat(answer.attempts().get(3).cause()).startsWith("rollback, raw generation: errors: verbatim: ");
        assertThat(model.prompts).last().asString().contains("Say what errors would have said.");
        List<TraceEvent> undone = answer.trace().events().stream()
                .filter(event -> event.kind() == TraceEvent.Kind.ROLLBACK)
                .toList();
        assertThat(undone)
                .last()
                .satisfies(event ->
                        assertThat(event.data().path("failed")).isEqualTo(Json.tree(List.of("errors/verbatim"))));
        assertThat(undone).anySatisfy(event -> {
            assertThat(event.name()).isEqualTo("host");
            assertThat(event.data().path("why").asString()).isEqualTo("undone");
        });
    }

    @Test
    void aKernelThatDoesNotTakeWhatCameBeforeIsNotAsked() {
        RouteDecision decision = new RouteDecision(
                        RouteAction.COMPOSE, List.of("host", "ticket"), 0.9, 0.5, "then", List.of())
                .doing(TICKET_FLOW.replaceFirst("errors", "host"));
        ByKernel hosts = new ByKernel(Map.of("host", List.of(HOST), "ticket", List.of("{\"title\":\"x\"}")));
        Answer answer = answer(hosts, Arm.ROUTER_GATE, decision);
        assertThat(answer.path()).isEqualTo(Path.ROLLED_BACK);
        assertThat(outline(answer)).containsExactly("1 host PASS", "2 null -");
        assertThat(answer.attempts().get(1).cause()).contains("guard(ticket)", "has-list");
    }

    @Test
    void withoutAGateThereIsOneAnswerOfEachWhateverItIs() {
        ByKernel model = new ByKernel(Map.of("errors", List.of("{\"errors\":[\"none\"]}"), "host", List.of(HOST)));
        Answer answer = answer(model, Arm.ROUTER, together());
        assertThat(answer.path()).isEqualTo(Path.COMPOSE);
        assertThat(answer.text()).isEqualTo("{\"errors\":{\"errors\":[\"none\"]},\"host\":" + HOST + "}");
        assertThat(outline(answer)).containsExactly("1 errors -", "2 host -");
        assertThat(answer.trace().verdict()).isEqualTo("UNKNOWN");
        String other = "{\"errors\":{\"errors\":\"none\"},\"host\":" + HOST + "}";
        Answer cut = runtime(new Backend.Recorded(new RecordedModel(Map.of("t", other)), KernelRuntimeTest.BYTES), null)
                .answer(TASK, Arm.ROUTER, together());
        assertThat(Json.parse(cut.text(), "cut").path("errors").stringValue())
                .as("what the mask let through is shown as it is")
                .isEqualTo("{\"errors\":");
    }

    @Test
    void aBrokenModelIsAnErrorOfTheTask() {
        ByKernel model = new ByKernel(Map.of("errors", List.of("!"), "host", List.of(HOST)));
        assertThatThrownBy(() -> answer(model, Arm.ROUTER_GATE, together()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model is broken");
    }

    @RepeatedTest(5)
    void theSameTaskAndSeedGiveTheSameWhicheverBranchIsFaster() {
        Backend drawn = new Backend.Sampled(
                new LanguageModel() {
                    @Override
                    public String identity() {
                        return "drawn";
                    }

                    @Override
                    public Session open(String prompt, long seed) {
                        return new ByKernel(Map.of()).open("", 0);
                    }
                },
                KernelRuntimeTest.BYTES,
                256,
                new DecodeSettings(1, 257, 40, 0));
        Answer first = runtime(drawn, null).answer(TASK, Arm.ROUTER_GATE, together());
        Answer second = runtime(drawn, null).answer(TASK, Arm.ROUTER_GATE, together());
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.attempts())
                .extracting(attempt -> attempt.decoded().text())
                .containsExactlyElementsOf(first.attempts().stream()
                        .map(attempt -> attempt.decoded().text())
                        .toList());
        assertThat(second.attempts())
                .extracting(Attempt::kernelId)
                .isEqualTo(first.attempts().stream().map(Attempt::kernelId).toList());
    }

    @Test
    void recordedAnswersAreTakenApartForTheirKernels() {
        String joined = "{\"host\":" + HOST + ",\"errors\":" + ERRORS + "}";
        KernelRuntime runtime =
                runtime(new Backend.Recorded(new RecordedModel(Map.of("t", joined)), KernelRuntimeTest.BYTES), null);
        Answer answer = runtime.answer(TASK, Arm.ROUTER_GATE, together());
        assertThat(answer.path()).isEqualTo(Path.COMPOSE);
        assertThat(Json.parse(answer.text(), "answer")).isEqualTo(Json.parse(joined, "joined"));
        Answer chained = runtime.answer(TASK, Arm.ROUTER_GATE, oneAfterTheOther());
        assertThat(chained.path()).as("what was recorded has no such part").isEqualTo(Path.ROLLED_BACK);
    }

    @Test
    void onlyWhatHangsOnThePromptAloneIsKept(@TempDir java.nio.file.Path folder) {
        ByKernel model = new ByKernel(Map.of(
                "errors", List.of(ERRORS), "host", List.of(HOST), "ticket", List.of("{\"title\":\"ERROR full\"}")));
        AnswerCache cache = AnswerCache.open(folder, note -> {});
        KernelRuntime runtime = runtime(
                new Backend.Sampled(model, KernelRuntimeTest.BYTES, 256, new DecodeSettings(0, 1, 200, 0)), cache);
        assertThat(runtime.answer(TASK, Arm.ROUTER_GATE_CACHE, together()).path())
                .isEqualTo(Path.COMPOSE);
        Answer again = runtime.answer(TASK, Arm.ROUTER_GATE_CACHE, together());
        assertThat(again.path()).isEqualTo(Path.REUSED);
        assertThat(requireNonNull(again.attempts().get(0).judgement()).outcome().name())
                .isEqualTo("PASS");
        for (int i = 0; i < 2; i++) {
            assertThat(runtime.answer(TASK, Arm.ROUTER_GATE_CACHE, oneAfterTheOther())
                            .path())
                    .isEqualTo(Path.COMPOSE);
        }
    }
}
