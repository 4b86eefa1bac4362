package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Kernels that answer one prompt together. Each sees the whole prompt; the joined answer is an object with a field for each
 * kernel, named by its id. Thread-safe.
 */
public final class Composition {
    private final List<Kernel> kernels;
    private final List<Contract> contracts;

    private Composition(List<Kernel> kernels) {
        this.kernels = List.copyOf(kernels);
        this.contracts = kernels.stream().map(Contract::of).toList();
    }

    /**
     * @throws InputException if there are fewer than two kernels, one is named twice, or one has an output schema with a
     *     {@code $ref}, whose pointer would not survive the move into the joined schema
     */
    public static Composition of(List<Kernel> kernels) {
        Set<String> ids = new HashSet<>();
        for (Kernel kernel : kernels) {
            if (!ids.add(kernel.kernelId())) {
                throw InputException.at("composition", kernel.kernelId() + " is named twice", "name each kernel once");
            }
            if (!kernel.outputSchema().findValues("$ref").isEmpty()) {
                throw InputException.at(
                        "kernel " + kernel.kernelId() + " /output_schema",
                        "a schema with $ref cannot be part of a composition",
                        "write the referenced schema in its place");
            }
        }
        if (kernels.size() < 2) {
            throw InputException.at("composition", "number of kernels is " + kernels.size(), "name two or more");
        }
        return new Composition(kernels);
    }

    /** In the order of the request. */
    public List<Kernel> kernels() {
        return kernels;
    }

    public List<String> kernelIds() {
        return kernels.stream().map(Kernel::kernelId).toList();
    }

    /** {@code {"<kernel_id>": that kernel's output_schema, …}}, in the order of the kernels, all required, nothing else. */
    public ObjectNode outputSchema() {
        ObjectNode schema = Json.object().put("type", "object");
        ArrayNode required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        for (Kernel kernel : kernels) {
            required.add(kernel.kernelId());
            properties.set(kernel.kernelId(), kernel.outputSchema().deepCopy());
        }
        return schema.put("additionalProperties", false);
    }

    /** Do the input schemas and preconditions of all kernels hold on the prompt? */
    public Outcome preconditions(Subject subject) {
        Outcome all = Outcome.PASS;
        for (Contract contract : contracts) {
            all = all.and(contract.preconditions(subject).outcome());
        }
        return all;
    }
}
