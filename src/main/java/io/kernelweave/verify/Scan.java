package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.schema.LinearPattern;
import java.util.function.Consumer;

/**
 * All matches of a pattern in a text, within a bound of work. One search takes time linear in pattern and text, but each of
 * many matches may look ahead to the end ({@code a.*b|a} on a text of a's): the bound is on characters read times
 * instructions, over all searches.
 */
final class Scan implements CharSequence {
    private static final long MAX_STEPS = 5_000_000;

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

    /** @throws Undecided if it takes more work than is allowed */
    static void each(Pattern pattern, String text, Consumer<Matcher> found) throws Undecided {
        long size = LinearPattern.size(pattern);
        boolean small = size * text.length() * text.length() <= MAX_STEPS;
        Matcher matcher = pattern.matcher(small ? text : new Scan(text, MAX_STEPS / size));
        try {
            while (matcher.find()) {
                found.accept(matcher);
            }
        } catch (Exhausted e) {
            throw new Undecided("looking for " + Finding.quote(pattern.pattern()) + " in a text of " + text.length()
                    + " characters takes too long");
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
