package io.kernelweave.cli;

import io.kernelweave.dataset.SmallStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A job in which the loop learns two small tasks from an empty store. */
public final class SmallLoopJob extends JobFolder {
    private SmallLoopJob(Path folder) {
        super(folder);
    }

    /** Writes kernels, scenarios with many ways of asking, the data set's spec and the job file. */
    public static SmallLoopJob in(Path folder) throws IOException {
        SmallStore.in(folder);
        List<String> asks = new ArrayList<>();
        for (String verb : List.of("quote", "copy", "find", "show me", "give me", "read out")) {
            for (String object : List.of("the code", "the code of this log", "the error code", "that code here")) {
                asks.add('"' + verb + " " + object + '"');
            }
        }
        Files.writeString(folder.resolve("scenarios/quote-code.yaml"), """
                kernel: quote-code
                slots: {word: [alpha, beta, gamma, delta], n: {range: [100, 999]}}
                fence: log
                source: "level ${word} code ${n}"
                response: '{"word": "${word}", "quote": "code ${n}"}'
                asks: %s
                failures:
                  - {breaks: verbatim, set: {quote: "code unknown"}}
                  - {breaks: names-the-word, set: {word: "not ${word}"}}
                """.formatted(asks));
        Files.writeString(
                folder.resolve("spec.yaml"), """
                name: small
                license: CC0-1.0
                seed: 1
                generate:
                  store: %s
                  scenarios: %s
                  rows_per_ask: {prompt_kernel_selection: 2, prompt_kernel_prompting: 1, trace_verification_pairs: 1,
                    trace_failure_pairs: 2, kernel_composition_pairs: 2, retrieval_memory_pairs: 1, distillation_examples: 1}
                  rows_per_no_kernel: 3
                """.formatted(folder.resolve("store"), folder.resolve("scenarios")));
        Files.writeString(folder.resolve("job.yaml"), """
                measure: loop
                name: small-loop
                dataset: "%s"
                limit: 130
                no_kernel: 0.1
                hard: 0.02
                errors: 0.05
                feedback: 0.9
                poison: 0.1
                examples: 4
                asks: 3
                threshold: 0.5
                interval: 8
                retries: 1
                window: 20
                seed: 1
                chunk: 10
                requirements: [{metric: loop.promoted_unverified, at_most: 0}, {metric: loop.poisoned.promoted_failing, at_most: 0}]
                """.formatted(folder.resolve("spec.yaml")));
        return new SmallLoopJob(folder);
    }
}
