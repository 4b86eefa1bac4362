package io.kernelweave.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class TraceImportTest {
    private static final String STEPS = """
            {"trace_id":"w-1","corpus":"shop","goal":"g","success":true,"steps":[{"kind":"user","tool":null,"args":null,"observation":"Hi"},\
            {"kind":"tool_call","thought":"t","tool":"buy","args":{"x":1},"observation":"no","error":true},{"kind":"dream","x":[1]}]}
            """;

    @TempDir
    Path temp;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | t.json: is empty",
                "`{\"messages\":[]}` | t.json at /messages: has no message",
                "`{\"messages\":[1]}` | t.json at /messages/0: is 1; give a message",
                "`{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":{\"a\":1}}]}` | t.json at /messages/0/tool_calls: is {\"a\":1}; give an array",
                "`{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[7]}]}` | t.json at /messages/0/tool_calls/0: is 7",
                "`{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":7}]}` | t.json at /messages/0/tool_call_id: is 7; give a text",
                "`{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}` | holds half a surrogate pair",
                "`{\"steps\":[3]}` | t.json at /steps/0: is 3; give an object",
                "`{\"steps\":[{\"kind\":\"tool_call\"}]}` | t.json at /steps/0/tool: is missing",
                "`[{\"steps\":[]},{\"step\":[]}]` | t.json at /1/steps: is missing",
                "`{\"resourceSpans\":[]}` | t.json: has no span",
                "`{\"resourceSpans\":[4]}` | t.json at /resourceSpans/0",
                "`{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"spanId\":\"1\"}]}]}]}` | /resourceSpans/0/scopeSpans/0/spans/0/traceId: is missing",
                "`{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"1\",\"startTimeUnixNano\":\"noon\"}]}]}]}` | /startTimeUnixNano: is \"noon\"",
                "`{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"1\",\"attributes\":[{}]}]}]}]}` | /attributes/0/key: is missing",
                "`{\"x\":1}` | t.json: has neither messages nor resourceSpans nor steps",
                "`{\"messages\":[` | t.json line 1",
            })
    void whatIsWrongIsSaidInOneLineWithItsPlace(String text, String says) {
        assertThatThrownBy(() -> TraceFormTest.read(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(says)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aLineIsNamedByItsNumber() {
        assertThatThrownBy(() -> TraceFormTest.read("{\"steps\":[]}\n\n{\"steps\":[3]}\n"))
                .hasMessageStartingWith("t.json line 3 at /steps/0");
        assertThatThrownBy(() -> TraceFormTest.read("{\"steps\":[]}\n{\"steps\":"))
                .hasMessageStartingWith("t.json line 2");
        assertThatThrownBy(() -> TraceImport.read(new byte[] {'{', (byte) 0xff, '}'}, "t.json", null))
                .hasMessageStartingWith("t.json line 1: the bytes are not UTF-8");
    }

    @Test
    void aTraceHasAtMostSoManyEvents() {
        ObjectNode log = Json.object();
        ArrayNode messages = log.putArray("messages");
        for (int i = 0; i <= Transcript.MOST_EVENTS; i++) {
            messages.addObject().put("role", "user").put("content", "x");
        }
        assertThatThrownBy(() -> TraceFormTest.read(log.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("more than 20000 events");
    }

    @Test
    void numbersThatNoDoubleHoldsAreKept() {
        ImportedTrace trace = TraceFormTest.read(
                        "{\"steps\":[{\"kind\":\"tool_call\",\"tool\":\"t\",\"args\":{\"n\":12345678901234567890123,\"m\":1e400}}]}")
                .get(0);
        assertThat(Json.compact(
                        TraceForm.CORPUS.write(trace.trace(), trace.origin()).document()))
                .contains("12345678901234567890123", "1E+400");
    }

    @Test
    void packedFilesAreReadAndBrokenOnesRefused() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(STEPS.getBytes(StandardCharsets.UTF_8));
        }
        Path file = temp.resolve("t.jsonl.gz");
        Files.write(file, packed.toByteArray());
        ImportedTrace read = TraceImport.read(file, null).get(0);
        assertThat(read.origin().id()).isEqualTo("w-1");
        assertThat(read.origin().outcome()).isEqualTo("PASS");
        assertThat(read.trace().verdict()).isEqualTo("UNKNOWN");
        assertThat(TraceImport.unknown(List.of(read))).containsOnlyKeys("corpus:dream");
        Files.write(file, java.util.Arrays.copyOf(packed.toByteArray(), packed.size() - 20));
        assertThatThrownBy(() -> TraceImport.read(file, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> TraceImport.read(temp.resolve("no"), null)).hasMessageContaining("no such file");
    }

    @Test
    void theStoreKeepsEachTraceOnceAndWhole() throws IOException {
        TraceStore store = new TraceStore(temp.resolve("traces"));
        List<ImportedTrace> chat = TraceFormTest.read(TraceFormTest.CHAT);
        assertThat(store.add(chat)).hasSize(1);
        assertThat(store.add(chat)).isEmpty();
        List<ImportedTrace> both =
                Stream.concat(chat.stream(), TraceFormTest.read(STEPS).stream()).toList();
        assertThat(store.add(both)).hasSize(1);
        assertThat(store.load()).containsExactlyInAnyOrderElementsOf(both);
        assertThat(store.contents().find("w-1"))
                .extracting(each -> each.trace().prompt())
                .containsExactly("Hi");
        assertThat(store.contents().find(chat.get(0).trace().traceId().substring(0, 8)))
                .hasSize(1);
        assertThat(store.contents().find("t-zz")).isEmpty();
    }

    @Test
    void aStoredLineThatIsNotWhatItWasIsRefusedAndTheRestLoads() throws IOException {
        TraceStore store = new TraceStore(temp.resolve("traces"));
        List<ImportedTrace> good = Stream.concat(
                        TraceFormTest.read(STEPS).stream(), TraceFormTest.read(TraceFormTest.CHAT).stream())
                .toList();
        store.add(good);
        Path file;
        try (Stream<Path> files = Files.list(temp.resolve("traces"))) {
            file = files.filter(each -> each.toString().endsWith(".jsonl"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(file, Files.readString(file).replace("\"outcome\":\"PASS\"", "\"outcome\":\"FAIL\""));
        Files.write(file, new byte[] {(byte) 0xff, '\n', '{', '}', '\n', '{'}, StandardOpenOption.APPEND);
        TraceStore.Contents contents = store.contents();
        assertThat(contents.traces()).containsExactly(good.get(1));
        assertThat(contents.refusals())
                .hasSize(4)
                .satisfiesExactly(
                        line -> assertThat(line).contains("line 1: says trace t-"),
                        line -> assertThat(line).contains("line 3: the bytes are not UTF-8"),
                        line -> assertThat(line).contains("line 4: is no imported trace"),
                        line -> assertThat(line).contains("line 5"));
        assertThat(store.add(good)).as("imported again").containsExactly(good.get(0));
        assertThat(store.load()).hasSize(2);
    }

    @Test
    void importsAtOnceKeepEachTraceOnce() throws Exception {
        List<ImportedTrace> steps = TraceFormTest.read(STEPS);
        List<ImportedTrace> chat = TraceFormTest.read(TraceFormTest.CHAT);
        List<ImportedTrace> both = Stream.concat(steps.stream(), chat.stream()).toList();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                TraceStore store = new TraceStore(temp.resolve("traces-" + round));
                List<Callable<List<ImportedTrace>>> imports = List.of(
                        () -> store.add(steps), () -> store.add(both), () -> store.add(chat), () -> store.add(both));
                int added = 0;
                for (Future<List<ImportedTrace>> done : threads.invokeAll(imports)) {
                    added += done.get().size();
                }
                assertThat(added).isEqualTo(2);
                int lines = 0;
                try (Stream<Path> files = Files.list(temp.resolve("traces-" + round))) {
                    for (Path file : files.filter(each -> each.toString().endsWith(".jsonl"))
                            .toList()) {
                        lines += Files.readAllLines(file).size();
                    }
                }
                assertThat(lines).isEqualTo(2);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Files cut short and fields of rubbish: read or refused with one line, and what is read can be written and read again. */
    @Test
    void whateverIsInAFileItIsReadOrRefused() {
        long seed = 20_260_101;
        SplittableRandom random = new SplittableRandom(seed);
        String[] samples = {
            TraceFormTest.CHAT,
            TraceFormTest.SPANS,
            STEPS,
            TraceForm.OTEL
                    .write(TraceFormTest.read(STEPS).get(0).trace(), null)
                    .document()
                    .toString()
        };
        int read = 0;
        for (int i = 0; i < 3000; i++) {
            String sample = samples[i % samples.length];
            String broken = i % 5 == 0
                    ? sample.substring(0, random.nextInt(sample.length()))
                    : spoil(Json.parse(sample, "sample"), random).toString();
            try {
                for (ImportedTrace each : TraceFormTest.read(broken)) {
                    assertThat(ImportedTrace.parse(new String(each.line(), StandardCharsets.UTF_8), "line"))
                            .isEqualTo(each);
                    for (TraceForm form : TraceForm.values()) {
                        JsonNode written =
                                form.write(each.trace(), each.origin()).document();
                        Json.parse(written.toString(), "written");
                    }
                    read++;
                }
            } catch (InputException e) {
                assertThat(e.getMessage()).doesNotContain("\n").isNotBlank();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", case " + i + ": " + broken, e);
            }
        }
        assertThat(read).as("traces that were read").isGreaterThan(300);
    }

    private static JsonNode spoil(JsonNode node, SplittableRandom random) {
        if (random.nextInt(node.isContainer() ? 60 : 25) == 0) {
            String[] rubbish = {
                "null",
                "true",
                "-1",
                "1e999",
                "\"\"",
                "\"{\\\"a\\\":\"",
                "[]",
                "{}",
                "[[1]]",
                "{\"role\":[]}",
                "\"tool_call\"",
                "99999999999999999999",
                "\"\\ud83d\"",
                "{\"stringValue\":3}",
                "\"kernelweave.kind\""
            };
            return Json.parse(rubbish[random.nextInt(rubbish.length)], "rubbish");
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = Json.object();
            object.properties().forEach(field -> {
                if (random.nextInt(50) != 0) {
                    copy.set(field.getKey(), spoil(field.getValue(), random));
                }
            });
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = Json.mapper().createArrayNode();
            array.forEach(element -> copy.add(spoil(element, random)));
            return copy;
        }
        return node;
    }
}
