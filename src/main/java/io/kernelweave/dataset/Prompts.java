package io.kernelweave.dataset;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Prompts as they are compared: case, punctuation at the ends and white space do not make a difference. */
final class Prompts {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern ENDS = Pattern.compile("^[\\p{Punct} ]+|[.!? ]+$");

    private Prompts() {}

    static String normalise(String prompt) {
        String text = Normalizer.normalize(prompt, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        return ENDS.matcher(SPACE.matcher(text).replaceAll(" ")).replaceAll("");
    }
}
