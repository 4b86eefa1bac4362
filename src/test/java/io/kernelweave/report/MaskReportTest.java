package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.MaskRows;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class MaskReportTest {
    private static final String HOSTILE = "<script>alert(1)</script> | [x](y) `c`\n# head \u001b[31m ```";

    @TempDir
    Path temporary;

    private Map<String, String> render(List<MaskRow> rows) {
        RunFolder folder = new RunFolder(Folder.of(temporary.toString()));
        Bundle.renderMasks(folder, MaskRows.run("masks-1"), rows, MaskMetrics.of(rows));
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        Map<String, String> files = new LinkedHashMap<>();
        // A figure's spaces do not break, which is not what is tested here.
        bundle.listAll().forEach(name -> files.put(name, bundle.readText(name).replace('\u00a0', ' ')));
        return files;
    }

    @Test
    void aSmallReportReadsLikeThis() throws IOException {
        String markdown = render(MaskRows.all()).get("benchmark/benchmark.md");
        try (InputStream in = MaskReportTest.class.getResourceAsStream("small-masks.md")) {
            assertThat(in).isNotNull();
            assertThat(markdown).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void theBundleIsWholeAndItsFiguresAreThoseOfTheMetrics() {
        Map<String, String> files = render(MaskRows.all());
        assertThat(files.keySet())
                .containsExactly(
                        "benchmark/benchmark.json",
                        "benchmark/benchmark.md",
                        "benchmark/errors.csv",
                        "benchmark/metrics.csv",
                        "benchmark/refusals.csv",
                        "plots/times.svg");
        JsonNode json = Json.parse(String.valueOf(files.get("benchmark/benchmark.json")), "benchmark.json");
        Metrics.flat(MaskMetrics.of(MaskRows.all()))
                .forEach((name, value) -> assertThat(
                                json.path("metrics").path(name).doubleValue())
                        .as(name)
                        .isEqualTo(value));
        assertThat(files.get("benchmark/errors.csv"))
                .startsWith("schema,kind,document,excerpt,reason\n")
                .contains("e,refused,1,\"{\"\"a\"\": ⟨1⟩}\",because\n")
                .hasLineCount(6);
        assertThat(files.get("benchmark/refusals.csv"))
                .contains("c,refused,pattern,/properties/a/pattern,", "d,fault,,,IllegalStateException: no\n")
                .hasLineCount(4);
        assertThat(files.get("plots/times.svg"))
                .contains("<title id=\"title\">", "p50  100 µs", "p90  200 µs", "100 ns");
    }

    @Test
    void theSameRowsGiveTheSameBytesInAnyOrderAndPlace() {
        Map<String, String> first = render(MaskRows.all());
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            List<MaskRow> shuffled = new ArrayList<>(MaskRows.all());
            Collections.shuffle(shuffled, new Random(4));
            shuffled.sort(MaskRow.FORM.order());
            List<MaskRow> sorted = new ArrayList<>(MaskRows.all());
            sorted.sort(MaskRow.FORM.order());
            assertThat(render(shuffled)).isEqualTo(render(sorted));
            assertThat(render(MaskRows.all())).isEqualTo(first);
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void whatSchemasAndDocumentsSayCannotBecomeMarkup() {
        String text = Json.compact(HOSTILE);
        List<MaskRow> rows = List.of(
                MaskRows.row(HOSTILE, MaskRows.error("admitted", false, false, HOSTILE)),
                MaskRows.row("b", MaskRows.FAULT.replace("\"IllegalStateException: no\"", text)),
                MaskRows.row(
                        "c",
                        MaskRows.REFUSED.replaceFirst(
                                "\"refusal\":.*",
                                java.util.regex.Matcher.quoteReplacement("\"refusal\":{\"keyword\":" + text
                                        + ",\"pointer\":" + text + ",\"message\":" + text + ",\"late\":true}"))),
                MaskRows.row("d", "\"place\":{\"file\":" + text + ",\"draft\":" + text + ",\"required\":true}"));
        String markdown = String.valueOf(render(rows).get("benchmark/benchmark.md"))
                .replaceAll("(?ms)^(`{3,})[a-z]*\\n.*?^\\1$", "");
        assertThat(markdown.replaceAll("(?<!`)(`+)(?!`)(.+?)(?<!`)\\1(?!`)", ""))
                .doesNotContain("<script>", "[x](y)", "\u001b")
                .doesNotContainPattern("(?m)^# head");
        int columns = 0;
        for (String line : markdown.lines().toList()) {
            int cells = line.startsWith("|") ? line.replace("\\|", "").split("\\|", -1).length : 0;
            assertThat(cells == 0 || columns == 0 ? cells : columns).as(line).isEqualTo(cells);
            columns = cells;
        }
    }

    @Test
    void whatIsWrongComesFirst() {
        String faulty = String.valueOf(render(MaskRows.all()).get("benchmark/benchmark.md"));
        assertThat(faulty.lines()
                        .dropWhile(line -> !line.equals("## What to know first"))
                        .skip(2))
                .startsWith(
                        "- The engine failed on 1 schema: neither a verdict nor a refusal.",
                        "- Masks are too wide for 1 of 8 (schemas of no suite): an invalid document was admitted to its end (strict rule). In no"
                                + " other set was one.");
        String sound = String.valueOf(render(MaskRows.all().subList(0, 3)).get("benchmark/benchmark.md"));
        assertThat(sound.lines()
                        .dropWhile(line -> !line.equals("## What to know first"))
                        .skip(2))
                .startsWith("- No invalid document was admitted to its end (strict rule).");
    }

    @Test
    void aRunOfNothingButRefusalsCanBeReported() {
        String markdown = String.valueOf(
                render(List.of(MaskRows.row("c", MaskRows.REFUSED))).get("benchmark/benchmark.md"));
        assertThat(markdown).contains("| pattern | 1 | 0 | c at `#/properties/a/pattern` |");
    }
}
