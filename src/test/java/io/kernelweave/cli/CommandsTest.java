package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.verify.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What every command owes: an example in its help, one JSON object for machines, and no Spring where no job runs. */
class CommandsTest {
    @TempDir
    static Path temp;

    private static SmallJob job;
    private static String trace;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallJob.in(temp.resolve("job"), 6);
        assertThat(Program.run(job.run()).exit()).isZero();
        JsonNode traces = Json.parse(
                Program.run(job.args("trace", "list", "latest", "--json")).out(), "stdout");
        trace = traces.path("traces").get(0).path("trace_id").stringValue();
    }

    @Test
    void helpOfEveryCommandHasAnExample() {
        List<CommandLine> commands = new ArrayList<>();
        collect(new CommandLine(new KernelWeave()), commands);
        assertThat(commands).hasSizeGreaterThan(15);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            List<String> args = new ArrayList<>(List.of(name.split(" ")));
            args.add("--help");
            Program.Outcome help = Program.run(args.subList(1, args.size()).toArray(String[]::new));
            assertThat(help.exit()).as(name).isZero();
            assertThat(help.err()).as(name).isEmpty();
            assertThat(help.out()).as(name).containsPattern("(?m)^Examples?:\\s+kernelweave ");
        }
    }

    private static void collect(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(inner -> collect(inner, into));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0  | run JOB",
                "0  | run JOB --fresh",
                "10 | run JOB --set requirements=[{metric:~router.error_rate,~at_least:~1}]",
                "0  | report latest",
                "0  | export latest",
                "0  | trace list latest",
                "0  | trace show latest TRACE",
                "0  | query SELECT~count(*)~FROM~rows",
                "0  | kernel list",
                "0  | kernel show explain-cron",
                "0  | kernel check explain-cron",
                "0  | kernel history explain-cron",
                "0  | kernel promote --dry-run",
                "0  | dataset build SPEC",
                "0  | dataset check SPEC",
                "0  | dataset stats SPEC",
                "0  | route --lexical convert~12~MiB/s~to~Mbit/s",
                "0  | version",
            })
    void jsonIsOneObjectAndNothingElse(int exit, String command) {
        Program.Outcome outcome = Program.run(arguments(command + " --json"));
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(exit);
        assertThat(outcome.err()).isEmpty();
        assertThat(Json.parse(outcome.out(), "stdout")).isInstanceOf(ObjectNode.class);
    }

    @Test
    void addingAndCompilingKernelsSpeaksJsonToo() throws IOException {
        ObjectNode kernel = Json.read(Path.of("phasecd/store/kernels/explain-cron.json"), ObjectNode.class);
        Path file = Files.writeString(temp.resolve("kernel.json"), Json.pretty(kernel));
        String store = Files.createDirectories(temp.resolve("store")).toString();
        Program.Outcome added = Program.run("kernel", "add", file.toString(), "--store", store, "--json");
        assertThat(added.exit()).as(added.err()).isZero();
        assertThat(Json.parse(added.out(), "stdout")
                        .path("added")
                        .get(0)
                        .path("kernel_id")
                        .stringValue())
                .isEqualTo("explain-cron");

        Program.Outcome compiled =
                Program.run(job.args("compile", "--run", "latest", "--trace", trace, "--id", "made", "--json"));
        assertThat(compiled.exit()).as(compiled.err()).isIn(0, 10);
        assertThat(Json.parse(compiled.out(), "stdout")
                        .path("kernel")
                        .path("kernel_id")
                        .stringValue())
                .isEqualTo("made");
    }

    @Test
    void aKernelRisesByItsAnswersAndItsHistorySaysWhyInALineEach() throws IOException {
        Path folder = temp.resolve("rising");
        String[] where = {
            "--store",
            folder.toString(),
            "--state",
            temp.resolve("rising-state").toString()
        };
        KernelStore store = new KernelStore(folder);
        Kernel kernel = store.add(Json.read(Path.of("phasecd/store/kernels/explain-cron.json"), Kernel.class), "made");
        List<FeedbackLedger.Entry> passed = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            passed.add(new FeedbackLedger.Entry("explain-cron", kernel.digest(), "c" + i, Outcome.PASS));
        }
        FeedbackLedger.open(store).append("night-1", passed);
        assertThat(kernel(where, "promote", "--dry-run").out()).contains("1 of 1 kernels would change");
        assertThat(store.get("explain-cron").status().state()).isEqualTo(State.CANDIDATE);
        assertThat(kernel(where, "promote").out()).contains("candidate -> trusted", "1 of 1 kernels changed");
        assertThat(kernel(where, "promote").out()).contains("0 of 1 kernels changed");
        assertThat(kernel(where, "move", "explain-cron", "quarantined", "--note", "looks odd")
                        .out())
                .contains("trusted -> quarantined: by hand: looks odd");
        assertThat(kernel(where, "move", "explain-cron", "trusted", "--note", "please")
                        .err())
                .startsWith("kernelweave: STATE: \"trusted\" is none to put a kernel into");
        List<String> history =
                kernel(where, "history", "explain-cron").out().lines().toList();
        assertThat(history).hasSize(4);
        assertThat(history.get(1)).startsWith("#1 ").contains("run night-1: 20 of 20 answers passed, 20 clusters");
        assertThat(history.get(2))
                .startsWith("#2 ")
                .contains("candidate -> trusted: ln E 3.02 (3.00 taken, 1 kernel judged)", "journal #1 to #1");
        assertThat(history.get(3)).contains("trusted -> quarantined");
        assertThat(kernel(where, "history", "explain-cron", "--states").out().lines())
                .hasSize(3);
    }

    private static Program.Outcome kernel(String[] where, String... command) {
        List<String> all = new ArrayList<>(List.of("kernel"));
        all.addAll(List.of(command));
        all.addAll(List.of(where));
        return Program.run(all.toArray(String[]::new));
    }

    @Test
    void aPromptMayBeginWithAnythingOrComeFromStandardInput() {
        String at = Program.run("route", "--lexical", "--json", "@README.md").out();
        assertThat(Json.parse(at, "stdout").path("action").stringValue()).isEqualTo("generate");
        Program.Outcome hyphen = Program.run("route", "--lexical", "--json", "--", "- convert 3 GiB to MB");
        assertThat(hyphen.out()).contains("\"convert-units\"");
        InputStream before = System.in;
        try {
            String megabyte = "convert 3 GiB to MB, süß\n\n" + "字\n".repeat(300_000);
            System.setIn(new ByteArrayInputStream(megabyte.getBytes(StandardCharsets.UTF_8)));
            Program.Outcome piped = Program.run("route", "--lexical", "--json", "-");
            assertThat(Json.parse(piped.out(), "stdout")
                            .path("kernel_ids")
                            .get(0)
                            .stringValue())
                    .isEqualTo("convert-units");
            System.setIn(new ByteArrayInputStream(new byte[0]));
            Program.Outcome nothing = Program.run("route", "--lexical", "-");
            assertThat(nothing.exit()).isEqualTo(2);
            assertThat(nothing.err()).startsWith("kernelweave: PROMPT: is empty");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void commandsThatRunNoJobLoadNoSpring() throws Exception {
        for (String command : List.of("kernel list", "route --lexical hello", "report latest", "dataset stats SPEC")) {
            Path log = temp.resolve("classes-" + command.replaceAll("\\W+", "-"));
            Program.Child child = Program.start(
                    Path.of("").toAbsolutePath(), List.of("-Xlog:class+load:file=" + log), arguments(command));
            assertThat(child.exit()).as("%s %s", command, child.err()).isZero();
            try (Stream<String> lines = Files.lines(log)) {
                // Logback asks every jar for configurators when it starts, Spring Boot's among them.
                List<String> loaded = lines.filter(line -> line.contains(" io.kernelweave.cli.KernelWeave ")
                                || line.contains(" org.springframework."))
                        .filter(line -> !line.contains("RootLogLevelConfigurator"))
                        .toList();
                assertThat(loaded).as(command).singleElement().asString().contains("KernelWeave");
            }
        }
    }

    /** A command line of words; {@code ~} stands for a space within one. */
    private static String[] arguments(String command) {
        String[] words = command.strip().split(" +");
        for (int i = 0; i < words.length; i++) {
            words[i] = switch (words[i]) {
                case "JOB" -> job.file("job.yaml").toString();
                case "SPEC" -> job.file("spec.yaml").toString();
                case "TRACE" -> trace;
                default -> words[i].replace('~', ' ');
            };
        }
        boolean store = words[0].equals("kernel") || words[0].equals("route") || words[0].equals("version");
        return store ? words : job.args(words);
    }
}
