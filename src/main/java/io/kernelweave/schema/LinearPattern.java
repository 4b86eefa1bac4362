package io.kernelweave.schema;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.kernelweave.json.InputException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Regular expressions from other people: RE2/J, which matches in linear time, with a bound on the size of the compiled
 * program, which RE2/J has not ({@code ((a{1000}){1000}){1000}} takes all memory).
 */
public final class LinearPattern {
    private static final int MAX_LENGTH = 4096;
    private static final long MAX_SIZE = 20_000;

    private LinearPattern() {}

    /**
     * Compiles a pattern in the syntax of RE2/J: no look-around, no back-references.
     *
     * @param pointer where the pattern stands, for the refusal
     * @throws InputException if it is not a pattern, or one too large
     */
    public static Pattern compile(String pattern, String pointer) {
        if (pattern.length() > MAX_LENGTH || size(pattern) > MAX_SIZE) {
            throw InputException.at(
                    pointer, "the pattern is too large once its repeats are written out", "repeat less");
        }
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw InputException.at(
                    pointer,
                    "not a pattern of RE2: " + e.getMessage(),
                    "RE2 has no look-around and no back-references");
        }
    }

    /** About how many instructions a compiled pattern has: a step over a character takes at most as long as these. */
    public static long size(Pattern pattern) {
        return Math.max(1, size(pattern.pattern()));
    }

    /** About how many instructions a pattern takes, counted repeats written out. */
    public static long size(String pattern) {
        Deque<Long> outer = new ArrayDeque<>();
        long before = 0; // of this group, without its last atom
        long atom = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '{' && atom > 0) {
                int close = pattern.indexOf('}', i);
                long repeats = close < 0 ? 0 : repeats(pattern.substring(i + 1, close));
                if (repeats > 0) {
                    atom = Math.min(atom * repeats, MAX_SIZE + 1);
                    i = close;
                    continue;
                }
            }
            switch (c) {
                case '(' -> {
                    outer.push(before + atom);
                    before = 1;
                    atom = 0;
                }
                case ')' -> {
                    atom += before + 1;
                    before = outer.isEmpty() ? 0 : outer.pop();
                }
                case '*', '+', '?' -> before++;
                default -> {
                    before += atom;
                    atom = 1;
                    if (c == '\\') {
                        i++;
                    } else if (c == '[') {
                        i = endOfClass(pattern, i);
                    }
                }
            }
            before = Math.min(before, MAX_SIZE + 1);
        }
        while (!outer.isEmpty()) {
            before += outer.pop();
        }
        return before + atom;
    }

    private static long repeats(String bounds) {
        long largest = 0;
        for (String bound : bounds.split(",", -1)) {
            if (bound.length() > 4 || !bound.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return 0;
            }
            largest = Math.max(largest, bound.isEmpty() ? 0 : Integer.parseInt(bound));
        }
        return largest;
    }

    private static int endOfClass(String pattern, int start) {
        int i = start + 1;
        if (i < pattern.length() && pattern.charAt(i) == '^') {
            i++;
        }
        for (int first = i; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == ']' && i > first) {
                return i;
            } else if (c == '[' && pattern.startsWith("[:", i)) {
                i = Math.max(i, pattern.indexOf(":]", i) + 1);
            }
        }
        return pattern.length();
    }
}
