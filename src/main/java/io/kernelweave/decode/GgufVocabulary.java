package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The vocabulary in a GGUF file: {@code gpt2} (byte-level, merges by rank) or {@code llama} (SentencePiece's byte-pair encoding,
 * merges by score, byte fallback).
 *
 * <p>Method: llama.cpp, src/llama-vocab.cpp, whose defaults hold where the file says nothing.
 */
final class GgufVocabulary {
    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-F]{2})>");
    private static final char BLANK = '▁';

    /** Pre-tokenizers whose models take a piece that is a token as it is, and begin with a begin token. */
    private static final Set<String> WHOLE_FIRST = Set.of("llama3", "llama-v3", "llama-bpe", "tekken");

    /** As {@code tokenizer.ggml.token_type} numbers them. */
    private enum Kind {
        NONE,
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    private final Path file;
    private final GgufMetadata metadata;
    private final String[] tokens;
    private final VocabularyTable table;

    private GgufVocabulary(Path file, GgufMetadata metadata, String[] tokens) {
        this.file = file;
        this.metadata = metadata;
        this.tokens = tokens;
        this.table = new VocabularyTable(file.toString(), tokens.length);
    }

    static FileVocabulary read(Path file) throws IOException {
        GgufMetadata metadata = GgufMetadata.read(file);
        String model = metadata.text("model");
        String[] tokens = metadata.texts("tokens");
        if (model == null || tokens == null || tokens.length == 0) {
            throw InputException.at(
                    file.toString(),
                    "has no " + (model == null ? "tokenizer.ggml.model" : "tokenizer.ggml.tokens"),
                    "give the file of a language model");
        }
        if (tokens.length > VocabularyTable.MOST_TOKENS) {
            throw InputException.at(
                    file.toString(), tokens.length + " tokens", "give at most " + VocabularyTable.MOST_TOKENS);
        }
        GgufVocabulary vocabulary = new GgufVocabulary(file, metadata, tokens);
        return switch (model) {
            case "gpt2" -> vocabulary.byteLevel();
            case "llama" -> vocabulary.sentencePiece();
            default ->
                throw InputException.at(
                        file.toString(),
                        "the tokenizer model \"" + model + "\" is not supported",
                        "give a file with model gpt2 or llama");
        };
    }

    private FileVocabulary byteLevel() {
        String name = metadata.text("pre");
        PreTokenizer splits = PreTokenizer.named(name == null ? "gpt-2" : name, file + " tokenizer.ggml.pre");
        int end = id("eos_token_id", -1);
        int begin = id("bos_token_id", -1);
        Kind[] kinds = kinds();
        for (int id = 0; id < tokens.length; id++) {
            byte[] bytes = ByteLevel.bytes(tokens[id]);
            if (id == end || id == begin || kinds[id] != Kind.NORMAL && kinds[id] != Kind.USER_DEFINED) {
                table.special(bytes);
            } else if (kinds[id] == Kind.NORMAL) {
                table.ordinary(id, bytes);
            } else {
                table.added(id, tokens[id]);
                table.special(tokens[id].getBytes(StandardCharsets.UTF_8));
            }
        }
        merges(ByteLevel::bytes);
        boolean wholeFirst = name != null && WHOLE_FIRST.contains(name);
        return table.byteLevel(
                splits, wholeFirst, required(end), begin(begin, wholeFirst), metadata.flag("add_space_prefix", false));
    }

    private FileVocabulary sentencePiece() {
        int end = id("eos_token_id", 2);
        int begin = id("bos_token_id", 1);
        int unknown = id("unknown_token_id", 0);
        Kind[] kinds = kinds();
        for (int id = 0; id < tokens.length; id++) {
            Matcher fallback = BYTE.matcher(tokens[id]);
            boolean typed = metadata.numbers("token_type") != null;
            if (id == end || id == begin || id == unknown) {
                table.special(plain(tokens[id]));
            } else if (kinds[id] == Kind.BYTE || !typed && fallback.matches()) {
                if (!fallback.reset().matches()) {
                    throw InputException.at(
                            file.toString(), "token " + id + " is a byte by its type only", "write it as <0x0A>");
                }
                table.fallback(id, Integer.parseInt(fallback.group(1), 16));
            } else if (kinds[id] == Kind.NORMAL) {
                table.ordinary(id, plain(tokens[id]));
            } else if (kinds[id] == Kind.USER_DEFINED) {
                table.added(id, tokens[id].replace(BLANK, ' '));
                table.special(plain(tokens[id]));
            } else {
                table.special(plain(tokens[id]));
            }
        }
        float[] scores = metadata.floats("scores");
        if (scores != null) {
            sameLength("scores", scores.length);
            for (int id = 0; id < scores.length; id++) {
                if (Float.isNaN(scores[id])) {
                    throw InputException.at(file.toString(), "the score of token " + id + " is NaN", "give a number");
                }
            }
            table.mergeByScores(scores);
        } else {
            merges(GgufVocabulary::plain);
        }
        return table.byteFallback(required(end), begin(begin, true), metadata.flag("add_space_prefix", true));
    }

    /** SentencePiece writes a space as a character of its own. */
    static byte[] plain(String token) {
        return token.replace(BLANK, ' ').getBytes(StandardCharsets.UTF_8);
    }

    private Kind[] kinds() {
        long[] types = metadata.numbers("token_type");
        Kind[] kinds = new Kind[tokens.length];
        Arrays.fill(kinds, Kind.NORMAL);
        if (types != null) {
            sameLength("token_type", types.length);
            for (int id = 0; id < kinds.length; id++) {
                if (types[id] < 0 || types[id] >= Kind.values().length) {
                    throw InputException.at(
                            file.toString(), "token " + id + " has the unknown type " + types[id], "give 1 to 6");
                }
                kinds[id] = Kind.values()[(int) types[id]];
            }
        }
        for (int id = 0; id < kinds.length; id++) {
            if (VocabularyTable.looksSpecial(tokens[id])) {
                kinds[id] = Kind.CONTROL;
            }
        }
        return kinds;
    }

    private void sameLength(String key, int length) {
        if (length != tokens.length) {
            throw InputException.at(
                    file.toString(),
                    "tokenizer.ggml." + key + " has " + length + " entries, and there are " + tokens.length + " tokens",
                    "give one for each token");
        }
    }

    private interface Form {
        byte[] bytes(String token);
    }

    private void merges(Form form) {
        String[] merges = metadata.texts("merges");
        if (merges == null) {
            throw InputException.at(file.toString(), "has no tokenizer.ggml.merges", "convert the model again");
        }
        for (int rank = 0; rank < merges.length; rank++) {
            String where = file + " merge " + rank;
            int blank = merges[rank].indexOf(' ', 1);
            if (blank < 0) {
                throw InputException.at(where, "is no pair", "write two tokens with a space between");
            }
            table.merge(
                    form.bytes(merges[rank].substring(0, blank)),
                    form.bytes(merges[rank].substring(blank + 1)),
                    rank,
                    where);
        }
    }

    private int id(String key, int otherwise) {
        long id = metadata.number(key, otherwise);
        return id >= 0 && id < tokens.length ? (int) id : -1;
    }

    private int required(int end) {
        if (end < 0) {
            throw InputException.at(
                    file.toString(), "tokenizer.ggml.eos_token_id names no token", "give the token that ends a text");
        }
        return end;
    }

    private int[] begin(int token, boolean standard) {
        return token >= 0 && metadata.flag("add_bos_token", standard) ? new int[] {token} : new int[0];
    }
}
