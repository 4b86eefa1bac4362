package io.kernelweave.runtime;

import io.kernelweave.compile.KernelCompiler;
import io.kernelweave.gate.Evidence;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.gate.OutputGate;
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
 *       ones, the answers to other prompts among them, is not put into the store; it is compiled again when the family has grown. A
 *       confirmed answer may be wrong all the same: one that the others speak against is set aside.
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
    /** How much a family grows before it is compiled again. */
    private static final double GROWN = 1.5;

    /** How much what the router may learn from grows before it is trained again. */
    private static final double RETRAINED = 1.3;

    /** Prompts that tell how many fit no kernel now. */
    private static final int LATEST = 200;

    /** Of so many examples, one may be set aside. */
    private static final int ONE_IN = 5;

    /** Answers to other prompts that a new kernel is tried on, for each held-out answer. */
    private static final int SWAPS = 3;

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
    private final Map<String, OutputGate> gates = new HashMap<>(); // by digest
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

    /**
     * A candidate's answer for the record.
     *
     * @param answer what it generated; null if it let the raw answer through
     * @param answered whether it gave an answer
     * @param told what the witness said of it; UNKNOWN where it gave none
     */
    public record Trial(Kernel kernel, @Nullable Answer answer, boolean answered, Outcome told) {}

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
            trial = trial(kernel, task, answer, told, decision);
            untold.add(entry(kernel, ask, task, trial.answer == null ? answer : trial.answer, trial.told));
        }
        learn(task, ask, answer, told, serves ? kernel : null);
        List<Event> events = ++position % settings.interval == 0 ? tend() : List.of();
        return new Turn(task, answer, decision, serves ? kernel : null, trial, asked, told, events, routeNanos);
    }

    /** If the candidate lets the raw answer through, that is its answer too, and costs nothing; else it gives one of its own, or none. */
    private Trial trial(Kernel kernel, Task task, Answer given, Outcome told, RouteDecision decision) {
        if (gates.computeIfAbsent(kernel.digest(), digest -> OutputGate.of(kernel))
                .judge(Subject.of(task.prompt(), given.text()).with(given.trace()))
                .accepted()) {
            return new Trial(kernel, null, true, told);
        }
        Answer tried = runtimeOf(kernel).answer(task, Arm.ROUTER_GATE, decision);
        boolean answered = tried.path() == Answer.Path.KERNEL;
        return new Trial(kernel, tried, answered, answered ? witness.says(task, tried.text()) : Outcome.UNKNOWN);
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
        if (fitting < 2 || labelled.size() < RETRAINED * trainedOn) {
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

    /** A kernel with how it did on what was held out. */
    private record Attempt(Kernel kernel, HeldOut result, List<String> problems, List<Member> from) {
        boolean passes(double share) {
            return problems.isEmpty() && result.reaches(share);
        }
    }

    private boolean compile(Family family, List<Event> events) {
        family.compiledAt = family.solved().size();
        List<Member> members = new ArrayList<>(family.solved());
        members.addAll(family.failed());
        Set<String> out = heldOut(family);
        List<Member> kept = members.stream()
                .filter(member -> !out.contains(member.example().task()))
                .toList();
        List<Subject> right = subjects(members, out, Outcome.PASS);
        List<Subject> wrong = new ArrayList<>(subjects(members, out, Outcome.FAIL));
        wrong.addAll(swapped(family.solved(), out));
        Attempt attempt = attempt(unmatched.name(family), kept, right, wrong);
        for (int i = 0; i < kept.size() / ONE_IN && attempt != null && !attempt.passes(settings.heldOut); i++) {
            Attempt better = withoutOne(attempt, right, wrong);
            if (better == null) {
                break;
            }
            attempt = better;
        }
        if (attempt == null) {
            return false; // nothing can be made of it yet
        }
        List<String> sources = attempt.from.stream()
                .filter(member -> member.example().outcome() == Outcome.PASS)
                .map(Member::taskId)
                .toList();
        if (!attempt.passes(settings.heldOut)) {
            events.add(new Event(
                    Change.REFUSED,
                    attempt.kernel,
                    State.CANDIDATE,
                    sources,
                    attempt.result,
                    attempt.problems.isEmpty()
                            ? "it does not reach what it must on held-out answers"
                            : attempt.problems.get(0)));
            return false;
        }
        Kernel stored = store.add(attempt.kernel, "compiled from " + sources.size() + " confirmed answers");
        Set<String> asks = new HashSet<>();
        members.forEach(member -> asks.add(member.example().task()));
        origins.put(stored.digest(), asks);
        events.add(new Event(Change.COMPILED, stored, State.CANDIDATE, sources, attempt.result, "on trial"));
        return true;
    }

    private @Nullable Attempt attempt(String kernelId, List<Member> from, List<Subject> right, List<Subject> wrong) {
        try {
            Kernel kernel = KernelCompiler.compile(
                            from.stream().map(Member::example).toList(), kernelId, settings.seed)
                    .kernel();
            return new Attempt(
                    kernel,
                    HeldOut.of(kernel, right, wrong),
                    Contract.of(kernel).selfTest(),
                    from);
        } catch (InputException e) {
            return null;
        }
    }

    /**
     * A confirmed answer that is wrong all the same makes a kernel lose the conditions that it breaks. So one is set aside at a time, if a
     * kernel made of the others refuses it: the one without which most wrong answers are kept out.
     *
     * @return null if none is out of line with the others
     */
    private @Nullable Attempt withoutOne(Attempt attempt, List<Subject> right, List<Subject> wrong) {
        Attempt best = null;
        for (Member member : attempt.from) {
            if (member.example().outcome() != Outcome.PASS) {
                continue;
            }
            Attempt other = attempt(
                    attempt.kernel.kernelId(),
                    attempt.from.stream().filter(each -> each != member).toList(),
                    right,
                    wrong);
            if (other != null
                    && other.result.rightAccepted() >= attempt.result.rightAccepted()
                    && other.result.refusedShare()
                            > (best == null ? attempt.result.refusedShare() : best.result.refusedShare())
                    && HeldOut.of(other.kernel, List.of(), List.of(subject(member)))
                                    .wrongAccepted()
                            == 0) {
                best = other;
            }
        }
        return best;
    }

    /** Answers to other prompts of the family: wrong to a held-out prompt, as anybody can tell. */
    private static List<Subject> swapped(List<Member> solved, Set<String> asks) {
        List<Subject> swapped = new ArrayList<>();
        for (int i = 0; i < solved.size(); i++) {
            Example own = solved.get(i).example();
            if (!asks.contains(own.task())) {
                continue;
            }
            int taken = 0;
            for (int j = 1; j < solved.size() && taken < SWAPS; j++) {
                Example other = solved.get((i + j) % solved.size()).example();
                String answer = String.valueOf(other.trace().output());
                if (!other.task().equals(own.task())
                        && !answer.equals(own.trace().output())) {
                    swapped.add(Subject.of(own.trace().prompt(), answer).with(other.trace()));
                    taken++;
                }
            }
        }
        return swapped;
    }

    private static List<Subject> subjects(List<Member> members, Set<String> asks, Outcome outcome) {
        return members.stream()
                .filter(member -> asks.contains(member.example().task())
                        && member.example().outcome() == outcome)
                .map(ClosedLoop::subject)
                .toList();
    }

    private static Subject subject(Member member) {
        return Subject.of(
                        member.example().trace().prompt(),
                        String.valueOf(member.example().trace().output()))
                .with(member.example().trace());
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
