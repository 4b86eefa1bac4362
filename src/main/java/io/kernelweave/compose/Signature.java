package io.kernelweave.compose;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelTest;
import io.kernelweave.schema.Containment;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

/** A kernel as a part of flows, read once: what it takes, what is known of what it gives, what it touches. */
final class Signature {
    private static final int SAMPLES = 4;

    private final Kernel kernel;
    private final Contract contract;
    private final Effects effects;
    private final Demand demand;
    private @Nullable Known known;

    Signature(Kernel kernel) {
        this.kernel = kernel;
        this.contract = Contract.of(kernel);
        this.effects = Effects.of(kernel);
        this.demand = new Demand(
                kernel.kernelId(),
                kernel.inputSchema(),
                kernel.preconditions().stream()
                        .filter(condition -> condition.severity() == Condition.Severity.ERROR)
                        .toList());
    }

    Kernel kernel() {
        return kernel;
    }

    Contract contract() {
        return contract;
    }

    Effects effects() {
        return effects;
    }

    /** Its input schema and preconditions. */
    Demand demand() {
        return demand;
    }

    /** What holds of every answer that its contract lets through. */
    synchronized Known known() {
        Known read = known;
        if (read == null) {
            read = read();
            known = read;
        }
        return read;
    }

    private Known read() {
        List<ObjectNode> facts = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (Condition condition : kernel.outputConditions()) {
            if (condition.severity() == Condition.Severity.ERROR) {
                Optional<ObjectNode> fact = Entailment.moved(condition.check(), "output", "input");
                fact.ifPresentOrElse(facts::add, () -> open.add(condition.name()));
            }
        }
        Demand given = new Demand(kernel.kernelId(), kernel.outputSchema(), conditions(facts));
        List<JsonNode> samples = new ArrayList<>();
        for (KernelTest test : kernel.tests()) {
            if (test.expect() == KernelTest.Expectation.PASS && samples.size() < SAMPLES) {
                Subject subject = Subject.of(test.prompt(), Json.compact(test.output()));
                if (contract.preconditions(subject).outcome() == Outcome.PASS
                        && contract.postconditions(subject).outcome() == Outcome.PASS) {
                    samples.add(test.output());
                }
            }
        }
        // An answer may hang on what it answers: then only one that was given shows that there is such an answer.
        Known.Realisation realisation = open.isEmpty()
                ? value -> given.refusal(value) == null ? Optional.of(value) : Optional.empty()
                : Known.NOWHERE;
        if (samples.isEmpty() && open.isEmpty()) {
            Containment none = Containment.of(kernel.outputSchema(), BooleanNode.FALSE);
            if (none instanceof Containment.Refuted some) {
                realisation.of(some.witness()).ifPresent(samples::add);
            }
        }
        String doubt =
                open.isEmpty() ? "" : "whether " + open.get(0) + " lets such a value through hangs on what is answered";
        return new Known(kernel.kernelId(), kernel.outputSchema(), facts, samples, realisation, doubt);
    }

    private static List<Condition> conditions(List<ObjectNode> checks) {
        return checks.stream().map(Condition::of).toList();
    }

    /** Why an answer to a value is not let through; null if it is. */
    @Nullable
    String refusal(JsonNode input, JsonNode output) {
        Subject subject = Subject.of(input, Json.compact(output));
        return Demand.reason(contract.postconditions(subject));
    }
}
