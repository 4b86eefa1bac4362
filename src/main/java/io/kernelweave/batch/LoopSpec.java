package io.kernelweave.batch;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import io.kernelweave.route.Guarantee;
import io.kernelweave.runtime.ClosedLoop;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that watches the closed loop learn, {@code measure: loop}: a stream of prompts from an empty store. The model and what is heard of its
 * answers are simulated: the data set's recorded answers, a stated share of draws wrong, and the data set's labels as the witness.
 *
 * @param measure {@link Measure#LOOP}
 * @param dataset path of the spec of a data set with kernels, which judge answers and are never shown to the loop
 * @param limit prompts of the stream; 0 for as many as there are
 * @param noKernel share of them that no kernel of the data set fits: near misses, other tasks, nonsense
 * @param hard share of the others that the model never gets right: the data set's planted failures
 * @param errors share of draws that are wrong, of prompts that the model can get right
 * @param feedback share of answers that the witness is asked about
 * @param poison share of prompts, in a second stream, whose every answer is wrong and called right by the witness; 0 for no second stream
 * @param embedder as for {@link JobSpec}
 * @param examples confirmed answers from which on a family of prompts is compiled
 * @param asks ways of asking from which on it is
 * @param heldOut share that a new kernel must reach on held-out answers
 * @param threshold probability that is asked of a route while no error bound is certified
 * @param interval prompts after which kernels are compiled, promoted and withdrawn
 * @param retries of the gate before it rolls back
 * @param guarantee what the trained router's threshold shall keep to
 * @param window prompts over which the report's curves are averaged
 * @param seed of everything drawn
 * @param chunk prompts a transaction and a Parquet part
 * @param requirements what the figures of a run must satisfy by themselves
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record LoopSpec(
        Measure measure,
        String name,
        String dataset,
        int limit,
        double noKernel,
        double hard,
        double errors,
        double feedback,
        double poison,
        String embedder,
        int examples,
        int asks,
        double heldOut,
        double threshold,
        int interval,
        int retries,
        Guarantee guarantee,
        int window,
        long seed,
        int chunk,
        List<JobSpec.Bound> requirements,
        @Nullable Retention retention,
        boolean export)
        implements JobFile {

    public LoopSpec {
        JobSpec.requireName(name);
        JobSpec.requireDataset(dataset);
        JobSpec.range("/limit", limit, 0, Integer.MAX_VALUE);
        share("no_kernel", noKernel);
        share("hard", hard);
        share("errors", errors);
        share("feedback", feedback);
        share("poison", poison);
        if (feedback == 0) {
            throw InputException.at("/feedback", "is 0 or missing", "give the share of answers that are checked");
        }
        embedder = RouterSettings.embedder(embedder == null ? "minilm" : embedder);
        if (embedder.equals("none")) {
            throw InputException.at("/embedder", "none tells no prompts apart", "use minilm or bge");
        }
        examples = examples == 0 ? 8 : examples;
        asks = asks == 0 ? 6 : asks;
        heldOut = heldOut == 0 ? 0.8 : heldOut;
        threshold = threshold == 0 ? 0.7 : threshold;
        interval = interval == 0 ? 25 : interval;
        guarantee = guarantee == null ? Guarantee.standard() : guarantee;
        window = window == 0 ? 200 : window;
        chunk = chunk == 0 ? 100 : chunk;
        JobSpec.range("/examples", examples, 2, 100_000);
        JobSpec.range("/asks", asks, 2, examples);
        share("held_out", heldOut);
        share("threshold", threshold);
        JobSpec.range("/interval", interval, 1, 100_000);
        JobSpec.range("/retries", retries, 0, 100);
        JobSpec.range("/window", window, 1, 1_000_000);
        JobSpec.range("/chunk", chunk, 1, 100_000);
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    private static void share(String field, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw InputException.at("/" + field, value + " is no share", "give 0 to 1");
        }
    }

    @Override
    public List<String> datasetFiles() {
        return List.of(dataset);
    }

    /** It is judged by what it must satisfy alone. */
    @Override
    public String baseline() {
        return "none";
    }

    ClosedLoop.Settings loop() {
        return new ClosedLoop.Settings(examples, asks, heldOut, threshold, interval, retries, guarantee, seed);
    }

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of("name", "dataset", "window", "chunk", "requirements", "retention", "export"));
        return Digest.of((JsonNode) json);
    }
}
