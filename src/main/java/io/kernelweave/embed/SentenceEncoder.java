package io.kernelweave.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.route.Embedder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A small sentence encoder that runs in this process: a BERT-like ONNX model whose token vectors are averaged and scaled
 * to length 1 (Reimers and Gurevych 2019, Sentence-BERT).
 *
 * <p>Texts are encoded one at a time, never padded to a batch: an int8 model scales its activations by the largest one in
 * the tensor, so that a neighbour in the batch would change the vector. Each run uses one thread; {@link #embedAll} keeps
 * all cores busy with different texts. Thread-safe until closed.
 */
public final class SentenceEncoder implements Embedder, AutoCloseable {
    /** The length that the model was trained at; what follows in a longer text is not seen. */
    private static final int LONGEST = 128;

    private final String identity;
    private final WordPiece tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final int dimensions;

    private SentenceEncoder(String name) {
        byte[] model = resource("/" + name + ".onnx");
        byte[] vocabulary = resource("/" + name + "-tokenizer.json");
        tokenizer = new WordPiece(new String(vocabulary, StandardCharsets.UTF_8), name + "-tokenizer.json");
        environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            session = environment.createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not open " + name, e);
        }
        identity = name + "@" + Digest.of(model).substring(0, 16) + "/mean/" + LONGEST + "/onnxruntime-"
                + environment.getVersion();
        dimensions = embed("dimensions").length;
    }

    /** The encoder that jobs and the command line know by this name: {@code minilm} or {@code bge}. */
    public static SentenceEncoder named(String name) {
        return switch (name) {
            case "minilm" -> miniLm();
            case "bge" -> bgeSmall();
            default -> throw InputException.at("embedder", "unknown \"" + name + "\"", "use minilm or bge");
        };
    }

    /** bge-small-en-v1.5, quantised to int8: 34 MB, 384 dimensions. Its mean tells intents apart no worse than its first token. */
    public static SentenceEncoder bgeSmall() {
        return new SentenceEncoder("bge-small-en-v1.5-q");
    }

    /** all-MiniLM-L6-v2, quantised to int8: 22 MB, 384 dimensions. */
    public static SentenceEncoder miniLm() {
        return new SentenceEncoder("all-minilm-l6-v2-q");
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public float[] embed(String text) {
        long[] tokens = tokenizer.encode(text, LONGEST);
        long[] attention = new long[tokens.length];
        Arrays.fill(attention, 1);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        NativeCalls.ALL.begin();
        try {
            inputs.put("input_ids", OnnxTensor.createTensor(environment, new long[][] {tokens}));
            inputs.put("attention_mask", OnnxTensor.createTensor(environment, new long[][] {attention}));
            inputs.put("token_type_ids", OnnxTensor.createTensor(environment, new long[][] {new long[tokens.length]}));
            inputs.keySet().retainAll(session.getInputNames());
            try (OrtSession.Result result = session.run(inputs)) {
                return unitMean(((float[][][]) result.get(0).getValue())[0]);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed on a text of " + text.length() + " characters", e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
            NativeCalls.ALL.end();
        }
    }

    @Override
    public List<float[]> embedAll(List<String> texts) {
        return IntStream.range(0, texts.size())
                .parallel()
                .mapToObj(i -> embed(texts.get(i)))
                .toList();
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not close the session", e);
        }
    }

    private static float[] unitMean(float[][] tokens) {
        float[] mean = new float[tokens[0].length];
        for (float[] token : tokens) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += token[d];
            }
        }
        double square = 0;
        for (float value : mean) {
            square += (double) value * value;
        }
        float scale = (float) (1 / Math.sqrt(square));
        for (int d = 0; d < mean.length; d++) {
            mean[d] *= scale;
        }
        return mean;
    }

    static byte[] resource(String path) {
        try (InputStream in = SentenceEncoder.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the class path has no " + path);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
