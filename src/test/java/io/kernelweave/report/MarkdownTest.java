package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.results.Metric;
import io.kernelweave.stats.Interval;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownTest {
    private static String escaped(String text) {
        return MarkdownOutputFormat.INSTANCE.escapePlainText(text);
    }

    @Test
    void textCannotBecomeMarkupNorBreakATable() {
        assertThat(escaped("a | b")).isEqualTo("a \\| b");
        assertThat(escaped("\\| x")).isEqualTo("\\\\\\| x");
        assertThat(escaped("<img src=x onerror=alert(1)>")).isEqualTo("\\<img src=x onerror=alert(1)\\>");
        assertThat(escaped("[x](javascript:y) ![i](z)")).isEqualTo("\\[x\\](javascript:y) !\\[i\\](z)");
        assertThat(escaped("**b** __i__ `c` ~~s~~")).isEqualTo("\\*\\*b\\*\\* \\_\\_i\\_\\_ \\`c\\` \\~\\~s\\~\\~");
        assertThat(escaped("&lt;b&gt; &amp;")).isEqualTo("&amp;lt;b&amp;gt; &amp;amp;");
        assertThat(escaped("one\r\n## two\n|---|")).isEqualTo("one  \\#\\# two \\|---\\|");
        assertThat(escaped("\u0000\u001b[31m\u007f")).isEqualTo("\ufffd\ufffd\\[31m\ufffd");
        assertThat(escaped("é 漢 😀 –")).isEqualTo("é 漢 😀 –");
        assertThat(escaped("at https://a.test, www.b.test: no link"))
                .isEqualTo("at https\\://a.test, www\\.b.test: no link");
    }

    @Test
    void noFigureIsTornBetweenTwoLines() {
        assertThat(escaped("6.4 % [4.5, 8.8] of 1,132 rows"))
                .isEqualTo("6.4\u00a0% \\[4.5,\u00a08.8\\] of\u00a01,132 rows");
        assertThat(escaped("-0.2 points [-1.5, +1.1], 12 ms"))
                .isEqualTo("-0.2\u00a0points \\[-1.5,\u00a0+1.1\\], 12\u00a0ms");
        assertThat(escaped("1 sample of it, 2 rows, [a, b]")).isEqualTo("1 sample of it, 2 rows, \\[a, b\\]");
    }

    @Test
    void codeSpansHoldAnyTextInOneLine() {
        assertThat(Templates.code("a_b")).isEqualTo("`a_b`");
        assertThat(Templates.code("a`b``c")).isEqualTo("```a`b``c```");
        assertThat(Templates.code("`x`")).isEqualTo("`` `x` ``");
        assertThat(Templates.code("a\n|\u0007 b")).isEqualTo("`a \\|\ufffd b`");
        assertThat(Templates.code(" \n ")).isEmpty();
    }

    @Test
    void fencesHoldAnyText() {
        assertThat(Templates.fence("x", "json")).isEqualTo("```json\nx\n```");
        assertThat(Templates.fence("```\n````\n", "a b`\n")).isEqualTo("`````ab\n```\n````\n`````");
        assertThat(Templates.fence("a\r\n\u001b\tb\n\n", "")).isEqualTo("```\na\ufffd\n\ufffd\tb\n```");
    }

    @Test
    void figuresEscapeWhatTheyShow() {
        String svg = Templates.builtIn()
                .render(new View(
                        "arms.svg.ftl",
                        Map.of(
                                "title",
                                "<script>\"&'",
                                "description",
                                "]]>",
                                "ticks",
                                List.of(Map.of("x", "\"/>", "text", "<")),
                                "bottom",
                                10,
                                "lines",
                                List.of(Map.of(
                                        "name", "<b>", "y", 1, "x", "0", "low", "0", "high", "0", "text", "&")))));
        assertThat(svg)
                .contains(
                        "<title id=\"title\">&lt;script&gt;&quot;&amp;&apos;</title>",
                        "]]&gt;",
                        "&quot;/&gt;",
                        "&lt;b&gt;")
                .doesNotContain("<script>", "<b>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "=cmd|' /C calc'!A0"})
    void aTextCellCannotBeAFormula(String cell) {
        assertThat(Tables.harmless(cell)).isEqualTo("'" + cell);
        assertThat(Tables.harmless("1" + cell)).isEqualTo("1" + cell);
    }

    @Test
    void csvHasQuotedCellsAndPlainNumbers() {
        String csv = Tables.metrics(List.of(
                new Metric("=a,\"b\"\n", 1 / 3.0, new Interval(0.25, 1), 3, 2),
                new Metric("unbounded", -2, Interval.unbounded(), 1, 1),
                new Metric("p50", 1.0E-7, null, 4, 4),
                new Metric("none", Double.NaN, null, 0, 0)));
        assertThat(csv).isEqualTo("""
                metric,value,low,high,rows,clusters
                "'=a,""b""
                ",0.3333333333333333,0.25,1,3,2
                unbounded,-2,,,1,1
                p50,1E-7,,,4,4
                """);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0.0123, 0.012", "1.234, 1.23", "12.34, 12.3", "123.4, 123", "NaN, –"})
    void millisecondsHaveAsManyDigitsAsTheyNeed(double value, String text) {
        assertThat(Templates.millis(value)).isEqualTo(text);
    }

    @Test
    void sharesDifferencesAndLongTextsAreShort() {
        assertThat(Templates.percent(0.9344, new Interval(0.92, 0.948))).isEqualTo("93.4 % [92.0, 94.8]");
        assertThat(Templates.percent(Double.NaN)).isEqualTo("–");
        assertThat(Templates.points(-0.031, new Interval(-0.05, 0.012))).isEqualTo("-3.1 points [-5.0, +1.2]");
        assertThat(Templates.shorten("a\n b  c", 10)).isEqualTo("a b c");
        assertThat(Templates.shorten("abcd efgh", 6)).isEqualTo("abcd…");
    }

    @Test
    void anAxisHasRoundTicksFromEndToEnd() {
        Axis axis = new Axis(0, 1, 150, 620);
        assertThat(axis.ticks()).hasSizeBetween(4, 8).startsWith(0.0).endsWith(1.0);
        assertThat(axis.pixel(0.5)).isEqualTo("385.0");
        assertThat(axis.pixel(7)).isEqualTo("620.0");
        for (double high : new double[] {1e-3, 0.07, 1, 3, 9.9, 47, 12345}) {
            assertThat(new Axis(0, high, 0, 1).ticks()).as("to %s", high).hasSizeBetween(4, 12);
        }
    }
}
