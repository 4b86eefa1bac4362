package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.MaskRows;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteRows;
import io.kernelweave.results.Rows;
import io.kernelweave.runtime.Arm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class RowsPageTest {
    private static final String HOSTILE = "</script><script>alert(1)</script><!-- ${x} \u2028 \u0000 ]]>";
    private static final int MANY = 20_000;

    @TempDir
    Path temporary;

    private static String page(List<ResultRow> rows) {
        return new RowsPage(Rows.run("demo-1", "ngram"), rows).render(Templates.builtIn());
    }

    private static String element(String page, String id) {
        Matcher matcher = Pattern.compile("(?s)<script type=\"[a-z/-]+\" id=\"" + id + "\">(.*?)</script>")
                .matcher(page);
        assertThat(matcher.find()).as(id).isTrue();
        return matcher.group(1);
    }

    @Test
    void thePageAsksNobodyAndRunsOnlyWhatItsHashesAllow() throws Exception {
        String page = page(Rows.gated());
        for (String kind : List.of("script", "style")) {
            Matcher own =
                    Pattern.compile("(?s)<" + kind + ">(.*?)</" + kind + ">").matcher(page);
            assertThat(own.find()).isTrue();
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(own.group(1).getBytes(StandardCharsets.UTF_8));
            assertThat(page)
                    .contains(kind + "-src 'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
        }
        assertThat(page)
                .contains("default-src 'none'; ", "base-uri 'none'", "form-action 'none'")
                .doesNotContain("http://", "https://", " style=\"", " onclick=", "unsafe-");
    }

    @Test
    void whatRowsSayCannotLeaveItsElement() {
        ObjectNode change = Json.object()
                .put("prompt", HOSTILE)
                .put("kernel_id", "k</script>")
                .put("error", HOSTILE);
        String page = page(List.of(Rows.row("r</script>", "c1", Arm.ROUTER_GATE, change.toString())));
        assertThat(page).doesNotContain("alert(1)</script>", "<!--");
        assertThat(Pattern.compile("</script>").matcher(page).results()).hasSize(5);
        JsonNode texts = Json.parseTrusted(element(page, "texts"));
        assertThat(texts).anyMatch(text -> text.asString().equals(HOSTILE));
        assertThat(Json.parseTrusted(element(page, "index")).get(0).get(0).asString())
                .isEqualTo("r</script>");
    }

    @Test
    void theSameRowsGiveTheSameBytesAnywhere() {
        String first = page(Rows.gated());
        Locale locale = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(page(Rows.gated())).isEqualTo(first);
        } finally {
            Locale.setDefault(locale);
        }
    }

    @Test
    void aRowsStageIsTheFirstThatDidNotDoItsPart() {
        List<ResultRow> rows = Rows.gated();
        assertThat(rows.stream().map(RowsPage::stage))
                .containsExactly("passed", "passed", "decoder", "no contract", "router", "passed", "router", "error");
        assertThat(RowsPage.stage(Rows.row("r", "c", Arm.ROUTER_GATE, "{" + Rows.verdict("FAIL", 0.5) + "}")))
                .as("let through, and wrong")
                .isEqualTo("gate");
    }

    @Test
    void routedPromptsHaveAPageAndFiguresHaveOneClearLine() {
        String page = new RowsPage(RouteRows.run("route-1"), RouteRows.twelve()).render(Templates.builtIn());
        assertThat(Json.parseTrusted(element(page, "head")).path("columns").toString())
                .isEqualTo("[\"kernel\",\"router\",\"decision\",\"verdict\"]");
        assertThat(element(page, "details").lines()).hasSize(RouteRows.twelve().size());
        assertThatThrownBy(() -> RowsPage.require(MaskRows.run("masks-1")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("run masks-1: measures masks")
                .hasMessageContaining("leave --html out");
    }

    /** Rows of many kernels in five arms, with checks whose spans stand in prompt and answer. */
    private static List<ResultRow> many(int count) {
        List<Arm> arms = List.of(Arm.RAW, Arm.PROMPT_WRAPPER, Arm.RETRIEVAL, Arm.ROUTER, Arm.ROUTER_GATE);
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < count / arms.size(); i++) {
            String id = String.format(Locale.ROOT, "row-%05d", i);
            String kernel = "kernel-" + i % 40;
            for (Arm arm : arms) {
                boolean passes = (i + arm.ordinal()) % 3 == 0;
                String answer = "{\"quote\":\"line " + i + " \\\"failed\\\"\",\"count\":" + i % 9 + "}";
                ObjectNode change = Json.object()
                        .put("kernel_id", kernel)
                        .put(
                                "prompt",
                                "Count the failures, number " + i + "\n\n```text\nline " + i + " \"failed\" with code "
                                        + i * 7919 % 1000 + "\n" + "and more of it ".repeat(20) + "\n```");
                change.putObject("answer")
                        .put("path", "kernel")
                        .put("text", answer)
                        .putArray("kernel_ids")
                        .add(kernel);
                ObjectNode verdict = change.putObject("verdict")
                        .put("outcome", passes ? "PASS" : "FAIL")
                        .put("score", passes ? 1 : 0.5);
                ObjectNode check = verdict.putArray("checks")
                        .addObject()
                        .put("name", "quoted")
                        .put("severity", "error")
                        .put("outcome", passes ? "PASS" : "FAIL")
                        .put(
                                "reason",
                                passes ? "the quote stands in the source" : "the quote of " + id + " is not whole");
                check.putArray("spans")
                        .addObject()
                        .put("field", "output.quote")
                        .put("start", 0)
                        .put("end", 5 + String.valueOf(i).length());
                check.withArray("spans")
                        .addObject()
                        .put("field", "input.source")
                        .put("start", 0)
                        .put("end", 4);
                rows.add(Rows.row(id, "c" + i / 4, arm, change.toString()));
            }
        }
        return rows;
    }

    @Test
    void aPersonFiltersOpensAndMovesByKeyboardAmongTwentyThousandRows() throws IOException {
        String program = Browser.program().orElse(null);
        Assumptions.assumeTrue(program != null, "skipped: there is no Chromium here");
        Path file = temporary.resolve("rows.html");
        Files.writeString(file, page(many(MANY)));
        try (Browser browser = Browser.start(program, temporary.resolve("profile"))) {
            browser.look(false, 1280, 800);
            browser.open(file, "", "document.documentElement.dataset.ready");
            assertThat(browser.text("document.getElementById('count').textContent"))
                    .isEqualTo("20,000 rows");
            assertThat(browser.evaluate("document.querySelectorAll('.item').length")
                            .asInt(0))
                    .isBetween(8, 40);

            // by columns
            choose(browser, "kernel", "kernel-7");
            choose(browser, "arm", "router+gate");
            choose(browser, "verdict", "FAIL");
            int wanted = (int) many(MANY).stream()
                    .filter(row ->
                            "kernel-7".equals(row.kernelId()) && row.arm().equals("router+gate") && !row.passes())
                    .count();
            assertThat(count(browser)).isEqualTo(wanted + " of 20,000 rows");
            assertThat(browser.text("document.querySelector('select[data-column=stage]').selectedOptions[0].text"))
                    .isEqualTo("all (" + wanted + ")");

            // by words, from the keyboard
            browser.press("/");
            assertThat(browser.text("document.activeElement.id")).isEqualTo("words");
            browser.type("NUMBER 127");
            browser.press("Enter");
            browser.until("document.getElementById('count').textContent !== '" + wanted + " of 20,000 rows'");
            assertThat(browser.text("document.querySelector('.item .id').textContent"))
                    .isEqualTo("row-00127");

            // open one
            browser.press("Enter");
            assertThat(browser.text("document.activeElement.id")).isEqualTo("title");
            assertThat(browser.text("document.getElementById('row').textContent"))
                    .contains(
                            "row-00127",
                            "Count the failures, number 127",
                            "Decision",
                            "probability 0.900",
                            "threshold 0.500")
                    .contains("4 tokens forced by the mask", "6 chosen", "the quote of row-00127 is not whole");
            assertThat(browser.evaluate("[...document.querySelectorAll('mark.fail')].map(m => m.textContent).join('|')")
                            .asString(""))
                    .isEqualTo("line|line 127");
            browser.evaluate("document.querySelector('[data-check]').click()");
            assertThat(browser.evaluate("document.querySelectorAll('mark.active').length")
                            .asInt(0))
                    .isEqualTo(2);
            assertThat(browser.text("decodeURIComponent(location.hash)")).contains("kernel=kernel-7", "row=row-00127");

            // back, and on
            browser.press("Escape");
            assertThat(browser.text("document.activeElement.id")).isEqualTo("list");
            browser.evaluate("document.getElementById('clear').click()");
            assertThat(count(browser)).isEqualTo("20,000 rows");
            browser.press("Home");
            browser.press("j");
            browser.press("ArrowDown");
            browser.press("k");
            assertThat(selected(browser)).isEqualTo("item-1");
            browser.press("End");
            assertThat(selected(browser)).isEqualTo("item-19999");
            assertThat(browser.text("document.getElementById('list').getAttribute('aria-activedescendant')"))
                    .isEqualTo("item-19999");

            // what is in the address comes back, in the dark and on a phone
            browser.look(true, 390, 800);
            browser.open(file, "#verdict=PASS&row=row-00002%20router", "document.querySelector('#title')");
            assertThat(browser.text("document.getElementById('title').textContent"))
                    .startsWith("row-00002");
            assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt(0))
                    .isEqualTo(390);
            assertThat(browser.text("getComputedStyle(document.body).backgroundColor"))
                    .isEqualTo("rgb(13, 17, 23)");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void choose(Browser browser, String column, String value) {
        browser.evaluate("(function () { var select = document.querySelector('select[data-column=" + column
                + "]'); select.value = [...select.options].findIndex(option => option.text.startsWith('" + value
                + " (')) - 1; select.dispatchEvent(new Event('change')); })()");
    }

    private static String count(Browser browser) {
        return browser.text("document.getElementById('count').textContent");
    }

    private static String selected(Browser browser) {
        return browser.text("document.querySelector('.item[aria-selected=true]').id");
    }
}
