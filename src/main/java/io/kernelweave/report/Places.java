package io.kernelweave.report;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.results.ResultRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * Where the spans that verdicts rest on stand in a prompt and in its answer as people read them. A span counts within the value of a
 * field, such as {@code output.rows[0][2]} or {@code input.source}; here it becomes a range of the whole text.
 */
final class Places {
    private static final Pattern STEP = Pattern.compile("[.]([^.\\[]+)|\\[(\\d+)]");

    /** A range of UTF-16 units of the prompt, or of the answer. */
    record Place(boolean inPrompt, int start, int end) {}

    private final String prompt;
    private final String answer;
    private final PromptInput input;
    private final JsonNode inputJson;
    /** Where the pasted material stands in the prompt. */
    private final List<int[]> pasted = new ArrayList<>();

    private final Map<String, int[]> values = new HashMap<>();

    /** @param prompt with line feeds alone as line breaks */
    Places(String prompt, String answer) {
        this.prompt = prompt;
        this.answer = answer;
        this.input = PromptInput.of(prompt);
        this.inputJson = input.toJson();
        paste();
        read();
    }

    private void paste() {
        String source = input.source();
        if (source != null && input.blocks().isEmpty()) {
            int start = prompt.lastIndexOf(source);
            pasted.add(new int[] {start, start + source.length()});
        }
        int from = 0;
        for (String block : input.blocks()) {
            int fence = prompt.indexOf("```", from);
            int start = fence < 0 ? -1 : prompt.indexOf('\n', fence) + 1;
            if (start < 1 || !prompt.startsWith(block, start)) {
                pasted.clear();
                return;
            }
            from = start + block.length();
            pasted.add(new int[] {start, from});
            int close = prompt.indexOf("```", from);
            int line = close < 0 ? -1 : prompt.indexOf('\n', close);
            from = line < 0 ? prompt.length() : line;
        }
    }

    /** Notes where each value of the answer stands, by its pointer; none if the answer is not JSON. */
    private void read() {
        try (JsonParser parser = Json.mapper().createParser(answer)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isScalarValue()) {
                    int start = (int) parser.currentTokenLocation().getCharOffset();
                    parser.getString(); // reads the token to its end
                    values.put(
                            parser.streamReadContext().pathAsPointer().toString(),
                            new int[] {start, (int) parser.currentLocation().getCharOffset()});
                }
            }
        } catch (JacksonException e) {
            values.clear();
        }
    }

    /**
     * Where a span stands; empty where that cannot be told.
     *
     * @param check whose span it is; in an answer of several kernels it is called {@code <kernel>/<condition>}
     */
    Optional<Place> of(ResultRow.Span span, String check) {
        String field = span.field();
        if (field.equals("output")) {
            return place(false, span.start(), span.end());
        }
        if (field.equals("prompt")) {
            return place(true, span.start(), span.end());
        }
        return field.startsWith("input") ? inPrompt(span) : inAnswer(span, check);
    }

    private Optional<Place> place(boolean inPrompt, int start, int end) {
        return start >= 0 && start < end && end <= (inPrompt ? prompt : answer).length()
                ? Optional.of(new Place(inPrompt, start, end))
                : Optional.empty();
    }

    private static String pointer(String field) {
        StringBuilder pointer = new StringBuilder();
        Matcher step = STEP.matcher(field);
        while (step.find()) {
            String name = step.group(1) == null ? step.group(2) : step.group(1);
            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    /** Walks the value as it is written, escapes and all. */
    private Optional<Place> inAnswer(ResultRow.Span span, String check) {
        String pointer = pointer(span.field());
        int[] value = values.getOrDefault(pointer, values.get("/" + check.split("/", 2)[0] + pointer));
        if (value == null || !field(span).equals("output")) {
            return Optional.empty();
        }
        if (answer.charAt(value[0]) != '"') {
            return place(false, value[0], value[1]);
        }
        int at = value[0] + 1;
        int start = -1;
        for (int unit = 0; unit < span.end(); unit++) {
            if (at >= value[1] - 1) {
                return Optional.empty(); // the string is over
            }
            if (unit == span.start()) {
                start = at;
            }
            at += answer.charAt(at) != '\\' ? 1 : answer.charAt(at + 1) == 'u' ? 6 : 2;
        }
        return place(false, start, at);
    }

    private static String field(ResultRow.Span span) {
        return span.field().split("[.\\[]", 2)[0];
    }

    /** The same words at the same turn: what is asked is kept with its white space collapsed. */
    private Optional<Place> inPrompt(ResultRow.Span span) {
        String value = inputJson.at(pointer(span.field())).asString("");
        if (span.start() < 0 || span.start() >= span.end() || span.end() > value.length()) {
            return Optional.empty();
        }
        String words = value.substring(span.start(), span.end());
        Pattern pattern = Pattern.compile(
                "\\Q" + words.replace("\\E", "\\E\\\\E\\Q").replaceAll("\\s+", "\\\\E\\\\s+\\\\Q") + "\\E");
        boolean fromPaste =
                span.field().startsWith("input.source") || span.field().startsWith("input.blocks");
        int first = span.field().startsWith("input.blocks[") ? blocks(span) : 0;
        long turn = pattern.matcher(value)
                .results()
                .filter(match -> match.start() < span.start())
                .count();
        Matcher matcher = pattern.matcher(prompt);
        while (matcher.find()) {
            int start = matcher.start();
            int end = matcher.end();
            boolean inside = false;
            for (int i = first; i < pasted.size(); i++) {
                inside |= pasted.get(i)[0] <= start && end <= pasted.get(i)[1];
            }
            if (inside == fromPaste && turn-- == 0) {
                return place(true, start, end);
            }
        }
        return Optional.empty();
    }

    private static int blocks(ResultRow.Span span) {
        Matcher step = Pattern.compile("\\[(\\d{1,6})]").matcher(span.field());
        return step.find() ? Integer.parseInt(step.group(1)) : 0;
    }
}
