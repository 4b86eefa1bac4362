package io.kernelweave.route;

import io.kernelweave.route.ErrorBound.Kind;
import io.kernelweave.route.RouterAdapter.Encoder;
import io.kernelweave.route.RouterAdapter.Learned;
import io.kernelweave.stats.Handover;
import io.kernelweave.vector.Bits;
import io.kernelweave.vector.Sketches;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers easy requests without the sentence encoders: a cheap embedder's vector under a linear head of its own. What it is
 * not sure of, it hands on. How sure it has to be is measured by cross-fitting: on each fold's prompts by a table and a head that
 * were made without them.
 */
public final class FastTier {
    /** Errors beside those of the encoders that it may add, as a share of all prompts. */
    static final double LOSS = 0.001;

    /** Of more kernels, not all are compared, but this many. */
    private static final int MANY = 256;

    private static final int COMPARED = 64;

    /**
     * What is kept of it.
     *
     * @param encoder the cheap one
     * @param heads the weights of the kernels, by id, and of none of them, under an empty id; see {@link Learned#heads}
     * @param handover from which score on it answers, and what that costs
     * @param calibration what the head's share of a kernel has turned out to be worth
     * @param bound the share of wrong kernels among those that it takes, at most, with the guarantee's confidence
     */
    public record Kept(
            Encoder encoder, Map<String, String> heads, Handover handover, Calibration calibration, double bound) {}

    /**
     * A labelled prompt.
     *
     * @param eligible kernels whose preconditions do not fail
     * @param fold that it is tried in; −1: it is learned from, but not tried
     * @param held folds without which it is not learned from either
     * @param right whether the encoders route it right, or rightly to no kernel
     */
    record Case(
            String request,
            Kind kind,
            IntPredicate fits,
            IntPredicate eligible,
            String cluster,
            int fold,
            IntPredicate held,
            double weight,
            boolean right) {
        /** One to learn from. */
        static Case known(String request, Kind kind, IntPredicate fits, IntPredicate held) {
            return new Case(request, kind, fits, kernel -> true, "", -1, held, 0, true);
        }
    }

    /** A kernel with the probability that it fits. */
    record Answer(int kernel, double probability) {}

    /**
     * The likeliest class.
     *
     * @param logits of the classes compared, its own the largest
     */
    private record Guess(int kernel, double score, float largest, float[] logits) {
        /** The kernel's share among the classes. */
        double share() {
            double sum = 0;
            for (float logit : logits) {
                sum += LinearHead.exp(logit - largest);
            }
            return 1 / sum;
        }
    }

    private final Embedder embedder;
    private final int kernels;
    private final LinearHead head;
    private final List<float[]> rows; // of many classes: the head's, one by one
    private final float[] centre; // of texts
    private final Sketches sketches; // of the rows
    private final double threshold;
    private final Calibration calibration;

    private FastTier(Embedder embedder, int kernels, LinearHead head, double threshold, Calibration calibration) {
        this.embedder = embedder;
        this.kernels = kernels;
        this.head = head;
        this.rows = kernels > MANY
                ? IntStream.rangeClosed(0, kernels).mapToObj(head::row).toList()
                : List.of();
        float[] mean = Vectors.mean(rows, embedder.dimensions());
        this.sketches = new Sketches(rows, mean);
        this.centre = mean.clone();
        for (int d = 0; d < centre.length; d++) {
            centre[d] /= LinearHead.START; // training moves the rows, but not their mean
        }
        this.threshold = threshold;
        this.calibration = calibration;
    }

    /** The tier of these kernels; empty if the embedder is not the one that was measured, or a kernel came later. */
    static Optional<FastTier> of(@Nullable Kept kept, List<String> kernelIds, @Nullable Embedder embedder) {
        if (kept == null
                || embedder == null
                || !kept.encoder().equals(Encoder.of(List.of(embedder)).get(0))
                || !kept.heads().keySet().containsAll(kernelIds)) {
            return Optional.empty();
        }
        int dimensions = embedder.dimensions();
        LinearHead head = LinearHead.ofMeans(
                kernelIds.stream().map(id -> new float[dimensions]).toList(), dimensions);
        for (int k = 0; k <= kernelIds.size(); k++) {
            String row = kept.heads().get(k == kernelIds.size() ? "" : kernelIds.get(k));
            if (row != null) {
                float[] weights = Learned.decodeHead(kernelIds.size() == k ? "" : kernelIds.get(k), row, dimensions);
                head.set(k, weights, weights[dimensions]);
            }
        }
        return Optional.of(
                new FastTier(embedder, kernelIds.size(), head, kept.handover().threshold(), kept.calibration()));
    }

    /** The kernel of an easy request. */
    Optional<Answer> answer(String request) {
        Guess guess = guess(request);
        return guess.kernel < kernels && guess.score >= threshold
                ? Optional.of(new Answer(guess.kernel, calibration.of(guess.share())))
                : Optional.empty();
    }

    /**
     * The likeliest class, and how sure that is: its lead over the next, less where the text has unknown tokens. Of many
     * classes only those are compared whose weights point in about the text's direction.
     */
    private Guess guess(String request) {
        float[] vector = embedder.embed(request);
        int[] classes = rows.isEmpty() ? null : sketches.near(Bits.of(vector, centre), COMPARED);
        float[] logits = classes == null ? head.logits(vector) : new float[classes.length];
        for (int i = 0; classes != null && i < classes.length; i++) {
            float[] row = rows.get(classes[i]);
            logits[i] = Vectors.dot(vector, row) + row[vector.length];
        }
        int best = 0;
        float next = Float.NEGATIVE_INFINITY;
        for (int k = 1; k < logits.length; k++) {
            if (logits[k] > logits[best]) {
                next = logits[best];
                best = k;
            } else {
                next = Math.max(next, logits[k]);
            }
        }
        double lead = Math.min(logits[best] - next, 1e6);
        return new Guess(classes == null ? best : classes[best], lead * embedder.known(request), logits[best], logits);
    }

    /**
     * Learns a tier, and how sure it has to be.
     *
     * @param distil makes the cheap embedder from texts; the last call's is the one that is kept
     * @return empty if no share of the prompts can be answered for {@link #LOSS}
     */
    static Optional<Kept> train(
            List<String> kernelIds,
            List<Case> cases,
            int folds,
            Function<List<String>, ? extends Embedder> distil,
            Guarantee guarantee,
            long seed) {
        List<Case> tried = new ArrayList<>();
        List<Handover.Trial> trials = new ArrayList<>();
        List<Calibration.Outcome> outcomes = new ArrayList<>();
        for (int fold = 0; fold < folds; fold++) {
            FastTier tier = learn(kernelIds.size(), cases, fold, distil, seed);
            for (Case each : cases) {
                if (each.fold == fold) {
                    Guess guess = tier.guess(each.request);
                    boolean taken = guess.kernel < kernelIds.size() && each.eligible.test(guess.kernel);
                    boolean right = each.kind == Kind.IN_SCOPE && each.fits.test(guess.kernel);
                    double score = taken ? guess.score : Double.NEGATIVE_INFINITY;
                    tried.add(each);
                    trials.add(new Handover.Trial(each.cluster, score, right, each.right, each.weight));
                    if (taken) {
                        outcomes.add(new Calibration.Outcome(guess.share(), right, each.weight, fold));
                    }
                }
            }
        }
        Handover handover = Handover.fit(trials, LOSS);
        if (handover.threshold() == Double.POSITIVE_INFINITY) {
            return Optional.empty();
        }
        List<ErrorBound.Sample> samples = new ArrayList<>();
        for (int i = 0; i < tried.size(); i++) {
            Handover.Trial trial = trials.get(i);
            samples.add(new ErrorBound.Sample(
                    tried.get(i).kind, trial.cluster(), handover.accepts(trial.score()) ? 1 : 0, trial.cheapRight()));
        }
        FastTier tier = learn(kernelIds.size(), cases, -1, distil, seed);
        Map<String, String> heads = new TreeMap<>();
        for (int k = 0; k < kernelIds.size(); k++) {
            heads.put(kernelIds.get(k), Learned.encodeHead(tier.head.row(k)));
        }
        if (tier.head.hasNone()) {
            heads.put("", Learned.encodeHead(tier.head.row(kernelIds.size())));
        }
        return Optional.of(new Kept(
                Encoder.of(List.of(tier.embedder)).get(0),
                heads,
                handover,
                Calibration.fit(outcomes, folds),
                LogisticModel.round(new ErrorBound(samples, guarantee, 0).at(1))));
    }

    /** A tier that answers everything, made without a fold; −1 for all. */
    private static FastTier learn(
            int kernels, List<Case> cases, int without, Function<List<String>, ? extends Embedder> distil, long seed) {
        List<Case> seen =
                cases.stream().filter(each -> !each.held.test(without)).toList();
        Embedder embedder =
                distil.apply(seen.stream().map(Case::request).distinct().toList());
        List<float[]> vectors = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (Case each : seen) {
            float[] vector = embedder.embed(each.request);
            IntStream own = each.kind == Kind.NO_KERNEL
                    ? IntStream.of(kernels)
                    : IntStream.range(0, kernels).filter(each.fits);
            own.forEach(label -> {
                vectors.add(vector);
                labels.add(label);
            });
        }
        LinearHead head =
                LinearHead.ofMeans(means(vectors, labels, kernels, embedder.dimensions()), embedder.dimensions());
        head.train(vectors, labels.stream().mapToInt(label -> label).toArray(), seed);
        return new FastTier(embedder, kernels, head, 0, Calibration.none());
    }

    private static List<float[]> means(List<float[]> vectors, List<Integer> labels, int kernels, int dimensions) {
        List<float[]> means =
                IntStream.range(0, kernels).mapToObj(k -> new float[dimensions]).toList();
        int[] counts = new int[kernels + 1];
        labels.forEach(label -> counts[label]++);
        for (int i = 0; i < vectors.size(); i++) {
            int label = labels.get(i);
            for (int d = 0; d < dimensions && label < kernels; d++) {
                means.get(label)[d] += vectors.get(i)[d] / counts[label];
            }
        }
        return means;
    }
}
