package io.kernelweave.decode;

import io.kernelweave.json.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** A vocabulary that was read from a file; its name holds a digest of all that the file says about tokens. */
final class FileVocabulary implements TokenVocabulary {
    private final String name;
    private final byte[][] bytes;
    private final BytePairEncoder encoder;
    private final int endToken;
    private final int[] beginTokens;
    private final boolean spaceFirst;

    /**
     * @param kind how the name begins
     * @param bytes by id, empty for those that stand for no text
     * @param beginTokens what the tokenizer puts before every text that begins a context
     * @param spaceFirst whether it also puts a space there
     */
    FileVocabulary(
            String kind, byte[][] bytes, BytePairEncoder encoder, int endToken, int[] beginTokens, boolean spaceFirst) {
        this.bytes = bytes;
        this.encoder = encoder;
        this.endToken = endToken;
        this.beginTokens = beginTokens;
        this.spaceFirst = spaceFirst;
        this.name = kind + "-" + digest().substring(0, 16);
    }

    private String digest() {
        MessageDigest digest = Digest.sha256();
        String settings = bytes.length + " " + endToken + " " + Arrays.toString(beginTokens) + " " + spaceFirst + " ";
        digest.update(settings.getBytes(StandardCharsets.UTF_8));
        for (byte[] token : bytes) {
            digest.update(ByteBuffer.allocate(4).putInt(token.length).array());
            digest.update(token);
        }
        encoder.digestInto(digest);
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public String name() {
        return name;
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
        return encoder.encode(text);
    }

    @Override
    public int[] encodePrompt(String text) {
        int[] tokens = encode(spaceFirst && !text.isEmpty() ? " " + text : text);
        int[] prompt = Arrays.copyOf(beginTokens, beginTokens.length + tokens.length);
        System.arraycopy(tokens, 0, prompt, beginTokens.length, tokens.length);
        return prompt;
    }

    @Override
    public int endToken() {
        return endToken;
    }

    @Override
    public String toString() {
        return name;
    }
}
