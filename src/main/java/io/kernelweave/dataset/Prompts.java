package io.kernelweave.dataset;

import java.text.Normalizer;
import java.util.Locale;

/** Prompts as they are compared: case, punctuation at the ends and white space do not make a difference. */
final class Prompts {
    private Prompts() {}

    static String normalise(String prompt) {
        return Normalizer.normalize(prompt, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\s+", " ")
                .replaceAll("^[\\p{Punct} ]+|[.!? ]+$", "");
    }
}
