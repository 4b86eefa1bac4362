package io.kernelweave.model;

import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * A transformer from a user's GGUF file, run by llama.cpp. The native code runs in processes of its own, one for each session
 * that is open at a time, so that a fault in it costs one answer: the session fails with what the process last wrote, and the next
 * one gets a new process.
 *
 * <p>A prompt is read as it is, without a chat template. One that fills the context is refused. An answer that outgrows the context goes
 * on: the model forgets all but the begin token and the last half of a context, and reads that half again.
 */
public final class LlamaModel implements LanguageModel, AutoCloseable {
    /** The largest context that is made without being asked for; the memory for it grows with its size. */
    public static final int USUAL_CONTEXT = 4096;

    /**
     * How a model is run.
     *
     * @param context in tokens; 0 for what the model was trained with, but at most {@link #USUAL_CONTEXT}
     * @param threads of each process
     * @param timeout for loading the model, and for each step
     */
    public record Settings(int context, int threads, Duration timeout) {
        public Settings {
            if (context < 0 || context == 1 || context > 1 << 22) {
                throw InputException.at("context", "is " + context, "give 2 to " + (1 << 22) + ", or 0");
            }
            if (threads < 1 || threads > 512) {
                throw InputException.at("threads", "is " + threads, "give 1 to 512");
            }
            if (timeout.isNegative() || timeout.isZero()) {
                throw InputException.at("timeout", "is " + timeout, "give some seconds");
            }
        }

        public static Settings standard() {
            return new Settings(0, 1, Duration.ofMinutes(5));
        }
    }

    private static final String ARTIFACT = "/META-INF/maven/io.github.arnej27959/jllama/pom.properties";

    private final TokenVocabulary vocabulary;
    private final String identity;
    private final List<String> arguments;
    private final Path folder;
    private final Duration timeout;
    private final int contextSize;
    private final Deque<LlamaClient> idle = new ArrayDeque<>();
    private boolean closed;

    private LlamaModel(Path file, Settings settings, Path folder) throws IOException {
        Path model = file.toAbsolutePath();
        this.vocabulary = TokenVocabularies.read(file);
        Path library = library(folder);
        this.folder = folder;
        this.timeout = settings.timeout();
        this.arguments = List.of(
                library.toAbsolutePath().toString(),
                model.toString(),
                String.valueOf(settings.context()),
                String.valueOf(USUAL_CONTEXT),
                String.valueOf(settings.threads()));
        LlamaClient first = first(file);
        idle.push(first);
        this.contextSize = first.contextSize();
        this.identity = "llama:" + digest(file) + "/jllama-" + version() + "/context-" + contextSize + "/threads-"
                + settings.threads();
    }

    private LlamaClient first(Path file) {
        try {
            LlamaClient first = new LlamaClient(arguments, folder, timeout);
            if (first.vocabularySize() != vocabulary.size()) {
                first.close();
                throw InputException.at(
                        file.toString(),
                        "has " + vocabulary.size() + " tokens and scores for " + first.vocabularySize(),
                        "convert the model again");
            }
            return first;
        } catch (IOException e) {
            throw InputException.at(
                    file.toString(), "llama.cpp does not open it: " + e.getMessage(), "give a model that it can run");
        }
    }

    /**
     * Opens a model: reads its vocabulary, and starts a first process.
     *
     * @param file a GGUF file; the first part, where a model is split into several
     * @param folder where the native library is kept, about 12 MB
     * @throws InputException if the file is no model that llama.cpp can run, or there is no library for this platform
     */
    public static LlamaModel open(Path file, Settings settings, Path folder) {
        try {
            return new LlamaModel(file, settings, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Digest of a model's file. */
    public static String digest(Path file) {
        MessageDigest digest = Digest.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (NoSuchFileException e) {
            throw InputException.at(file.toString(), "there is no such file", "name the GGUF file of a model");
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "check its permissions");
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The library for this platform, unpacked under a name that holds its digest. */
    private static Path library(Path folder) throws IOException {
        String os = System.getProperty("os.name", "").startsWith("Mac") ? "Mac" : System.getProperty("os.name", "");
        String arch = System.getProperty("os.arch", "").replace("amd64", "x86_64");
        String name = os.equals("Mac") ? "libjllama.dylib" : "libjllama.so";
        try (InputStream in =
                LlamaModel.class.getResourceAsStream("/de/kherud/llama/" + os + "/" + arch + "/" + name)) {
            if (in == null) {
                throw InputException.at(
                        "backend llama",
                        "there is no native library for " + os + " on " + arch,
                        "run it on Linux (x86_64, aarch64) or macOS (aarch64), with jllama on the class path");
            }
            byte[] bytes = in.readAllBytes();
            Files.createDirectories(folder);
            Path file = folder.resolve(Digest.of(bytes).substring(0, 16) + "-" + name);
            if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
                Path written = Files.createTempFile(folder, name, ".tmp");
                Files.write(written, bytes);
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            return file;
        }
    }

    private static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = LlamaModel.class.getResourceAsStream(ARTIFACT)) {
            if (in != null) {
                properties.load(in);
            }
        }
        return properties.getProperty("version", "unknown");
    }

    @Override
    public String identity() {
        return identity;
    }

    /** The model's own. */
    public TokenVocabulary vocabulary() {
        return vocabulary;
    }

    /** How many tokens the model sees at most. */
    public int contextSize() {
        return contextSize;
    }

    @Override
    public Session open(String prompt, long seed) {
        int[] tokens = vocabulary.encodePrompt(prompt);
        if (tokens.length == 0) {
            tokens = new int[] {vocabulary.endToken()}; // a text that begins after the end of another
        }
        if (tokens.length >= contextSize) {
            throw InputException.at(
                    "prompt",
                    "has " + tokens.length + " tokens, and the model's context holds " + contextSize,
                    "shorten it or set a larger context");
        }
        return new LlamaSession(this, lease(), tokens, vocabulary.encodePrompt("").length);
    }

    private LlamaClient lease() {
        synchronized (idle) {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            while (!idle.isEmpty()) {
                LlamaClient client = idle.pop();
                if (client.isUsable()) {
                    return client;
                }
                client.close();
            }
        }
        try {
            return new LlamaClient(arguments, folder, timeout);
        } catch (IOException e) {
            throw new UncheckedIOException("llama.cpp does not start again: " + e.getMessage(), e);
        }
    }

    void giveBack(LlamaClient client) {
        synchronized (idle) {
            if (!closed && client.isUsable()) {
                idle.push(client);
                return;
            }
        }
        client.close();
    }

    /** Ends the processes of sessions that are closed; those of open ones end with them. */
    @Override
    public void close() {
        synchronized (idle) {
            closed = true;
            idle.forEach(LlamaClient::close);
            idle.clear();
        }
    }
}
