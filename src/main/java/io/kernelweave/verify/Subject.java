package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What conditions are about: a prompt, read as typed input, and the text of an answer to it, parsed strictly if it is one
 * JSON value. Immutable; every pair of texts makes a subject.
 */
public final class Subject {
    /** Longest text that is checked, in UTF-16 units; conditions on a longer one are UNKNOWN. */
    static final int MAX_TEXT = 4 << 20;

    /** Numbers beyond this many digits either side of the point are refused: arithmetic on them has no bound. */
    private static final int MAX_DIGITS = 400;

    private final String prompt;
    private final String text;
    private final PromptInput input;
    private final JsonNode inputJson;
    private final @Nullable JsonNode output;
    private final String parseError;

    private Subject(String prompt, String text, @Nullable JsonNode output, String parseError) {
        this.prompt = prompt;
        this.text = text;
        this.input = PromptInput.of(prompt);
        this.inputJson = input.toJson();
        this.output = output;
        this.parseError = parseError;
    }

    public static Subject of(String prompt, String answerText) {
        if (answerText.isEmpty()) {
            return new Subject(prompt, answerText, null, "there is no answer");
        }
        if (answerText.length() > MAX_TEXT) {
            return new Subject(prompt, answerText, null, "the answer is longer than " + MAX_TEXT + " characters");
        }
        try {
            JsonNode output = Json.parse(answerText, "output");
            return inRange(output)
                    ? new Subject(prompt, answerText, output, "")
                    : new Subject(prompt, answerText, null, "a number has more than " + MAX_DIGITS + " digits");
        } catch (InputException | NumberFormatException e) {
            return new Subject(prompt, answerText, null, String.valueOf(e.getMessage()));
        }
    }

    public String prompt() {
        return prompt;
    }

    public PromptInput input() {
        return input;
    }

    /** The prompt as the object that input schemas and preconditions see. */
    public JsonNode inputJson() {
        return inputJson;
    }

    /** The answer as it was given. */
    public String text() {
        return text;
    }

    /** The answer as JSON; empty if the text is not one JSON value. */
    public Optional<JsonNode> output() {
        return Optional.ofNullable(output);
    }

    /** Why there is no {@link #output}; empty if there is one. */
    String parseError() {
        return parseError;
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
