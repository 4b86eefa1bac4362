package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LexicalIndexTest {
    private final LexicalIndex index = new LexicalIndex(
            List.of(List.of("log", "error", "error", "line"), List.of("log", "metric"), List.of("unit", "number")));

    @Test
    void scoresByOkapiBm25AsAShareOfTheAttainable() {
        // idf = ln(1 + (N − n + ½) / (n + ½)); weight = tf / (tf + 1.2 · (¼ + ¾ · 4 / (8 / 3)))
        double log = Math.log(1 + 1.5 / 2.5);
        double error = Math.log(1 + 2.5 / 1.5);
        double norm = 1.2 * (0.25 + 0.75 * 4 / (8 / 3.0));
        double expected = (log / (1 + norm) + error * 2 / (2 + norm)) / (log + error);
        assertThat(index.score(List.of("log", "error")).lexical(0)).isEqualTo(expected, within(1e-12));
    }

    @Test
    void prefersTheKernelWithTheRareWord() {
        LexicalIndex.Scores scores = index.score(List.of("log", "metric"));
        assertThat(scores.lexical(1)).isGreaterThan(scores.lexical(0));
        assertThat(scores.lexical(2)).isZero();
        Best best = new Best(3, Set.of());
        scores.offer(best);
        assertThat(best.kernels()).containsExactly(1, 0);
    }

    @Test
    void wordsThatNoKernelKnowsCountAgainstAll() {
        double known = index.score(List.of("metric")).lexical(1);
        LexicalIndex.Scores scores = index.score(List.of("metric", "bicycle", "bicycle"));
        assertThat(scores.lexical(1)).isLessThan(known / 2);
        assertThat(scores.coverage(1)).isEqualTo(0.5);
    }

    @Test
    void aRequestWithoutWordsScoresNothing() {
        Best best = new Best(3, Set.of());
        index.score(List.of()).offer(best);
        assertThat(best.kernels()).isEmpty();
        assertThat(index.score(List.of()).lexical(0)).isZero();
    }

    @Test
    void comparesContentWordsInTheSingular() {
        assertThat(Words.of("Please list the ERRORS of these 3 log-entries, status: 'ok'"))
                .containsExactly("list", "error", "3", "log", "entry", "status", "ok");
    }
}
