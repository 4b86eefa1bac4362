package io.kernelweave.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TraceFormTest {
    static final String CHAT = """
            {"id":"chat-1","model":"m","tools":[{"type":"function"}],"messages":[
             {"role":"system","content":"Be brief."},
             {"role":"user","content":[{"type":"text","text":"Weather in Oslo?"},{"type":"image_url","image_url":{"url":"u"}}],"name":"ann"},
             {"role":"assistant","content":null,"tool_calls":[
               {"id":"a","type":"function","function":{"name":"weather","arguments":"{\\"city\\": \\"Oslo\\"}"}},
               {"id":"b","type":"function","function":{"name":"weather","arguments":"{broken"}},
               {"id":"c","type":"custom","custom":{"name":"shell","input":"ls"}},
               {"id":"d","type":"browser","browser":{"url":"x"}}]},
             {"role":"tool","tool_call_id":"b","content":"bad arguments"},
             {"role":"tool","tool_call_id":"a","content":"{\\"rain\\": true}"},
             {"role":"assistant","function_call":{"name":"old","arguments":"{}"}},
             {"role":"function","name":"old","content":"[1, 2]"},
             {"role":"narrator","content":"Meanwhile"},
             {"role":"assistant","content":"Rain.","refusal":null,"tool_calls":[]}]}
            """;

    static final String SPANS = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"schemaUrl":"s",
             "scopeSpans":[{"scope":{"name":"lib","version":"1"},"spans":[
              {"traceId":"aa","spanId":"2","parentSpanId":"1","name":"chat m","kind":3,
               "startTimeUnixNano":"1700000000000000100","endTimeUnixNano":"1700000000000000300","attributes":[
                {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
                {"key":"gen_ai.usage.output_tokens","value":{"intValue":"17"}},
                {"key":"gen_ai.input.messages","value":{"stringValue":"[{\\"role\\":\\"user\\",\\"parts\\":[{\\"type\\":\\"text\\",\\"content\\":\\"Weather in Oslo?\\"}]}]"}},
                {"key":"gen_ai.output.messages","value":{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"role","value":{"stringValue":"assistant"}},{"key":"parts","value":{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"type","value":{"stringValue":"tool_call"}},{"key":"id","value":{"stringValue":"a"}},{"key":"name","value":{"stringValue":"weather"}},{"key":"arguments","value":{"kvlistValue":{"values":[{"key":"city","value":{"stringValue":"Oslo"}}]}}}]}},{"kvlistValue":{"values":[{"key":"type","value":{"stringValue":"tool_call"}},{"key":"id","value":{"stringValue":"b"}},{"key":"name","value":{"stringValue":"clock"}}]}}]}}}]}}]}}}]},
              {"traceId":"aa","spanId":"1","name":"invoke_agent guide","kind":1,
               "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000000900",
               "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}}]},
              {"traceId":"aa","spanId":"3","parentSpanId":"1","name":"execute_tool weather",
               "startTimeUnixNano":"1700000000000000400","endTimeUnixNano":"1700000000000000500","status":{"code":2,"message":"timed out"},
               "attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}},
                {"key":"gen_ai.tool.name","value":{"stringValue":"weather"}},{"key":"gen_ai.tool.call.id","value":{"stringValue":"a"}}],
               "events":[{"timeUnixNano":"1700000000000000450","name":"exception","attributes":[{"key":"exception.message","value":{"stringValue":"slow"}}]},
                {"timeUnixNano":"1700000000000000460","name":"gc"}]},
              {"traceId":"aa","spanId":"4","parentSpanId":"1","name":"GET /","startTimeUnixNano":"1700000000000000410","endTimeUnixNano":"1700000000000000420"},
              {"traceId":"bb","spanId":"9","name":"other","startTimeUnixNano":"5","endTimeUnixNano":"6"},
              {"traceId":"aa","spanId":"5","parentSpanId":"1","name":"chat m",
               "startTimeUnixNano":"1700000000000000600","endTimeUnixNano":"1700000000000000800","attributes":[
                {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
                {"key":"gen_ai.input.messages","value":{"stringValue":"[{\\"role\\":\\"tool\\",\\"parts\\":[{\\"type\\":\\"tool_call_response\\",\\"id\\":\\"b\\",\\"response\\":\\"noon\\"}]}]"}},
                {"key":"gen_ai.output.messages","value":{"stringValue":"[{\\"role\\":\\"assistant\\",\\"parts\\":[{\\"type\\":\\"text\\",\\"content\\":\\"Rain.\\"}]}]"}}]}
             ]}]}]}
            """;

    static List<ImportedTrace> read(String text) {
        return TraceImport.read(text.getBytes(StandardCharsets.UTF_8), "t.json", null);
    }

    private static List<String> events(Trace trace) {
        return trace.events().stream()
                .map(event -> event.kind().label() + " " + event.name())
                .toList();
    }

    @Test
    void aMessageLogComesBackAsItWas() {
        ImportedTrace imported = read(CHAT).get(0);
        TraceForm.Written written = TraceForm.OPENAI.write(imported.trace(), imported.origin());
        assertThat(written.document()).isEqualTo(Json.parse(CHAT, "chat"));
        assertThat(written.lost()).isEmpty();
    }

    @Test
    void aMessageLogBecomesEvents() {
        ImportedTrace imported = read(CHAT).get(0);
        Trace trace = imported.trace();
        assertThat(events(trace))
                .containsExactly(
                        "observation system",
                        "observation user",
                        "generation assistant",
                        "tool_call weather",
                        "tool_call weather",
                        "tool_call shell",
                        "unknown openai:tool_call/browser",
                        "observation weather",
                        "observation weather",
                        "generation assistant",
                        "tool_call old",
                        "observation old",
                        "unknown openai:narrator",
                        "generation assistant");
        assertThat(trace.prompt()).isEqualTo("Weather in Oslo?");
        assertThat(trace.output()).isEqualTo("Rain.");
        assertThat(trace.verdict()).isEqualTo("UNKNOWN");
        assertThat(imported.origin().id()).isEqualTo("chat-1");
        assertThat(trace.events().get(3).parent()).isEqualTo(2);
        assertThat(trace.events().get(3).data().at("/arguments/city").stringValue())
                .isEqualTo("Oslo");
        Answers answers = Answers.of(trace);
        assertThat(answers.to(trace.events().get(3)).data().at("/result/rain").booleanValue())
                .isTrue();
        assertThat(TraceImport.unknown(List.of(imported)))
                .containsOnlyKeys("openai:narrator", "openai:tool_call/browser");
    }

    @Test
    void linesThatAreMessagesAreOneConversation() {
        List<ImportedTrace> traces =
                read("{\"role\":\"user\",\"content\":\"Hi\"}\n\n{\"role\":\"assistant\",\"content\":\"Hello\"}\n");
        assertThat(traces).hasSize(1);
        assertThat(traces.get(0).trace().output()).isEqualTo("Hello");
        assertThat(read("[{\"role\":\"user\",\"content\":\"Hi\"}]\n[{\"role\":\"user\",\"content\":\"Ho\"}]"))
                .extracting(each -> each.trace().prompt())
                .containsExactly("Hi", "Ho");
    }

    @Test
    void spansBecomeEventsInTheOrderOfTime() {
        List<ImportedTrace> traces = read(SPANS);
        assertThat(traces).extracting(each -> each.origin().id()).containsExactly("aa", "bb");
        Trace trace = traces.get(0).trace();
        assertThat(events(trace))
                .containsExactly(
                        "plan invoke_agent guide",
                        "generation chat m",
                        "tool_call clock",
                        "tool_call weather",
                        "unknown otel:GET /",
                        "failure exception",
                        "unknown otel:gc",
                        "observation weather",
                        "generation chat m",
                        "observation clock");
        assertThat(trace.prompt()).isEqualTo("Weather in Oslo?");
        assertThat(trace.output()).isEqualTo("Rain.");
        assertThat(trace.durationNanos()).isEqualTo(900);
        assertThat(trace.startedAt().getEpochSecond()).isEqualTo(1_700_000_000L);
        assertThat(trace.events().get(0).parent()).isNull();
        assertThat(trace.events().get(1).parent()).isEqualTo(0);
        assertThat(trace.events().get(1).atNanos()).isEqualTo(100);
        assertThat(trace.events().get(1).durationNanos()).isEqualTo(200);
        assertThat(trace.events().get(1).data().path("tokens").intValue()).isEqualTo(17);
        TraceEvent call = trace.events().get(3);
        assertThat(call.data().at("/arguments/city").stringValue())
                .as("told by the message")
                .isEqualTo("Oslo");
        assertThat(Answers.of(trace).to(call).data().path("error").stringValue())
                .isEqualTo("timed out");
        assertThat(Answers.of(trace)
                        .to(trace.events().get(2))
                        .data()
                        .path("result")
                        .stringValue())
                .isEqualTo("noon");
    }

    @Test
    void spansComeBackAsTheyWere() {
        ImportedTrace imported = read(SPANS).get(0);
        TraceForm.Written written = TraceForm.OTEL.write(imported.trace(), imported.origin());
        ObjectNode expected = (ObjectNode) Json.parse(SPANS, "spans");
        List<JsonNode> spans = new ArrayList<>();
        expected.at("/resourceSpans/0/scopeSpans/0/spans").forEach(span -> {
            if (span.path("traceId").stringValue().equals("aa")) {
                spans.add(span);
            }
        });
        JsonNode resource = written.document().at("/resourceSpans/0");
        assertThat(resource.at("/scopeSpans/0/spans")).containsExactlyInAnyOrderElementsOf(spans);
        assertThat(resource.get("resource")).isEqualTo(expected.at("/resourceSpans/0/resource"));
        assertThat(resource.at("/scopeSpans/0/scope")).isEqualTo(expected.at("/resourceSpans/0/scopeSpans/0/scope"));
        assertThat(written.lost()).isEmpty();
    }

    @Test
    void aRecordedTraceGoesThroughSpansUnchanged() {
        Trace trace = recorded();
        TraceForm.Written written = TraceForm.OTEL.write(trace, null);
        ImportedTrace back = read(written.document().toString()).get(0);
        assertThat(back.trace().events()).isEqualTo(trace.events());
        assertThat(back.trace().prompt()).isEqualTo(trace.prompt());
        assertThat(back.trace().output()).isEqualTo(trace.output());
        assertThat(back.trace().taskFamily()).isEqualTo(trace.taskFamily());
        assertThat(back.trace().startedAt()).isEqualTo(trace.startedAt());
        assertThat(back.trace().verdict())
                .as("what a file says is not what the gate said")
                .isEqualTo("UNKNOWN");
        assertThat(back.origin().outcome()).isEqualTo("PASS");
        assertThat(written.lost()).isEmpty();
    }

    @Test
    void aSpanWithMoreThanWeWroteKeepsAllOfIt() {
        ObjectNode document =
                TraceForm.OTEL.write(recorded(), null).document().deepCopy().asObject();
        ((ObjectNode) document.at("/resourceSpans/0/scopeSpans/0/spans/2"))
                .putArray("links")
                .addObject();
        ((ObjectNode) document.at("/resourceSpans/0/scopeSpans/0/spans/2"))
                .putArray("events")
                .addObject()
                .put("name", "late");
        ImportedTrace back = read(document.toString()).get(0);
        JsonNode again = TraceForm.OTEL.write(back.trace(), back.origin()).document();
        assertThat(again.at("/resourceSpans/0/scopeSpans/0/spans"))
                .containsExactlyInAnyOrderElementsOf(document.at("/resourceSpans/0/scopeSpans/0/spans"));
    }

    private static Trace recorded() {
        TraceRecorder recorder = new TraceRecorder("seed", "Weather in Oslo?");
        recorder.decision("route", "weather", "it fits");
        try (TraceSpan call = recorder.call("weather", Json.object().put("city", "Oslo"))) {
            call.returned(Json.object().put("rain", true));
        }
        recorder.record(
                Kind.GENERATION, "free", Json.object().put("text", "Rain.").put("tokens", 3));
        recorder.output("raw", "Rain.");
        return recorder.finish("weather", "k", "Rain.", "PASS");
    }

    @Test
    void whatAFormCannotHoldIsSaid() {
        TraceForm.Written written = TraceForm.OPENAI.write(recorded(), null);
        assertThat(written.document().path("messages"))
                .extracting(message -> message.path("role").stringValue())
                .containsExactly("user", "assistant", "tool", "assistant");
        assertThat(written.lost())
                .containsExactly(
                        "events of kind decision",
                        "generation.tokens",
                        "kernel_id",
                        "task_family",
                        "times",
                        "whether it succeeded");
        assertThat(TraceForm.CORPUS.write(recorded(), null).document().path("steps"))
                .extracting(step -> step.path("kind").stringValue())
                .containsExactly("user", "tool_call", "assistant");
    }

    @Test
    void aMessageLogAsACorpusAndBackKeepsItsCalls() {
        ImportedTrace chat = read(CHAT).get(0);
        TraceForm.Written corpus = TraceForm.CORPUS.write(chat.trace(), chat.origin());
        assertThat(corpus.lost()).contains("events of kind unknown (2 times)", "openai field tools");
        ImportedTrace back = read(corpus.document().toString()).get(0);
        assertThat(back.trace().prompt()).isEqualTo("Weather in Oslo?");
        assertThat(events(back.trace())).contains("tool_call weather", "tool_call shell", "observation weather");
    }

    @Test
    void secretsAreTakenOutOfWhatIsImported() {
        String trace = Json.compact(read("""
                        {"messages":[{"role":"user","content":"use AKIAIOSFODNN7EXAMPLE"},
                         {"role":"assistant","tool_calls":[{"id":"a","function":{"name":"login",
                          "arguments":"{\\"user\\":\\"ann\\",\\"password\\":\\"hunter22\\"}"}}]}],"api_key":"abcdef"}
                        """).get(0));
        assertThat(trace).doesNotContain("AKIA", "hunter22", "abcdef").contains("[redacted:", "ann");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tau_airline", "webshop", "hotpotqa", "sql"})
    void publicTracesComeBackAsTheyWereAndHaveNoUnknownEvent(String corpus) {
        for (JsonNode row : Corpora.read("traces/" + corpus + ".jsonl.gz")) {
            ImportedTrace imported = read(row.toString()).get(0);
            Trace trace = imported.trace();
            assertThat(trace.events()).noneMatch(event -> event.kind() == Kind.UNKNOWN);
            JsonNode written = TraceForm.CORPUS.write(trace, imported.origin()).document();
            ObjectNode expected = Json.tree(Redaction.redact(row));
            assertThat(Json.parse(written.toString(), "w")).isEqualTo(Json.parse(expected.toString(), "e"));

            ImportedTrace spans = read(TraceForm.OTEL
                            .write(trace, imported.origin())
                            .document()
                            .toString())
                    .get(0);
            assertThat(spans.trace().events()).isEqualTo(trace.events());
            assertThat(spans.origin().outcome()).isEqualTo(imported.origin().outcome());
        }
    }

    /** What a corpus says of the right answer can change at will: the trace, which is all a compiler sees, stays the same. */
    @ParameterizedTest
    @ValueSource(strings = {"tau_airline", "webshop", "hotpotqa", "sql"})
    void theAnswerKeyIsNoPartOfATrace(String corpus) {
        for (JsonNode row : Corpora.read("traces/" + corpus + ".jsonl.gz")) {
            ObjectNode other = row.deepCopy().asObject();
            for (String field : List.of("gold_actions", "goal", "family", "gold", "outcome", "reward")) {
                other.put(field, "something else");
            }
            assertThat(read(other.toString()).get(0).trace().content())
                    .isEqualTo(read(row.toString()).get(0).trace().content());
        }
    }
}
