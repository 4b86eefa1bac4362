package io.kernelweave.decode;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Grammars made to take all time or memory. Run as a program of its own with little memory, see {@link Hostile}. */
final class HostileGrammars {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";

    private HostileGrammars() {}

    private static String list(int count, String between, IntFunction<String> each) {
        return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(between));
    }

    private static Supplier<Hostile.Trap> trap(String text, Supplier<String> writing) {
        return () -> {
            String grammar = writing.get();
            return new Hostile.Trap(text, () -> GrammarConstraint.compile(grammar, Hostile.VOCABULARY));
        };
    }

    private static String letters(String between, IntFunction<String> each) {
        return list(26, between, i -> each.apply(LETTERS.charAt(i)));
    }

    private static String palindromes(String name) {
        return name + " ::= \"\" | " + letters(" | ", c -> "\"" + (char) c + "\" " + name + " \"" + (char) c + "\"");
    }

    /** By name. */
    static Map<String, Supplier<Hostile.Trap>> all() {
        Map<String, Supplier<Hostile.Trap>> all = new LinkedHashMap<>();
        String as = "a".repeat(500);
        String open = "(".repeat(1500);

        // Rules that begin with themselves
        all.put("left recursion", trap(as, () -> "root ::= root \"a\" | \"a\""));
        all.put("hidden left recursion", trap(as, () -> "root ::= e e root \"a\" | \"a\"\ne ::= \"\" | \"b\" e"));
        all.put(
                "left recursion behind a repeat",
                trap(as + "bc", () -> "root ::= (\"b\"* root \"a\")* \"c\" | root* \"a\""));
        all.put("itself and nothing else", trap(as, () -> "root ::= root | \"a\" root | \"\""));
        all.put(
                "rules that begin with one another",
                trap(
                        as,
                        () -> "root ::= r0\n"
                                + list(
                                        40,
                                        "\n",
                                        i -> "r" + i + " ::= "
                                                + list(
                                                        40,
                                                        " | ",
                                                        j -> "r" + j + " \"" + (i * j % 7 == 0 ? "a" : "b") + "\"")
                                                + " | \"a\"")));
        all.put(
                "many rules that begin with one another",
                trap(
                        as,
                        () -> "root ::= r0\n"
                                + list(
                                        900,
                                        "\n",
                                        i -> "r" + i + " ::= r" + (i + 1) % 900 + " \"a\" | r" + i * 7 % 900
                                                + " \"b\" | \"a\"")));
        all.put(
                "rules that recurse, and begin with one another",
                trap(
                        as,
                        () -> "root ::= r0\n"
                                + list(
                                        24,
                                        "\n",
                                        i -> "r" + i + " ::= "
                                                + list(24, " | ", j -> "r" + j + " \"(\" r" + i * j % 24 + " \")\"")
                                                + " | \"a\" | \"\"")));

        // Rules that write nothing
        all.put(
                "a cycle of empty rules",
                trap(as, () -> "root ::= a b c\na ::= b | \"\"\nb ::= c | a a\nc ::= a b c | \"\" | \"a\""));
        all.put(
                "many cycles of empty rules",
                trap(
                        as,
                        () -> "root ::= r0\n"
                                + list(
                                        30,
                                        "\n",
                                        i -> "r" + i + " ::= \"\" | \"a\" | r" + (i + 1) % 30 + " r" + i * 7 % 30 + " r"
                                                + (i + 11) % 30)));
        all.put(
                "what may be left out, doubled at each level",
                trap(
                        as,
                        () -> list(
                                        60,
                                        "\n",
                                        i -> (i == 0 ? "root" : "r" + i) + " ::= r" + (i + 1) + " r" + (i + 1)
                                                + " | \"\"")
                                + "\nr60 ::= \"a\" | \"(\" r60 \")\""));
        all.put("only empty", trap("", () -> "root ::= a a\na ::= b* b? b{0,9}\nb ::= \"\" | a"));

        // Texts that are read in many ways
        all.put("exponential ambiguity", trap(as, () -> "root ::= \"a\" root | root root | \"\""));
        all.put(
                "more ambiguity",
                trap(as, () -> "root ::= root root | root root root | root root root root | \"a\" | \"\""));
        all.put(
                "ambiguous lists",
                trap(
                        as,
                        () -> "root ::= x x x x x x x x x x\nx ::= \"a\" x | y y | \"\"\ny ::= \"a\" | \"(\" x \")\""));
        all.put(
                "ambiguous brackets",
                trap(open, () -> "root ::= \"(\" root | \"(\" root \")\" | \"(\" root \")\" root | root root | \"\""));
        all.put(
                "ambiguous operators",
                trap(
                        "a+".repeat(300),
                        () -> "root ::= [a-z0-9]+ | \"(\" root \")\" | "
                                + list(12, " | ", i -> "root \"" + "+-*/%&|^<>=,".charAt(i) + "\" root")));
        all.put("operators that are not written", trap(as, () -> "root ::= root \"-\"? root | \"-\" root | [a-z]+"));
        all.put("palindromes", trap("a man a plan a canal", () -> palindromes("root")));
        all.put("palindromes anywhere", trap("amanaplanacanal", () -> "root ::= ([a-z]* p)*\n" + palindromes("p")));
        all.put(
                "palindromes in one another",
                trap("amanaplanacanal", () -> "root ::= p*\n" + palindromes("p") + " | p p | p [a-z] p"));
        all.put(
                "three kinds of brackets, any of which may stay open",
                trap(
                        "([{".repeat(200),
                        () ->
                                "root ::= (a | b | c)*\na ::= \"(\" root \")\"?\nb ::= \"[\" root \"]\"?\nc ::= \"{\" root \"}\"?"));
        all.put(
                "the same text twice, nearly",
                trap(as, () -> "root ::= x \"b\" x\nx ::= \"a\" x \"a\" | \"a\" x | x \"a\" | \"a\" | \"\""));

        // Repeats
        all.put("stars of stars", trap(as, () -> "root ::= ((((((\"a\"?)*)*)*)*)*)*"));
        all.put(
                "stars of stars of rules",
                trap(as, () -> "root ::= (((x? x*)* (x+)?)* ((x?)*)+)*\nx ::= \"a\" x? | \"(\" x* \")\" | \"\""));
        all.put("a count", trap(as, () -> "root ::= \"a\"{0,1000}"));
        all.put("a count of a rule", trap(as, () -> "root ::= x{0,1000}\nx ::= \"(\" x* \")\" | \"a\" | \"\""));
        all.put(
                "a large count of a rule",
                trap(as, () -> "root ::= x{0,100000}\nx ::= \"(\" x{0,100000} \")\" | \"a\""));
        all.put("counts of counts", trap(as, () -> "root ::= ((\"a\"{0,1000}){0,1000}){0,1000}"));
        all.put(
                "counts of counts of a rule",
                trap(
                        as,
                        () ->
                                "root ::= (((x{0,1000}){0,1000}){0,1000} x{0,500}){0,1000}\nx ::= \"(\" x \")\" | \"a\""));
        all.put(
                "counts side by side",
                trap(
                        as,
                        () ->
                                "root ::= (x{0,1000} x{0,999} x{0,998} x{0,997}){0,1000}\nx ::= \"(\" x \")\" | \"a\" | \"\""));
        all.put(
                "counts of unlike rules",
                trap(
                        "a".repeat(150),
                        () ->
                                "root ::= (x{0,1000} y{0,1000}){0,1000}\nx ::= \"(\" x \")\" | \"a\"\ny ::= \"(\" y? \")\" | \"a\" | \"aa\""));
        all.put("a count that is wanted", trap(as, () -> "root ::= x{60000}\nx ::= \"(\" x \")\" | \"a\""));
        all.put("counts that are wanted", trap(as, () -> "root ::= ((\"a\"{1000}){1000}){1000}"));
        all.put("a window", trap(as, () -> "root ::= [ab]* \"a\" [ab]{40}"));
        all.put("a window of a rule", trap(as, () -> "root ::= x* \"a\" x{400}\nx ::= \"a\" | \"b\" | \"(\" x \")\""));
        all.put(
                "many windows",
                trap(as, () -> "root ::= " + list(100, " | ", i -> "[ab]* \"a\" [ab]{" + (i + 10) + "} \"c\"")));

        // Sizes
        all.put(
                "ten thousand parentheses",
                trap("a", () -> "root ::= " + "(".repeat(10_000) + "\"a\"" + ")".repeat(10_000)));
        all.put(
                "a hundred parentheses, repeated",
                trap(as, () -> "root ::= " + "(".repeat(100) + "x" + "?)*".repeat(100) + "\nx ::= \"a\" x?"));
        all.put("ten megabytes", trap("a", () -> "root ::= " + list(1_000_000, "", i -> "\"abc\" | ") + "\"a\""));
        all.put("a megabyte of comments", trap("a", () -> "root ::= \"a\"" + "\n# and so on".repeat(80_000)));
        all.put("a megabyte of spaces", trap("a", () -> "root ::=" + " ".repeat(1_000_000) + "\"a\""));
        all.put("a long name", trap("a", () -> "root ::= " + "x".repeat(1_000_000)));
        all.put("an unknown character after a long name", trap("a", () -> "x".repeat(1_000_000) + " := \"a\""));
        all.put(
                "many alternatives",
                trap("v99", () -> "root ::= " + list(100_000, "|", i -> "\"v" + Integer.toString(i, 36) + "\"")));
        all.put(
                "many alternatives with a rule",
                trap(
                        "a1",
                        () -> "root ::= " + list(100_000, "|", i -> "x\"" + Integer.toString(i, 36) + "\"")
                                + "\nx ::= \"a\" | \"(\" x \")\""));
        all.put(
                "alternatives with a rule, and not too many",
                trap(
                        "a1",
                        () -> "root ::= " + list(60_000, "|", i -> "x\"" + Integer.toString(i, 36) + "\"")
                                + "\nx ::= \"a\" | \"(\" x \")\""));
        all.put(
                "many alternatives before a rule",
                trap(
                        "zz(",
                        () -> "root ::= " + list(100_000, "|", i -> "\"" + Integer.toString(i, 36) + "\"x")
                                + "\nx ::= \"a\" | \"(\" x \")\""));
        all.put(
                "many alternatives of many rules",
                trap(
                        "(((((",
                        () -> "root ::= " + list(900, "|", i -> "r" + i) + "\n"
                                + list(
                                        900,
                                        "\n",
                                        i -> "r" + i + " ::= \"(\" root \")\" | r" + i * 7 % 900 + "? \"a" + i
                                                + "\"")));
        all.put("a very long text", trap(as, () -> "root ::= \"" + "a".repeat(1_000_000) + "\""));
        all.put("a long text", trap(as, () -> "root ::= \"" + "a".repeat(60_000) + "\""));
        all.put("a long text of texts", trap(as, () -> "root ::= " + "\"a\" ".repeat(250_000)));
        all.put("a long text of optional texts", trap(as, () -> "root ::= " + "\"a\"?".repeat(200_000)));
        all.put(
                "a long sequence of a rule",
                trap(as, () -> "root ::= " + "x ".repeat(400_000) + "\nx ::= \"a\" | \"(\" x \")\""));
        all.put(
                "a long sequence of an optional rule",
                trap(as, () -> "root ::= " + "x?".repeat(300_000) + "\nx ::= \"a\" | \"(\" x \")\""));
        all.put(
                "many characters",
                trap(
                        "一丁",
                        () -> "root ::= [" + list(150_000, "", i -> Character.toString(0x20000 + i % 40_000 * 2))
                                + "]*"));
        all.put("all characters", trap(as, () -> "root ::= [\\x00-\\U0010FFFF]* [^a] [^\\U00010000-\\U0010FFFF]{3,9}"));
        all.put(
                "overlapping characters",
                trap(
                        "abcdef",
                        () -> "root ::= ("
                                + list(
                                        3000,
                                        "|",
                                        i -> "[\\u" + hex(i * 17 % 5000 + 32) + "-\\u" + hex(i * 31 % 40_000 + 6000)
                                                + "] \"" + i + "\"")
                                + ")*"));
        all.put(
                "a long chain of rules",
                trap(
                        open,
                        () -> "root ::= r0\n"
                                + list(900, "\n", i -> "r" + i + " ::= \"(\" r" + (i + 1) + " \")\" | \"a\"")
                                + "\nr900 ::= root"));
        all.put(
                "a chain of rules in the wrong order",
                trap(
                        as,
                        () -> "r0 ::= \"a\"\n"
                                + list(900, "\n", i -> "r" + (i + 1) + " ::= r" + i + "? \"" + "a".repeat(1000) + "\"")
                                + "\nroot ::= r900"));
        all.put(
                "twice as long at each level",
                trap(
                        as,
                        () -> list(60, "\n", i -> (i == 0 ? "root" : "r" + i) + " ::= r" + (i + 1) + " r" + (i + 1))
                                + "\nr60 ::= \"a\""));
        all.put(
                "twice as many at each level",
                trap(
                        as,
                        () -> list(
                                        60,
                                        "\n",
                                        i -> (i == 0 ? "root" : "r" + i) + " ::= \"a\" r" + (i + 1) + " | \"b\" r"
                                                + (i + 1) + " \"c\" | r" + (i + 1))
                                + "\nr60 ::= \"a\""));
        all.put("deeply nested texts", trap(open + open, () -> "root ::= \"(\" root \")\" | \"[\" root \"]\" | \"\""));
        all.put("never ends", trap("", () -> "root ::= \"a\" root | x\nx ::= \"b\" root"));
        return all;
    }

    private static String hex(int number) {
        return String.format("%04x", number);
    }

    public static void main(String[] names) {
        Hostile.run(all(), names);
    }
}
