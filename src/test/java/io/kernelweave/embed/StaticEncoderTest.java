package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.json.InputException;
import io.kernelweave.vector.VectorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticEncoderTest {
    private static final List<String> THINGS =
            List.of("invoice", "letter", "log", "table", "recipe", "contract", "email", "poem", "report", "list");

    @TempDir
    static Path folder;

    private static SentenceEncoder encoder;
    private static List<String> texts;
    private static StaticEncoder fast;

    @BeforeAll
    static void distil() {
        encoder = SentenceEncoder.miniLm();
        texts = new ArrayList<>();
        for (String thing : THINGS) {
            for (String form : List.of(
                    "sum up this %s",
                    "translate the %s to french",
                    "find each date in the %s",
                    "sort the %s by name",
                    "how long is this %s")) {
                texts.add(String.format(form, thing));
            }
        }
        fast = StaticEncoder.distil(encoder, texts, folder.resolve("fast.vectors"));
    }

    @AfterAll
    static void close() {
        encoder.close();
    }

    @Test
    void liesNearTheEncoderOnWhatItLearnedAndOnWhatIsLikeIt() {
        double sum = 0;
        for (String text : texts) {
            sum += SentenceEncoderTest.cosine(fast.embed(text), encoder.embed(text));
        }
        assertThat(sum / texts.size()).isGreaterThan(0.93);
        String unseen = "translate each date in this letter";
        assertThat(SentenceEncoderTest.cosine(fast.embed(unseen), encoder.embed(unseen)))
                .isGreaterThan(0.75);
    }

    @Test
    void givesUnitVectorsForAnyText() {
        for (String text : List.of("", "  ", "日本語 😀", "qwx zzyzx", "sum up", "sum up ".repeat(100_000))) {
            float[] vector = fast.embed(text);
            assertThat(vector).hasSize(fast.dimensions());
            assertThat(SentenceEncoderTest.cosine(vector, vector)).isEqualTo(1, within(1e-5));
        }
    }

    @Test
    void tellsWhatShareOfATextItKnows() {
        assertThat(fast.known("sum up this log")).isEqualTo(1);
        assertThat(fast.known("sum up this volcano")).isEqualTo(0.75);
        assertThat(fast.known("")).isZero();
    }

    @Test
    void isTheSameWheneverItIsMadeAndAfterLoading() throws IOException {
        Path again = folder.resolve("again.vectors");
        StaticEncoder twice = StaticEncoder.distil(encoder, texts, again);
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(folder.resolve("fast.vectors")));
        assertThat(StaticEncoder.load(again).embed("sort this poem"))
                .isEqualTo(fast.embed("sort this poem"))
                .isEqualTo(twice.embed("sort this poem"));
        assertThat(fast.identity())
                .isEqualTo(twice.identity())
                .startsWith("static table of " + encoder.identity() + "/");
    }

    @Test
    void refusesWhatIsNoTable() {
        Path file = folder.resolve("other.vectors");
        VectorFile.write(file, "something", 2, List.of());
        assertThatThrownBy(() -> StaticEncoder.load(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds vectors of something");
        assertThatThrownBy(() -> StaticEncoder.distil(encoder, List.of(), file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no texts");
    }
}
