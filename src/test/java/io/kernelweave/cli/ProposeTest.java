package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.model.StubServer;
import io.kernelweave.trace.TraceRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProposeTest {
    private static final String IDEAS = """
            {"description":"Counts words.","preconditions":[{"check":"regex","name":"counting","target":"prompt","pattern":"Count"}],
             "postconditions":["It is friendly."]}""";

    @TempDir
    private Path temp;

    private String trace = "";

    @BeforeEach
    void record() throws IOException {
        TraceRecorder recorder = new TraceRecorder("seed", "Count the words of \"one two\" please");
        trace = Files.writeString(
                        temp.resolve("trace.json"), Json.compact(recorder.finish(null, null, "{\"words\":2}", "PASS")))
                .toString();
    }

    private Program.Outcome compile(String... more) {
        String[] all = new String[6 + more.length];
        System.arraycopy(new String[] {"compile", "--file", trace, "--id", "count", "--json"}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return Program.run(all);
    }

    @Test
    void aModelsProposalsReachTheKernelAndAreReplayedOffline() {
        String exchanges = temp.resolve("asked.jsonl").toString();
        Program.Outcome live;
        try (StubServer server = new StubServer(StubServer.says(IDEAS))) {
            live = compile(
                    "--propose",
                    "--llm-url",
                    server.url(),
                    "--llm-model",
                    "stub",
                    "--llm-prices",
                    "2,10",
                    "--exchanges",
                    exchanges);
        }
        assertThat(live.exit()).isZero();
        assertThat(live.err()).contains("added, counting: provisional", "10 tokens read, 5 written, cost 0.0001");
        assertThat(Json.parse(live.out(), "kernel")
                        .at("/kernel/preconditions/0/name")
                        .stringValue())
                .isEqualTo("counting");
        Program.Outcome replayed = compile("--propose", "--llm-model", "stub", "--exchanges", exchanges, "--offline");
        assertThat(replayed.out()).isEqualTo(live.out());
        assertThat(replayed.err()).contains("1 answers (1 replayed)");
    }

    @Test
    void aServerThatFailsLeavesThePlainKernelAndSaysSoInOneLine() {
        String plain = compile().out();
        try (StubServer server = new StubServer(new StubServer.Answer(401, "no", "", 0, -1))) {
            Program.Outcome failed = compile("--propose", "--llm-url", server.url(), "--llm-model", "stub");
            assertThat(failed.exit()).isZero();
            assertThat(failed.out()).isEqualTo(plain);
            assertThat(failed.errLines()).first().asString().contains("nothing is proposed", "answers 401");
        }
    }
}
