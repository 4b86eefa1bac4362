package io.kernelweave.route;

import io.kernelweave.compose.Clauses;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.ErrorBound.Kind;
import io.kernelweave.route.KernelIndex.Exemplar;
import io.kernelweave.route.KernelIndex.Match;
import io.kernelweave.route.Matcher.Plan;
import io.kernelweave.route.RouterAdapter.Bin;
import io.kernelweave.route.RouterAdapter.Encoder;
import io.kernelweave.route.RouterAdapter.Learned;
import io.kernelweave.route.RouterAdapter.Level;
import io.kernelweave.route.RouterAdapter.Metrics;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Learns a {@link RouterAdapter} from labelled prompts.
 *
 * <p>Everything that judges is cross-fitted by cluster: the prompts' clusters are dealt into folds, and a prompt is scored
 * by an index and a linear head that were made without its fold. On these scores, and never on others, rest the model that
 * gives the probability (stacking, Wolpert 1992), its threshold (scored, in turn, by models fitted without the fold) and
 * the figures in the adapter. Prompts that no kernel fits come from the data; where these are few, prompts whose own
 * kernels are hidden stand in.
 */
public final class RouterTrainer {
    /** Exemplars kept for a kernel: enough for its ways of asking, few enough to compare one by one. */
    static final int MOST_EXEMPLARS = 128;

    /** The same for requests that no kernel fits, whose ways of asking have no end. */
    private static final int MOST_NONE = 1024;

    /** Prompts scored for the few weights that are fitted on scores; more change nothing but the time. */
    private static final int MOST_SCORED = 6000;

    /** Prompts scored whose kernels are hidden. */
    private static final int MOST_HIDDEN = 2000;

    /** Indices with some kernels left out, and the share of kernels that each is without. */
    private static final int HIDINGS = 3;

    private static final int HIDDEN_SHARE = 6;

    /** Clusters of no-kernel prompts from which on hidden kernels only help out. */
    private static final int ENOUGH_NO_KERNEL = 20;

    private static final int ENOUGH_COMPOSITIONS = 10;
    private static final double HIDDEN_HELP = 0.2;

    /** How often the head sees a no-kernel prompt for each time it sees another, at most. */
    private static final int MOST_REPEATS = 10;

    private static final int BINS = 10;

    private static final int MANY_PROMPTS = 4000;
    private static final int FEW_EXAMPLES = 20;

    /** A prompt with what is derived from it once. */
    private record Item(LabelledPrompt prompt, String request, Set<Integer> acceptable, String origin, int fold) {}

    private record Scored(Item item, Kind kind, List<Match> matches, double weight) {
        boolean accepts(int kernel) {
            return kind == Kind.IN_SCOPE && item.acceptable.contains(kernel);
        }
    }

    /** The picked kernel's probability and similarity, and whether it is right. */
    private record Top(Item item, Kind kind, double probability, double similarity, boolean right, double weight) {}

    private final List<Kernel> kernels;
    private final List<KernelText> texts;
    private final List<Contract> contracts;
    private final List<? extends Embedder> embedders;
    private final List<String> encoders;
    private final Guarantee guarantee;
    private final long seed;
    private final List<Item> items;
    private final int folds;
    private final boolean composes; // are there labelled compositions to learn from?
    private final List<Item> severalClauses;
    private final List<List<Item>> ofKernel;
    private final Map<String, List<float[]>> vectors;
    private final List<Set<List<String>>> heldOut; // the words of each fold's prompts

    private RouterTrainer(
            Collection<Kernel> kernels,
            List<LabelledPrompt> prompts,
            List<? extends Embedder> embedders,
            Guarantee guarantee,
            long seed) {
        this.kernels = Router.routable(kernels);
        this.texts = this.kernels.stream().map(KernelText::of).toList();
        this.contracts = this.kernels.stream().map(Contract::of).toList();
        this.embedders = embedders;
        this.encoders = Encoder.of(embedders).stream().map(Encoder::name).toList();
        this.guarantee = guarantee;
        this.seed = seed;
        Origins origins = new Origins();
        prompts.forEach(prompt -> origins.add(prompt.clusterId(), Query.request(prompt.prompt())));
        Map<String, Integer> foldOf = new TreeMap<>();
        prompts.forEach(prompt -> foldOf.put(origins.of(prompt.clusterId()), 0));
        if (this.kernels.isEmpty() || foldOf.size() < 2) {
            throw InputException.at(
                    "router training",
                    this.kernels.size() + " kernels and prompts of " + foldOf.size() + " clusters",
                    "give at least one kernel and prompts of two clusters");
        }
        this.folds = Math.min(foldOf.size(), folds(prompts.size(), this.kernels.size()));
        List<String> clusters = shuffled(List.copyOf(foldOf.keySet()), seed);
        for (int i = 0; i < clusters.size(); i++) {
            foldOf.put(clusters.get(i), i % folds);
        }
        Map<String, Integer> indexOf = new HashMap<>();
        for (int k = 0; k < this.kernels.size(); k++) {
            indexOf.put(this.kernels.get(k).kernelId(), k);
        }
        List<Item> items = new ArrayList<>();
        for (LabelledPrompt prompt : prompts) {
            Set<Integer> acceptable = new TreeSet<>();
            for (String id : prompt.acceptable()) {
                acceptable.add(known(indexOf, id, prompt));
            }
            prompt.composition().forEach(id -> known(indexOf, id, prompt));
            String request = Query.request(prompt.prompt());
            String origin = origins.of(prompt.clusterId());
            items.add(new Item(prompt, request, acceptable, origin, foldOf.getOrDefault(origin, 0)));
        }
        items.sort(Comparator.comparing((Item item) -> item.prompt.clusterId())
                .thenComparing(item -> item.prompt.prompt()));
        if (items.stream().allMatch(item -> item.acceptable.isEmpty())) {
            throw InputException.at("router training", "no prompt is for a single kernel", "give some of each kernel");
        }
        this.items = items;
        this.ofKernel = this.kernels.stream()
                .map(kernel -> (List<Item>) new ArrayList<Item>())
                .toList();
        items.forEach(item -> item.acceptable.forEach(k -> ofKernel.get(k).add(item)));
        long compositions = items.stream()
                .filter(item -> item.prompt.isComposition())
                .map(item -> item.prompt.clusterId())
                .distinct()
                .count();
        this.composes = compositions >= ENOUGH_COMPOSITIONS;
        this.severalClauses = shuffled(items, seed).stream()
                .filter(item -> !Clauses.readings(item.request).isEmpty())
                .limit(MOST_SCORED)
                .toList();
        this.vectors = embed();
        this.heldOut = IntStream.range(0, folds)
                .mapToObj(fold -> items.stream()
                        .filter(item -> item.fold == fold)
                        .map(item -> Origins.words(item.request))
                        .collect(Collectors.toSet()))
                .toList();
    }

    /**
     * Trains on labelled prompts; the same arguments give the same adapter.
     *
     * @param embedders none: the adapter is for words alone
     * @param guarantee what the threshold shall keep to
     * @throws InputException if a label names no routable kernel, the prompts are of fewer than two clusters, or none
     *     is for a single kernel
     */
    public static RouterAdapter train(
            Collection<Kernel> kernels,
            List<LabelledPrompt> prompts,
            List<? extends Embedder> embedders,
            Guarantee guarantee,
            long seed) {
        return train(kernels, prompts, embedders, guarantee, seed, null);
    }

    /**
     * Trains with a fast tier.
     *
     * @param distil makes its embedder from texts; null: there shall be none
     */
    public static RouterAdapter train(
            Collection<Kernel> kernels,
            List<LabelledPrompt> prompts,
            List<? extends Embedder> embedders,
            Guarantee guarantee,
            long seed,
            @Nullable Function<List<String>, ? extends Embedder> distil) {
        return new RouterTrainer(kernels, prompts, embedders, guarantee, seed).train(distil);
    }

    /** Trains for the standard guarantee, with one encoder. */
    public static RouterAdapter train(
            Collection<Kernel> kernels, List<LabelledPrompt> prompts, Embedder embedder, long seed) {
        return train(kernels, prompts, List.of(embedder), Guarantee.standard(), seed);
    }

    /** The fewer examples a kernel has, the more it misses those of a fold; the more there are in all, the longer a fold takes. */
    static int folds(int prompts, int kernels) {
        return prompts > MANY_PROMPTS ? 3 : prompts < FEW_EXAMPLES * kernels ? 10 : 5;
    }

    private RouterAdapter train(@Nullable Function<List<String>, ? extends Embedder> distil) {
        List<Set<Integer>> hidings = hidings();
        List<KernelIndex> indices = indices(hidings);
        List<Scored> scored = score(indices, hidings);
        List<Matcher> matchers = parallel(folds + 1, fold -> matcher(scored, fold));
        List<Matcher> foldMatchers = matchers.subList(0, folds);
        Matcher matcher = matchers.get(folds);
        List<Top> raw = scored.stream()
                .map(row -> top(row, foldMatchers.get(row.item.fold)))
                .toList();
        List<Calibration> foldCalibrations = perFold(fold ->
                calibration(raw.stream().filter(top -> top.item.fold != fold).toList()));
        List<Top> tops = raw.stream()
                .map(top -> new Top(
                        top.item,
                        top.kind,
                        foldCalibrations.get(top.item.fold).of(top.probability),
                        top.similarity,
                        top.right,
                        top.weight))
                .toList();
        ErrorBound bound = new ErrorBound(
                tops.stream()
                        .map(top -> new ErrorBound.Sample(top.kind, top.item.origin, top.probability, top.right))
                        .toList(),
                guarantee,
                hiddenShare());
        double best = ErrorBound.onGrid(threshold(tops.stream()
                .map(top -> new Decision(
                        top.probability, top.right ? -top.weight : top.kind == Kind.IN_SCOPE ? 0 : top.weight))
                .toList()));
        double threshold = Math.max(best, bound.certify(guarantee.maxError()).orElse(0));
        Plans plans = plans(indices, foldMatchers, threshold);
        List<Bin> bins = curve(tops);
        return new RouterAdapter(
                RouterAdapter.VERSION,
                Encoder.of(embedders),
                kernelsDigest(),
                promptsDigest(),
                seed,
                learned(indices.get(folds)),
                learnedNone(indices.get(folds)),
                matcher.pick(),
                matcher.fit(),
                calibration(raw),
                threshold,
                guarantee,
                LogisticModel.round(bound.at(threshold)),
                levels(bound),
                plans.model,
                plans.threshold,
                metrics(tops, threshold, plans, bins),
                bins,
                distil == null ? null : fast(tops, threshold, distil),
                profile(tops, threshold));
    }

    private FastTier.@Nullable Kept fast(
            List<Top> tops, double threshold, Function<List<String>, ? extends Embedder> distil) {
        Map<Item, Top> judged = new HashMap<>();
        tops.stream().filter(top -> top.kind != Kind.HIDDEN).forEach(top -> judged.put(top.item, top));
        List<FastTier.Case> cases = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            int kernel = k;
            for (String text : texts.get(k).texts()) {
                List<String> words = Origins.words(text);
                cases.add(FastTier.Case.known(
                        text,
                        Kind.IN_SCOPE,
                        each -> each == kernel,
                        fold -> fold >= 0 && heldOut.get(fold).contains(words)));
            }
        }
        for (Item item : items) {
            Kind kind = item.prompt.fitsNoKernel() ? Kind.NO_KERNEL : Kind.IN_SCOPE;
            Top top = judged.get(item);
            if (top != null) {
                boolean taken = top.probability >= threshold;
                boolean several = !Clauses.readings(item.request).isEmpty();
                Query query = query(item);
                cases.add(new FastTier.Case(
                        item.request,
                        kind,
                        item.acceptable::contains,
                        kernel -> !several && query.preconditions(kernel) != Outcome.FAIL,
                        item.origin,
                        item.fold,
                        fold -> fold == item.fold,
                        top.weight,
                        kind == Kind.NO_KERNEL ? !taken : taken && top.right));
            } else if (kind == Kind.NO_KERNEL || !item.acceptable.isEmpty()) {
                cases.add(
                        FastTier.Case.known(item.request, kind, item.acceptable::contains, fold -> fold == item.fold));
            }
        }
        return FastTier.train(kernels.stream().map(Kernel::kernelId).toList(), cases, folds, distil, guarantee, seed)
                .orElse(null);
    }

    private static Profile profile(List<Top> tops, double threshold) {
        Map<String, List<Double>> probabilities = new TreeMap<>();
        Map<String, List<Double>> similarities = new TreeMap<>();
        for (Top top : tops) {
            if (top.kind == Kind.IN_SCOPE) {
                probabilities
                        .computeIfAbsent(top.item.origin, origin -> new ArrayList<>())
                        .add(top.probability);
                if (top.right && top.probability >= threshold) {
                    similarities
                            .computeIfAbsent(top.item.origin, origin -> new ArrayList<>())
                            .add(top.similarity);
                }
            }
        }
        return new Profile(Tail.of(probabilities), Tail.of(similarities));
    }

    private List<Level> levels(ErrorBound bound) {
        return new TreeSet<>(List.of(0.01, 0.02, 0.05, guarantee.maxError()))
                .stream()
                        .map(error -> {
                            OptionalDouble threshold = bound.certify(error);
                            return new Level(error, threshold.isPresent() ? threshold.getAsDouble() : null);
                        })
                        .toList();
    }

    // ---- what the fits are made of ----

    private Map<String, List<float[]>> embed() {
        Set<String> distinct = new LinkedHashSet<>();
        texts.forEach(text -> distinct.addAll(text.texts()));
        items.forEach(item -> distinct.add(item.request));
        severalClauses.forEach(item -> Clauses.readings(item.request).forEach(distinct::addAll));
        List<String> all = List.copyOf(distinct);
        Map<String, List<float[]>> result = new HashMap<>();
        List<List<float[]>> embedded =
                embedders.stream().map(embedder -> embedder.embedAll(all)).toList();
        for (int i = 0; i < all.size(); i++) {
            int text = i;
            result.put(
                    all.get(i),
                    embedded.stream().map(ofEncoder -> ofEncoder.get(text)).toList());
        }
        return result;
    }

    private List<float[]> vectors(String text) {
        return vectors.getOrDefault(text, List.of());
    }

    /** An index with what its heads are to be shown, as labels of the examples' vectors. */
    private record Lesson(KernelIndex index, List<Exemplar> examples, int[] labels) {
        void train(int encoder, long seed) {
            index.space(encoder)
                    .train(
                            examples.stream()
                                    .map(example -> example.vectors().get(encoder))
                                    .toList(),
                            labels,
                            seed);
        }
    }

    /** Indices with trained heads: one without each fold, one with everything, one for each hiding. */
    private List<KernelIndex> indices(List<Set<Integer>> hidings) {
        List<Lesson> lessons = parallel(
                folds + 1 + hidings.size(),
                i -> i <= folds ? lesson(i == folds ? -1 : i, Set.of()) : lesson(-1, hidings.get(i - folds - 1)));
        int heads = embedders.size();
        IntStream.range(0, lessons.size() * heads)
                .parallel()
                .forEach(i -> lessons.get(i / heads).train(i % heads, seed));
        return lessons.stream().map(Lesson::index).toList();
    }

    /**
     * An index made without one fold and without some kernels.
     *
     * @param without a fold, or −1
     * @param hidden kernels that no text of the index is of; it has them without exemplars
     */
    private Lesson lesson(int without, Set<Integer> hidden) {
        List<Exemplar> labelled = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            if (hidden.contains(k)) {
                continue;
            }
            for (String text : texts(k, without)) {
                labelled.add(new Exemplar(k, text, vectors(text)));
            }
            for (String request : exemplars(k, without)) {
                labelled.add(new Exemplar(k, request, rounded(request)));
            }
        }
        int fitting = labelled.size();
        for (String request : noneExemplars(without)) {
            labelled.add(new Exemplar(-1, request, rounded(request)));
        }
        KernelIndex index = new KernelIndex(
                texts.stream().map(KernelText::ruledOut).toList(),
                labelled,
                embedders.stream().map(Embedder::dimensions).toList());
        List<Exemplar> shown = new ArrayList<>(labelled);
        int none = labelled.size() - fitting;
        if (none > 0) {
            double share = guarantee.noKernelShare();
            int repeats = (int) Math.min(MOST_REPEATS, Math.max(1, share / (1 - share) * fitting / none));
            for (int i = 1; i < repeats; i++) {
                shown.addAll(labelled.subList(fitting, labelled.size()));
            }
        }
        int[] labels = shown.stream()
                .mapToInt(exemplar -> exemplar.kernel() < 0 ? kernels.size() : exemplar.kernel())
                .toArray();
        return new Lesson(index, shown, labels);
    }

    /** A kernel's own texts but for those that a fold's prompts repeat: an example may be a prompt of the data. */
    private List<String> texts(int kernel, int without) {
        return texts.get(kernel).texts().stream()
                .filter(text -> without < 0 || !heldOut.get(without).contains(Origins.words(text)))
                .toList();
    }

    private List<float[]> rounded(String text) {
        return vectors(text).stream().map(Vectors::rounded).toList();
    }

    /** Disjoint sets of kernels, each a small share of all; none where there is but one kernel. */
    private List<Set<Integer>> hidings() {
        List<Integer> order =
                shuffled(IntStream.range(0, kernels.size()).boxed().toList(), seed);
        int size = Math.max(1, kernels.size() / HIDDEN_SHARE);
        return IntStream.range(0, kernels.size() < 2 ? 0 : Math.min(HIDINGS, kernels.size() / size))
                .mapToObj(i -> (Set<Integer>) new TreeSet<>(order.subList(i * size, (i + 1) * size)))
                .toList();
    }

    /** Distinct requests that no kernel fits, in an order that the seed draws. */
    private List<String> noneExemplars(int without) {
        return shuffled(
                        items.stream()
                                .filter(item -> item.fold != without && item.prompt.fitsNoKernel())
                                .map(Item::request)
                                .distinct()
                                .toList(),
                        seed)
                .stream()
                .limit(MOST_NONE)
                .toList();
    }

    /** Distinct requests for a kernel that its own texts do not have, taken from the clusters in turn. */
    private List<String> exemplars(int kernel, int without) {
        Set<String> seen = new HashSet<>();
        texts.get(kernel).texts().forEach(text -> seen.add(canonical(text)));
        Map<String, List<String>> byCluster = new LinkedHashMap<>();
        for (Item item : ofKernel.get(kernel)) {
            if (item.fold != without && seen.add(canonical(item.request))) {
                byCluster
                        .computeIfAbsent(item.prompt.clusterId(), cluster -> new ArrayList<>())
                        .add(item.request);
            }
        }
        List<List<String>> clusters = shuffled(List.copyOf(byCluster.values()), seed + kernel);
        List<String> chosen = new ArrayList<>();
        for (int round = 0, before = -1; before < chosen.size() && chosen.size() < MOST_EXEMPLARS; round++) {
            before = chosen.size();
            for (List<String> cluster : clusters) {
                if (round < cluster.size() && chosen.size() < MOST_EXEMPLARS) {
                    chosen.add(cluster.get(round));
                }
            }
        }
        return chosen;
    }

    private static String canonical(String text) {
        return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    }

    private Query query(Item item) {
        return Query.of(Subject.of(item.prompt.prompt(), ""), item.request, vectors(item.request), contracts::get);
    }

    // ---- scores that no model gave to what it had seen ----

    private List<Scored> score(List<KernelIndex> indices, List<Set<Integer>> hidings) {
        List<Item> inScope =
                items.stream().filter(item -> !item.acceptable.isEmpty()).toList();
        List<Item> chosen = shuffled(inScope, seed).stream().limit(MOST_SCORED).toList();
        List<Item> none =
                items.stream().filter(item -> item.prompt.fitsNoKernel()).toList();
        double share = guarantee.noKernelShare();
        List<Scored> rows =
                new ArrayList<>(score(chosen, Kind.IN_SCOPE, 1 - share, item -> indices.get(item.fold), Set.of()));
        rows.addAll(score(none, Kind.NO_KERNEL, share * (1 - hiddenShare()), item -> indices.get(item.fold), Set.of()));
        for (int i = 0; i < hidings.size(); i++) {
            Set<Integer> hiding = hidings.get(i);
            KernelIndex index = indices.get(folds + 1 + i);
            List<Item> hidden = chosen.stream()
                    .filter(item -> hiding.containsAll(item.acceptable))
                    .limit(MOST_HIDDEN / hidings.size())
                    .toList();
            rows.addAll(score(hidden, Kind.HIDDEN, share * hiddenShare() / hidings.size(), item -> index, hiding));
        }
        return rows;
    }

    /** Share of near misses among prompts that no kernel fits: all where the data has none of these, few where it has enough. */
    private double hiddenShare() {
        if (kernels.size() < 2) {
            return 0;
        }
        long clusters = items.stream()
                .filter(item -> item.prompt.fitsNoKernel())
                .map(Item::origin)
                .distinct()
                .count();
        return 1 - (1 - HIDDEN_HELP) * Math.min(1, (double) clusters / ENOUGH_NO_KERNEL);
    }

    private List<Scored> score(
            List<Item> of, Kind kind, double share, Function<Item, KernelIndex> index, Set<Integer> masked) {
        return of.stream()
                .parallel()
                .map(item -> new Scored(item, kind, index.apply(item).matches(query(item), masked), share / of.size()))
                .toList();
    }

    private <T> List<T> perFold(IntFunction<T> fit) {
        return parallel(folds, fit);
    }

    private static <T> List<T> parallel(int count, IntFunction<T> task) {
        return IntStream.range(0, count).parallel().mapToObj(task).toList();
    }

    /** What picks a kernel, learned from prompts that one fits; and, of the kernels so picked, whether they fit. */
    private Matcher matcher(List<Scored> scored, int without) {
        List<Scored> rows =
                scored.stream().filter(row -> row.item.fold != without).toList();
        List<LogisticModel.Choice> choices = new ArrayList<>();
        for (Scored row : rows) {
            boolean[] right = new boolean[row.matches.size()];
            for (int i = 0; i < right.length; i++) {
                right[i] = row.accepts(row.matches.get(i).kernel());
            }
            if (row.kind == Kind.IN_SCOPE) {
                choices.add(new LogisticModel.Choice(
                        row.matches.stream().map(Match::features).toList(), right, row.weight));
            }
        }
        LogisticModel pick = LogisticModel.fitChoices(KernelIndex.features(encoders), choices);
        Matcher picking = new Matcher(
                pick,
                LogisticModel.zero(Matcher.fitFeatures(encoders)),
                Calibration.none(),
                0,
                Matcher.untrainedPlan(),
                0);
        List<LogisticModel.Row> fits = new ArrayList<>();
        for (Scored row : rows) {
            picking.rank(row.matches).stream()
                    .findFirst()
                    .ifPresent(top -> fits.add(new LogisticModel.Row(
                            top.fit(), row.accepts(top.match().kernel()), row.weight)));
        }
        LogisticModel fit = LogisticModel.fit(Matcher.fitFeatures(encoders), fits);
        return new Matcher(pick, fit, Calibration.none(), 0, Matcher.untrainedPlan(), 0);
    }

    private static Top top(Scored row, Matcher matcher) {
        return matcher.rank(row.matches).stream()
                .filter(Matcher.Ranked::isEligible)
                .findFirst()
                .map(top -> new Top(
                        row.item,
                        row.kind,
                        top.probability(),
                        top.match().similarity(),
                        row.accepts(top.match().kernel()),
                        row.weight))
                .orElse(new Top(row.item, row.kind, 0, 0, false, row.weight));
    }

    private Calibration calibration(List<Top> tops) {
        return Calibration.fit(
                tops.stream()
                        .map(top -> new Calibration.Outcome(top.probability, top.right, top.weight, top.item.fold))
                        .toList(),
                folds);
    }

    /** A decision to take or to leave what has a probability: what leaving gains over taking, in weight. */
    record Decision(double probability, double gainOfLeaving) {}

    /**
     * The threshold nearest to ½, where a true probability decides best, among those that decide as much weight rightly as the best one
     * does, give or take what chance may do to the prompts between the two (one standard error).
     */
    static double threshold(List<Decision> decisions) {
        List<Decision> sorted = decisions.stream()
                .sorted(Comparator.comparingDouble(Decision::probability))
                .toList();
        int count = sorted.size();
        double[] gains = new double[count + 1]; // of leaving the first so many
        double[] squares = new double[count + 1];
        int best = 0;
        for (int i = 0; i < count; i++) {
            double gain = sorted.get(i).gainOfLeaving;
            gains[i + 1] = gains[i] + gain;
            squares[i + 1] = squares[i] + gain * gain;
            best = gains[i + 1] > gains[best] ? i + 1 : best;
        }
        double threshold = between(sorted, best);
        for (int i = 0; i <= count; i++) {
            boolean tied = i > 0 && i < count && sorted.get(i - 1).probability == sorted.get(i).probability;
            double lost = gains[best] - gains[i];
            double here = between(sorted, i);
            if (!tied
                    && lost * lost <= Math.abs(squares[best] - squares[i])
                    && Math.abs(here - 0.5) < Math.abs(threshold - 0.5)) {
                threshold = here;
            }
        }
        return LogisticModel.round(threshold);
    }

    /** The threshold that leaves the first so many. */
    private static double between(List<Decision> sorted, int count) {
        double below = count == 0 ? 0 : sorted.get(count - 1).probability;
        double above = count == sorted.size() ? 1 : sorted.get(count).probability;
        return below < 0.5 && above > 0.5 ? 0.5 : (below + above) / 2;
    }

    // ---- compositions ----

    private record PlanRow(Item item, List<Plan> plans) {
        boolean right(Plan plan, List<Kernel> kernels) {
            return plan.kernels().stream()
                    .map(k -> kernels.get(k).kernelId())
                    .collect(Collectors.toSet())
                    .equals(Set.copyOf(item.prompt.composition()));
        }
    }

    private record Plans(LogisticModel model, double threshold, double composed, double splitWrongly) {}

    /**
     * Learns when clauses ask for different kernels. Without labelled compositions the weights are set by hand, and only what is surer
     * than every plan for a prompt that asks for one thing is composed.
     */
    private Plans plans(List<KernelIndex> indices, List<Matcher> foldMatchers, double threshold) {
        List<PlanRow> rows = severalClauses.stream()
                .parallel()
                .map(item -> planRow(item, indices.get(item.fold), foldMatchers.get(item.fold), threshold))
                .toList();
        if (!composes) {
            LogisticModel plan = Matcher.untrainedPlan();
            double surest = rows.stream()
                    .filter(row -> !row.item.prompt.isComposition())
                    .flatMap(row -> row.plans.stream())
                    .mapToDouble(wrong -> plan.probability(wrong.features()))
                    .max()
                    .orElse(0);
            return new Plans(
                    plan, Math.max(Matcher.UNTRAINED_PLAN_THRESHOLD, LogisticModel.round(surest + 1e-6)), 0, 0);
        }
        List<LogisticModel> foldModels = perFold(fold -> fitPlan(rows, fold));
        List<Decision> decisions = new ArrayList<>();
        List<PlanRow> decided = new ArrayList<>();
        List<Boolean> right = new ArrayList<>();
        for (PlanRow row : rows) {
            LogisticModel model = foldModels.get(row.item.fold);
            row.plans.stream()
                    .max(Comparator.comparingDouble(plan -> model.probability(plan.features())))
                    .ifPresent(plan -> {
                        boolean isRight = row.right(plan, kernels);
                        int gain = isRight ? -1 : row.item.prompt.isComposition() ? 0 : 1;
                        decisions.add(new Decision(model.probability(plan.features()), gain));
                        decided.add(row);
                        right.add(isRight);
                    });
        }
        double planThreshold = threshold(decisions);
        int composed = 0;
        int split = 0;
        for (int i = 0; i < decisions.size(); i++) {
            if (decisions.get(i).probability >= planThreshold) {
                composed += right.get(i) ? 1 : 0;
                split += decided.get(i).item.prompt.isComposition() ? 0 : 1;
            }
        }
        long compositions =
                items.stream().filter(item -> item.prompt.isComposition()).count();
        return new Plans(
                fitPlan(rows, -1),
                planThreshold,
                share(composed, compositions),
                share(split, items.size() - compositions));
    }

    private PlanRow planRow(Item item, KernelIndex index, Matcher fitted, double threshold) {
        Matcher matcher = new Matcher(
                fitted.pick(), fitted.fit(), fitted.calibration(), threshold, Matcher.untrainedPlan(), threshold);
        Query whole = query(item);
        return new PlanRow(
                item,
                matcher.plans(
                        item.request,
                        matcher.rank(index.matches(whole, Set.of())),
                        (clause, later) -> later // labels say nothing of it
                                ? List.of()
                                : matcher.rank(index.matches(whole.clause(clause, vectors(clause)), Set.of()))));
    }

    private LogisticModel fitPlan(List<PlanRow> rows, int without) {
        List<LogisticModel.Row> plans = new ArrayList<>();
        for (PlanRow row : rows) {
            if (row.item.fold != without) {
                for (Plan plan : row.plans) {
                    plans.add(new LogisticModel.Row(plan.features(), row.right(plan, kernels), 1.0 / row.plans.size()));
                }
            }
        }
        return LogisticModel.fit(Matcher.PLAN_FEATURES, plans);
    }

    // ---- what the adapter states ----

    private List<Learned> learned(KernelIndex index) {
        List<Learned> learned = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            learned.add(learned(kernels.get(k).kernelId(), exemplars(k, -1), index, k));
        }
        return learned;
    }

    private @Nullable Learned learnedNone(KernelIndex index) {
        List<String> exemplars = noneExemplars(-1);
        return exemplars.isEmpty() ? null : learned("", exemplars, index, kernels.size());
    }

    private Learned learned(String id, List<String> exemplars, KernelIndex index, int row) {
        return new Learned(
                id,
                exemplars,
                IntStream.range(0, embedders.size())
                        .mapToObj(e -> Learned.encodeVectors(exemplars.stream()
                                .map(text -> vectors(text).get(e))
                                .toList()))
                        .toList(),
                IntStream.range(0, embedders.size())
                        .mapToObj(e -> Learned.encodeHead(index.space(e).row(row)))
                        .toList());
    }

    private Metrics metrics(List<Top> tops, double threshold, Plans plans, List<Bin> bins) {
        List<Top> inScope =
                tops.stream().filter(top -> top.kind == Kind.IN_SCOPE).toList();
        List<Top> real = tops.stream().filter(top -> top.kind == Kind.NO_KERNEL).toList();
        List<Top> masked = tops.stream().filter(top -> top.kind == Kind.HIDDEN).toList();
        long noClusters = items.stream()
                .filter(item -> item.prompt.fitsNoKernel())
                .map(Item::origin)
                .distinct()
                .count();
        List<Top> none = noClusters >= ENOUGH_NO_KERNEL ? real : masked;
        List<Top> taken =
                tops.stream().filter(top -> top.probability >= threshold).toList();
        double takenWeight = taken.stream().mapToDouble(Top::weight).sum();
        double wrongWeight = taken.stream()
                .filter(top -> !top.right)
                .mapToDouble(Top::weight)
                .sum();
        double calibrationError = 0;
        for (Bin bin : bins) {
            calibrationError += Math.abs(bin.stated() - bin.observed()) * bin.prompts() / tops.size();
        }
        return new Metrics(
                (int) items.stream()
                        .map(item -> item.prompt.clusterId())
                        .distinct()
                        .count(),
                inScope.size(),
                real.size(),
                masked.size(),
                (int) items.stream().filter(item -> item.prompt.isComposition()).count(),
                share(inScope.stream().filter(Top::right).count(), inScope.size()),
                share(
                        inScope.stream()
                                .filter(top -> top.right && top.probability >= threshold)
                                .count(),
                        inScope.size()),
                share(none.stream().filter(top -> top.probability < threshold).count(), none.size()),
                LogisticModel.round(takenWeight > 0 ? wrongWeight / takenWeight : 0),
                plans.composed,
                plans.splitWrongly,
                LogisticModel.round(calibrationError));
    }

    private static double share(long part, long all) {
        return all == 0 ? 0 : LogisticModel.round((double) part / all);
    }

    private static List<Bin> curve(List<Top> tops) {
        List<Bin> bins = new ArrayList<>();
        for (int b = 0; b < BINS; b++) {
            int bin = b;
            List<Top> in = tops.stream()
                    .filter(top -> Math.min(BINS - 1, (int) (top.probability * BINS)) == bin)
                    .toList();
            if (!in.isEmpty()) {
                double weight = in.stream().mapToDouble(Top::weight).sum();
                double stated = in.stream()
                        .mapToDouble(top -> top.weight * top.probability)
                        .sum();
                double right =
                        in.stream().filter(Top::right).mapToDouble(Top::weight).sum();
                bins.add(new Bin(
                        (double) b / BINS,
                        (b + 1.0) / BINS,
                        in.size(),
                        LogisticModel.round(stated / weight),
                        LogisticModel.round(right / weight)));
            }
        }
        return bins;
    }

    private String kernelsDigest() {
        Map<String, List<String>> own = new TreeMap<>();
        for (int k = 0; k < kernels.size(); k++) {
            own.put(kernels.get(k).kernelId(), texts.get(k).texts());
        }
        return Digest.of(Json.compact(own));
    }

    private String promptsDigest() {
        return Digest.of(Json.compact(items.stream()
                .map(item -> List.of(
                        item.prompt.clusterId(),
                        item.prompt.prompt(),
                        new TreeSet<>(item.prompt.acceptable()),
                        item.prompt.composition()))
                .toList()));
    }

    private static int known(Map<String, Integer> indexOf, String id, LabelledPrompt prompt) {
        Integer index = indexOf.get(id);
        if (index == null) {
            throw InputException.at(
                    "labelled prompt of cluster " + prompt.clusterId(),
                    "no routable kernel is called " + id,
                    "name kernels of the store");
        }
        return index;
    }

    private static <T> List<T> shuffled(List<T> list, long seed) {
        List<T> result = new ArrayList<>(list);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = result.size() - 1; i > 0; i--) {
            Collections.swap(result, i, random.nextInt(i + 1));
        }
        return result;
    }
}
