package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SentenceEncoderTest {
    private static SentenceEncoder encoder;

    @BeforeAll
    static void open() {
        encoder = SentenceEncoder.miniLm();
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    @Test
    void givesUnitVectorsOfTheStatedSize() {
        for (String text : List.of("", "x", "List every error of this log", "😀 日本語", "word ".repeat(1000))) {
            float[] vector = encoder.embed(text);
            assertThat(vector).hasSize(encoder.dimensions());
            assertThat(cosine(vector, vector)).isEqualTo(1, within(1e-5));
        }
    }

    @Test
    void putsLikeMeaningsNearer() {
        float[] request = encoder.embed("pull the errors out of this log");
        assertThat(cosine(request, encoder.embed("which log lines are failures?")))
                .isGreaterThan(cosine(request, encoder.embed("convert 12 MiB to kilobytes")) + 0.2);
    }

    @Test
    void givesTheSameBitsInAnyOrderAndCompany() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            texts.add("text " + "and more of it ".repeat(i % 7) + i);
        }
        List<float[]> together = encoder.embedAll(texts);
        List<String> backwards = new ArrayList<>(texts);
        Collections.reverse(backwards);
        List<float[]> reversed = encoder.embedAll(backwards);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(together.get(i)).isEqualTo(encoder.embed(texts.get(i))).isEqualTo(reversed.get(39 - i));
        }
    }

    @Test
    void seesNothingBehindItsLength() {
        String start = "word ".repeat(200);
        assertThat(encoder.embed(start + "apple")).isEqualTo(encoder.embed(start + "pear"));
    }

    @Test
    void namesItsModelAndSettings() {
        assertThat(encoder.identity()).matches("all-minilm-l6-v2-q@[0-9a-f]{16}/mean/128/onnxruntime-[0-9.]+");
    }

    static double cosine(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += (double) a[d] * b[d];
        }
        return sum;
    }
}
