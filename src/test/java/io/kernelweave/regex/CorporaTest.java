package io.kernelweave.regex;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The formats and patterns of the JSON Schema Test Suite and of MaskBench. */
class CorporaTest {
    @Test
    void formatsHoldWhatTheSuiteSaysButForPunycode() {
        List<String> wrong = new ArrayList<>();
        int tests = 0;
        for (JsonNode group : Corpora.read("json-schema-test-suite.jsonl.gz")) {
            if (!group.path("file").asString().contains("/optional/format/")) {
                continue;
            }
            String format = group.path("schema").path("format").asString();
            if (Formats.isRefused(format) || format.equals("unknown")) {
                continue;
            }
            Regex regex = new Regex();
            Regex.Node language = Formats.language(regex, format).orElseThrow();
            for (JsonNode test : group.path("tests")) {
                String data = test.path("data").isString() ? test.path("data").asString() : null;
                if (data != null
                        && !(format.equals("hostname")
                                && data.contains("xn--")
                                && test.path("valid").asBoolean())) {
                    tests++;
                    if (regex.matches(language, data) != test.path("valid").asBoolean()) {
                        wrong.add(format + " " + test.path("description").asString());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(tests).isGreaterThan(900);
    }

    @Test
    void patternsMatchWhatTheSuiteSays() {
        List<String> wrong = new ArrayList<>();
        int tests = 0;
        for (JsonNode group : Corpora.read("json-schema-test-suite.jsonl.gz")) {
            String pattern = group.path("schema").path("pattern").asString(null);
            if (pattern == null) {
                continue;
            }
            Regex regex = new Regex();
            Regex.Node language = regex.pattern(pattern, Dialect.ECMA, "#/pattern");
            for (JsonNode test : group.path("tests")) {
                if (test.path("data").isString()) {
                    tests++;
                    if (regex.matches(language, test.path("data").asString())
                            != test.path("valid").asBoolean()) {
                        wrong.add(pattern + " " + test.path("description").asString());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(tests).isGreaterThan(90);
    }

    private static void collect(JsonNode node, Set<String> patterns) {
        if (node.path("pattern").isString()) {
            patterns.add(node.path("pattern").asString());
        }
        if (node.path("patternProperties").isObject()) {
            patterns.addAll(node.path("patternProperties").propertyNames());
        }
        node.forEach(child -> collect(child, patterns));
    }

    @Test
    void realPatternsAreReadAndMeanWhatJavaSays() {
        Set<String> patterns = new TreeSet<>();
        Corpora.read("maskbench.jsonl.gz").forEach(row -> collect(row.path("schema"), patterns));
        List<String> refused = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(7);
        int compared = 0;
        for (String pattern : patterns) {
            Regex regex = new Regex();
            Regex.Node language;
            try {
                language = regex.pattern(pattern, Dialect.ECMA, "#");
            } catch (InputException notRegular) {
                refused.add(notRegular.getMessage());
                continue;
            }
            Pattern java = java(pattern);
            if (java == null || regex.isEmpty(language)) {
                continue;
            }
            Automaton automaton = Automaton.of(regex, language);
            for (int i = 0; i < 30; i++) {
                String text = i == 0 ? regex.shortest(language).orElseThrow() : near(automaton, random);
                compared++;
                assertThat(regex.matches(language, text))
                        .as("%s in %s", pattern, text)
                        .isEqualTo(java.matcher(text).find());
            }
        }
        assertThat(refused).hasSizeLessThan(5);
        assertThat(compared).isGreaterThan(40_000);
    }

    /** The pattern in Java's words; null where Java would not read it. */
    private static Pattern java(String pattern) {
        String spaces = "\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
        Map<String, String> words = Map.of(
                "\\s",
                "[" + spaces + "]",
                "\\S",
                "[^" + spaces + "]",
                ".",
                "[^\\n\\r\\u2028\\u2029]",
                "$",
                "\\z",
                "[^]",
                "[\\s\\S]");
        StringBuilder out = new StringBuilder();
        boolean inClass = false;
        for (int i = 0; i < pattern.length(); i++) {
            int length = pattern.charAt(i) == '\\' && i + 1 < pattern.length() ? 2 : 1;
            String symbol = pattern.substring(i, i + length);
            i += length - 1;
            if (inClass && (symbol.equals("[") || symbol.equals("&"))) {
                symbol = "\\" + symbol;
            } else if (inClass && symbol.equals("\\S")) {
                symbol = words.get(symbol);
            } else if (!inClass || symbol.equals("\\s")) {
                symbol = words.getOrDefault(symbol, symbol);
            }
            inClass = symbol.equals("[") || inClass && !symbol.equals("]");
            out.append(symbol);
        }
        try {
            return Pattern.compile(out.toString());
        } catch (PatternSyntaxException otherwise) {
            return null;
        }
    }

    /** A string that wanders through the automaton, ends as soon as it may, and then perhaps is spoilt. */
    private static String near(Automaton automaton, SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        int state = automaton.start();
        for (int steps = random.nextInt(12); steps > 0; steps--) {
            int c = random.nextInt(10) == 0 ? random.nextInt(0x20, 0x2100) : random.nextInt(0x20, 0x7F);
            int next = automaton.next(state, c);
            if (next != Automaton.DEAD) {
                text.appendCodePoint(c);
                state = next;
            } else if (!automaton.accepts(state)) {
                c = automaton.nearest(state);
                text.appendCodePoint(c);
                state = automaton.next(state, c);
            }
        }
        while (!automaton.accepts(state) && text.length() < 300) {
            int c = automaton.nearest(state);
            text.appendCodePoint(c);
            state = automaton.next(state, c);
        }
        if (random.nextBoolean() && text.length() > 0) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, (char) random.nextInt(0x20, 0x7F));
                default -> text.append((char) random.nextInt(0x0A, 0x7F));
            }
        }
        return text.toString();
    }
}
