package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ComposeCommandTest {
    private static final String TICKET =
            "extract-log-errors >> adapt({\"request\":\"Make a ticket of it\",\"source\":{\"$text\":\"{}\"}}) >> ";

    @TempDir
    Path temp;

    @Test
    void aFlowIsCheckedByExitCode() {
        assertThat(Program.run("compose", "check", "review-diff & write-commit-message")
                        .exit())
                .isZero();
        assertThat(Program.run("compose", "check", TICKET + "guard(triage-ticket) >> triage-ticket")
                        .exit())
                .isZero();
        Program.Outcome refuted = Program.run("compose", "check", TICKET + "triage-ticket", "--json");
        assertThat(refuted.exit()).isEqualTo(10);
        JsonNode json = Json.parse(refuted.out(), "out");
        assertThat(json.at("/joints/1/answer").stringValue()).isEqualTo("REFUTED");
        assertThat(json.at("/joints/1/witness/request").stringValue()).isEqualTo("Make a ticket of it");
        Program.Outcome unknown = Program.run("compose", "check", "adapt({\"$prompt\":\"{/task}\"}) >> explain-cron");
        assertThat(unknown.exit()).isEqualTo(20);
        assertThat(unknown.out())
                .contains("runs as: adapt({\"$prompt\":\"{/task}\"}) >> guard(explain-cron) >> explain-cron");
    }

    @Test
    void whatIsNoFlowIsRefusedInOneLine() {
        Program.Outcome outcome = Program.run("compose", "check", "review-diff >>");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.errLines()).hasSize(1);
        assertThat(outcome.err()).contains("flow, column 15");
        assertThat(Program.run("compose", "check", "nowhere").err()).contains("there is no kernel \"nowhere\"");
    }

    @Test
    void allPairsAreCounted() {
        Program.Outcome outcome = Program.run("compose", "pairs", "--json");
        assertThat(outcome.exit()).isZero();
        JsonNode json = Json.parse(outcome.out(), "out");
        int kernels = json.path("kernels").intValue();
        assertThat(json.path("pairs")).hasSize(kernels * kernels);
    }

    @Test
    void aFlowRunsOnGivenAnswers() throws IOException {
        ObjectNode kernel = Json.read(Path.of("phasecd/store/kernels/explain-cron.json"), ObjectNode.class);
        JsonNode test = kernel.at("/tests/0");
        Path answers = Files.writeString(
                temp.resolve("answers.json"), "{\"explain-cron\":[" + Json.compact(test.path("output")) + "]}");
        Path input = Files.writeString(temp.resolve("input.json"), Json.compact(test.path("prompt")));
        String flow = "adapt({\"$prompt\":\"{}\"}) >> explain-cron";
        Program.Outcome done =
                Program.run("compose", "run", flow, input.toString(), "--answers", answers.toString(), "--json");
        assertThat(done.exit()).as(done.out() + done.err()).isZero();
        assertThat(Json.parse(done.out(), "out").path("value")).isEqualTo(test.path("output"));
        Program.Outcome failed = Program.run(
                "compose", "run", "(" + flow + ") >> fail(\"no\")", input.toString(), "--answers", answers.toString());
        assertThat(failed.exit()).isEqualTo(10);
        assertThat(failed.out()).contains("FAILED").contains("no");
    }
}
