package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Regex;
import java.util.Collection;
import java.util.List;

/**
 * One of some texts, as it is. If one begins another, the text may end after it and may go on. A mask allows a token if and
 * only if one of the texts continues with it.
 *
 * <p>Safe for use by many threads, whose matchers share what was made.
 */
public final class ChoiceConstraint extends TextConstraint {
    private ChoiceConstraint(List<String> choices, TokenVocabulary vocabulary) {
        super(vocabulary, () -> machine(choices, vocabulary));
    }

    /**
     * @param choices in any order; repeats make no difference
     * @throws InputException if there are none, or one holds half a surrogate pair
     */
    public static ChoiceConstraint of(Collection<String> choices, TokenVocabulary vocabulary) {
        if (choices.isEmpty()) {
            throw InputException.at("choices", "there are none", "give at least one text");
        }
        for (String choice : choices) {
            if (choice.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
                throw InputException.at("choices", "a text has half a surrogate pair", "give whole characters");
            }
        }
        return new ChoiceConstraint(List.copyOf(choices), vocabulary);
    }

    private static TextMachine machine(List<String> choices, TokenVocabulary vocabulary) {
        Regex regex = new Regex();
        Parts parts = new Parts(regex);
        return new TextMachine(parts, parts.regular(regex.words(choices)), PlainTokens.of(vocabulary));
    }
}
