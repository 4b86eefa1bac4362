package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

    private static final Set<String> KNOWN =
            Set.of(GPT2, LLAMA3, QWEN2, O200K, TEKKEN, DIGIT, "\\p{N}+", "\\p{N}{1,3}");

    /** Other ways to write them. */
    private static final Map<String, String> MEANING = Map.of(
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            GPT2,
            // As tiktoken writes cl100k_base.
            "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+"
                    + "|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
            LLAMA3);

    /** The names that GGUF files have for them. */
    private static final Map<List<String>, List<String>> NAMES = Map.of(
            List.of(GPT2), List.of("gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jais"),
            List.of(DIGIT, GPT2), List.of("smollm", "starcoder", "codeshell", "command-r", "refact"),
            List.of(LLAMA3), List.of("llama3", "llama-v3", "llama-bpe", "dbrx", "smaug-bpe"),
            List.of(QWEN2), List.of("qwen2", "stablelm2"),
            List.of(O200K), List.of("gpt-4o", "llama4"),
            List.of(TEKKEN), List.of("tekken"));

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
                    String known = MEANING.getOrDefault(pattern, pattern);
                    if (!KNOWN.contains(known)) {
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
        return NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().contains(name))
                .findFirst()
                .map(entry -> new PreTokenizer(entry.getKey()))
                .orElseThrow(() -> InputException.at(
                        origin,
                        "the pre-tokenizer \"" + name + "\" is not supported",
                        "use one of "
                                + NAMES.values().stream()
                                        .flatMap(List::stream)
                                        .sorted()
                                        .collect(Collectors.joining(", "))));
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
