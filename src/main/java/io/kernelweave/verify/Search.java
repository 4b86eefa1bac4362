package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.schema.LinearPattern;

/**
 * A pattern that is looked for in bounded time. RE2/J needs time linear in the text, but each character may take as many
 * steps as the pattern has instructions; a text that is too long for its pattern is not searched.
 */
record Search(Pattern pattern, long size) {
    /** At about 8 ns a step at worst this stays below a tenth of a second. */
    private static final long MAX_STEPS = 12_000_000;

    /** What a character takes beside the steps of the pattern, in steps. */
    private static final long OVERHEAD = 12;

    static Search compile(String pattern, String pointer) {
        return new Search(LinearPattern.compile(pattern, pointer), LinearPattern.size(pattern));
    }

    /** @throws Undecided if the text is too long for the pattern */
    Matcher in(String text) throws Undecided {
        if (text.length() * (size + OVERHEAD) > MAX_STEPS) {
            throw new Undecided("a text of " + text.length() + " characters is too long for the pattern " + this);
        }
        return pattern.matcher(text);
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
