package io.kernelweave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Proposer;
import io.kernelweave.model.StubServer.Answer;
import io.kernelweave.verify.Basis;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class EndpointTest {
    private static final String KEY = "k-0123456789-very-secret";
    private static final ObjectNode FORM = Json.object().put("type", "object");

    private static EndpointSettings settings(String exchanges, boolean offline) {
        return new EndpointSettings(null, "stub", 1, 3, 1, 0, null, 2, 10, exchanges, offline);
    }

    private static Endpoint endpoint(String url) {
        return endpoint(url, settings(null, false));
    }

    private static Endpoint endpoint(String url, EndpointSettings settings) {
        return Endpoint.open(settings, Map.of("KERNELWEAVE_LLM_URL", url, "KERNELWEAVE_LLM_KEY", KEY))
                .orElseThrow();
    }

    @Test
    void theQuestionTheKeyAndTheFormArriveAndTokensAreCounted() {
        try (StubServer server = new StubServer(StubServer.says("{}"))) {
            Endpoint endpoint = endpoint(server.url());
            assertThat(endpoint.answer("the task", "the material", FORM)).isEqualTo("{}");
            assertThat(endpoint.answer("again", "material", FORM)).isEqualTo("{}");
            StubServer.Request request = server.requests().get(0);
            assertThat(request.path()).isEqualTo("/v1/chat/completions");
            assertThat(request.authorization()).isEqualTo("Bearer " + KEY);
            assertThat(request.body().at("/messages/0/role").stringValue()).isEqualTo("system");
            assertThat(request.body().at("/messages/0/content").stringValue()).isEqualTo("the task");
            assertThat(request.body().at("/messages/1/content").stringValue()).isEqualTo("the material");
            assertThat(request.body().at("/response_format/json_schema/schema")).isEqualTo(FORM);
            Endpoint.Usage usage = endpoint.usage();
            assertThat(usage.requests()).isEqualTo(2);
            assertThat(usage.inputTokens()).isEqualTo(20);
            assertThat(usage.outputTokens()).isEqualTo(10);
            assertThat(usage.cost()).isEqualTo((20 * 2 + 10 * 10) / 1e6);
        }
    }

    @Test
    void aServerThatRefusesTheFormIsAskedWithoutIt() {
        try (StubServer server = new StubServer(
                Answer.of(400, "{\"error\":{\"message\":\"response_format is not supported\"}}"),
                StubServer.says("one"),
                StubServer.says("two"))) {
            Endpoint endpoint = endpoint(server.url());
            assertThat(endpoint.answer("task", "material", FORM)).isEqualTo("one");
            assertThat(endpoint.answer("task", "material", FORM)).isEqualTo("two");
            assertThat(server.requests()).hasSize(3);
            assertThat(server.requests().get(2).body().has("response_format")).isFalse();
        }
    }

    @Test
    void whatMayPassIsTriedAgain() {
        for (int status : List.of(429, 500, 503, 408)) {
            try (StubServer server = new StubServer(
                    new Answer(status, "busy", "0", 0, -1), Answer.of(status, "busy"), StubServer.says("at last"))) {
                Endpoint endpoint = endpoint(server.url());
                assertThat(endpoint.answer("task", "material", FORM)).isEqualTo("at last");
                assertThat(endpoint.usage().retries()).as("%d", status).isEqualTo(2);
                assertThat(server.requests()).hasSize(3);
            }
        }
    }

    @Test
    void attemptsHaveAnEnd() {
        try (StubServer server = new StubServer(Answer.of(429, "slow down"))) {
            Endpoint endpoint = endpoint(server.url());
            assertThatThrownBy(() -> endpoint.answer("task", "material", FORM))
                    .isInstanceOf(Proposer.Unavailable.class)
                    .hasMessageContaining("answers 429: slow down");
            assertThat(server.requests()).hasSize(3);
            assertThat(endpoint.usage().failed()).isEqualTo(1);
        }
    }

    @Test
    void aWrongKeyIsNotTriedAgainAndNeverRepeated() {
        try (StubServer server =
                new StubServer(Answer.of(401, "Incorrect API key provided: " + KEY + ".\n\u001b[31mno"))) {
            assertThatThrownBy(() -> endpoint(server.url()).answer("task", "material", FORM))
                    .isInstanceOf(Proposer.Unavailable.class)
                    .hasMessageContaining("answers 401")
                    .hasMessageNotContaining(KEY)
                    .hasMessageNotContaining("\n")
                    .hasMessageNotContaining("\u001b");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void anAnswerThatTricklesRunsOutOfTimeAndIsTriedAgain() {
        Answer slow = new Answer(200, StubServer.completion("late", "stop").toString(), "", 20_000, -1);
        try (StubServer server = new StubServer(slow, StubServer.says("in time"))) {
            Endpoint endpoint = endpoint(server.url());
            assertThat(endpoint.answer("task", "material", FORM)).isEqualTo("in time");
            assertThat(endpoint.usage().retries()).isEqualTo(1);
        }
        EndpointSettings once = new EndpointSettings(null, "stub", 1, 1, 1, 0, null, 0, 0, null, false);
        try (StubServer server = new StubServer(slow)) {
            assertThatThrownBy(() -> endpoint(server.url(), once).answer("task", "material", FORM))
                    .hasMessageContaining("no whole answer within 1 s");
        }
    }

    @Test
    void brokenAndRefusedConnectionsEndAsOneLine() throws IOException {
        try (ServerSocket server = StubServer.hangingUp()) {
            assertThatThrownBy(() -> endpoint("http://127.0.0.1:" + server.getLocalPort())
                            .answer("task", "m", FORM))
                    .isInstanceOf(Proposer.Unavailable.class)
                    .hasMessageContaining("the connection broke");
        }
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        assertThatThrownBy(() -> endpoint("http://127.0.0.1:" + nobody).answer("task", "m", FORM))
                .isInstanceOf(Proposer.Unavailable.class)
                .hasMessageContaining("nobody answers there");
    }

    @Test
    void rubbishIsNoAnswer() {
        for (String body : List.of(
                "<html>Gateway</html>",
                "",
                "null",
                "[]",
                "{}",
                "{\"choices\":[]}",
                "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"  \"},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":\"no\"}")) {
            try (StubServer server = new StubServer(Answer.of(200, body))) {
                assertThatThrownBy(() -> endpoint(server.url()).answer("task", "material", FORM))
                        .as(body)
                        .isInstanceOf(Proposer.Unavailable.class)
                        .hasMessageNotContaining("\n");
            }
        }
    }

    @Test
    void anAnswerThatWasCutOffIsNone() {
        try (StubServer server = new StubServer(
                Answer.of(200, StubServer.completion("{\"a\":", "length").toString()))) {
            Endpoint endpoint = endpoint(server.url());
            assertThatThrownBy(() -> endpoint.answer("task", "material", FORM)).hasMessageContaining("does not end");
            assertThat(endpoint.usage().outputTokens()).isEqualTo(5); // it was paid for
        }
    }

    @Test
    void anAnswerWithoutBoundIsLeft() {
        String endless = " ".repeat(EndpointHttp.MAX_BYTES + 1000);
        try (StubServer server = new StubServer(Answer.of(200, endless), StubServer.says("never asked for"))) {
            assertThatThrownBy(() -> endpoint(server.url()).answer("task", "material", FORM))
                    .isInstanceOf(Proposer.Unavailable.class)
                    .hasMessageContaining("longer than");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void aRedirectIsNotFollowed() {
        try (StubServer server = new StubServer(Answer.of(302, "elsewhere"))) {
            assertThatThrownBy(() -> endpoint(server.url()).answer("task", "material", FORM))
                    .hasMessageContaining("answers 302");
        }
    }

    @Test
    void tokensThatAServerDoesNotCountAreSaidToBeUnknown() {
        ObjectNode silent = StubServer.completion("{}", "stop");
        silent.remove("usage");
        try (StubServer server = new StubServer(Answer.of(200, silent.toString()))) {
            Endpoint endpoint = endpoint(server.url());
            assertThat(endpoint.answer("task", "material", FORM)).isEqualTo("{}");
            assertThat(endpoint.usage().uncounted()).isEqualTo(1);
        }
    }

    @Test
    void recordedExchangesAreReplayedWithoutAServerAndHoldNoSecret(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("exchanges.jsonl");
        String secret = "password: hunter2hunter2";
        String live;
        try (StubServer server = new StubServer(
                Answer.of(400, "no such form"), StubServer.says("it says " + secret), StubServer.says("another"))) {
            Endpoint endpoint = endpoint(server.url(), settings(file.toString(), false));
            live = endpoint.answer("task", "material with " + secret, FORM);
            assertThat(endpoint.answer("second", "material", FORM)).isEqualTo("another");
            assertThat(live).doesNotContain("hunter2");
            assertThat(endpoint.usage().replayed()).isZero();
        }
        assertThat(Files.readString(file)).doesNotContain("hunter2", KEY).contains("\"request\":");
        Files.writeString(file, Files.readString(file) + "{\"request\":\"half a li");
        Endpoint replay =
                Endpoint.open(settings(file.toString(), true), Map.of()).orElseThrow();
        assertThat(replay.refusals()).singleElement().asString().contains("line 4");
        assertThat(replay.answer("task", "material with " + secret, FORM)).isEqualTo(live);
        assertThat(replay.answer("second", "material", FORM)).isEqualTo("another");
        assertThat(replay.usage().replayed()).isEqualTo(2);
        assertThat(replay.usage().inputTokens()).isZero();
        assertThatThrownBy(() -> replay.answer("third", "material", FORM)).hasMessageContaining("nothing was recorded");
    }

    @Test
    void aChangedExchangeIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("exchanges.jsonl");
        try (StubServer server = new StubServer(StubServer.says("yes"))) {
            endpoint(server.url(), settings(file.toString(), false)).answer("task", "material", FORM);
        }
        Files.writeString(file, Files.readString(file).replace("\"material\"", "\"other\""), StandardCharsets.UTF_8);
        Endpoint replay =
                Endpoint.open(settings(file.toString(), true), Map.of()).orElseThrow();
        assertThat(replay.refusals()).singleElement().asString().contains("not what its digest says");
    }

    @Test
    void withoutAnAddressThereIsNoEndpoint() {
        assertThat(Endpoint.open(EndpointSettings.standard(), Map.of())).isEmpty();
        assertThatThrownBy(() -> Endpoint.open(
                        EndpointSettings.standard(), Map.of("KERNELWEAVE_LLM_URL", "http://localhost:1/v1")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("KERNELWEAVE_LLM_MODEL");
    }

    @Test
    void aKeyGoesOnlyToTheAddressThatItCameWith() {
        Map<String, String> both = Map.of(
                "KERNELWEAVE_LLM_URL", "https://llm.example/v1",
                "KERNELWEAVE_LLM_KEY", "own",
                "OPENAI_API_KEY", "openai");
        assertThat(at(null).key(both)).isEqualTo("own");
        assertThat(at("https://llm.example/v2").key(both)).isEqualTo("own");
        assertThat(at("https://elsewhere.example/v1").key(both)).isNull();
        assertThat(at("http://llm.example/v1").key(both)).isNull();
        assertThat(at("https://api.openai.com/v1").key(both)).isEqualTo("openai");
        assertThat(at(null).key(Map.of("OPENAI_API_KEY", "openai"))).isEqualTo("openai");
        assertThat(at("http://localhost:8080/v1").key(Map.of("OPENAI_API_KEY", "openai")))
                .isNull();
        assertThat(at("http://localhost:8080/v1").key(Map.of("KERNELWEAVE_LLM_KEY", "own")))
                .isNull();
        assertThatThrownBy(() -> at(null).key(Map.of("KERNELWEAVE_LLM_KEY", "two\nlines")))
                .hasMessageNotContaining("lines");
    }

    private static EndpointSettings at(String url) {
        return new EndpointSettings(url, "stub", 0, 0, 0, 0, null, 0, 0, null, false);
    }

    @Test
    void anAddressThatHidesSomethingIsRefusedWithoutRepeatingIt() {
        for (String url : List.of(
                "http://user:hunter2@host/v1", "ftp://host/hunter2", "http:///hunter2", "file:///hunter2", "hunter2")) {
            assertThatThrownBy(() -> at(url)).isInstanceOf(InputException.class).hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void itJudgesAndAnOpinionStaysOne() {
        ObjectNode check = (ObjectNode) Json.parse("{\"check\":\"judge\",\"asks\":\"Is it kind?\"}", "test");
        try (StubServer server = new StubServer(
                StubServer.says("{\"verdict\":\"PASS\",\"reason\":\"It greets.\"}"), Answer.of(401, "who are you"))) {
            Endpoint endpoint = endpoint(server.url());
            Verdict verdict = Checks.parse(check, "test", endpoint).evaluate(Subject.of("greet them", "hello"));
            assertThat(verdict.outcome()).isEqualTo(Outcome.PASS);
            assertThat(verdict.basis()).isEqualTo(Basis.JUDGED);
            verdict = Checks.parse(check, "test", endpoint).evaluate(Subject.of("greet them", "hello"));
            assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
        }
    }
}
