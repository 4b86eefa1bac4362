package io.kernelweave.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A job that is over in a moment: a few recorded rows, labels as kernels, a router that works by words.
 */
public final class SmallJob extends JobFolder {
    private static final String[] INTENTS = {"alarm", "weather", "timer", "music", "lights"};
    private static final String[] TRAIN = {"please set", "show me", "is there"};
    private static final String[] EVAL = {"start", "change", "give me", "stop", "tell me of", "open", "I want"};

    private SmallJob(Path folder) {
        super(folder);
    }

    /** Writes the data set, two eval rows to each train row, and the job file. */
    public static SmallJob in(Path folder, int evalRows) throws IOException {
        Files.createDirectories(folder);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < evalRows * 3 / 2; i++) {
            String intent = INTENTS[i % INTENTS.length];
            boolean train = i % 3 == 0;
            rows.add(String.format(
                    Locale.ROOT,
                    "{\"id\":\"r%04d\",\"prompt\":\"%s the %s number %d\",\"kernel_id\":\"%s\",\"split\":\"%s\"}",
                    i,
                    train ? TRAIN[i % TRAIN.length] : EVAL[i % EVAL.length],
                    intent,
                    i,
                    intent,
                    train ? "train" : "eval"));
        }
        Files.write(folder.resolve("rows.jsonl"), rows);
        Files.writeString(folder.resolve("spec.yaml"), """
                name: small
                license: Apache-2.0
                seed: 1
                sources:
                  rows: {path: "%s"}
                kernels_from: rows
                """.formatted(folder.resolve("rows.jsonl")));
        Files.writeString(folder.resolve("job.yaml"), """
                name: small
                dataset: "%s"
                split: eval
                arms: [router, router+gate]
                model: {backend: recorded}
                adapter: none
                embedder: none
                retries: 0
                seed: 1
                chunk: 1
                partitions: 2
                baseline: none
                demo: 2
                """.formatted(folder.resolve("spec.yaml")));
        return new SmallJob(folder);
    }

    /** The lines of the data set's one source. */
    public List<String> rows() throws IOException {
        return Files.readAllLines(file("rows.jsonl"));
    }
}
