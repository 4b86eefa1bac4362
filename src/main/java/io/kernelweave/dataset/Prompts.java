package io.kernelweave.dataset;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Prompts as they are compared: case, punctuation at the ends and white space do not make a difference. */
final class Prompts {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern ENDS = Pattern.compile("^[\\p{Punct} ]+|[.!? ]+$");

    private Prompts() {}

    static String normalise(String prompt) {
        String plain = plain(prompt);
        if (plain != null) {
            return plain;
        }
        String text = Normalizer.normalize(prompt, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return ENDS.matcher(SPACE.matcher(text).replaceAll(" ")).replaceAll("");
    }

    /** The same for a prompt in ASCII, in one pass, since all prompts of a data set are compared; null for another one. */
    private static @Nullable String plain(String prompt) {
        char[] text = new char[prompt.length()];
        int length = 0;
        int end = 0; // after the last character that is no end of a sentence
        boolean begun = false;
        for (int i = 0; i < prompt.length(); i++) {
            char c = prompt.charAt(i);
            if (c >= 0x80) {
                return null;
            }
            boolean space = c == ' ' || c >= '\t' && c <= '\r';
            boolean letter = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            boolean mark = !letter && c > ' ' && c < 0x7f && (c < '0' || c > '9');
            begun |= !space && !mark;
            if (begun && !(space && text[length - 1] == ' ')) {
                text[length++] = space ? ' ' : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
                end = space || c == '.' || c == '!' || c == '?' ? end : length;
            }
        }
        return new String(text, 0, end);
    }
}
