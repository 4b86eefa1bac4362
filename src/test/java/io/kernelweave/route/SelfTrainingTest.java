package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class SelfTrainingTest {
    private static final List<Kernel> NAMED =
            List.of(named("convert-units"), named("find-errors"), named("draft-changelog"));
    private static final List<String> TRAFFIC = traffic();

    /** A kernel that is known by its name alone. */
    private static Kernel named(String id) {
        String name = id.replace('-', ' ');
        ObjectNode json = Json.object()
                .put("kernel_id", id)
                .put("name", name)
                .put("task_family", "test")
                .put("description", name);
        json.set("input_schema", Json.object());
        json.set("output_schema", Json.object());
        return Json.convert(json, Kernel.class, id);
    }

    /** Some requests have the name's words in them, others only what goes with them. */
    private static List<String> traffic() {
        SplittableRandom random = new SplittableRandom(4);
        String[][] words = {
            {"convert", "units", "miles", "kilometres", "pounds", "grams"},
            {"find", "errors", "logfile", "exceptions", "warnings", "stacktrace"},
            {"draft", "changelog", "release", "version", "commits", "merged"}
        };
        List<String> traffic = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            String[] own = words[i % words.length];
            StringBuilder request = new StringBuilder(i % 2 == 0 ? own[0] + " " + own[1] : "get");
            for (int n = 0; n < 3; n++) {
                request.append(' ').append(own[2 + random.nextInt(4)]);
            }
            traffic.add(request.toString());
        }
        return traffic;
    }

    private static String best(Router router, String prompt) {
        return router.route(prompt).candidates().get(0).kernelId();
    }

    @Test
    void kernelsLearnTheWordsThatPeopleUseForThem() {
        RouterAdapter adapter = SelfTraining.train(NAMED, TRAFFIC, List.of(VECTORS));
        Router before = Router.of(NAMED, VECTORS, RouterAdapter.untrained());
        Router after = Router.of(NAMED, VECTORS, adapter);
        List<String> asked =
                List.of("miles to kilometres", "the stacktrace exceptions", "merged commits of this version");
        List<String> wanted = List.of("convert-units", "find-errors", "draft-changelog");
        assertThat(asked.stream().map(prompt -> best(before, prompt)).toList()).isNotEqualTo(wanted);
        assertThat(asked.stream().map(prompt -> best(after, prompt)).toList()).isEqualTo(wanted);
        assertThat(after.route(asked.get(0)).reason()).contains("router without labels: ");
        assertThat(after.route(asked.get(0)).assurance().error()).isEqualTo(1);
    }

    @Test
    void nothingIsClaimedOfHowOftenItIsRight() {
        RouterAdapter adapter = SelfTraining.train(NAMED, TRAFFIC, List.of(VECTORS));
        assertThat(adapter.isTrained()).isFalse();
        assertThat(adapter.bound()).isEqualTo(1);
        assertThat(mean(Router.of(NAMED, VECTORS, adapter)))
                .isCloseTo(mean(Router.of(NAMED, VECTORS, RouterAdapter.untrained())), within(0.1));
    }

    private static double mean(Router router) {
        return TRAFFIC.stream()
                .mapToDouble(prompt -> router.route(prompt).probability())
                .average()
                .orElseThrow();
    }

    @Test
    void theOrderOfThePromptsAndTheirRepetitionDecideNothing() {
        List<String> shuffled = new ArrayList<>(TRAFFIC);
        shuffled.addAll(TRAFFIC.subList(0, 40));
        Collections.shuffle(shuffled, new Random(3));
        assertThat(SelfTraining.train(NAMED, shuffled, List.of(VECTORS)))
                .isEqualTo(SelfTraining.train(NAMED, TRAFFIC, List.of(VECTORS)));
    }

    @Test
    void worksByWordsAloneAndWithoutAnyPrompt() {
        RouterAdapter byWords = SelfTraining.train(NAMED, TRAFFIC, List.of());
        assertThat(best(Router.of(NAMED, List.of(), byWords), "kilometres to miles"))
                .isEqualTo("convert-units");
        assertThat(best(Router.of(NAMED, VECTORS, byWords), "kilometres to miles"))
                .isEqualTo("convert-units");
        RouterAdapter none = SelfTraining.train(NAMED, List.of(), List.of(VECTORS));
        assertThat(none.knowsPrompts()).isFalse();
        assertThat(Router.of(NAMED, VECTORS, none).route("convert units").kernelIds())
                .containsExactly("convert-units");
    }

    @Test
    void survivesItsFile() {
        RouterAdapter adapter = SelfTraining.train(NAMED, TRAFFIC, List.of(VECTORS));
        assertThat(Json.parse(Json.compact(adapter), RouterAdapter.class, "adapter"))
                .isEqualTo(adapter);
    }
}
