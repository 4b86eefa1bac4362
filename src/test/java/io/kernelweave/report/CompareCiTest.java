package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.compare.Differences;
import io.kernelweave.compare.Figure;
import io.kernelweave.compare.Moved;
import io.kernelweave.compare.RowSets;
import io.kernelweave.compare.Timing;
import io.kernelweave.compare.Versus;
import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.results.Rows;
import io.kernelweave.stats.Interval;
import io.kernelweave.storage.Folder;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompareCiTest {
    @TempDir
    private Path reports;

    private static final String HOSTILE = "50 % lost, see <b>\"a & b\"</b>: ]]> 'x'\r\n::error::\u0001\ud800";

    private static Versus versus(RunVerdict verdict, String reason) {
        MetricVerdict metric = new MetricVerdict(
                "router.rate",
                verdict,
                reason,
                verdict == RunVerdict.INVALID
                        ? null
                        : new MetricVerdict.Comparison(
                                40, 20, 0, 8, 1, 0.8, -0.2, new Interval(-0.3, -0.1), 0.004, 0.004, 0.02, 0.1, 90L));
        Figure figure = new Figure(
                "router k1",
                RunGate.Direction.HIGHER_IS_BETTER,
                true,
                40,
                20,
                0,
                8,
                1,
                0.8,
                -0.2,
                new Interval(-0.3, -0.1),
                0.01,
                0.1);
        return new Versus(
                Rows.run("demo-1", "ngram"),
                Rows.run("demo-2", "ngram"),
                verdict,
                List.of(new Versus.View("", new RunGate.Report(verdict, reason, List.of(metric)))),
                new Differences(List.of(), List.of()),
                new RowSets(40, List.of(), List.of(), List.of()),
                List.of(),
                List.of(),
                List.of(),
                List.of(new Versus.OfLabel("router", "k1", figure)),
                List.of(),
                List.of(),
                List.<Moved>of(),
                0,
                new Timing("", List.of(), List.of(), 0, 0));
    }

    private String junit(List<Versus> comparisons) {
        return CompareCi.junit(Folder.of(reports.toString()), comparisons);
    }

    private static void valid(String xml) throws Exception {
        SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(CompareCiTest.class.getResource("junit-results.xsd"))
                .newValidator()
                .validate(new StreamSource(new StringReader(xml)));
    }

    /** What a build server makes of the file is what the exit code says. */
    @ParameterizedTest
    @EnumSource(RunVerdict.class)
    void junitSaysWhatTheExitCodeSays(RunVerdict verdict) throws Exception {
        String xml = junit(List.of(versus(verdict, "why"), versus(RunVerdict.PASS, "fine")));
        valid(xml);
        assertThat(xml.contains("<failure")).isEqualTo(verdict == RunVerdict.FAIL);
        assertThat(xml.contains("<error")).isEqualTo(verdict == RunVerdict.INVALID);
        assertThat(xml.contains("<skipped")).isEqualTo(verdict == RunVerdict.INCONCLUSIVE);
        assertThat(xml).contains("name=\"router.rate\" classname=\"demo_job\"", "id=\"1\"", "tests=\"2\"");
        // A label is part of a failure, never one of its own.
        assertThat(xml.contains("failures=\"2\"")).isEqualTo(verdict == RunVerdict.FAIL);
    }

    @Test
    void textCannotBecomeMarkup() throws Exception {
        String xml = junit(List.of(versus(RunVerdict.FAIL, HOSTILE)));
        valid(xml);
        assertThat(xml).contains("&lt;b&gt;", "a &amp; b", "\ufffd").doesNotContain("<b>", "\u0001");
    }

    @Test
    void templatesOfTheReportsFolderAreUsedAndEscapeAlike() throws Exception {
        Files.createDirectories(reports.resolve("templates"));
        Files.writeString(
                reports.resolve("templates/junit.xml.ftl"),
                "<testsuites><#list suites as suite><#list suite.cases as each>${each.says}</#list></#list></testsuites>");
        assertThat(junit(List.of(versus(RunVerdict.INVALID, "a < b"))))
                .startsWith("<testsuites>a &lt; b")
                .contains("junit.xml.ftl (SHA-256 ");
    }

    @Test
    void workflowCommandsAreOneLineEach() {
        String lines = CompareCi.github(versus(RunVerdict.FAIL, HOSTILE));
        assertThat(lines.lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("::error title="))
                .anyMatch(line -> line.contains("title=FAIL router.rate (demo_job)::50 %25 lost, see"))
                .anyMatch(line -> line.contains("%0D%0A::error::"));
        assertThat(CompareCi.github(versus(RunVerdict.INCONCLUSIVE, "open: a, b")))
                .isEqualTo("::warning title=INCONCLUSIVE router.rate (demo_job)::open: a, b\n");
        assertThat(CompareCi.github(versus(RunVerdict.PASS, "fine")))
                .isEqualTo("::notice title=PASS demo-2 against demo-1::fine\n");
        assertThat(CompareCi.github(versus(RunVerdict.INVALID, "no"))).startsWith("::error title=INVALID router.rate");
    }
}
