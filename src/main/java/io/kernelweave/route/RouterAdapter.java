package io.kernelweave.route;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
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
 * @param embedder identity of the sentence encoder; empty if the training had none
 * @param dimensions of its vectors; 0 without
 * @param kernelsDigest of the kernels' ids and texts at the training
 * @param promptsDigest of the labelled prompts
 * @param seed of folds and descent
 * @param kernels what was learned of each kernel
 * @param match probability that a kernel fits, from {@link KernelIndex#FEATURES}
 * @param threshold the least probability at which a kernel is taken
 * @param plan probability that a composition is what the request asks for
 * @param planThreshold the least probability at which a composition is taken
 * @param metrics figures of prompts that the scoring model had not seen
 * @param calibration stated against observed probability of the likeliest kernel, on the same prompts
 */
public record RouterAdapter(
        int version,
        String embedder,
        int dimensions,
        String kernelsDigest,
        String promptsDigest,
        long seed,
        List<Learned> kernels,
        @Nullable LogisticModel match,
        double threshold,
        @Nullable LogisticModel plan,
        double planThreshold,
        Metrics metrics,
        List<Bin> calibration) {

    static final int VERSION = 1;

    /**
     * @param exemplars requests of labelled prompts, at most {@link RouterTrainer#MOST_EXEMPLARS}
     * @param vectors their sentence vectors, a signed byte a component, Base64
     * @param head the kernel's weights in the linear head and its bias, big-endian floats, Base64
     */
    public record Learned(String kernelId, List<String> exemplars, String vectors, String head) {
        public Learned {
            exemplars = List.copyOf(exemplars);
        }

        static String encodeVectors(List<float[]> vectors) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            vectors.forEach(vector -> bytes.writeBytes(Vectors.toBytes(vector)));
            return Base64.getEncoder().encodeToString(bytes.toByteArray());
        }

        static String encodeHead(float[] row) {
            ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES);
            bytes.asFloatBuffer().put(row);
            return Base64.getEncoder().encodeToString(bytes.array());
        }

        /** A vector for each exemplar. */
        List<float[]> decodeVectors(int dimensions) {
            byte[] bytes = decode("vectors", vectors, exemplars.size() * dimensions);
            return IntStream.range(0, exemplars.size())
                    .mapToObj(i -> Vectors.fromBytes(bytes, i * dimensions, dimensions))
                    .toList();
        }

        /** The weights and, after them, the bias. */
        float[] decodeHead(int dimensions) {
            float[] row = new float[dimensions + 1];
            ByteBuffer.wrap(decode("head", head, row.length * Float.BYTES))
                    .asFloatBuffer()
                    .get(row);
            return row;
        }

        private byte[] decode(String field, String base64, int length) {
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
     * @param error routed prompts that no or another kernel fits, were {@link RouterTrainer#NO_KERNEL_SHARE} of all
     *     prompts such that none fits
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
        if (match != null && !match.features().equals(KernelIndex.FEATURES)
                || plan != null && !plan.features().equals(Matcher.PLAN_FEATURES)) {
            throw InputException.at("router adapter", "its weights are for other features", "train it anew");
        }
        kernels = List.copyOf(kernels);
        calibration = List.copyOf(calibration);
    }

    /** The adapter of a router that has learned nothing: kernels are known by their own texts alone. */
    public static RouterAdapter untrained() {
        return new RouterAdapter(
                VERSION,
                "",
                0,
                "",
                "",
                0,
                List.of(),
                null,
                0.5,
                null,
                0.5,
                new Metrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                List.of());
    }

    @JsonIgnore
    public boolean isTrained() {
        return match != null;
    }

    /** SHA-256 of the canonical JSON. */
    public String digest() {
        JsonNode tree = Json.tree(this);
        return Digest.of(tree);
    }
}
