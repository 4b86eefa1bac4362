package io.kernelweave.kernel;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A prompt as a kernel's typed input. What people paste is told from what they ask: fenced blocks are the source (a fence
 * of more than three backticks ends at as many, so that a block may hold fences); without a fence, everything after the first
 * blank line is.
 *
 * @param request the prompt outside the pasted material, white space collapsed
 * @param source the pasted material, fenced blocks joined by a line break; null if there is none
 * @param blocks the fenced blocks
 * @param language the first fence's info string; null if it has none
 * @param quoted what stands in double quotes or backticks in the request
 * @param numbers the numbers in the request
 */
public record PromptInput(
        String request,
        @Nullable String source,
        List<String> blocks,
        @Nullable String language,
        List<String> quoted,
        List<BigDecimal> numbers) {

    private static final Pattern FENCE =
            Pattern.compile("(?m)^[ \\t]*(`{3,})([^\\n`]*)\\n(.*?)(?:^[ \\t]*\\1`*[ \\t]*$|\\z)", Pattern.DOTALL);
    private static final Pattern QUOTED = Pattern.compile("`([^`\\n]+)`|\"([^\"\\n]+)\"|“([^“”\\n]+)”");
    private static final Pattern NUMBER =
            Pattern.compile("(?<![\\w.])-?(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?(?![\\d])");
    private static final int LONGEST_NUMBER = 100;
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]");
    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final Pattern BLANK_LINE = Pattern.compile("\\n[ \\t]*\\n");

    /** Reads a prompt; every prompt has a reading. */
    public static PromptInput of(String prompt) {
        String text = prompt.replace("\r\n", "\n");
        List<String> blocks = new ArrayList<>();
        String language = null;
        String request;
        String source = null;
        Matcher fence = FENCE.matcher(text);
        if (fence.find()) {
            StringBuilder outside = new StringBuilder();
            int end = 0;
            do {
                outside.append(text, end, fence.start()).append('\n');
                String info = fence.group(2).strip();
                if (blocks.isEmpty() && !info.isEmpty()) {
                    language = info;
                }
                String block = fence.group(3);
                blocks.add(block.endsWith("\n") ? block.substring(0, block.length() - 1) : block);
                end = fence.end();
            } while (fence.find());
            outside.append(text, end, text.length());
            request = outside.toString();
            source = String.join("\n", blocks);
        } else {
            String body = text.strip();
            Matcher blank = BLANK_LINE.matcher(body);
            if (blank.find()) {
                request = body.substring(0, blank.start());
                source = body.substring(blank.end()).strip();
            } else {
                request = body;
            }
        }
        List<String> quoted = new ArrayList<>();
        Matcher quotes = QUOTED.matcher(request);
        while (quotes.find()) {
            quoted.add(
                    quotes.group(1) != null
                            ? quotes.group(1)
                            : quotes.group(2) != null ? quotes.group(2) : quotes.group(3));
        }
        List<BigDecimal> numbers = new ArrayList<>();
        Matcher digits = NUMBER.matcher(request);
        while (digits.find()) {
            // Longer ones are no figures, and reading one takes time that grows with the square of its length.
            if (digits.end() - digits.start() <= LONGEST_NUMBER) {
                numbers.add(new BigDecimal(digits.group().replace(",", "")));
            }
        }
        return new PromptInput(collapsed(request.strip()), source, blocks, language, quoted, numbers);
    }

    /**
     * What a prompt asks for in its own words: outside the pasted material as in {@link #request}, and without the passages
     * that it quotes. Somebody's text may ask for anything; that the prompt repeats it does not make it a request. Where
     * nothing else is said, the request as it is.
     */
    public static String asked(String prompt) {
        if (Passages.isPlain(prompt) && WORD.matcher(prompt).find()) {
            return collapsed(prompt.strip());
        }
        String text = prompt.replace("\r\n", "\n");
        String outside = FENCE.matcher(text).replaceAll("\n");
        boolean fenced = outside.length() != text.length();
        String said = Passages.without(outside).strip();
        if (!fenced) {
            said = BLANK_LINE.split(said, 2)[0];
        }
        return WORD.matcher(said).find() ? collapsed(said) : of(prompt).request;
    }

    /** Each run of white space as one space. */
    private static String collapsed(String text) {
        boolean after = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == ' ' && after) {
                return SPACE.matcher(text).replaceAll(" ");
            }
            after = c == ' ';
        }
        return text;
    }

    /**
     * A prompt that says what an input says: its request, and its source in a fence that no fence in it ends. Any other value
     * as JSON.
     */
    public static String prompt(JsonNode input) {
        String request = input.path("request").asString("");
        if (request.isBlank()) {
            return Json.compact(input);
        }
        String source = input.path("source").asString("");
        if (source.isEmpty()) {
            return request;
        }
        String fence = "```";
        while (source.contains(fence)) {
            fence += "`";
        }
        return request + "\n\n" + fence + input.path("language").asString("") + "\n" + source
                + (source.endsWith("\n") ? "" : "\n") + fence + "\n";
    }

    /** As the JSON object that input schemas and preconditions see: a field is there only if it holds something. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object().put("request", request);
        if (source != null) {
            json.put("source", source);
        }
        strings(json, "blocks", blocks);
        if (language != null) {
            json.put("language", language);
        }
        strings(json, "quoted", quoted);
        if (!numbers.isEmpty()) {
            ArrayNode array = json.putArray("numbers");
            numbers.forEach(array::add);
        }
        return json;
    }

    private static void strings(ObjectNode json, String field, List<String> values) {
        if (!values.isEmpty()) {
            ArrayNode array = json.putArray(field);
            values.forEach(array::add);
        }
    }
}
