package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All matches of a pattern in a text, within a bound of work. One search takes time linear in pattern and text, but each of
 * many matches may look ahead to the end ({@code a.*b|a} on a text of a's): the bound is on characters read times
 * instructions, over all searches.
 */
final class Scan implements CharSequence {
    private static final long MAX_STEPS = 5_000_000;

    /** How often a search that finds nothing reads a character at most. */
    static final int READS = 8;

    private final String text;
    private long reads;

    private Scan(String text, long reads) {
        this.text = text;
        this.reads = reads;
    }

    /** More was read than is allowed. */
    private static final class Exhausted extends RuntimeException {
        Exhausted() {
            super(null, null, false, false);
        }
    }

    /** Null if there is nothing to be found. */
    private static @Nullable Matcher matcher(Pattern pattern, String text) {
        Sieve sieve = Sieve.of(pattern);
        long once = sieve.size() * text.length();
        if (once * READS <= MAX_STEPS && sieve.stops(text)) {
            return null; // as the search would say, which the bound allows
        }
        return pattern.matcher(once * text.length() <= MAX_STEPS ? text : new Scan(text, MAX_STEPS / sieve.size()));
    }

    private static Undecided tooLong(Pattern pattern, String text) {
        return new Undecided("looking for " + Finding.quote(pattern.pattern()) + " in a text of " + text.length()
                + " characters takes too long");
    }

    /**
     * Passes each match to a sink.
     *
     * @throws Undecided if it takes more work than is allowed
     */
    static void each(Pattern pattern, String text, Consumer<Matcher> found) throws Undecided {
        Matcher matcher = matcher(pattern, text);
        try {
            while (matcher != null && matcher.find()) {
                found.accept(matcher);
            }
        } catch (Exhausted e) {
            throw tooLong(pattern, text);
        }
    }

    /**
     * Where a pattern matches first, or whether it matches the whole; null if it does not.
     *
     * @throws Undecided if it takes more work than is allowed
     */
    static Tally.@Nullable Stretch find(Pattern pattern, String text, boolean whole) throws Undecided {
        Matcher matcher = matcher(pattern, text);
        try {
            return matcher != null && (whole ? matcher.matches() : matcher.find())
                    ? new Tally.Stretch(matcher.start(), matcher.end())
                    : null;
        } catch (Exhausted e) {
            throw tooLong(pattern, text);
        }
    }

    @Override
    public char charAt(int index) {
        if (--reads < 0) {
            throw new Exhausted();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
