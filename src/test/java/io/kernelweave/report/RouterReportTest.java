package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RouteRows;
import io.kernelweave.results.RoutedPrompt;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class RouterReportTest {
    private static final String HOSTILE = "<script>alert(1)</script> | [x](y) `c`\n# head \u001b[31m ```";

    @TempDir
    Path temporary;

    private Map<String, String> render(List<RouteRow> rows, RouterCard card) {
        RunFolder folder = new RunFolder(Folder.of(temporary.toString()));
        folder.folder().write(RouterCard.FILE, Json.pretty(card));
        Run run = RouteRows.run("route-1");
        Bundle.renderRouter(folder, run, rows, RouteMetrics.of(rows, run));
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        Map<String, String> files = new LinkedHashMap<>();
        // A figure's spaces do not break, which is not what is tested here.
        bundle.listAll().forEach(name -> files.put(name, bundle.readText(name).replace('\u00a0', ' ')));
        return files;
    }

    private String markdown(List<RouteRow> rows, RouterCard card) {
        return String.valueOf(render(rows, card).get("benchmark/benchmark.md"));
    }

    @Test
    void itSaysWhatTrainingBought() {
        String report = markdown(RouteRows.twelve(), RouteRows.card(0.04));
        assertThat(report)
                .startsWith("# Router training route-1: not judged\n")
                .contains("| likeliest kernel right, of prompts that one fits | 75.0 % ", "| +25.0 points ")
                .contains("| 1.0000 | +0.4375 ") // whose spread nothing shows
                .contains("| abstentions, of prompts that none fits, at the threshold | 0.0 % ", "| +100.0 points ")
                .contains("| AUROC of the probability, a kernel fits or none | 0.5625 ", "| 1.0000 ", "| +0.4375 ")
                .contains("at a certified error of 1 % | not certifiable | not certifiable | – |")
                .contains(
                        "The router learned from the train split of data set `small` and is judged on 6 prompts in 6 clusters")
                .contains("| training | 1.2 s, wall time of the machine below");
    }

    @Test
    void theGuaranteeIsSaidInWordsWithWhatItTakesForGranted() {
        assertThat(markdown(RouteRows.twelve(), RouteRows.card(0.04)))
                .contains(
                        "Of prompts routed at the threshold 0.60, at most 4.0 % go to a wrong kernel, with confidence 90.0 %, where no kernel"
                                + " fits 20.0 % of the traffic (asked for: 5.0 %). On the validation split, weighed so, it is 0.0 %")
                .contains("It takes for granted that clusters of prompts to come are exchangeable")
                .contains("| at most 1.0 % | not certifiable with so few clusters | – | – |")
                .contains("| at most 5.0 % | 0.60 | 75.0 % | 0.0 % |"); // r1 r2 r3
        assertThat(markdown(RouteRows.twelve(), RouteRows.card(0.2)))
                .contains(
                        "An error of 5.0 % cannot be certified with so few clusters: at the threshold 0.60, which decides best, at most"
                                + " 20.0 % go to a wrong kernel");
    }

    @Test
    void kernelsAndConfusionsAreComparedBeforeAndAfter() {
        String report = markdown(RouteRows.twelve(), RouteRows.card(0.04));
        assertThat(report)
                .contains("| (no kernel) | 2 | 0 | 2 | k2 ×1 | none |")
                .contains("| k1 | 2 | 1 | 2 | k2 ×1 | none |")
                .contains("| k3 | 1 | 1 | 0 | none | (no kernel) ×1 |")
                .contains("1 of 4 labels have fewer right decisions than before, k3 the most: 0 of 1, 1 before.")
                .contains("| k3 | (no kernel) | 0 | 1 | list the errors |")
                .contains("| k2 | (no kernel) | 1 | 0 | list the errors |");
    }

    @Test
    void weightsAreOrderedByWhatTheyDoAndPutInWords() {
        String report = markdown(RouteRows.twelve(), RouteRows.card(0.04));
        assertThat(report)
                .contains(
                        "| `head mini` | what the linear head, trained on labelled prompts, gives it, by mini | +2.00 |")
                .contains(
                        "| `share` | its lead over the other listed kernels | +0.34 |"); // spread of the probabilities
    }

    @Test
    void thePlotsShowWhatTheReportSays() {
        Map<String, String> files = render(RouteRows.twelve(), RouteRows.card(0.04));
        assertThat(files.get("plots/reliability.svg"))
                .contains("untrained", "not calibrated", ">trained<", "<title id=\"title\">")
                .doesNotContain("NaN");
        assertThat(files.get("plots/coverage.svg"))
                .contains("asked for: at most 5.0 %", "75.0 % routed,", ">0.0 % wrong<")
                .doesNotContain("NaN");
        JsonNode json = Json.parse(String.valueOf(files.get("benchmark/benchmark.json")), "benchmark.json");
        assertThat(json.path("metrics").path("gain.in_scope_accuracy").doubleValue())
                .isEqualTo(0.25);
        assertThat(json.path("reliability")).hasSize(3);
        assertThat(files.get("benchmark/by_kernel.csv")).contains("k3,1,1,0,none,(no kernel) ×1");
    }

    @Test
    void promptsOfOneKindAreNoReasonToFail() {
        String report = markdown(RouteRows.twelve().subList(0, 8), RouteRows.card(0.2));
        assertThat(report).contains("The prompts are of one kind").doesNotContain("NaN", "AUROC of the probability");
        String none = markdown(RouteRows.twelve().subList(8, 12), RouteRows.card(0.2));
        assertThat(none).doesNotContain("NaN", "likeliest kernel right");
        assertThat(markdown(List.of(), RouteRows.card(0.2))).doesNotContain("NaN");
    }

    @Test
    void theSameRowsGiveTheSameBytesInAnyOrderAndAnywhere() {
        Map<String, String> first = render(RouteRows.twelve(), RouteRows.card(0.04));
        List<RouteRow> shuffled = new ArrayList<>(RouteRows.twelve());
        Collections.shuffle(shuffled, new Random(3));
        shuffled.sort(RouteRow.FORM.order());
        Locale locale = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(render(shuffled, RouteRows.card(0.04))).isEqualTo(first);
        } finally {
            Locale.setDefault(locale);
        }
    }

    @Test
    void whatPromptsAndKernelsSayCannotBecomeMarkup() {
        ObjectNode change =
                Json.object().put("prompt", HOSTILE).put("kernel_id", "k|1 <b>").put("route_correct", false);
        String fields = change.toString();
        List<RouteRow> rows = new ArrayList<>(RouteRows.twelve());
        rows.add(RouteRows.changed(
                RouteRows.row("r7", RouteRow.TRAINED, "k1", "k1", 0.9, true),
                fields.substring(1, fields.length() - 1)));
        ObjectNode error = Json.object().put("error", HOSTILE);
        error.putNull("decision");
        String failed = error.toString();
        rows.add(RouteRows.changed(
                RouteRows.row("r8", RouteRow.TRAINED, "k1", "k1", 0.9, true),
                failed.substring(1, failed.length() - 1)));
        String report = markdown(rows, RouteRows.card(0.04));
        assertThat(report.replaceAll("(?ms)^(`{3,})[a-z]*\\n.*?^\\1$", "").replaceAll("(`+)[^`]+\\1", ""))
                .doesNotContain("<script>", "<b>", "[x](y)", "\u001b")
                .doesNotContainPattern("(?m)^# head");
        report.lines()
                .filter(line -> line.startsWith("|"))
                .forEach(line -> assertThat(line.replace("\\|", "")).as(line).endsWith("|"));
    }

    @Test
    void aRiskCurveTakesTiedPromptsTogether() {
        List<RoutedPrompt> prompts = List.of(
                new RoutedPrompt("a", "a", true, true, 0.9, true, true),
                new RoutedPrompt("b", "b", true, false, 0.8, true, false),
                new RoutedPrompt("c", "c", false, false, 0.8, true, false),
                new RoutedPrompt("d", "d", true, true, 0.3, false, false));
        RiskCurve curve = RiskCurve.of(prompts, prompt -> prompt.inScope() ? 1 : 2);
        assertThat(curve.points()).extracting(RiskCurve.Point::threshold).containsExactly(0.9, 0.8, 0.3);
        assertThat(curve.at(0.85)).isEqualTo(new RiskCurve.Point(0.9, 1, 1 / 3.0, 0));
        assertThat(curve.at(0.8)).isEqualTo(new RiskCurve.Point(0.8, 3, 2 / 3.0, 0.75));
        assertThat(curve.at(0.95).coverage()).isZero();
        assertThat(curve.at(0.95).error()).isNaN();
    }
}
