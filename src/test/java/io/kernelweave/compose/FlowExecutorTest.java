package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.compose.Execution.Residual;
import io.kernelweave.compose.Execution.Status;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class FlowExecutorTest {
    private static final Limits LIMITS = new Limits(
            Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(20), Duration.ofSeconds(10), 4);

    private final Map<String, Actor> actors = new HashMap<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final TraceRecorder trace = new TraceRecorder("test", "a prompt");

    /** A kernel from any value to any value. */
    private void kernel(String id, String capability, Actor actor) {
        kernels.add(Kernels.kernel(id, "{}", "{}").can(capability).done());
        actors.put(id, actor);
    }

    /** A kernel that writes, with a way back. */
    private void writer(String id) {
        kernel(id, "writes:" + id, call -> {
            call.undo(id, () -> log.add("undo " + id));
            log.add(id);
            return call.input();
        });
    }

    private Execution run(String flow, String value) {
        return run(flow, value, LIMITS);
    }

    private Execution run(String flow, String value, Limits limits) {
        Composed composed = Composer.of(kernels).check(Flow.parse(flow));
        Actor actor = call -> {
            Actor each = actors.get(call.kernel().kernelId());
            assertThat(each).isNotNull();
            return each.act(call);
        };
        return new FlowExecutor(actor, limits).run(composed, Json.parse(value, "test"), trace);
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("flow-") && !thread.getName().equals("flow-stubborn")) {
                thread.join(10_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void whatOneGivesGoesIntoTheNext() {
        kernel("twice", "computes:sum", call -> Json.tree(call.input().intValue() * 2));
        Execution done = run("twice >> adapt({\"n\": {\"$at\": \"\"}}) >> adapt({\"$at\": \"/n\"}) >> twice", "3");
        assertThat(done.value()).isEqualTo(Json.tree(12));
        assertThat(done.completed()).containsExactly("twice", "twice");
    }

    @Test
    void branchesRunAtOnce() {
        CyclicBarrier both = new CyclicBarrier(2);
        kernel("a", "reads:x", call -> Json.tree("a" + both.await(10, TimeUnit.SECONDS) / 2));
        kernel("b", "reads:x", call -> Json.tree("b" + both.await(10, TimeUnit.SECONDS) / 2));
        Execution done = run("a & y: b", "1");
        assertThat(done.value()).isEqualTo(Json.parse("{\"y\":\"b0\",\"a\":\"a0\"}", "test"));
    }

    @Test
    void elementsThatWriteTheSameComeOneAfterTheOtherOthersAtOnce() {
        CyclicBarrier both = new CyclicBarrier(2);
        AtomicInteger inside = new AtomicInteger();
        kernel("free", "reads:x", call -> {
            both.await(10, TimeUnit.SECONDS);
            return call.input();
        });
        kernel("bound", "writes:x", call -> {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            log.add(call.input().toString());
            inside.decrementAndGet();
            return call.input();
        });
        assertThat(run("forEach(free)", "[1,2,3,4]").value()).isEqualTo(Json.parse("[1,2,3,4]", "test"));
        assertThat(run("forEach(bound)", "[1,2,3]").succeeded()).isTrue();
        assertThat(log).containsExactly("1", "2", "3");
    }

    @Test
    void whatFailsIsUndoneFromTheLastThatEndedOn() {
        writer("a");
        writer("b");
        kernel("late", "writes:late", call -> {
            call.undo("first", () -> log.add("undo first"));
            call.undo("second", () -> log.add("undo second"));
            return call.input();
        });
        Execution done = run("a >> b >> late >> fail(\"no\")", "1");
        assertThat(done.status()).isEqualTo(Status.FAILED);
        assertThat(done.reason()).isEqualTo("no");
        assertThat(log).containsExactly("a", "b", "undo second", "undo first", "undo b", "undo a");
        assertThat(done.residual()).isEmpty();
    }

    @Test
    void theOrderOfUndoingIsThatOfCompletionNotOfTheText() {
        CountDownLatch second = new CountDownLatch(1);
        kernel("slow", "writes:slow", call -> {
            call.undo("slow", () -> log.add("undo slow"));
            second.await();
            return call.input();
        });
        kernel("quick", "writes:quick", call -> {
            call.undo("quick", () -> log.add("undo quick"));
            return call.input();
        });
        kernel("after", "reads:other", call -> {
            second.countDown();
            return call.input();
        });
        Execution done = run("(slow & x: quick >> after) >> fail", "1");
        assertThat(done.completed()).contains("slow", "quick", "after");
        assertThat(log).containsExactly("undo slow", "undo quick");
        assertThat(done.undone()).hasSize(2);
    }

    @Test
    void whatCannotBeUndoneIsReportedAndTheRestIsUndone() {
        writer("a");
        kernel("broken", "writes:broken", call -> {
            call.undo("sent", () -> {
                throw new IllegalStateException("the mail is gone");
            });
            return call.input();
        });
        kernel("silent", "writes:disk", Actor.Call::input);
        writer("z");
        Execution done = run("a >> broken >> silent >> z >> fail", "1");
        assertThat(done.residual())
                .containsExactlyInAnyOrder(
                        new Residual("silent", "disk", "nothing says how to undo it"),
                        new Residual("broken", "sent", "undoing it failed: the mail is gone"));
        assertThat(log).containsExactly("a", "z", "undo z", "undo a");
    }

    @Test
    void anUndoingThatTakesTooLongIsGivenUpAndReported() {
        writer("a");
        kernel("stuck", "writes:stuck", call -> {
            call.undo("lock", () -> new CountDownLatch(1).await());
            return call.input();
        });
        Execution done = run("a >> stuck >> fail", "1", LIMITS.withUndo(Duration.ofMillis(50)));
        assertThat(done.residual()).containsExactly(new Residual("stuck", "lock", "undoing it took longer than 50 ms"));
        assertThat(log).containsExactly("a", "undo a");
    }

    @Test
    void aBranchThatFailsCancelsTheOthersAndAllIsUndone() {
        writer("a");
        CountDownLatch waiting = new CountDownLatch(1);
        kernel("waits", "writes:w", call -> {
            call.undo("w", () -> log.add("undo w"));
            waiting.countDown();
            new CountDownLatch(1).await();
            return call.input();
        });
        kernel("fails", "reads:x", call -> {
            waiting.await();
            throw new IllegalStateException("broken");
        });
        Execution done = run("x: a >> waits & fails", "1");
        assertThat(done.status()).isEqualTo(Status.FAILED);
        assertThat(done.reason()).isEqualTo("fails: broken");
        assertThat(log).containsExactly("a", "undo w", "undo a");
        assertThat(done.residual()).isEmpty();
    }

    @Test
    void anInterruptionCancelsUndoesAndStays() throws InterruptedException {
        writer("a");
        CountDownLatch waiting = new CountDownLatch(2);
        for (String id : List.of("one", "two")) {
            kernel(id, "writes:" + id, call -> {
                waiting.countDown();
                new CountDownLatch(1).await();
                return call.input();
            });
        }
        AtomicReference<Execution> result = new AtomicReference<>();
        AtomicInteger interrupted = new AtomicInteger();
        Thread thread = new Thread(() -> {
            result.set(run("a >> (one & two)", "1"));
            interrupted.set(Thread.currentThread().isInterrupted() ? 1 : 0);
        });
        thread.start();
        waiting.await();
        thread.interrupt();
        thread.join();
        assertThat(result.get().status()).isEqualTo(Status.CANCELLED);
        assertThat(interrupted).hasValue(1);
        assertThat(log).containsExactly("a", "undo a");
        assertThat(result.get().residual())
                .containsExactlyInAnyOrder(
                        new Residual("one", "one", "it may have been done: it was interrupted"),
                        new Residual("two", "two", "it may have been done: it was interrupted"));
    }

    @Test
    void anInterruptionWhileUndoingDoesNotKeepAnythingFromBeingUndone() throws InterruptedException {
        writer("a");
        CountDownLatch undoing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        kernel("b", "writes:b", call -> {
            call.undo("b", () -> {
                undoing.countDown();
                goOn.await();
                log.add("undo b");
            });
            return call.input();
        });
        AtomicReference<Execution> result = new AtomicReference<>();
        Thread thread = new Thread(() -> result.set(run("a >> b >> fail", "1")));
        thread.start();
        undoing.await();
        thread.interrupt();
        goOn.countDown();
        thread.join();
        assertThat(log).containsExactly("a", "undo b", "undo a");
        assertThat(result.get().residual()).isEmpty();
    }

    @Test
    void aCallThatTakesTooLongFailsAndAnotherWayIsTriedFromACleanState() {
        kernel("slow", "writes:s", call -> {
            call.undo("s", () -> log.add("undo s"));
            new CountDownLatch(1).await();
            return call.input();
        });
        writer("b");
        Execution done = run("slow else b", "1", LIMITS.withCall(Duration.ofMillis(50)));
        assertThat(done.succeeded()).isTrue();
        assertThat(log).containsExactly("undo s", "b");
    }

    @Test
    void noOtherWayIsTriedWhileSomethingIsLeft() {
        kernel("dirty", "writes:d", call -> {
            call.undo("d", () -> {
                throw new IllegalStateException("stuck");
            });
            throw new IllegalStateException("no");
        });
        writer("b");
        for (String flow : List.of("dirty else b", "retry(5, dirty)")) {
            Execution done = run(flow, "1");
            assertThat(done.status()).isEqualTo(Status.FAILED);
            assertThat(done.reason()).startsWith("dirty: no").contains("could not all be undone");
            assertThat(done.residual()).hasSize(1);
        }
        assertThat(log).isEmpty();
    }

    @Test
    void theTimeForTheWholeEndsRetriesToo() {
        kernel("slow", "reads:s", call -> {
            new CountDownLatch(1).await();
            return call.input();
        });
        Execution done = run("retry(100, slow) else slow", "1", LIMITS.withWhole(Duration.ofMillis(100)));
        assertThat(done.status()).isEqualTo(Status.TIMED_OUT);
    }

    @Test
    void aCallThatDoesNotHeedItsInterruptionIsReported() {
        CountDownLatch release = new CountDownLatch(1);
        kernel("stubborn", "writes:s", call -> {
            Thread.currentThread().setName("flow-stubborn");
            while (true) {
                try {
                    release.await();
                    return call.input();
                } catch (InterruptedException e) {
                    // goes on
                }
            }
        });
        Execution done =
                run("stubborn", "1", LIMITS.withCall(Duration.ofMillis(50)).withGrace(Duration.ofMillis(50)));
        release.countDown();
        assertThat(done.residual())
                .contains(new Residual("stubborn", "the call itself", "it was interrupted and has not ended yet"));
    }

    @Test
    void anAnswerThatTheContractDoesNotLetThroughIsAFailure() {
        kernels.add(Kernels.kernel("odd", "{}", "{\"type\":\"integer\"}")
                .can("writes:odd")
                .after("{\"check\":\"compare\",\"left\":\"output\",\"op\":\"<\",\"right\":\"input.most\"}")
                .done());
        actors.put("odd", call -> {
            call.undo("odd", () -> log.add("undo odd"));
            return call.input().get("give");
        });
        assertThat(run("odd", "{\"most\":3,\"give\":2}").succeeded()).isTrue();
        Execution done = run("odd", "{\"most\":3,\"give\":4}");
        assertThat(done.reason()).contains("odd: its answer is not let through: postconditions-0 is FAIL");
        assertThat(run("odd", "{\"most\":3,\"give\":\"x\"}").reason()).contains("output-schema");
        assertThat(log).containsExactly("undo odd", "undo odd");
    }

    @Test
    void aGuardStandsWhereAFitIsNotKnown() {
        kernels.add(Kernels.kernel("any", "{}", "{\"type\":\"integer\"}")
                .after("{\"check\":\"compare\",\"left\":\"output\",\"op\":\"<\",\"right\":\"input\"}")
                .done());
        kernels.add(Kernels.kernel("small", "{\"maximum\":9}", "{}").done());
        actors.put("any", call -> Json.tree(call.input().intValue() - 1));
        actors.put("small", Actor.Call::input);
        Composed composed = Composer.of(kernels).check(Flow.parse("any >> small"));
        assertThat(composed.guarded()).hasToString("any >> guard(small) >> small");
        assertThat(run("any >> small", "10").value()).isEqualTo(Json.tree(9));
        Execution done = run("any >> small", "11");
        assertThat(done.reason()).contains("guard(small)");
        assertThat(done.completed()).containsExactly("any");
    }

    @Test
    void whatTheFlowDoesNotTakeIsNotBegun() {
        kernels.add(Kernels.kernel("small", "{\"maximum\":9}", "{}").done());
        assertThat(run("small", "10").reason())
                .contains("does not take the value")
                .contains("maximum");
        assertThat(run("forEach(small)", "[1,10]").completed()).isEmpty();
        assertThat(run("forEach(small)", "5").reason()).contains("no array");
        assertThat(run("id", "\"" + "x".repeat(100_001) + "\"").reason()).contains("100000 characters");
    }

    @Test
    void branchesThatGetInEachOthersWayAreRefused() {
        kernel("pays", "writes:orders/A-17", Actor.Call::input);
        kernel("lists", "reads:orders", Actor.Call::input);
        kernel("does", "calls:anything", Actor.Call::input);
        kernel("looks", "reads:stock", Actor.Call::input);
        assertThatThrownBy(() -> run("pays & lists", "1"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("\"pays\" writes:orders/A-17 and \"lists\" reads:orders");
        assertThatThrownBy(() -> run("looks & does", "1")).hasMessageContaining("\"does\" writes:*");
        assertThat(run("lists & looks", "1").succeeded()).isTrue();
        assertThat(run("pays & looks", "1").succeeded()).isTrue();
        assertThat(run("pays >> lists", "1").succeeded()).isTrue();
    }

    @Test
    void whatHappenedIsRecordedWithItsPartsInPlace() {
        writer("a");
        kernel("flaky", "reads:x", new Actor() {
            private int tries;

            @Override
            public JsonNode act(Call call) {
                call.trace().evidence("seen", "x", "something", 0.5);
                if (tries++ == 0) {
                    throw new IllegalStateException("not yet");
                }
                return call.input();
            }
        });
        assertThat(run("a & y: retry(2, flaky)", "1").succeeded()).isTrue();
        assertThat(run("a >> fail(\"no\")", "1").succeeded()).isFalse();
        Trace done = trace.finish(null, null, null, "UNKNOWN");
        TraceEvent par = done.events().stream()
                .filter(event -> event.name().equals("par"))
                .findFirst()
                .orElseThrow();
        assertThat(par.durationNanos()).isNotNull();
        List<TraceEvent> calls = done.events().stream()
                .filter(event -> event.kind() == TraceEvent.Kind.TOOL_CALL
                        && Integer.valueOf(par.sequence()).equals(event.parent()))
                .toList();
        assertThat(calls).extracting(TraceEvent::name).containsExactlyInAnyOrder("a", "flaky", "flaky");
        assertThat(done.events())
                .extracting(TraceEvent::kind)
                .contains(
                        TraceEvent.Kind.PLAN,
                        TraceEvent.Kind.OBSERVATION,
                        TraceEvent.Kind.EVIDENCE,
                        TraceEvent.Kind.RETRY,
                        TraceEvent.Kind.FAILURE,
                        TraceEvent.Kind.ROLLBACK);
    }

    @Test
    void manyFlowsAtOnceDoNotMix() throws InterruptedException {
        writer("a");
        kernel("b", "reads:x", call -> Json.tree(call.input().intValue() + 1));
        Composed composed = Composer.of(kernels)
                .check(Flow.parse(
                        "a >> guard({\"check\":\"schema\",\"target\":\"input\",\"schema\":{\"type\":\"array\",\"minItems\":4}})"
                                + " >> forEach(b >> b) >> adapt({\"$at\":\"/2\"})"));
        FlowExecutor executor =
                new FlowExecutor(call -> actors.get(call.kernel().kernelId()).act(call), LIMITS);
        List<Thread> threads = new ArrayList<>();
        AtomicInteger right = new AtomicInteger();
        for (int t = 0; t < 4; t++) {
            int value = t * 10;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 10; i++) {
                    Execution done = executor.run(
                            composed, Json.tree(List.of(value, value, value + i, value)), new TraceRecorder("t", "p"));
                    right.addAndGet(Json.tree(value + i + 2).equals(done.value()) ? 1 : 0);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(right).hasValue(40);
    }
}
