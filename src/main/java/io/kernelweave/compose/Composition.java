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
 * kernel, named by its id, in the order of the request.
 *
 * @param kernels two or more, all different
 */
public record Composition(List<Kernel> kernels) {
    /** Refuses fewer than two kernels, and one that is named twice. */
    public Composition {
        kernels = List.copyOf(kernels);
        Set<String> ids = new HashSet<>();
        for (Kernel kernel : kernels) {
            if (!ids.add(kernel.kernelId())) {
                throw InputException.at("composition", kernel.kernelId() + " is named twice", "name each kernel once");
            }
        }
        if (kernels.size() < 2) {
            throw InputException.at("composition", "it has " + kernels.size() + " kernels", "name two or more");
        }
    }

    public List<String> kernelIds() {
        return kernels.stream().map(Kernel::kernelId).toList();
    }

    /**
     * The schema of the joined answer: {@code {"<kernel_id>": that kernel's output_schema, …}}, all required and nothing
     * else allowed. A schema with a {@code $ref} is refused: its pointers would not survive the move.
     */
    public ObjectNode outputSchema() {
        ObjectNode schema = Json.object().put("type", "object");
        ArrayNode required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        for (Kernel kernel : kernels) {
            if (!kernel.outputSchema().findValues("$ref").isEmpty()) {
                throw InputException.at(
                        "kernel " + kernel.kernelId() + " /output_schema",
                        "a schema with $ref cannot be part of a composition",
                        "write the referenced schema in place");
            }
            required.add(kernel.kernelId());
            properties.set(kernel.kernelId(), kernel.outputSchema().deepCopy());
        }
        return schema.put("additionalProperties", false);
    }

    /** Do the preconditions of all kernels hold on the prompt? */
    public Outcome preconditions(Subject subject) {
        Outcome all = Outcome.PASS;
        for (Kernel kernel : kernels) {
            all = all.and(Contract.of(kernel).preconditions(subject).outcome());
        }
        return all;
    }
}
