package io.kernelweave.compose;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Small kernels for tests. */
final class Kernels {
    private final ObjectNode json;

    private Kernels(String id, String takes, String gives) {
        json = Json.object()
                .put("kernel_id", id)
                .put("name", id)
                .put("task_family", "test")
                .put("description", "a kernel of a test");
        json.set("input_schema", Json.parse(takes, "test"));
        json.set("output_schema", Json.parse(gives, "test"));
    }

    static Kernels kernel(String id, String takes, String gives) {
        return new Kernels(id, takes, gives);
    }

    Kernels can(String... capabilities) {
        return all("capabilities", false, capabilities);
    }

    Kernels before(String... checks) {
        return all("preconditions", true, checks);
    }

    Kernels after(String... checks) {
        return all("postconditions", true, checks);
    }

    Kernels test(String prompt, String output) {
        ObjectNode test = json.withArray("tests")
                .addObject()
                .put("name", "test " + json.path("tests").size())
                .put("prompt", prompt)
                .put("expect", "PASS");
        test.set("output", Json.parse(output, "test"));
        return this;
    }

    private Kernels all(String field, boolean parsed, String... values) {
        ArrayNode array = json.putArray(field);
        for (String value : values) {
            JsonNode node = parsed ? Json.parse(value, "test") : Json.tree(value);
            if (node instanceof ObjectNode check && !check.has("name")) {
                check.put("name", field + "-" + array.size());
            }
            array.add(node);
        }
        return this;
    }

    Kernel done() {
        return Kernel.parse(Json.compact(json), "test").sealed();
    }
}
