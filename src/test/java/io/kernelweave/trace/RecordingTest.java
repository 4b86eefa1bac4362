package io.kernelweave.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecordingTest {
    private final AtomicLong nanos = new AtomicLong();

    private TraceRecorder recorder(String seed, Instant start) {
        return new TraceRecorder(seed, "refund A-17", Clock.fixed(start, ZoneOffset.UTC), () -> nanos.getAndAdd(10));
    }

    private TraceRecorder recorder() {
        return recorder("seed", Instant.parse("2026-01-01T12:00:00Z"));
    }

    @Test
    void aSpanSaysHowLongItTookAndWhatIsPartOfIt() {
        TraceRecorder recorder = recorder();
        try (TraceSpan plan = recorder.begin(Kind.PLAN, "refund", Json.object())) {
            try (TraceSpan call = plan.call("find_order", Json.object().put("id", "A-17"))) {
                call.evidence("order", "orders.db", "A-17 is paid", 0.9);
                call.returned(Json.object().put("total", 40));
            }
        }
        recorder.output("answer", "done");
        List<TraceEvent> events = recorder.finish(null, null, "done", "PASS").events();
        assertThat(events)
                .extracting(TraceEvent::kind)
                .containsExactly(Kind.PLAN, Kind.TOOL_CALL, Kind.EVIDENCE, Kind.OBSERVATION, Kind.OUTPUT);
        assertThat(events).extracting(TraceEvent::parent).containsExactly(null, 0, 1, 1, null);
        assertThat(events).extracting(TraceEvent::durationNanos).containsExactly(50L, 30L, null, null, null);
        assertThat(events.get(2).data().path("reliability").doubleValue()).isEqualTo(0.9);
    }

    @Test
    void overlappingCallsOfOneToolKeepTheirAnswersApart() {
        TraceRecorder recorder = recorder();
        try (TraceSpan first = recorder.call("get", Json.tree(1));
                TraceSpan second = recorder.call("get", Json.tree(2))) {
            second.failed("no such page");
            first.returned(Json.tree("one"));
        }
        Trace trace = recorder.finish(null, null, null, "UNKNOWN");
        Answers answers = Answers.of(trace);
        assertThat(answers.to(trace.events().get(0)).data().path("result").stringValue())
                .isEqualTo("one");
        assertThat(answers.to(trace.events().get(1)).data().path("error").stringValue())
                .isEqualTo("no such page");
    }

    @Test
    void aCallThatNothingIsToldOfHasNoAnswer() {
        TraceRecorder recorder = recorder();
        assertThatThrownBy(() -> {
                    try (TraceSpan call = recorder.call("get", Json.object())) {
                        throw new IllegalStateException("broken");
                    }
                })
                .hasMessage("broken");
        assertThat(recorder.finish(null, null, null, "FAIL").events())
                .extracting(TraceEvent::kind)
                .containsExactly(Kind.TOOL_CALL);
    }

    @Test
    void closingTwiceChangesNothing() {
        TraceRecorder recorder = recorder();
        TraceSpan span = recorder.begin(Kind.PLAN, "p", Json.object());
        span.close();
        span.close();
        assertThat(recorder.soFar().events().get(0).durationNanos()).isEqualTo(10);
    }

    @Test
    void theDigestKnowsWhatHappenedAndNotWhen() {
        TraceRecorder first = recorder("a", Instant.parse("2026-01-01T12:00:00Z"));
        nanos.addAndGet(1_000_000);
        TraceRecorder second = recorder("b", Instant.parse("2027-01-01T12:00:00Z"));
        TraceRecorder other = recorder("a", Instant.parse("2026-01-01T12:00:00Z"));
        for (TraceRecorder recorder : List.of(first, second, other)) {
            try (TraceSpan call = recorder.call("get", Json.object())) {
                nanos.addAndGet(recorder == second ? 77 : 3);
                call.returned(Json.tree(recorder == other ? "two" : "one"));
            }
        }
        Trace passed = second.finish(null, null, null, "PASS");
        assertThat(first.soFar().digest()).as("the verdict counts").isNotEqualTo(passed.digest());
        String digest = first.finish(null, null, null, "PASS").digest();
        assertThat(passed.digest()).isEqualTo(digest);
        assertThat(other.finish(null, null, null, "PASS").digest()).isNotEqualTo(digest);
    }

    @Test
    void everyKindOfEventHasItsPlace() {
        TraceRecorder recorder = recorder();
        recorder.plan("steps", Json.tree(List.of("find", "refund")));
        recorder.observation("state", Json.object().put("paid", true));
        recorder.decision("route", "refund-order", "it fits");
        recorder.verification("gate", "FAIL", "no receipt");
        recorder.failure("refund", "timeout");
        recorder.retry("refund", "timeout");
        assertThat(recorder.soFar().events())
                .extracting(TraceEvent::kind)
                .containsExactly(
                        Kind.PLAN, Kind.OBSERVATION, Kind.DECISION, Kind.VERIFICATION, Kind.FAILURE, Kind.RETRY);
        assertThat(recorder.soFar().verdict()).isEqualTo("UNKNOWN");
    }

    @Test
    void refusesAReliabilityThatIsNoShare() {
        for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> recorder().evidence("e", "s", "t", bad))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("give 0 to 1");
        }
    }

    @Test
    void spansOfManyThreadsKeepTheirParents() throws InterruptedException {
        TraceRecorder recorder = new TraceRecorder("seed", "p");
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String tool = "tool-" + t;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    try (TraceSpan call = recorder.call(tool, Json.tree(i))) {
                        call.returned(Json.tree(i));
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        Trace trace = recorder.finish(null, null, null, "UNKNOWN");
        assertThat(trace.events()).hasSize(800).allSatisfy(event -> {
            if (event.kind() == Kind.OBSERVATION) {
                TraceEvent call = trace.events().get(event.parent());
                assertThat(call.name()).isEqualTo(event.name());
                assertThat(call.data().get("arguments")).isEqualTo(event.data().get("result"));
                assertThat(call.durationNanos()).isNotNull();
            }
        });
    }
}
