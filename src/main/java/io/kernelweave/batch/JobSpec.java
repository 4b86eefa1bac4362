package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Retention;
import io.kernelweave.route.Guarantee;
import io.kernelweave.runtime.Arm;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that answers prompts: which data set is replayed, how, and what the result must satisfy.
 *
 * @param name of the job; its runs are called {@code <name>-<fingerprint>}
 * @param dataset path of the data set's spec
 * @param split which rows are replayed
 * @param targets only rows of these targets; empty for all
 * @param limit at most so many rows, whole clusters in turn from each kernel; 0 for all
 * @param arms what is compared; empty for all that the embedder allows but the one with a cache, whose rows depend on what was
 *     accepted before
 * @param model where answers come from
 * @param adapter whether the router is trained on the splits that are not evaluated ({@code train}), trained so and
 *     then corrected by what the ledger holds of its own decisions ({@code recalibrate}), or works from kernel text alone ({@code
 *     none})
 * @param priors whether the router prefers, of kernels that are nearly tied, those whose answers the ledger holds more accepted of
 *     ({@code ledger}) or not ({@code none}); with a ledger, what it holds when the job starts is part of the fingerprint
 * @param embedder the sentence encoders behind the router: {@code minilm}, {@code bge}, both with a {@code +} between them, or
 *     {@code none} for a router that works by words alone; the retrieval arm needs one, and takes the first
 * @param shots how many examples of each kernel the router may learn from, beside the prompts that no kernel fits; null for all; 0:
 *     no label at all, and what an adapter learns, it learns from the prompts alone
 * @param fastTier whether a static table, distilled from the first encoder, answers easy requests
 * @param guarantee what the router's threshold shall keep to
 * @param retries of the gate before it rolls back
 * @param seed of everything drawn
 * @param chunk rows a transaction and a Parquet part
 * @param partitions parallel partitions; 0 for as many as cores
 * @param baseline {@code previous} (the newest complete run of the job over the same prompts), {@code pinned} ({@code runs
 *     pin --baseline}), {@code none}, or a run id
 * @param margins metric → the loss against the baseline that is still accepted
 * @param requirements what the figures of a run must satisfy by themselves
 * @param demo how many prompts the real-time demo shows
 * @param intents whether the figures of {@link io.kernelweave.results.IntentMetrics} are computed
 * @param promote whether kernels rise and fall by what the ledger holds once the run's answers are in it
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record JobSpec(
        String name,
        String dataset,
        String split,
        List<String> targets,
        int limit,
        List<Arm> arms,
        Model model,
        String adapter,
        String priors,
        String embedder,
        @Nullable Integer shots,
        boolean fastTier,
        Guarantee guarantee,
        int retries,
        long seed,
        int chunk,
        int partitions,
        String baseline,
        Map<String, Double> margins,
        List<Bound> requirements,
        int demo,
        boolean intents,
        boolean promote,
        @Nullable Retention retention,
        boolean export)
        implements JobFile, RouterSettings {

    private static final String NAME = "[a-z0-9][a-z0-9_-]{0,40}";

    /** What generates answers. */
    public enum BackendKind {
        /** A Kneser–Ney model trained on the train split when the job starts. */
        NGRAM,
        /** The responses of the rows themselves. */
        RECORDED,
        /** A transformer from a GGUF file, run by llama.cpp. */
        LLAMA
    }

    /**
     * Where answers come from. Order concerns the n-gram model; file, context, threads and timeout concern llama; what is about
     * sampling and max_tokens concerns both.
     *
     * @param topK how many of the best tokens are sampled from
     * @param topP the share of probability that the best tokens make up together, by which the others are left out; 1 for none
     * @param minP how likely a token is beside the best one at least; 0 for no bound
     * @param maxTokens budget of an answer, in tokens
     * @param file the model's GGUF file
     * @param context how many tokens the model sees; 0 for what it was trained with, but at most 4096
     * @param threads of each of the model's processes, of which there is one a partition; 0 for the cores that each of them has
     * @param timeoutSeconds for loading the model, and for each step
     */
    public record Model(
            BackendKind backend,
            int order,
            double temperature,
            int topK,
            double topP,
            double minP,
            int maxTokens,
            @Nullable String file,
            int context,
            int threads,
            int timeoutSeconds) {
        public Model {
            backend = backend == null ? BackendKind.NGRAM : backend;
            order = order == 0 ? 6 : order;
            topK = topK == 0 ? 40 : topK;
            topP = topP == 0 ? 1 : topP;
            maxTokens = maxTokens == 0 ? 400 : maxTokens;
            timeoutSeconds = timeoutSeconds == 0 ? 300 : timeoutSeconds;
            range("/model/order", order, 2, 12);
            range("/model/top_k", topK, 1, 1_000_000);
            range("/model/max_tokens", maxTokens, 1, 100_000);
            range("/model/context", context, 0, 1 << 22);
            range("/model/threads", threads, 0, 512);
            range("/model/timeout_seconds", timeoutSeconds, 1, 86_400);
            upTo("/model/temperature", temperature, 5);
            upTo("/model/top_p", topP, 1);
            upTo("/model/min_p", minP, 1);
            if ((backend == BackendKind.LLAMA) != (file != null)) {
                throw InputException.at(
                        "/model/file",
                        file == null ? "is missing" : "is for backend llama only",
                        "name the GGUF file of a model with backend: llama");
            }
        }

        private static void upTo(String field, double value, double high) {
            if (!(value >= 0 && value <= high)) { // NaN is out of range too
                throw InputException.at(field, value + " is out of range", "give 0 to " + (int) high);
            }
        }

        static Model standard() {
            return new Model(BackendKind.NGRAM, 0, 0, 0, 0, 0, 0, null, 0, 0, 0);
        }

        DecodeSettings sampling() {
            return new DecodeSettings(temperature, topK, topP, minP, maxTokens, 0);
        }

        /** All settings that decide answers; where a file is does not, what is in it does. */
        ObjectNode settings() {
            ObjectNode json = Json.tree(this);
            json.remove(List.of("file", "timeout_seconds"));
            return json;
        }
    }

    /** A bound that a metric of the run must keep. */
    public record Bound(
            String metric,
            @Nullable Double atLeast,
            @Nullable Double atMost) {
        public Bound {
            if (metric == null || (atLeast == null) == (atMost == null)) {
                throw InputException.at("/requirements", "needs a metric and one of at_least and at_most", "give both");
            }
        }

        Requirement requirement() {
            return atLeast != null
                    ? new Requirement(metric, ">=", atLeast)
                    : new Requirement(metric, "<=", java.util.Objects.requireNonNull(atMost));
        }
    }

    public JobSpec {
        requireName(name);
        requireDataset(dataset);
        split = split == null ? "eval" : split;
        if (!DatasetSpec.SPLITS.contains(split)) {
            throw InputException.at("/split", "unknown split \"" + split + "\"", "use one of " + DatasetSpec.SPLITS);
        }
        targets = targets == null ? List.of() : List.copyOf(targets);
        model = model == null ? Model.standard() : model;
        adapter = adapter == null ? "train" : adapter;
        if (!List.of("train", "recalibrate", "none").contains(adapter)) {
            throw InputException.at("/adapter", "unknown \"" + adapter + "\"", "use train, recalibrate or none");
        }
        priors = priors == null ? "none" : priors;
        if (!List.of("ledger", "none").contains(priors)) {
            throw InputException.at("/priors", "unknown \"" + priors + "\"", "use ledger or none");
        }
        embedder = RouterSettings.embedder(embedder);
        if (shots != null) {
            range("/shots", shots, 0, 1_000_000);
        }
        guarantee = guarantee == null ? Guarantee.standard() : guarantee;
        boolean encodes = !embedder.equals("none");
        arms = arms == null || arms.isEmpty()
                ? Arrays.stream(Arm.values())
                        .filter(arm -> arm != Arm.ROUTER_GATE_CACHE && (encodes || arm != Arm.RETRIEVAL))
                        .toList()
                : List.copyOf(arms);
        if (!encodes && arms.contains(Arm.RETRIEVAL)) {
            throw InputException.at(
                    "/arms",
                    "retrieval needs a sentence encoder, and /embedder is none",
                    "leave retrieval out of the arms or set embedder to minilm");
        }
        if (Set.copyOf(arms).size() < arms.size()) {
            throw InputException.at("/arms", "an arm is named twice: " + labels(arms), "name each once");
        }
        chunk = chunk == 0 ? 50 : chunk;
        range("/chunk", chunk, 1, 100_000);
        range("/limit", limit, 0, Integer.MAX_VALUE);
        range("/retries", retries, 0, 100);
        range("/partitions", partitions, 0, 256);
        range("/demo", demo, 0, 1000);
        baseline = baseline == null ? "previous" : baseline;
        margins = margins == null ? Map.of() : new TreeMap<>(margins);
        for (Map.Entry<String, Double> margin : margins.entrySet()) {
            margin(margin.getKey(), margin.getValue(), arms);
        }
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    /** Refuses a margin that no run of this job could be judged by, before anything is replayed. */
    private static void margin(String metric, @Nullable Double loss, List<Arm> arms) {
        Optional<PerRow<ResultRow>> perRow = Metrics.perRow(metric);
        if (perRow.isEmpty() || !labels(arms).contains(Metrics.arm(metric))) {
            throw InputException.at(
                    "/margins/" + metric,
                    "is no metric of this job that rows can be paired by",
                    "use <arm>.<metric> with an arm of " + labels(arms) + " and a metric of " + Metrics.PAIRED);
        }
        if (perRow.get().isShare()) {
            share(metric, loss);
        } else if (loss == null || !(loss >= 0) || Double.isInfinite(loss)) {
            throw InputException.at("/margins/" + metric, loss + " is no loss", "give 0 or more, in the metric's unit");
        }
    }

    /** Refuses a margin that is no share of rows. */
    static void share(String metric, @Nullable Double loss) {
        if (loss == null || !(loss >= 0 && loss <= 1)) {
            throw InputException.at("/margins/" + metric, loss + " is no share of rows", "give 0 to 1");
        }
    }

    static void requireName(@Nullable String name) {
        if (name == null || !name.matches(NAME)) {
            throw InputException.at("/name", "a job needs a name", "use lower-case letters, digits, '_' and '-'");
        }
    }

    static void requireDataset(@Nullable String dataset) {
        if (dataset == null) {
            throw InputException.at("/dataset", "is missing", "name a data set spec, such as phasecd/kernelweave.yaml");
        }
    }

    private static List<String> labels(List<Arm> arms) {
        return arms.stream().map(Arm::label).toList();
    }

    static void range(String field, long value, long low, long high) {
        if (value < low || value > high) {
            throw InputException.at(field, value + " is out of range", "give " + low + " to " + high);
        }
    }

    @Override
    public List<String> datasetFiles() {
        return List.of(dataset);
    }

    @Override
    public boolean prefersUsed() {
        return priors.equals("ledger");
    }

    @Override
    public boolean recalibrates() {
        return adapter.equals("recalibrate");
    }

    @Override
    public boolean learns() {
        return !adapter.equals("none") && !Integer.valueOf(0).equals(shots);
    }

    @Override
    public boolean selfTrains() {
        return !adapter.equals("none") && !learns();
    }

    /** Digest of the settings that decide the rows; how they are cut into chunks and judged is not among them. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of(
                "name",
                "chunk",
                "partitions",
                "baseline",
                "margins",
                "requirements",
                "demo",
                "intents",
                "promote",
                "retention",
                "export"));
        json.set("model", model.settings());
        return Digest.of((JsonNode) json);
    }

    @Override
    public String toString() {
        return name.toLowerCase(Locale.ROOT);
    }
}
