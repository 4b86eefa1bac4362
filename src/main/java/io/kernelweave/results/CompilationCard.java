package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.mine.Clause;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Mined;
import io.kernelweave.mine.Support;
import io.kernelweave.verify.Outcome;
import java.util.List;
import java.util.Locale;

/**
 * What a run that learns from traces was made from, and what is mined from each source as a whole: to be read, not to be judged by.
 */
public record CompilationCard(String name, String description, String license, String digest, List<Source> sources) {
    /** Where it is in a run's folder. */
    public static final String FILE = "inputs/traces.json";

    /**
     * One source.
     *
     * @param clauses the most telling first
     */
    public record Source(String name, int traces, int tasks, int successes, int failures, List<Line> clauses) {
        public Source {
            clauses = List.copyOf(clauses);
        }

        /** The card of a source's examples and of what was mined from all of them. */
        public static Source of(String name, List<Example> examples, Mined mined) {
            return new Source(
                    name,
                    examples.size(),
                    (int) examples.stream().map(Example::task).distinct().count(),
                    count(examples, Outcome.PASS),
                    count(examples, Outcome.FAIL),
                    mined.clauses().stream().map(Line::of).toList());
        }

        private static int count(List<Example> examples, Outcome outcome) {
            return (int) examples.stream()
                    .filter(example -> example.outcome() == outcome)
                    .count();
        }
    }

    /** A clause with its counts; {@code part} and {@code label} in lower case. */
    public record Line(String name, String condition, String part, String label, double weight, Support support) {
        static Line of(Clause clause) {
            return new Line(
                    clause.condition().name(),
                    Json.compact(clause.condition().check()),
                    clause.part().name().toLowerCase(Locale.ROOT),
                    clause.label().name().toLowerCase(Locale.ROOT),
                    clause.weight(),
                    clause.support());
        }
    }

    public CompilationCard {
        sources = List.copyOf(sources);
    }

    /** Reads the card of a run. */
    public static CompilationCard read(RunFolder folder) {
        return Json.parse(folder.folder().readText(FILE), CompilationCard.class, FILE);
    }
}
