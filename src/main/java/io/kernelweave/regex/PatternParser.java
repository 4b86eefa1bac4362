package io.kernelweave.regex;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a pattern. What is not regular or not supported is refused by its name, and what a dialect does not allow with what
 * would be right.
 *
 * <p>Source: ECMA-262, 16th edition, sections 22.2.1 (grammar, with the flag u) and B.1.2 (what browsers allow without it);
 * the syntax page of RE2.
 */
final class PatternParser {
    private static final int MAX_LENGTH = 1 << 16;
    private static final int MAX_DEPTH = 200;

    private static final CodePoints DIGIT = CodePoints.of('0', '9');
    private static final CodePoints WORD = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    private static final CodePoints ECMA_SPACE = CodePoints.of(
            0x09, 0x0D, 0x20, 0x20, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F,
            0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);
    private static final CodePoints RE2_SPACE = CodePoints.of('\t', '\n', '\f', '\r', ' ', ' ');
    private static final CodePoints ECMA_DOT =
            CodePoints.of('\n', '\n', '\r', '\r', 0x2028, 0x2029).complement();
    private static final CodePoints RE2_DOT = CodePoints.of('\n', '\n').complement();

    private final boolean re2;
    private final String where;
    private final int[] pattern;
    private int at;
    private int depth;
    private boolean ignoreCase;
    private boolean dotAll;
    private boolean lines;

    private PatternParser(String pattern, Dialect dialect, String where) {
        this.re2 = dialect == Dialect.RE2;
        this.where = where;
        this.pattern = (re2 ? unquoted(pattern) : pattern).codePoints().toArray();
    }

    /** With \Q...\E written as escapes. */
    private static String unquoted(String pattern) {
        int begin = pattern.indexOf("\\Q");
        if (begin < 0) {
            return pattern;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '\\' || i + 1 == pattern.length()) {
                out.append(c);
            } else if (pattern.charAt(++i) != 'Q') {
                out.append(c).append(pattern.charAt(i));
            } else {
                int end = pattern.indexOf("\\E", i);
                for (char quoted : pattern.substring(i + 1, end < 0 ? pattern.length() : end)
                        .toCharArray()) {
                    out.append("\\.+*?()|[]{}^$".indexOf(quoted) >= 0 ? "\\" : "")
                            .append(quoted);
                }
                i = end < 0 ? pattern.length() : end + 1;
            }
        }
        return out.toString();
    }

    static Syntax parse(String pattern, Dialect dialect, String where) {
        if (pattern.length() > MAX_LENGTH) {
            throw InputException.at(
                    where,
                    "the pattern has " + pattern.length() + " characters",
                    "at most " + MAX_LENGTH + " are read");
        }
        PatternParser parser = new PatternParser(pattern, dialect, where);
        Syntax tree = parser.choice();
        if (parser.at < parser.pattern.length) {
            throw parser.refuse("there is a ) without its (", "escape it as \\)");
        }
        return tree;
    }

    private int peek() {
        return at < pattern.length ? pattern[at] : -1;
    }

    private boolean take(int c) {
        if (at < pattern.length && pattern[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private Syntax choice() {
        if (++depth > MAX_DEPTH) {
            throw refuse("groups are nested too deeply", "nest at most " + MAX_DEPTH);
        }
        boolean outerCase = ignoreCase;
        boolean outerDot = dotAll;
        boolean outerLines = lines;
        Syntax first = sequence();
        if (peek() == '|') {
            List<Syntax> all = new ArrayList<>();
            all.add(first);
            while (take('|')) {
                all.add(sequence());
            }
            first = Syntax.choice(all);
        }
        depth--;
        ignoreCase = outerCase;
        dotAll = outerDot;
        lines = outerLines;
        return first;
    }

    private Syntax sequence() {
        List<Syntax> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')') {
            int begin = at;
            Syntax atom = atom();
            Syntax term = repeated(atom, begin);
            if (term == atom && atom instanceof Syntax.Characters characters && single(characters.set()) >= 0) {
                literal.appendCodePoint(single(characters.set()));
                continue;
            }
            if (term == atom && atom instanceof Syntax.Literal text) {
                literal.append(text.text());
                continue;
            }
            flush(literal, parts);
            parts.add(term);
        }
        flush(literal, parts);
        return parts.isEmpty() ? Syntax.EMPTY : Syntax.sequence(parts);
    }

    private static void flush(StringBuilder literal, List<Syntax> parts) {
        if (literal.length() > 0) {
            int c = literal.codePointAt(0);
            parts.add(
                    literal.length() == Character.charCount(c)
                            ? new Syntax.Characters(CodePoints.of(c, c))
                            : new Syntax.Literal(literal.toString()));
            literal.setLength(0);
        }
    }

    /** The character of a one-character set, else -1. */
    private static int single(CodePoints set) {
        return set.ranges().length == 2 && set.ranges()[0] == set.ranges()[1] ? set.ranges()[0] : -1;
    }

    private Syntax characters(CodePoints set) {
        return new Syntax.Characters(set);
    }

    private CodePoints folded(CodePoints set) {
        return ignoreCase ? CaseFolding.closure(set) : set;
    }

    private CodePoints literal(int c) {
        return c >= 0xD800 && c <= 0xDFFF ? CodePoints.NONE : folded(CodePoints.of(c, c));
    }

    private Syntax atom() {
        int c = pattern[at++];
        switch (c) {
            case '^':
                return new Syntax.Anchor(false, lines);
            case '$':
                return new Syntax.Anchor(true, lines);
            case '(':
                return group();
            case '[':
                return characters(characterClass());
            case '.':
                return characters(dotAll ? CodePoints.ANY : re2 ? RE2_DOT : ECMA_DOT);
            case '\\':
                return escapedAtom();
            case '*', '+', '?':
                throw refuse("there is nothing before the " + (char) c + " to repeat", "escape it as \\" + (char) c);
            case '{':
                at--;
                if (counted()) {
                    at++;
                    throw refuse("there is nothing before the { to repeat", "escape it as \\{");
                }
                at++;
                return characters(literal(c));
            default:
                return characters(literal(c)); // a } or ] that closes nothing stands for itself
        }
    }

    private Syntax group() {
        if (!take('?')) {
            return close(choice());
        }
        int c = peek();
        if (c == ':') {
            at++;
            return close(choice());
        }
        if (!re2 && (c == '=' || c == '!')) {
            at++;
            return new Syntax.Ahead(close(choice()), c == '!');
        }
        if (c == '=' || c == '!') {
            throw refuse("RE2 has no look-ahead", "write a condition of its own");
        }
        if (c == '<' && at + 1 < pattern.length && (pattern[at + 1] == '=' || pattern[at + 1] == '!')) {
            throw refuse(
                    "look-behind is not supported", "put the condition before what it follows, or use a look-ahead");
        }
        if (c == '<' || c == 'P' && re2) {
            at += c == 'P' ? 2 : 1;
            int begin = at;
            while (at < pattern.length && (Character.isUnicodeIdentifierPart(pattern[at]) || pattern[at] == '$')) {
                at++;
            }
            if (at == begin || pattern[begin - 1] != '<' || !take('>')) {
                throw refuse("a group has no name", re2 ? "write (?P<name>...)" : "write (?<name>...)");
            }
            return close(choice());
        }
        return flags();
    }

    /** {@code (?i)} for the rest of the group or {@code (?i:...)}. */
    private Syntax flags() {
        boolean caseNow = ignoreCase;
        boolean dotNow = dotAll;
        boolean linesNow = lines;
        boolean on = true;
        for (; ; at++) {
            int c = peek();
            if (c == 'i') {
                caseNow = on;
            } else if (c == 's') {
                dotNow = on;
            } else if (c == 'm' && re2) {
                linesNow = on;
            } else if (c == '-' && on) {
                on = false;
            } else if (c == ')' || c == ':') {
                break;
            } else {
                throw refuse(
                        c < 0 ? "a group is not closed" : "(?" + Character.toString(c) + " is not supported",
                        "use (...), (?:...), " + (re2 ? "(?P<name>...)" : "(?=...), (?!...)")
                                + (re2 ? " or the flags i, m and s" : " or the flags i and s"));
            }
        }
        boolean rest = pattern[at++] == ')';
        boolean outerCase = ignoreCase;
        boolean outerDot = dotAll;
        boolean outerLines = lines;
        ignoreCase = caseNow;
        dotAll = dotNow;
        lines = linesNow;
        if (rest) {
            return Syntax.EMPTY; // until the group around it ends
        }
        Syntax inside = close(choice());
        ignoreCase = outerCase;
        dotAll = outerDot;
        lines = outerLines;
        return inside;
    }

    private Syntax close(Syntax inside) {
        if (!take(')')) {
            throw refuse("there is a ( without its )", "close it, or escape it as \\(");
        }
        return inside;
    }

    /** Whether a counted repeat stands here. */
    private boolean counted() {
        int i = at + 1;
        int begin = i;
        while (i < pattern.length && pattern[i] >= '0' && pattern[i] <= '9') {
            i++;
        }
        if (i == begin) {
            return false;
        }
        if (i < pattern.length && pattern[i] == ',') {
            i++;
            while (i < pattern.length && pattern[i] >= '0' && pattern[i] <= '9') {
                i++;
            }
        }
        return i < pattern.length && pattern[i] == '}';
    }

    private Syntax repeated(Syntax atom, int begin) {
        int min;
        int max;
        int c = peek();
        if (c == '*') {
            min = 0;
            max = Regex.UNBOUNDED;
            at++;
        } else if (c == '+') {
            min = 1;
            max = Regex.UNBOUNDED;
            at++;
        } else if (c == '?') {
            min = 0;
            max = 1;
            at++;
        } else if (c == '{' && counted()) {
            at++;
            min = count();
            max = !take(',') ? min : peek() == '}' ? Regex.UNBOUNDED : count();
            at++;
            if (max < min) {
                throw refuse("the repeat {" + min + "," + max + "} is empty", "put the smaller number first");
            }
        } else {
            return atom;
        }
        take('?'); // a lazy repeat matches the same strings
        int next = peek();
        if (next == '*' || next == '+' || next == '?' || next == '{' && counted()) {
            throw refuse(
                    next == '+' ? "possessive repeats are not supported" : "a repeat is repeated",
                    "put the inner one into a group (?:...)");
        }
        if (atom instanceof Syntax.Ahead) {
            return min == 0 ? Syntax.EMPTY : atom; // looking twice sees the same
        }
        if (!re2 && (atom instanceof Syntax.Anchor || atom instanceof Syntax.Boundary) && pattern[begin] != '(') {
            throw refuse("an anchor is repeated", "write it once");
        }
        return new Syntax.Repeat(atom, min, max);
    }

    private int count() {
        long value = 0;
        while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9') {
            value = Math.min(value * 10 + pattern[at++] - '0', Regex.UNBOUNDED);
        }
        long most = re2 ? 1000 : Regex.UNBOUNDED - 1;
        if (value > most) {
            throw refuse("a repeat counts to more than " + most, "use a smaller number");
        }
        return (int) value;
    }

    private CodePoints characterClass() {
        boolean negated = take('^');
        List<CodePoints> all = new ArrayList<>();
        boolean first = true;
        while (re2 && first || !take(']')) { // RE2 reads a ] that comes first as a character
            first = false;
            CodePoints low = member();
            if (peek() == '-' && at + 1 < pattern.length && pattern[at + 1] != ']') {
                int from = single(low);
                int dash = at++;
                CodePoints high = member();
                int to = single(high);
                if (from < 0 || to < 0) {
                    // Beside a class like \w the - is a character
                    if (re2) {
                        at = dash;
                        throw refuse(
                                "a range in a class begins or ends with no character", "write the - first or last");
                    }
                    all.add(low);
                    all.add(CodePoints.of('-', '-'));
                    all.add(high);
                    continue;
                }
                if (to < from) {
                    throw refuse("a range in a class is the wrong way round", "put the smaller character first");
                }
                low = CodePoints.of(from, to);
            }
            all.add(low);
        }
        CodePoints set = all.size() == 1 ? all.get(0) : CodePoints.union(all);
        set = folded(set.minusSurrogates());
        return negated ? set.complement() : set;
    }

    /** A character of a class or a class in it; a surrogate half is given as it is, since it can begin a range. */
    private CodePoints member() {
        if (at == pattern.length) {
            throw refuse("there is a [ without its ]", "close the class, or escape it as \\[");
        }
        int c = pattern[at++];
        if (c == '\\') {
            return classEscape();
        }
        if (c == '[' && re2 && peek() == ':') {
            return posixClass();
        }
        return CodePoints.of(c, c);
    }

    private CodePoints posixClass() {
        int end = at + 1;
        while (end < pattern.length && pattern[end] != ':' && pattern[end] != ']') {
            end++;
        }
        if (end + 1 >= pattern.length || pattern[end] != ':' || pattern[end + 1] != ']') {
            return CodePoints.of('[', '[');
        }
        String name = new String(pattern, at + 1, end - at - 1);
        boolean negated = name.startsWith("^");
        CodePoints set = switch (negated ? name.substring(1) : name) {
            case "alnum" -> CodePoints.of('0', '9', 'A', 'Z', 'a', 'z');
            case "alpha" -> CodePoints.of('A', 'Z', 'a', 'z');
            case "ascii" -> CodePoints.of(0, 0x7F);
            case "blank" -> CodePoints.of('\t', '\t', ' ', ' ');
            case "cntrl" -> CodePoints.of(0, 0x1F, 0x7F, 0x7F);
            case "digit" -> DIGIT;
            case "graph" -> CodePoints.of('!', '~');
            case "lower" -> CodePoints.of('a', 'z');
            case "print" -> CodePoints.of(' ', '~');
            case "punct" -> CodePoints.of('!', '/', ':', '@', '[', '`', '{', '~');
            case "space" -> CodePoints.of('\t', '\r', ' ', ' ');
            case "upper" -> CodePoints.of('A', 'Z');
            case "word" -> WORD;
            case "xdigit" -> CodePoints.of('0', '9', 'A', 'F', 'a', 'f');
            default ->
                throw refuse("there is no class [:" + name + ":]", "use one like [:alpha:], [:digit:] or [:space:]");
        };
        at = end + 2;
        return negated ? set.complement() : set;
    }

    private Syntax escapedAtom() {
        int c = peek();
        if (c == 'b' || c == 'B') {
            at++;
            return new Syntax.Boundary(c == 'B');
        }
        if (re2) {
            if (c == 'A' || c == 'z') {
                at++;
                return new Syntax.Anchor(c == 'z', false);
            }
        }
        if (c >= '1' && c <= '9') {
            throw refuse("a back-reference is not regular", "write the alternatives out");
        }
        if (c == 'k' && !re2) {
            throw refuse("a back-reference is not regular", "write the alternatives out");
        }
        CodePoints set = escape();
        return characters(folded(set.minusSurrogates()));
    }

    private CodePoints classEscape() {
        int c = peek();
        if (c == 'b' && !re2) {
            at++;
            return CodePoints.of('\b', '\b');
        }
        if (c == '-') {
            at++;
            return CodePoints.of('-', '-');
        }
        return escape();
    }

    private CodePoints escape() {
        if (at == pattern.length) {
            throw refuse("the pattern ends in a \\", "escape it as \\\\");
        }
        int c = pattern[at++];
        int letter = switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'v' -> 0x0B;
            case 'f' -> '\f';
            case 'r' -> '\r';
            case 'a' -> re2 ? 7 : -1;
            case 'x' -> re2 && peek() == '{' ? braced() : hex(2);
            case 'u' -> re2 ? -1 : unicode();
            case 'c' -> re2 ? -1 : control();
            case '0' -> octal();
            default -> -1;
        };
        if (letter >= 0) {
            return CodePoints.of(letter, letter);
        }
        switch (c) {
            case 'd':
                return DIGIT;
            case 'D':
                return DIGIT.complement();
            case 'w':
                return WORD;
            case 'W':
                return WORD.complement();
            case 's':
                return re2 ? RE2_SPACE : ECMA_SPACE;
            case 'S':
                return (re2 ? RE2_SPACE : ECMA_SPACE).complement();
            case 'p', 'P':
                return property(c == 'P');
            default:
                if (c < 0x80 && (Character.isLetterOrDigit(c) || re2 && c == '_')) {
                    throw refuse(
                            "\\" + (char) c + " means nothing in this dialect",
                            "escape the \\ itself, or use the character without it, or one of \\d \\w \\s \\t \\n \\r \\f \\v");
                }
                return CodePoints.of(c, c);
        }
    }

    private int octal() {
        int next = peek();
        if (next >= '0' && next <= '9') {
            if (!re2) {
                throw refuse("octal escapes are not supported", "write \\xhh");
            }
            int value = 0;
            for (int i = 0; i < 2 && peek() >= '0' && peek() <= '7'; i++) {
                value = value * 8 + pattern[at++] - '0';
            }
            return value;
        }
        return 0;
    }

    private int control() {
        int c = peek();
        if (c < 0 || c >= 0x80 || !Character.isLetter(c)) {
            throw refuse("\\c needs a letter", "write \\xhh, or escape the \\ itself");
        }
        at++;
        return c & 0x1F;
    }

    private int unicode() {
        if (peek() == '{') {
            return braced();
        }
        int unit = hex(4);
        if (Character.isHighSurrogate((char) unit)
                && peek() == '\\'
                && at + 1 < pattern.length
                && pattern[at + 1] == 'u') {
            int back = at;
            at += 2;
            if (peek() != '{') {
                int low = hex(4);
                if (Character.isLowSurrogate((char) low)) {
                    return Character.toCodePoint((char) unit, (char) low);
                }
            }
            at = back;
        }
        return unit;
    }

    private int braced() {
        at++;
        int value = 0;
        int begin = at;
        for (;
                peek() >= 0 && Character.digit(peek(), 16) >= 0 && peek() < 0x80 && value <= Character.MAX_CODE_POINT;
                at++) {
            value = value << 4 | Character.digit(peek(), 16);
        }
        if (at == begin || value > Character.MAX_CODE_POINT || !take('}')) {
            throw refuse("an escape names no character", "write up to six hexadecimal digits between the braces");
        }
        return value;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = peek() >= 0 && peek() < 0x80 ? Character.digit(peek(), 16) : -1;
            if (digit < 0) {
                throw refuse(
                        "an escape needs " + digits + " hexadecimal digits",
                        re2 ? "write \\xhh" : "write \\xhh or \\uhhhh");
            }
            at++;
            value = value << 4 | digit;
        }
        return value;
    }

    private CodePoints property(boolean negated) {
        String name;
        boolean not = negated;
        if (re2 && peek() >= 0 && peek() != '{') {
            name = Character.toString(pattern[at++]);
        } else {
            int begin = at + 1;
            int end = begin;
            while (end < pattern.length && pattern[end] != '}') {
                end++;
            }
            if (peek() != '{' || end == pattern.length) {
                throw refuse("\\p needs the name of a property", "write \\p{L} or \\p{Script=Greek}");
            }
            name = new String(pattern, begin, end - begin);
            at = end + 1;
            if (re2 && name.startsWith("^")) {
                not = !not;
                name = name.substring(1);
            }
        }
        CodePoints set = Properties.of(name, re2);
        if (set == null) {
            throw refuse(
                    "there is no property " + name + " or it is not supported",
                    "use a general category like \\p{L} or \\p{Lu}, or \\p{Script=Greek}");
        }
        return not ? set.complement() : set;
    }

    private InputException refuse(String problem, String remedy) {
        int end = Math.min(at, pattern.length);
        int begin = Math.max(0, end - 60);
        String read = (begin > 0 ? "..." : "") + new String(pattern, begin, end - begin);
        return InputException.at(where, problem + " (after " + read + ")", remedy);
    }
}
