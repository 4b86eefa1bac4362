package io.kernelweave.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** A text in a model's context. Tokens are read when the logits after them are asked for, so that forced ones go together. */
final class LlamaSession implements LanguageModel.Session {
    private final LlamaModel model;
    private final LlamaClient client;
    private final int begin;
    private final float[] logits;
    private int[] tokens;
    private int count;
    /** The first token that is in the context beside the begin tokens, and the first that is not read yet. */
    private int from;

    private int read;
    private boolean closed;

    LlamaSession(LlamaModel model, LlamaClient client, int[] prompt, int begin) {
        this.model = model;
        this.client = client;
        this.begin = begin;
        this.from = begin;
        this.tokens = prompt;
        this.count = prompt.length;
        this.logits = new float[client.vocabularySize()];
    }

    @Override
    public void logits(float[] into) {
        if (read < count) {
            try {
                readOn();
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
            read = count;
        }
        System.arraycopy(logits, 0, into, 0, logits.length);
    }

    private void readOn() throws IOException {
        int context = client.contextSize();
        if (begin + count - from <= context) {
            client.read(read == 0, tokens, read, count, logits);
            return;
        }
        // Reading the rest anew gives what a context that began there would give; moving what was computed would not.
        from = count - Math.max(1, context / 2 - begin);
        int[] window = Arrays.copyOf(tokens, begin + count - from);
        System.arraycopy(tokens, from, window, begin, count - from);
        client.read(true, window, 0, window.length, logits);
    }

    @Override
    public void accept(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = token;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            model.giveBack(client);
        }
    }
}
