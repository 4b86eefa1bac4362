package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected ids are those of Hugging Face's tokenizers 0.36 for the same {@code tokenizer.json}. */
class WordPieceTest {
    private static final WordPiece TOKENIZER = load();

    private static WordPiece load() {
        String name = "/all-minilm-l6-v2-q-tokenizer.json";
        try (InputStream in = Objects.requireNonNull(WordPieceTest.class.getResourceAsStream(name))) {
            return new WordPiece(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    'List the ERROR lines, please!' | 101 2862 1996 7561 3210 1010 3531 999 102
                    'naïve café Straße' | 101 15743 7668 2358 27807 102
                    'java.lang.NullPointerException: x' | 101 9262 1012 11374 1012 19701 8400 7869 2595 24422 1024 1060 102
                    'antidisestablishmentarianism' | 101 3424 10521 4355 7875 13602 3672 12199 2964 102
                    '日本語 log' | 101 1864 1876 1950 8833 102
                    'ΣΑΣ и й' | 101 1173 14608 29733 1188 1188 102
                    '$5.99 + 10% of `x_y`' | 101 1002 1019 1012 5585 1009 2184 1003 1997 1036 1060 1035 1061 1036 102
                    'a\u200bb\u00a0c' | 101 11113 1039 102
                    '😀 ok' | 101 100 7929 102
                    'don''t' | 101 2123 1005 1056 102
                    """)
    void splitsAsTheModelWasTrained(String text, String ids) {
        assertThat(TOKENIZER.encode(text, 128))
                .containsExactly(java.util.Arrays.stream(ids.split(" "))
                        .mapToLong(Long::parseLong)
                        .toArray());
    }

    @Test
    void cutsAtTheLimitAndStillEndsWithTheEndMark() {
        long[] ids = TOKENIZER.encode("word ".repeat(500), 128);
        assertThat(ids).hasSize(128).startsWith(101).endsWith(102);
    }

    @Test
    void anEmptyTextIsTheTwoMarks() {
        assertThat(TOKENIZER.encode("", 128)).containsExactly(101, 102);
        assertThat(TOKENIZER.encode(" \n\t", 128)).containsExactly(101, 102);
    }
}
