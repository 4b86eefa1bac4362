package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.trace.Trace;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What conditions are about: a prompt, read as typed input, and the text of an answer to it, parsed strictly if it is one
 * JSON value; and, where somebody kept it, the trace of how the answer was made. Immutable; every pair of texts makes a
 * subject.
 */
public final class Subject {
    /** Longest text that is checked, in UTF-16 units; conditions on a longer one are UNKNOWN. */
    static final int MAX_TEXT = 1 << 20;

    /** Numbers beyond this many digits either side of the point are refused: arithmetic on them has no bound. */
    private static final int MAX_DIGITS = 400;

    /** A prompt as it is and as it is read. */
    private record Asked(String prompt, PromptInput input, JsonNode json, Searches searches) {}

    /** @param json null if the text is not one JSON value; then {@code problem} says why */
    private record Answered(String text, @Nullable JsonNode json, String problem) {}

    private final Asked asked;
    private final Answered answer;
    private final @Nullable CallLog calls;

    private Subject(Asked asked, Answered answer, @Nullable CallLog calls) {
        this.asked = asked;
        this.answer = answer;
        this.calls = calls;
    }

    public static Subject of(String prompt, String answerText) {
        return of(prompt, answerText, Searches.forgotten());
    }

    /**
     * A prompt that nobody has answered yet. What conditions find in it is remembered for those that ask later, of it and of its
     * {@link #answered answers}; it takes room, so this is for prompts that are soon done with.
     */
    public static Subject of(String prompt) {
        return of(prompt, "", Searches.kept());
    }

    private static Subject of(String prompt, String answerText, Searches searches) {
        PromptInput input = PromptInput.of(prompt);
        return new Subject(new Asked(prompt, input, input.toJson(), searches), read(answerText), null);
    }

    /**
     * A subject whose input no prompt was read for: a value that something else gave.
     *
     * @param input what conditions see as {@code input}
     * @param answerText the answer; empty for none
     */
    public static Subject of(JsonNode input, String answerText) {
        String prompt = PromptInput.prompt(input);
        return new Subject(
                new Asked(prompt, PromptInput.of(prompt), input, Searches.forgotten()), read(answerText), null);
    }

    /** The same prompt and answer with the record of how the answer was made. */
    public Subject with(Trace trace) {
        return new Subject(asked, answer, CallLog.of(trace));
    }

    /** Another answer to the same prompt, made in the same way. */
    public Subject answered(String answerText) {
        return new Subject(asked, read(answerText), calls);
    }

    /** Another answer to the same prompt, of which somebody else read the value. */
    Subject answered(String answerText, JsonNode value) {
        return new Subject(asked, new Answered(answerText, value, ""), calls);
    }

    private static Answered read(String text) {
        if (text.isEmpty()) {
            return new Answered(text, null, "there is no answer");
        }
        if (text.length() > MAX_TEXT) {
            return new Answered(text, null, "the answer is longer than " + MAX_TEXT + " characters");
        }
        try {
            return new Answered(text, json(text, "output"), "");
        } catch (InputException e) {
            return new Answered(text, null, String.valueOf(e.getMessage()));
        }
    }

    /** Reads one JSON value of which every number can be computed with. */
    static JsonNode json(String text, String origin) {
        try {
            JsonNode value = Json.parse(text, origin);
            if (inRange(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw InputException.at(origin, "a number has more than " + MAX_DIGITS + " digits", "write it as a string");
    }

    public String prompt() {
        return asked.prompt;
    }

    public PromptInput input() {
        return asked.input;
    }

    /** The prompt as the object that input schemas and preconditions see. */
    public JsonNode inputJson() {
        return asked.json;
    }

    /** What patterns match in its texts. */
    Searches searches() {
        return asked.searches;
    }

    /** The answer as it was given. */
    public String text() {
        return answer.text;
    }

    /** The answer as JSON; empty if the text is not one JSON value. */
    public Optional<JsonNode> output() {
        return Optional.ofNullable(answer.json);
    }

    /** Why there is no {@link #output}; empty if there is one. */
    String parseError() {
        return answer.problem;
    }

    /** The tools that were called on the way to the answer. */
    CallLog calls() throws Undecided {
        if (calls == null) {
            throw new Undecided("there is no trace of how the answer was made");
        }
        return calls;
    }

    private static boolean inRange(JsonNode value) {
        if (value.isNumber()) {
            return inRange(value.decimalValue());
        }
        for (JsonNode element : value) {
            if (!inRange(element)) {
                return false;
            }
        }
        return true;
    }

    static boolean inRange(BigDecimal number) {
        return number.scale() <= MAX_DIGITS && (long) number.precision() - number.scale() <= MAX_DIGITS;
    }
}
