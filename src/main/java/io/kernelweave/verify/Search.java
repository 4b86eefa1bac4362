package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.schema.LinearPattern;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pattern that is looked for in bounded time. RE2/J takes time linear in the text for one match, but each character may
 * take as many steps as the pattern has instructions, and each of many matches may look ahead to the end of the text ({@code
 * a.*b|a} in a text of a's). So characters are counted as they are read, over all matches.
 */
record Search(Pattern pattern, long size) {
    /** At about 8 ns a step at worst this stays below a tenth of a second. */
    private static final long MAX_STEPS = 10_000_000;

    /** What reading a character takes beside the steps of the pattern, in steps. */
    private static final long OVERHEAD = 4;

    static Search compile(String pattern, String pointer) {
        return new Search(LinearPattern.compile(pattern, pointer), LinearPattern.size(pattern));
    }

    /** More was read than is allowed. */
    private static final class Exhausted extends RuntimeException {
        Exhausted() {
            super(null, null, false, false);
        }
    }

    /** A text that may be read so often. */
    private static final class Metered implements CharSequence {
        private final String text;
        private long reads;

        Metered(String text, long reads) {
            this.text = text;
            this.reads = reads;
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

    private Matcher matcher(String text) {
        long reads = MAX_STEPS / (size + OVERHEAD);
        boolean small = (long) text.length() * text.length() <= reads;
        return pattern.matcher(small ? text : new Metered(text, reads));
    }

    private Undecided tooLong(String text) {
        return new Undecided("looking for " + this + " in a text of " + text.length() + " characters takes too long");
    }

    /**
     * Where it matches first, or whether it matches the whole; null if it does not.
     *
     * @throws Undecided if the text is too long for the pattern
     */
    Tally.@Nullable Stretch find(String text, boolean whole) throws Undecided {
        Matcher matcher = matcher(text);
        try {
            return (whole ? matcher.matches() : matcher.find())
                    ? new Tally.Stretch(matcher.start(), matcher.end())
                    : null;
        } catch (Exhausted e) {
            throw tooLong(text);
        }
    }

    /**
     * Passes each match to a sink.
     *
     * @throws Undecided if the text is too long for the pattern
     */
    void each(String text, Consumer<Matcher> sink) throws Undecided {
        Matcher matcher = matcher(text);
        try {
            while (matcher.find()) {
                sink.accept(matcher);
            }
        } catch (Exhausted e) {
            throw tooLong(text);
        }
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
