package io.kernelweave.decode;

import io.kernelweave.json.InputException;

/**
 * Reads the regular part of a JSON Schema {@code pattern}: literals, classes, groups, alternation, counted repeats, anchors.
 * What is not regular, or means different things in ECMA-262 and in Java, is refused with what would be right.
 *
 * <p>The two dialects still differ in which characters {@code .} and {@code \s} stand for; a parser reads one of them.
 */
final class RegexParser {
    enum Dialect {
        ECMA(
                CodePoints.of(0x0A, 0x0A, 0x0D, 0x0D, 0x2028, 0x2029),
                CodePoints.of(
                        0x09, 0x0D, 0x20, 0x20, 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F,
                        0x202F, 0x205F, 0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF)),
        JAVA(CodePoints.of(0x0A, 0x0A, 0x0D, 0x0D, 0x85, 0x85, 0x2028, 0x2029), CodePoints.of(0x09, 0x0D, 0x20, 0x20));

        private final CodePoints lineTerminators;
        private final CodePoints space;

        Dialect(CodePoints lineTerminators, CodePoints space) {
            this.lineTerminators = lineTerminators;
            this.space = space;
        }
    }

    private static final int MAX_REPEAT = 1000;
    private static final int MAX_LENGTH = 2000;
    private static final int MAX_DEPTH = 100;
    private static final CodePoints DIGIT = CodePoints.of('0', '9');
    private static final CodePoints WORD = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');

    private final Regex regex;
    private final Dialect dialect;
    private final String where;
    private final int[] pattern;
    private int at;
    private int depth;

    private RegexParser(Regex regex, Dialect dialect, String pattern, String where) {
        this.regex = regex;
        this.dialect = dialect;
        this.where = where;
        this.pattern = pattern.codePoints().toArray();
    }

    /** @param where names the pattern in a refusal */
    static Regex.Node parse(Regex regex, Dialect dialect, String pattern, String where) {
        if (pattern.length() > MAX_LENGTH) {
            throw InputException.at(
                    where,
                    "the pattern has " + pattern.length() + " characters",
                    "at most " + MAX_LENGTH + " are read");
        }
        RegexParser parser = new RegexParser(regex, dialect, pattern, where);
        Regex.Node node = parser.alternatives();
        if (parser.at < parser.pattern.length) {
            throw parser.refuse("there is a ) without its (", "escape it as \\)");
        }
        return node;
    }

    private Regex.Node alternatives() {
        if (++depth > MAX_DEPTH) {
            throw refuse("groups are nested too deeply", "nest at most " + MAX_DEPTH);
        }
        Regex.Node all = sequence();
        while (take('|')) {
            all = regex.either(all, sequence());
        }
        depth--;
        return all;
    }

    private Regex.Node sequence() {
        Regex.Node all = regex.empty();
        while (at < pattern.length && pattern[at] != '|' && pattern[at] != ')') {
            all = regex.then(all, term());
        }
        return all;
    }

    private Regex.Node term() {
        int c = pattern[at++];
        return switch (c) {
            case '^' -> anchor(Regex.BEGIN);
            case '$' -> anchor(Regex.END);
            case '(' -> repeated(group());
            case '[' -> repeated(regex.set(characterClass()));
            case '.' -> repeated(regex.set(dialect.lineTerminators.complement()));
            case '\\' -> repeated(regex.set(escape(false)));
            case '*', '+', '?', '{' ->
                throw refuse("there is nothing before the " + (char) c + " to repeat", "escape it as \\" + (char) c);
            case '}', ']' ->
                throw refuse("there is a " + (char) c + " that closes nothing", "escape it as \\" + (char) c);
            default -> repeated(regex.set(literal(c)));
        };
    }

    private Regex.Node anchor(int symbol) {
        if (at < pattern.length && "*+?{".indexOf(pattern[at]) >= 0) {
            throw refuse("an anchor is repeated", "write it once");
        }
        return regex.set(CodePoints.of(symbol, symbol));
    }

    private Regex.Node group() {
        if (take('?') && !take(':')) {
            throw refuse(
                    "look-around, named groups and inline flags are not honoured by the token mask",
                    "use a plain group (...) or (?:...)");
        }
        Regex.Node inside = alternatives();
        if (!take(')')) {
            throw refuse("there is a ( without its )", "close it, or escape it as \\(");
        }
        return inside;
    }

    private Regex.Node repeated(Regex.Node atom) {
        if (at == pattern.length) {
            return atom;
        }
        int min;
        int max;
        if (take('*')) {
            min = 0;
            max = Regex.UNBOUNDED;
        } else if (take('+')) {
            min = 1;
            max = Regex.UNBOUNDED;
        } else if (take('?')) {
            min = 0;
            max = 1;
        } else if (take('{')) {
            min = count();
            max = !take(',') ? min : at < pattern.length && pattern[at] == '}' ? Regex.UNBOUNDED : count();
            if (!take('}')) {
                throw refuse("a { is not a counted repeat", "write {n}, {n,} or {n,m}, or escape it as \\{");
            }
            if (max < min) {
                throw refuse("the repeat {" + min + "," + max + "} is empty", "put the smaller number first");
            }
        } else {
            return atom;
        }
        take('?'); // a lazy repeat matches the same texts
        if (at < pattern.length && "*+?{".indexOf(pattern[at]) >= 0) {
            throw refuse("a repeat is repeated", "put the inner one into a group (?:...)");
        }
        return regex.repeat(atom, min, max);
    }

    private int count() {
        int start = at;
        int value = 0;
        while (at < pattern.length && pattern[at] >= '0' && pattern[at] <= '9' && value <= MAX_REPEAT) {
            value = value * 10 + pattern[at++] - '0';
        }
        if (at == start) {
            throw refuse("a { is not a counted repeat", "write {n}, {n,} or {n,m}, or escape it as \\{");
        }
        if (value > MAX_REPEAT) {
            throw refuse("a repeat counts to more than " + MAX_REPEAT, "use a smaller number");
        }
        return value;
    }

    private CodePoints characterClass() {
        boolean negated = take('^');
        CodePoints all = CodePoints.NONE;
        if (at < pattern.length && pattern[at] == ']') {
            throw refuse("a class is empty", "name a character, or escape the bracket as \\]");
        }
        while (!take(']')) {
            CodePoints low = classMember();
            if (at + 1 < pattern.length && pattern[at] == '-' && pattern[at + 1] != ']') {
                at++;
                CodePoints high = classMember();
                if (single(low) < 0 || single(high) < single(low)) {
                    throw refuse(
                            "a class has a range that is empty or not of characters", "write the - last in the class");
                }
                low = CodePoints.of(single(low), single(high)).minusSurrogates();
            }
            all = all.or(low);
        }
        return negated ? all.complement() : all;
    }

    private CodePoints classMember() {
        if (at == pattern.length) {
            throw refuse("there is a [ without its ]", "close the class, or escape it as \\[");
        }
        int c = pattern[at++];
        if (c == '[' || c == '&' && at < pattern.length && pattern[at] == '&') {
            throw refuse("[ and && in a class mean different things in ECMA-262 and Java", "escape them: \\[ and \\&");
        }
        return c == '\\' ? escape(true) : literal(c);
    }

    /** The character of a one-character set, else -1. */
    private static int single(CodePoints set) {
        return set.ranges().length == 2 && set.ranges()[0] == set.ranges()[1] ? set.ranges()[0] : -1;
    }

    private CodePoints escape(boolean inClass) {
        if (at == pattern.length) {
            throw refuse("the pattern ends in a \\", "escape it as \\\\");
        }
        int c = pattern[at++];
        return switch (c) {
            case 'd' -> DIGIT;
            case 'D' -> DIGIT.complement();
            case 'w' -> WORD;
            case 'W' -> WORD.complement();
            case 's' -> dialect.space;
            case 'S' -> dialect.space.complement();
            case 't' -> literal('\t');
            case 'n' -> literal('\n');
            case 'r' -> literal('\r');
            case 'f' -> literal('\f');
            case 'x' -> literal(hex(2));
            case 'u' -> literal(hex(4));
            default -> {
                if (c < 0x80 && Character.isLetterOrDigit(c)) {
                    String written = "\\" + Character.toString(c);
                    throw refuse(
                            written + " is not honoured by the token mask",
                            c >= '1' && c <= '9'
                                    ? "a back-reference is not regular: write the alternatives out"
                                    : c == 'b' || c == 'B'
                                            ? "anchor the pattern with ^ and $ and name the neighbours instead"
                                            : "use a class like [A-Za-z] or \\d \\w \\s \\t \\n \\r \\f \\xhh \\uhhhh"
                                                    + (inClass ? "" : ", or the character itself"));
                }
                yield literal(c);
            }
        };
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < pattern.length ? Character.digit(pattern[at++], 16) : -1;
            if (digit < 0) {
                throw refuse("an escape needs " + digits + " hexadecimal digits", "write \\xhh or \\uhhhh");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private CodePoints literal(int c) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            throw refuse("half a surrogate pair is no character", "write the character itself");
        }
        return CodePoints.of(c, c);
    }

    private boolean take(int c) {
        if (at < pattern.length && pattern[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private InputException refuse(String problem, String remedy) {
        String read = new String(pattern, 0, Math.min(at, pattern.length));
        return InputException.at(where, problem + " (after " + read + ")", remedy);
    }
}
