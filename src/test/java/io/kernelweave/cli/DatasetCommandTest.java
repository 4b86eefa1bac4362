package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Data sets as a user meets them: sound ones, rubbish, and what becomes of them. */
class DatasetCommandTest {
    private static final String SOUND = """
            {"id":"a","prompt":"wake me at seven","kernel_id":"alarm","split":"train"}
            {"id":"b","prompt":"will there be rain","kernel_id":"weather","split":"validation"}
            {"id":"c","prompt":"ring when the eggs are done","kernel_id":"alarm","split":"eval"}
            """;

    private static final String RUBBISH = SOUND + """
            {"id":"d","prompt":"Wake me at seven!","kernel_id":"alarm","split":"eval"}
            {"id":"e","prompt":"wake me at seven","kernel_id":"weather","split":"train"}
            {"id":"f","prompt":"wake me at seven, please","kernel_id":"alarm","split":"train"}
            {"id":"g","prompt":"wake me at seven, please","kernel_id":"alarm","split":"train"}
            {"id":"h","prompt":"kernel: alarm, now guess","kernel_id":"alarm","split":"train","response":"not JSON"}
            """;

    @TempDir
    Path folder;

    private Path spec = Path.of("");

    @BeforeEach
    void sound() throws IOException {
        spec = spec(SOUND, "kernels_from: rows");
    }

    private Path spec(String rows, String kernels) throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), rows);
        return Files.writeString(
                folder.resolve("spec.yaml"),
                "name: small\nlicense: MIT\nsources: {rows: {path: '" + folder.resolve("rows.jsonl") + "'}}\n" + kernels
                        + "\n");
    }

    private Program.Outcome run(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of("dataset", command));
        if (!command.equals("verify")) {
            arguments.addAll(List.of(
                    spec.toString(), "--datasets", folder.resolve("datasets").toString()));
        }
        arguments.addAll(Arrays.asList(more));
        return Program.run(arguments.toArray(String[]::new));
    }

    private Program.Outcome export(String... more) {
        List<String> arguments = new ArrayList<>(List.of("--creator", "Ada Example", "--published", "2026-01-31"));
        arguments.addAll(Arrays.asList(more));
        return run("export", arguments.toArray(String[]::new));
    }

    @Test
    void rubbishIsShownWithItsRowsAndWrittenDown() throws IOException {
        spec = spec(RUBBISH, "kernels_from: rows");
        Path report = folder.resolve("found/quality.md");
        Program.Outcome found = run("check", "--report", report.toString());
        assertThat(found.exit()).isEqualTo(10);
        assertThat(found.out())
                .contains("error  contradicting-labels: 1")
                .contains("e (train, weather, rows:5): wake me at seven")
                .contains("No router can route more than 87.50 % of the rows right.")
                .contains("FAIL")
                .contains(report.toString());
        assertThat(Files.readString(report))
                .startsWith("# Check of data set `small`\n\n**FAIL**")
                .contains(
                        "| prompt-crosses-splits | error | 1 |",
                        "## label-in-prompt (warn)",
                        "## response-unreadable (warn)")
                .contains(
                        "- the prompt of row h names its kernel alarm\n  - `h` (train, `alarm`, from `rows:8`): `kernel: alarm, now guess`");
        JsonNode json = Json.parse(run("check", "--json").out(), "check");
        assertThat(json.path("router_ceiling").asDouble()).isEqualTo(0.875);
        assertThat(json.path("findings")
                        .path(0)
                        .path("examples")
                        .path(0)
                        .path("row")
                        .asString())
                .isNotEmpty();
    }

    @Test
    void whatIsFixedIsSound() throws IOException {
        spec = spec(RUBBISH, "kernels_from: rows");
        JsonNode fixed = Json.parse(run("check", "--fix", "--json").out(), "check");
        spec = Path.of(fixed.path("fixed").asString(), "spec.yaml");
        Program.Outcome again = run("check");
        assertThat(again.exit()).as(again.out()).isEqualTo(0);
        assertThat(Json.parse(run("stats", "--json").out(), "stats")
                        .path("version")
                        .asString())
                .isEqualTo("2.0.0");
        Program.Outcome exported = export("--json");
        assertThat(exported.exit()).as(exported.err()).isZero();
        assertThat(Json.parse(exported.out(), "export").path("version").asString())
                .isEqualTo("2.0.0");
    }

    @Test
    void labelsAreHeldAgainstAStoreOrSaidNotToBe() throws IOException {
        spec = spec(SOUND, "kernels_from: phasecd/store");
        assertThat(run("check").out()).contains("there is no kernel alarm", "there is no kernel weather");
        spec = spec(
                SOUND.replace("alarm", "explain-cron").replace("weather", "convert-units"),
                "kernels_from: phasecd/store");
        assertThat(run("check").out()).doesNotContain("known-kernels");
        spec = spec(SOUND, "");
        assertThat(run("check").out())
                .contains("error  known-kernels: 1, in 3 rows", "it is not known which kernels there are");
    }

    @Test
    void anExportIsVerifiedAndStaysAsItIs() throws IOException {
        Path target = folder.resolve("out");
        Program.Outcome exported = export("--to", target + "/");
        assertThat(exported.exit()).as(exported.err()).isZero();
        assertThat(exported.out()).contains("version 1.0.0, 3 Parquet files", target.toString());
        assertThat(run("verify", target.toString()).out()).startsWith("PASS");

        Program.Outcome again = export("--to", target.toString());
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.errLines()).singleElement().asString().contains("is there already");

        Path shard = target.resolve("data/eval-00000-of-00001.parquet");
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), 100));
        Program.Outcome cut = run("verify", target.toString());
        assertThat(cut.exit()).isEqualTo(10);
        assertThat(cut.out()).contains("data/eval-00000-of-00001.parquet is not as it was written");
        Program.Outcome nothing = run("verify", folder.resolve("nowhere").toString(), "--json");
        assertThat(nothing.exit()).isEqualTo(10);
        assertThat(Json.parse(nothing.out(), "verify").path("verdict").asString())
                .isEqualTo("FAIL");
    }

    @Test
    void theRowsOfAnExportAreReadAsTheyWere() throws IOException {
        JsonNode before = Json.parse(export("--json").out(), "export");
        Path data = Path.of(before.path("folder").asString(), "data");
        assertThat(data).startsWith(folder.resolve("datasets/exports/small-1.0.0"));
        spec = Files.writeString(folder.resolve("again.yaml"), """
                name: small
                sources:
                  train: {path: %1$s/train-00000-of-00001.parquet}
                  validation: {path: %1$s/validation-00000-of-00001.parquet}
                  eval: {path: %1$s/eval-00000-of-00001.parquet}
                kernels_from: train
                """.formatted(data));
        assertThat(Json.parse(run("stats", "--json").out(), "stats").path("digest"))
                .isEqualTo(before.path("digest"));
        Path shard = data.resolve("eval-00000-of-00001.parquet");
        Files.write(shard, Arrays.copyOf(Files.readAllBytes(shard), (int) Files.size(shard) / 2));
        Program.Outcome cut = run("stats");
        assertThat(cut.exit()).isEqualTo(2);
        assertThat(cut.errLines()).singleElement().asString().contains("is not a whole Parquet file");
    }

    @Test
    void theVersionCountsOnFromAnEarlierExport() throws IOException {
        Path first = folder.resolve("first");
        export("--to", first.toString());
        Files.writeString(
                folder.resolve("rows.jsonl"),
                SOUND + "{\"id\":\"d\",\"prompt\":\"is it windy\",\"kernel_id\":\"weather\",\"split\":\"train\"}\n");
        Program.Outcome more = export("--after", first.toString(), "--json");
        assertThat(Json.parse(more.out(), "export").path("version").asString()).isEqualTo("1.1.0");
        Program.Outcome none = export("--after", folder.resolve("lost").toString());
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.errLines()).singleElement().asString().contains("holds no exported data set");
    }

    @Test
    void whatHasToBeSaidIsAskedForInOneLine() throws IOException {
        Program.Outcome silent = run("export");
        assertThat(silent.exit()).isEqualTo(2);
        assertThat(silent.errLines())
                .singleElement()
                .asString()
                .contains("nobody says its creators and published", "--creator NAME");
        assertThat(export("--published", "soon").exit()).isEqualTo(2);
        assertThat(export("--url", "mine").errLines())
                .singleElement()
                .asString()
                .contains("/publication/url");
        assertThat(export("--rows-per-shard", "0").errLines())
                .singleElement()
                .asString()
                .contains("--rows-per-shard");
        spec = spec("\n", "kernels_from: rows");
        assertThat(export().errLines()).singleElement().asString().contains("its sources hold no row");
        assertThat(folder.resolve("datasets/exports")).doesNotExist();
    }
}
