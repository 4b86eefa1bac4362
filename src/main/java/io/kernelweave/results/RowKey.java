package io.kernelweave.results;

import io.kernelweave.json.InputException;

/**
 * What a row depends on, as two digests: the same key, the same row.
 *
 * @param question what is asked and of whom: the prompt with its label, the arm, the model with its settings and seed, the program and
 *     the place where it runs
 * @param path the kernels by whose contracts it was answered and judged, as they were, and whether they were reached as one, as a
 *     composition or not at all
 */
public record RowKey(String question, String path) {
    /** Reads {@link #toString}. */
    public static RowKey parse(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw InputException.at(
                    "/key", "\"" + text + "\" is no key of a row", "give two digests with a dash between");
        }
        return new RowKey(text.substring(0, dash), text.substring(dash + 1));
    }

    @Override
    public String toString() {
        return question + "-" + path;
    }
}
