package io.kernelweave.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A job that trains a router by words alone, over labels as kernels, and is over in a moment. */
public final class SmallRouterJob extends JobFolder {
    private static final List<String> INTENTS = List.of("alarm", "weather", "timer", "music");
    private static final List<String> ASKING =
            List.of("please set the %s", "show me my %s", "is there any %s", "%s now");
    private static final List<String> NONE =
            List.of("who won the %s", "write a poem on %s", "my %s is broken", "what does %s cost");
    private static final List<String> THINGS = List.of("cup", "bicycle", "election", "garden", "telescope", "harbour");

    private SmallRouterJob(Path folder) {
        super(folder);
    }

    /** Writes the data set, its prompts in turn from each intent and none, and the job file. */
    public static SmallRouterJob in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("train.jsonl"), rows("t", 0, 40));
        Files.write(folder.resolve("validation.jsonl"), rows("v", 1, 30));
        Files.writeString(folder.resolve("spec.yaml"), """
                name: small
                license: Apache-2.0
                seed: 1
                sources:
                  train: {path: "%s", split: train}
                  validation: {path: "%s", split: validation}
                kernels_from: train
                """.formatted(
                        folder.resolve("train.jsonl"), folder.resolve("validation.jsonl")));
        Files.writeString(folder.resolve("job.yaml"), """
                measure: routing
                name: small-router
                dataset: "%s"
                embedder: none
                guarantee: {max_error: 0.3, delta: 0.2, no_kernel_share: 0.2}
                seed: 1
                chunk: 2
                partitions: 2
                baseline: none
                """.formatted(folder.resolve("spec.yaml")));
        return new SmallRouterJob(folder);
    }

    private static List<String> rows(String id, int shift, int count) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int kind = i % (INTENTS.size() + 1);
            int turn = i / (INTENTS.size() + 1) + shift;
            boolean none = kind == INTENTS.size();
            String ask = (none ? NONE : ASKING).get(turn % 4);
            String label = none ? null : INTENTS.get(kind);
            String thing = THINGS.get(i % 3 + 3 * shift); // other things in each split
            rows.add(String.format(
                    Locale.ROOT,
                    "{\"id\":\"%s%03d\",\"prompt\":\"%s\",\"kernel_id\":%s}",
                    id,
                    i,
                    String.format(Locale.ROOT, ask, none ? thing : label + " by the " + thing),
                    none ? "null" : "\"" + label + "\""));
        }
        return rows;
    }
}
