package io.kernelweave.route;

import io.kernelweave.compose.Clauses;
import io.kernelweave.compose.Composed;
import io.kernelweave.compose.Composer;
import io.kernelweave.compose.Flow;
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
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
    private final Composer composer;
    private final Map<Integer, Contract> contracts = new ConcurrentHashMap<>();
    private final List<? extends Embedder> embedders;
    private final KernelIndex index;
    private final Matcher matcher;
    private final Assurance assurance;
    private final Optional<FastTier> fast;
    private final Assurance fastAssurance;
    private final Usage usage;
    private final double[] shifts; // of each kernel, by its usage
    private final String note;
    private final String digest;

    private Router(
            Collection<Kernel> all,
            List<? extends Embedder> given,
            RouterAdapter adapter,
            Usage usage,
            @Nullable Embedder easy) {
        List<Encoder> encoders = Encoder.of(given);
        if (!encoders.isEmpty() && !adapter.encoders().isEmpty() && !encoders.equals(adapter.encoders())) {
            throw InputException.at(
                    "router adapter",
                    "it was trained with encoders " + identities(adapter.encoders()) + ", here are "
                            + identities(encoders),
                    "train it anew, or open those encoders");
        }
        boolean wordsOnly = encoders.isEmpty()
                || adapter.knowsPrompts() && adapter.encoders().isEmpty();
        boolean trained = adapter.isTrained() && adapter.encoders().isEmpty() == wordsOnly;
        List<Kernel> routable = routable(all);
        Set<String> known = adapter.kernels().stream()
                .filter(kernel -> !kernel.exemplars().isEmpty())
                .map(Learned::kernelId)
                .collect(Collectors.toSet());
        twins = Twins.of(
                routable,
                Comparator.comparing((String id) -> !known.contains(id))
                        .thenComparing(id -> -usage.accepted().getOrDefault(id, 0L)));
        kernels = twins.kernels();
        composer = Composer.of(kernels);
        if (kernels.size() <= Space.MANY) { // of more, only those are compiled that come into question
            IntStream.range(0, kernels.size()).forEach(this::contract);
        }
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
                : Matcher.untrained(names, adapter.isTrained() ? Calibration.none() : adapter.calibration());
        assurance = trained ? Assurance.of(adapter) : Assurance.none(names);
        fast = trained
                ? FastTier.of(
                        adapter.fast(), kernels.stream().map(Kernel::kernelId).toList(), easy)
                : Optional.empty();
        fastAssurance = adapter.fast() == null
                ? assurance
                : Assurance.of(
                        adapter.guarantee(),
                        adapter.fast().bound(),
                        List.of(adapter.fast().encoder()));
        this.usage = usage;
        shifts = usage.total() == 0
                ? new double[kernels.size()]
                : usage.shifts(
                        kernels.stream().map(Kernel::kernelId).toList(), taught(kernels, trained ? adapter : null));
        note = (trained
                        ? ""
                        : adapter.isTrained() || !adapter.knowsPrompts()
                                ? "untrained router: "
                                : "router without labels: ")
                + (embedders.isEmpty() ? "by words alone: " : "");
        List<Object> parts = new ArrayList<>(List.of(
                adapter.digest(),
                fast.isPresent(),
                Encoder.of(embedders),
                routable.stream()
                        .map(kernel -> List.of(kernel.kernelId(), kernel.computedDigest()))
                        .toList()));
        if (usage.total() > 0) {
            parts.add(usage);
        }
        digest = Digest.of(Json.compact(parts));
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
        return of(kernels, embedders, adapter, Usage.none());
    }

    /** A router that prefers, of kernels that are nearly tied, those whose answers were accepted more often. */
    public static Router of(
            Collection<Kernel> kernels, List<? extends Embedder> embedders, RouterAdapter adapter, Usage usage) {
        return of(kernels, embedders, adapter, usage, null);
    }

    /**
     * A router with a fast tier, if the adapter has one.
     *
     * @param easy the embedder that the tier was trained with; another one is left aside
     */
    public static Router of(
            Collection<Kernel> kernels,
            List<? extends Embedder> embedders,
            RouterAdapter adapter,
            Usage usage,
            @Nullable Embedder easy) {
        return new Router(kernels, embedders, adapter, usage, easy);
    }

    /** A router with one encoder. */
    public static Router of(Collection<Kernel> kernels, Embedder embedder, RouterAdapter adapter) {
        return of(kernels, List.of(embedder), adapter);
    }

    /** Of everything that a decision depends on: kernels, encoder, adapter. */
    public String digest() {
        return digest;
    }

    public RouteDecision route(String prompt) {
        return route(Subject.of(prompt));
    }

    /** The same of a prompt that its answer will be held against. */
    public RouteDecision route(Subject prompt) {
        return decide(prompt, false);
    }

    /** The same decision, with all signals of each candidate. */
    public RouteDecision explain(String prompt) {
        return decide(Subject.of(prompt), true);
    }

    private RouteDecision decide(Subject prompt, boolean explained) {
        String request = Query.request(prompt.prompt());
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
        Optional<RouteDecision> easy = easy(prompt, request);
        if (easy.isPresent() && !explained) {
            return easy.get();
        }
        Query whole = Query.of(prompt, request, vectors(request), this::contract);
        List<Ranked> ranked = rank(whole);
        List<Candidate> candidates = ranked.stream()
                .limit(SHOWN)
                .map(shown -> candidate(shown, explained))
                .toList();
        if (easy.isPresent()) {
            return easy.get().with(candidates);
        }
        RouteDecision composed = null;
        boolean chain = false;
        for (Plan plan : matcher.plans(
                request,
                ranked,
                (clause, later) ->
                        rank(later ? whole.later(clause, vectors(clause)) : whole.clause(clause, vectors(clause))))) {
            double probability = matcher.plan().probability(plan.features());
            boolean chained = plan.hits().stream().anyMatch(Hit::later); // that is said, a cut elsewhere is guessed
            if (probability >= matcher.planThreshold()
                    && (composed == null
                            || chained && !chain
                            || chained == chain && probability > composed.probability())) {
                Composed flow = flow(plan).orElse(null);
                chain = flow == null ? chain : chained;
                composed = flow == null
                        ? composed
                        : new RouteDecision(
                                RouteAction.COMPOSE,
                                plan.kernels().stream().map(this::id).toList(),
                                flow.guarded().toString(),
                                probability,
                                matcher.planThreshold(),
                                reason(plan, flow, probability),
                                candidates,
                                assurance);
            }
        }
        if (composed != null) {
            return composed;
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
                reason(candidate(shown, false), candidates, taken) + usage(ranked, shown),
                candidates,
                assurance);
    }

    /** What the fast tier says of a request for one thing, if it is sure and the kernel's preconditions do not fail. */
    private Optional<RouteDecision> easy(Subject prompt, String request) {
        if (fast.isEmpty() || !Clauses.readings(request).isEmpty()) {
            return Optional.empty();
        }
        return fast.get()
                .answer(request)
                .filter(answer -> answer.probability() >= matcher.threshold())
                .filter(answer ->
                        Query.of(prompt, request, List.of(), this::contract).preconditions(answer.kernel())
                                != Outcome.FAIL)
                .map(answer -> new RouteDecision(
                        RouteAction.KERNEL,
                        List.of(id(answer.kernel())),
                        answer.probability(),
                        matcher.threshold(),
                        id(answer.kernel()) + " (P = " + hundredths(answer.probability()) + " ≥ "
                                + hundredths(matcher.threshold()) + "): an easy request, by the fast tier alone",
                        List.of(),
                        fastAssurance));
    }

    private List<Ranked> rank(Query query) {
        List<Ranked> ranked = matcher.rank(index.matches(query, Set.of()));
        return usage.total() > 0 ? Usage.order(ranked, shifts) : ranked;
    }

    /** How many labelled texts of each kernel the heads were trained on; the same for all where they were not. */
    private static double[] taught(List<Kernel> kernels, @Nullable RouterAdapter adapter) {
        double[] taught = new double[kernels.size()];
        Arrays.fill(taught, 1);
        if (adapter != null) {
            Map<String, Learned> learned =
                    adapter.kernels().stream().collect(Collectors.toMap(Learned::kernelId, Function.identity()));
            for (int k = 0; k < taught.length; k++) {
                Learned known = learned.get(kernels.get(k).kernelId());
                taught[k] = KernelText.of(kernels.get(k)).texts().size()
                        + (known == null ? 0 : known.exemplars().size());
            }
        }
        return taught;
    }

    private String reason(Candidate best, List<Candidate> candidates, boolean taken) {
        Function<Candidate, Double> measure = embedders.isEmpty() ? Candidate::lexical : Candidate::similarity;
        StringBuilder reason = new StringBuilder(note);
        reason.append(taken ? "" : "raw generation, the best kernel is ")
                .append(best.kernelId())
                .append(" (P = ")
                .append(hundredths(best.probability()))
                .append(best.probability() >= matcher.threshold() ? " ≥ " : " < ")
                .append(hundredths(matcher.threshold()))
                .append(taken || best.probability() < matcher.threshold() ? "" : ", but its preconditions fail")
                .append(embedders.isEmpty() ? "): words " : "): similarity ")
                .append(hundredths(measure.apply(best)));
        candidates.stream()
                .filter(candidate -> !candidate.kernelId().equals(best.kernelId()))
                .max(Comparator.comparing(measure))
                .ifPresent(next -> reason.append(", next ")
                        .append(next.kernelId())
                        .append(' ')
                        .append(hundredths(measure.apply(next))));
        if (!embedders.isEmpty()) {
            reason.append("; words ").append(hundredths(best.lexical()));
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
                    .append(taken && usage.total() == 0 ? ", the first by name is taken" : "");
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

    /**
     * The flow of a plan: kernels that are given what the one before them gives stand behind it, the others see the same prompt at the
     * same time. Empty if the algebra refuses it.
     */
    private Optional<Composed> flow(Plan plan) {
        List<Flow.Branch> done = new ArrayList<>();
        for (Hit hit : plan.hits()) {
            Flow call = new Flow.Call(id(hit.kernel()));
            if (!hit.later()) {
                done.add(new Flow.Branch(id(hit.kernel()), call));
                continue;
            }
            if (done.isEmpty()) {
                return Optional.empty();
            }
            Optional<Flow> longer = composer.then(done.remove(done.size() - 1).flow(), hit.clause(), id(hit.kernel()));
            if (longer.isEmpty()) {
                return Optional.empty();
            }
            done.add(new Flow.Branch(id(hit.kernel()), longer.get()));
        }
        Composed whole = composer.check(done.size() == 1 ? done.get(0).flow() : new Flow.Par(done));
        return Optional.of(whole).filter(Composed::isAccepted);
    }

    private String reason(Plan plan, Composed flow, double probability) {
        List<String> parts = new ArrayList<>();
        Outcome preconditions = Outcome.PASS;
        for (Hit hit : plan.hits()) {
            preconditions = preconditions.and(hit.ranked().match().preconditions());
            parts.add(String.format(
                    Locale.ROOT,
                    "\"%s\" is %s%s (P = %.2f)",
                    abbreviate(hit.clause()),
                    id(hit.kernel()),
                    hit.later() ? ", of what comes before it" : "",
                    hit.probability()));
        }
        return String.format(
                Locale.ROOT,
                "%s%s (P = %.2f ≥ %.2f): %s; preconditions %s; fit %s",
                note,
                plan.kernels().stream().map(this::id).collect(Collectors.joining(" + ")),
                probability,
                matcher.planThreshold(),
                String.join(", ", parts),
                preconditions,
                isGuarded(flow.guarded()) ? "UNKNOWN, guarded" : "PROVEN");
    }

    private static boolean isGuarded(Flow flow) {
        return flow instanceof Flow.Guard || flow.parts().stream().anyMatch(Router::isGuarded);
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
                explained ? signals(ranked) : List.of());
    }

    /** What usage did to the choice; nothing where the router has not been told of any. */
    private String usage(List<Ranked> ranked, Ranked best) {
        if (usage.total() == 0) {
            return "";
        }
        Ranked unused = ranked.stream()
                .filter(other -> other.isEligible() == best.isEligible())
                .min(Comparator.comparingDouble((Ranked other) -> -other.logShare())
                        .thenComparing(other -> other.match().kernel()))
                .orElse(best);
        return "; usage (" + usage.total() + " accepted) "
                + (unused == best
                        ? "changes nothing"
                        : "settles it against " + id(unused.match().kernel()));
    }

    private List<Signal> signals(Ranked ranked) {
        List<Signal> signals = new ArrayList<>(matcher.signals(ranked));
        if (usage.total() > 0) {
            int kernel = ranked.match().kernel();
            signals.add(new Signal(Usage.SIGNAL, usage.accepted().getOrDefault(id(kernel), 0L), shifts[kernel]));
        }
        return signals;
    }

    private Contract contract(int kernel) {
        return contracts.computeIfAbsent(kernel, k -> Contract.of(kernels.get(k)));
    }

    private String id(int kernel) {
        return kernels.get(kernel).kernelId();
    }

    private List<float[]> vectors(String text) {
        return embedders.stream().map(embedder -> embedder.embed(text)).toList();
    }

    /** With two decimals; a formatter takes longer than the search does. */
    private static String hundredths(double value) {
        long rounded = Math.round(value * 100);
        return rounded / 100 + (rounded % 100 < 10 ? ".0" : ".") + rounded % 100;
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
        List<KernelText> texts = kernels.stream().map(KernelText::of).toList();
        List<String> all =
                texts.stream().flatMap(text -> text.texts().stream()).distinct().toList();
        Map<String, List<float[]>> vectors = new HashMap<>();
        all.forEach(text -> vectors.put(text, new ArrayList<>()));
        for (Embedder embedder : embedders) {
            List<float[]> embedded = embedder.embedAll(all);
            for (int i = 0; i < all.size(); i++) {
                vectors.getOrDefault(all.get(i), List.of()).add(embedded.get(i));
            }
        }
        List<Exemplar> exemplars = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            for (String text : texts.get(k).texts()) {
                exemplars.add(new Exemplar(k, text, vectors.getOrDefault(text, List.of())));
            }
            Learned known = learned.get(kernels.get(k).kernelId());
            if (known != null) {
                add(exemplars, k, known.exemplars(), decode(known, dimensions));
            }
        }
        Learned none = adapter.none();
        if (none != null) {
            add(exemplars, -1, none.exemplars(), decode(none, dimensions));
        }
        KernelIndex index =
                new KernelIndex(texts.stream().map(KernelText::ruledOut).toList(), exemplars, dimensions);
        for (int e = 0; e < embedders.size(); e++) {
            for (int k = 0; k <= kernels.size(); k++) {
                Learned known =
                        k == kernels.size() ? none : learned.get(kernels.get(k).kernelId());
                if (known != null && !known.heads().isEmpty()) {
                    index.space(e).set(k, known.decodeHead(e, dimensions.get(e)));
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
