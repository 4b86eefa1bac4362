package io.kernelweave.verify;

import java.util.Locale;
import java.util.Set;

/** Counts {@link Measure#CAPITAL_WORDS}. */
final class CapitalWords {
    /** What ends a word beside white space. Other signs may be inside one: {@code COVID-19}, {@code U.S.}, {@code AND/OR}. */
    private static final String PUNCTUATION = ",;:!?()[]{}<>\"“”„«»@#$%&…`";

    private static final Set<String> ENDINGS = Set.of("s", "m", "d", "ll", "re", "ve", "t");

    private CapitalWords() {}

    static Tally count(String text) {
        Tally.Counting counting = new Tally.Counting();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isBreak(text, i)) {
                if (i > start) {
                    word(text, start, i, counting);
                }
                start = i + 1;
            }
        }
        return counting.done();
    }

    private static boolean isBreak(String text, int at) {
        char c = text.charAt(at);
        return Character.isWhitespace(c)
                || PUNCTUATION.indexOf(c) >= 0
                || c == '-'
                        && (at > 0 && text.charAt(at - 1) == '-'
                                || at + 1 < text.length() && text.charAt(at + 1) == '-');
    }

    private static void word(String text, int from, int to, Tally.Counting counting) {
        int start = from;
        int end = to;
        while (start < end && isApostrophe(text.charAt(start))) {
            start++;
        }
        while (end > start && (isApostrophe(text.charAt(end - 1)) || text.charAt(end - 1) == '.')) {
            end--;
        }
        int ending = end;
        for (int i = end - 1; i > start && i >= end - 3; i--) {
            if (isApostrophe(text.charAt(i))
                    && ENDINGS.contains(text.substring(i + 1, end).toLowerCase(Locale.ROOT))) {
                ending = i;
            }
        }
        if (ending < end && isCapital(text, ending, end)) {
            counting.add(ending, end);
        }
        if (isCapital(text, start, ending)) {
            counting.add(start, ending);
            dashed(text, start, ending, 1, counting);
        } else {
            dashed(text, start, ending, 0, counting);
        }
    }

    /** What else may count: parts in capitals that a dash joins, less those that were counted. */
    private static void dashed(String text, int start, int end, int counted, Tally.Counting counting) {
        int from = start;
        int before = counted;
        for (int i = start; i <= end; i++) {
            if (i == end || isDash(text.charAt(i))) {
                if (i - from < end - start && isCapital(text, from, i) && --before < 0) {
                    counting.doubt(from, i);
                }
                from = i + 1;
            }
        }
    }

    private static boolean isDash(char c) {
        return c == '—' || c == '–';
    }

    private static boolean isApostrophe(char c) {
        return c == '\'' || c == '’' || c == '‘';
    }

    /** Are all letters that have case capitals, and is there one? */
    private static boolean isCapital(String text, int start, int end) {
        boolean capital = false;
        for (int i = start; i < end; i++) {
            int c = text.codePointAt(i);
            if (Character.isLowerCase(c) || Character.isTitleCase(c)) {
                return false;
            }
            capital |= Character.isUpperCase(c);
        }
        return capital;
    }
}
