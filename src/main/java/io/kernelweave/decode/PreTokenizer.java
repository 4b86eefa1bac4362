package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into the pieces that a byte-level tokenizer merges apart from each other. Only patterns that are known are
 * taken: they mean the same to {@link Pattern} as to the engines that they were written for, and cannot blow up.
 */
final class PreTokenizer {
    /** The text as one piece. */
    static final PreTokenizer NONE = new PreTokenizer(List.of());

    private static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA3 =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN2 = LLAMA3.replace("\\p{N}{1,3}", "\\p{N}");
    private static final String CASED =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+%1$s"
                    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*%1$s"
                    + "|\\p{N}%2$s| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String O200K = String.format(CASED, "(?i:'s|'t|'re|'ve|'m|'ll|'d)?", "{1,3}");
    private static final String TEKKEN = String.format(CASED, "", "");
    private static final String DIGIT = "\\p{N}";

    /** What files write → what it means; most mean what they write. */
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry(GPT2, GPT2),
            Map.entry("'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", GPT2),
            Map.entry(LLAMA3, LLAMA3),
            // As tiktoken writes cl100k_base.
            Map.entry(
                    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+"
                            + "|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
                    LLAMA3),
            Map.entry(QWEN2, QWEN2),
            Map.entry(O200K, O200K),
            Map.entry(TEKKEN, TEKKEN),
            Map.entry(DIGIT, DIGIT),
            Map.entry("\\p{N}+", "\\p{N}+"),
            Map.entry("\\p{N}{1,3}", "\\p{N}{1,3}"));

    /** The patterns behind the names that GGUF files have for them. */
    private static final Map<String, List<String>> NAMED = Map.ofEntries(
            Map.entry("gpt-2", List.of(GPT2)),
            Map.entry("gpt2", List.of(GPT2)),
            Map.entry("phi-2", List.of(GPT2)),
            Map.entry("mpt", List.of(GPT2)),
            Map.entry("olmo", List.of(GPT2)),
            Map.entry("jais", List.of(GPT2)),
            Map.entry("smollm", List.of(DIGIT, GPT2)),
            Map.entry("starcoder", List.of(DIGIT, GPT2)),
            Map.entry("codeshell", List.of(DIGIT, GPT2)),
            Map.entry("command-r", List.of(DIGIT, GPT2)),
            Map.entry("refact", List.of(DIGIT, GPT2)),
            Map.entry("llama3", List.of(LLAMA3)),
            Map.entry("llama-v3", List.of(LLAMA3)),
            Map.entry("llama-bpe", List.of(LLAMA3)),
            Map.entry("dbrx", List.of(LLAMA3)),
            Map.entry("smaug-bpe", List.of(LLAMA3)),
            Map.entry("qwen2", List.of(QWEN2)),
            Map.entry("stablelm2", List.of(QWEN2)),
            Map.entry("gpt-4o", List.of(O200K)),
            Map.entry("llama4", List.of(O200K)),
            Map.entry("tekken", List.of(TEKKEN)));

    private final List<Pattern> patterns;

    private PreTokenizer(List<String> patterns) {
        this.patterns = patterns.stream()
                .map(pattern -> Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS))
                .toList();
    }

    /** GPT-2's own pattern. */
    static String gpt2() {
        return GPT2;
    }

    /** Each pattern in turn cuts what the ones before it left; what it matches and what is between are pieces. */
    static PreTokenizer of(List<String> patterns, String origin) {
        return new PreTokenizer(patterns.stream()
                .map(pattern -> {
                    String known = KNOWN.get(pattern);
                    if (known == null) {
                        throw InputException.at(
                                origin,
                                "splits text by a pattern that is not supported: " + pattern,
                                "use a tokenizer with the pattern of GPT-2, Llama 3, cl100k, o200k, Qwen 2 or Tekken");
                    }
                    return known;
                })
                .toList());
    }

    /** By the name that a GGUF file has for it. */
    static PreTokenizer named(String name, String origin) {
        List<String> patterns = NAMED.get(name);
        if (patterns == null) {
            throw InputException.at(
                    origin,
                    "the pre-tokenizer \"" + name + "\" is not supported",
                    "use one of "
                            + String.join(", ", NAMED.keySet().stream().sorted().toList()));
        }
        return new PreTokenizer(patterns);
    }

    List<String> split(String text) {
        List<String> pieces = List.of(text);
        for (Pattern pattern : patterns) {
            List<String> finer = new ArrayList<>();
            for (String piece : pieces) {
                split(pattern.matcher(piece), piece, finer);
            }
            pieces = finer;
        }
        return pieces;
    }

    private static void split(Matcher matcher, String text, List<String> into) {
        int at = 0;
        while (matcher.find()) {
            if (matcher.start() > at) {
                into.add(text.substring(at, matcher.start()));
            }
            if (matcher.end() > matcher.start()) {
                into.add(matcher.group());
            }
            at = matcher.end();
        }
        if (at < text.length()) {
            into.add(text.substring(at));
        }
    }

    @Override
    public String toString() {
        return patterns.toString();
    }
}
