package io.kernelweave.dataset;

import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A world that prompts with true answers are drawn from: slots, pasted material, answers that follow from it, many ways to
 * ask, and the mistakes that a model makes. Templates are FreeMarker's, expanded with the slots drawn for one row.
 *
 * @param kernels the kernels that answer: none, one, or two for a composition
 * @param slots see {@link Slots}
 * @param fence the info string of the fenced blocks; without one, a single source is pasted bare
 * @param sources templates of the pasted material, a fenced block each; empty if nothing is pasted
 * @param responses by kernel id, the template of its answer (JSON); for a scenario without kernels a plain-text reply under the empty string
 * @param asks the ways to ask
 * @param failures planted mistakes
 * @param kind one of {@link DatasetRow#KINDS} where no kernel fits, else {@code task}
 */
record Scenario(
        String origin,
        List<String> kernels,
        JsonNode slots,
        String fence,
        List<String> sources,
        Map<String, String> responses,
        List<String> asks,
        List<Failure> failures,
        String kind) {

    /**
     * How a good answer goes wrong.
     *
     * @param breaks the one error condition that fails as a result; {@code kernel/condition} in a composition
     * @param set path → value to put there; strings are templates
     * @param remove path of what is dropped
     * @param append path of a list → value to add to it
     */
    record Failure(
            String breaks,
            @Nullable ObjectNode set,
            @Nullable String remove,
            @Nullable ObjectNode append) {}

    /** One drawn row's text. */
    record Drawn(String prompt, Map<String, String> responses, Map<String, Object> slots) {}

    private static final Configuration FREEMARKER = freemarker();
    private static final Map<String, Template> TEMPLATES = new ConcurrentHashMap<>();

    private static Configuration freemarker() {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setNumberFormat("computer");
        configuration.setBooleanFormat("c");
        configuration.setLocale(java.util.Locale.ROOT);
        configuration.setLogTemplateExceptions(false);
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        return configuration;
    }

    /** Draws one row for a way of asking. */
    Drawn draw(String ask, SplittableRandom random) {
        Map<String, Object> drawn = Slots.draw(slots, random, origin);
        StringBuilder prompt = new StringBuilder(expand(ask, drawn).strip());
        String separator = "\n\n";
        for (String source : sources) {
            String body = expand(source, drawn).stripTrailing();
            if (fence.isEmpty() && sources.size() == 1) {
                prompt.append(separator).append(body); // pasted bare, as many do
                break;
            }
            prompt.append(separator)
                    .append("```")
                    .append(fence)
                    .append('\n')
                    .append(body)
                    .append("\n```");
            separator = "\n";
        }
        Map<String, String> answers = new LinkedHashMap<>();
        responses.forEach((kernel, response) ->
                answers.put(kernel, expand(response, drawn).strip()));
        return new Drawn(prompt.toString(), answers, drawn);
    }

    /** The good answer with one mistake planted. */
    ObjectNode plant(Failure failure, ObjectNode good, Map<String, Object> drawn) {
        ObjectNode broken = good.deepCopy();
        try {
            change(failure, broken, drawn);
        } catch (ClassCastException | NumberFormatException | IndexOutOfBoundsException e) {
            throw InputException.at(
                    origin + " failure \"" + failure.breaks() + '"',
                    "changes what the answer does not have: " + Json.compact(good),
                    "correct its paths");
        }
        return broken;
    }

    private void change(Failure failure, ObjectNode broken, Map<String, Object> drawn) {
        if (failure.set() != null) {
            failure.set().properties().forEach(change -> put(broken, change.getKey(), change.getValue(), drawn, false));
        }
        if (failure.append() != null) {
            failure.append()
                    .properties()
                    .forEach(change -> put(broken, change.getKey(), change.getValue(), drawn, true));
        }
        if (failure.remove() != null) {
            Place place = Place.of(failure.remove(), broken, origin);
            if (place.parent instanceof ArrayNode array) {
                array.remove(Integer.parseInt(place.key));
            } else {
                ((ObjectNode) place.parent).remove(place.key);
            }
        }
    }

    private void put(ObjectNode document, String path, JsonNode template, Map<String, Object> drawn, boolean append) {
        Place place = Place.of(path, document, origin);
        JsonNode before = place.value();
        JsonNode value = fill(template, append ? before.path(0) : before, drawn);
        if (append) {
            ((ArrayNode) before).add(value);
        } else if (place.parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(place.key), value);
        } else {
            ((ObjectNode) place.parent).set(place.key, value);
        }
    }

    /** Expands the strings of a value; one that stands where the answer has a number or boolean becomes such. */
    private JsonNode fill(JsonNode template, JsonNode like, Map<String, Object> drawn) {
        if (template.isString()) {
            String text = expand(template.stringValue(), drawn);
            boolean typed = like.isNumber() && text.matches("-?\\d+(\\.\\d+)?")
                    || like.isBoolean() && text.matches("true|false");
            return typed ? Json.parse(text, origin) : Json.tree(text);
        }
        if (template instanceof ObjectNode object) {
            ObjectNode filled = Json.object();
            object.properties()
                    .forEach(field ->
                            filled.set(field.getKey(), fill(field.getValue(), like.path(field.getKey()), drawn)));
            return filled;
        }
        if (template instanceof ArrayNode array) {
            ArrayNode filled = Json.mapper().createArrayNode();
            array.forEach(element -> filled.add(fill(element, like.path(0), drawn)));
            return filled;
        }
        return template;
    }

    private record Place(JsonNode parent, String key) {
        /** Follows {@code a.b[0].c} down to the container of the last step. */
        static Place of(String path, ObjectNode document, String origin) {
            String[] steps = path.replace("]", "").split("[.\\[]");
            JsonNode at = document;
            for (int i = 0; i < steps.length - 1; i++) {
                at = at.isArray() ? at.path(Integer.parseInt(steps[i])) : at.path(steps[i]);
            }
            Place place = new Place(at, steps[steps.length - 1]);
            if (!at.isContainer()) {
                throw InputException.at(
                        origin, "a failure changes " + path + ", which the answer does not have", "correct the path");
            }
            return place;
        }

        JsonNode value() {
            return parent.isArray() ? parent.path(Integer.parseInt(key)) : parent.path(key);
        }
    }

    private String expand(String template, Map<String, Object> drawn) {
        try {
            Template compiled = TEMPLATES.get(template);
            if (compiled == null) {
                compiled = new Template(origin, template, FREEMARKER);
                TEMPLATES.put(template, compiled);
            }
            StringWriter out = new StringWriter();
            compiled.process(drawn, out);
            return out.toString();
        } catch (IOException e) { // FreeMarker's parse errors are IOExceptions
            throw InputException.at(origin, "template does not parse: " + first(e), "see FreeMarker's manual");
        } catch (TemplateException e) {
            throw InputException.at(
                    origin, "template cannot be expanded: " + first(e), "use slots that the scenario defines");
        }
    }

    private static String first(Exception e) {
        return String.valueOf(e.getMessage())
                .lines()
                .filter(line -> !line.isBlank())
                .limit(3)
                .reduce("", (a, b) -> a + " " + b)
                .strip();
    }
}
