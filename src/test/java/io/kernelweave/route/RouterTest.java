package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.CHANGELOG;
import static io.kernelweave.route.Fixtures.ERRORS;
import static io.kernelweave.route.Fixtures.KERNELS;
import static io.kernelweave.route.Fixtures.UNITS;
import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class RouterTest {
    private static final String LOG = "\n\n10:00 ERROR disk full";
    private static final RouterAdapter TRAINED = RouterTrainer.train(KERNELS, Fixtures.prompts(1), VECTORS, 7);
    private static final Router ROUTER = Router.of(KERNELS, VECTORS, TRAINED);

    @Test
    void sendsPromptsToTheirKernelsAndOthersToRawGeneration() {
        int right = 0;
        List<LabelledPrompt> unseen = Fixtures.prompts(2);
        for (LabelledPrompt prompt : unseen) {
            Set<String> expected = new HashSet<>(prompt.acceptable());
            expected.addAll(prompt.composition());
            right += expected.equals(Set.copyOf(ROUTER.route(prompt.prompt()).kernelIds())) ? 1 : 0;
        }
        assertThat((double) right / unseen.size()).isGreaterThan(0.95);
    }

    @Test
    void explainsADecisionInNumbersAndWords() {
        RouteDecision decision = ROUTER.route("find all failures in the log" + LOG);
        assertThat(decision.action()).isEqualTo(RouteAction.KERNEL);
        assertThat(decision.kernelIds()).containsExactly("list-errors");
        assertThat(decision.probability()).isBetween(decision.threshold(), 1.0);
        assertThat(decision.reason())
                .matches(
                        "list-errors \\(P = [01]\\.\\d\\d ≥ 0\\.\\d\\d\\): similarity [01]\\.\\d\\d, next [a-z-]+ 0\\.\\d\\d;"
                                + " words 0\\.\\d\\d; preconditions PASS");
        Candidate best = decision.candidates().get(0);
        assertThat(best.kernelId()).isEqualTo("list-errors");
        assertThat(best.coverage()).isGreaterThan(0.6);
        assertThat(best.preconditions()).isEqualTo(Outcome.PASS);
        assertThat(best.conflicts()).isEmpty();
    }

    @Test
    void saysWhyItAbstains() {
        RouteDecision decision = ROUTER.route("who invented the bicycle, and for whom");
        assertThat(decision.action()).isEqualTo(RouteAction.GENERATE);
        assertThat(decision.kernelIds()).isEmpty();
        assertThat(decision.probability()).isLessThan(decision.threshold());
        assertThat(decision.reason())
                .startsWith("raw generation, the best kernel is ")
                .contains(" < ");
    }

    @Test
    void takesNoKernelWhosePreconditionsFail() {
        assertThat(ROUTER.route("find all failures in the log" + LOG).kernelIds())
                .containsExactly("list-errors");
        RouteDecision without = ROUTER.route("find all failures in the log\n\n10:00 INFO fine");
        assertThat(without.action()).isEqualTo(RouteAction.GENERATE);
        assertThat(without.reason())
                .startsWith("raw generation, the best kernel is list-errors (P = ")
                .contains("preconditions FAIL");
        assertThat(without.probability()).isLessThan(without.threshold());
    }

    @Test
    void composesWhereClausesAskForDifferentKernels() {
        RouteDecision decision =
                ROUTER.route("draft release notes for the release, then show the errors of this log" + LOG);
        assertThat(decision.action()).isEqualTo(RouteAction.COMPOSE);
        assertThat(decision.kernelIds()).containsExactly("write-changelog", "list-errors");
        assertThat(decision.flow()).isEqualTo("write-changelog & list-errors");
        assertThat(decision.reason())
                .startsWith("write-changelog + list-errors (P = ")
                .contains("\"show the errors of this log\" is list-errors")
                .endsWith("preconditions PASS; fit PROVEN");
        assertThat(ROUTER.route("find the errors, then show the failed lines of this log" + LOG)
                        .kernelIds())
                .containsExactly("list-errors");
        assertThat(ROUTER.route("draft release notes for the release, then show the errors of this log")
                        .action())
                .isNotEqualTo(RouteAction.COMPOSE);
    }

    @Test
    void aClauseAboutTheResultStandsBehindWhatGivesIt() {
        String first = "find all failures in the log, then ";
        RouteDecision decision = ROUTER.route(first + "draft the release notes from the result" + LOG);
        assertThat(decision.action()).isEqualTo(RouteAction.COMPOSE);
        assertThat(decision.kernelIds()).containsExactly("list-errors", "write-changelog");
        assertThat(decision.flow()).isEqualTo("list-errors >> write-changelog");
        assertThat(decision.reason())
                .contains("\"draft the release notes from the result\" is write-changelog, of what comes before it")
                .endsWith("fit PROVEN");
        assertThat(ROUTER.route(first + "draft the release notes from these commits" + LOG)
                        .flow())
                .isEqualTo("list-errors & write-changelog");
    }

    /** It takes a text of at least one commit. */
    private static final Kernel COMMITS = Json.convert(
            Json.<ObjectNode>tree(Fixtures.kernel(
                            "write-changelog",
                            CHANGELOG.description(),
                            "{\"name\":\"has-commit\",\"check\":\"contains\",\"target\":\"input.source\",\"all\":[\"feat\"]}",
                            CHANGELOG.examples().toArray(String[]::new)))
                    .set(
                            "input_schema",
                            Json.parse("{\"type\":\"object\",\"required\":[\"request\",\"source\"]}", "test")),
            Kernel.class,
            "kernel");

    @Test
    void whatDoesNotFitAsItIsBecomesTheSourceOfTheNextRequestAndAGuardDecides() {
        Router router = Router.of(List.of(ERRORS, UNITS, COMMITS), VECTORS, TRAINED);
        RouteDecision decision =
                router.route("find all failures in the log, then draft the release notes from them" + LOG);
        assertThat(decision.flow())
                .as("no kernel for the second clause takes the log, so it speaks of the failures")
                .isEqualTo(
                        "list-errors >> adapt({\"request\":\"draft the release notes from them\",\"source\":{\"$text\":\"{}\"}})"
                                + " >> guard(write-changelog) >> write-changelog");
        assertThat(decision.reason()).endsWith("fit UNKNOWN, guarded");
        assertThat(router.route("find all failures in the log, then draft the release notes from them" + LOG + " feat")
                        .flow())
                .as("what takes the prompt itself is given it")
                .isEqualTo("list-errors & write-changelog");
    }

    @Test
    void aFlowThatTheAlgebraRefusesIsNoAnswer() {
        Kernel text = Json.convert(
                Json.<ObjectNode>tree(ERRORS).set("output_schema", Json.parse("{\"const\":{\"source\":1}}", "test")),
                Kernel.class,
                "kernel");
        Kernel never = Json.convert(
                Json.<ObjectNode>tree(CHANGELOG)
                        .set("input_schema", Json.parse("{\"required\":[\"commits\"]}", "test")),
                Kernel.class,
                "kernel");
        Router router = Router.of(List.of(text, UNITS, never), VECTORS, TRAINED);
        assertThat(router.route("find all failures in the log, then draft the release notes from the result" + LOG)
                        .action())
                .isNotEqualTo(RouteAction.COMPOSE);
    }

    @Test
    void namesWhatAKernelRulesOut() {
        Candidate errors = ROUTER.route("explaining the stacktrace in this log" + LOG).candidates().stream()
                .filter(candidate -> candidate.kernelId().equals("list-errors"))
                .findFirst()
                .orElseThrow();
        assertThat(errors.conflicts()).containsExactly("explaining", "stacktrace");
    }

    @Test
    void worksUntrainedByKernelTextsAlone() {
        Router router = Router.of(KERNELS, VECTORS, RouterAdapter.untrained());
        RouteDecision decision = router.route("pull the errors out of the log" + LOG);
        assertThat(decision.kernelIds()).containsExactly("list-errors");
        assertThat(decision.reason()).startsWith("untrained router: list-errors (P = ");
        assertThat(router.route("who painted violins at night").action()).isEqualTo(RouteAction.GENERATE);
    }

    @Test
    void worksByWordsAloneAndSaysSo() {
        Router router = Router.of(KERNELS, List.of(), TRAINED);
        RouteDecision decision = router.route("pull the errors out of the log" + LOG);
        assertThat(decision.kernelIds()).containsExactly("list-errors");
        assertThat(decision.reason())
                .startsWith("untrained router: by words alone: list-errors (P = ")
                .contains("words 0.");
        assertThat(router.route("who painted violins at night").action()).isEqualTo(RouteAction.GENERATE);
    }

    @Test
    void canBeTrainedForWordsAlone() {
        RouterAdapter words = RouterTrainer.train(KERNELS, Fixtures.prompts(1), List.of(), Guarantee.standard(), 7);
        assertThat(words.metrics().top1()).isGreaterThan(0.95);
        RouteDecision decision = Router.of(KERNELS, VECTORS, words).route("convert 7 hours to days");
        assertThat(decision.kernelIds()).containsExactly("convert-units");
        assertThat(decision.reason()).startsWith("by words alone: convert-units");
    }

    @Test
    void routesToAKernelThatCameAfterTheTraining() {
        Kernel tulips = Fixtures.kernel(
                "plan-tulips", "Plans a tulip bed.", "", "plan a bed of tulips", "where do tulips go in my garden bed");
        Router router = Router.of(List.of(ERRORS, UNITS, CHANGELOG, tulips), VECTORS, TRAINED);
        assertThat(router.route("plan a bed of tulips").candidates().get(0).kernelId())
                .isEqualTo("plan-tulips");
        assertThat(router.digest()).isNotEqualTo(ROUTER.digest());
    }

    @Test
    void leavesQuarantinedKernelsOut() {
        KernelStatus quarantined = new KernelStatus(KernelStatus.State.QUARANTINED, null);
        Kernel out = Json.convert(
                Json.<tools.jackson.databind.node.ObjectNode>tree(UNITS).set("status", Json.tree(quarantined)),
                Kernel.class,
                "test");
        Router router = Router.of(List.of(ERRORS, out), VECTORS, RouterAdapter.untrained());
        assertThat(router.route("convert 3 hours to seconds").candidates())
                .extracting(Candidate::kernelId)
                .containsExactly("list-errors");
    }

    @Test
    void hasAnAnswerForEveryPrompt() {
        Router empty = Router.of(List.of(), VECTORS, RouterAdapter.untrained());
        assertThat(empty.route("anything").action()).isEqualTo(RouteAction.GENERATE);
        SplittableRandom random = new SplittableRandom(6);
        String[] pieces = {
            "", " ", "\n\n", "```", "and", ", then ", "1) ", "the log", "\u0000", "é😀", "\"", "convert 3 hours"
        };
        for (int i = 0; i < 500; i++) {
            StringBuilder prompt = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                prompt.append(pieces[random.nextInt(pieces.length)]);
            }
            RouteDecision decision = ROUTER.route(prompt.toString());
            assertThat(decision.probability()).isBetween(0.0, 1.0);
            assertThat(decision.reason()).doesNotContain("\n");
            assertThat(decision.kernelIds())
                    .hasSize(
                            switch (decision.action()) {
                                case GENERATE -> 0;
                                case KERNEL -> 1;
                                case COMPOSE -> 2;
                            });
        }
    }

    @Test
    void decidesTheSameFromTheAdapterOnDisk() {
        RouterAdapter read = Json.parse(Json.pretty(TRAINED), RouterAdapter.class, "adapter.json");
        assertThat(read).isEqualTo(TRAINED);
        assertThat(read.digest()).isEqualTo(TRAINED.digest());
        Router router = Router.of(KERNELS, VECTORS, read);
        assertThat(router.digest()).isEqualTo(ROUTER.digest());
        for (LabelledPrompt prompt : Fixtures.prompts(3)) {
            assertThat(router.route(prompt.prompt())).isEqualTo(ROUTER.route(prompt.prompt()));
        }
    }

    @Test
    void trainsTheSameAdapterWhateverTheOrder() {
        List<Kernel> kernels = new ArrayList<>(KERNELS);
        List<LabelledPrompt> prompts = new ArrayList<>(Fixtures.prompts(1));
        Collections.reverse(kernels);
        Collections.reverse(prompts);
        assertThat(RouterTrainer.train(kernels, prompts, VECTORS, 7)).isEqualTo(TRAINED);
    }

    @Test
    void refusesAnAdapterForSomethingElse() {
        Embedder other = new Embedder() {
            @Override
            public String identity() {
                return "other";
            }

            @Override
            public int dimensions() {
                return 48;
            }

            @Override
            public float[] embed(String text) {
                return VECTORS.embed(text);
            }
        };
        assertThatThrownBy(() -> Router.of(KERNELS, other, TRAINED))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("word-vectors")
                .hasMessageContaining("other");
        String json = Json.compact(TRAINED);
        assertThatThrownBy(() ->
                        Json.parse(json.replace("\"version\":2", "\"version\":9"), RouterAdapter.class, "adapter.json"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("version 9");
        RouterAdapter cut = Json.parse(
                json.replaceFirst("\"heads\":\\[\"....", "\"heads\":[\""), RouterAdapter.class, "adapter.json");
        assertThatThrownBy(() -> Router.of(KERNELS, VECTORS, cut))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("head has");
    }
}
