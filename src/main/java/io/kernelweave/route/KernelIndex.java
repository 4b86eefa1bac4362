package io.kernelweave.route;

import io.kernelweave.vector.VectorFile;
import io.kernelweave.vector.VectorIndex;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the kernels that a request may belong to and measures, for each, what speaks for it. A shortlist comes from the
 * linear heads and from BM25; only its exemplars are compared one by one. Of more than {@link Space#MANY} kernels, the heads are
 * asked only for those whose centroids, as the first encoder sees them, are nearest.
 */
final class KernelIndex {
    /** What a candidate is picked by, for each encoder. */
    private static final List<String> OF_ENCODER = List.of(
            "head", // log of the linear head's share: picks best
            "centroid", // cosine to the mean of the exemplars: rejects best
            "nearest", // cosine to the nearest exemplar
            "nearest_few");

    /** What a candidate is picked by beside that. */
    private static final List<String> OF_CANDIDATE = List.of(
            "lexical",
            "coverage",
            "preconditions_pass",
            "preconditions_fail",
            "rivals_refused", // share of the other listed kernels whose preconditions fail, where this one's hold
            "conflicts");

    /** What a request is like whatever the candidate, for each encoder. */
    private static final List<String> OF_REQUEST = List.of(
            "energy", // log Σ exp of the head's logits: high only near what was seen
            "above_none", // energy above the logit of no kernel
            "nearest_none"); // cosine to the nearest requests that no kernel fits

    private static final int BY_HEAD = 3;
    private static final int BY_WORDS = 1;
    private static final int BY_WORDS_ALONE = 8;

    /** How many of many kernels the heads are asked for. */
    private static final int NEAREST = 64;

    /** The names of {@link Match#features}, for encoders in their order. */
    static List<String> features(List<String> encoders) {
        List<String> names = named(OF_ENCODER, encoders);
        names.addAll(OF_CANDIDATE);
        return names;
    }

    /** The names of {@link Match#request}, for encoders in their order. */
    static List<String> requestFeatures(List<String> encoders) {
        return named(OF_REQUEST, encoders);
    }

    private static List<String> named(List<String> features, List<String> encoders) {
        List<String> names = new ArrayList<>();
        for (String encoder : encoders) {
            features.forEach(feature -> names.add(feature + " " + encoder));
        }
        return names;
    }

    /**
     * A text that is known to belong to a kernel.
     *
     * @param kernel −1: to none
     * @param vectors of each encoder
     */
    record Exemplar(int kernel, String text, List<float[]> vectors) {}

    /**
     * One kernel against one request.
     *
     * @param features what it is picked by
     * @param request what the request is like, the same for all its matches
     */
    record Match(
            int kernel,
            double[] features,
            double[] request,
            double similarity,
            double lexical,
            double coverage,
            Outcome preconditions,
            List<String> conflicts) {}

    private final int kernels;
    private final int[] every; // kernel
    private final List<Set<String>> ruledOut;
    private final LexicalIndex lexical;
    private final List<Space> spaces = new ArrayList<>();
    private final @Nullable VectorIndex centroids; // of many kernels

    /**
     * @param ruledOut words that speak against each kernel; its size is the number of kernels
     * @param dimensions of each encoder's vectors; empty without encoders
     */
    KernelIndex(List<Set<String>> ruledOut, List<Exemplar> labelled, List<Integer> dimensions) {
        this.kernels = ruledOut.size();
        this.every = IntStream.range(0, kernels).toArray();
        this.ruledOut = ruledOut;
        List<List<String>> words = new ArrayList<>();
        List<List<Exemplar>> own = new ArrayList<>();
        for (int k = 0; k < kernels; k++) {
            words.add(new ArrayList<>());
            own.add(new ArrayList<>());
        }
        List<Exemplar> none = new ArrayList<>();
        for (Exemplar exemplar : labelled) {
            if (exemplar.kernel < 0) {
                none.add(exemplar);
            } else {
                words.get(exemplar.kernel).addAll(Words.of(exemplar.text));
                own.get(exemplar.kernel).add(exemplar);
            }
        }
        lexical = new LexicalIndex(words);
        for (int e = 0; e < dimensions.size(); e++) {
            int encoder = e;
            spaces.add(new Space(
                    own.stream().map(list -> vectors(list, encoder)).toList(),
                    vectors(none, encoder),
                    dimensions.get(e)));
        }
        centroids = kernels > Space.MANY && !spaces.isEmpty() ? centroids(spaces.get(0), dimensions.get(0)) : null;
    }

    private VectorIndex centroids(Space space, int dimensions) {
        VectorIndex index = new VectorIndex("centroids", dimensions);
        index.addAll(IntStream.range(0, kernels)
                .filter(k -> Vectors.dot(space.centroid(k), space.centroid(k)) > 0)
                .mapToObj(k -> new VectorFile.Entry(Integer.toString(k), space.centroid(k)))
                .toList());
        return index;
    }

    private static List<float[]> vectors(List<Exemplar> exemplars, int encoder) {
        return exemplars.stream().map(exemplar -> exemplar.vectors.get(encoder)).toList();
    }

    /** The kernels as an encoder sees them. */
    Space space(int encoder) {
        return spaces.get(encoder);
    }

    /** The kernels worth a look, in the order of the index, without those in {@code masked}. */
    List<Match> matches(Query query, Set<Integer> masked) {
        LexicalIndex.Scores words = lexical.score(query.words());
        int[] listed = centroids == null ? null : listed(centroids, query, masked);
        List<Space.View> views = new ArrayList<>();
        double[] request = new double[spaces.size() * OF_REQUEST.size()];
        Set<Integer> shortlist = new TreeSet<>();
        for (int e = 0; e < spaces.size(); e++) {
            Space.View view = spaces.get(e).view(query.vectors().get(e), listed, masked);
            view.describeRequest(request, e * OF_REQUEST.size());
            views.add(view);
            Best picked = new Best(BY_HEAD, masked);
            for (int k : listed == null ? every : listed) {
                picked.offer(k, view.logit(k));
            }
            picked.kernels().forEach(shortlist::add);
        }
        Best worded = new Best(spaces.isEmpty() ? BY_WORDS_ALONE : BY_WORDS, masked);
        words.offer(worded);
        worded.kernels().forEach(shortlist::add);
        for (int k = 0; spaces.isEmpty() && k < kernels && shortlist.size() < BY_WORDS_ALONE; k++) {
            if (!masked.contains(k)) { // rivals without a word in common are rivals, too
                shortlist.add(k);
            }
        }
        long refused = shortlist.stream()
                .filter(k -> query.preconditions(k) == Outcome.FAIL)
                .count();
        List<Match> matches = new ArrayList<>();
        for (int k : shortlist) {
            Outcome outcome = query.preconditions(k);
            List<String> conflicts = query.words().stream()
                    .filter(ruledOut.get(k)::contains)
                    .distinct()
                    .toList();
            double[] features = new double[spaces.size() * OF_ENCODER.size() + OF_CANDIDATE.size()];
            double similarity = 0;
            int at = 0;
            for (Space.View view : views) {
                similarity += view.describe(k, features, at) / views.size();
                at += OF_ENCODER.size();
            }
            features[at++] = words.lexical(k);
            features[at++] = words.coverage(k);
            features[at++] = outcome == Outcome.PASS ? 1 : 0;
            features[at++] = outcome == Outcome.FAIL ? 1 : 0;
            features[at++] =
                    outcome == Outcome.PASS && shortlist.size() > 1 ? (double) refused / (shortlist.size() - 1) : 0;
            features[at] = Math.min(3, conflicts.size());
            matches.add(new Match(
                    k, features, request, similarity, words.lexical(k), words.coverage(k), outcome, conflicts));
        }
        return matches;
    }

    private static int[] listed(VectorIndex centroids, Query query, Set<Integer> masked) {
        return centroids.nearest(query.vectors().get(0), NEAREST).stream()
                .mapToInt(near -> Integer.parseInt(near.id()))
                .filter(k -> !masked.contains(k))
                .sorted()
                .toArray();
    }
}
