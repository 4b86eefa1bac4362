package io.kernelweave.compile;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Where values stand in a trace before an operation: the input's fields, what people said, what earlier steps were called with and
 * gave back. A place is a path, or an expression of the check language that finds pieces of a text; it holds one value, several to
 * choose from, or a text that values stand in.
 */
final class Places {
    private static final int MOST_NUMBERS = 6;
    private static final int LONGEST_TEXT = 20_000;
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_.@-]+");

    /** How programs mark what can be chosen in a text that people read too. */
    private static final Map<String, Pattern> PIECES = new TreeMap<>(Map.of(
            "\\[([^\\[\\]\\n]{1,80})\\]", Pattern.compile("\\[([^\\[\\]\\n]{1,80})\\]"),
            "`([^`\\n]{1,80})`", Pattern.compile("`([^`\\n]{1,80})`")));

    private final Map<String, Set<String>> values = new LinkedHashMap<>();
    private final Map<String, Set<String>> byValue = new HashMap<>();
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Integer> words = new HashMap<>();

    Places(PromptInput input) {
        for (int i = 0; i < Math.min(MOST_NUMBERS, input.numbers().size()); i++) {
            put(
                    "input.numbers[" + i + "]",
                    Leaves.text(Json.tree(input.numbers().get(i))));
        }
        for (int i = 0; i < Math.min(MOST_NUMBERS, input.quoted().size()); i++) {
            put("input.quoted[" + i + "]", input.quoted().get(i));
        }
        if (!input.request().isEmpty()) {
            put("input.request", input.request());
            text("input.request", input.request());
        }
        if (input.source() != null) {
            put("input.source", input.source());
            text("input.source", input.source());
        }
    }

    private void put(String place, String value) {
        if (values.computeIfAbsent(place, key -> new LinkedHashSet<>(2)).add(value)) {
            byValue.computeIfAbsent(value, key -> new LinkedHashSet<>(2)).add(place);
        }
    }

    private void text(String place, String text) {
        texts.put(place, text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text);
        words.remove(place);
    }

    private void forget(String place) {
        Set<String> held = values.remove(place);
        if (held != null) {
            held.forEach(
                    value -> byValue.getOrDefault(value, new LinkedHashSet<>()).remove(place));
        }
    }

    /** Somebody said something. */
    void said(String text) {
        text("said", texts.getOrDefault("said", "") + "\n" + text);
    }

    /** A step was called; of a step that is repeated, its last round counts. */
    void called(String step, Map<String, List<JsonNode>> arguments) {
        arguments.forEach((path, held) -> {
            forget(step + ".arguments" + path);
            held.forEach(value -> put(step + ".arguments" + path, Leaves.text(value)));
        });
    }

    /** A step gave a result. */
    void returned(String step, JsonNode result) {
        for (String name : List.of(step, "last")) {
            if (result.isString()) {
                String text = result.stringValue();
                text(name + ".result", text);
                PIECES.forEach((source, pattern) -> {
                    String place =
                            Json.compact(Json.object().put("find", source).put("of", name + ".result"));
                    Matcher piece = pattern.matcher(text);
                    // What offers nothing leaves what was offered before.
                    for (int found = 0; found < 200 && piece.find(); found++) {
                        if (found == 0) {
                            forget(place);
                        }
                        put(place, piece.group(1));
                    }
                });
            }
        }
        Leaves.of(result)
                .forEach((path, held) -> held.forEach(value -> {
                    String text = Leaves.text(value);
                    if (text.length() <= 200) {
                        put(step + ".result" + path, text);
                    }
                }));
    }

    /** How many places there are where a value could have been found. */
    int size() {
        return values.size() + texts.size();
    }

    /** How many values there are to choose from at a place; 0 if it holds nothing. */
    int choices(String place) {
        if (place.startsWith("~")) {
            return words.computeIfAbsent(place.substring(1), name -> {
                Matcher word = WORD.matcher(texts.getOrDefault(name, ""));
                int count = 0;
                while (word.find()) {
                    count++;
                }
                return count;
            });
        }
        return values.getOrDefault(place, Set.of()).size();
    }

    /** Bits to point out values at a place that holds them: which of those there, or in a text where one begins and how far it goes. */
    double bits(String place, List<String> wanted) {
        double bits = 0;
        for (String value : wanted) {
            bits += place.startsWith("~")
                    ? Alphabet.log2(2.0 * choices(place) + 1) + 2 * Alphabet.log2(value.split("\\s+").length + 1.0)
                    : Alphabet.log2(Math.max(1, choices(place)));
        }
        return bits;
    }

    Set<String> at(String place) {
        return values.getOrDefault(place, Set.of());
    }

    /** The places where all the values stand; those that are texts begin with a tilde. */
    Set<String> of(List<String> wanted) {
        Set<String> places = new LinkedHashSet<>();
        if (wanted.isEmpty()) {
            return places;
        }
        for (String place : byValue.getOrDefault(wanted.get(0), Set.of())) {
            if (values.getOrDefault(place, Set.of()).containsAll(wanted)) {
                places.add(place);
            }
        }
        for (String name : texts.keySet()) {
            if (holds("~" + name, wanted)) {
                places.add("~" + name);
            }
        }
        return places;
    }

    /** Do all the values stand at a place? */
    boolean holds(String place, List<String> wanted) {
        if (!place.startsWith("~")) {
            return values.getOrDefault(place, Set.of()).containsAll(wanted);
        }
        String text = texts.get(place.substring(1));
        return text != null && wanted.stream().allMatch(value -> value.length() > 1 && standsIn(text, value));
    }

    /** As a word or words of its own. */
    private static boolean standsIn(String text, String value) {
        for (int at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
            boolean begins = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
            int end = at + value.length();
            if (begins && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }

    /** The texts of values. */
    static List<String> texts(List<JsonNode> values) {
        List<String> texts = new ArrayList<>(values.size());
        values.forEach(value -> texts.add(Leaves.text(value)));
        return texts;
    }
}
