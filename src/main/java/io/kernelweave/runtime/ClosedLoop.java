package io.kernelweave.runtime;

import io.kernelweave.compile.KernelCompiler;
import io.kernelweave.gate.Evidence;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.gate.Promotion;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.mine.Example;
import io.kernelweave.route.Embedder;
import io.kernelweave.route.Guarantee;
import io.kernelweave.route.LabelledPrompt;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.route.RouterTrainer;
import io.kernelweave.runtime.Unmatched.Family;
import io.kernelweave.runtime.Unmatched.Member;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The whole loop over a stream of prompts, from a store that may be empty: what no kernel fits is answered by raw generation; answers that a
 * {@link Witness} confirmed gather in families; a family becomes a kernel; the kernel is a candidate, and works on trial beside
 * raw generation, until {@link Promotion} has evidence that it succeeds; then prompts like those are routed to it.
 *
 * <ul>
 *   <li>A kernel is compiled from answers that the witness called right, with those that it called wrong as counter-examples.
 *       What it was not asked about, or cannot tell, is no example at all.
 *   <li>A third of a family's ways of asking is held out. A kernel that does not let through their right answers, or lets through wrong
 *       ones, is not put into the store; it is compiled again when the family has grown.
 *   <li>On trial, a candidate answers a prompt for the record alone; the user gets the raw answer. A trial counts in the ledger if
 *       the witness was to be asked, whatever comes of it; that the kernel gave no answer, or the witness cannot tell, is no success. Ways of
 *       asking that the kernel was made from, or held out of, are never tried.
 *   <li>A candidate of which it is refuted that it succeeds at least half the time is quarantined.
 *   <li>The router is trained again as the stream goes on, on what the witness confirmed and on prompts whose raw answers have another form
 *       than any kernel's. While no error bound can be certified, only what is likely by far is routed.
 * </ul>
 *
 * <p>All of it follows from the settings and the order of the tasks. Not thread-safe.
 */
public final class ClosedLoop {
    private static final double LOG_BAR = -StrictMath.log(Promotion.ALPHA);
    private static final double GROWN = 1.5;
    private static final int LATEST = 200;

    private final KernelStore store;
    private final FeedbackLedger ledger;
    private final List<? extends Embedder> embedders;
    private final Backend backend;
    private final Witness witness;
    private final Settings settings;
    private final KernelRuntime raw;
    private final Unmatched unmatched = new Unmatched();
    private final List<Seen> seen = new ArrayList<>();
    private final List<FeedbackLedger.Entry> untold = new ArrayList<>();
    private final Map<String, KernelRuntime> runtimes = new HashMap<>(); // by digest: masks are compiled once
    private final Map<String, Set<String>> origins = new HashMap<>(); // ways of asking, by digest
    private Map<String, Kernel> kernels = Map.of(); // routable, by id
    private RouterAdapter adapter = RouterAdapter.untrained();
    private @Nullable Router router;
    private int trainedOn;
    private int position;

    /**
     * What the loop goes by.
     *
     * @param examples confirmed answers from which on a family is compiled
     * @param asks ways of asking from which on it is
     * @param heldOut the share that a kernel must reach on what was held out, see {@link HeldOut#reaches}
     * @param threshold the probability that is asked of a route while no error bound is certified
     * @param interval prompts after which kernels are compiled, promoted and withdrawn
     * @param retries of the gate before it rolls back
     * @param guarantee what the trained router's threshold shall keep to; how many prompts fit no kernel is taken from the stream
     */
    public record Settings(
            int examples,
            int asks,
            double heldOut,
            double threshold,
            int interval,
            int retries,
            Guarantee guarantee,
            long seed) {}

    /**
     * What came of a prompt.
     *
     * @param answer what the user got
     * @param served the kernel that was asked, of whatever path the answer came in the end; null for none
     * @param asked whether the witness was asked
     * @param told what it said of the answer; UNKNOWN where it was not asked
     * @param events what the loop did after it
     * @param routeNanos time to decide about the route
     */
    public record Turn(
            Task task,
            Answer answer,
            RouteDecision decision,
            @Nullable Kernel served,
            @Nullable Trial trial,
            boolean asked,
            Outcome told,
            List<Event> events,
            long routeNanos) {
        /** Whether a kernel's answer was given. */
        public boolean isReused() {
            return answer.path() == Answer.Path.KERNEL;
        }
    }

    /** A candidate's answer for the record; {@code told} is UNKNOWN where it gave none. */
    public record Trial(Kernel kernel, Answer answer, Outcome told) {}

    /** What can happen to a kernel. */
    public enum Change {
        COMPILED,
        /** It did not reach on held-out answers what it must. */
        REFUSED,
        PROMOTED,
        /** Back to an earlier state. */
        FELL,
        QUARANTINED
    }

    /**
     * A kernel's life.
     *
     * @param state after it
     * @param sources tasks that the kernel was compiled from, confirmed ones
     * @param heldOut how it did on held-out answers; null where it was not tried on any now
     */
    public record Event(
            Change change,
            Kernel kernel,
            State state,
            List<String> sources,
            @Nullable HeldOut heldOut,
            String reason) {}

    /** A prompt that the loop has seen, for the router to learn from. */
    private record Seen(
            String prompt,
            String task,
            String form,
            Outcome told,
            @Nullable Family family) {}

    /** @param embedders at least one; the first tells which prompts are alike */
    public ClosedLoop(
            KernelStore store,
            List<? extends Embedder> embedders,
            Backend backend,
            Witness witness,
            Settings settings) {
        this.store = store;
        this.ledger = FeedbackLedger.open(store);
        this.embedders = List.copyOf(embedders);
        this.backend = backend;
        this.witness = witness;
        this.settings = settings;
        this.raw = runtime(List.of());
    }

    private KernelRuntime runtime(List<Kernel> known) {
        return new KernelRuntime(
                known,
                Router.of(known, List.of(), RouterAdapter.untrained()),
                backend,
                backend.vocabulary(),
                null,
                null,
                settings.retries,
                settings.seed);
    }

    /**
     * Answers the next prompt and learns from it.
     *
     * @param ask prompts that share an origin, such as one way of asking or one user's session, share it: they are never on both sides of a
     *     split, and together are one trial
     */
    public Turn next(Task task, String ask) {
        long start = System.nanoTime();
        RouteDecision decision = route(task.prompt());
        long routeNanos = System.nanoTime() - start;
        boolean asked = witness.isAsked(task);
        Kernel kernel = decision.action() == RouteAction.KERNEL
                ? kernels.get(decision.kernelIds().get(0))
                : null;
        boolean serves = kernel != null && kernel.status().state() != State.CANDIDATE;
        Answer answer = serves && kernel != null
                ? runtimeOf(kernel).answer(task, Arm.ROUTER_GATE, decision)
                : raw.answer(task, Arm.RAW);
        Outcome told = asked ? witness.says(task, answer.text()) : Outcome.UNKNOWN;
        Trial trial = null;
        if (kernel != null && asked && serves) {
            // An answer that the gate took back is not the kernel's, whatever the witness says of what came in its
            // place.
            untold.add(entry(kernel, ask, task, answer, answer.path() == Answer.Path.KERNEL ? told : Outcome.UNKNOWN));
        } else if (kernel != null && asked && !origins(kernel).contains(ask)) {
            Answer tried = runtimeOf(kernel).answer(task, Arm.ROUTER_GATE, decision);
            Outcome outcome = tried.path() == Answer.Path.KERNEL ? witness.says(task, tried.text()) : Outcome.UNKNOWN;
            trial = new Trial(kernel, tried, outcome);
            untold.add(entry(kernel, ask, task, tried, outcome));
        }
        learn(task, ask, answer, told, serves ? kernel : null);
        List<Event> events = ++position % settings.interval == 0 ? tend() : List.of();
        return new Turn(task, answer, decision, serves ? kernel : null, trial, asked, told, events, routeNanos);
    }

    private Set<String> origins(Kernel kernel) {
        return origins.getOrDefault(kernel.digest(), Set.of());
    }

    private KernelRuntime runtimeOf(Kernel kernel) {
        return runtimes.computeIfAbsent(kernel.digest(), digest -> runtime(List.of(kernel)));
    }

    private static FeedbackLedger.Entry entry(Kernel kernel, String ask, Task task, Answer answer, Outcome outcome) {
        return new FeedbackLedger.Entry(
                kernel.kernelId(),
                kernel.digest(),
                ask,
                outcome,
                answer.trace().traceId(),
                FeedbackLedger.promptDigest(task.prompt()),
                answer.attempts().stream()
                        .flatMap(attempt -> attempt.unsafe().stream())
                        .distinct()
                        .toList(),
                null,
                null);
    }

    // ---------------------------------------------------------------- routing

    private RouteDecision route(String prompt) {
        if (router == null) {
            return new RouteDecision(
                    RouteAction.GENERATE,
                    List.of(),
                    0,
                    settings.threshold,
                    "raw generation: there is no kernel to route to",
                    List.of());
        }
        RouteDecision decision = router.route(prompt);
        if (decision.action() == RouteAction.GENERATE
                || decision.action() == RouteAction.KERNEL
                        && (adapter.isTrained() || decision.probability() >= settings.threshold)) {
            return decision;
        }
        return new RouteDecision(
                RouteAction.GENERATE,
                List.of(),
                decision.probability(),
                settings.threshold,
                "raw generation, no error bound is certified yet: " + decision.reason(),
                decision.candidates());
    }

    /** Takes note of a prompt; a kernel's answer is no example: kernels are made from what was solved without them. */
    private void learn(Task task, String ask, Answer answer, Outcome told, @Nullable Kernel served) {
        String form = Unmatched.form(answer.text());
        if (answer.path() == Answer.Path.KERNEL && served != null) {
            seen.add(new Seen(task.prompt(), ask, form, told, unmatched.of(served.kernelId())));
            return;
        }
        float[] vector = embedders.get(0).embed(PromptInput.asked(task.prompt()));
        Family family = unmatched
                .add(new Member(task.id(), new Example(answer.trace(), told, ask), form, vector))
                .orElse(null);
        seen.add(new Seen(task.prompt(), ask, form, told, family));
    }

    /** What the router may learn: prompts of which the witness confirmed an answer, and prompts whose answers look like no kernel's. */
    private List<LabelledPrompt> labelled() {
        Set<String> forms = new HashSet<>();
        for (String id : kernels.keySet()) {
            Family family = unmatched.of(id);
            if (family != null) {
                forms.add(family.form());
            }
        }
        List<LabelledPrompt> labelled = new ArrayList<>();
        for (Seen prompt : seen) {
            Family family = prompt.family;
            String kernel = family == null ? null : family.kernelId();
            if (prompt.told == Outcome.PASS && kernel != null && kernels.containsKey(kernel)) {
                labelled.add(LabelledPrompt.of(prompt.prompt, prompt.task, kernel));
            } else if (!forms.contains(prompt.form) && prompt.told != Outcome.FAIL) {
                labelled.add(LabelledPrompt.none(prompt.prompt, prompt.task));
            }
        }
        return labelled;
    }

    /** What is asked of the router, where so many prompts fit no kernel as did of the latest. */
    private Guarantee guarantee(List<LabelledPrompt> labelled) {
        List<LabelledPrompt> latest = labelled.subList(Math.max(0, labelled.size() - LATEST), labelled.size());
        double none =
                (latest.stream().filter(prompt -> prompt.acceptable().isEmpty()).count() + 0.5) / (latest.size() + 1.0);
        return new Guarantee(settings.guarantee.maxError(), settings.guarantee.delta(), none);
    }

    private void train() {
        List<LabelledPrompt> labelled = labelled();
        long fitting = labelled.stream()
                .filter(prompt -> !prompt.acceptable().isEmpty())
                .map(LabelledPrompt::clusterId)
                .distinct()
                .count();
        if (fitting < 2 || labelled.size() < GROWN * trainedOn) {
            return;
        }
        RouterAdapter trained =
                RouterTrainer.train(kernels.values(), labelled, embedders, guarantee(labelled), settings.seed);
        adapter = trained.bound() <= settings.guarantee.maxError()
                ? trained
                : trained.withThreshold(Math.max(trained.threshold(), settings.threshold));
        trainedOn = labelled.size();
    }

    // ---------------------------------------------------------------- kernels

    private List<Event> tend() {
        List<Event> events = new ArrayList<>();
        ledger.append("", untold);
        untold.clear();
        unmatched.merge();
        if (!kernels.isEmpty()) {
            promote(events);
        }
        boolean changed = !events.isEmpty();
        for (Family family : unmatched.families()) {
            if (isDue(family)) {
                changed |= compile(family, events);
            }
        }
        if (changed) {
            Map<String, Kernel> routable = new TreeMap<>();
            store.load().kernels().stream()
                    .filter(kernel -> kernel.status().state().isRoutable())
                    .forEach(kernel -> routable.put(kernel.kernelId(), kernel));
            kernels = routable;
        }
        int before = trainedOn;
        if (!kernels.isEmpty()) {
            train();
        }
        if (changed || trainedOn != before) {
            router = kernels.isEmpty() ? null : Router.of(kernels.values(), embedders, adapter);
        }
        return List.copyOf(events);
    }

    private void promote(List<Event> events) {
        List<KernelStore.Move> refuted = new ArrayList<>();
        for (Promotion.Decision decision : Promotion.apply(store, ledger)) {
            Kernel kernel = kernels.get(decision.kernelId());
            if (kernel == null) {
                continue;
            }
            if (decision.isChange()) {
                Change change = decision.to() == State.QUARANTINED
                        ? Change.QUARANTINED
                        : decision.to().compareTo(decision.from()) > 0 ? Change.PROMOTED : Change.FELL;
                events.add(new Event(change, kernel, decision.to(), List.of(), null, decision.reason()));
            } else if (decision.to() == State.CANDIDATE && decision.evidence().againstVerified() >= LOG_BAR) {
                refuted.add(new KernelStore.Move(
                        decision.kernelId(),
                        decision.digest(),
                        State.CANDIDATE,
                        new KernelStatus(State.QUARANTINED, decision.evidence().toJson()),
                        "refuted on trial: " + successes(decision.evidence())));
            }
        }
        for (Kernel kernel : store.move(refuted)) {
            events.add(new Event(
                    Change.QUARANTINED,
                    kernel,
                    State.QUARANTINED,
                    List.of(),
                    null,
                    "on trial, a success rate of one half or more was refuted"));
        }
    }

    private static String successes(Evidence evidence) {
        return evidence.successes() + " of " + evidence.clusters() + " ways of asking succeeded";
    }

    /** A family is compiled when it has enough, and again when it has grown; never while its kernel serves or is on trial. */
    private boolean isDue(Family family) {
        return family.solved().size() >= Math.max(settings.examples, GROWN * family.compiledAt)
                && family.asks() >= settings.asks
                && (family.kernelId() == null || !kernels.containsKey(family.kernelId()));
    }

    private boolean compile(Family family, List<Event> events) {
        family.compiledAt = family.solved().size();
        List<Member> members = new ArrayList<>(family.solved());
        members.addAll(family.failed());
        Set<String> out = heldOut(family);
        List<Member> kept = members.stream()
                .filter(member -> !out.contains(member.example().task()))
                .toList();
        List<String> sources = kept.stream()
                .filter(member -> member.example().outcome() == Outcome.PASS)
                .map(Member::taskId)
                .toList();
        Kernel kernel;
        try {
            kernel = KernelCompiler.compile(
                            kept.stream().map(Member::example).toList(), unmatched.name(family), settings.seed)
                    .kernel();
        } catch (InputException e) {
            return false; // nothing can be made of it yet
        }
        HeldOut result = HeldOut.of(kernel, subjects(members, out, Outcome.PASS), subjects(members, out, Outcome.FAIL));
        List<String> problems = Contract.of(kernel).selfTest();
        if (!problems.isEmpty() || !result.reaches(settings.heldOut)) {
            events.add(new Event(
                    Change.REFUSED,
                    kernel,
                    State.CANDIDATE,
                    sources,
                    result,
                    problems.isEmpty() ? "it does not reach what it must on held-out answers" : problems.get(0)));
            return false;
        }
        Kernel stored = store.add(kernel, "compiled from " + sources.size() + " confirmed answers");
        Set<String> asks = new HashSet<>(out);
        kept.forEach(member -> asks.add(member.example().task()));
        origins.put(stored.digest(), asks);
        events.add(new Event(Change.COMPILED, stored, State.CANDIDATE, sources, result, "on trial"));
        return true;
    }

    private static List<Subject> subjects(List<Member> members, Set<String> asks, Outcome outcome) {
        return members.stream()
                .map(Member::example)
                .filter(example -> asks.contains(example.task()) && example.outcome() == outcome)
                .map(example -> Subject.of(
                                example.trace().prompt(),
                                String.valueOf(example.trace().output()))
                        .with(example.trace()))
                .toList();
    }

    /** A third of the ways of asking, other ones each time. */
    private Set<String> heldOut(Family family) {
        List<String> asks = family.solved().stream()
                .map(member -> member.example().task())
                .distinct()
                .sorted(Comparator.comparing(
                        ask -> Digest.of(settings.seed + "/" + family.solved().size() + "/" + ask)))
                .toList();
        return new HashSet<>(asks.subList(0, Math.max(1, asks.size() / 3)));
    }

    /** The store that it works on. */
    public KernelStore store() {
        return store;
    }
}
