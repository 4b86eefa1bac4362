package io.kernelweave.export;

import io.kernelweave.json.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Locale;

/**
 * Ed25519 signatures (RFC 8032) with keys in PEM, as {@code openssl genpkey -algorithm ed25519} and {@code openssl pkey -pubout}
 * write them. A signature is its 64 bytes: {@code openssl pkeyutl -verify -pubin -inkey KEY -rawin -in SHA256SUMS -sigfile
 * SHA256SUMS.sig} checks it without this program.
 */
public final class Signing {
    private static final String ALGORITHM = "Ed25519";

    private Signing() {}

    /** Reads a private key, PKCS#8. */
    public static PrivateKey privateKey(Path file) {
        byte[] bytes = pem(file, "PRIVATE KEY");
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw InputException.at(
                    file.toString(), "holds no private Ed25519 key", "openssl genpkey -algorithm ed25519 makes one");
        }
    }

    /** Reads a public key. */
    public static PublicKey publicKey(Path file) {
        byte[] bytes = pem(file, "PUBLIC KEY");
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw InputException.at(
                    file.toString(), "holds no public Ed25519 key", "openssl pkey -pubout makes it of the private one");
        }
    }

    private static byte[] pem(Path file, String label) {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        try {
            String text = Files.readString(file).strip();
            if (text.startsWith(begin) && text.endsWith(end)) {
                return Base64.getMimeDecoder().decode(text.substring(begin.length(), text.length() - end.length()));
            }
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read", "name a key in PEM");
        } catch (IllegalArgumentException e) {
            // not Base64: said below
        }
        throw InputException.at(
                file.toString(), "is no " + label.toLowerCase(Locale.ROOT) + " in PEM", "it begins with " + begin);
    }

    static byte[] sign(byte[] bytes, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key signs anything", e);
        }
    }

    static boolean verify(byte[] bytes, byte[] signed, PublicKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(bytes);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // not the form of a signature
        }
    }
}
