package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.Candidate;
import io.kernelweave.route.Drift;
import io.kernelweave.route.Expectation;
import io.kernelweave.route.LabelledPrompt;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.route.RouterTrainer;
import io.kernelweave.route.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** A slice of CLINC150 (Larson et al. 2019): 10 intents as kernels, and requests that belong to none. */
class RoutingCorpusTest {
    private static final int INTENTS = 10;
    private static final int EXAMPLES = 20;
    private static final int MOST = 200;

    private record Row(String text, String intent) {}

    @Test
    void routesWhatItHasNotSeenAndAbstainsFromTheRest() {
        Map<String, List<String>> examples = new TreeMap<>();
        for (Row row : read("train")) {
            examples.computeIfAbsent(row.intent, intent -> new ArrayList<>()).add(row.text);
        }
        List<Kernel> kernels = new ArrayList<>();
        List<LabelledPrompt> prompts = new ArrayList<>();
        examples.entrySet().stream().limit(INTENTS).forEach(entry -> {
            List<String> own = entry.getValue().subList(0, EXAMPLES);
            kernels.add(kernel(entry.getKey(), own));
            own.forEach(text -> prompts.add(LabelledPrompt.of(text, "c" + prompts.size(), entry.getKey())));
        });
        read("oos_train").forEach(row -> prompts.add(LabelledPrompt.none(row.text, "c" + prompts.size())));

        try (SentenceEncoder encoder = SentenceEncoder.miniLm()) {
            RouterAdapter adapter = RouterTrainer.train(kernels, prompts, encoder, 7);
            Router router = Router.of(kernels, encoder, adapter);
            int right = 0;
            int asked = 0;
            for (Row row : read("val")) {
                if (kernels.stream().anyMatch(kernel -> kernel.kernelId().equals(row.intent))) {
                    RouteDecision decision = router.route(row.text);
                    asked++;
                    right += decision.kernelIds().equals(List.of(row.intent)) ? 1 : 0;
                }
            }
            List<Row> outside = read("oos_val");
            long abstained = outside.stream()
                    .filter(row -> router.route(row.text).action() == RouteAction.GENERATE)
                    .count();
            Expectation expectation = Expectation.of(adapter);
            assertThat(expectation.drift(sightings(router, kernels, true)).verdict())
                    .as("other prompts for the same kernels")
                    .isEqualTo(Drift.Verdict.NONE_FOUND);
            assertThat(expectation.drift(sightings(router, kernels, false)).verdict())
                    .as("prompts for kernels that are not there")
                    .isEqualTo(Drift.Verdict.DRIFT);
            assertThat((double) right / asked).as("routed to the right kernel").isGreaterThan(0.88);
            assertThat((double) abstained / outside.size()).as("abstained").isGreaterThan(0.85);
        }
    }

    /** Validation prompts that some kernel fits, or that none does, without telling which. */
    private static List<Sighting> sightings(Router router, List<Kernel> kernels, boolean fitting) {
        List<Sighting> sightings = new ArrayList<>();
        for (Row row : read("val")) {
            if (kernels.stream().anyMatch(kernel -> kernel.kernelId().equals(row.intent)) == fitting
                    && sightings.size() < MOST) {
                RouteDecision decision = router.route(row.text);
                sightings.add(new Sighting(
                        "v" + sightings.size(),
                        decision.probability(),
                        decision.candidates().get(0).similarity(),
                        decision.action() == RouteAction.KERNEL,
                        null));
            }
        }
        return sightings;
    }

    @Test
    void tellsIntentsApartByTheirNamesAlone() {
        List<Kernel> kernels = read("train").stream()
                .map(Row::intent)
                .distinct()
                .sorted()
                .limit(3 * INTENTS)
                .map(intent -> kernel(intent, List.of()))
                .toList();
        try (SentenceEncoder encoder = SentenceEncoder.miniLm()) {
            Router router = Router.of(kernels, encoder, RouterAdapter.untrained());
            List<Row> inside = read("val").stream()
                    .filter(row -> kernels.stream()
                            .anyMatch(kernel -> kernel.kernelId().equals(row.intent)))
                    .toList();
            double right = 0;
            double stated = 0;
            for (Row row : inside) {
                Candidate best = router.route(row.text).candidates().get(0);
                right += best.kernelId().equals(row.intent) ? 1 : 0;
                stated += best.probability();
            }
            List<Row> outside = read("oos_val");
            long abstained = outside.stream()
                    .filter(row -> router.route(row.text).action() == RouteAction.GENERATE)
                    .count();
            assertThat(right / inside.size()).as("best is right").isGreaterThan(0.795);
            assertThat(stated / inside.size()).as("stated").isCloseTo(right / inside.size(), within(0.2));
            assertThat((double) abstained / outside.size()).as("abstained").isGreaterThan(0.95);
        }
    }

    private static Kernel kernel(String intent, List<String> examples) {
        ObjectNode json = Json.object()
                .put("kernel_id", intent)
                .put("name", intent.replace('_', ' '))
                .put("task_family", "clinc")
                .put("description", intent.replace('_', ' '));
        json.set("examples", Json.tree(examples));
        json.set("input_schema", Json.object());
        json.set("output_schema", Json.object());
        return Json.convert(json, Kernel.class, intent);
    }

    private static List<Row> read(String name) {
        return Corpora.read("clinc150/" + name + ".jsonl.gz").stream()
                .map(row ->
                        new Row(row.get("text").stringValue(), row.get("intent").stringValue()))
                .toList();
    }
}
