package io.kernelweave.route;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.KernelIndex.Exemplar;
import io.kernelweave.route.Matcher.Hit;
import io.kernelweave.route.Matcher.Plan;
import io.kernelweave.route.Matcher.Ranked;
import io.kernelweave.route.RouterAdapter.Learned;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides where a prompt goes: to a kernel, to several, or to raw generation. A kernel is known by its name, description
 * and examples, and by the labelled prompts that the adapter keeps; a request is compared with all of them by sentence
 * vectors and by words, the prompt with the kernel's preconditions, and a logistic model turns the numbers into the
 * probability that the kernel fits. Below the adapter's threshold no kernel is taken, nor one whose preconditions fail.
 *
 * <p>Thread-safe.
 */
public final class Router {
    private static final int SHOWN = 5;

    private final List<Kernel> kernels;
    private final List<Contract> contracts;
    private final @Nullable Embedder embedder;
    private final KernelIndex index;
    private final Matcher matcher;
    private final String note;
    private final String digest;

    private Router(Collection<Kernel> all, @Nullable Embedder given, RouterAdapter adapter) {
        String encoder = given == null ? "" : given.identity();
        if (!encoder.isEmpty() && !adapter.embedder().isEmpty() && !encoder.equals(adapter.embedder())) {
            throw InputException.at(
                    "router adapter",
                    "it was trained with encoder " + adapter.embedder() + ", here is " + encoder,
                    "train it anew, or open that encoder");
        }
        boolean wordsOnly =
                encoder.isEmpty() || adapter.isTrained() && adapter.embedder().isEmpty();
        kernels = routable(all);
        contracts = kernels.stream().map(Contract::of).toList();
        embedder = wordsOnly ? null : given;
        boolean trained = adapter.isTrained() && adapter.embedder().isEmpty() == wordsOnly;
        index = index(kernels, embedder, adapter);
        matcher = trained && adapter.match() != null && adapter.plan() != null
                ? new Matcher(adapter.match(), adapter.threshold(), adapter.plan(), adapter.planThreshold())
                : Matcher.untrained(embedder != null);
        note = (trained ? "" : "untrained router: ") + (embedder == null ? "by words alone: " : "");
        digest = Digest.of(Json.compact(List.of(
                adapter.digest(),
                embedder == null ? "" : embedder.identity(),
                kernels.stream()
                        .map(kernel -> List.of(kernel.kernelId(), kernel.computedDigest()))
                        .toList())));
    }

    /**
     * A router over the kernels that may be routed to.
     *
     * @param embedder null: words alone, with weights set by hand unless the adapter was trained so
     * @throws InputException if the adapter was trained with another encoder
     */
    public static Router of(Collection<Kernel> kernels, @Nullable Embedder embedder, RouterAdapter adapter) {
        return new Router(kernels, embedder, adapter);
    }

    /** Of everything that a decision depends on: kernels, encoder, adapter. */
    public String digest() {
        return digest;
    }

    public RouteDecision route(String prompt) {
        String request = Query.request(prompt);
        Query whole = Query.of(prompt, request, vector(request), contracts);
        List<Ranked> ranked = rank(whole);
        List<Candidate> candidates =
                ranked.stream().limit(SHOWN).map(this::candidate).toList();
        Plan plan = null;
        double planned = 0;
        for (Plan next : matcher.plans(request, ranked, clause -> rank(whole.clause(clause, vector(clause))))) {
            double probability = matcher.plan().probability(next.features());
            if (probability >= matcher.planThreshold() && probability > planned) {
                plan = next;
                planned = probability;
            }
        }
        if (plan != null) {
            return new RouteDecision(
                    RouteAction.COMPOSE,
                    plan.kernels().stream().map(this::id).toList(),
                    planned,
                    matcher.planThreshold(),
                    reason(plan, planned),
                    candidates);
        }
        if (ranked.isEmpty()) {
            return new RouteDecision(
                    RouteAction.GENERATE,
                    List.of(),
                    0,
                    matcher.threshold(),
                    "raw generation: there is no kernel to route to",
                    candidates);
        }
        Optional<Ranked> best = ranked.stream().filter(Ranked::isEligible).findFirst();
        double probability = best.map(Ranked::probability).orElse(0.0);
        boolean taken = best.isPresent() && probability >= matcher.threshold();
        Ranked shown = taken ? best.get() : ranked.get(0);
        return new RouteDecision(
                taken ? RouteAction.KERNEL : RouteAction.GENERATE,
                taken ? List.of(id(shown.match().kernel())) : List.of(),
                probability,
                matcher.threshold(),
                reason(candidate(shown), candidates, taken),
                candidates);
    }

    private List<Ranked> rank(Query query) {
        return matcher.rank(index.matches(query, Set.of()));
    }

    private String reason(Candidate best, List<Candidate> candidates, boolean taken) {
        Function<Candidate, Double> measure = embedder == null ? Candidate::lexical : Candidate::similarity;
        StringBuilder reason = new StringBuilder(note);
        reason.append(taken ? "" : "raw generation, the best kernel is ")
                .append(best.kernelId())
                .append(String.format(
                        Locale.ROOT,
                        " (P = %.2f %s %.2f%s): %s %.2f",
                        best.probability(),
                        best.probability() >= matcher.threshold() ? "≥" : "<",
                        matcher.threshold(),
                        taken || best.probability() < matcher.threshold() ? "" : ", but its preconditions fail",
                        embedder == null ? "words" : "similarity",
                        measure.apply(best)));
        candidates.stream()
                .filter(candidate -> !candidate.kernelId().equals(best.kernelId()))
                .max(Comparator.comparing(measure))
                .ifPresent(next -> reason.append(
                        String.format(Locale.ROOT, ", next %s %.2f", next.kernelId(), measure.apply(next))));
        if (embedder != null) {
            reason.append(String.format(Locale.ROOT, "; words %.2f", best.lexical()));
        }
        reason.append("; preconditions ").append(best.preconditions());
        if (!best.conflicts().isEmpty()) {
            reason.append("; ruled out: ").append(String.join(", ", best.conflicts()));
        }
        return reason.toString();
    }

    private String reason(Plan plan, double probability) {
        List<String> parts = new ArrayList<>();
        Outcome preconditions = Outcome.PASS;
        for (Hit hit : plan.hits()) {
            preconditions = preconditions.and(hit.ranked().match().preconditions());
            parts.add(String.format(
                    Locale.ROOT,
                    "\"%s\" is %s (P = %.2f)",
                    abbreviate(hit.clause()),
                    id(hit.kernel()),
                    hit.probability()));
        }
        return String.format(
                Locale.ROOT,
                "%s%s (P = %.2f ≥ %.2f): %s; preconditions %s",
                note,
                plan.kernels().stream().map(this::id).collect(Collectors.joining(" + ")),
                probability,
                matcher.planThreshold(),
                String.join(", ", parts),
                preconditions);
    }

    private Candidate candidate(Ranked ranked) {
        KernelIndex.Match match = ranked.match();
        return new Candidate(
                id(match.kernel()),
                ranked.probability(),
                match.similarity(),
                match.lexical(),
                match.coverage(),
                match.preconditions(),
                match.conflicts());
    }

    private String id(int kernel) {
        return kernels.get(kernel).kernelId();
    }

    private float[] vector(String text) {
        return embedder == null ? new float[0] : embedder.embed(text);
    }

    private static String abbreviate(String text) {
        return text.length() <= 60 ? text : text.substring(0, 59) + "…";
    }

    /** The kernels that prompts may be sent to, by id; two of one id are refused. */
    static List<Kernel> routable(Collection<Kernel> kernels) {
        Set<String> ids = new HashSet<>();
        return kernels.stream()
                .filter(kernel -> kernel.status().state().isRoutable())
                .sorted(Comparator.comparing(Kernel::kernelId))
                .peek(kernel -> {
                    if (!ids.add(kernel.kernelId())) {
                        throw InputException.at(
                                "kernel " + kernel.kernelId(), "it is there twice", "give each kernel its own id");
                    }
                })
                .toList();
    }

    private static KernelIndex index(List<Kernel> kernels, @Nullable Embedder embedder, RouterAdapter adapter) {
        int dimensions = embedder == null ? 0 : embedder.dimensions();
        Map<String, Learned> learned =
                adapter.kernels().stream().collect(Collectors.toMap(Learned::kernelId, Function.identity()));
        List<Set<String>> ruledOut = new ArrayList<>();
        List<Exemplar> exemplars = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            KernelText text = KernelText.of(kernels.get(k));
            ruledOut.add(text.ruledOut());
            List<float[]> vectors = embedder == null ? List.of() : embedder.embedAll(text.texts());
            for (int i = 0; i < text.texts().size(); i++) {
                exemplars.add(new Exemplar(k, text.texts().get(i), embedder == null ? new float[0] : vectors.get(i)));
            }
            Learned known = learned.get(kernels.get(k).kernelId());
            if (known != null) {
                List<float[]> kept = embedder == null ? List.of() : known.decodeVectors(dimensions);
                for (int i = 0; i < known.exemplars().size(); i++) {
                    exemplars.add(
                            new Exemplar(k, known.exemplars().get(i), embedder == null ? new float[0] : kept.get(i)));
                }
            }
        }
        KernelIndex index = new KernelIndex(ruledOut, exemplars, dimensions);
        for (int k = 0; k < kernels.size() && embedder != null; k++) {
            Learned known = learned.get(kernels.get(k).kernelId());
            if (known != null) {
                float[] row = known.decodeHead(dimensions);
                index.head().set(k, row, row[dimensions]);
            }
        }
        return index;
    }
}
