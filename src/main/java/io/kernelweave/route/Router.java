package io.kernelweave.route;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.KernelIndex.Exemplar;
import io.kernelweave.route.Matcher.Hit;
import io.kernelweave.route.Matcher.Plan;
import io.kernelweave.route.Matcher.Ranked;
import io.kernelweave.route.RouterAdapter.Encoder;
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
import java.util.stream.IntStream;

/**
 * Decides where a prompt goes: to a kernel, to several, or to raw generation. A kernel is known by its name, description
 * and examples, and by the labelled prompts that the adapter keeps; a request is compared with all of them by sentence
 * vectors and by words, the prompt with the kernel's preconditions. One model picks the best kernel, another says from the
 * same numbers how likely it fits. Below the adapter's threshold no kernel is taken, nor one whose preconditions fail.
 *
 * <p>Thread-safe.
 */
public final class Router {
    private static final int SHOWN = 5;

    private final Twins twins;
    private final List<Kernel> kernels;
    private final List<Contract> contracts;
    private final List<? extends Embedder> embedders;
    private final KernelIndex index;
    private final Matcher matcher;
    private final Assurance assurance;
    private final String note;
    private final String digest;

    private Router(Collection<Kernel> all, List<? extends Embedder> given, RouterAdapter adapter) {
        List<Encoder> encoders = Encoder.of(given);
        if (!encoders.isEmpty() && !adapter.encoders().isEmpty() && !encoders.equals(adapter.encoders())) {
            throw InputException.at(
                    "router adapter",
                    "it was trained with encoders " + identities(adapter.encoders()) + ", here are "
                            + identities(encoders),
                    "train it anew, or open those encoders");
        }
        boolean wordsOnly =
                encoders.isEmpty() || adapter.isTrained() && adapter.encoders().isEmpty();
        boolean trained = adapter.isTrained() && adapter.encoders().isEmpty() == wordsOnly;
        List<Kernel> routable = routable(all);
        Set<String> known = adapter.kernels().stream()
                .filter(kernel -> !kernel.exemplars().isEmpty())
                .map(Learned::kernelId)
                .collect(Collectors.toSet());
        twins = Twins.of(routable, known::contains);
        kernels = twins.kernels();
        contracts = kernels.stream().map(Contract::of).toList();
        embedders = wordsOnly ? List.of() : List.copyOf(given);
        List<String> names = Encoder.of(embedders).stream().map(Encoder::name).toList();
        index = index(kernels, embedders, adapter);
        matcher = trained && adapter.pick() != null && adapter.fit() != null && adapter.plan() != null
                ? new Matcher(
                        adapter.pick(),
                        adapter.fit(),
                        adapter.calibration(),
                        adapter.threshold(),
                        adapter.plan(),
                        adapter.planThreshold())
                : Matcher.untrained(names);
        assurance = trained ? Assurance.of(adapter) : Assurance.none(names);
        note = (trained ? "" : "untrained router: ") + (embedders.isEmpty() ? "by words alone: " : "");
        digest = Digest.of(Json.compact(List.of(
                adapter.digest(),
                Encoder.of(embedders),
                routable.stream()
                        .map(kernel -> List.of(kernel.kernelId(), kernel.computedDigest()))
                        .toList())));
    }

    private static String identities(List<Encoder> encoders) {
        return encoders.stream().map(Encoder::identity).collect(Collectors.joining(" + "));
    }

    /**
     * A router over the kernels that may be routed to.
     *
     * @param embedders none: words alone, with weights set by hand unless the adapter was trained so
     * @throws InputException if the adapter was trained with other encoders
     */
    public static Router of(Collection<Kernel> kernels, List<? extends Embedder> embedders, RouterAdapter adapter) {
        return new Router(kernels, embedders, adapter);
    }

    /** A router with one encoder. */
    public static Router of(Collection<Kernel> kernels, Embedder embedder, RouterAdapter adapter) {
        return new Router(kernels, List.of(embedder), adapter);
    }

    /** Of everything that a decision depends on: kernels, encoder, adapter. */
    public String digest() {
        return digest;
    }

    public RouteDecision route(String prompt) {
        return decide(prompt, false);
    }

    /** The same decision, with all signals of each candidate. */
    public RouteDecision explain(String prompt) {
        return decide(prompt, true);
    }

    private RouteDecision decide(String prompt, boolean explained) {
        String request = Query.request(prompt);
        if (request.codePoints().noneMatch(Character::isLetterOrDigit)) {
            return new RouteDecision(
                    RouteAction.GENERATE,
                    List.of(),
                    0,
                    matcher.threshold(),
                    "raw generation: the prompt asks for nothing in words",
                    List.of(),
                    assurance);
        }
        Query whole = Query.of(prompt, request, vectors(request), contracts);
        List<Ranked> ranked = rank(whole);
        List<Candidate> candidates = ranked.stream()
                .limit(SHOWN)
                .map(shown -> candidate(shown, explained))
                .toList();
        Plan plan = null;
        double planned = 0;
        for (Plan next : matcher.plans(request, ranked, clause -> rank(whole.clause(clause, vectors(clause))))) {
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
                    candidates,
                    assurance);
        }
        if (ranked.isEmpty()) {
            return new RouteDecision(
                    RouteAction.GENERATE,
                    List.of(),
                    0,
                    matcher.threshold(),
                    "raw generation: there is no kernel to route to",
                    candidates,
                    assurance);
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
                reason(candidate(shown, false), candidates, taken),
                candidates,
                assurance);
    }

    private List<Ranked> rank(Query query) {
        return matcher.rank(index.matches(query, Set.of()));
    }

    private String reason(Candidate best, List<Candidate> candidates, boolean taken) {
        Function<Candidate, Double> measure = embedders.isEmpty() ? Candidate::lexical : Candidate::similarity;
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
                        embedders.isEmpty() ? "words" : "similarity",
                        measure.apply(best)));
        candidates.stream()
                .filter(candidate -> !candidate.kernelId().equals(best.kernelId()))
                .max(Comparator.comparing(measure))
                .ifPresent(next -> reason.append(
                        String.format(Locale.ROOT, ", next %s %.2f", next.kernelId(), measure.apply(next))));
        if (!embedders.isEmpty()) {
            reason.append(String.format(Locale.ROOT, "; words %.2f", best.lexical()));
        }
        List<String> equals = candidates.stream()
                .filter(candidate -> !candidate.kernelId().equals(best.kernelId())
                        && candidate.probability() == best.probability()
                        && candidate.similarity() == best.similarity()
                        && candidate.lexical() == best.lexical())
                .map(Candidate::kernelId)
                .toList();
        if (!equals.isEmpty()) {
            reason.append("; tied with ")
                    .append(String.join(", ", equals))
                    .append(taken ? ", the first by name is taken" : "");
        }
        List<String> alike = twins.of(best.kernelId());
        if (!alike.isEmpty()) {
            reason.append("; the same as ")
                    .append(alike.stream().limit(SHOWN).collect(Collectors.joining(", ")))
                    .append(alike.size() > SHOWN ? " and " + (alike.size() - SHOWN) + " more" : "");
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

    private Candidate candidate(Ranked ranked, boolean explained) {
        KernelIndex.Match match = ranked.match();
        return new Candidate(
                id(match.kernel()),
                ranked.probability(),
                match.similarity(),
                match.lexical(),
                match.coverage(),
                match.preconditions(),
                match.conflicts(),
                explained ? matcher.signals(ranked) : List.of());
    }

    private String id(int kernel) {
        return kernels.get(kernel).kernelId();
    }

    private List<float[]> vectors(String text) {
        return embedders.stream().map(embedder -> embedder.embed(text)).toList();
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

    private static KernelIndex index(List<Kernel> kernels, List<? extends Embedder> embedders, RouterAdapter adapter) {
        Map<String, Learned> learned =
                adapter.kernels().stream().collect(Collectors.toMap(Learned::kernelId, Function.identity()));
        List<Integer> dimensions = embedders.stream().map(Embedder::dimensions).toList();
        List<Set<String>> ruledOut = new ArrayList<>();
        List<Exemplar> exemplars = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            KernelText text = KernelText.of(kernels.get(k));
            ruledOut.add(text.ruledOut());
            List<List<float[]>> vectors = embedders.stream()
                    .map(embedder -> embedder.embedAll(text.texts()))
                    .toList();
            add(exemplars, k, text.texts(), vectors);
            Learned known = learned.get(kernels.get(k).kernelId());
            if (known != null) {
                add(exemplars, k, known.exemplars(), decode(known, dimensions));
            }
        }
        Learned none = adapter.none();
        if (none != null) {
            add(exemplars, -1, none.exemplars(), decode(none, dimensions));
        }
        KernelIndex index = new KernelIndex(ruledOut, exemplars, dimensions);
        for (int e = 0; e < embedders.size(); e++) {
            for (int k = 0; k <= kernels.size(); k++) {
                Learned known =
                        k == kernels.size() ? none : learned.get(kernels.get(k).kernelId());
                if (known != null && !known.heads().isEmpty()) {
                    float[] row = known.decodeHead(e, dimensions.get(e));
                    index.head(e).set(k, row, row[dimensions.get(e)]);
                }
            }
        }
        return index;
    }

    private static List<List<float[]>> decode(Learned known, List<Integer> dimensions) {
        return IntStream.range(0, dimensions.size())
                .mapToObj(e -> known.decodeVectors(e, dimensions.get(e)))
                .toList();
    }

    private static void add(List<Exemplar> exemplars, int kernel, List<String> texts, List<List<float[]>> vectors) {
        for (int i = 0; i < texts.size(); i++) {
            int text = i;
            exemplars.add(new Exemplar(
                    kernel,
                    texts.get(i),
                    vectors.stream().map(ofEncoder -> ofEncoder.get(text)).toList()));
        }
    }
}
