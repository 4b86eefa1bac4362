package io.kernelweave.route;

import io.kernelweave.kernel.PromptInput;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request, or one clause of it, as it is compared with kernels. What the preconditions say of the prompt is asked once a
 * kernel and shared by its clauses.
 */
final class Query {
    /** What follows in a longer request says little about the task. */
    private static final int LONGEST = 1000;

    /** Controls, marks of direction, joiners and halves of characters: they cut words in two, and terminals obey some. */
    private static final Pattern NO_TEXT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}&&[^\\s\\x{85}]]");

    private static final Pattern SPACE = Pattern.compile("[\\s\\p{Z}\\x{85}]+");

    private final List<String> words;
    private final List<float[]> vectors;
    private final Preconditions preconditions;

    private static final class Preconditions {
        private final @Nullable Subject subject;
        private final IntFunction<Contract> contracts;
        private final Map<Integer, Outcome> outcomes = new HashMap<>();

        /** @param subject null if nobody knows yet what kernels are given */
        Preconditions(@Nullable Subject subject, IntFunction<Contract> contracts) {
            this.subject = subject;
            this.contracts = contracts;
        }

        Outcome of(int kernel) {
            Subject given = subject;
            return given == null
                    ? Outcome.UNKNOWN
                    : outcomes.computeIfAbsent(kernel, k -> contracts.apply(k).admits(given));
        }
    }

    private Query(String text, List<float[]> vectors, Preconditions preconditions) {
        this.words = Words.of(text);
        this.vectors = vectors;
        this.preconditions = preconditions;
    }

    /**
     * @param request see {@link #request}
     * @param vectors its sentence vector of each encoder
     * @param contracts of the kernels, by their numbers in the index
     */
    static Query of(Subject prompt, String request, List<float[]> vectors, IntFunction<Contract> contracts) {
        return new Query(request, vectors, new Preconditions(prompt, contracts));
    }

    Query clause(String text, List<float[]> vectors) {
        return new Query(text, vectors, preconditions);
    }

    /** A clause about what the one before it gives: no kernel can be ruled out before that is there. */
    Query later(String text, List<float[]> vectors) {
        return new Query(text, vectors, new Preconditions(null, preconditions.contracts));
    }

    /** What a prompt asks for, in characters that people read, without what is pasted or quoted, at a sensible length. */
    static String request(String prompt) {
        String request = PromptInput.asked(prompt);
        if (!request.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            request = NO_TEXT.matcher(request).replaceAll("");
            request = SPACE.matcher(request).replaceAll(" ").strip();
        }
        if (request.length() <= LONGEST) {
            return request;
        }
        boolean pair = Character.isHighSurrogate(request.charAt(LONGEST - 1));
        return request.substring(0, pair ? LONGEST - 1 : LONGEST);
    }

    List<String> words() {
        return words;
    }

    List<float[]> vectors() {
        return vectors;
    }

    Outcome preconditions(int kernel) {
        return preconditions.of(kernel);
    }
}
