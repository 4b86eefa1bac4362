package io.kernelweave.model;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.ByValue;
import com.sun.jna.Structure.FieldOrder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One context of one model in llama.cpp, through its C interface. A wrong file or a fault in native code may end the process,
 * so only {@link LlamaProcess} uses it.
 *
 * <p>Method: llama.h of llama.cpp. The structs that it hands over by value are kept as bytes, but for the fields at their
 * head; the library's own defaults, read first, show that those stand where they are looked for.
 */
final class LlamaLibrary {
    /** Default settings for a model. */
    @FieldOrder("bytes")
    public static final class ModelSettings extends Structure implements ByValue {
        public byte[] bytes = new byte[128];
    }

    /** Settings for a context. */
    @FieldOrder({"context", "batch", "microBatch", "sequences", "threads", "batchThreads", "rest"})
    public static final class ContextSettings extends Structure implements ByValue {
        public int context;
        public int batch;
        public int microBatch;
        public int sequences;
        public int threads;
        public int batchThreads;
        public byte[] rest = new byte[160];
    }

    /** Tokens to read. */
    @FieldOrder({"count", "tokens", "embeddings", "positions", "sequenceCounts", "sequences", "logits"})
    public static final class Batch extends Structure implements ByValue {
        public int count;
        public @Nullable Pointer tokens;
        public @Nullable Pointer embeddings;
        public @Nullable Pointer positions;
        public @Nullable Pointer sequenceCounts;
        public @Nullable Pointer sequences;
        public @Nullable Pointer logits;
    }

    private static final int BATCH = 512;

    private final NativeLibrary library;
    private final Pointer context;
    private final Memory tokens = new Memory(4L * BATCH);
    private final int vocabularySize;
    private final int contextSize;

    /** @param contextSize in tokens; 0 for what the model was trained with, but at most {@code most} */
    LlamaLibrary(Path file, Path model, int contextSize, int most, int threads) {
        this.library = NativeLibrary.getInstance(file.toString());
        call(Void.class, "llama_backend_init");
        ModelSettings modelSettings = call(ModelSettings.class, "llama_model_default_params");
        Pointer loaded = found(
                library.getFunction("llama_model_load_from_file")
                        .invokePointer(new Object[] {model.toString(), modelSettings}),
                "the model cannot be loaded");
        this.vocabularySize =
                call(Integer.class, "llama_vocab_n_tokens", call(Pointer.class, "llama_model_get_vocab", loaded));
        int trained = call(Integer.class, "llama_model_n_ctx_train", loaded);
        this.contextSize = contextSize > 0 ? contextSize : Math.min(trained, most);
        ContextSettings settings = call(ContextSettings.class, "llama_context_default_params");
        if (settings.context != 512
                || settings.batch != 2048
                || settings.microBatch != 512
                || settings.sequences != 1) {
            throw new IllegalStateException("llama.cpp has other settings than this program knows; update the program");
        }
        settings.context = this.contextSize;
        settings.batch = BATCH;
        settings.threads = threads;
        settings.batchThreads = threads;
        this.context = found(
                library.getFunction("llama_init_from_model").invokePointer(new Object[] {loaded, settings}),
                "no context of " + this.contextSize + " tokens can be made");
    }

    private <T> T call(Class<T> type, String function, Object... arguments) {
        return type.cast(library.getFunction(function).invoke(type, arguments));
    }

    private static Pointer found(@Nullable Pointer pointer, String otherwise) {
        if (pointer == null) {
            throw new IllegalStateException(otherwise);
        }
        return pointer;
    }

    int vocabularySize() {
        return vocabularySize;
    }

    int contextSize() {
        return contextSize;
    }

    /** Forgets the tokens read. */
    void clear() {
        call(Void.class, "llama_memory_clear", call(Pointer.class, "llama_get_memory", context), false);
    }

    /** Reads tokens after those read before, and gives the logits after the last of them, as floats of the machine's order. */
    ByteBuffer read(int[] given) {
        for (int from = 0; from < given.length; from += BATCH) {
            int count = Math.min(BATCH, given.length - from);
            tokens.write(0, given, from, count);
            Batch batch = call(Batch.class, "llama_batch_get_one", tokens, count);
            int status = call(Integer.class, "llama_decode", context, batch);
            if (status != 0) {
                throw new IllegalStateException(
                        status == 1 ? "the context is full" : "llama_decode gives status " + status);
            }
        }
        return found(call(Pointer.class, "llama_get_logits_ith", context, -1), "there are no logits")
                .getByteBuffer(0, 4L * vocabularySize);
    }
}
