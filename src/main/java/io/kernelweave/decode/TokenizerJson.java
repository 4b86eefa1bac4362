package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The vocabulary in a Hugging Face {@code tokenizer.json} with a model of type BPE: byte-level as in GPT-2, Llama 3 and Qwen, or
 * with byte fallback as in Llama 2, Mistral and Gemma. What the file does to text beyond that (normalizers such as NFC) is
 * left out, because masks are about the text as it is.
 *
 * <p>Method: huggingface/tokenizers, its serialisation and {@code models/bpe}.
 */
final class TokenizerJson {
    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-F]{2})>");

    /** How published tokenizers call the token that ends a text, for files that come without a configuration. */
    private static final List<String> ENDS =
            List.of("<|end_of_text|>", "</s>", "<|endoftext|>", "<eos>", "<|im_end|>", "<｜end▁of▁sentence｜>");

    private final Path file;
    private final JsonNode root;
    private final JsonNode model;
    private final Map<String, Integer> added = new HashMap<>();

    private TokenizerJson(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
        this.model = root.path("model");
    }

    static FileVocabulary read(Path file) {
        return new TokenizerJson(file, Json.read(file, JsonNode.class)).read();
    }

    private FileVocabulary read() {
        // Older files leave the type out.
        String type = model.path("type").asString("BPE");
        if (!type.equals("BPE")
                || !model.path("vocab").isObject()
                || !model.path("merges").isArray()) {
            throw InputException.at(
                    file + " /model",
                    type.equals("BPE") ? "has no vocab and merges" : "a model of type " + type + " is not supported",
                    "give a tokenizer of type BPE");
        }
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.path(affix).asString("").isEmpty()) {
                throw InputException.at(file + " /model/" + affix, "is not supported", "give a tokenizer without");
            }
        }
        List<JsonNode> steps = steps(root.path("pre_tokenizer"), "pretokenizers");
        boolean byteLevel =
                steps.stream().anyMatch(step -> isType(step, "ByteLevel")) || isType(root.path("decoder"), "ByteLevel");
        if (!byteLevel && !model.path("byte_fallback").asBoolean(false)) {
            throw InputException.at(
                    file + " /model",
                    "is neither byte-level nor has it byte_fallback",
                    "give a tokenizer that can write every byte");
        }
        VocabularyTable table = new VocabularyTable(file.toString(), size());
        addedTokens(table);
        int end = end();
        boolean spaceFirst = spaceFirst(steps);
        return byteLevel ? byteLevel(table, steps, end, spaceFirst) : byteFallback(table, end, spaceFirst);
    }

    private FileVocabulary byteLevel(VocabularyTable table, List<JsonNode> steps, int end, boolean spaceFirst) {
        PreTokenizer splits = PreTokenizer.of(patterns(steps), file + " /pre_tokenizer");
        vocabulary(table, ByteLevel::bytes, false);
        merges(table, ByteLevel::bytes);
        return table.byteLevel(splits, model.path("ignore_merges").asBoolean(false), end, begin(), spaceFirst);
    }

    private FileVocabulary byteFallback(VocabularyTable table, int end, boolean spaceFirst) {
        for (JsonNode step : steps(root.path("pre_tokenizer"), "pretokenizers")) {
            boolean atSpaces = isType(step, "Split")
                    && step.path("pattern").path("String").asString("").equals(" "); // there are none left by then
            boolean whole = isType(step, "Metaspace") && !step.path("split").asBoolean(true);
            if (!atSpaces && !whole) {
                throw InputException.at(
                        file + " /pre_tokenizer",
                        "a step of type " + step.path("type").asString("?") + " is not supported with byte_fallback",
                        "give a tokenizer with Metaspace (split: false) or none");
            }
        }
        vocabulary(table, GgufVocabulary::plain, true);
        merges(table, GgufVocabulary::plain);
        return table.byteFallback(end, begin(), spaceFirst);
    }

    private int size() {
        int largest = -1;
        for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
            largest = Math.max(largest, id(entry.getValue(), "/model/vocab"));
        }
        for (JsonNode token : root.path("added_tokens")) {
            largest = Math.max(largest, id(token.path("id"), "/added_tokens"));
        }
        if (largest < 0) {
            throw InputException.at(file + " /model/vocab", "is empty", "give a vocabulary with tokens");
        }
        return largest + 1;
    }

    private int id(JsonNode node, String where) {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() >= VocabularyTable.MOST_TOKENS) {
            throw InputException.at(
                    file + " " + where,
                    node + " is no token id",
                    "give whole numbers from 0 to " + (VocabularyTable.MOST_TOKENS - 1));
        }
        return node.intValue();
    }

    private void addedTokens(VocabularyTable table) {
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            int id = id(token.path("id"), "/added_tokens");
            if (added.put(content, id) != null) {
                throw InputException.at(file + " /added_tokens", "\"" + content + "\" is added twice", "leave one out");
            }
            if (token.path("special").asBoolean(false) || VocabularyTable.looksSpecial(content)) {
                continue;
            }
            for (String edge : List.of("lstrip", "rstrip", "single_word")) {
                if (token.path(edge).asBoolean(false)) {
                    throw InputException.at(
                            file + " /added_tokens",
                            "\"" + content + "\" has " + edge + ", which is not supported for text",
                            "make it special, or leave " + edge + " out");
                }
            }
            table.added(id, content);
        }
    }

    private void vocabulary(VocabularyTable table, Function<String, byte[]> form, boolean fallback) {
        String[] byId = new String[size()];
        for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
            int id = id(entry.getValue(), "/model/vocab");
            if (byId[id] != null) {
                throw InputException.at(
                        file + " /model/vocab",
                        "\"" + byId[id] + "\" and \"" + entry.getKey() + "\" have the same id " + id,
                        "give each its own");
            }
            byId[id] = entry.getKey();
        }
        for (int id = 0; id < byId.length; id++) {
            String token = byId[id];
            if (token == null) {
                continue;
            }
            Matcher escape = BYTE.matcher(token);
            if (added.containsKey(token) || VocabularyTable.looksSpecial(token)) {
                table.special(form.apply(token));
            } else if (fallback && escape.matches()) {
                table.fallback(id, Integer.parseInt(escape.group(1), 16));
            } else {
                table.ordinary(id, form.apply(token));
            }
        }
    }

    private void merges(VocabularyTable table, Function<String, byte[]> form) {
        int rank = 0;
        for (JsonNode merge : model.path("merges")) {
            String where = file + " /model/merges/" + rank;
            String left = merge.path(0).asString("");
            String right = merge.path(1).asString("");
            if (merge.isString()) {
                String pair = merge.asString();
                int blank = pair.indexOf(' ');
                left = pair.substring(0, Math.max(blank, 0));
                right = pair.substring(blank + 1);
            }
            if (left.isEmpty() || right.isEmpty() || merge.size() > 2) {
                throw InputException.at(where, "is no pair", "write [\"a\", \"b\"] or \"a b\"");
            }
            table.merge(form.apply(left), form.apply(right), rank++, where);
        }
    }

    /** The patterns that cut text before it becomes bytes. */
    private List<String> patterns(List<JsonNode> steps) {
        List<String> patterns = new ArrayList<>();
        for (JsonNode step : steps) {
            switch (step.path("type").asString("?")) {
                case "ByteLevel" -> {
                    if (step.path("use_regex").asBoolean(true)) {
                        patterns.add(PreTokenizer.gpt2());
                    }
                }
                case "Digits" -> patterns.add(step.path("individual_digits").asBoolean(false) ? "\\p{N}" : "\\p{N}+");
                case "Split" -> {
                    String behavior = step.path("behavior").asString("");
                    boolean invert = step.path("invert").asBoolean(false);
                    if (!(behavior.equals("Isolated") && !invert || behavior.equals("Removed") && invert)) {
                        throw InputException.at(
                                file + " /pre_tokenizer",
                                "a split with behavior " + behavior + " is not supported",
                                "use Isolated");
                    }
                    patterns.add(step.path("pattern").path("Regex").asString(""));
                }
                default ->
                    throw InputException.at(
                            file + " /pre_tokenizer",
                            "a step of type " + step.path("type").asString("?") + " is not supported",
                            "use ByteLevel, Split and Digits");
            }
        }
        return patterns;
    }

    /** Whether text that begins a context gets a space before it. */
    private boolean spaceFirst(List<JsonNode> preTokenizers) {
        boolean prepends =
                steps(root.path("normalizer"), "normalizers").stream().anyMatch(step -> isType(step, "Prepend"));
        return prepends
                || preTokenizers.stream()
                        .anyMatch(step -> isType(step, "ByteLevel")
                                        && step.path("add_prefix_space").asBoolean(false)
                                || isType(step, "Metaspace")
                                        && !step.path("prepend_scheme")
                                                .asString("always")
                                                .equals("never")
                                        && step.path("add_prefix_space").asBoolean(true));
    }

    /** The tokens that a post-processor's template puts before a single text. */
    private int[] begin() {
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode step : steps(root.path("post_processor"), "processors")) {
            if (isType(step, "TemplateProcessing")) {
                for (JsonNode part : step.path("single")) {
                    if (part.has("Sequence")) {
                        break;
                    }
                    String name = part.path("SpecialToken").path("id").asString("");
                    Integer id = added.get(name);
                    if (id == null) {
                        throw InputException.at(
                                file + " /post_processor", "\"" + name + "\" is no added token", "add it");
                    }
                    tokens.add(id);
                }
            }
        }
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The token that ends a text: as {@code tokenizer_config.json} beside the file says, or by a published name. */
    private int end() {
        Path beside = file.resolveSibling("tokenizer_config.json");
        String named = null;
        if (Files.isRegularFile(beside)) {
            JsonNode token = Json.read(beside, JsonNode.class).path("eos_token");
            named = token.isString() ? token.asString() : token.path("content").asString(null);
        }
        Integer end = named != null
                ? added.get(named)
                : ENDS.stream()
                        .map(this::addedId)
                        .filter(id -> id != null)
                        .findFirst()
                        .orElse(null);
        if (end == null) {
            throw InputException.at(
                    file + " /added_tokens",
                    named == null ? "no token is known to end a text" : "there is no \"" + named + "\" to end a text",
                    "name one of them as eos_token in tokenizer_config.json beside the file");
        }
        return end;
    }

    private @Nullable Integer addedId(String content) {
        return added.get(content);
    }

    /** A step, or the steps of a sequence. */
    private static List<JsonNode> steps(JsonNode node, String name) {
        if (isType(node, "Sequence")) {
            List<JsonNode> steps = new ArrayList<>();
            node.path(name).forEach(step -> steps.addAll(steps(step, name)));
            return steps;
        }
        return node.isObject() ? List.of(node) : List.of();
    }

    private static boolean isType(JsonNode node, String type) {
        return node.path("type").asString("").equals(type);
    }
}
