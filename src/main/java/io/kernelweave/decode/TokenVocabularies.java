package io.kernelweave.decode;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The published vocabularies that come with jtokkit, each loaded once, when first asked for (about half a second). */
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
        public String decode(int[] tokens) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(tokens.length * 4);
            for (int token : tokens) {
                out.writeBytes(bytes[token]);
            }
            return out.toString(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isSpecial(int token) {
            return bytes[token].length == 0;
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
