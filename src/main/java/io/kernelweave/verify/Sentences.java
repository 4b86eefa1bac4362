package io.kernelweave.verify;

import java.util.Locale;
import java.util.Set;

/**
 * Where the sentences of a text end: at {@code . ! ?} and their relatives in other scripts, closing quotes, brackets and
 * emphasis included, before white space or the end of the text. A line break ends no sentence: a heading belongs to the
 * sentence below it.
 *
 * <p>What a full stop means cannot always be told without knowing the language and the subject (after Kiss and Strunk,
 * <i>Unsupervised Multilingual Sentence Boundary Detection</i>, 2006, who learn it from a corpus). Here an end is
 * <em>doubtful</em> where the signs disagree: after an abbreviation or initial before a capital, after the number of a list
 * item, after dots of omission, and before a lower-case letter. The abbreviations are English.
 */
final class Sentences {
    private static final int LONGEST = 500_000;
    private static final String STOPS = ".!?…。！？｡।؟";
    private static final String WIDE_STOPS = "。！？｡";
    private static final String CLOSERS = "\"'”’»)]}*」』";
    private static final String OPENERS = "\"'“‘«([{*_#>";

    /** They stand before a name, so that what follows says nothing. */
    private static final Set<String> TITLES = Set.of("mr", "mrs", "ms", "mx", "dr", "prof", "messrs", "mme", "mlle");

    private static final Set<String> ABBREVIATIONS = Set.of(
            "etc", "inc", "ltd", "co", "corp", "bros", "jr", "sr", "esq", "vs", "cf", "al", "ca", "approx", "dept",
            "univ", "assn", "ave", "blvd", "rd", "hwy", "vol", "vols", "ed", "eds", "pp", "fig", "figs", "eq", "ch",
            "sec", "misc", "est", "tel", "ext", "max", "min", "hr", "hrs", "oz", "lb", "lbs", "gen", "col", "capt",
            "lt", "sgt", "rev", "hon", "sen", "rep", "gov", "pres", "st", "mt", "ft");

    /** Abbreviations only before a number; else words, or the end of a sentence. */
    private static final Set<String> BEFORE_NUMBERS = Set.of(
            "no", "nos", "p", "art", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
            "dec");

    private enum End {
        NONE,
        DOUBTFUL,
        SURE
    }

    private final String text;
    private final boolean hasUpper;
    private final Sink sink;

    /** Takes sentences in their order. */
    @FunctionalInterface
    interface Sink {
        /** @param sure false if this may be no sentence, or only the beginning of one */
        void take(int start, int end, boolean sure);
    }

    private Sentences(String text, Sink sink) {
        this.text = text;
        this.sink = sink;
        this.hasUpper = text.chars().anyMatch(Character::isUpperCase);
    }

    /** @throws Undecided if the text is too long to look at */
    static void scan(String text, Sink sink) throws Undecided {
        if (text.length() > LONGEST) {
            throw new Undecided("sentences are not looked for in more than " + LONGEST + " characters");
        }
        new Sentences(text, sink).scan();
    }

    private void scan() {
        int start = -1; // of the sentence that is open
        boolean wordy = false; // a letter or digit since the last end
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (start < 0 && !isSpace(c)) {
                start = i;
            }
            wordy |=
                    Character.isLetterOrDigit(c) || Character.isSurrogate(c) && Character.isLetter(text.codePointAt(i));
            if (!wordy || STOPS.indexOf(c) < 0) {
                continue;
            }
            int after = i;
            while (after < text.length()
                    && (STOPS.indexOf(text.charAt(after)) >= 0 || CLOSERS.indexOf(text.charAt(after)) >= 0)) {
                after++;
            }
            End end = end(i, after);
            i = after - 1;
            if (end != End.NONE) {
                sink.take(start, after, end == End.SURE);
                if (text.charAt(after - 1) == '*' && isLast(after)) {
                    sink.take(after - 1, after, false); // a rest of signs alone, see below
                }
                start = -1;
                wordy = end == End.DOUBTFUL; // what follows a doubtful end may be the rest of the same sentence
            }
        }
        if (start >= 0) {
            sink.take(start, text.length(), wordy); // a rest of signs alone, such as an emoji, may count or not
        }
    }

    private boolean isLast(int after) {
        for (int i = after; i < text.length(); i++) {
            if (!isSpace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** Is there an end between the stop at {@code stop} and {@code after}, where its run of stops and closers ends? */
    private End end(int stop, int after) {
        int next = after;
        while (next < text.length() && isSpace(text.charAt(next))) {
            next++;
        }
        if (next == text.length()) {
            return End.SURE;
        }
        boolean wide = WIDE_STOPS.indexOf(text.charAt(stop)) >= 0;
        if (next == after) {
            return wide ? End.SURE : End.NONE;
        }
        boolean lower = hasUpper && Character.isLowerCase(text.codePointAt(skipOpeners(next)));
        String stops = text.substring(stop, after);
        if (stops.indexOf('.') < 0 && stops.indexOf('…') < 0 || stops.indexOf('!') >= 0 || stops.indexOf('?') >= 0) {
            return lower ? End.DOUBTFUL : End.SURE;
        }
        if (stops.startsWith("..") || stops.indexOf('…') >= 0) {
            return lower ? End.NONE : End.DOUBTFUL;
        }
        return fullStop(stop, next, lower);
    }

    private int skipOpeners(int at) {
        int i = at;
        while (i < text.length() - 1 && OPENERS.indexOf(text.charAt(i)) >= 0) {
            i++;
        }
        return i;
    }

    private End fullStop(int stop, int next, boolean lower) {
        int from = stop;
        while (from > 0 && !isSpace(text.charAt(from - 1)) && stop - from < 40) {
            from--;
        }
        int word = Math.min(skipOpeners(from), stop);
        String before = text.substring(word, stop).toLowerCase(Locale.ROOT);
        boolean digits =
                !before.isEmpty() && before.chars().allMatch(c -> Character.isDigit(c) || c == '.' || c == ',');
        boolean single = before.length() == 1 && Character.isLetter(before.charAt(0));
        if ((digits || single) && startsLine(from)) {
            return End.DOUBTFUL; // the number of a list item, or a whole sentence
        }
        if (TITLES.contains(before) && !followsNumber(from)) { // "12 ms." is no title
            return End.NONE;
        }
        boolean beforeNumber = Character.isDigit(text.charAt(next));
        if (single || isAcronym(before) || ABBREVIATIONS.contains(before)) {
            return lower || beforeNumber ? End.NONE : End.DOUBTFUL;
        }
        return lower || beforeNumber && BEFORE_NUMBERS.contains(before) ? End.DOUBTFUL : End.SURE;
    }

    /** Letters with full stops between them, at most two at a time: U.S, e.g, Ph.D. */
    private static boolean isAcronym(String word) {
        int letters = 0;
        boolean stop = false;
        for (int i = 0; i < word.length(); i++) {
            boolean dot = word.charAt(i) == '.';
            letters = dot ? 0 : letters + 1;
            stop |= dot;
            if (letters > 2 || !dot && !Character.isLetter(word.charAt(i))) {
                return false;
            }
        }
        return stop;
    }

    private boolean followsNumber(int from) {
        int i = from - 1;
        while (i >= 0 && isSpace(text.charAt(i))) {
            i--;
        }
        return i >= 0 && Character.isDigit(text.charAt(i));
    }

    private boolean startsLine(int from) {
        for (int i = from - 1; i >= 0 && text.charAt(i) != '\n'; i--) {
            if (!isSpace(text.charAt(i)) && OPENERS.indexOf(text.charAt(i)) < 0 && text.charAt(i) != '-') {
                return false;
            }
        }
        return true;
    }
}
