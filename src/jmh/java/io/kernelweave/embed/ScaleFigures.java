package io.kernelweave.embed;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.Embedder;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.stats.Handover;
import io.kernelweave.stats.Handover.Trial;
import io.kernelweave.vector.Neighbour;
import io.kernelweave.vector.VectorFile.Entry;
import io.kernelweave.vector.VectorIndex;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What routing costs at scale, as Markdown: what {@code docs/benchmarks/router/run.sh} starts. Arguments: a folder with
 * CLINC150's files, a folder for vectors and tables, which the next run finds there.
 */
public final class ScaleFigures {
    private static final int MANY = 100_000;
    private static final int THOUSAND = 1_000;
    private static final int FOUND = 8;
    private static final int COMPARED = 10;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private record Row(String text, String intent) {}

    private final Path corpus;
    private final Path work;
    private final SentenceEncoder encoder;
    private final EmbeddingCache cache;
    private final List<Row> train;
    private final List<Row> queries;

    private ScaleFigures(Path corpus, Path work, SentenceEncoder encoder) throws IOException {
        this.corpus = corpus;
        this.work = work;
        this.encoder = encoder;
        this.cache = EmbeddingCache.open(work, encoder);
        this.train = read("train");
        this.queries = new ArrayList<>(read("val"));
        queries.addAll(read("oos_val"));
    }

    public static void main(String[] args) throws IOException {
        try (SentenceEncoder encoder = SentenceEncoder.miniLm()) {
            ScaleFigures figures = new ScaleFigures(Path.of(args[0]), Path.of(args[1]), encoder);
            System.out.println("| | figure | |");
            System.out.println("|---|--:|---|");
            StaticEncoder fast = figures.staticTable();
            figures.index();
            figures.cached();
            figures.handover(fast);
        }
    }

    private static void line(String what, String format, double figure, String note) {
        System.out.printf("| %s | %s | %s |%n", what, String.format(Locale.ROOT, format, figure), note);
    }

    private List<Row> read(String name) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(corpus.resolve(name + ".jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> {
                        JsonNode row = Json.parse(line, name);
                        return new Row(
                                row.get("text").stringValue(), row.get("intent").stringValue());
                    })
                    .toList();
        }
    }

    /** The train part's prompts, then first halves of some followed by second halves of others, until there are enough. */
    private List<String> texts() {
        Set<String> texts = new LinkedHashSet<>();
        train.forEach(row -> texts.add(row.text));
        SplittableRandom random = new SplittableRandom(1);
        while (texts.size() < MANY) {
            String[] one = train.get(random.nextInt(train.size())).text.split(" ");
            String[] other = train.get(random.nextInt(train.size())).text.split(" ");
            texts.add(String.join(" ", Arrays.copyOf(one, (one.length + 1) / 2)) + " "
                    + String.join(" ", Arrays.copyOfRange(other, other.length / 2, other.length)));
        }
        return List.copyOf(texts);
    }

    private void index() {
        List<float[]> vectors = cache.embedAll(texts());
        List<Entry> entries = IntStream.range(0, MANY)
                .mapToObj(i -> new Entry("kernel-" + i, vectors.get(i)))
                .toList();
        long start = System.nanoTime();
        VectorIndex built = new VectorIndex(encoder.identity(), encoder.dimensions());
        built.addAll(entries);
        Path file = work.resolve("scale.index");
        built.save(file);
        line("index of 100,000 built and saved, s", "%.2f", seconds(start), "wall time, from cached vectors; ≤ 180");
        start = System.nanoTime();
        VectorIndex index = VectorIndex.load(file, encoder.identity());
        line("loaded, its SHA-256 checked, s", "%.2f", seconds(start), "wall time; ≤ 1");

        List<float[]> asked = queries.stream().map(row -> cache.embed(row.text)).toList();
        double search = median(asked, 3, query -> index.nearest(query, FOUND).size());
        double scan = median(
                asked.subList(0, 100), 1, query -> index.scan(query, FOUND).size());
        line("search among 100,000, µs", "%.0f", search, "median CPU of a query; ≤ 500");
        line("compared with all 100,000, µs", "%.0f", scan, "median CPU of a query");
        line("ratio", "%.1f", scan / search, "");
        int first = 0;
        int ten = 0;
        List<float[]> judged = IntStream.range(0, 1_500)
                .mapToObj(i -> asked.get(i * asked.size() / 1_500))
                .toList();
        for (float[] query : judged) {
            List<Neighbour> exact = index.scan(query, COMPARED);
            List<Neighbour> found = index.nearest(query, COMPARED);
            first += found.get(0).cosine() == exact.get(0).cosine() ? 1 : 0;
            ten += (int) found.stream().filter(exact::contains).count();
        }
        line("recall@1", "%.4f", (double) first / judged.size(), "of 1,500 prompts that are not in the index; ≥ 0.999");
        line("recall@10", "%.4f", (double) ten / COMPARED / judged.size(), "");
    }

    private StaticEncoder staticTable() {
        List<String> texts = train.stream().map(Row::text).toList();
        cache.embedAll(texts);
        Path file = work.resolve("static.vectors");
        StaticEncoder.distil(cache, texts, file); // the first time, the tokens are encoded too
        long start = System.nanoTime();
        StaticEncoder fast = StaticEncoder.distil(cache, texts, file);
        line("static table of 15,000 prompts made, s", "%.1f", seconds(start), "wall time, from cached vectors");

        VectorIndex index = new VectorIndex(fast.identity(), fast.dimensions());
        index.addAll(IntStream.range(0, THOUSAND)
                .mapToObj(i -> new Entry("kernel-" + i, fast.embed(train.get(i * train.size() / THOUSAND).text)))
                .toList());
        double embed = median(queries, 5, row -> fast.embed(row.text)[0]);
        double tier = median(
                queries, 5, row -> index.nearest(fast.embed(row.text), FOUND).size());
        List<Row> eleven = List.of(new Row("please find every date in the letter i pasted", ""));
        double slow = median(
                IntStream.range(0, 200).mapToObj(i -> eleven.get(0)).toList(), 2, row -> encoder.embed(row.text)[0]);
        line("static table, µs", "%.1f", embed, "median CPU of a prompt");
        line("static table and search among 1,000, µs", "%.1f", tier, "median CPU of a prompt; ≤ 50");
        line("encoder, 11 tokens, µs", "%.0f", slow, "median CPU of a prompt; ≤ 4,000");
        line("ratio encoder / static table", "%.0f", slow / embed, "");
        return fast;
    }

    private void cached() {
        long start = System.nanoTime();
        EmbeddingCache loaded = EmbeddingCache.open(work, encoder);
        line(
                "cache of " + String.format(Locale.ROOT, "%,d", loaded.size()) + " vectors opened, s",
                "%.2f",
                seconds(start),
                "wall time");
        double lookup = median(queries, 5, row -> loaded.embed(row.text)[0]);
        line("cache lookup, µs", "%.1f", lookup, "median CPU of a prompt");

        Router router = Router.of(kernels(), loaded, RouterAdapter.untrained());
        double best = 0;
        for (int round = 0; round < 5; round++) {
            start = System.nanoTime();
            queries.parallelStream().forEach(row -> router.route(row.text));
            best = Math.max(best, queries.size() / seconds(start));
        }
        line(
                "cached prompts routed a second",
                "%,.0f",
                best,
                "150 kernels of 20 examples, " + Runtime.getRuntime().availableProcessors()
                        + " cores, untrained router; ≥ 20,000");
    }

    private List<Kernel> kernels() {
        Map<String, List<String>> examples = new TreeMap<>();
        train.forEach(row -> examples.computeIfAbsent(row.intent, intent -> new ArrayList<>())
                .add(row.text));
        List<Kernel> kernels = new ArrayList<>();
        examples.forEach((intent, texts) -> {
            ObjectNode json = Json.object()
                    .put("kernel_id", intent)
                    .put("name", intent.replace('_', ' '))
                    .put("task_family", "clinc")
                    .put("description", intent.replace('_', ' '));
            json.set("examples", Json.tree(texts.subList(0, 20)));
            json.set("input_schema", Json.object());
            json.set("output_schema", Json.object());
            kernels.add(Json.convert(json, Kernel.class, intent));
        });
        return kernels;
    }

    /** Both tiers by nearest centroid alone; a prompt of no intent is counted right for the encoder, which abstains. */
    private void handover(StaticEncoder fast) {
        VectorIndex cheap = centroids(fast);
        VectorIndex dear = centroids(cache);
        List<Trial> trials = new ArrayList<>();
        for (Row row : queries) {
            List<Neighbour> near = cheap.nearest(fast.embed(row.text), 2);
            double margin = near.get(0).cosine() - near.get(1).cosine();
            trials.add(new Trial(
                    row.text,
                    margin * fast.known(row.text),
                    near.get(0).id().equals(row.intent),
                    row.intent.equals("oos")
                            || dear.nearest(cache.embed(row.text), 1)
                                    .get(0)
                                    .id()
                                    .equals(row.intent)));
        }
        for (double loss : new double[] {0, 0.0025, 0.005}) {
            Handover handover = Handover.fit(trials, loss);
            line(
                    String.format(Locale.ROOT, "answered by the static table, %% (loss let in: %.2f %%)", 100 * loss),
                    "%.1f",
                    100 * handover.accepted(),
                    String.format(
                            Locale.ROOT,
                            "wrong in %.2f %% of them, the encoder in %.2f %%; loss %.2f %% of all",
                            100 * handover.cheapError(),
                            100 * handover.dearError(),
                            100 * handover.loss()));
        }
    }

    private VectorIndex centroids(Embedder embedder) {
        Map<String, float[]> sums = new TreeMap<>();
        for (Row row : train) {
            float[] sum = sums.computeIfAbsent(row.intent, intent -> new float[embedder.dimensions()]);
            float[] vector = embedder.embed(row.text);
            for (int d = 0; d < sum.length; d++) {
                sum[d] += vector[d];
            }
        }
        VectorIndex index = new VectorIndex(embedder.identity(), embedder.dimensions());
        sums.forEach((intent, sum) -> {
            double square = 0;
            for (float component : sum) {
                square += (double) component * component;
            }
            for (int d = 0; d < sum.length; d++) {
                sum[d] /= (float) Math.sqrt(square);
            }
            index.add(intent, sum);
        });
        return index;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double consumed;

    /** Median over the items, in the last round, of the CPU time of one call, in microseconds. */
    private static <T> double median(List<T> items, int warmups, ToDoubleFunction<T> call) {
        double[] times = new double[items.size()];
        for (int round = 0; round <= warmups; round++) {
            for (int i = 0; i < times.length; i++) {
                long start = CLOCK.getCurrentThreadCpuTime();
                consumed += call.applyAsDouble(items.get(i));
                times[i] = (CLOCK.getCurrentThreadCpuTime() - start) / 1e3;
            }
        }
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
