package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kernelweave.batch.JobFile;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** What docs/nightly.md tells people to put into their machines works as it stands there. */
class NightlyDocTest {
    @TempDir
    Path temp;

    private static String doc() throws IOException {
        return Files.readString(Path.of("docs/nightly.md"));
    }

    /** The code blocks of a language, without their fences. */
    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
                .matcher(doc())
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static JsonNode workflow() throws IOException {
        return Json.parseYaml(blocks("yaml").get(2), JsonNode.class, "workflow");
    }

    @Test
    void everyCommandIsOneThatTheProgramKnows() throws IOException {
        List<String> commands = Pattern.compile("(?<![\\w.])(?:\\./|/srv/kernelweave/)kernelweave( [^\\n`|>;)&#]+)")
                .matcher(doc())
                .results()
                .map((MatchResult found) -> found.group(1).replaceAll(" 2$", "").strip())
                .distinct()
                .toList();
        assertThat(commands).hasSizeGreaterThan(12);
        for (String command : commands) {
            CommandLine.ParseResult parsed = new CommandLine(new KernelWeave()).parseArgs(command.split(" +"));
            assertThat(parsed.hasSubcommand()).as(command).isTrue();
            for (String argument : command.split(" +")) {
                if (argument.startsWith("jobs/")) {
                    assertThat(Path.of(argument)).as(command).exists();
                }
            }
        }
    }

    @Test
    void theSettingsAreThoseOfAJobFile() throws IOException {
        Path job = temp.resolve("job.yaml");
        for (String settings : blocks("yaml").subList(0, 2)) {
            Files.writeString(job, "name: night\ndataset: phasecd/kernelweave.yaml\n" + settings);
            assertThat(JobFile.read(job, Map.of()).name()).isEqualTo("night");
        }
        JobFile nightly = JobFile.read(Path.of("jobs/nightly.yaml"), Map.of("name", "try"));
        assertThat(nightly.name()).isEqualTo("try");
        assertThat(Objects.requireNonNull(nightly.retention()))
                .isEqualTo(Objects.requireNonNull(JobFile.read(job, Map.of()).retention()));
    }

    private record Ended(int exit, String out) {}

    private Ended run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(temp.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    private Path script(String name, String content) throws IOException {
        Path file = Files.writeString(temp.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void theScriptTellsTheLineAndKeepsTheExitCode() throws Exception {
        assumeThat(Path.of("/bin/sh")).exists();
        script("night.sh", blocks("sh").get(0));
        script("curl", "#!/bin/sh\nshift 2\nprintf '%s|%s' \"$1\" \"$2\" > told\n");
        Map<String, String> environment = Map.of(
                "PATH", temp + java.io.File.pathSeparator + System.getenv("PATH"), "CHAT_URL", "https://chat.example");
        script("kernelweave", "#!/bin/sh\necho \"nightly FAIL · it's \\\"$*\\\"\"\nexit 10\n");
        Ended failed = run(environment, "/bin/sh", "night.sh");
        assertThat(failed.exit()).isEqualTo(10);
        assertThat(failed.out()).isEqualTo("nightly FAIL · it's \"run jobs/nightly.yaml --summary\"\n");
        assertThat(temp.resolve("told"))
                .hasContent("nightly FAIL · it's \"run jobs/nightly.yaml --summary\"|https://chat.example");
        script(
                "kernelweave",
                "#!/bin/sh\necho data set >&2\necho 'kernelweave: another run is under way' >&2\nexit 2\n");
        Ended refused = run(environment, "/bin/sh", "night.sh");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.out()).isEqualTo("nightly: no run, exit code 2: kernelweave: another run is under way\n");
    }

    @Test
    void theWorkflowKeepsTheExitCodeButForAnInconclusiveNight() throws Exception {
        JsonNode job = workflow().path("jobs").path("nightly");
        assertThat(workflow().path("on").path("schedule").get(0).path("cron").asString())
                .matches("([\\d*]+ ){4}[\\d*]+");
        assertThat(job.path("steps")).allMatch(step -> step.has("uses") || step.has("run"));
        assumeThat(Path.of("/bin/bash")).exists();
        String night = "";
        for (JsonNode step : job.path("steps")) {
            night = step.has("run") ? step.path("run").asString() : night;
        }
        script("night", night);
        for (int code : List.of(0, 10, 20, 30, 2, 1)) {
            script("kernelweave", "#!/bin/sh\necho \"$1\"\n[ \"$1\" = run ] && exit " + code + "\nexit 10\n");
            Ended ended = run(
                    Map.of("GITHUB_STEP_SUMMARY", temp.resolve("summary").toString()),
                    "/bin/bash",
                    "-eo",
                    "pipefail",
                    "night");
            assertThat(ended.exit()).isEqualTo(code == 20 ? 0 : code);
            assertThat(ended.out()).isEqualTo("run\ntrend\nexport\n");
        }
        assertThat(temp.resolve("summary")).hasContent("run\n".repeat(6));
    }

    @Test
    void systemdTakesTheUnits() throws Exception {
        List<String> units = blocks("ini");
        Path analyze = Path.of("/usr/bin/systemd-analyze");
        assumeThat(analyze).exists();
        script("kernelweave", "#!/bin/sh\n");
        Files.writeString(
                temp.resolve("kernelweave-nightly.service"),
                units.get(0).replace("/srv/kernelweave", temp.toString()).replace("User=kernelweave", "User=root"));
        Files.writeString(temp.resolve("kernelweave-nightly.timer"), units.get(1));
        List<String> command = new ArrayList<>(List.of(analyze.toString(), "verify", "--man=no"));
        command.addAll(List.of("kernelweave-nightly.service", "kernelweave-nightly.timer"));
        Ended verified = run(Map.of(), command.toArray(String[]::new));
        assertThat(verified.out().lines().filter(line -> line.contains("kernelweave-nightly")))
                .isEmpty();
        assertThat(verified.exit()).as(verified.out()).isZero();
    }

    @Test
    void cronTakesTheLine() throws IOException {
        assertThat(doc())
                .containsPattern("(?m)^(\\d+|\\*) (\\d+|\\*) \\* \\* \\* cd /srv/kernelweave && \\./kernelweave run ");
    }
}
