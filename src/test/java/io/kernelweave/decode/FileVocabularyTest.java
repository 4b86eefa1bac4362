package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.TinyModel;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class FileVocabularyTest {
    private static final String LLAMA3 =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    @TempDir
    private Path folder;

    private int files;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("vocabulary-" + files++), bytes);
    }

    private TokenVocabulary read(ObjectNode tokenizer) throws IOException {
        return TokenVocabularies.read(file(Json.compact(tokenizer).getBytes(StandardCharsets.UTF_8)));
    }

    private TokenVocabulary read(GgufWriter gguf) throws IOException {
        return TokenVocabularies.read(file(gguf.bytes()));
    }

    private static ObjectNode added(int id, String content, boolean special) {
        return Json.object().put("id", id).put("content", content).put("special", special);
    }

    /** The alphabet of bytes, then some merges, as GPT-2 writes them. */
    private static ObjectNode byteLevel(String... merges) {
        ObjectNode root = Json.object();
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        for (int b = 0; b < 256; b++) {
            vocabulary.put(ByteLevel.write(new byte[] {(byte) b}), b);
        }
        ArrayNode list = model.putArray("merges");
        for (String merge : merges) {
            list.add(merge);
            vocabulary.put(merge.replace(" ", ""), vocabulary.size());
        }
        root.putArray("added_tokens").add(added(vocabulary.size(), "<|endoftext|>", true));
        root.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
        root.putObject("decoder").put("type", "ByteLevel");
        return root;
    }

    /** As Llama 2's: unknown, begin and end, the bytes, then some merges of characters. */
    private static ObjectNode byteFallback(String... merges) {
        ObjectNode root = Json.object();
        ObjectNode model = root.putObject("model").put("type", "BPE").put("byte_fallback", true);
        ObjectNode vocabulary =
                model.putObject("vocab").put("<unk>", 0).put("<s>", 1).put("</s>", 2);
        ArrayNode added = root.putArray("added_tokens");
        added.add(added(0, "<unk>", true)).add(added(1, "<s>", true)).add(added(2, "</s>", true));
        for (int b = 0; b < 256; b++) {
            vocabulary.put(String.format("<0x%02X>", b), b + 3);
        }
        ArrayNode list = model.putArray("merges");
        for (String merge : merges) {
            for (String piece : List.of(merge.split(" ")[0], merge.split(" ")[1], merge.replace(" ", ""))) {
                if (!vocabulary.has(piece)) {
                    vocabulary.put(piece, vocabulary.size());
                }
            }
            list.addArray().add(merge.split(" ")[0]).add(merge.split(" ")[1]);
        }
        root.putObject("normalizer")
                .put("type", "Sequence")
                .putArray("normalizers")
                .add(Json.object().put("type", "Prepend").put("prepend", "▁"));
        ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = template.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", "<s>");
        single.addObject().putObject("Sequence").put("id", "A");
        return root;
    }

    private static List<String> pieces(TokenVocabulary vocabulary, String text) {
        return Arrays.stream(vocabulary.encode(text))
                .mapToObj(token -> vocabulary.decode(new int[] {token}))
                .toList();
    }

    @Test
    void mergesOfALowerRankGoFirstAndNeverAcrossPieces() throws IOException {
        TokenVocabulary vocabulary = read(byteLevel("b c", "a b", "Ġ a", "a bc", "c Ġ"));
        assertThat(pieces(vocabulary, "abc abc ab")).containsExactly("abc", " a", "bc", " ", "ab");
        assertThat(pieces(vocabulary, "bcbcb")).containsExactly("bc", "bc", "b");
        assertThat(vocabulary.encode("")).isEmpty();
    }

    @Test
    void aPieceThatIsATokenIsTakenWholeWhereTheFileSaysSo() throws IOException {
        ObjectNode file = byteLevel("a b", "b c", "a bc", "abc d");
        assertThat(pieces(read(file), "abc")).containsExactly("ab", "c");
        ((ObjectNode) file.path("model")).put("ignore_merges", true);
        assertThat(pieces(read(file), "abc")).containsExactly("abc");
    }

    @Test
    void specialTokensStandForNoTextAndTextNeverBecomesOne() throws IOException {
        ObjectNode file = byteLevel("< |");
        ArrayNode added = (ArrayNode) file.path("added_tokens");
        added.add(added(258, "<tool>", false)).add(added(259, "<|eot|>", false)).add(added(261, "<tool>x", false));
        TokenVocabulary vocabulary = read(file);
        assertThat(vocabulary.size()).isEqualTo(262);
        assertThat(vocabulary.endToken()).isEqualTo(257);
        assertThat(Arrays.stream(new int[] {256, 257, 258, 259, 260, 261}).mapToObj(vocabulary::isSpecial))
                .containsExactly(false, true, false, true, true, false);
        assertThat(vocabulary.bytes(257)).isEmpty();
        assertThat(vocabulary.encode("<|endoftext|>")).doesNotContain(257).startsWith(256);
        assertThat(vocabulary.encode("<tool><tool>xx")).containsExactly(258, 261, 'x');
        assertThat(vocabulary.decode(new int[] {'a', 257, 258})).isEqualTo("a<tool>");
    }

    @Test
    void theConfigurationBesideTheFileNamesTheEnd() throws IOException {
        ObjectNode file = byteLevel();
        ((ArrayNode) file.path("added_tokens")).add(added(257, "<|done|>", true));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\":{\"content\":\"<|done|>\"}}");
        assertThat(read(file).endToken()).isEqualTo(257);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\":\"<|none|>\"}");
        assertThatThrownBy(() -> read(file)).hasMessageContaining("there is no \"<|none|>\"");
    }

    /** jtokkit's ranks are ids; a token's merge is the last step of merging its bytes with the tokens before it. */
    @Test
    void cl100kReadFromAFileEncodesAsItsPublisherDoes() throws IOException {
        TokenVocabulary published = TokenVocabularies.cl100kBase();
        ObjectNode file = byteLevel();
        ObjectNode model = (ObjectNode) file.path("model");
        model.putNull("unk_token");
        ObjectNode vocabulary = model.putObject("vocab");
        ArrayNode merges = model.putArray("merges");
        Map<String, Integer> ranks = new HashMap<>();
        for (int token = 0; token < 100_256; token++) {
            byte[] bytes = published.bytes(token);
            vocabulary.put(ByteLevel.write(bytes), token);
            if (bytes.length > 1) {
                merges.add(lastMerge(ByteLevel.write(bytes), ranks));
            }
            ranks.put(ByteLevel.write(bytes), token);
        }
        file.putArray("added_tokens").add(added(100_257, "<|endoftext|>", true));
        ObjectNode sequence = file.putObject("pre_tokenizer").put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split").put("behavior", "Isolated");
        split.putObject("pattern").put("Regex", LLAMA3);
        steps.addObject().put("type", "ByteLevel").put("use_regex", false);
        TokenVocabulary read = read(file);
        assertThat(read.size()).isEqualTo(100_258);
        for (int token = 0; token < 100_256; token++) {
            assertThat(Arrays.equals(read.bytes(token), published.bytes(token))).isTrue();
        }
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 2000; i++) {
            String text = text(random, 60);
            assertThat(read.encode(text)).as(Json.compact(text)).isEqualTo(published.encode(text));
        }
        String long1 = "supercalifragilistic".repeat(5000);
        assertThat(read.decode(read.encode(long1))).isEqualTo(long1);
    }

    private static String lastMerge(String token, Map<String, Integer> ranks) {
        List<String> parts = new ArrayList<>();
        token.chars().forEach(c -> parts.add(Character.toString(c)));
        while (parts.size() > 2) {
            int best = -1;
            int rank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < parts.size(); i++) {
                int next = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
                if (next < rank) {
                    rank = next;
                    best = i;
                }
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return parts.get(0) + " " + parts.get(1);
    }

    private static String text(SplittableRandom random, int most) {
        String[] pieces = {
            "the",
            " quick",
            "Brown",
            " I'll",
            "'S",
            "n't",
            "  ",
            " ",
            "\n",
            "\r\n",
            "\t",
            "12345",
            " 7",
            "{\"",
            "\":",
            "é",
            "漢字",
            "😀",
            "\u00a0",
            "e\u0301",
            "...",
            "/*",
            "https://",
            "a",
            "Z",
            "_",
            "½",
            "ſ"
        };
        StringBuilder text = new StringBuilder();
        while (text.length() < most && random.nextInt(20) > 0) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    @Test
    void charactersWithoutATokenAreWrittenAsBytes() throws IOException {
        TokenVocabulary vocabulary = read(byteFallback("▁ t", "h e", "▁t he", "t h", "▁ ▁"));
        assertThat(pieces(vocabulary, "the the")).containsExactly("t", "he", " the");
        assertThat(vocabulary.encode("é")).containsExactly(3 + 0xC3, 3 + 0xA9);
        assertThat(vocabulary.encode("\n<s>")).doesNotContain(1).startsWith(3 + '\n');
        for (String text : List.of("", " ", "   x", "▁", "a▁b", "漢字 😀\u0000\t", "</s>")) {
            assertThat(vocabulary.decode(vocabulary.encode(text))).isEqualTo(text);
        }
    }

    @Test
    void onlyATextThatBeginsAContextGetsABeginTokenAndASpace() throws IOException {
        TokenVocabulary vocabulary = read(byteFallback("▁ t", "h e", "▁t he"));
        int the = vocabulary.encode(" the")[0];
        assertThat(vocabulary.encodePrompt("the")).containsExactly(1, the);
        assertThat(vocabulary.encodePrompt("")).containsExactly(1);
        assertThat(pieces(vocabulary, "the")).containsExactly("t", "he");
    }

    @Test
    void theNameHoldsADigestOfAllThatTheFileSaysAboutTokens() throws IOException {
        ObjectNode file = byteLevel("a b", "b c");
        String name = read(file).name();
        assertThat(name).matches("bpe-[0-9a-f]{16}").isEqualTo(read(file).name());
        Map<String, Consumer<ObjectNode>> changes = Map.of(
                "a merge",
                        root -> {
                            ArrayNode merges = (ArrayNode) root.path("model").path("merges");
                            merges.removeAll();
                            merges.add("b c").add("a b");
                        },
                "a token", root -> ((ObjectNode) root.path("model").path("vocab")).put("zz", 300),
                "a space", root -> ((ObjectNode) root.path("pre_tokenizer")).put("add_prefix_space", true),
                "the split", root -> ((ObjectNode) root.path("pre_tokenizer")).put("use_regex", false));
        for (Map.Entry<String, Consumer<ObjectNode>> change : changes.entrySet()) {
            ObjectNode other = file.deepCopy();
            change.getValue().accept(other);
            assertThat(read(other).name()).as(change.getKey()).isNotEqualTo(name);
        }
    }

    @Test
    void aTokenizerThatIsNotSupportedIsRefusedByWhatItNeeds() throws IOException {
        Map<String, Consumer<ObjectNode>> changes = new HashMap<>();
        changes.put("a model of type Unigram", root -> ((ObjectNode) root.path("model")).put("type", "Unigram"));
        changes.put("no vocab", root -> ((ObjectNode) root.path("model")).remove("vocab"));
        changes.put("is empty", root -> {
            ((ObjectNode) root.path("model")).putObject("vocab");
            root.remove("added_tokens");
        });
        changes.put("end_of_word_suffix", root -> ((ObjectNode) root.path("model")).put("end_of_word_suffix", "</w>"));
        changes.put("type Whitespace", root -> root.putObject("pre_tokenizer").put("type", "Whitespace"));
        changes.put("(a+)+$", root -> {
            ObjectNode split =
                    root.putObject("pre_tokenizer").put("type", "Split").put("behavior", "Isolated");
            split.putObject("pattern").put("Regex", "(a+)+$");
        });
        changes.put("neither byte-level", root -> {
            root.remove("pre_tokenizer");
            root.remove("decoder");
        });
        changes.put(
                "/model/merges/1: is no pair",
                root -> ((ArrayNode) root.path("model").path("merges")).add("ab"));
        changes.put(
                "\"q!\", which is no token",
                root -> ((ArrayNode) root.path("model").path("merges")).add("q !"));
        changes.put(
                "-1 is no token id", root -> ((ObjectNode) root.path("model").path("vocab")).put("q", -1));
        changes.put(
                "2000000000 is no", root -> ((ObjectNode) root.path("model").path("vocab")).put("q", 2_000_000_000));
        changes.put("the same id 97", root -> ((ObjectNode) root.path("model").path("vocab")).put("qq", 97));
        changes.put(
                "\"<|endoftext|>\" is added twice",
                root -> ((ArrayNode) root.path("added_tokens")).add(added(300, "<|endoftext|>", true)));
        changes.put("no token is known to end", root -> root.remove("added_tokens"));
        changes.put(
                "rstrip",
                root -> ((ArrayNode) root.path("added_tokens"))
                        .add(added(300, "<mask>", false).put("rstrip", true)));
        changes.put(
                "has 1025 bytes", root -> ((ObjectNode) root.path("model").path("vocab")).put("x".repeat(1025), 300));
        for (Map.Entry<String, Consumer<ObjectNode>> change : changes.entrySet()) {
            ObjectNode file = byteLevel("a b");
            change.getValue().accept(file);
            assertThatThrownBy(() -> read(file))
                    .as(change.getKey())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(change.getKey())
                    .hasMessageContaining("vocabulary-");
        }
    }

    /** A vocabulary of SentencePiece, with scores as it has them. */
    private static GgufWriter llama(String... pieces) {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int b = 0; b < 256; b++) {
            tokens.add(String.format("<0x%02X>", b));
        }
        Collections.addAll(tokens, pieces);
        float[] scores = new float[tokens.size()];
        int[] types = new int[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = id < 259 ? 0 : 259 - id;
            types[id] = id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1;
        }
        return new GgufWriter()
                .put("general.architecture", "llama")
                .put("general.alignment", 32)
                .put("llama.rope.freq_base", 10000f)
                .put("llama.some_list", new String[] {"a", "b"})
                .put("tokenizer.chat_template", "{{ x }}")
                .put("tokenizer.ggml.model", "llama")
                .put("tokenizer.ggml.tokens", tokens.toArray(new String[0]))
                .put("tokenizer.ggml.scores", scores)
                .put("tokenizer.ggml.token_type", types)
                .put("tokenizer.ggml.bos_token_id", 1)
                .put("tokenizer.ggml.eos_token_id", 2);
    }

    private static GgufWriter gpt2(String... merges) {
        ObjectNode file = byteLevel(merges);
        List<String> tokens = new ArrayList<>(file.path("model").path("vocab").propertyNames());
        tokens.add("<|endoftext|>");
        int[] types = new int[tokens.size()];
        Arrays.fill(types, 1);
        types[types.length - 1] = 3;
        return new GgufWriter()
                .put("tokenizer.ggml.model", "gpt2")
                .put("tokenizer.ggml.pre", "llama-bpe")
                .put("tokenizer.ggml.tokens", tokens.toArray(new String[0]))
                .put("tokenizer.ggml.token_type", types)
                .put("tokenizer.ggml.merges", merges)
                .put("tokenizer.ggml.bos_token_id", types.length - 1)
                .put("tokenizer.ggml.eos_token_id", types.length - 1);
    }

    @Test
    void piecesOfAHigherScoreGoFirst() throws IOException {
        TokenVocabulary vocabulary = read(llama("he", "▁t", "▁the", "th", "the", "▁", "t", "h", "e", "▁▁", "\"", "{"));
        assertThat(vocabulary.name()).matches("spm-[0-9a-f]{16}");
        assertThat(vocabulary.size()).isEqualTo(271);
        assertThat(pieces(vocabulary, "the the  the")).containsExactly("the", " the", " ", " the");
        assertThat(vocabulary.encode("é\n")).containsExactly(3 + 0xC3, 3 + 0xA9, 3 + '\n');
        assertThat(vocabulary.encodePrompt("the")).containsExactly(1, 261);
        assertThat(vocabulary.isSpecial(0)).isTrue();
        assertThat(vocabulary.isSpecial(3)).isFalse();
        assertThat(vocabulary.bytes(3 + 0xC3)).containsExactly(0xC3);
        assertThat(vocabulary.endToken()).isEqualTo(2);
        TokenVocabulary plain = read(
                llama("t").put("tokenizer.ggml.add_space_prefix", false).put("tokenizer.ggml.add_bos_token", false));
        assertThat(plain.encodePrompt("t")).containsExactly(259);
    }

    @Test
    void mergesOfAByteLevelModelAreThoseOfItsTokenizerFile() throws IOException {
        String[] merges = {"b c", "a b", "Ġ a", "a bc", "Ã ©"};
        TokenVocabulary gguf = read(gpt2(merges));
        TokenVocabulary json = read(byteLevel(merges));
        for (String text : List.of("abc abc", "é ab\n", " a  a")) {
            assertThat(gguf.encode(text)).as(text).isEqualTo(json.encode(text));
        }
        assertThat(gguf.isSpecial(261)).isTrue();
        assertThat(gguf.encodePrompt("a")).containsExactly(261, 'a');
        // The pattern of Llama 3 takes three digits at a time, and its models a whole piece at once.
        assertThat(pieces(read(gpt2("1 2", "12 3", "123 4")), "12341")).containsExactly("123", "4", "1");
        assertThat(pieces(read(gpt2("a b", "b c", "a bc")), "abc")).containsExactly("abc");
        assertThat(pieces(read(gpt2("a b", "b c", "a bc").put("tokenizer.ggml.pre", "qwen2")), "abc"))
                .containsExactly("ab", "c");
    }

    @Test
    void userDefinedTokensAreTextAndUnusedOnesAreNot() throws IOException {
        GgufWriter file = llama("▁▁", "<tool>", "<unused1>", "<pad>");
        int[] types = new int[263];
        Arrays.fill(types, 1);
        Arrays.fill(types, 3, 259, 6);
        types[260] = 4;
        types[262] = 5;
        TokenVocabulary vocabulary = read(file.put("tokenizer.ggml.token_type", types));
        assertThat(vocabulary.encode("<tool>")).containsExactly(260);
        assertThat(vocabulary.decode(new int[] {259, 260})).isEqualTo("  <tool>");
        assertThat(vocabulary.isSpecial(261)).isTrue();
        assertThat(vocabulary.isSpecial(262)).isTrue();
        assertThat(vocabulary.isSpecial(2)).isTrue();
    }

    @Test
    void aFileCutAnywhereIsRefusedInOneLineWithTheOffset() throws IOException {
        byte[] whole = llama("▁a", "b").bytes();
        for (int length = 4; length < whole.length; length += length < 300 ? 1 : 37) {
            Path file = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TokenVocabularies.read(file))
                    .as("%d bytes", length)
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching("[^\\n]*" + file.getFileName() + " at offset \\d+: [^\\n]*; [^\\n]*");
        }
        byte[] json = Json.compact(byteLevel("a b")).getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < json.length; length += length < 50 ? 1 : 101) {
            Path file = file(Arrays.copyOf(json, length));
            assertThatThrownBy(() -> TokenVocabularies.read(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching("[^\\n]*" + file.getFileName() + "[^\\n]*");
        }
    }

    @Test
    void aChangedByteIsRefusedOrReadButNothingElse() throws IOException {
        byte[] whole = llama("▁a", "b", "ab").bytes();
        SplittableRandom random = new SplittableRandom(3);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] changed = whole.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                changed[random.nextInt(i % 2 == 0 ? 600 : changed.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("changed.gguf"), changed);
            try {
                TokenVocabulary vocabulary = TokenVocabularies.read(file);
                assertThat(vocabulary.size()).isLessThan(1000);
            } catch (InputException e) {
                assertThat(e.getMessage()).contains("changed.gguf").doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 1499);
    }

    @Test
    void rubbishInAGgufFileIsRefusedByName() throws IOException {
        ByteArrayOutputStream endless = new ByteArrayOutputStream();
        GgufWriter.number(endless, 9, 4);
        GgufWriter.number(endless, 8, 4);
        GgufWriter.number(endless, Long.MAX_VALUE, 8);
        ByteArrayOutputStream nested = new ByteArrayOutputStream();
        GgufWriter.number(nested, 9, 4);
        GgufWriter.number(nested, 9, 4);
        GgufWriter.number(nested, 1, 8);
        ByteArrayOutputStream untyped = new ByteArrayOutputStream();
        GgufWriter.number(untyped, 77, 4);
        Map<String, Consumer<GgufWriter>> changes = new HashMap<>();
        changes.put("neither a tokenizer.json nor a GGUF", file -> file.magic = 0x46554748);
        changes.put("version 1", file -> file.version = 1);
        changes.put("version 4", file -> file.version = 4);
        changes.put("big-endian", file -> file.version = 3 << 24);
        changes.put("key-value pairs is too large", file -> file.pairs = -1L);
        changes.put("ends in the middle", file -> file.pairs = 40L);
        changes.put("9223372036854775807 elements", file -> file.put("tokenizer.ggml.tokens", endless.toByteArray()));
        changes.put("array of arrays", file -> file.put("x.y", nested.toByteArray()));
        changes.put("unknown type 77", file -> file.put("x.y", untyped.toByteArray()));
        changes.put("has no tokenizer.ggml.model", file -> file.remove("tokenizer.ggml.model"));
        changes.put("has no tokenizer.ggml.tokens", file -> file.remove("tokenizer.ggml.tokens"));
        changes.put("model \"bert\" is not supported", file -> file.put("tokenizer.ggml.model", "bert"));
        changes.put("tokens is of the wrong type", file -> file.put("tokenizer.ggml.tokens", 7));
        changes.put("scores has 1 entries", file -> file.put("tokenizer.ggml.scores", new float[1]));
        changes.put("token_type has 2 entries", file -> file.put("tokenizer.ggml.token_type", new int[2]));
        changes.put("unknown type 9", file -> {
            int[] types = new int[260];
            types[5] = 9;
            file.put("tokenizer.ggml.token_type", types);
        });
        changes.put("score of token 0 is NaN", file -> {
            float[] scores = new float[260];
            Arrays.fill(scores, Float.NaN);
            file.put("tokenizer.ggml.scores", scores);
        });
        changes.put("eos_token_id names no token", file -> file.put("tokenizer.ggml.eos_token_id", 4711));
        for (Map.Entry<String, Consumer<GgufWriter>> change : changes.entrySet()) {
            GgufWriter file = llama("a");
            change.getValue().accept(file);
            assertThatThrownBy(() -> read(file))
                    .as(change.getKey())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(change.getKey());
        }
        assertThatThrownBy(() -> read(gpt2("a b").put("tokenizer.ggml.pre", "deepseek-v9")))
                .hasMessageContaining("pre-tokenizer \"deepseek-v9\"")
                .hasMessageContaining("llama-bpe");
        assertThatThrownBy(() -> read(gpt2("a b").put("tokenizer.ggml.merges", new String[] {"a q!"})))
                .hasMessageContaining("merge 0");
        assertThatThrownBy(() -> TokenVocabularies.read(folder.resolve("none"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> TokenVocabularies.read(folder)).isInstanceOf(InputException.class);
    }

    @Test
    void aByteWithoutATokenIsNamedWhereItIsNeeded() throws IOException {
        ObjectNode file = byteLevel();
        ((ObjectNode) file.path("model").path("vocab")).remove("q");
        TokenVocabulary vocabulary = read(file);
        assertThat(vocabulary.encode("abc")).hasSize(3);
        assertThatThrownBy(() -> vocabulary.encode("aqc")).hasMessageContaining("no token writes byte 0x71");
    }

    @Test
    void aSchemaIsDecodedOverAVocabularyFromAFile() throws IOException {
        TokenVocabulary vocabulary = read(llama("\"", "{", "}", "▁", "a", "\":", "{\"", "▁{"));
        Constraint constraint = JsonSchemaConstraint.compile(
                Json.parse(
                        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"a\":{\"type\":\"integer\"}}}",
                        "test"),
                vocabulary);
        assertThat(Decoder.force(constraint, "{\"a\":12}").accepted()).isTrue();
        TokenMask mask = new TokenMask(vocabulary.size());
        constraint.matcher().fillMask(mask);
        assertThat(mask.get(0) || mask.get(1) || mask.get(2)).isFalse();
        assertThat(mask.get(265)).isTrue(); // {"
        assertThat(mask.get(3 + '{')).isTrue();
    }

    @Test
    void aRealModelFileHasItsTokens() {
        TokenVocabulary vocabulary = TokenVocabularies.read(TinyModel.file());
        assertThat(vocabulary.size()).isEqualTo(512);
        assertThat(pieces(vocabulary, "Once upon a time")).containsExactly("O", "n", "ce", " upon", " a", " time");
        for (String text : List.of("{\"a\": [1, 2.5e3]}\n", "漢字 😀", "  <s>\u0000")) {
            assertThat(vocabulary.decode(vocabulary.encode(text))).isEqualTo(text);
        }
        assertThat(vocabulary.encodePrompt("a")[0]).isEqualTo(1);
    }
}
