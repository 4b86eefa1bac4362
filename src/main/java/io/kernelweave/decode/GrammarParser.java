package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.CodePoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Grammar} in the notation that {@link GrammarConstraint} describes. */
final class GrammarParser {
    private static final int MAX_LENGTH = 1 << 20;
    private static final int MAX_RULES = 1000;
    private static final int MAX_NAME = 100;
    private static final int MAX_LITERAL = 100_000;
    private static final int MAX_NESTING = 100;
    private static final int MAX_REPEATS = 10;
    private static final int MAX_COUNT = 100_000;
    private static final int END = -1;

    private final int[] text;
    /** Where lines begin. */
    private final int[] lines;

    private int at;
    private int nesting;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    /** By number of the rule: where it is first named. */
    private final List<Integer> named = new ArrayList<>();

    private final List<Grammar.@Nullable Rule> rules = new ArrayList<>();

    private GrammarParser(String grammar) {
        this.text = grammar.codePoints().toArray();
        this.lines = IntStream.rangeClosed(0, text.length)
                .filter(i -> i == 0 || text[i - 1] == '\n')
                .toArray();
    }

    static Grammar parse(String grammar) {
        if (grammar.length() > MAX_LENGTH) {
            throw InputException.at(
                    "grammar", "it has " + grammar.length() + " characters", "at most " + MAX_LENGTH + " are read");
        }
        return new GrammarParser(grammar).grammar();
    }

    private Grammar grammar() {
        skip(true);
        while (peek() != END) {
            rule();
            skip(true);
        }
        for (Map.Entry<String, Integer> entry : numbers.entrySet()) {
            if (rules.get(entry.getValue()) == null) {
                throw refuse(
                        named.get(entry.getValue()),
                        "rule " + entry.getKey() + " is not defined",
                        "define it: " + entry.getKey() + " ::= …");
            }
        }
        Integer root = numbers.get("root");
        if (root == null) {
            throw InputException.at("grammar", "there is no rule root", "begin with root ::= …");
        }
        List<Grammar.Rule> all = new ArrayList<>();
        for (Grammar.@Nullable Rule rule : rules) {
            all.add(java.util.Objects.requireNonNull(rule));
        }
        return new Grammar(all, root);
    }

    private void rule() {
        int from = at;
        String name = name();
        if (name.isEmpty()) {
            throw refuse(at, found() + " where a rule should begin", "write name ::= …");
        }
        int number = number(name, from);
        if (rules.get(number) != null) {
            throw refuse(from, "rule " + name + " is defined twice", "join the definitions with |");
        }
        skip(false);
        if (!take("::=")) {
            throw refuse(at, found() + " after " + name, "write " + name + " ::= …");
        }
        Grammar.Expression body = choice();
        rules.set(number, new Grammar.Rule(name, where(from), body));
    }

    private int number(String name, int from) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        if (numbers.size() == MAX_RULES) {
            throw refuse(from, "there are more than " + MAX_RULES + " rules", "use fewer");
        }
        numbers.put(name, rules.size());
        named.add(from);
        rules.add(null);
        return rules.size() - 1;
    }

    private Grammar.Expression choice() {
        List<Grammar.Expression> parts = new ArrayList<>();
        do {
            parts.add(sequence());
        } while (take("|"));
        return parts.size() == 1 ? parts.get(0) : new Grammar.Choice(parts);
    }

    private Grammar.Expression sequence() {
        List<Grammar.Expression> parts = new ArrayList<>();
        skip(true);
        while (!atRule() && peek() != END && peek() != '|' && peek() != ')') {
            Grammar.Expression item = item();
            skip(true);
            for (int depth = 0; peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{'; depth++) {
                if (depth == MAX_REPEATS) {
                    throw refuse(at, "more than " + MAX_REPEATS + " repeats of repeats", "one is enough");
                }
                item = repeat(item);
                skip(true);
            }
            parts.add(item);
        }
        if (peek() == ')' && nesting == 0) {
            throw refuse(at, "a parenthesis is closed that is not open", "leave it out");
        }
        return parts.size() == 1 ? parts.get(0) : new Grammar.Sequence(parts);
    }

    private Grammar.Expression item() {
        int from = at;
        switch (peek()) {
            case '"' -> {
                at++;
                return literal(from);
            }
            case '[' -> {
                at++;
                return characters(from);
            }
            case '.' -> {
                at++;
                return new Grammar.Characters(CodePoints.ANY);
            }
            case '(' -> {
                at++;
                if (++nesting > MAX_NESTING) {
                    throw refuse(from, "more than " + MAX_NESTING + " parentheses are open", "use rules of their own");
                }
                Grammar.Expression body = choice();
                if (!take(")")) {
                    throw refuse(from, "this parenthesis is not closed", "close it with )");
                }
                nesting--;
                return body;
            }
            default -> {
                String name = name();
                if (name.isEmpty()) {
                    throw refuse(at, found(), "write \"…\", […], a rule's name or parentheses");
                }
                return new Grammar.Reference(number(name, from));
            }
        }
    }

    private Grammar.Expression repeat(Grammar.Expression item) {
        int from = at;
        int min = 0;
        int max = Parts.UNBOUNDED;
        switch (text[at++]) {
            case '*' -> {}
            case '+' -> min = 1;
            case '?' -> max = 1;
            default -> {
                skip(false);
                min = count();
                max = min;
                skip(false);
                if (take(",")) {
                    skip(false);
                    max = peek() == '}' ? Parts.UNBOUNDED : count();
                    skip(false);
                }
                if (!take("}")) {
                    throw refuse(at, found() + " in a count", "write {2}, {2,} or {2,5}");
                }
                if (max < min) {
                    throw refuse(from, "a count from " + min + " to " + max, "write the smaller number first");
                }
            }
        }
        return new Grammar.Repeat(item, min, max, where(from));
    }

    private int count() {
        int from = at;
        long value = 0;
        for (; peek() >= '0' && peek() <= '9'; at++) {
            value = Math.min(value * 10 + peek() - '0', Integer.MAX_VALUE);
        }
        if (at == from) {
            throw refuse(at, found() + " where a number should be", "write {2}, {2,} or {2,5}");
        }
        if (value > MAX_COUNT) {
            throw refuse(from, "a count above " + MAX_COUNT, "use a smaller one, or none");
        }
        return (int) value;
    }

    private Grammar.Expression literal(int from) {
        StringBuilder out = new StringBuilder();
        while (peek() != '"') {
            if (peek() == END || peek() == '\n') {
                throw refuse(from, "this text is not closed", "close it with \", and write \\n for a line feed");
            }
            out.appendCodePoint(character());
        }
        at++;
        if (at - from > MAX_LITERAL) {
            throw refuse(from, "a text of more than " + MAX_LITERAL + " characters", "write a shorter one");
        }
        return new Grammar.Literal(out.toString());
    }

    private Grammar.Expression characters(int from) {
        boolean negated = take("^");
        int[] ranges = new int[8];
        int used = 0;
        while (peek() != ']') {
            if (peek() == END || peek() == '\n') {
                throw refuse(
                        from, "these characters are not closed", "close them with ], and write \\n for a line feed");
            }
            int here = at;
            int low = character();
            int high = low;
            if (peek() == '-' && at + 1 < text.length && text[at + 1] != ']') {
                at++;
                high = character();
            }
            if (high < low) {
                throw refuse(here, "a range from its end to its beginning", "write the smaller character first");
            }
            if (used == ranges.length) {
                ranges = Arrays.copyOf(ranges, 2 * used);
            }
            ranges[used++] = low;
            ranges[used++] = high;
        }
        at++;
        CodePoints set = CodePoints.of(Arrays.copyOf(ranges, used)).and(CodePoints.ANY);
        set = negated ? set.complement() : set;
        if (set.isEmpty()) {
            throw refuse(from, "there is no such character", "name one, or leave it out");
        }
        return new Grammar.Characters(set);
    }

    /** One character of a text or of a set, perhaps as an escape. */
    private int character() {
        int from = at;
        int c = text[at++];
        if (c != '\\') {
            return scalar(c, from);
        }
        int escape = peek();
        at++;
        return switch (escape) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '\\', '"', '\'', '[', ']', '^', '-', '/' -> escape;
            case 'x' -> hexadecimal(2, from);
            case 'u' -> hexadecimal(4, from);
            case 'U' -> hexadecimal(8, from);
            default ->
                throw refuse(
                        from,
                        "an unknown escape",
                        "there are \\n \\r \\t \\\\ \\\" \\[ \\] \\^ \\- \\xHH \\uHHHH \\UHHHHHHHH");
        };
    }

    private int hexadecimal(int digits, int from) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw refuse(from, "an escape of fewer than " + digits + " hexadecimal digits", "write all of them");
            }
            value = value << 4 | digit;
            at++;
        }
        return scalar((int) Math.min(value, Integer.MAX_VALUE), from);
    }

    private int scalar(int c, int from) {
        if (c > Character.MAX_CODE_POINT || c >= 0xD800 && c <= 0xDFFF) {
            throw refuse(
                    from,
                    "no character has this number",
                    "write characters beyond U+FFFF as they are, or as \\U0001F600");
        }
        return c;
    }

    private static boolean isName(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    private String name() {
        int from = at;
        while (isName(peek())) {
            at++;
        }
        if (at - from > MAX_NAME) {
            throw refuse(from, "a name of " + (at - from) + " characters", "use at most " + MAX_NAME);
        }
        return new String(text, from, at - from);
    }

    /** Whether the next rule begins here. */
    private boolean atRule() {
        int before = at;
        boolean begins = !name().isEmpty();
        skip(false);
        begins &= take("::=");
        at = before;
        return begins && nesting == 0;
    }

    private void skip(boolean lines) {
        while (true) {
            int c = peek();
            if (c == '#') {
                while (peek() != END && peek() != '\n') {
                    at++;
                }
            } else if (c == ' ' || c == '\t' || lines && (c == '\n' || c == '\r')) {
                at++;
            } else {
                return;
            }
        }
    }

    private int peek() {
        return at < text.length ? text[at] : END;
    }

    private boolean take(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= text.length || text[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    private String found() {
        return peek() == END ? "the grammar ends" : "there is '" + Character.toString(peek()) + "'";
    }

    private String where(int place) {
        int line = Arrays.binarySearch(lines, place);
        line = line < 0 ? -2 - line : line;
        return "grammar line " + (line + 1) + ", column " + (place - lines[line] + 1);
    }

    private InputException refuse(int place, String problem, String remedy) {
        return InputException.at(where(place), problem, remedy);
    }
}
