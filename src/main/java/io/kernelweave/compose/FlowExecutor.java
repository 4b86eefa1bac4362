package io.kernelweave.compose;

import io.kernelweave.compose.Execution.Residual;
import io.kernelweave.compose.Execution.Status;
import io.kernelweave.compose.Execution.Undone;
import io.kernelweave.compose.Saga.Entry;
import io.kernelweave.compose.Saga.Step;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.trace.Recording;
import io.kernelweave.trace.TraceEvent.Kind;
import io.kernelweave.trace.TraceSpan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs flows. Branches and the elements of lists run at once; each answer is held against its kernel's contract; what fails is
 * undone, the last that ended first, before anything else is tried. To cancel, interrupt the thread that runs the flow.
 *
 * <p>A run starts its own threads and ends them: when {@link #run} returns none is left, but for one that does not obey its
 * interruption, whose call is then reported as residual. What a call must end by is in {@link Limits}. Thread-safe.
 */
public final class FlowExecutor {
    /** Larger values are not let through: beyond these bounds checks are UNKNOWN, and what was proved with them would not hold. */
    private static final int MAX_TEXT = 100_000;

    private static final int MAX_NODES = 10_000;

    private final Actor actor;
    private final Limits limits;
    private final boolean steady;

    public FlowExecutor(Actor actor, Limits limits) {
        this(actor, limits, false);
    }

    private FlowExecutor(Actor actor, Limits limits, boolean steady) {
        this.actor = actor;
        this.limits = limits;
        this.steady = steady;
    }

    /**
     * An executor for an actor that holds its answers against their contracts itself and changes nothing in giving them. A branch
     * that fails then cancels no other, and of several failures the first in the text counts: what a flow gives and what it takes to
     * give it do not hang on which branch is faster. With a width of 1 branches, too, come one after the other.
     */
    public static FlowExecutor steady(Actor actor, Limits limits) {
        return new FlowExecutor(actor, limits, true);
    }

    /**
     * Runs a flow on a value.
     *
     * @param trace where it is recorded
     * @throws io.kernelweave.json.InputException if the flow was refused
     */
    public Execution run(Composed composed, JsonNode input, Recording trace) {
        composed.orRefuse();
        ObjectNode plan = Json.object().put("flow", composed.flow().toString());
        plan.put("guarded", composed.guarded().toString());
        try (TraceSpan span = trace.begin(Kind.PLAN, "compose", plan)) {
            return new Run(composed).run(input, span);
        }
    }

    /** Something did not work; another way may. */
    private static final class FailedException extends Exception {
        FailedException(String reason) {
            super(reason, null, false, false);
        }
    }

    /** The whole has to end. */
    private static final class StoppedException extends Exception {
        final Status status;

        StoppedException(Status status, String reason) {
            super(reason, null, false, false);
            this.status = status;
        }
    }

    /** A task was given up. */
    private static final class GivenUpException extends Exception {
        final boolean interrupted;
        final boolean ended;
        final boolean begun;
        final boolean answered;

        /**
         * @param interrupted by who waited for it; otherwise it took too long
         * @param ended whether it has ended since
         * @param begun whether it had begun
         * @param answered whether it gave something all the same
         */
        GivenUpException(boolean interrupted, boolean ended, boolean begun, boolean answered) {
            super(null, null, false, false);
            this.interrupted = interrupted;
            this.ended = ended;
            this.begun = begun;
            this.answered = answered;
        }
    }

    /** Why one of several did not work. */
    private record Failure(int index, Exception cause) {}

    /** Work of a thread of this run. */
    @FunctionalInterface
    private interface Work {
        JsonNode apply(int index) throws FailedException, StoppedException;
    }

    private final class Run {
        private final Composed composed;
        private final Takers takers;
        private final long deadline = System.nanoTime() + limits.whole().toNanos();
        private final AtomicLong ends = new AtomicLong();
        private final AtomicInteger threads = new AtomicInteger();
        private final List<String> completed = Collections.synchronizedList(new ArrayList<>());
        private final List<Undone> undone = Collections.synchronizedList(new ArrayList<>());
        private final List<Residual> residual = Collections.synchronizedList(new ArrayList<>());
        private final ExecutorService pool = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "flow-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });

        Run(Composed composed) {
            this.composed = composed;
            this.takers = composed.takers();
        }

        Execution run(JsonNode input, Recording trace) {
            Saga saga = new Saga();
            Status status = Status.SUCCEEDED;
            String reason = "";
            JsonNode value = null;
            try {
                String large = tooLarge(input);
                String refusal =
                        large == null ? takers.glance(composed.guarded(), input).refusal() : large;
                if (refusal != null) {
                    throw new FailedException("the flow does not take the value: " + refusal);
                }
                value = eval(composed.guarded(), input, saga, trace);
            } catch (FailedException e) {
                status = Status.FAILED;
                reason = String.valueOf(e.getMessage());
            } catch (StoppedException e) {
                status = e.status;
                reason = String.valueOf(e.getMessage());
            } finally {
                if (value == null) {
                    trace.failure("compose", reason);
                    undo(saga, trace);
                }
                end();
            }
            if (status == Status.CANCELLED) {
                Thread.currentThread().interrupt();
            }
            return new Execution(status, value, reason, completed, undone, residual);
        }

        /** Ends all threads that obey. */
        private void end() {
            pool.shutdownNow();
            boolean interrupted = false;
            long until = System.nanoTime() + limits.grace().toNanos();
            while (true) {
                try {
                    pool.awaitTermination(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private JsonNode eval(Flow flow, JsonNode value, Saga saga, Recording trace)
                throws FailedException, StoppedException {
            if (flow instanceof Flow.Call call) {
                return call(takers.signature(call.kernelId()), value, saga, trace);
            }
            if (flow instanceof Flow.Seq seq) {
                return eval(seq.then(), eval(seq.first(), value, saga, trace), saga, trace);
            }
            if (flow instanceof Flow.Guard guard) {
                String refusal = takers.demand(guard).refusal(value);
                trace.verification(guard.toString(), refusal == null ? "PASS" : "FAIL", refusal == null ? "" : refusal);
                if (refusal != null) {
                    throw new FailedException(guard + ": " + refusal);
                }
                return value;
            }
            if (flow instanceof Flow.Choice choice) {
                boolean first = takers.glance(choice.one(), value).taken();
                if (!first) {
                    requireTaken(choice.other(), value);
                }
                Flow chosen = first ? choice.one() : choice.other();
                trace.decision("choice", chosen.toString(), first ? "it takes the value" : "the one before does not");
                return eval(chosen, value, saga, trace);
            }
            if (flow instanceof Flow.OrElse orElse) {
                String reason;
                try {
                    return alone(orElse.one(), value, saga, trace);
                } catch (FailedException e) {
                    reason = String.valueOf(e.getMessage());
                }
                trace.failure(orElse.one().toString(), reason);
                return alone(orElse.other(), value, saga, trace);
            }
            if (flow instanceof Flow.Retry retry) {
                for (int tries = 1; ; tries++) {
                    try {
                        return attempt(retry.flow(), value, saga, trace);
                    } catch (FailedException e) {
                        if (tries == retry.times()) {
                            throw e;
                        }
                        trace.retry(retry.flow().toString(), String.valueOf(e.getMessage()));
                    }
                }
            }
            if (flow instanceof Flow.Par par) {
                try (TraceSpan span =
                        trace.begin(Kind.PLAN, "par", Json.object().put("flow", par.toString()))) {
                    List<JsonNode> values = together(
                            par.branches().size(),
                            par.branches().size(),
                            i -> eval(par.branches().get(i).flow(), value, saga, span));
                    ObjectNode joined = Json.object();
                    for (int i = 0; i < values.size(); i++) {
                        joined.set(par.branches().get(i).name(), values.get(i));
                    }
                    return joined;
                }
            }
            if (flow instanceof Flow.ForEach forEach) {
                if (!(value instanceof ArrayNode array)) {
                    throw new FailedException("forEach: it is given no array");
                }
                // Elements that touch what other elements write come one after the other.
                Effects effects = effects(forEach.each());
                int width = effects.conflict(effects).isPresent() ? 1 : limits.width();
                try (TraceSpan span =
                        trace.begin(Kind.PLAN, "forEach", Json.object().put("flow", flow.toString()))) {
                    ArrayNode each = Json.mapper().createArrayNode();
                    together(array.size(), width, i -> eval(forEach.each(), array.get(i), saga, span))
                            .forEach(each::add);
                    return each;
                }
            }
            if (flow instanceof Flow.Adapt adapt) {
                try {
                    JsonNode filled = adapt.template().fill(value);
                    String large = tooLarge(filled);
                    if (large != null) {
                        throw new FailedException("adapt: " + large);
                    }
                    return filled;
                } catch (Template.MissingException e) {
                    throw new FailedException("adapt: " + e.getMessage());
                }
            }
            if (flow instanceof Flow.Fail fail) {
                throw new FailedException(fail.reason().isEmpty() ? "fail" : fail.reason());
            }
            return value;
        }

        private Effects effects(Flow flow) {
            return flow instanceof Flow.Call call
                    ? takers.signature(call.kernelId()).effects()
                    : Effects.union(flow.parts().stream().map(this::effects).toList());
        }

        private void requireTaken(Flow flow, JsonNode value) throws FailedException {
            String refusal = takers.glance(flow, value).refusal();
            if (refusal != null) {
                throw new FailedException(flow + " does not take the value: " + refusal);
            }
        }

        private JsonNode alone(Flow flow, JsonNode value, Saga outer, Recording trace)
                throws FailedException, StoppedException {
            requireTaken(flow, value);
            return attempt(flow, value, outer, trace);
        }

        /** Of what fails nothing is left; if something is, nothing else is tried. */
        private JsonNode attempt(Flow flow, JsonNode value, Saga outer, Recording trace)
                throws FailedException, StoppedException {
            Saga own = new Saga();
            try {
                return eval(flow, value, own, trace);
            } catch (FailedException e) {
                if (!undo(own, trace)) {
                    throw new StoppedException(
                            Status.FAILED, e.getMessage() + "; and what it has done could not all be undone");
                }
                throw e;
            } finally {
                own.joins(outer); // nothing, if it was undone
            }
        }

        /** Runs something several times, so many at once; if one fails the others are cancelled. All have ended after it. */
        private List<JsonNode> together(int times, int width, Work work) throws FailedException, StoppedException {
            JsonNode[] values = new JsonNode[times];
            if (steady && limits.width() == 1) {
                return inOrder(values, work);
            }
            int workers = Math.min(times, width);
            if (workers <= 1) {
                for (int i = 0; i < times; i++) {
                    values[i] = work.apply(i);
                }
                return List.of(values);
            }
            AtomicInteger next = new AtomicInteger();
            AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
            CountDownLatch over = new CountDownLatch(1);
            AtomicInteger working = new AtomicInteger(workers);
            List<Task<Boolean>> tasks = new ArrayList<>();
            for (int w = 0; w < workers; w++) {
                Task<Boolean> task = new Task<>(() -> {
                    try {
                        for (int i = next.getAndIncrement();
                                i < times && over.getCount() > 0;
                                i = next.getAndIncrement()) {
                            try {
                                values[i] = work.apply(i);
                            } catch (FailedException | StoppedException | RuntimeException e) {
                                Failure own = new Failure(i, e);
                                failure.accumulateAndGet(own, this::counting);
                                if (!steady) {
                                    over.countDown();
                                }
                            }
                        }
                    } finally {
                        if (working.decrementAndGet() == 0) {
                            over.countDown();
                        }
                    }
                    return true;
                });
                tasks.add(task);
                pool.execute(task);
            }
            boolean interrupted = false;
            try {
                over.await();
            } catch (InterruptedException e) {
                interrupted = true;
                over.countDown();
            }
            if (interrupted || failure.get() != null) {
                tasks.forEach(Task::cancel);
            }
            for (Task<Boolean> task : tasks) {
                interrupted |= task.awaitEnd(); // calls are given up in time, so this has an end
            }
            if (interrupted) {
                throw new StoppedException(Status.CANCELLED, "it was interrupted");
            }
            Failure counts = failure.get();
            if (counts != null && counts.cause instanceof FailedException e) {
                throw e;
            }
            if (counts != null && counts.cause instanceof StoppedException e) {
                throw e;
            }
            if (counts != null && counts.cause instanceof RuntimeException e) {
                throw e;
            }
            return List.of(values);
        }

        /** One after the other, so that a trace tells them in the same order each time; one that fails stops no other. */
        private static List<JsonNode> inOrder(JsonNode[] values, Work work) throws FailedException, StoppedException {
            Exception first = null;
            for (int i = 0; i < values.length; i++) {
                try {
                    values[i] = work.apply(i);
                } catch (FailedException | RuntimeException e) {
                    first = first == null ? e : first;
                }
            }
            if (first instanceof FailedException e) {
                throw e;
            }
            if (first instanceof RuntimeException e) {
                throw e;
            }
            return List.of(values);
        }

        /** Of two failures the one that counts: the first that came about, since it has cancelled the other, or the first in the text. */
        private Failure counting(@Nullable Failure before, @Nullable Failure now) {
            Failure own = Objects.requireNonNull(now);
            return before == null || steady && own.index < before.index ? own : before;
        }

        private JsonNode call(Signature signature, JsonNode value, Saga saga, Recording trace)
                throws FailedException, StoppedException {
            Kernel kernel = signature.kernel();
            String id = kernel.kernelId();
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new StoppedException(Status.TIMED_OUT, "the time for the whole was over before " + id);
            }
            if (Thread.interrupted()) {
                throw new StoppedException(Status.CANCELLED, "it was interrupted before " + id);
            }
            boolean last = left < limits.call().toNanos();
            try (TraceSpan span = trace.call(id, value)) {
                OneCall call = new OneCall(kernel, value, span);
                Task<JsonNode> task = new Task<>(() -> actor.act(call));
                String reason;
                Status stop = null;
                try {
                    JsonNode answer = task.within(last ? left : limits.call().toNanos(), true);
                    saga.add(call.end(true, "", true));
                    completed.add(id);
                    span.returned(answer);
                    String refusal = tooLarge(answer);
                    refusal = refusal == null && !steady ? signature.refusal(value, answer) : refusal;
                    if (refusal == null) {
                        return answer;
                    }
                    span.verification(id, "FAIL", refusal);
                    throw new FailedException(id + ": its answer is not let through: " + refusal);
                } catch (ExecutionException e) {
                    reason = message(e);
                    saga.add(call.end(false, "", true));
                } catch (GivenUpException e) {
                    reason = e.interrupted ? "it was interrupted" : "it took too long";
                    saga.add(call.end(e.answered, e.begun ? reason : "", e.ended));
                    stop = e.interrupted ? Status.CANCELLED : last ? Status.TIMED_OUT : null;
                }
                span.failed(reason);
                if (stop != null) {
                    throw new StoppedException(stop, id + ": " + reason);
                }
                throw new FailedException(id + ": " + reason);
            }
        }

        /** Work in a thread of its own, that can be given up. */
        private final class Task<T> implements Runnable {
            private final Callable<T> work;
            private final CountDownLatch ended = new CountDownLatch(1);
            private @Nullable Thread runner;
            private boolean cancelled;
            private volatile boolean begun;
            private @Nullable T value;
            private @Nullable Throwable failure;

            Task(Callable<T> work) {
                this.work = work;
            }

            @Override
            public void run() {
                synchronized (this) {
                    begun = !cancelled;
                    runner = begun ? Thread.currentThread() : null;
                }
                try {
                    if (begun) {
                        value = work.call();
                    }
                } catch (Throwable e) { // an actor may raise anything
                    failure = e;
                } finally {
                    synchronized (this) {
                        runner = null;
                        Thread.interrupted(); // this thread has other work to do
                    }
                    ended.countDown();
                }
            }

            synchronized void cancel() {
                cancelled = true;
                if (runner != null) {
                    runner.interrupt();
                }
            }

            /** Waits until it has ended, however long that takes; true if this thread was interrupted meanwhile. */
            boolean awaitEnd() {
                for (boolean interrupted = false; ; interrupted = true) {
                    try {
                        ended.await();
                        return interrupted;
                    } catch (InterruptedException e) {
                        // An interruption is for what comes after.
                    }
                }
            }

            /**
             * Begins it and waits for its value. After the time, or when this thread is interrupted, it is cancelled and waited
             * for a little longer.
             *
             * @param heeds whether an interruption of this thread ends it; otherwise this thread is interrupted afterwards
             */
            T within(long nanos, boolean heeds) throws ExecutionException, GivenUpException {
                pool.execute(this);
                boolean interrupted = false;
                long until = System.nanoTime() + nanos;
                try {
                    while (true) {
                        try {
                            if (ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                                break;
                            }
                            throw givenUp(false);
                        } catch (InterruptedException e) {
                            if (heeds) {
                                throw givenUp(true);
                            }
                            interrupted = true;
                        }
                    }
                } finally {
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
                T given = value;
                if (given == null) {
                    throw new ExecutionException(
                            failure == null ? new IllegalStateException("it gave nothing") : failure);
                }
                return given;
            }

            private GivenUpException givenUp(boolean byInterruption) {
                boolean ended = endsInTime();
                return new GivenUpException(byInterruption, ended, begun, ended && value != null);
            }

            private boolean endsInTime() {
                cancel();
                boolean interrupted = false;
                long until = System.nanoTime() + limits.grace().toNanos();
                try {
                    while (true) {
                        try {
                            return ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                        } catch (InterruptedException e) {
                            interrupted = true;
                        }
                    }
                } finally {
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
            }
        }

        private static String message(ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        }

        /** Undoes all of a saga, whatever happens; false if something is left. */
        private boolean undo(Saga saga, Recording trace) {
            boolean clean = true;
            for (Entry entry : saga.drain()) {
                for (int i = entry.steps().size() - 1; i >= 0; i--) {
                    Step step = entry.steps().get(i);
                    String problem = null;
                    try {
                        new Task<>(() -> {
                                    step.undo().run();
                                    return true;
                                })
                                .within(limits.undo().toNanos(), false);
                        undone.add(new Undone(entry.kernelId(), step.effect()));
                    } catch (ExecutionException e) {
                        problem = "undoing it failed: " + message(e);
                    } catch (GivenUpException e) {
                        problem = "undoing it took longer than " + limits.undo().toMillis() + " ms"
                                + (e.ended ? "" : " and has not ended yet");
                    }
                    trace.record(
                            Kind.ROLLBACK,
                            entry.kernelId(),
                            Json.object()
                                    .put("effect", step.effect())
                                    .put("why", problem == null ? "undone" : problem));
                    if (problem != null) {
                        clean = false;
                        residual.add(new Residual(entry.kernelId(), step.effect(), problem));
                    }
                }
                clean &= entry.lasting().isEmpty();
                residual.addAll(entry.lasting());
            }
            return clean;
        }

        /** A call while it lasts. */
        private final class OneCall implements Actor.Call {
            private final Kernel kernel;
            private final JsonNode input;
            private final Recording trace;
            private final List<Step> steps = new ArrayList<>();
            private boolean over;

            OneCall(Kernel kernel, JsonNode input, Recording trace) {
                this.kernel = kernel;
                this.input = input;
                this.trace = trace;
            }

            @Override
            public Kernel kernel() {
                return kernel;
            }

            @Override
            public JsonNode input() {
                return input;
            }

            @Override
            public Recording trace() {
                return trace;
            }

            @Override
            public synchronized void undo(String effect, Actor.Undo undo) {
                if (over) {
                    residual.add(new Residual(kernel.kernelId(), effect, "it was done after its call was given up"));
                } else {
                    steps.add(new Step(effect, undo));
                }
            }

            /**
             * @param answered whether it gave an answer
             * @param doubt why nobody knows how far it came; empty if somebody does
             * @param ended whether it has ended
             */
            synchronized Entry end(boolean answered, String doubt, boolean ended) {
                over = true;
                List<Residual> lasting = new ArrayList<>();
                if (steps.isEmpty() && (answered || !doubt.isEmpty())) {
                    String reason = answered ? "nothing says how to undo it" : "it may have been done: " + doubt;
                    Effects.of(kernel)
                            .writes()
                            .forEach(write -> lasting.add(new Residual(kernel.kernelId(), write.resource(), reason)));
                }
                if (!ended) {
                    lasting.add(new Residual(
                            kernel.kernelId(), "the call itself", "it was interrupted and has not ended yet"));
                }
                return new Entry(ends.incrementAndGet(), kernel.kernelId(), steps, lasting);
            }
        }

        private @Nullable String tooLarge(JsonNode value) {
            int[] left = {MAX_NODES};
            if (isLarge(value, left)) {
                return "the value has more than " + MAX_NODES + " parts";
            }
            return Json.compact(value).length() > MAX_TEXT
                    ? "the value is longer than " + MAX_TEXT + " characters"
                    : null;
        }

        private static boolean isLarge(JsonNode value, int[] left) {
            if (--left[0] < 0) {
                return true;
            }
            for (JsonNode part : value) {
                if (isLarge(part, left)) {
                    return true;
                }
            }
            return false;
        }
    }
}
