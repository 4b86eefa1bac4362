package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.compare.Comparison;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
    private static final List<String> SOURCES = List.of("run.json", "inputs/", "results/", "trend.json");

    @TempDir
    Path temporary;

    private RunFolder folder;
    private Folder reports;

    @BeforeEach
    void aRun() {
        reports = Folder.of(temporary.resolve("reports").toString());
        folder = write(reports, "1", Rows.gated(), null, List.of());
    }

    private static Run named(Run run, String code, Run.Judged judged) {
        Map<String, String> fingerprint = Map.of("dataset", "d".repeat(64), "code", code.repeat(64));
        return new Run(
                run.job() + "-" + Run.digest(fingerprint).substring(0, 12),
                run.job(),
                run.state(),
                fingerprint,
                run.settings(),
                run.data(),
                run.environment(),
                run.counts(),
                judged,
                run.startedAt(),
                run.finishedAt());
    }

    private static RunFolder write(
            Folder reports, String code, List<ResultRow> gated, RunFolder baseline, List<Requirement> requirements) {
        List<ResultRow> rows = new ArrayList<>(gated);
        for (ResultRow row : gated) {
            if (row.error() == null) {
                rows.add(Rows.row(row.rowId(), row.clusterId(), Arm.RAW, "{" + Rows.verdict("FAIL", 0.5) + "}"));
            }
        }
        Run plain = Rows.run("demo_job-x", "ngram");
        plain.settings()
                .putArray("requirements")
                .addObject()
                .put("metric", "routing.accuracy")
                .put("at_least", 0.25);
        plain = plain.judged(new Run.Counts(rows.size(), 1), null, "complete", plain.finishedAt());
        Map<String, Metric> metrics = Metrics.of(rows, plain);
        Run.Judged judged = Comparison.judge(
                plain,
                rows,
                metrics,
                baseline == null ? null : baseline.run(),
                baseline == null ? List.of() : baseline.rows(),
                Map.of(),
                List.of(new Requirement("routing.accuracy", ">=", 0.25)));
        Run run = named(plain, code, judged);
        RunFolder folder = new RunFolder(reports.resolve("runs").resolve(run.runId()));
        folder.publish(run.runId(), List.of(folder.writePart("part-0.parquet", ResultRow.FORM, rows)));
        folder.write(run);
        Bundle.render(folder, true);
        return folder;
    }

    private static boolean isSource(String file) {
        return SOURCES.stream().anyMatch(file::startsWith);
    }

    @Test
    void reportsAsTheyWereRenderedAgree() {
        Verification verification = Verification.of(folder);
        assertThat(verification.differences()).isEmpty();
        assertThat(verification.unchecked()).isEmpty();
        assertThat(verification.verdict()).isEqualTo(RunVerdict.PASS);
        assertThat(verification.files()).isEqualTo(12);
        assertThat(verification.numbers()).isGreaterThan(500);
        assertThat(verification.unknown())
                .extracting(Verification.Unknown::what)
                .contains("run.json /environment, /started_at, /finished_at");
    }

    @Test
    void aChangedDigitInAnyFileOfTheBundleIsFound() {
        Random random = new Random(20260105);
        for (String file : folder.folder().listAll()) {
            if (isSource(file)) {
                continue;
            }
            String whole = folder.folder().readText(file);
            int[] digits = java.util.stream.IntStream.range(0, whole.length())
                    .filter(at -> whole.charAt(at) >= '0' && whole.charAt(at) <= '9')
                    .toArray();
            for (int i = 0; i < 6 && digits.length > 0; i++) {
                int at = digits[random.nextInt(digits.length)];
                char other = (char) ('0' + (whole.charAt(at) - '0' + 1 + random.nextInt(9)) % 10);
                folder.folder().write(file, whole.substring(0, at) + other + whole.substring(at + 1));
                Verification verification = Verification.of(folder);
                assertThat(verification.verdict()).as(file + " at " + at).isNotEqualTo(RunVerdict.PASS);
                if (verification.differences().isEmpty()) {
                    // Only what a page says of its own templates may leave it undecided.
                    assertThat(whole.substring(Math.max(0, at - 100), at)).contains(".ftl");
                } else {
                    assertThat(verification.differences())
                            .anyMatch(each -> each.file().equals(file));
                }
            }
            folder.folder().write(file, whole);
        }
        assertThat(Verification.of(folder).verdict()).isEqualTo(RunVerdict.PASS);
    }

    @Test
    void whatDiffersIsNamedByFileMetricAndBothNumbers() {
        String json = RunFolder.BUNDLE + "/benchmark/benchmark.json";
        change(
                json,
                "\"router+gate.verification_pass_rate\" : 0.375",
                "\"router+gate.verification_pass_rate\" : 0.475");
        String markdown = RunFolder.BUNDLE + "/benchmark/benchmark.md";
        change(markdown, "| verification pass rate | 0.0\u00a0% \\[", "| verification pass rate | 9.0\u00a0% \\[");
        String csv = RunFolder.BUNDLE + "/benchmark/by_kernel.csv";
        change(csv, "\nk1,7,0", "\nk1,8,0");
        String svg = RunFolder.BUNDLE + "/plots/arms.svg";
        change(svg, ">37.5 % ", ">38.5 % ");
        assertThat(Verification.of(folder).differences())
                .anySatisfy(each -> assertThat(each)
                        .isEqualTo(new Discrepancy(json, "router+gate.verification_pass_rate", "0.475", "0.375")))
                .anySatisfy(each -> {
                    assertThat(each.file()).isEqualTo(markdown);
                    assertThat(each.what()).contains("(Headline): verification pass rate, raw");
                    assertThat(each.stated()).startsWith("9.0\u00a0%");
                    assertThat(each.recomputed()).startsWith("0.0\u00a0%");
                })
                .anySatisfy(each -> assertThat(each).isEqualTo(new Discrepancy(csv, "line 2: k1, raw rows", "8", "7")))
                .anySatisfy(each -> {
                    assertThat(each.file()).isEqualTo(svg);
                    assertThat(each.stated()).startsWith("38.5");
                    assertThat(each.recomputed()).startsWith("37.5");
                })
                .hasSize(4);
    }

    private void change(String file, String from, String to) {
        String whole = folder.folder().readText(file);
        assertThat(whole).contains(from);
        folder.folder().write(file, whole.replace(from, to));
    }

    @Test
    void whatRunJsonSaysOfTheRowsIsCountedAndJudgedAgain() {
        change("run.json", "\"results\" : 15", "\"results\" : 16");
        change("run.json", "\"clusters\" : 4", "\"clusters\" : 5");
        change("run.json", "1 of 1 requirements", "2 of 2 requirements");
        change("run.json", "\"code\" : \"1", "\"code\" : \"2");
        assertThat(Verification.of(folder).differences().stream()
                        .filter(each -> each.file().equals("run.json"))
                        .map(Discrepancy::what))
                .containsExactly("/run_id", "/counts/results", "/data/clusters", "/judgement/reasons/0");
    }

    @Test
    void aMissingReportAndOneOfNoRunAreNamed() {
        folder.folder().delete(RunFolder.BUNDLE + "/plots/arms.svg");
        folder.folder().write(RunFolder.BUNDLE + "/plots/other.svg", "<svg/>");
        Verification verification = Verification.of(folder);
        assertThat(verification.differences()).extracting(Discrepancy::stated).containsExactly("is missing");
        assertThat(verification.unknown())
                .extracting(Verification.Unknown::what)
                .contains(RunFolder.BUNDLE + "/plots/other.svg");
    }

    @Test
    void theVerdictAgainstABaselineIsMadeAgainWhereTheBaselineIsThere() {
        RunFolder next = write(reports, "2", Rows.gated(), folder, List.of());
        assertThat(Verification.of(next).verdict()).isEqualTo(RunVerdict.PASS);
        assertThat(Verification.of(next).unknown())
                .noneMatch(each -> each.what().contains("/judgement"));
        String run = next.folder().readText("run.json");
        next.folder().write("run.json", run.replace("IDENTICAL", "PASS"));
        assertThat(Verification.of(next).differences())
                .anyMatch(each -> each.file().equals("run.json"));
        next.folder().write("run.json", run);
        folder.folder().delete("run.json");
        assertThat(Verification.of(next).unknown()).anyMatch(each -> each.what().contains("/judgement"));
    }

    @Test
    void rowsThatAreNotThoseOfTheManifestAreRefused() {
        byte[] part = folder.folder().readBytes("results/part-0.parquet");
        part[part.length / 2] ^= 1;
        folder.folder().write("results/part-0.parquet", part);
        assertThatThrownBy(() -> Verification.of(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("its bytes are not those that the run wrote");
    }

    @Test
    void aBrokenTemplateLeavesTheReportsAsTheyWere() {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        String figure = bundle.readText("plots/arms.svg");
        reports.write("templates/arms.svg.ftl", "<svg>${title}</svg>");
        reports.write("templates/benchmark.md.ftl", "# ${run}\n\n${no.such.thing}\n");
        assertThatThrownBy(() -> Bundle.render(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("templates/benchmark.md.ftl:3");
        assertThat(bundle.readText("plots/arms.svg")).isEqualTo(figure);
        assertThat(Verification.of(folder).verdict()).isEqualTo(RunVerdict.PASS);
    }

    @Test
    void aReportByOtherTemplatesIsNoDifferenceAndNotComparedEither() {
        reports.write("templates/benchmark.md.ftl", "# Mine ${run}: ${verdict}\n");
        assertThat(Verification.of(folder).verdict()).as("not used yet").isEqualTo(RunVerdict.PASS);
        Bundle.render(folder);
        assertThat(Verification.of(folder).verdict()).as("used and at hand").isEqualTo(RunVerdict.PASS);
        reports.write("templates/benchmark.md.ftl", "# Other ${run}: ${verdict}\n");
        Verification changed = Verification.of(folder);
        assertThat(changed.verdict()).isEqualTo(RunVerdict.INCONCLUSIVE);
        assertThat(changed.differences()).isEmpty();
        assertThat(changed.unchecked()).anySatisfy(each -> {
            assertThat(each.what()).endsWith("benchmark.md");
            assertThat(each.why())
                    .contains(
                            "another benchmark.md.ftl",
                            "kernelweave report " + folder.run().runId());
        });
        change(RunFolder.BUNDLE + "/benchmark/metrics.csv", "0.375", "0.374");
        assertThat(Verification.of(folder).verdict())
                .as("figures count all the same")
                .isEqualTo(RunVerdict.FAIL);
    }
}
