package io.kernelweave.runtime;

import io.kernelweave.compose.AnswerContract;
import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.gate.AnswerCache;
import io.kernelweave.gate.OutputGate;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.runtime.Answer.Attempt;
import io.kernelweave.runtime.Answer.Path;
import io.kernelweave.runtime.Answer.Timings;
import io.kernelweave.trace.TraceEvent.Kind;
import io.kernelweave.trace.TraceRecorder;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers prompts: routes to a kernel, a composition or raw generation; decodes under the output schema's mask; lets the
 * gate judge; retries with what the gate rejected; takes the kernel's rollback steps, the last of which is raw generation. Every
 * call records a trace.
 *
 * <p>Thread-safe. The same task, arm and seed give the same answer.
 */
public final class KernelRuntime {
    private final Map<String, Kernel> kernels;
    private final Router router;
    private final Backend backend;
    private final TokenVocabulary vocabulary;
    private final @Nullable Memory memory;
    private final @Nullable AnswerCache cache;
    private final int retries;
    private final long seed;
    private final Map<String, Kit> kits = new ConcurrentHashMap<>();

    /** What is compiled once for a kernel or a composition. */
    private record Kit(AnswerContract contract, OutputGate gate, Constraint constraint) {}

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
            case RAW -> loop.raw(null, Path.RAW);
            case RETRIEVAL -> loop.retrieve();
            case PROMPT_WRAPPER, ROUTER, ROUTER_GATE, ROUTER_GATE_CACHE -> loop.routed();
        };
    }

    /** Answers one prompt, in an arm that routes, with a decision that was taken elsewhere. */
    public Answer answer(Task task, Arm arm, RouteDecision decision) {
        return new Loop(task, arm).routed(decision);
    }

    /** Where the router sends a prompt. */
    public RouteDecision route(Task task) {
        return router.route(task.prompt());
    }

    /** What an answer to a task under some kernels is kept by. */
    public AnswerCache.Identity identity(Task task, List<String> kernelIds) {
        return new AnswerCache.Identity(
                kit(kernelIds).contract().kernels().stream().map(Kernel::digest).toList(),
                Digest.of(task.prompt()),
                Digest.of((JsonNode) PromptInput.of(task.prompt()).toJson()),
                backend.identity(),
                Digest.of(seed + " " + backend.settings(task)));
    }

    private Kit kit(List<String> ids) {
        return kits.computeIfAbsent(String.join("+", ids), key -> {
            List<Kernel> parts = ids.stream().map(this::kernel).toList();
            AnswerContract contract = AnswerContract.of(parts);
            return new Kit(
                    contract,
                    OutputGate.of(contract),
                    JsonSchemaConstraint.compile(contract.outputSchema(), vocabulary));
        });
    }

    private Kernel kernel(String id) {
        Kernel kernel = kernels.get(id);
        if (kernel == null) {
            throw new IllegalStateException("the router names kernel " + id + ", which the store does not have");
        }
        return kernel;
    }

    /** One task on its way through the loop. */
    private final class Loop {
        private final Task task;
        private final Arm arm;
        private final TraceRecorder trace;
        private final List<Attempt> attempts = new ArrayList<>();
        private final long begin = System.nanoTime();
        private long routeNanos;
        private long decodeNanos;
        private long gateNanos;

        Loop(Task task, Arm arm) {
            this.task = task;
            this.arm = arm;
            this.trace = new TraceRecorder(seed + "/" + task.id() + "/" + arm.label(), task.prompt());
        }

        Answer routed() {
            long start = System.nanoTime();
            RouteDecision decision = router.route(task.prompt());
            routeNanos = System.nanoTime() - start;
            return routed(decision);
        }

        Answer routed(RouteDecision decision) {
            trace.record(Kind.DECISION, "route", Json.tree(decision));
            if (decision.action() == RouteAction.GENERATE) {
                return raw(decision, Path.RAW);
            }
            Kit kit = kit(decision.kernelIds());
            Path path = decision.action() == RouteAction.COMPOSE ? Path.COMPOSE : Path.KERNEL;
            String prompt = Prompting.withHints(task.prompt(), kit.contract().kernels());
            if (arm == Arm.PROMPT_WRAPPER) {
                Decoded decoded = generate(prompt, null, "");
                attempts.add(new Attempt(1, false, "", decoded, null, List.of()));
                return finish(decision, path, decision.kernelIds(), decoded.text(), Outcome.UNKNOWN);
            }
            if (arm == Arm.ROUTER) {
                Decoded decoded = generate(prompt, kit.constraint(), "");
                attempts.add(new Attempt(1, true, "", decoded, null, List.of()));
                return finish(decision, path, decision.kernelIds(), decoded.text(), Outcome.UNKNOWN);
            }
            return gated(decision, kit, path, prompt);
        }

        private Answer gated(RouteDecision decision, Kit kit, Path path, String hinted) {
            AnswerCache.Identity identity = null;
            if (arm == Arm.ROUTER_GATE_CACHE && cache != null) {
                identity = identity(task, decision.kernelIds());
                String kept = cache.find(identity).orElse(null);
                OutputGate.Decision decided = kept == null ? null : judged(kit, false, "kept from earlier", kept(kept));
                if (kept != null && decided != null) {
                    if (decided.accepted()) {
                        return finish(decision, Path.REUSED, decision.kernelIds(), kept, Outcome.PASS);
                    }
                    cache.drop(identity, "the gate says " + decided.judgement().outcome());
                    attempts.clear(); // what follows is the same as without a cache
                }
            }
            Answer answer = generated(decision, kit, path, hinted);
            if (identity != null && cache != null && answer.path() == path) {
                cache.keep(identity, answer.text());
            }
            return answer;
        }

        private Answer generated(RouteDecision decision, Kit kit, Path path, String hinted) {
            String prompt = hinted;
            String prefix = "";
            String cause = "";
            for (int number = 1; ; number++) {
                Decoded decoded = generate(prompt, kit.constraint(), prefix);
                OutputGate.Decision decided = judged(kit, true, cause, decoded);
                if (decided.accepted() && decoded.complete()) {
                    return finish(decision, path, decision.kernelIds(), decoded.text(), Outcome.PASS);
                }
                if (number > retries) {
                    return rollback(decision, kit, path, hinted, decided, decoded);
                }
                // A retry that got no further than the one before it keeps one field less, to leave a dead end.
                Judgement judgement = decided.judgement();
                String settled = kit.contract().settledPrefix(decoded.text(), judgement, 0);
                prefix = settled.length() > prefix.length() || prefix.isEmpty()
                        ? settled
                        : kit.contract().settledPrefix(decoded.text(), judgement, 1);
                cause = "retry: " + why(decided, decoded);
                trace.record(
                        Kind.RETRY,
                        "retry",
                        rejected(judgement)
                                .put("why", cause)
                                .put("kept", prefix)
                                .put("told", backend.followsInstructions()));
                if (backend.followsInstructions()) {
                    prompt = hinted + "\n" + decided.feedback();
                }
            }
        }

        private OutputGate.Decision judged(Kit kit, boolean masked, String cause, Decoded decoded) {
            long start = System.nanoTime();
            OutputGate.Decision decided =
                    kit.gate().judge(Subject.of(task.prompt(), decoded.text()).with(trace.soFar()));
            gateNanos += System.nanoTime() - start;
            attempts.add(
                    new Attempt(attempts.size() + 1, masked, cause, decoded, decided.judgement(), decided.unsafe()));
            trace.record(Kind.VERIFICATION, "gate", Json.tree(decided.judgement()));
            return decided;
        }

        private static Decoded kept(String text) {
            return new Decoded(text, 0, 0, 0, true, 0, 0, 0);
        }

        private static String why(OutputGate.Decision decided, Decoded decoded) {
            return decided.accepted() && !decoded.complete() ? "the text ended too early" : decided.cause();
        }

        /** Takes the steps that the kernels name for such an answer, the last of which is raw generation. */
        private Answer rollback(
                RouteDecision decision,
                Kit kit,
                Path path,
                String hinted,
                OutputGate.Decision last,
                Decoded lastDecoded) {
            OutputGate.Decision decided = last;
            Decoded decoded = lastDecoded;
            List<Kernel.Rollback> words = new ArrayList<>();
            for (Kernel kernel : kit.contract().kernels()) {
                String prefix = kit.contract().kernels().size() == 1 ? "" : kernel.kernelId() + "/";
                for (Kernel.Rollback step : kernel.rollback()) {
                    List<String> failed = decided.judgement().failed();
                    if (!step.on().isEmpty() && step.on().stream().noneMatch(name -> failed.contains(prefix + name))) {
                        continue;
                    }
                    if (step.run() != Kernel.Rollback.Run.DECODE) {
                        words.add(step);
                        if (step.run() == Kernel.Rollback.Run.RAW) {
                            break;
                        }
                        continue;
                    }
                    String cause = "rollback, decoded once more: " + why(decided, decoded);
                    trace.record(
                            Kind.ROLLBACK,
                            "rollback",
                            step(decided, List.of(step)).put("why", cause));
                    String prompt = backend.followsInstructions() ? hinted + "\n" + decided.feedback() : hinted;
                    decoded = generate(prompt, kit.constraint(), "");
                    decided = judged(kit, true, cause, decoded);
                    if (decided.accepted() && decoded.complete()) {
                        return finish(decision, path, decision.kernelIds(), decoded.text(), Outcome.PASS);
                    }
                }
            }
            String cause = "rollback, raw generation: " + why(decided, decoded);
            trace.record(Kind.ROLLBACK, "rollback", step(decided, words).put("why", cause));
            String prompt =
                    backend.followsInstructions() ? Prompting.withRollback(task.prompt(), words) : task.prompt();
            Decoded raw = generate(prompt, null, "");
            attempts.add(new Attempt(attempts.size() + 1, false, cause, raw, null, List.of()));
            return finish(decision, Path.ROLLED_BACK, List.of(), raw.text(), Outcome.UNKNOWN);
        }

        private ObjectNode step(OutputGate.Decision decided, List<Kernel.Rollback> steps) {
            ObjectNode event = rejected(decided.judgement());
            event.set("steps", Json.tree(steps));
            return event;
        }

        Answer raw(@Nullable RouteDecision decision, Path path) {
            Decoded decoded = generate(task.prompt(), null, "");
            attempts.add(new Attempt(attempts.size() + 1, false, "", decoded, null, List.of()));
            return finish(decision, path, List.of(), decoded.text(), Outcome.UNKNOWN);
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

        private Decoded generate(String prompt, @Nullable Constraint constraint, String prefix) {
            long draw = Long.parseUnsignedLong(
                    Digest.of(seed + "/" + task.id() + "/" + attempts.size()
                                    + (constraint == null ? "/raw" : "/masked"))
                            .substring(0, 16),
                    16);
            long start = System.nanoTime();
            Decoded decoded = constraint == null
                    ? backend.free(task, prompt, draw)
                    : backend.constrained(task, prompt, constraint, prefix, draw);
            decodeNanos += System.nanoTime() - start;
            ObjectNode event = Json.object()
                    .put("masked", constraint != null)
                    .put("text", decoded.text())
                    .put("tokens", decoded.tokens())
                    .put("forced_tokens", decoded.forcedTokens())
                    .put("masked_tokens", decoded.maskedTokens())
                    .put("complete", decoded.complete());
            trace.record(Kind.GENERATION, constraint == null ? "free" : "constrained", event);
            return decoded;
        }

        private ObjectNode rejected(Judgement judgement) {
            ObjectNode event = Json.object();
            event.set("failed", Json.tree(judgement.failed()));
            return event;
        }

        private Answer finish(
                @Nullable RouteDecision decision, Path path, List<String> ids, String text, Outcome verdict) {
            trace.record(Kind.OUTPUT, path.label(), Json.object().put("text", text));
            long mask = attempts.stream()
                    .mapToLong(attempt -> attempt.decoded().maskNanos())
                    .sum();
            long model = attempts.stream()
                    .mapToLong(attempt -> attempt.decoded().modelNanos())
                    .sum();
            Timings timings = new Timings(routeNanos, decodeNanos, mask, model, gateNanos, System.nanoTime() - begin);
            String kernelId = ids.isEmpty() ? null : String.join("+", ids);
            String family = ids.isEmpty()
                    ? null
                    : kernels.containsKey(ids.get(0)) ? kernel(ids.get(0)).taskFamily() : null;
            return new Answer(
                    arm,
                    decision,
                    path,
                    path == Path.RAW || path == Path.ROLLED_BACK ? List.of() : ids,
                    text,
                    List.copyOf(attempts),
                    timings,
                    trace.finish(family, kernelId, text, verdict.name()));
        }
    }
}
