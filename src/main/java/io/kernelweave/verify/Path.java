package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * An address in a subject: {@code output}, {@code input}, {@code trace} or {@code prompt}, then fields {@code .name},
 * elements {@code [n]}, from the end {@code [-1]}, and {@code [*]} for every element.
 */
final class Path {
    private enum Root {
        OUTPUT,
        INPUT,
        PROMPT,
        TRACE
    }

    private sealed interface Step {
        record Field(String name) implements Step {}

        record Element(int index) implements Step {}

        record Every() implements Step {}
    }

    /** A path to more places is undecided: every place is a reason, and there is no end to what stands in a list. */
    private static final int MAX_PLACES = 10_000;

    private final String text;
    private final Root root;
    private final List<Step> steps;
    private final boolean every;

    private Path(String text, Root root, List<Step> steps) {
        this.text = text;
        this.root = root;
        this.steps = List.copyOf(steps);
        this.every = steps.stream().anyMatch(Step.Every.class::isInstance);
    }

    static Path parse(String text, String pointer) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '[') {
            end++;
        }
        Root root = switch (text.substring(0, end)) {
            case "output" -> Root.OUTPUT;
            case "input" -> Root.INPUT;
            case "prompt" -> Root.PROMPT;
            case "trace" -> Root.TRACE;
            default ->
                throw InputException.at(
                        pointer,
                        Finding.quote(text) + " is not a path",
                        "paths start with output, input, prompt or trace; a literal is {\"value\": …}");
        };
        List<Step> steps = new ArrayList<>();
        while (end < text.length()) {
            int start = end + 1;
            if (text.charAt(end) == '.') {
                end = start;
                while (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '[') {
                    end++;
                }
                if (end == start) {
                    throw malformed(text, pointer);
                }
                steps.add(new Step.Field(text.substring(start, end)));
            } else {
                int close = text.indexOf(']', start);
                String index = close < 0 ? "" : text.substring(start, close);
                if (index.equals("*")) {
                    steps.add(new Step.Every());
                } else if (index.matches("-?\\d{1,9}")) {
                    steps.add(new Step.Element(Integer.parseInt(index)));
                } else {
                    throw malformed(text, pointer);
                }
                end = close + 1;
                if (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '[') {
                    throw malformed(text, pointer);
                }
            }
        }
        if (root == Root.PROMPT && !steps.isEmpty()) {
            throw InputException.at(pointer, "the prompt is a text and has no parts", "use prompt, or input.…");
        }
        return new Path(text, root, steps);
    }

    private static InputException malformed(String text, String pointer) {
        return InputException.at(
                pointer, Finding.quote(text) + " is not a path", "write it as output.rows[*].name or output.rows[0]");
    }

    /** Does it lead to any number of places? */
    boolean hasEvery() {
        return every;
    }

    /** The values it leads to, missing ones included; empty only for {@code [*]} over an empty array. */
    List<Place> places(Subject subject) throws Undecided {
        JsonNode value = switch (root) {
            case OUTPUT ->
                subject.output().orElseThrow(() -> new Undecided("the answer is not JSON: " + subject.parseError()));
            case INPUT -> subject.inputJson();
            case PROMPT -> StringNode.valueOf(subject.prompt());
            case TRACE -> subject.calls().json();
        };
        String name = text.substring(0, root.name().length());
        if (!every) {
            // The common case, without lists in between.
            for (int i = 0; i < steps.size(); i++) {
                JsonNode next = child(value, steps.get(i));
                if (next == null) {
                    return List.of(new Place(text, null));
                }
                value = next;
            }
            return List.of(new Place(text, value));
        }
        List<Place> places = new ArrayList<>();
        collect(new Place(name, value), 0, places);
        if (places.size() > MAX_PLACES) {
            throw new Undecided(text + " leads to more than " + MAX_PLACES + " places");
        }
        return places;
    }

    /** As {@link #places}, but {@code output} is the text of the answer, whether JSON or not. */
    List<Place> texts(Subject subject) throws Undecided {
        if (root == Root.OUTPUT && steps.isEmpty()) {
            return List.of(new Place(text, StringNode.valueOf(subject.text())));
        }
        return places(subject);
    }

    private void collect(Place place, int from, List<Place> into) {
        if (into.size() > MAX_PLACES) {
            return;
        }
        if (from == steps.size()) {
            into.add(place);
            return;
        }
        Step step = steps.get(from);
        JsonNode value = place.value;
        if (step instanceof Step.Every) {
            if (value == null || !value.isArray()) {
                into.add(new Place(place.name + "[*]", null));
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                collect(new Place(place.name + "[" + i + "]", value.get(i)), from + 1, into);
            }
            return;
        }
        String name = step instanceof Step.Field field
                ? place.name + "." + field.name()
                : place.name + "[" + ((Step.Element) step).index() + "]";
        JsonNode next = value == null ? null : child(value, step);
        if (next == null) {
            into.add(new Place(name, null));
        } else {
            collect(new Place(name, next), from + 1, into);
        }
    }

    private static @Nullable JsonNode child(JsonNode value, Step step) {
        if (step instanceof Step.Field field) {
            return value.get(field.name());
        }
        if (step instanceof Step.Element element) {
            return value.get(element.index() < 0 ? value.size() + element.index() : element.index());
        }
        return null;
    }

    @Override
    public String toString() {
        return text;
    }

    /** One place that a path leads to; its value is null if there is nothing. */
    record Place(String name, @Nullable JsonNode value) {
        JsonNode require() throws Undecided {
            if (value == null) {
                throw new Undecided(name + " is missing");
            }
            return value;
        }

        /** A string as it is, a number or boolean as JSON writes it. */
        String text() throws Undecided {
            return text(require(), name);
        }

        static String text(JsonNode value, Object name) throws Undecided {
            if (value.isString()) {
                String text = value.stringValue();
                if (text.length() > Subject.MAX_TEXT) {
                    throw new Undecided(name + " is longer than " + Subject.MAX_TEXT + " characters");
                }
                return text;
            }
            if (value.isNumber()) {
                return value.decimalValue().toPlainString();
            }
            if (value.isBoolean()) {
                return value.asString();
            }
            throw new Undecided(name + " is " + kind(value) + ", not a text" + (value.isArray() ? "; add [*]" : ""));
        }
    }

    static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            default -> "null";
        };
    }
}
