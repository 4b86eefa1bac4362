package io.kernelweave.compile;

import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceEvent.Kind;
import io.kernelweave.verify.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A trace in the making, and traces of a program that is known. */
final class Traces {
    private final List<TraceEvent> events = new ArrayList<>();
    private final String prompt;

    Traces(String prompt) {
        this.prompt = prompt;
    }

    private Traces add(Kind kind, String name, ObjectNode data) {
        events.add(new TraceEvent(events.size(), kind, name, 0, data, null, null));
        return this;
    }

    Traces said(String text) {
        return add(Kind.OBSERVATION, "user", Json.object().put("text", text));
    }

    Traces call(String tool, ObjectNode arguments, ObjectNode result) {
        return call(tool, arguments, result, false);
    }

    Traces call(String tool, ObjectNode arguments, ObjectNode result, boolean failed) {
        String id = "c" + events.size();
        ObjectNode call = Json.object().put("call", id);
        call.set("arguments", arguments);
        add(Kind.TOOL_CALL, tool, call);
        ObjectNode answer = Json.object().put("call", id);
        answer.set("result", result);
        if (failed) {
            answer.put("error", "no");
        }
        return add(Kind.OBSERVATION, tool, answer);
    }

    Traces call(String tool) {
        return call(tool, Json.object(), Json.object());
    }

    Trace trace(String family) {
        return new Trace("t-" + prompt.hashCode(), prompt, family, null, Instant.EPOCH, 0, events, null, "UNKNOWN");
    }

    Example example(Outcome outcome, int task) {
        return new Example(trace("made"), outcome, "task-" + task);
    }

    static ObjectNode object(String field, Object value) {
        ObjectNode object = Json.object();
        object.set(field, Json.tree(value));
        return object;
    }

    /**
     * The program {@code find(order) customer(id) (stock(sku) reserve(sku, order))* refund? close(order)}: the order is quoted in
     * the prompt, the customer's id and the list of skus are what {@code find} gives back, a refund is made where the order was
     * paid.
     *
     * @param noise of a hundred operations so many are followed by one that has nothing to do with the program
     */
    static List<Example> ofProgram(int count, int noise, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String order = "ORD-" + (1000 + i);
            String customer = "c" + random.nextInt(1_000_000);
            boolean paid = random.nextBoolean();
            Traces trace = new Traces("Settle order \"" + order + "\" please.");
            ObjectNode found = Json.object().put("customer", customer).put("status", paid ? "paid" : "open");
            ArrayNode items = found.putArray("items");
            for (int item = 0; item < 1 + random.nextInt(5); item++) {
                items.add("SKU" + random.nextInt(1_000_000));
            }
            trace.call("find", object("order", order), found).noise(noise, random);
            trace.call("customer", object("id", customer), object("name", "n" + random.nextInt(3)))
                    .noise(noise, random);
            items.forEach(item -> trace.call("stock", object("sku", item), object("left", random.nextInt(9)))
                    .noise(noise, random)
                    .call("reserve", object("sku", item).put("order", order), object("ok", true))
                    .noise(noise, random));
            if (paid) {
                trace.call("refund", object("order", order).put("reason", "late"), object("done", true))
                        .noise(noise, random);
            }
            trace.call("close", object("order", order), Json.object());
            examples.add(trace.example(Outcome.PASS, i));
        }
        return examples;
    }

    private Traces noise(int percent, SplittableRandom random) {
        return random.nextInt(100) < percent ? call("noise" + random.nextInt(4)) : this;
    }
}
