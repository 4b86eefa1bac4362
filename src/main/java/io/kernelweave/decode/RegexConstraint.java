package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Dialect;
import io.kernelweave.regex.Regex;

/**
 * The texts that a pattern matches as a whole, in the syntax of RE2. A mask allows a token if and only if some such text
 * continues with it. Texts are Unicode, their bytes UTF-8; a token may hold a part of a character.
 *
 * <p>Safe for use by many threads, whose matchers share what was made.
 */
public final class RegexConstraint extends TextConstraint {
    private RegexConstraint(String pattern, TokenVocabulary vocabulary) {
        super(vocabulary, () -> machine(pattern, vocabulary));
    }

    /**
     * Compiles a pattern.
     *
     * @throws InputException for a pattern that is not valid RE2, or too complex, or that matches no text as a whole
     */
    public static RegexConstraint compile(String pattern, TokenVocabulary vocabulary) {
        return new RegexConstraint(pattern, vocabulary);
    }

    private static TextMachine machine(String pattern, TokenVocabulary vocabulary) {
        Regex regex = new Regex();
        String where = "pattern " + pattern;
        regex.pattern(pattern, Dialect.RE2, where); // refusals show what was given
        String closed = pattern + (quotes(pattern) ? "\\E" : "");
        Regex.Node whole = regex.pattern("\\A(?:" + closed + ")\\z", Dialect.RE2, where);
        if (regex.isEmpty(whole)) {
            throw InputException.at(where, "it matches no text as a whole", "correct what contradicts itself");
        }
        Parts parts = new Parts(regex);
        return new TextMachine(parts, parts.regular(whole), PlainTokens.of(vocabulary));
    }

    /** Whether a pattern ends inside a quotation that it did not close. */
    private static boolean quotes(String pattern) {
        for (int at = 0; (at = pattern.indexOf('\\', at)) >= 0 && at + 1 < pattern.length(); at += 2) {
            if (pattern.charAt(at + 1) == 'Q') {
                at = pattern.indexOf("\\E", at + 2);
                if (at < 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
