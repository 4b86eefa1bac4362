package io.kernelweave.results;

import io.kernelweave.json.InputException;
import java.util.Arrays;
import java.util.Locale;

/** What a job measures; it decides the form of the rows. */
public enum Measure {
    /** Prompts are answered in several arms: {@link ResultRow}, in SQL the view {@code rows}. */
    ANSWERS("rows"),
    /** A router is trained, and prompts are routed with and without what it learned: {@link RouteRow}, in SQL the view {@code routes}. */
    ROUTING("routes"),
    /** Documents are forced through token masks: {@link MaskRow}, in SQL the view {@code masks}. */
    MASKS("masks"),
    /** Verdicts of the check language are compared with an outside checker's: {@link IfevalRow}, in SQL the view {@code ifeval}. */
    IFEVAL("ifeval"),
    /** The run gate is tried on sound and on broken variants of the system: {@link SelfTestRow}, in SQL the view {@code selftest}. */
    SELFTEST("selftest"),
    /** Schemas are asked whether they contain others of which that is known: {@link ContainmentRow}, in SQL the view {@code containment}. */
    CONTAINMENT("containment"),
    /** Traces are learned from and others judged by what was learned: {@link CompilationRow}, in SQL the view {@code compilations}. */
    COMPILATION("compilations"),
    /** The loop learns from a stream of prompts: {@link LoopRow}, in SQL the view {@code loop}. */
    LOOP("loop");

    private final String view;

    Measure(String view) {
        this.view = view;
    }

    /** The name of the SQL view of such rows. */
    public String view() {
        return view;
    }

    /** As job files write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Measure of(String label) {
        return Arrays.stream(values())
                .filter(measure -> measure.label().equalsIgnoreCase(label))
                .findFirst()
                .orElseThrow(() -> InputException.at(
                        "/measure",
                        "unknown \"" + label + "\"",
                        "use "
                                + String.join(
                                        " or ",
                                        Arrays.stream(values())
                                                .map(Measure::label)
                                                .toList())));
    }
}
