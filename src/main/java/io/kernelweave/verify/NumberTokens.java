package io.kernelweave.verify;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of some texts, and whether another text's numbers are among them.
 *
 * <p>A <i>word</i> is a run of letters, digits and underscores, together with {@code . , : / -} between two digits: {@code
 * 1,200}, {@code 12ms}, {@code p99}, {@code v1.4.2}, {@code 2024-05-01T10:00:01Z}. A <i>segment</i> is a run of digits with
 * such marks in it. A word is grounded if it occurs in the sources as a whole word, case apart, or if each of its segments
 * is:
 *
 * <ul>
 *   <li>a plain number ({@code 1,200} is {@code 1200.0} is {@code 1200}; sign, unit and percent sign apart) by its value;
 *   <li>a version, address, date or time ({@code 1.4.2}, {@code 2024-05-01}, {@code 10:00}) as a whole, not within a longer
 *       one: {@code 4.2} is not in {@code 1.4.2}; but a date may be followed by its time, a time by its seconds, and either
 *       may stand in a list or range;
 *   <li>a pair ({@code 10-20}, {@code 3/5}, {@code 1,2}) as a whole, or by its numbers.
 * </ul>
 *
 * A source offers the value of every plain number and, of dates, times, pairs and {@code file:line:column}, of each part;
 * of a word with digits in several places ({@code 3f2a9c}) only the word, except durations such as {@code 1h30m}. Numbers in
 * words ({@code three}) are not read; digits of other scripts are grounded only as part of a whole word.
 */
final class NumberTokens {
    /** Longer runs offer themselves and their single parts, not every run of parts. */
    private static final int MAX_PARTS = 12;

    /** Longer runs of digits are no figures: they are grounded as a whole. */
    private static final int MAX_PLAIN = 100;

    private final Set<String> values = new HashSet<>();
    private final Set<String> words = new HashSet<>();
    private final Set<String> compounds = new HashSet<>();

    void addText(String text) {
        eachWord(text, (start, end) -> {
            words.add(text.substring(start, end).toLowerCase(Locale.ROOT));
            List<String> segments = segments(text, start, end);
            boolean mixed = segments.size() > 1 && !isDuration(text, start, end);
            for (String segment : segments) {
                if (!mixed || !isPlain(segment)) {
                    offer(segment);
                }
            }
        });
    }

    void addNumber(BigDecimal number) {
        values.add(Values.canonical(number.abs()));
    }

    boolean contains(BigDecimal number) {
        return values.contains(Values.canonical(number.abs()));
    }

    /** The first word of the text with a number that neither these have nor the others; null if there is none. */
    @Nullable
    Span ungrounded(String text, String field, NumberTokens others) {
        Span[] first = new Span[1];
        eachWord(text, (start, end) -> {
            if (first[0] == null && !isGrounded(text, start, end, others)) {
                first[0] = new Span(field, start, end);
            }
        });
        return first[0];
    }

    private boolean isGrounded(String text, int start, int end, NumberTokens others) {
        String word = text.substring(start, end).toLowerCase(Locale.ROOT);
        if (words.contains(word) || others.words.contains(word)) {
            return true;
        }
        return word.chars().noneMatch(c -> Character.isDigit(c) && !isDigit((char) c))
                && segments(text, start, end).stream()
                        .allMatch(segment -> isGrounded(segment) || others.isGrounded(segment));
    }

    private boolean isGrounded(String segment) {
        if (compounds.contains(segment)) {
            return true;
        }
        if (isPlain(segment) && contains(new BigDecimal(segment.replace(",", "")))) {
            return true;
        }
        List<String> parts = parts(segment, ",");
        if (parts.size() == 1) {
            parts = parts(segment, "-/");
            if (parts.size() != 2) {
                return false;
            }
        }
        return parts.stream().allMatch(this::isGrounded);
    }

    private void offer(String segment) {
        if (isPlain(segment)) {
            addNumber(new BigDecimal(segment.replace(",", "")));
            if (segment.indexOf(',') < 0) {
                return;
            }
        }
        compounds.add(segment);
        List<Integer> bounds = new ArrayList<>(); // places of marks, and both ends
        bounds.add(-1);
        for (int i = 0; i < segment.length(); i++) {
            if (isMark(segment.charAt(i))) {
                bounds.add(i);
            }
        }
        bounds.add(segment.length());
        boolean many = bounds.size() > MAX_PARTS + 1;
        for (int i = 0; i < bounds.size() - 1; i++) {
            int start = bounds.get(i) + 1;
            char before = start == 0 ? ',' : segment.charAt(start - 1);
            for (int j = i + 1; j < (many ? Math.min(i + 2, bounds.size()) : bounds.size()); j++) {
                int end = bounds.get(j);
                char after = end == segment.length() ? ',' : segment.charAt(end);
                String part = segment.substring(start, end);
                if (before == '.' || after == '.' && part.indexOf(':') < 0) {
                    continue; // within a version or an address
                }
                if (isPlain(part)) {
                    addNumber(new BigDecimal(part.replace(",", "")));
                } else if (before != ':' || part.indexOf(':') < 0) {
                    compounds.add(part);
                }
            }
        }
    }

    private static boolean isDuration(String text, int start, int end) {
        boolean unit = true;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            boolean digit = isDigit(c);
            if (!digit && "dhmsDHMS".indexOf(c) < 0 || !digit && unit && i == start) {
                return false;
            }
            unit = !digit;
        }
        return unit;
    }

    private static boolean isPlain(String segment) {
        if (segment.length() > MAX_PLAIN) {
            return false;
        }
        int points = 0;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '.') {
                points++;
            } else if (c == ',') {
                if (points > 0) {
                    return false;
                }
            } else if (!isDigit(c)) {
                return false;
            }
        }
        return points <= 1 && (segment.indexOf(',') < 0 || isGroups(segment));
    }

    /** Digits in groups of three, as 1,200,000. */
    private static boolean isGroups(String segment) {
        int comma = segment.indexOf(',');
        if (comma < 1 || comma > 3) {
            return false;
        }
        int point = segment.indexOf('.');
        int end = point < 0 ? segment.length() : point;
        for (int i = comma; i < end; i += 4) {
            if (segment.charAt(i) != ','
                    || i + 4 > end
                    || segment.substring(i + 1, i + 4).indexOf(',') >= 0) {
                return false;
            }
        }
        return true;
    }

    private static List<String> parts(String segment, String marks) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < segment.length(); i++) {
            if (marks.indexOf(segment.charAt(i)) >= 0) {
                parts.add(segment.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(segment.substring(from));
        return parts;
    }

    @FunctionalInterface
    private interface Words {
        void accept(int start, int end);
    }

    /** Every word that has a digit. */
    private static void eachWord(String text, Words words) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (!isWordPart(text.charAt(i))) {
                continue;
            }
            int start = i;
            boolean digits = false;
            while (i < length && (isWordPart(text.charAt(i)) || isInnerMark(text, i))) {
                digits |= Character.isDigit(text.charAt(i));
                i++;
            }
            if (digits) {
                words.accept(start, i);
            }
        }
    }

    private static List<String> segments(String text, int start, int end) {
        List<String> segments = new ArrayList<>();
        for (int i = start; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                continue;
            }
            int from = i;
            while (i < end && (isDigit(text.charAt(i)) || isMark(text.charAt(i)))) {
                i++;
            }
            segments.add(text.substring(from, i));
        }
        return segments;
    }

    private static boolean isInnerMark(String text, int at) {
        return isMark(text.charAt(at))
                && at > 0
                && isDigit(text.charAt(at - 1))
                && at + 1 < text.length()
                && isDigit(text.charAt(at + 1));
    }

    private static boolean isMark(char c) {
        return c == '.' || c == ',' || c == ':' || c == '/' || c == '-';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordPart(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }
}
