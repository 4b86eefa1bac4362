package io.kernelweave.decode;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import io.kernelweave.json.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The published vocabularies that come with jtokkit, each loaded once, when first asked for (about half a second), and those
 * that users have as files.
 */
public final class TokenVocabularies {
    private TokenVocabularies() {}

    /** 200,019 ids, of which 199,998 stand for text. */
    public static TokenVocabulary o200kBase() {
        return O200k.VOCABULARY;
    }

    /** 100,277 ids, of which 100,256 stand for text. */
    public static TokenVocabulary cl100kBase() {
        return Cl100k.VOCABULARY;
    }

    /**
     * The vocabulary in a user's file: a Hugging Face {@code tokenizer.json} (BPE, byte-level or with byte fallback), or the GGUF
     * file of a model. Special, control and unused tokens stand for no text.
     *
     * @throws InputException if the file is of another kind, is cut off, or needs what is not supported
     */
    public static TokenVocabulary read(Path file) {
        try {
            return isGguf(file) ? GgufVocabulary.read(file) : TokenizerJson.read(file);
        } catch (NoSuchFileException e) {
            throw InputException.at(file.toString(), "there is no such file", "check the path");
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "check its permissions");
        }
    }

    private static boolean isGguf(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] magic = in.readNBytes(4);
            if (Arrays.equals(magic, "GGUF".getBytes(StandardCharsets.US_ASCII))) {
                return true;
            }
            if (magic.length == 0 || "{ \t\r\n".indexOf(magic[0]) < 0) {
                throw InputException.at(
                        file.toString(),
                        "is neither a tokenizer.json nor a GGUF file",
                        "give one of them; tokenizer.model has to be converted");
            }
            return false;
        }
    }

    private static final class O200k {
        static final TokenVocabulary VOCABULARY = new Published(EncodingType.O200K_BASE, 199_998, 200_019, 199_999);
    }

    private static final class Cl100k {
        static final TokenVocabulary VOCABULARY = new Published(EncodingType.CL100K_BASE, 100_256, 100_277, 100_257);
    }

    private static final class Published implements TokenVocabulary {
        private static final byte[] NONE = {};
        private final Encoding encoding;
        private final byte[][] bytes;
        private final int endToken;

        Published(EncodingType type, int ordinary, int size, int endToken) {
            this.encoding = Encodings.newLazyEncodingRegistry().getEncoding(type);
            this.endToken = endToken;
            this.bytes = new byte[size][];
            IntArrayList one = new IntArrayList(1);
            for (int token = 0; token < size; token++) {
                one.clear();
                one.add(token);
                bytes[token] = token < ordinary ? encoding.decodeBytes(one) : NONE;
            }
        }

        @Override
        public String name() {
            return encoding.getName();
        }

        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public byte[] bytes(int token) {
            return bytes[token];
        }

        @Override
        public int[] encode(String text) {
            return encoding.encodeOrdinary(text).toArray();
        }

        @Override
        public int endToken() {
            return endToken;
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
