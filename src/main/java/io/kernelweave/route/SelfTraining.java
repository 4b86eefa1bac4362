package io.kernelweave.route;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.RouterAdapter.Encoder;
import io.kernelweave.route.RouterAdapter.Learned;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a router can learn from prompts without labels: each kernel takes some of those that it is surest of as examples of what
 * people ask it for (self-training; Yarowsky, <i>Unsupervised word sense disambiguation rivaling supervised methods</i>, 1995). It
 * learns their words, not whether it is right: over all prompts its probabilities are spread as the untrained router's
 * were, and nothing is certified. The prompts have to be the traffic that will come: kernels that nobody asks for
 * take what is others'.
 */
public final class SelfTraining {
    /** How many prompts a kernel takes. */
    private static final int TAKEN = 6;

    /** What the router makes of a prompt. */
    private record Claim(String prompt, String kernel, double probability, boolean routed) {}

    private SelfTraining() {}

    /**
     * An adapter that knows what the kernels took of the prompts, beside their own texts.
     *
     * @param embedders none: the prompts are compared by words alone
     */
    public static RouterAdapter train(
            Collection<Kernel> kernels, Collection<String> prompts, List<? extends Embedder> embedders) {
        List<String> traffic = prompts.stream().distinct().sorted().toList();
        List<Claim> before = claims(Router.of(kernels, embedders, RouterAdapter.untrained()), traffic);
        Map<String, List<String>> taken = new TreeMap<>();
        before.stream()
                .filter(Claim::routed)
                .sorted(Comparator.comparingDouble(Claim::probability).reversed())
                .forEach(claim -> {
                    List<String> own = taken.computeIfAbsent(claim.kernel, kernel -> new ArrayList<>());
                    if (own.size() < TAKEN) {
                        own.add(claim.prompt);
                    }
                });
        List<Learned> learned = taken.entrySet().stream()
                .map(own -> learned(own.getKey(), own.getValue(), embedders))
                .toList();
        String digest = Digest.of(Json.compact(traffic));
        List<Encoder> encoders = Encoder.of(embedders);
        RouterAdapter adapter = RouterAdapter.knowing(encoders, digest, learned, Calibration.none());
        List<Claim> after = claims(Router.of(kernels, embedders, adapter), traffic);
        List<Double> were = new ArrayList<>();
        List<Double> are = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            Claim claim = before.get(i);
            if (!taken.getOrDefault(claim.kernel, List.of())
                    .contains(claim.prompt)) { // these would recognise themselves
                were.add(claim.probability);
                are.add(after.get(i).probability);
            }
        }
        return RouterAdapter.knowing(encoders, digest, learned, Calibration.asBefore(are, were));
    }

    private static List<Claim> claims(Router router, List<String> prompts) {
        return prompts.stream()
                .map(prompt -> {
                    RouteDecision decision = router.route(prompt);
                    return decision.candidates().isEmpty() || decision.action() == RouteAction.COMPOSE
                            ? new Claim(prompt, "", 0, false)
                            : new Claim(
                                    prompt,
                                    decision.candidates().get(0).kernelId(),
                                    decision.probability(),
                                    decision.action() == RouteAction.KERNEL);
                })
                .toList();
    }

    private static Learned learned(String kernel, List<String> prompts, List<? extends Embedder> embedders) {
        List<String> requests = prompts.stream().map(Query::request).toList();
        return new Learned(
                kernel,
                requests,
                embedders.stream()
                        .map(embedder -> Learned.encodeVectors(embedder.embedAll(requests)))
                        .toList(),
                List.of());
    }
}
