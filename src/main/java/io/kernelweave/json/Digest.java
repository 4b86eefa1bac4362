package io.kernelweave.json;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;

/** SHA-256 digests, as 64 lower-case hexadecimal digits. */
public final class Digest {
    /** Copies are quick to have; looking the algorithm up takes longer than the digest of a short text. */
    private static final MessageDigest SHA_256 = lookUp();

    private Digest() {}

    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /** Of the UTF-8 bytes. */
    public static String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Of the canonical form (RFC 8785): spacing and key order do not matter. */
    public static String of(JsonNode value) {
        return of(CanonicalJson.bytes(value));
    }

    /** A fresh SHA-256, for streams. */
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) { // another provider's
            return lookUp();
        }
    }

    private static MessageDigest lookUp() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
