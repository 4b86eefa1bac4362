package io.kernelweave.runtime;

import io.kernelweave.compose.Actor;
import io.kernelweave.compose.AnswerContract;
import io.kernelweave.compose.Composed;
import io.kernelweave.compose.Composer;
import io.kernelweave.compose.Execution;
import io.kernelweave.compose.Flow;
import io.kernelweave.compose.FlowExecutor;
import io.kernelweave.compose.Limits;
import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.gate.AnswerCache;
import io.kernelweave.gate.OutputGate;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.runtime.Answer.Attempt;
import io.kernelweave.runtime.Answer.Path;
import io.kernelweave.runtime.Answer.Timings;
import io.kernelweave.trace.Recording;
import io.kernelweave.trace.TraceEvent.Kind;
import io.kernelweave.trace.TraceRecorder;
import io.kernelweave.trace.TraceSpan;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Answers prompts: routes to a kernel, a flow of kernels or raw generation; decodes under the kernel's output schema's mask; lets the
 * gate judge; retries with what the gate rejected; takes the kernel's rollback steps, the last of which is raw generation. Each kernel
 * of a flow is asked so for its part. Every call records a trace.
 *
 * <p>Thread-safe. The same task, arm and seed give the same answer.
 */
public final class KernelRuntime {
    /** A slow model is no fault; one that hangs is. */
    private static final Limits LIMITS =
            Limits.DEFAULT.withCall(Duration.ofMinutes(20)).withWhole(Duration.ofHours(1));

    private final Map<String, Kernel> kernels;
    private final Composer composer;
    private final Router router;
    private final Backend backend;
    private final TokenVocabulary vocabulary;
    private final @Nullable Memory memory;
    private final @Nullable AnswerCache cache;
    private final int retries;
    private final long seed;
    private final Map<String, Kit> kits = new ConcurrentHashMap<>();
    private final Map<String, OutputGate> gates = new ConcurrentHashMap<>();

    /** What is compiled once for a kernel. */
    private record Kit(Kernel kernel, Contract contract, Constraint constraint) {}

    /**
     * @param memory what the retrieval arm answers from; null where that arm is not used
     * @param cache where accepted answers are kept and looked for, by the arm that does so; null where that arm is not used
     * @param retries how often a rejected answer is generated again before the rollback
     */
    public KernelRuntime(
            List<Kernel> kernels,
            Router router,
            Backend backend,
            TokenVocabulary vocabulary,
            @Nullable Memory memory,
            @Nullable AnswerCache cache,
            int retries,
            long seed) {
        this.kernels = kernels.stream().collect(Collectors.toMap(Kernel::kernelId, Function.identity()));
        this.composer = Composer.of(kernels);
        this.router = router;
        this.backend = backend;
        this.vocabulary = vocabulary;
        this.memory = memory;
        this.cache = cache;
        this.retries = retries;
        this.seed = seed;
    }

    /** Answers one prompt in one way. */
    public Answer answer(Task task, Arm arm) {
        Loop loop = new Loop(task, arm);
        return switch (arm) {
            case RAW -> loop.raw(null);
            case RETRIEVAL -> loop.retrieve();
            case PROMPT_WRAPPER, ROUTER, ROUTER_GATE, ROUTER_GATE_CACHE -> loop.routed();
        };
    }

    /** Answers one prompt, in an arm that routes, with a decision that was taken elsewhere. */
    public Answer answer(Task task, Arm arm, RouteDecision decision) {
        Loop loop = new Loop(task, arm);
        loop.trace.record(Kind.DECISION, "route", Json.tree(decision));
        return loop.routed(decision);
    }

    /** Where the router sends a prompt. */
    public RouteDecision route(Task task) {
        return router.route(task.prompt());
    }

    /** What an answer to a task under some kernels is kept by. */
    public AnswerCache.Identity identity(Task task, List<String> kernelIds) {
        return new AnswerCache.Identity(
                kernelIds.stream().sorted().map(id -> kernel(id).digest()).toList(),
                Digest.of(task.prompt()),
                Digest.of((JsonNode) PromptInput.of(task.prompt()).toJson()),
                backend.identity(),
                Digest.of(seed + " " + backend.settings(task)));
    }

    private Kit kit(String id) {
        return kits.computeIfAbsent(
                id,
                key -> new Kit(
                        kernel(id),
                        Contract.of(kernel(id)),
                        JsonSchemaConstraint.compile(kernel(id).outputSchema(), vocabulary)));
    }

    /** What lets a kernel's answer through, or the joined answer of several. */
    private OutputGate gate(List<String> ids) {
        return gates.computeIfAbsent(String.join("+", ids), key -> OutputGate.of(AnswerContract.of(kernels(ids))));
    }

    private List<Kernel> kernels(List<String> ids) {
        return ids.stream().map(this::kernel).toList();
    }

    private Kernel kernel(String id) {
        Kernel kernel = kernels.get(id);
        if (kernel == null) {
            throw new IllegalStateException("the router names kernel " + id + ", which the store does not have");
        }
        return kernel;
    }

    /** Nothing that a kernel was asked for was let through. */
    private static final class RejectedException extends Exception {
        RejectedException(String why) {
            super(why, null, false, false);
        }
    }

    /** One task on its way through the loop. */
    private final class Loop {
        private final Task task;
        private final Arm arm;
        private final Subject prompt;
        private final TraceRecorder trace;
        private final List<Asked> asked = new ArrayList<>();
        private final long begin = System.nanoTime();
        private long routeNanos;

        Loop(Task task, Arm arm) {
            this.task = task;
            this.arm = arm;
            this.prompt = Subject.of(task.prompt());
            this.trace = new TraceRecorder(seed + "/" + task.id() + "/" + arm.label(), task.prompt());
        }

        Answer routed() {
            RouteDecision decision;
            try (TraceSpan span = trace.begin(Kind.DECISION, "route", Json.object())) {
                long start = System.nanoTime();
                decision = router.route(prompt);
                routeNanos = System.nanoTime() - start;
                span.ended(Json.tree(decision));
            }
            return routed(decision);
        }

        Answer routed(RouteDecision decision) {
            if (decision.action() == RouteAction.GENERATE) {
                return raw(decision);
            }
            List<String> ids = decision.kernelIds();
            Path path = decision.action() == RouteAction.COMPOSE ? Path.COMPOSE : Path.KERNEL;
            if (arm == Arm.PROMPT_WRAPPER) {
                Asked hinted = ask(null);
                Decoded decoded = hinted.once(Prompting.withHints(task.prompt(), kernels(ids)));
                return finish(decision, path, ids, decoded.text(), Outcome.UNKNOWN);
            }
            if (arm != Arm.ROUTER_GATE_CACHE || cache == null) {
                return fresh(decision, path);
            }
            AnswerCache.Identity identity = identity(task, ids);
            String kept = Flow.parse(decision.flow()).givers().containsAll(ids)
                    ? cache.find(identity).orElse(null)
                    : null; // what a later kernel gives hangs on more than the prompt
            if (kept != null) {
                Asked earlier = ask(null);
                OutputGate.Decision decided =
                        earlier.judged(gate(ids), "kept from earlier", new Decoded(kept, 0, 0, 0, true, 0, 0, 0));
                if (decided.accepted()) {
                    return finish(decision, Path.REUSED, ids, kept, Outcome.PASS);
                }
                cache.drop(identity, "the gate says " + decided.judgement().outcome());
                asked.clear(); // what follows is the same as without a cache
            }
            Answer answer = fresh(decision, path);
            if (answer.path() == path && answer.kernelIds().containsAll(ids)) {
                cache.keep(identity, answer.text());
            }
            return answer;
        }

        private Answer fresh(RouteDecision decision, Path path) {
            if (path == Path.COMPOSE) {
                return composed(decision);
            }
            Asked one = ask(kit(decision.kernelIds().get(0)));
            try {
                return finish(
                        decision,
                        path,
                        decision.kernelIds(),
                        one.text(),
                        arm == Arm.ROUTER ? Outcome.UNKNOWN : Outcome.PASS);
            } catch (RejectedException e) {
                return rollback(decision, one, one.failed, one.words, String.valueOf(e.getMessage()));
            }
        }

        private Answer composed(RouteDecision decision) {
            Composed flow = composer.check(Flow.parse(decision.flow()));
            ObjectNode input = PromptInput.of(task.prompt()).toJson();
            List<Asked> parts = Collections.synchronizedList(new ArrayList<>());
            FlowExecutor executor = FlowExecutor.steady(
                    call -> {
                        Asked part = new Asked(call, call.input().equals(input));
                        parts.add(part);
                        call.undo("the answer", () -> {}); // a model's answer changes nothing until it is given
                        return part.value();
                    },
                    LIMITS);
            Execution done = executor.run(flow, input, trace);
            if (done.status() == Execution.Status.CANCELLED) {
                throw new CancellationException(done.reason());
            }
            List<String> order = List.copyOf(flow.flow().kernelIds());
            asked.addAll(List.copyOf(parts).stream()
                    .sorted(Comparator.comparing((Asked part) -> order.indexOf(part.task.part()))
                            .thenComparing(part -> part.draw))
                    .toList());
            for (Asked part : asked) {
                if (part.error != null) {
                    throw part.error;
                }
            }
            List<String> givers = List.copyOf(flow.flow().givers());
            String why = done.reason();
            List<String> failed = new ArrayList<>();
            asked.forEach(part -> part.failed.forEach(name -> failed.add(part.task.part() + "/" + name)));
            if (done.value() != null) {
                String text = Json.compact(done.value());
                if (arm == Arm.ROUTER) {
                    return finish(decision, Path.COMPOSE, givers, text, Outcome.UNKNOWN);
                }
                if (!givers.containsAll(order)) { // each part was held against its contract on what it was given
                    return finish(decision, Path.COMPOSE, givers, text, Outcome.PASS);
                }
                OutputGate.Decision decided = judge(trace, gate(order), prompt.answered(text));
                if (decided.accepted()) {
                    return finish(decision, Path.COMPOSE, givers, text, Outcome.PASS);
                }
                why = decided.cause();
                failed.addAll(decided.judgement().failed());
            }
            List<Kernel.Rollback> words = new ArrayList<>();
            asked.forEach(part -> words.addAll(part.words));
            return rollback(decision, ask(null), failed, words, why);
        }

        private OutputGate.Decision judge(Recording where, OutputGate gate, Subject subject) {
            try (TraceSpan span = where.begin(Kind.VERIFICATION, "gate", Json.object())) {
                OutputGate.Decision decided = gate.judge(subject.with(trace.soFar()));
                span.ended(Json.tree(decided.judgement()));
                return decided;
            }
        }

        /** Raw generation, with what the kernels say to do then. */
        private Answer rollback(
                RouteDecision decision, Asked last, List<String> failed, List<Kernel.Rollback> words, String why) {
            String cause = "rollback, raw generation: " + why;
            trace.record(Kind.ROLLBACK, "rollback", rejected(failed, words).put("why", cause));
            String prompt =
                    backend.followsInstructions() ? Prompting.withRollback(task.prompt(), words) : task.prompt();
            Decoded decoded = last.free(prompt, cause);
            return finish(decision, Path.ROLLED_BACK, List.of(), decoded.text(), Outcome.UNKNOWN);
        }

        private static ObjectNode rejected(List<String> failed, List<Kernel.Rollback> steps) {
            ObjectNode event = Json.object();
            event.set("failed", Json.tree(failed));
            event.set("steps", Json.tree(steps));
            return event;
        }

        Answer raw(@Nullable RouteDecision decision) {
            Decoded decoded = ask(null).free(task.prompt(), "");
            return finish(decision, Path.RAW, List.of(), decoded.text(), Outcome.UNKNOWN);
        }

        Answer retrieve() {
            if (memory == null) {
                throw new IllegalStateException("the retrieval arm needs a memory");
            }
            long start = System.nanoTime();
            Memory.Hit hit = memory.nearest(task.prompt());
            routeNanos = System.nanoTime() - start;
            List<String> ids = hit.entry().kernelId().isEmpty()
                    ? List.of()
                    : List.of(hit.entry().kernelId().split("\\+"));
            RouteAction action =
                    ids.isEmpty() ? RouteAction.GENERATE : ids.size() == 1 ? RouteAction.KERNEL : RouteAction.COMPOSE;
            RouteDecision decision = new RouteDecision(
                    action,
                    ids,
                    hit.similarity(),
                    0,
                    String.format(Locale.ROOT, "the nearest training prompt (cosine %.2f)", hit.similarity()),
                    List.of());
            trace.record(Kind.DECISION, "retrieve", Json.tree(decision));
            return finish(decision, Path.RETRIEVAL, ids, hit.entry().answer(), Outcome.UNKNOWN);
        }

        /** For all that the prompt wants. */
        private Asked ask(@Nullable Kit kit) {
            Asked all = new Asked(kit, task, seed + "/" + task.id(), trace, prompt::answered);
            asked.add(all);
            return all;
        }

        private Answer finish(
                @Nullable RouteDecision decision, Path path, List<String> ids, String text, Outcome verdict) {
            trace.record(Kind.OUTPUT, path.label(), Json.object().put("text", text));
            List<Attempt> attempts = new ArrayList<>();
            asked.forEach(each -> each.attempts.forEach(attempt -> attempts.add(attempt.at(attempts.size() + 1))));
            Timings timings = new Timings(
                    routeNanos,
                    sum(asked, each -> each.decodeNanos),
                    sum(attempts, attempt -> attempt.decoded().maskNanos()),
                    sum(attempts, attempt -> attempt.decoded().modelNanos()),
                    sum(asked, each -> each.gateNanos),
                    System.nanoTime() - begin);
            String kernelId = ids.isEmpty() ? null : String.join("+", ids);
            String family = ids.isEmpty()
                    ? null
                    : kernels.containsKey(ids.get(0)) ? kernel(ids.get(0)).taskFamily() : null;
            return new Answer(
                    arm,
                    decision,
                    path,
                    ids,
                    text,
                    List.copyOf(attempts),
                    timings,
                    trace.finish(family, kernelId, text, verdict.name()));
        }

        private static <T> long sum(List<T> all, ToLongFunction<T> nanos) {
            return all.stream().mapToLong(nanos).sum();
        }

        /** A model asked for one thing: for all that a prompt wants, or for one kernel's part of it. */
        private final class Asked {
            private final @Nullable Kit kit;
            private final Task task;
            private final String draw;
            private final Recording trace;
            private final Function<String, Subject> subject;
            private final List<Attempt> attempts = new CopyOnWriteArrayList<>();
            private final List<Kernel.Rollback> words = new ArrayList<>();
            private List<String> failed = List.of();
            private @Nullable RuntimeException error;
            private long decodeNanos;
            private long gateNanos;

            /** @param draw seeds everything drawn for it */
            Asked(@Nullable Kit kit, Task task, String draw, Recording trace, Function<String, Subject> subject) {
                this.kit = kit;
                this.task = task;
                this.draw = draw;
                this.trace = trace;
                this.subject = subject;
            }

            /** @param first whether it is given what the whole flow is */
            Asked(Actor.Call call, boolean first) {
                this(
                        kit(call.kernel().kernelId()),
                        new Task(
                                Loop.this.task.id(),
                                first ? Loop.this.task.prompt() : PromptInput.prompt(call.input()),
                                call.kernel().kernelId()),
                        seed + "/" + Loop.this.task.id() + "/" + call.kernel().kernelId() + "/"
                                + Digest.of(call.input()),
                        call.trace(),
                        first ? Loop.this.prompt::answered : answer -> Subject.of(call.input(), answer));
            }

            /** As a value; what no mask or gate made JSON is a text. */
            JsonNode value() throws RejectedException {
                try {
                    String text = text();
                    try {
                        return Json.parse(text, "answer of " + task.part());
                    } catch (InputException e) {
                        return StringNode.valueOf(text);
                    }
                } catch (RuntimeException e) {
                    error = e;
                    throw e;
                }
            }

            /** The answer: without a gate the first, with one the first that it lets through. */
            String text() throws RejectedException {
                Kit mine = Objects.requireNonNull(kit);
                String hinted = Prompting.withHints(task.prompt(), List.of(mine.kernel));
                return arm == Arm.ROUTER ? once(hinted).text() : accepted(mine, hinted);
            }

            Decoded once(String prompt) {
                Constraint mask = kit == null ? null : kit.constraint;
                return attempted(generate(prompt, mask, ""), mask != null, "", null);
            }

            Decoded free(String prompt, String cause) {
                return attempted(generate(prompt, null, ""), false, cause, null);
            }

            private String accepted(Kit mine, String hinted) throws RejectedException {
                OutputGate gate = gate(List.of(mine.kernel.kernelId()));
                String prompt = hinted;
                String prefix = "";
                String cause = "";
                for (int number = 1; ; number++) {
                    Decoded decoded = generate(prompt, mine.constraint, prefix);
                    OutputGate.Decision decided = judged(gate, cause, decoded);
                    if (decided.accepted() && decoded.complete()) {
                        return decoded.text();
                    }
                    if (number > retries) {
                        return rescued(mine, gate, hinted, decided, decoded);
                    }
                    // A retry that got no further than the one before it keeps one field less, to leave a dead end.
                    String settled = mine.contract.settledPrefix(decoded.text(), decided.judgement(), 0);
                    prefix = settled.length() > prefix.length() || prefix.isEmpty()
                            ? settled
                            : mine.contract.settledPrefix(decoded.text(), decided.judgement(), 1);
                    cause = "retry: " + why(decided, decoded);
                    ObjectNode event = Json.object();
                    event.set("failed", Json.tree(decided.judgement().failed()));
                    trace.record(
                            Kind.RETRY,
                            "retry",
                            event.put("why", cause).put("kept", prefix).put("told", backend.followsInstructions()));
                    if (backend.followsInstructions()) {
                        prompt = hinted + "\n" + decided.feedback();
                    }
                }
            }

            /** Takes the steps that the kernel names for such an answer, up to raw generation. */
            private String rescued(
                    Kit mine, OutputGate gate, String hinted, OutputGate.Decision last, Decoded lastDecoded)
                    throws RejectedException {
                OutputGate.Decision decided = last;
                Decoded decoded = lastDecoded;
                for (Kernel.Rollback step : mine.kernel.rollback()) {
                    failed = decided.judgement().failed();
                    if (!step.on().isEmpty() && step.on().stream().noneMatch(failed::contains)) {
                        continue;
                    }
                    if (step.run() == Kernel.Rollback.Run.DECODE) {
                        String cause = "rollback, decoded once more: " + why(decided, decoded);
                        trace.record(
                                Kind.ROLLBACK,
                                "rollback",
                                rejected(failed, List.of(step)).put("why", cause));
                        String prompt = backend.followsInstructions() ? hinted + "\n" + decided.feedback() : hinted;
                        decoded = generate(prompt, mine.constraint, "");
                        decided = judged(gate, cause, decoded);
                        if (decided.accepted() && decoded.complete()) {
                            return decoded.text();
                        }
                        continue;
                    }
                    words.add(step);
                    if (step.run() == Kernel.Rollback.Run.RAW) {
                        break;
                    }
                }
                failed = decided.judgement().failed();
                throw new RejectedException(why(decided, decoded));
            }

            private static String why(OutputGate.Decision decided, Decoded decoded) {
                return decided.accepted() && !decoded.complete() ? "the text ended too early" : decided.cause();
            }

            OutputGate.Decision judged(OutputGate gate, String cause, Decoded decoded) {
                long start = System.nanoTime();
                OutputGate.Decision decided = judge(trace, gate, subject.apply(decoded.text()));
                gateNanos += System.nanoTime() - start;
                attempted(decoded, kit != null, cause, decided);
                return decided;
            }

            private Decoded attempted(
                    Decoded decoded, boolean masked, String cause, OutputGate.@Nullable Decision decided) {
                attempts.add(new Attempt(
                        attempts.size() + 1,
                        masked,
                        cause,
                        decoded,
                        decided == null ? null : decided.judgement(),
                        decided == null ? List.of() : decided.unsafe(),
                        kit == null || !masked ? null : kit.kernel.kernelId()));
                return decoded;
            }

            private Decoded generate(String prompt, @Nullable Constraint constraint, String prefix) {
                long number = Long.parseUnsignedLong(
                        Digest.of(draw + "/" + attempts.size() + (constraint == null ? "/raw" : "/masked"))
                                .substring(0, 16),
                        16);
                try (TraceSpan span = trace.begin(
                        Kind.GENERATION,
                        constraint == null ? "free" : "constrained",
                        Json.object().put("masked", constraint != null))) {
                    long start = System.nanoTime();
                    Decoded decoded = constraint == null
                            ? backend.free(task, prompt, number)
                            : backend.constrained(task, prompt, constraint, prefix, number);
                    decodeNanos += System.nanoTime() - start;
                    span.ended(Json.object()
                            .put("text", decoded.text())
                            .put("tokens", decoded.tokens())
                            .put("forced_tokens", decoded.forcedTokens())
                            .put("masked_tokens", decoded.maskedTokens())
                            .put("complete", decoded.complete()));
                    return decoded;
                }
            }
        }
    }
}
