package io.kernelweave.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A text as the content words that the lexical side of the router compares: lower case, singular, no function words. */
final class Words {
    private static final Set<String> FUNCTION_WORDS =
            Set.of(("a all also an and any are as at be been but by can could did do does"
                            + " for from had has have here how i if in into is it its just let like may me might my need no nor not of on only or other our"
                            + " please pls should so some than that the their them then there these they this those to too up us"
                            + " want was we were what when where which who why will with would you your")
                    .split(" "));

    private Words() {}

    static List<String> of(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean inWord = i < text.length() && Character.isLetterOrDigit(text.charAt(i));
            if (inWord && start < 0) {
                start = i;
            } else if (!inWord && start >= 0) {
                String word = text.substring(start, i).toLowerCase(Locale.ROOT);
                start = -1;
                if (!FUNCTION_WORDS.contains(word) && (word.length() > 1 || Character.isDigit(word.charAt(0)))) {
                    words.add(singular(word));
                }
            }
        }
        return words;
    }

    /** Harman's (1991) S-stemmer: plural and singular fall together, nothing else does. */
    private static String singular(String word) {
        int length = word.length();
        if (length < 4 || !word.endsWith("s") || word.endsWith("ss") || word.endsWith("us")) {
            return word;
        }
        if (word.endsWith("ies") && !word.endsWith("eies") && !word.endsWith("aies")) {
            return word.substring(0, length - 3) + "y";
        }
        return word.substring(0, length - 1);
    }
}
