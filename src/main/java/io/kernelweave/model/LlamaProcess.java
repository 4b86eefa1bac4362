package io.kernelweave.model;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The process in which a model runs: answers requests on its standard input until that ends, so that it does not outlive the
 * one that started it.
 *
 * <p>A request is a byte ({@link #CLEAR} or {@link #APPEND}), a count and as many tokens; numbers are big-endian. A
 * reply is {@link #MAGIC}, a kind, a count of bytes, and those: after the start the sizes of vocabulary and context; after a
 * request the logits, as little-endian floats; or what went wrong, as UTF-8.
 */
final class LlamaProcess {
    static final int MAGIC = 0x4B574C31; // what native code prints by itself is not taken for a reply
    static final int READY = 1;
    static final int LOGITS = 2;
    static final int FAILED = 3;

    static final int APPEND = 0;
    static final int CLEAR = 1;

    private LlamaProcess() {}

    /** @param args library, model, context size, largest context size by itself, threads */
    public static void main(String[] args) throws IOException {
        FileChannel out = new FileOutputStream(FileDescriptor.out).getChannel();
        LlamaLibrary llama;
        try {
            llama = new LlamaLibrary(
                    Path.of(args[0]),
                    Path.of(args[1]),
                    Integer.parseInt(args[2]),
                    Integer.parseInt(args[3]),
                    Integer.parseInt(args[4]));
        } catch (IllegalStateException | LinkageError e) {
            reply(out, FAILED, text(e));
            return;
        }
        reply(
                out,
                READY,
                ByteBuffer.allocate(8)
                        .putInt(llama.vocabularySize())
                        .putInt(llama.contextSize())
                        .flip());
        DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
        while (true) {
            int[] tokens;
            try {
                if (in.readUnsignedByte() == CLEAR) {
                    llama.clear();
                }
                tokens = new int[in.readInt()];
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = in.readInt();
                }
            } catch (EOFException e) {
                return;
            }
            try {
                reply(out, LOGITS, llama.read(tokens));
            } catch (IllegalStateException e) {
                reply(out, FAILED, text(e));
            }
        }
    }

    private static ByteBuffer text(Throwable e) {
        return ByteBuffer.wrap(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
    }

    private static void reply(FileChannel out, int kind, ByteBuffer body) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(12)
                .putInt(MAGIC)
                .putInt(kind)
                .putInt(body.remaining())
                .flip();
        for (ByteBuffer part : new ByteBuffer[] {head, body}) {
            while (part.hasRemaining()) {
                out.write(part);
            }
        }
    }
}
