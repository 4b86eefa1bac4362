package io.kernelweave.compile;

import io.kernelweave.compile.Compiled.Note;
import io.kernelweave.compile.Guards.Guard;
import io.kernelweave.compile.Program.Column;
import io.kernelweave.compile.Program.Move;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.Kernel.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A program as the steps of a kernel, in words and as templates.
 *
 * @param answer what stands for the values of the answer, where that is known
 */
record Steps(List<Step> steps, List<Binding> answer, List<Note> notes) {
    static final Step GENERATE = new Step("generate", "Generate the answer under the output schema.");

    static Steps of(List<Sample> samples) {
        List<List<Operation>> operations =
                samples.stream().map(sample -> Operation.of(sample.trace())).toList();
        Program program = Program.of(operations);
        Variables variables = Variables.of(program, samples);
        Guards guards = Guards.of(program, samples);
        List<Step> steps = new ArrayList<>();
        List<Note> notes = new ArrayList<>();
        for (Column column : program.columns()) {
            Guard guard = guards.of(column);
            Binding through = variables.through(column);
            for (Move move : column.moves()) {
                Step step = step(column, move, variables.of(move), guard, through);
                Step last = steps.isEmpty() ? step : steps.get(steps.size() - 1);
                if (last != step && step.tool() == null && last.action().equals(step.action())) {
                    continue; // in words alone, doing it again is the same
                }
                steps.add(step);
                notes.add(new Note("steps", true, step.action(), column.in(), column.of(), why(variables.of(move))));
            }
        }
        Map<String, Integer> others = new TreeMap<>();
        for (List<Operation> trace : operations) {
            @Nullable Move[] moves = program.moves(trace);
            TreeSet<String> outside = new TreeSet<>();
            for (int i = 0; i < moves.length; i++) {
                if (moves[i] == null) {
                    outside.add(program.alphabet().symbol(trace.get(i)).shown());
                }
            }
            outside.forEach(title -> others.merge(title, 1, Integer::sum));
        }
        others.forEach((title, in) -> notes.add(new Note(
                "steps",
                false,
                title,
                in,
                operations.size(),
                "also done elsewhere; a step for it would be longer to write than it saves")));
        if (steps.isEmpty()) {
            steps.add(
                    others.isEmpty()
                            ? GENERATE
                            : new Step(
                                    "work",
                                    "Use " + String.join(", ", others.keySet())
                                            + " as needed: the traces have no order in common."));
        }
        List<Binding> answer =
                variables.of(Variables.ANSWER).stream().filter(Binding::isBound).toList();
        if (!answer.isEmpty()) {
            String words = answer.stream().map(Binding::words).collect(Collectors.joining("; "));
            Step step = new Step(
                    "answer", "In the answer: " + words + ".", null, template(answer), null, null, false, null);
            steps.add(step);
            notes.add(new Note("steps", true, step.action(), samples.size(), samples.size(), why(answer)));
        }
        return new Steps(List.copyOf(steps), answer, List.copyOf(notes));
    }

    private static Step step(
            Column column, Move move, List<Binding> bindings, @Nullable Guard guard, @Nullable Binding through) {
        StringBuilder words = new StringBuilder(action(move, bindings));
        Step.Repeat repeat = null;
        if (column.block()) {
            String block = column.moves().get(0).name();
            repeat = new Step.Repeat(
                    block,
                    through == null ? null : through.place(),
                    through == null ? null : through.variable(),
                    column.most());
            if (move.position() == column.moves().size() - 1) {
                String what = column.moves().size() == 1 ? "this" : "from " + block + " on";
                words.append(" Repeat ")
                        .append(what)
                        .append(through == null ? " as needed" : " for each of " + through.place())
                        .append(" (at most ")
                        .append(column.most())
                        .append(" times in one trace).");
            }
        }
        boolean optional = column.in() < column.of();
        if (guard != null) {
            words.append(" Only where ").append(guard.condition().says()).append('.');
        } else if (optional) {
            words.append(" In ")
                    .append(column.in())
                    .append(" of ")
                    .append(column.of())
                    .append(" traces.");
        }
        return new Step(
                move.name(),
                words.toString(),
                move.symbol().call() ? move.symbol().title() : null,
                move.symbol().call() ? template(bindings) : null,
                guard == null ? null : guard.condition(),
                repeat,
                optional,
                new Kernel.Step.Seen(column.in(), column.of()));
    }

    private static String action(Move move, List<Binding> bindings) {
        String title = move.symbol().title();
        if (!move.symbol().call()) {
            String name = title.substring(title.indexOf(':') + 1);
            return switch (title.substring(0, title.indexOf(':'))) {
                case "plan" -> "Plan: " + name + ".";
                case "verification" -> "Check the answer against the conditions.";
                case "evidence" -> "Gather evidence: " + name + ".";
                default -> name.equals("assistant") ? "Write to the user." : GENERATE.action();
            };
        }
        String with = bindings.stream().map(Binding::words).collect(Collectors.joining("; "));
        return "Call " + title + (with.isEmpty() ? "." : " with " + with + ".");
    }

    private static String why(List<Binding> bindings) {
        return bindings.stream()
                .filter(Binding::isBound)
                .map(binding -> binding.path().isEmpty()
                        ? "its value stood there in " + binding.hits() + " of " + binding.of()
                        : binding.path().substring(1) + " stood there in " + binding.hits() + " of " + binding.of())
                .collect(Collectors.joining("; "));
    }

    /** The arguments with what stands for their values. */
    private static JsonNode template(List<Binding> bindings) {
        JsonNode template = Json.object();
        for (Binding binding : bindings) {
            if (binding.path().isEmpty()) {
                return binding.toJson();
            }
            put(template, binding.path(), binding.toJson());
        }
        return template;
    }

    /** Puts a value at a path as {@link Leaves} writes it; a list has one element, which stands for all. */
    private static void put(JsonNode into, String path, JsonNode value) {
        boolean element = path.startsWith("[*]");
        int start = element ? 3 : 1;
        int end = start;
        while (!element && end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        String name = path.substring(element ? 0 : start, end);
        String rest = path.substring(end);
        JsonNode child =
                rest.isEmpty() ? value : rest.startsWith("[") ? Json.mapper().createArrayNode() : Json.object();
        if (into instanceof ArrayNode array) {
            if (array.isEmpty()) {
                array.add(child);
            }
            child = array.get(0);
        } else if (into instanceof ObjectNode object) {
            if (!object.has(name)) {
                object.set(name, child);
            }
            child = object.get(name);
        }
        if (!rest.isEmpty()) {
            put(child, rest, value);
        }
    }
}
