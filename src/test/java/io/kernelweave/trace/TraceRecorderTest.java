package io.kernelweave.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class TraceRecorderTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static TraceRecorder recorder(String seed) {
        AtomicLong nanos = new AtomicLong(100);
        return new TraceRecorder(
                seed, "password: hunter22", Clock.fixed(NOON, ZoneOffset.UTC), () -> nanos.getAndAdd(10));
    }

    @Test
    void recordsEventsInOrderWithTimesSinceTheBeginning() {
        TraceRecorder recorder = recorder("seed");
        recorder.record(TraceEvent.Kind.DECISION, "route", Json.object().put("action", "kernel"));
        recorder.record(TraceEvent.Kind.OUTPUT, "kernel", Json.object());
        Trace trace = recorder.finish("family", "kernel-id", "done", "PASS");
        assertThat(trace.events())
                .extracting(TraceEvent::sequence, TraceEvent::name, TraceEvent::atNanos)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, "route", 10L),
                        org.assertj.core.groups.Tuple.tuple(1, "kernel", 20L));
        assertThat(trace.durationNanos()).isEqualTo(30);
        assertThat(trace.startedAt()).isEqualTo(NOON);
        assertThat(trace.last(TraceEvent.Kind.DECISION))
                .hasValueSatisfying(event ->
                        assertThat(event.data().path("action").stringValue()).isEqualTo("kernel"));
        assertThat(trace.last(TraceEvent.Kind.RETRY)).isEmpty();
    }

    @Test
    void theIdComesFromTheSeedAlone() {
        String id = recorder("a").finish(null, null, null, "UNKNOWN").traceId();
        assertThat(recorder("a").finish("x", "y", "z", "PASS").traceId())
                .isEqualTo(id)
                .startsWith("t-");
        assertThat(recorder("b").finish(null, null, null, "UNKNOWN").traceId()).isNotEqualTo(id);
    }

    @Test
    void secretsAreTakenOutWhereverTheyComeIn() {
        TraceRecorder recorder = recorder("seed");
        ObjectNode data = Json.object().put("n", 1);
        data.putArray("list").addObject().put("text", "AKIAIOSFODNN7EXAMPLE");
        recorder.record(TraceEvent.Kind.TOOL_CALL, "call", data);
        Trace trace = recorder.finish(null, null, "xoxb-123456789012-abcdef", "UNKNOWN");
        assertThat(Json.compact(trace))
                .doesNotContain("hunter22", "AKIAIOSFODNN7EXAMPLE", "xoxb-1234")
                .contains("[redacted:aws-access-key]", "\"n\":1");
        assertThat(data.toString()).as("the caller's object").contains("AKIAIOSFODNN7EXAMPLE");
    }

    @Test
    void aTraceReadsBackAsItWasWritten() {
        TraceRecorder recorder = recorder("seed");
        recorder.record(TraceEvent.Kind.ROLLBACK, "rollback", Json.object().put("é", "😀"));
        Trace trace = recorder.finish("family", null, null, "FAIL");
        assertThat(Trace.parse(Json.compact(trace), "trace")).isEqualTo(trace);
        assertThat(Json.compact(trace))
                .contains("\"kind\":\"rollback\"")
                .contains("\"started_at\":\"2026-01-01T12:00:00Z\"");
    }

    @Test
    void recordsFromManyThreadsWithoutAGap() throws InterruptedException {
        TraceRecorder recorder = recorder("seed");
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    recorder.record(TraceEvent.Kind.OBSERVATION, "o", Json.object());
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        List<TraceEvent> events = recorder.finish(null, null, null, "UNKNOWN").events();
        assertThat(events).hasSize(800);
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).sequence()).isEqualTo(i);
        }
    }

    @Test
    void nothingIsRecordedAfterTheEndAndNothingIsLostInSilence() {
        TraceRecorder recorder = recorder("seed");
        TraceSpan span = recorder.call("search", Json.object());
        assertThat(recorder.soFar().events()).hasSize(1);
        Trace trace = recorder.finish(null, null, "done", "PASS");
        assertThatThrownBy(() -> span.returned(Json.object())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> recorder.output("answer", "late")).hasMessageContaining("is finished");
        assertThatThrownBy(() -> recorder.call("late", Json.object())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> recorder.finish(null, null, null, "FAIL")).isInstanceOf(IllegalStateException.class);
        span.close();
        assertThat(trace.events()).hasSize(1);
        assertThat(recorder.soFar().events()).isEqualTo(trace.events());
    }

    @ParameterizedTest
    @ValueSource(strings = {"trace_id", "prompt", "started_at", "verdict"})
    void refusesATraceWithoutWhatEveryTraceHas(String field) {
        ObjectNode json = Json.tree(recorder("a").finish(null, null, null, "PASS"));
        json.remove(field);
        assertThatThrownBy(() -> Trace.parse(json.toString(), "t.json"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("t.json")
                .hasMessageContaining("/" + field + ": is missing");
    }
}
