package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinsTest {
    @TempDir
    Path temporary;

    private RunRegistry registry() {
        return new RunRegistry(Folder.of(temporary.toString()));
    }

    private Run run(String id, String job, String state) {
        Run run = new Run(
                id,
                job,
                state,
                Map.of("code", "1"),
                Json.object(),
                new Run.Data("d", "eval", 1, 1, 1),
                Map.of(),
                null,
                null,
                Instant.parse("2026-01-01T00:00:00Z"),
                null);
        registry().folder(id).write(run);
        return run;
    }

    @Test
    void aJobHasOneBaselineAndAnyNumberOfRunsThatAreKept() {
        Run first = run("nightly-a", "nightly", "complete");
        Run second = run("nightly-b", "nightly", "complete");
        Run other = run("demo-a", "demo", "complete");
        assertThat(registry().baseline("nightly")).isEmpty();
        registry().pinBaseline(first);
        registry().pinBaseline(other);
        registry().pin("nightly-b");
        assertThat(registry().baseline("nightly")).contains(first);
        assertThat(registry().baselines()).containsOnly(Map.entry("nightly", "nightly-a"), Map.entry("demo", "demo-a"));
        assertThat(List.of("nightly-a", "nightly-b", "demo-a")).allMatch(registry()::pinned);
        registry().pinBaseline(second);
        assertThat(registry().baseline("nightly")).contains(second);
        assertThat(registry().pinned("nightly-a")).isFalse();
        registry().unpin("nightly-b");
        assertThat(registry().pinned("nightly-b")).isFalse();
        assertThat(registry().baseline("nightly")).isEmpty();
        assertThatThrownBy(() -> registry().unpin("nightly-b")).hasMessageContaining("run nightly-b: is not pinned");
    }

    @Test
    void onlyACompleteRunCanBeABaseline() {
        Run running = run("nightly-a", "nightly", "running");
        assertThatThrownBy(() -> registry().pinBaseline(running))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not complete");
        assertThat(temporary.resolve("pins.json")).doesNotExist();
    }

    @Test
    void aBaselineThatIsGoneIsSaidAndNotForgotten() {
        registry().pinBaseline(run("nightly-a", "nightly", "complete"));
        Folder.of(temporary.toString()).delete("runs/nightly-a");
        assertThatThrownBy(() -> registry().baseline("nightly"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the baseline of job nightly is nightly-a, which is not there");
        assertThat(registry().pinned("nightly-a")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"baselines\": {\"nightly\": \"nigh",
                "{}",
                "{\"baselines\": {\"nightly\": null}, \"kept\": []}",
                "{\"baselines\": {\"nightly\": \"../../etc\"}, \"kept\": []}",
                "{\"baselines\": {}, \"kept\": [\"\"]}",
                "{\"baselines\": {}, \"kept\": [], \"kep\": []}"
            })
    void damagedPinsAreALineAndStayAsTheyAre(String content) throws IOException {
        Files.writeString(temporary.resolve("pins.json"), content);
        Run run = run("nightly-a", "nightly", "complete");
        for (Runnable use : List.<Runnable>of(
                () -> registry().baseline("nightly"),
                () -> registry().pinned("nightly-a"),
                () -> registry().pin("nightly-a"),
                () -> registry().pinBaseline(run),
                () -> registry().unpin("nightly-a"))) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(temporary + "/pins.json")
                    .message()
                    .hasLineCount(1);
        }
        assertThat(temporary.resolve("pins.json")).hasContent(content);
    }

    @Test
    void whoPinsInTheSameMomentLosesNothing() {
        List<String> ids = IntStream.range(0, 40).mapToObj(i -> "nightly-" + i).toList();
        ids.parallelStream().forEach(id -> registry().pin(id));
        assertThat(ids).allMatch(registry()::pinned);
    }
}
