package io.kernelweave.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The ways in which checks cut a text into words. */
public final class Words {
    private static final long MOST = 10_000_000;

    private Words() {}

    /** How many stretches without white space a text has: what {@code count} means by words. */
    public static long count(String text) {
        long words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            boolean space = Character.isWhitespace(text.charAt(i));
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }
        return words;
    }

    /** Runs of letters and digits, in lower case: what {@code similarity} and {@code share} mean by words. */
    public static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean inside = i < text.length() && Character.isLetterOrDigit(text.charAt(i));
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                words.add(text.substring(start, i).toLowerCase(Locale.ROOT));
                start = -1;
            }
        }
        return words;
    }

    /** The words of texts one after the other with a space on either side of each, so that none is found inside of another. */
    public static String phrase(List<String> words) {
        return words.isEmpty() ? " " : " " + String.join(" ", words) + " ";
    }

    /**
     * How many of the phrases stand in another, word by word; -1 where finding out takes too long.
     *
     * @param phrases as {@link #phrase} makes them
     */
    public static int found(Set<String> phrases, String among) {
        if ((long) phrases.size() * among.length() > MOST) {
            return -1;
        }
        return (int) phrases.stream().filter(among::contains).count();
    }
}
