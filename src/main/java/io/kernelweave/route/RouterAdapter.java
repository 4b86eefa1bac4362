package io.kernelweave.route;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a router has learned from labelled prompts, as one JSON document. A kernel that it does not know is routed by its
 * own texts; what it knows of kernels that are gone is left aside.
 *
 * @param version of this document's form
 * @param encoders the sentence encoders, in the order of their weights; none if the training had none
 * @param kernelsDigest of the kernels' ids and texts at the training
 * @param promptsDigest of the labelled prompts
 * @param seed of folds and descent
 * @param kernels what was learned of each kernel
 * @param none what was learned of prompts that no kernel fits
 * @param pick which of several kernels is the right one, from {@link KernelIndex#features}
 * @param fit probability that the one picked fits, from {@link Matcher#fitFeatures}
 * @param calibration what that probability has turned out to be worth
 * @param threshold the least probability at which a kernel is taken
 * @param guarantee what the router is asked to keep to
 * @param bound the share of wrong kernels among those taken, at most, as measured; 1 if nothing can be said
 * @param levels thresholds for other errors than the guarantee's
 * @param plan probability that a composition is what the request asks for
 * @param planThreshold the least probability at which a composition is taken
 * @param metrics figures of prompts that the scoring model had not seen
 * @param curve stated against observed probability of the picked kernel, on the same prompts
 * @param fast what answers easy requests without the encoders; null: nothing does
 * @param profile what those prompts looked like, for the check whether later ones still do; null if nothing was kept of it
 */
public record RouterAdapter(
        int version,
        List<Encoder> encoders,
        String kernelsDigest,
        String promptsDigest,
        long seed,
        List<Learned> kernels,
        @Nullable Learned none,
        @Nullable LogisticModel pick,
        @Nullable LogisticModel fit,
        Calibration calibration,
        double threshold,
        Guarantee guarantee,
        double bound,
        List<Level> levels,
        @Nullable LogisticModel plan,
        double planThreshold,
        Metrics metrics,
        List<Bin> curve,
        FastTier.@Nullable Kept fast,
        @Nullable Profile profile) {

    static final int VERSION = 2;

    /** A sentence encoder by its identity and the length of its vectors. */
    public record Encoder(String identity, int dimensions) {
        static List<Encoder> of(List<? extends Embedder> embedders) {
            return embedders.stream()
                    .map(embedder -> new Encoder(embedder.identity(), embedder.dimensions()))
                    .toList();
        }

        /** What features are called by: the identity without digest and settings. */
        String name() {
            return identity.replaceFirst("[@/].*", "");
        }
    }

    /**
     * The lowest threshold at which the error is certified.
     *
     * @param threshold null: there is none
     */
    public record Level(double maxError, @Nullable Double threshold) {}

    /**
     * @param exemplars requests of labelled prompts, at most {@link RouterTrainer#MOST_EXEMPLARS}
     * @param vectors their sentence vectors of each encoder, a signed byte a component, Base64
     * @param heads the kernel's weights in each encoder's linear head and its bias, big-endian floats, Base64; empty if it has
     *     none
     */
    public record Learned(String kernelId, List<String> exemplars, List<String> vectors, List<String> heads) {
        public Learned {
            exemplars = List.copyOf(exemplars);
            vectors = List.copyOf(vectors);
            heads = List.copyOf(heads);
        }

        static String encodeVectors(List<float[]> vectors) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            vectors.forEach(vector -> bytes.writeBytes(Vectors.toBytes(vector)));
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        }

        /** Weights and, after them, the bias: big-endian floats in Base64. */
        static String encodeHead(float[] row) {
            ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES);
            bytes.asFloatBuffer().put(row);
            return Base64.getEncoder().encodeToString(bytes.array());
        }

        /** A vector for each exemplar. */
        List<float[]> decodeVectors(int encoder, int dimensions) {
            byte[] bytes = decode(kernelId, "vectors", vectors.get(encoder), exemplars.size() * dimensions);
            return IntStream.range(0, exemplars.size())
                    .mapToObj(i -> Vectors.fromBytes(bytes, i * dimensions, dimensions))
                    .toList();
        }

        /** The weights and, after them, the bias. */
        float[] decodeHead(int encoder, int dimensions) {
            return decodeHead(kernelId, heads.get(encoder), dimensions);
        }

        static float[] decodeHead(String kernelId, String base64, int dimensions) {
            float[] row = new float[dimensions + 1];
            ByteBuffer.wrap(decode(kernelId, "head", base64, row.length * Float.BYTES))
                    .asFloatBuffer()
                    .get(row);
            return row;
        }

        private static byte[] decode(String kernelId, String field, String base64, int length) {
            byte[] bytes;
            try {
                bytes = Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException e) {
                throw InputException.at(
                        "router adapter, kernel " + kernelId, field + " is not Base64", "train it anew");
            }
            if (bytes.length != length) {
                throw InputException.at(
                        "router adapter, kernel " + kernelId,
                        field + " has " + bytes.length + " bytes instead of " + length,
                        "train it anew");
            }
            return bytes;
        }
    }

    /**
     * Shares are of prompts scored by models that had seen no prompt of their cluster.
     *
     * @param inScope prompts that a kernel fits
     * @param noKernel prompts that none fits
     * @param masked prompts made to fit none by hiding their kernels
     * @param top1 in-scope prompts whose likeliest kernel is right, whatever the threshold
     * @param routed in-scope prompts that are sent to a right kernel
     * @param abstained no-kernel prompts (masked ones where there are too few) that are sent to raw generation
     * @param error routed prompts that no or another kernel fits, in traffic as the guarantee states it
     * @param composed compositions that are sent to their kernels in order
     * @param splitWrongly single-task prompts that are taken for a composition
     * @param calibrationError mean distance of stated and observed probability over the bins (expected calibration error)
     */
    public record Metrics(
            int clusters,
            int inScope,
            int noKernel,
            int masked,
            int compositions,
            double top1,
            double routed,
            double abstained,
            double error,
            double composed,
            double splitWrongly,
            double calibrationError) {}

    /** Prompts whose likeliest kernel had a probability from {@code low} to {@code high}: how many, and how it turned out. */
    public record Bin(double low, double high, int prompts, double stated, double observed) {}

    public RouterAdapter {
        if (version != VERSION) {
            throw InputException.at(
                    "/version", "router adapter of version " + version, "train one of version " + VERSION);
        }
        encoders = List.copyOf(encoders);
        List<String> names = encoders.stream().map(Encoder::name).toList();
        if (pick != null && !pick.features().equals(KernelIndex.features(names))
                || fit != null && !fit.features().equals(Matcher.fitFeatures(names))
                || plan != null && !plan.features().equals(Matcher.PLAN_FEATURES)) {
            throw InputException.at("router adapter", "its weights are for other features", "train it anew");
        }
        kernels = List.copyOf(kernels);
        levels = List.copyOf(levels);
        curve = List.copyOf(curve);
    }

    /**
     * Reads an adapter from a file.
     *
     * @throws InputException naming the file, for one of another version too
     */
    public static RouterAdapter read(Path file) {
        JsonNode tree = Json.read(file, JsonNode.class);
        if (tree.path("version").asInt(0) != VERSION) {
            throw InputException.at(
                    file + " /version",
                    "is " + tree.path("version") + ", of another KernelWeave",
                    "train one of version " + VERSION + " by running a job that routes");
        }
        return Json.convert(tree, RouterAdapter.class, file.toString());
    }

    /** The adapter of a router that has learned nothing: kernels are known by their own texts alone. */
    public static RouterAdapter untrained() {
        return knowing(List.of(), "", List.of(), Calibration.none());
    }

    /** The adapter of a router that has no labelled prompts, but knows more of its kernels than their own texts. */
    static RouterAdapter knowing(
            List<Encoder> encoders, String promptsDigest, List<Learned> kernels, Calibration calibration) {
        return new RouterAdapter(
                VERSION,
                encoders,
                "",
                promptsDigest,
                0,
                kernels,
                null,
                null,
                null,
                calibration,
                0.5,
                Guarantee.standard(),
                1,
                List.of(),
                null,
                0.5,
                new Metrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                List.of(),
                null,
                null);
    }

    /** The same with other worth of its probabilities, of which nothing is certified; without the fast tier, which has its own. */
    RouterAdapter recalibrated(Calibration newCalibration, @Nullable Profile newProfile) {
        return uncertified(newCalibration, threshold, newProfile);
    }

    /** The same with another threshold, of which nothing is certified; without the fast tier, which has its own. */
    public RouterAdapter withThreshold(double other) {
        return uncertified(calibration, other, profile);
    }

    private RouterAdapter uncertified(Calibration newCalibration, double newThreshold, @Nullable Profile newProfile) {
        return new RouterAdapter(
                version,
                encoders,
                kernelsDigest,
                promptsDigest,
                seed,
                kernels,
                none,
                pick,
                fit,
                newCalibration,
                newThreshold,
                guarantee,
                1,
                levels.stream().map(level -> new Level(level.maxError, null)).toList(),
                plan,
                planThreshold,
                metrics,
                curve,
                null,
                newProfile);
    }

    @JsonIgnore
    public boolean isTrained() {
        return pick != null;
    }

    /** Whether it knows of prompts, with labels or without. */
    public boolean knowsPrompts() {
        return isTrained() || !kernels.isEmpty();
    }

    /** SHA-256 of the canonical JSON. */
    public String digest() {
        JsonNode tree = Json.tree(this);
        return Digest.of(tree);
    }
}
