package io.kernelweave.batch;

import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.embed.EmbeddingCache;
import io.kernelweave.embed.SentenceEncoder;
import io.kernelweave.embed.StaticEncoder;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.route.Embedder;
import io.kernelweave.route.LabelledPrompt;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.route.RouterTrainer;
import io.kernelweave.route.SelfTraining;
import io.kernelweave.route.Usage;
import io.kernelweave.storage.Folder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a job routes with: its kernels as the router may see them, the encoders, and the adapter that is learned from the prompts
 * that are not judged. Trains when first asked for the adapter; all that decides it is in {@link #fingerprint}.
 */
public final class Routing implements AutoCloseable {
    private final RouterSettings settings;
    private final Dataset dataset;
    private final Path state;
    private final List<SentenceEncoder> encoders;
    private final List<EmbeddingCache> embedders;
    private final List<Kernel> kernels;
    private final List<Kernel> routed; // the same, without what no decision may depend on
    private final @Nullable Experience experience; // of the ledger when the job starts, where the router depends on it
    private @Nullable String fingerprint;
    private @Nullable RouterAdapter adapter;

    private Routing(RouterSettings settings, Dataset dataset, KernelStore store, Path state) {
        this.settings = settings;
        this.dataset = dataset;
        this.state = state;
        this.encoders = settings.encoders().stream().map(SentenceEncoder::named).toList();
        this.embedders = encoders.stream()
                .map(encoder -> EmbeddingCache.open(state.resolve("embeddings"), encoder))
                .toList();
        this.kernels = shown(settings, dataset);
        this.routed = kernels.stream().map(Kernel::asRouted).toList();
        this.experience = settings.usesLedger() ? Experience.of(Workbench.ledger(store, state), kernels) : null;
    }

    /** @param store whose journal is the ledger */
    static Routing open(RouterSettings settings, Dataset dataset, KernelStore store, Path state) {
        return new Routing(settings, dataset, store, state);
    }

    /** The kernels, with no more examples than the job lets the router see. */
    private static List<Kernel> shown(RouterSettings settings, Dataset dataset) {
        Integer shots = settings.shots();
        return shots == null
                ? dataset.kernels()
                : dataset.kernels().stream()
                        .map(kernel -> kernel.withExamples(kernel.examples().stream()
                                .distinct()
                                .sorted(Comparator.comparing(
                                        (String prompt) -> Digest.of(settings.seed() + "/" + prompt)))
                                .limit(shots)
                                .toList()))
                        .toList();
    }

    List<Kernel> kernels() {
        return kernels;
    }

    List<? extends Embedder> embedders() {
        return embedders;
    }

    /** What the ledger held when the job started; null where the router does not depend on it. */
    @Nullable
    Experience experience() {
        return experience;
    }

    String storeDigest() {
        return new KernelStore.Contents(kernels, List.of()).digest();
    }

    /**
     * Digest of what decides the router and so each of its decisions, ledger, program and machine aside: the kernels as it sees them, and
     * what it is taught. A kernel's contract for answers is no part of it.
     */
    synchronized String fingerprint() {
        if (fingerprint == null) {
            List<String> parts = new ArrayList<>(List.of(
                    String.valueOf(settings.learns()),
                    String.valueOf(settings.selfTrains()),
                    String.valueOf(settings.recalibrates()),
                    String.valueOf(settings.prefersUsed()),
                    String.valueOf(settings.fastTier()),
                    String.valueOf(settings.shots()),
                    String.valueOf(settings.seed()),
                    embedders.stream().map(Embedder::identity).collect(Collectors.joining("+")),
                    Json.compact(settings.guarantee())));
            for (Kernel kernel : routed) {
                parts.add(kernel.digest() + kernel.status().state().isRoutable());
            }
            if (settings.learns()) {
                for (LabelledPrompt prompt : labelled(fitted())) {
                    parts.add(Json.compact(List.of(
                            prompt.prompt(),
                            prompt.clusterId(),
                            new TreeSet<>(prompt.acceptable()),
                            prompt.composition())));
                }
            } else if (settings.selfTrains()) {
                parts.addAll(unlabelled());
            }
            fingerprint = Digest.of(Json.compact(parts));
        }
        return fingerprint;
    }

    /** Takes an adapter that was trained for the same {@link #fingerprint}, in place of training it again. */
    synchronized void use(RouterAdapter trained) {
        // The table of a fast tier is not part of it.
        if (!settings.fastTier()) {
            adapter = trained;
            save();
        }
    }

    /** Trained on {@link #fitted}, and saved for {@code kernelweave route}; untrained if the job says so. */
    synchronized RouterAdapter adapter() {
        if (adapter == null) {
            adapter = settings.learns()
                    ? corrected(train())
                    : settings.selfTrains()
                            ? SelfTraining.train(routed, unlabelled(), embedders)
                            : RouterAdapter.untrained();
            save();
        }
        return adapter;
    }

    private void save() {
        if (adapter != null && adapter.knowsPrompts()) {
            Folder.of(state.toAbsolutePath().toString()).write(savedAs(), Json.compact(adapter));
        }
    }

    private RouterAdapter train() {
        Function<List<String>, Embedder> distil = settings.fastTier() && !embedders.isEmpty()
                ? texts -> StaticEncoder.distil(embedders.get(0), texts, table(state, storeDigest()))
                : null;
        return RouterTrainer.train(
                routed, labelled(fitted()), embedders, settings.guarantee(), settings.seed(), distil);
    }

    private RouterAdapter corrected(RouterAdapter trained) {
        return experience != null && settings.recalibrates()
                ? experience.recalibrate(trained).adapter()
                : trained;
    }

    private static Path table(Path state, String storeDigest) {
        return state.resolve("routers/" + storeDigest.substring(0, 16) + ".table");
    }

    /** The static table that a job saved beside the adapter; null if there is none. */
    public static @Nullable StaticEncoder savedTable(Path state, String storeDigest) {
        Path file = table(state, storeDigest);
        return Files.exists(file) ? StaticEncoder.load(file) : null;
    }

    /** Where the adapter is saved, in the state folder. */
    String savedAs() {
        return savedAs(storeDigest());
    }

    private static String savedAs(String storeDigest) {
        return "routers/" + storeDigest.substring(0, 16) + ".json";
    }

    /** The adapter that a job saved for just these kernels, or an untrained one. */
    public static RouterAdapter saved(Path state, String storeDigest) {
        Path file = state.resolve(savedAs(storeDigest));
        return Files.exists(file) ? RouterAdapter.read(file) : RouterAdapter.untrained();
    }

    Router router() {
        Usage usage = experience != null && settings.prefersUsed() ? experience.usage() : Usage.none();
        RouterAdapter trained = adapter();
        return Router.of(
                routed, embedders, trained, usage, settings.fastTier() ? savedTable(state, storeDigest()) : null);
    }

    /** A router that has learned nothing. */
    Router untrained() {
        return Router.of(routed, embedders, RouterAdapter.untrained());
    }

    /**
     * What the router is fitted on: all that is neither judged nor kept for the evaluation; with a number of shots, of what a kernel
     * fits only its examples.
     */
    List<DatasetRow> fitted() {
        Set<String> examples =
                kernels.stream().flatMap(kernel -> kernel.examples().stream()).collect(Collectors.toSet());
        return unjudged()
                .filter(row -> settings.shots() == null
                        || row.labelledKernels().isEmpty()
                        || row.split().equals("train") && examples.contains(row.prompt()))
                .toList();
    }

    private Stream<DatasetRow> unjudged() {
        return dataset.rows().stream()
                .filter(row -> !row.split().equals("eval") && !row.split().equals(settings.split()));
    }

    /** The prompts that are neither judged nor kept for the evaluation, without their labels. */
    private List<String> unlabelled() {
        return unjudged().map(DatasetRow::prompt).toList();
    }

    /** Prompts with their labels, one a row of the targets that teach a choice; all rows where no target does. */
    private static List<LabelledPrompt> labelled(List<DatasetRow> rows) {
        List<DatasetRow> choices = rows.stream()
                .filter(row -> row.target().equals("selection") || row.target().equals("composition"))
                .toList();
        Set<String> seen = new HashSet<>();
        return (choices.isEmpty() ? rows : choices)
                .stream()
                        .filter(row -> seen.add(row.prompt()))
                        .map(row -> new LabelledPrompt(
                                row.prompt(),
                                row.clusterId(),
                                row.isComposition() ? Set.of() : new LinkedHashSet<>(row.acceptableKernels()),
                                row.isComposition() ? row.labelledKernels() : List.of()))
                        .toList();
    }

    @Override
    public void close() {
        encoders.forEach(SentenceEncoder::close);
    }
}
