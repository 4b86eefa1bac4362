package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.compare.Moved.Side;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SideBySideTest {
    private static String table(String was, String is) {
        return SideBySide.table(new Side("PASS", "by <k1>", was, List.of()), new Side("FAIL", "", is, List.of()));
    }

    @Test
    void whatDiffersIsMarked() {
        assertThat(table("{\"line\": 225}", "{\"line\": 16}"))
                .contains("<pre>{\"line\": <del>225</del>}</pre>", "<pre>{\"line\": <ins>16</ins>}</pre>")
                .contains("baseline: PASS, by &lt;k1&gt;", "candidate: FAIL<");
        assertThat(table("same", "same")).doesNotContain("<del>", "<ins>");
        assertThat(table("ab", "")).contains("<del>ab</del>", "<em>no text</em>");
    }

    @Test
    void longTextsShowTheSurroundingsOfTheDifference() {
        String start = "x".repeat(5000);
        String table = table(start + "A" + "y".repeat(5000), start + "B" + "y".repeat(5000));
        assertThat(table).contains("… xxx", "<del>A</del>yyy", "<ins>B</ins>yyy", "yyy …");
        assertThat(table.length()).isLessThan(1200);
    }

    /** Whatever the texts: no line of them ends the table, none of their characters is markup, and no character is cut. */
    @Test
    void noTextBreaksTheTable() {
        Random random = new Random(3);
        String[] pieces = {
            "<td>", "&", "\n\n", "\r\n", "\ud83d\ude00", "\ud83d\ude01", "a", "|", "`", "\u0000", "]]>", "\t"
        };
        for (int i = 0; i < 3000; i++) {
            StringBuilder was = new StringBuilder();
            StringBuilder is = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                String piece = pieces[random.nextInt(pieces.length)];
                was.append(piece);
                is.append(random.nextInt(4) == 0 ? pieces[random.nextInt(pieces.length)] : piece);
            }
            String table = table(was.toString(), is.toString());
            assertThat(table.lines()).hasSize(4).noneMatch(String::isBlank);
            assertThat(table.replaceAll("</?(table|tr|t[dh]|pre|del|ins|em)( (align|valign)=\"(left|top)\")?>", ""))
                    .doesNotContain("<", ">");
            assertThat(new String(
                            table.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                            java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(table);
        }
    }
}
