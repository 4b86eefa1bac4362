package io.kernelweave.route;

import io.kernelweave.compose.Clauses;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.KernelIndex.Exemplar;
import io.kernelweave.route.KernelIndex.Match;
import io.kernelweave.route.Matcher.Plan;
import io.kernelweave.route.RouterAdapter.Bin;
import io.kernelweave.route.RouterAdapter.Learned;
import io.kernelweave.route.RouterAdapter.Metrics;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
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
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
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

    /**
     * The share of prompts that no kernel fits, for which the threshold is right. Higher than most traffic has, because a kernel used
     * where none fits does more harm than one left unused: at two in five both kinds of error are about as frequent out of fold.
     */
    static final double NO_KERNEL_SHARE = 0.4;

    /** Prompts scored for the few weights that are fitted on scores; more change nothing but the time. */
    private static final int MOST_SCORED = 6000;

    /** Clusters of no-kernel prompts from which on hidden kernels only help out. */
    private static final int ENOUGH_NO_KERNEL = 20;

    private static final int ENOUGH_COMPOSITIONS = 10;
    private static final double MASKED_HELP = 1.0 / 3;
    private static final int BINS = 10;

    private enum Kind {
        IN_SCOPE,
        NO_KERNEL,
        MASKED
    }

    /** A prompt with what is derived from it once. */
    private record Item(LabelledPrompt prompt, String request, Set<Integer> acceptable, int fold) {}

    private record Scored(Item item, Kind kind, List<Match> matches, double weight) {
        boolean accepts(int kernel) {
            return kind == Kind.IN_SCOPE && item.acceptable.contains(kernel);
        }
    }

    /** The likeliest kernel's probability, and whether it is right. */
    private record Top(Kind kind, double probability, boolean right, double weight) {}

    private final List<Kernel> kernels;
    private final List<KernelText> texts;
    private final List<Contract> contracts;
    private final @Nullable Embedder embedder;
    private final long seed;
    private final List<Item> items;
    private final int folds;
    private final List<Item> severalClauses; // none of them without labelled compositions to learn from
    private final Map<String, float[]> vectors;

    private RouterTrainer(
            Collection<Kernel> kernels, List<LabelledPrompt> prompts, @Nullable Embedder embedder, long seed) {
        this.kernels = Router.routable(kernels);
        this.texts = this.kernels.stream().map(KernelText::of).toList();
        this.contracts = this.kernels.stream().map(Contract::of).toList();
        this.embedder = embedder;
        this.seed = seed;
        Map<String, Integer> foldOf = new TreeMap<>();
        prompts.forEach(prompt -> foldOf.put(prompt.clusterId(), 0));
        if (this.kernels.isEmpty() || foldOf.size() < 2) {
            throw InputException.at(
                    "router training",
                    this.kernels.size() + " kernels and prompts of " + foldOf.size() + " clusters",
                    "give at least one kernel and prompts of two clusters");
        }
        this.folds = Math.min(foldOf.size(), prompts.size() > 4000 ? 3 : 5);
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
            items.add(new Item(prompt, request, acceptable, foldOf.getOrDefault(prompt.clusterId(), 0)));
        }
        items.sort(Comparator.comparing((Item item) -> item.prompt.clusterId())
                .thenComparing(item -> item.prompt.prompt()));
        if (items.stream().allMatch(item -> item.acceptable.isEmpty())) {
            throw InputException.at("router training", "no prompt is for a single kernel", "give some of each kernel");
        }
        this.items = items;
        long compositions = items.stream()
                .filter(item -> item.prompt.isComposition())
                .map(item -> item.prompt.clusterId())
                .distinct()
                .count();
        this.severalClauses = compositions < ENOUGH_COMPOSITIONS
                ? List.of()
                : shuffled(items, seed).stream()
                        .filter(item -> !Clauses.readings(item.request).isEmpty())
                        .limit(MOST_SCORED)
                        .toList();
        this.vectors = embed();
    }

    /**
     * Trains on labelled prompts; the same arguments give the same adapter.
     *
     * @param embedder null: the adapter is for words alone
     * @throws InputException if a label names no routable kernel, the prompts are of fewer than two clusters, or none
     *     is for a single kernel
     */
    public static RouterAdapter train(
            Collection<Kernel> kernels, List<LabelledPrompt> prompts, @Nullable Embedder embedder, long seed) {
        return new RouterTrainer(kernels, prompts, embedder, seed).train();
    }

    private RouterAdapter train() {
        List<KernelIndex> indices = IntStream.rangeClosed(0, folds)
                .parallel()
                .mapToObj(fold -> index(fold == folds ? -1 : fold))
                .toList();
        List<Scored> scored = score(indices);
        List<LogisticModel> foldMatches = perFold(fold -> fitMatch(scored, fold));
        LogisticModel match = fitMatch(scored, -1);
        List<Top> tops = scored.stream()
                .map(row -> top(row, foldMatches.get(row.item.fold)))
                .toList();
        double threshold = threshold(tops.stream()
                .map(top -> new Decision(
                        top.probability, top.right ? -top.weight : top.kind == Kind.IN_SCOPE ? 0 : top.weight))
                .toList());
        Plans plans = plans(indices, foldMatches, threshold);
        List<Bin> bins = calibration(tops);
        return new RouterAdapter(
                RouterAdapter.VERSION,
                embedder == null ? "" : embedder.identity(),
                embedder == null ? 0 : embedder.dimensions(),
                kernelsDigest(),
                promptsDigest(),
                seed,
                learned(indices.get(folds)),
                match,
                threshold,
                plans.model,
                plans.threshold,
                metrics(tops, threshold, plans, bins),
                bins);
    }

    // ---- what the fits are made of ----

    private Map<String, float[]> embed() {
        Set<String> distinct = new LinkedHashSet<>();
        texts.forEach(text -> distinct.addAll(text.texts()));
        items.forEach(item -> distinct.add(item.request));
        severalClauses.forEach(item -> Clauses.readings(item.request).forEach(distinct::addAll));
        List<String> all = List.copyOf(distinct);
        Map<String, float[]> result = new HashMap<>();
        if (embedder != null) {
            List<float[]> embedded = embedder.embedAll(all);
            for (int i = 0; i < all.size(); i++) {
                result.put(all.get(i), embedded.get(i));
            }
        }
        return result;
    }

    private float[] vector(String text) {
        return vectors.getOrDefault(text, new float[0]);
    }

    /** An index with a trained head, made without one fold; of everything if {@code without} is −1. */
    private KernelIndex index(int without) {
        Set<String> heldOut = items.stream()
                .filter(item -> item.fold == without)
                .map(item -> canonical(item.request))
                .collect(Collectors.toSet());
        List<Exemplar> labelled = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            for (String text : texts.get(k).texts()) {
                if (!heldOut.contains(canonical(text))) { // an example may be a prompt of the data
                    labelled.add(new Exemplar(k, text, vector(text)));
                }
            }
            for (String request : exemplars(k, without)) {
                labelled.add(new Exemplar(k, request, Vectors.rounded(vector(request))));
            }
        }
        KernelIndex index = new KernelIndex(
                texts.stream().map(KernelText::ruledOut).toList(),
                labelled,
                embedder == null ? 0 : embedder.dimensions());
        if (embedder != null) {
            index.head()
                    .train(
                            labelled.stream().map(Exemplar::vector).toList(),
                            labelled.stream().mapToInt(Exemplar::kernel).toArray(),
                            seed);
        }
        return index;
    }

    /** Distinct requests for a kernel that its own texts do not have, taken from the clusters in turn. */
    private List<String> exemplars(int kernel, int without) {
        Set<String> seen = new HashSet<>();
        texts.get(kernel).texts().forEach(text -> seen.add(canonical(text)));
        Map<String, List<String>> byCluster = new LinkedHashMap<>();
        for (Item item : items) {
            if (item.fold != without && item.acceptable.contains(kernel) && seen.add(canonical(item.request))) {
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
        return Query.of(item.prompt.prompt(), item.request, vector(item.request), contracts);
    }

    // ---- scores that no model gave to what it had seen ----

    private List<Scored> score(List<KernelIndex> indices) {
        List<Item> inScope =
                items.stream().filter(item -> !item.acceptable.isEmpty()).toList();
        List<Item> chosen = shuffled(inScope, seed).stream().limit(MOST_SCORED).toList();
        List<Item> none =
                items.stream().filter(item -> item.prompt.fitsNoKernel()).toList();
        long noneClusters =
                none.stream().map(item -> item.prompt.clusterId()).distinct().count();
        List<Item> masked = kernels.size() < 2 ? List.of() : chosen.subList(0, (chosen.size() + 2) / 3);
        double trust = masked.isEmpty() ? 1 : (1 - MASKED_HELP) * Math.min(1, (double) noneClusters / ENOUGH_NO_KERNEL);
        List<Scored> rows = new ArrayList<>();
        rows.addAll(score(indices, chosen, Kind.IN_SCOPE, 1 - NO_KERNEL_SHARE));
        rows.addAll(score(indices, none, Kind.NO_KERNEL, NO_KERNEL_SHARE * trust));
        rows.addAll(score(indices, masked, Kind.MASKED, NO_KERNEL_SHARE * (1 - trust)));
        return rows;
    }

    private List<Scored> score(List<KernelIndex> indices, List<Item> of, Kind kind, double share) {
        return of.stream()
                .parallel()
                .map(item -> new Scored(
                        item,
                        kind,
                        indices.get(item.fold).matches(query(item), kind == Kind.MASKED ? item.acceptable : Set.of()),
                        share / of.size()))
                .toList();
    }

    private List<LogisticModel> perFold(IntFunction<LogisticModel> fit) {
        return IntStream.range(0, folds).parallel().mapToObj(fit).toList();
    }

    private static LogisticModel fitMatch(List<Scored> scored, int without) {
        List<LogisticModel.Row> rows = new ArrayList<>();
        for (Scored row : scored) {
            if (row.item.fold != without) {
                for (Match match : row.matches) {
                    rows.add(new LogisticModel.Row(match.features(), row.accepts(match.kernel()), row.weight));
                }
            }
        }
        return LogisticModel.fit(KernelIndex.FEATURES, rows);
    }

    private static Top top(Scored row, LogisticModel match) {
        double best = 0;
        boolean right = false;
        for (Match candidate : row.matches) {
            double probability = match.probability(candidate.features());
            if (candidate.preconditions() != Outcome.FAIL && probability > best) {
                best = probability;
                right = row.accepts(candidate.kernel());
            }
        }
        return new Top(row.kind, best, right, row.weight);
    }

    /** A decision to take or to leave what has a probability: what leaving gains over taking, in weight. */
    private record Decision(double probability, double gainOfLeaving) {}

    /** The threshold that decides most weight rightly. */
    private static double threshold(List<Decision> decisions) {
        List<Decision> sorted = decisions.stream()
                .sorted(Comparator.comparingDouble(Decision::probability))
                .toList();
        double gain = 0; // of leaving everything up to here
        double best = 0;
        double threshold = 0;
        for (int i = 0; i < sorted.size(); i++) {
            gain += sorted.get(i).gainOfLeaving;
            double here = sorted.get(i).probability;
            double next = i + 1 < sorted.size() ? sorted.get(i + 1).probability : 1;
            if (gain > best && next > here) {
                best = gain;
                threshold = (here + next) / 2;
            }
        }
        return LogisticModel.round(threshold);
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

    /** Learns when clauses ask for different kernels; without labelled compositions, by weights set by hand. */
    private Plans plans(List<KernelIndex> indices, List<LogisticModel> foldMatches, double threshold) {
        List<PlanRow> rows = severalClauses.stream()
                .parallel()
                .map(item -> planRow(item, indices.get(item.fold), foldMatches.get(item.fold), threshold))
                .toList();
        if (rows.isEmpty()) {
            return new Plans(Matcher.untrainedPlan(), Matcher.UNTRAINED_PLAN_THRESHOLD, 0, 0);
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

    private PlanRow planRow(Item item, KernelIndex index, LogisticModel match, double threshold) {
        Matcher matcher = new Matcher(match, threshold, Matcher.untrainedPlan(), threshold);
        Query whole = query(item);
        return new PlanRow(
                item,
                matcher.plans(
                        item.request,
                        matcher.rank(index.matches(whole, Set.of())),
                        clause -> matcher.rank(index.matches(whole.clause(clause, vector(clause)), Set.of()))));
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
            List<String> exemplars = exemplars(k, -1);
            learned.add(new Learned(
                    kernels.get(k).kernelId(),
                    exemplars,
                    Learned.encodeVectors(exemplars.stream().map(this::vector).toList()),
                    embedder == null ? "" : Learned.encodeHead(index.head().row(k))));
        }
        return learned;
    }

    private Metrics metrics(List<Top> tops, double threshold, Plans plans, List<Bin> bins) {
        List<Top> inScope =
                tops.stream().filter(top -> top.kind == Kind.IN_SCOPE).toList();
        List<Top> real = tops.stream().filter(top -> top.kind == Kind.NO_KERNEL).toList();
        List<Top> masked = tops.stream().filter(top -> top.kind == Kind.MASKED).toList();
        long noClusters = items.stream()
                .filter(item -> item.prompt.fitsNoKernel())
                .map(item -> item.prompt.clusterId())
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

    private static List<Bin> calibration(List<Top> tops) {
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
