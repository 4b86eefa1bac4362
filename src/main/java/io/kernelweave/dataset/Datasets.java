package io.kernelweave.dataset;

import io.kernelweave.json.CanonicalJson;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.storage.Folder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Builds and loads data sets. A generated one lives in {@code datasets/<name>/}: a JSON Lines file for each split,
 * {@code dataset.json} (digests and counts) and {@code README.md} (its card). One that is read from sources stays where it is.
 */
public final class Datasets {
    /** Changes when the generator gives other rows for the same inputs. */
    static final int GENERATOR_VERSION = 2;

    /** What says of a folder of rows what it is. */
    static final String CARD = "dataset.json";

    private static final String FIRST = "1.0.0";

    /** Rows that are put into words before they are written. */
    private static final int AT_ONCE = 2000;

    /** The digests of the kernels that the rows were made with; it is believed only where it fits the card. */
    private static final String KERNELS = "kernels.json";

    /**
     * What {@code dataset.json} says.
     *
     * @param version {@code MAJOR.MINOR.PATCH}, of the data set that was built here before and this one: MAJOR counts up where rows
     *     changed or went, MINOR where rows were added, PATCH where the rows are the same and what is said of them changed
     * @param digest of the rows
     * @param inputs digest of everything that the rows were made from
     * @param files file → SHA-256 of its bytes
     * @param counts rows by split, target, phase, task family; clusters; prompts without a kernel
     */
    public record Card(
            String name,
            String description,
            String license,
            long seed,
            String version,
            String digest,
            String inputs,
            int rows,
            int clusters,
            int rowsWithoutKernel,
            Map<String, Map<String, Integer>> counts,
            Map<String, String> files) {
        public Card {
            version = version == null ? FIRST : version;
        }

        /** The same as another version. */
        Card as(String newVersion) {
            return new Card(
                    name,
                    description,
                    license,
                    seed,
                    newVersion,
                    digest,
                    inputs,
                    rows,
                    clusters,
                    rowsWithoutKernel,
                    counts,
                    files);
        }
    }

    private final Folder root;

    /** @param root the folder of all built data sets, {@code datasets} by default */
    public Datasets(Folder root) {
        this.root = root;
    }

    /** Where data sets are exported to, where nobody says otherwise. */
    public Folder exports() {
        return root.resolve("exports");
    }

    /** The data set of a spec: built if it is generated and not there or out of date. */
    public Dataset open(DatasetSpec spec) {
        if (spec.generate() == null) {
            return readSources(spec);
        }
        Folder folder = root.resolve(spec.name());
        KernelStore.Contents store = store(spec.generate().store());
        if (folder.exists(CARD)) {
            Card card = read(folder);
            if (card.inputs().equals(inputs(spec, digests(store)))) {
                return load(folder, card, store.kernels());
            }
        }
        return build(spec);
    }

    /** The rows of a data set if they are here as a digest says: as they were built, or as their sources have them. */
    public Optional<Dataset> asItWas(DatasetSpec spec, String digest) {
        Dataset dataset;
        if (spec.generate() == null) {
            dataset = readSources(spec);
        } else {
            Folder folder = root.resolve(spec.name());
            if (!folder.exists(CARD) || !read(folder).digest().equals(digest)) {
                return Optional.empty();
            }
            dataset = load(folder, read(folder), List.of());
        }
        return Optional.of(dataset).filter(rows -> rows.digest().equals(digest));
    }

    /** Builds a generated data set afresh; refuses to write one with an error in it. */
    public Dataset build(DatasetSpec spec) {
        DatasetSpec.Generate plan = spec.generate();
        if (plan == null) {
            Dataset dataset = readSources(spec);
            refuse(dataset);
            return dataset;
        }
        Folder folder = root.resolve(spec.name()).requireWritable();
        KernelStore.Contents store = store(plan.store());
        String inputs = inputs(spec, digests(store));
        Scenarios scenarios = Scenarios.load(Path.of(plan.scenarios()));
        Card before = folder.exists(CARD) ? read(folder) : null;
        List<DatasetRow> rowsBefore = before == null ? List.of() : rowsIfWhole(folder, before);
        Set<String> unchanged = before == null ? Set.of() : unchanged(folder, before, spec, store);
        List<DatasetRow> rows = new Generator(
                        spec, plan, store.kernels(), unchanged.isEmpty() ? List.of() : rowsBefore, unchanged)
                .rows(scenarios);
        Dataset dataset = new Dataset(spec.name(), digest(rows), rows, store.kernels());
        refuse(dataset);
        folder.write(KERNELS, Json.pretty(digests(store)));
        write(folder, spec, dataset, inputs, before, rowsBefore);
        // As it will be loaded: what is learned from rows depends on their order.
        return new Dataset(dataset.name(), dataset.digest(), byId(rows), dataset.kernels());
    }

    /**
     * Writes a data set without the rows that {@link Quality#repair} leaves out, as a version of its own beside the others:
     * {@code <name>-<digest>/} with its rows, its card, and a {@code spec.yaml} that jobs can name.
     *
     * @return the folder
     */
    public Folder fix(DatasetSpec spec, Dataset dataset, Quality.Repair repair) {
        if (spec.generate() != null) {
            throw InputException.at(
                    "data set " + spec.name(), "its rows are generated", "mend its scenarios and build it again");
        }
        String digest = digest(repair.rows());
        String name = spec.name() + "-" + digest.substring(0, 12);
        Folder folder = root.resolve(name).requireWritable();
        Dataset fixed = new Dataset(name, digest, repair.rows(), dataset.kernels());
        DatasetSpec own = spec.fixed(name, folder.toString());
        write(folder, own, fixed, "", card(spec, dataset), dataset.rows());
        folder.write("dropped.json", Json.pretty(repair.dropped()));
        folder.write("spec.yaml", Json.yaml(own));
        return folder;
    }

    private static void write(
            Folder folder,
            DatasetSpec spec,
            Dataset dataset,
            String inputs,
            @Nullable Card before,
            List<DatasetRow> rowsBefore) {
        Map<String, String> files = new LinkedHashMap<>();
        Dataset then = new Dataset(dataset.name(), "", rowsBefore, List.of());
        for (String split : DatasetSpec.SPLITS) {
            String file = split + ".jsonl";
            List<DatasetRow> rows = dataset.split(split);
            String digest = before == null || rowsBefore.isEmpty() || !rows.equals(then.split(split))
                    ? null
                    : before.files().get(file);
            files.put(file, digest == null ? write(folder, file, rows) : digest);
        }
        Card card = card(spec, dataset, inputs, files);
        card = card.as(before == null ? FIRST : version(before, rowsBefore, card, dataset.rows()));
        folder.write(DatasetExport.README, DataCard.of(card, spec.generate() != null));
        folder.write(CARD, Json.pretty(card)); // last: it says that the rest is whole
    }

    /** Writes rows as JSON Lines; gives the SHA-256 of the file. */
    private static String write(Folder folder, String file, List<DatasetRow> rows) {
        RowText text = RowText.lines();
        MessageDigest sha256 = Digest.sha256();
        folder.write(file, out -> {
            for (int from = 0; from < rows.size(); from += AT_ONCE) {
                List<byte[]> lines = rows.subList(from, Math.min(from + AT_ONCE, rows.size())).parallelStream()
                        .map(row -> (text.of(row) + "\n").getBytes(StandardCharsets.UTF_8))
                        .toList();
                for (byte[] line : lines) {
                    sha256.update(line);
                    out.write(line);
                }
            }
        });
        return HexFormat.of().formatHex(sha256.digest());
    }

    static String version(Card before, List<DatasetRow> rowsBefore, Card card, List<DatasetRow> rows) {
        int[] number = Arrays.stream(before.version().split("\\."))
                .mapToInt(Integer::parseInt)
                .toArray();
        if (before.digest().equals(card.digest())) {
            boolean same = before.equals(card.as(before.version()));
            return number[0] + "." + number[1] + "." + (number[2] + (same ? 0 : 1));
        }
        boolean kept = !rowsBefore.isEmpty() && new HashSet<>(rows).containsAll(rowsBefore);
        return kept ? number[0] + "." + (number[1] + 1) + ".0" : (number[0] + 1) + ".0.0";
    }

    static Card read(Folder folder) {
        return Json.parse(folder.readText(CARD), Card.class, folder + "/" + CARD);
    }

    /** The rows that were built before, as they were made; none if they are not all there as they were. */
    private List<DatasetRow> rowsIfWhole(Folder folder, Card card) {
        try {
            return load(folder, card, List.of()).rows().stream()
                    .sorted(Generator.AS_MADE)
                    .toList();
        } catch (InputException e) {
            return List.of();
        }
    }

    /** The card of a data set, built or read. */
    public static Card card(DatasetSpec spec, Dataset dataset) {
        return card(spec, dataset, "", Map.of());
    }

    /** The card of a data set with the version that it was built as, where it was. */
    public Card versioned(DatasetSpec spec, Dataset dataset) {
        Folder folder = root.resolve(spec.name());
        Card card = card(spec, dataset);
        Card built = folder.exists(CARD) ? read(folder) : card;
        return built.digest().equals(card.digest()) ? card.as(built.version()) : card;
    }

    private static KernelStore.Contents store(String folder) {
        KernelStore.Contents store = new KernelStore(Path.of(folder)).load();
        if (!store.refusals().isEmpty()) {
            throw new InputException(store.refusals().get(0));
        }
        return store;
    }

    private static void refuse(Dataset dataset) {
        List<Quality.Finding> errors =
                Quality.check(dataset).stream().filter(Quality.Finding::isError).toList();
        if (!errors.isEmpty()) {
            throw InputException.at(
                    "data set " + dataset.name(),
                    errors.get(0).check() + ": " + errors.get(0).finding()
                            + (errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : ""),
                    "dataset check lists all findings");
        }
    }

    /** @param digests of the kernels that rows are made with */
    private static String inputs(DatasetSpec spec, Map<String, String> digests) {
        StringBuilder kernels = new StringBuilder();
        digests.values().forEach(digest -> kernels.append(digest).append('\n'));
        DatasetSpec made = spec.with(DatasetSpec.Publication.NOTHING); // what is said elsewhere makes no row
        String scenarios =
                Scenarios.digest(Path.of(Objects.requireNonNull(spec.generate()).scenarios()));
        return Digest.of(GENERATOR_VERSION + CanonicalJson.text(Json.tree(made)) + kernels + scenarios);
    }

    /** Digests of a store's kernels, in its order. */
    private static Map<String, String> digests(KernelStore.Contents store) {
        Map<String, String> digests = new LinkedHashMap<>();
        store.kernels().forEach(kernel -> digests.put(kernel.kernelId(), kernel.digest()));
        return digests;
    }

    /** The kernels of which rows that were built before are still right, because nothing else changed; none if more did. */
    private static Set<String> unchanged(Folder folder, Card before, DatasetSpec spec, KernelStore.Contents store) {
        if (!folder.exists(KERNELS)) {
            return Set.of();
        }
        Map<String, String> then = new LinkedHashMap<>();
        try {
            Json.parse(folder.readText(KERNELS), folder + "/" + KERNELS)
                    .properties()
                    .forEach(kernel ->
                            then.put(kernel.getKey(), kernel.getValue().asString("")));
        } catch (InputException e) {
            return Set.of();
        }
        if (!before.inputs().equals(inputs(spec, then))) {
            return Set.of();
        }
        return store.kernels().stream()
                .filter(kernel -> kernel.digest().equals(then.get(kernel.kernelId())))
                .map(Kernel::kernelId)
                .collect(Collectors.toSet());
    }

    private Dataset load(Folder folder, Card card, List<Kernel> kernels) {
        List<DatasetRow> rows = new ArrayList<>();
        card.files().forEach((file, digest) -> rows.addAll(RowReader.read(folder, file, digest)));
        return new Dataset(card.name(), card.digest(), byId(rows), kernels);
    }

    private static List<DatasetRow> byId(List<DatasetRow> rows) {
        return rows.stream().sorted(Comparator.comparing(DatasetRow::id)).toList();
    }

    private static Dataset readSources(DatasetSpec spec) {
        if (spec.schemas() != null) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows are schemas, not prompts",
                    "use it in a job with measure: masks, as jobs/maskbench.yaml does");
        }
        if (!spec.pairs().isEmpty()) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows are pairs of schemas, not prompts",
                    "use it in a job with measure: containment, as jobs/containment.yaml does");
        }
        if (spec.traces() != null) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows are traces, not prompts",
                    "use it in a job with measure: compilation, as jobs/compile-traces.yaml does");
        }
        if (spec.instructions() != null) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows are answers with verdicts, not prompts",
                    "use it in a job with measure: ifeval, as jobs/ifeval.yaml does");
        }
        List<DatasetRow> rows = new ArrayList<>();
        Map<String, List<String>> examples = new TreeMap<>();
        Map<String, String> ids = new HashMap<>();
        spec.sources().forEach((name, source) -> {
            int[] number = {0};
            Sources.read(source, spec.obtain(), (origin, object) -> {
                DatasetRow row = ForeignRows.row(spec, name, source, ++number[0], origin, object);
                String before = ids.putIfAbsent(row.id(), origin);
                if (before != null) {
                    throw InputException.at(
                            origin, "the id \"" + row.id() + "\" was given before, in " + before, "make ids unique");
                }
                rows.add(row);
                if (spec.makesKernels(name) && row.kernelId() != null && !row.isComposition()) {
                    List<String> known = examples.computeIfAbsent(row.kernelId(), key -> new ArrayList<>());
                    if (row.split().equals("train")) { // an example from another split would give its answer away
                        known.add(row.prompt());
                    }
                }
            });
        });
        if (rows.isEmpty()) {
            throw InputException.at("data set " + spec.name(), "its sources hold no row", "give sources with rows");
        }
        List<Kernel> kernels = spec.kernelStore() != null
                ? store(spec.kernelStore()).kernels()
                : examples.entrySet().stream()
                        .map(label -> ForeignRows.kernel(spec, label.getKey(), label.getValue()))
                        .toList();
        List<DatasetRow> weighed = DatasetRow.weigh(rows);
        return new Dataset(spec.name(), digest(weighed), weighed, kernels);
    }

    private static String digest(List<DatasetRow> rows) {
        RowText text = RowText.canonical();
        return Digest.of(rows.parallelStream().map(text::digest).sorted().collect(Collectors.joining("\n")));
    }

    static Card card(DatasetSpec spec, Dataset dataset, String inputs, Map<String, String> files) {
        Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();
        counts.put("split", count(dataset, DatasetRow::split));
        counts.put("target", count(dataset, DatasetRow::target));
        counts.put("phase", count(dataset, DatasetRow::phase));
        counts.put("task_family", count(dataset, DatasetRow::taskFamily));
        counts.put("kernel", count(dataset, row -> row.kernelId() == null ? "none" : row.kernelId()));
        return new Card(
                spec.name(),
                spec.description(),
                spec.license(),
                spec.seed(),
                FIRST,
                dataset.digest(),
                inputs,
                dataset.rows().size(),
                (int) dataset.rows().stream()
                        .map(DatasetRow::clusterId)
                        .distinct()
                        .count(),
                (int) dataset.rows().stream()
                        .filter(row -> row.kernelId() == null)
                        .count(),
                counts,
                files);
    }

    private static Map<String, Integer> count(Dataset dataset, Function<DatasetRow, String> field) {
        Map<String, Integer> counts = new TreeMap<>();
        dataset.rows().forEach(row -> counts.merge(field.apply(row), 1, Integer::sum));
        return counts;
    }

    /** For machines: the card as JSON. */
    public static ObjectNode json(Card card, List<Quality.Finding> findings) {
        ObjectNode json = Json.tree(card);
        ArrayNode list = json.putArray("findings");
        findings.forEach(finding -> list.add((ObjectNode) Json.tree(finding)));
        return json;
    }
}
