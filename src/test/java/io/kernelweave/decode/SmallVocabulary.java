package io.kernelweave.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All bytes, some pieces (whole, broken and across the edges of JSON), and a special token. Encodes greedily. */
class SmallVocabulary implements TokenVocabulary {
    private final List<byte[]> bytes = new ArrayList<>();

    SmallVocabulary() {
        for (int b = 0; b < 256; b++) {
            bytes.add(new byte[] {(byte) b});
        }
        for (String piece : new String[] {
            "{\"", "\":", "\":\"", "\",\"", "\"}", "\"]", "\"],\"", "},{", "{\"a", "a\":", "ab", "abc", "low", "\"low",
            "high\"", "hi", "true", "false", "null", "12", "123", "00", "-1", "0.5", "1e", "[[", "]}", "[]", ",\"b\":",
            "é", "éa", "漢", "漢字", "😀", "😀\"", "\\n", "\\\"", "\\u", "\\u00", "\\ud83d", "\\ude00", "e9", " ", "  a",
            "\n", "x\"", "xx", "xxxx", "2024-"
        }) {
            bytes.add(piece.getBytes(StandardCharsets.UTF_8));
        }
        byte[] emoji = "😀".getBytes(StandardCharsets.UTF_8);
        bytes.add(Arrays.copyOf(emoji, 2));
        bytes.add(Arrays.copyOfRange(emoji, 2, 4));
        bytes.add(new byte[] {'a', (byte) 0xE6});
        bytes.add(new byte[] {(byte) 0xA9, '"'});
        bytes.add("ab".getBytes(StandardCharsets.UTF_8)); // a second token with the same bytes
        bytes.add(new byte[0]);
    }

    @Override
    public String name() {
        return "small";
    }

    @Override
    public int size() {
        return bytes.size();
    }

    @Override
    public byte[] bytes(int token) {
        return bytes.get(token);
    }

    @Override
    public int[] encode(String text) {
        byte[] rest = text.getBytes(StandardCharsets.UTF_8);
        List<Integer> tokens = new ArrayList<>();
        for (int at = 0; at < rest.length; ) {
            int best = rest[at] & 0xFF;
            for (int token = 256; token < size(); token++) {
                byte[] piece = bytes.get(token);
                if (piece.length > bytes.get(best).length
                        && at + piece.length <= rest.length
                        && Arrays.equals(piece, 0, piece.length, rest, at, at + piece.length)) {
                    best = token;
                }
            }
            tokens.add(best);
            at += bytes.get(best).length;
        }
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public String decode(int[] tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int token : tokens) {
            out.writeBytes(bytes.get(token));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int token) {
        return token == endToken();
    }

    @Override
    public int endToken() {
        return size() - 1;
    }
}
