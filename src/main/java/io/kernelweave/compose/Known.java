package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.schema.Comparer;
import io.kernelweave.schema.Containment;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is known of a value at one place of a flow. Proofs rest on the schema and the facts, which may allow too much;
 * refutations rest on values that can really be there.
 *
 * @param origin what gives it
 * @param schema every such value satisfies it
 * @param facts checks that pass on every such value, seen as {@code input}
 * @param samples values that can be there
 * @param realisation which values can be there
 * @param doubt why a value that the schema allows may not be there after all; empty if it may
 */
record Known(
        String origin,
        JsonNode schema,
        List<ObjectNode> facts,
        List<JsonNode> samples,
        Realisation realisation,
        String doubt) {
    private static final int MAX_SAMPLES = 6;

    /** Finds, near a value, one that can be there; empty if none is known. */
    @FunctionalInterface
    interface Realisation {
        Optional<JsonNode> of(JsonNode value);
    }

    Known {
        facts = List.copyOf(facts);
        samples = samples.stream().distinct().limit(MAX_SAMPLES).toList();
    }

    /** Nothing is known to be there. */
    static final Realisation NOWHERE = value -> Optional.empty();

    /** What a whole flow is given: anything, of which nothing is known to be there. */
    static final Known ANYTHING =
            new Known("", Shape.ANY.schema(), List.of(), List.of(), NOWHERE, "it hangs on what is given");

    boolean isAnything() {
        return this == ANYTHING;
    }

    /** Whether it is proved that no value can be there. */
    boolean isNothing(Comparer comparer) {
        return comparer.containment(shape().schema(), Shape.NONE.schema()) instanceof Containment.Proven;
    }

    /** All that is known, as one shape; it may allow more. */
    private Shape shape() {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(Shape.of(schema).orElse(Shape.ANY));
        facts.forEach(fact -> shapes.add(ConditionSets.of(fact).mayPass()));
        return Shape.all(shapes);
    }

    /** Values on which the facts certainly pass, as far as that can be said: where to look for one that is there. */
    private Shape core() {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(shape());
        for (ObjectNode fact : facts) {
            Shape passes = ConditionSets.of(fact).passes();
            shapes.add(passes.isNone() ? Shape.ANY : passes);
        }
        return Shape.all(shapes);
    }

    /** A refutation by a value of the core that is none of a shape; null if none is found. */
    private @Nullable Fit hunt(Shape wanted, Demand demand, int condition, Comparer comparer) {
        return realisation != NOWHERE
                        && comparer.containment(core().schema(), wanted.schema()) instanceof Containment.Refuted found
                ? refuted(found.witness(), demand, condition)
                : null;
    }

    /** What is known when a guard has let it through. */
    Known guarded(Demand demand) {
        List<ObjectNode> more = new ArrayList<>(facts);
        demand.conditions().forEach(condition -> more.add(condition.check()));
        Realisation through = value -> realisation.of(value).filter(real -> demand.refusal(real) == null);
        Optional<Shape> own = Shape.of(schema);
        Optional<Shape> guard = Shape.of(demand.schema());
        JsonNode both = own.isPresent() && guard.isPresent()
                ? Shape.all(own.get(), guard.get()).schema()
                : schemaIsOpen() ? demand.schema() : schema;
        return new Known(
                origin,
                both,
                more,
                samples.stream()
                        .filter(sample -> demand.refusal(sample) == null)
                        .toList(),
                through,
                doubt);
    }

    private boolean schemaIsOpen() {
        return Shape.of(schema).map(Shape::isAny).orElse(false);
    }

    /** What is known of a template filled from it. */
    Known adapted(Template template) {
        List<JsonNode> filled = new ArrayList<>();
        samples.forEach(sample -> fill(template, sample).ifPresent(filled::add));
        Realisation back = value -> {
            for (JsonNode sample : samples) {
                Optional<JsonNode> real = template.backward(value, sample)
                        .flatMap(realisation::of)
                        .flatMap(source -> fill(template, source));
                if (real.isPresent()) {
                    return real;
                }
            }
            return Optional.empty();
        };
        List<ObjectNode> kept = new ArrayList<>();
        template.moves()
                .forEach((from, to) ->
                        facts.forEach(fact -> Entailment.moved(fact, from, to).ifPresent(kept::add)));
        return new Known(
                (origin.isEmpty() ? "" : origin + " ") + "adapted",
                template.image(Shape.of(schema).orElse(Shape.ANY)).schema(),
                kept,
                filled,
                back,
                doubt.isEmpty() ? "no such value was found that comes about" : doubt);
    }

    private static Optional<JsonNode> fill(Template template, JsonNode value) {
        try {
            return Optional.of(template.fill(value));
        } catch (Template.MissingException e) {
            return Optional.empty();
        }
    }

    /** What is known of an object with a field for each of these. */
    static Known joined(List<String> names, List<Known> parts) {
        Map<String, Shape> fields = new LinkedHashMap<>();
        List<ObjectNode> facts = new ArrayList<>();
        List<JsonNode> samples = new ArrayList<>();
        samples.add(Json.object());
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Known part = parts.get(i);
            fields.put(name, Shape.of(part.schema).orElse(Shape.ANY));
            if (name.indexOf('.') < 0 && name.indexOf('[') < 0 && !name.isEmpty()) {
                part.facts.forEach(
                        fact -> Entailment.moved(fact, "input", "input." + name).ifPresent(facts::add));
            }
            List<JsonNode> longer = new ArrayList<>();
            for (JsonNode sample : samples) {
                for (JsonNode value : part.samples) {
                    ObjectNode object = (ObjectNode) sample.deepCopy();
                    object.set(name, value);
                    longer.add(object);
                }
            }
            samples = new ArrayList<>(longer.subList(0, Math.min(longer.size(), MAX_SAMPLES)));
        }
        Realisation each = value -> {
            ObjectNode real = Json.object();
            for (int i = 0; i < names.size(); i++) {
                JsonNode part = value.get(names.get(i));
                Optional<JsonNode> found = part == null
                        ? Optional.empty()
                        : parts.get(i).realisation.of(part);
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                real.set(names.get(i), found.get());
            }
            return Optional.of(real);
        };
        return new Known(
                parts.stream()
                        .map(Known::origin)
                        .reduce((a, b) -> a + " & " + b)
                        .orElse(""),
                Shape.object(fields).schema(),
                facts,
                samples,
                each,
                parts.stream()
                        .map(Known::doubt)
                        .filter(why -> !why.isEmpty())
                        .findFirst()
                        .orElse(""));
    }

    /**
     * What is known of arrays as long as others.
     *
     * @param lists the others
     * @param elements each element is one of these
     */
    static Known listed(List<Known> lists, List<Known> elements) {
        List<JsonNode> one = elements.stream()
                .flatMap(element -> element.samples.stream())
                .limit(MAX_SAMPLES)
                .toList();
        Set<Integer> sizes = new TreeSet<>();
        lists.forEach(list -> list.samples.forEach(sample -> sizes.add(sample.size())));
        List<JsonNode> samples = new ArrayList<>();
        for (int size : sizes) {
            ArrayNode sample = Json.mapper().createArrayNode();
            for (int i = 0; i < size && !one.isEmpty(); i++) {
                sample.add(one.get(i % one.size()));
            }
            if (sample.size() == size) {
                samples.add(sample);
            }
        }
        Realisation each = value -> {
            ArrayNode real = Json.mapper().createArrayNode();
            for (JsonNode part : value) {
                Optional<JsonNode> found = elements.stream()
                        .flatMap(element -> element.realisation.of(part).stream())
                        .findFirst();
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                real.add(found.get());
            }
            return value.isArray() && sizes.contains(value.size()) ? Optional.of(real) : Optional.empty();
        };
        Shape items = Shape.any(elements.stream()
                .map(element -> Shape.of(element.schema).orElse(Shape.ANY))
                .toList());
        Shape length = Shape.any(lists.stream()
                .map(list -> Shape.of(list.schema).map(Shape::length).orElse(Shape.ANY))
                .toList());
        return new Known(
                "forEach",
                Shape.all(items.each(0), length).schema(),
                List.of(),
                samples,
                each,
                "no such list was found that comes about");
    }

    /** What is known of the elements of an array. */
    Known element() {
        Shape items = Shape.of(schema).map(Shape::items).orElse(Shape.ANY);
        List<JsonNode> elements = new ArrayList<>();
        samples.forEach(sample -> sample.forEach(elements::add));
        Realisation one = value -> realisation
                .of(Json.mapper().createArrayNode().add(value))
                .filter(array -> array.size() == 1)
                .map(array -> array.get(0));
        return new Known(origin, items.schema(), List.of(), elements, one, doubt);
    }

    /** Is every such value taken? */
    Fit fits(Demand demand, Comparer comparer) {
        if (demand.problem() != null) {
            return new Fit.Unknown("cannot be checked: " + demand.problem());
        }
        for (JsonNode sample : samples) {
            String violation = demand.violation(sample);
            if (violation != null) {
                return new Fit.Refuted(sample, violation);
            }
        }
        // What one look at a value refutes needs no comparison of schemas.
        List<Condition> conditions = demand.conditions();
        for (int i = 0; i < conditions.size(); i++) {
            for (JsonNode sample : samples) {
                Verdict verdict = demand.verdict(i, sample);
                if (verdict.outcome() == Outcome.FAIL) {
                    return new Fit.Refuted(sample, conditions.get(i).name() + ": " + verdict.reason());
                }
            }
        }
        Fit fit = schemaFits(demand, comparer);
        if (fit instanceof Fit.Refuted || conditions.isEmpty()) {
            return fit;
        }
        Entailment entailment = new Entailment(facts);
        for (int i = 0; i < conditions.size(); i++) {
            fit = fit.and(conditionFits(demand, i, entailment, comparer));
            if (fit instanceof Fit.Refuted) {
                return fit;
            }
        }
        return fit;
    }

    private Fit schemaFits(Demand demand, Comparer comparer) {
        Containment plain = comparer.containment(schema, demand.schema());
        if (plain instanceof Containment.Proven) {
            return new Fit.Proven();
        }
        Fit refuted = plain instanceof Containment.Refuted found ? refuted(found.witness(), demand, -1) : null;
        if (refuted != null) {
            return refuted;
        }
        Optional<Shape> wanted = Shape.of(demand.schema());
        Containment answer = plain;
        if (!facts.isEmpty() && Shape.of(schema).isPresent()) {
            answer = comparer.containment(shape().schema(), demand.schema());
            if (answer instanceof Containment.Proven) {
                return new Fit.Proven();
            }
            refuted = answer instanceof Containment.Refuted found ? refuted(found.witness(), demand, -1) : null;
            if (refuted == null && answer instanceof Containment.Refuted && wanted.isPresent()) {
                refuted = hunt(wanted.get(), demand, -1, comparer);
            }
            if (refuted != null) {
                return refuted;
            }
        }
        if (answer instanceof Containment.Refuted found) {
            // None of them is taken, so whichever is there is not.
            boolean never = wanted.isPresent()
                    && comparer.containment(schema, wanted.get().not().schema()) instanceof Containment.Proven;
            if (never) {
                return new Fit.Refuted(
                        found.witness(), "no value fits; " + String.valueOf(demand.violation(found.witness())));
            }
            return new Fit.Unknown("its schema allows " + shown(found.witness()) + ", which is not taken ("
                    + demand.violation(found.witness()) + "); " + doubt);
        }
        return new Fit.Unknown(((Containment.Unknown) answer).reason());
    }

    private Fit conditionFits(Demand demand, int index, Entailment entailment, Comparer comparer) {
        Condition condition = demand.conditions().get(index);
        if (entailment.passes(condition.check())) {
            return new Fit.Proven();
        }
        String open = "";
        for (JsonNode sample : samples) {
            Verdict verdict = demand.verdict(index, sample);
            open = verdict.outcome() == Outcome.UNKNOWN ? verdict.reason() : open;
        }
        ConditionSets sets = ConditionSets.of(condition.check());
        if (!open.isEmpty() || sets.passes().isNone()) {
            return new Fit.Unknown(condition.name()
                    + (open.isEmpty()
                            ? " does not follow by its form from what is known"
                            : " cannot be told of " + shown(samples.get(0)) + ": " + open));
        }
        Shape here = shape();
        Containment answer = comparer.containment(here.schema(), sets.passes().schema());
        if (answer instanceof Containment.Proven) {
            return new Fit.Proven();
        }
        if (answer instanceof Containment.Refuted found) {
            Fit refuted = refuted(found.witness(), demand, index);
            refuted = refuted == null ? hunt(sets.fails().not(), demand, index, comparer) : refuted;
            return refuted != null
                    ? refuted
                    : new Fit.Unknown(condition.name() + " is not known to pass on " + shown(found.witness())
                            + (doubt.isEmpty() ? "" : "; " + doubt));
        }
        return new Fit.Unknown(condition.name() + ": " + ((Containment.Unknown) answer).reason());
    }

    /** A refutation, if the value, or one near to it, can be there and is really not taken; null otherwise. */
    private @Nullable Fit refuted(JsonNode value, Demand demand, int condition) {
        JsonNode real;
        try {
            real = realisation.of(value).orElse(null);
        } catch (InputException e) {
            return null;
        }
        if (real == null) {
            return null;
        }
        if (condition < 0) {
            String violation = demand.violation(real);
            return violation == null ? null : new Fit.Refuted(real, violation);
        }
        Verdict verdict = demand.verdict(condition, real);
        return verdict.outcome() == Outcome.FAIL
                ? new Fit.Refuted(real, demand.conditions().get(condition).name() + ": " + verdict.reason())
                : null;
    }

    private static String shown(JsonNode value) {
        String text = Json.compact(value);
        return text.length() > 120 ? text.substring(0, 120) + "…" : text;
    }
}
