package io.kernelweave.compose;

import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/** Random flows. */
final class Flows {
    private static final List<String> TEMPLATES = List.of(
            "{\"request\":\"Sum \\\"up\\\"\",\"source\":{\"$at\":\"/a/0\"}}",
            "{\"$prompt\":\"Convert {/n} bytes & {} (all)\"}",
            "[1,2.50,null,{\"$value\":{\"$at\":\"x\"}}]",
            "{\"$at\":\"\"}",
            "\"a ) b\"");

    private final SplittableRandom random;
    private final List<String> kernels;

    Flows(SplittableRandom random, List<String> kernels) {
        this.random = random;
        this.kernels = kernels;
    }

    private String kernel() {
        return kernels.get(random.nextInt(kernels.size()));
    }

    Flow flow(int depth) {
        if (depth == 0 || random.nextInt(5) == 0) {
            return leaf();
        }
        Flow one = flow(depth - 1);
        Flow other = flow(depth - 1);
        return switch (random.nextInt(7)) {
            case 0, 1 -> new Flow.Seq(one, other);
            case 2 -> new Flow.Choice(one, other);
            case 3 -> new Flow.OrElse(one, other);
            case 4 -> new Flow.ForEach(one);
            case 5 -> new Flow.Retry(1 + random.nextInt(3), one);
            default -> par(one, other);
        };
    }

    private Flow par(Flow one, Flow other) {
        List<Flow.Branch> branches = new ArrayList<>();
        branches.add(new Flow.Branch(one instanceof Flow.Call call ? call.kernelId() : "x", one));
        if (random.nextInt(4) > 0) {
            branches.add(new Flow.Branch(random.nextBoolean() ? "retry" : "a \"b\"", other));
        }
        return new Flow.Par(branches);
    }

    private Flow leaf() {
        return switch (random.nextInt(8)) {
            case 0 -> new Flow.Id();
            case 1 -> new Flow.Fail(random.nextBoolean() ? "" : "no \"good\" (at all)");
            case 2 -> new Flow.Guard(json("{\"check\":\"regex\",\"target\":\"input.a\",\"pattern\":\"[)]\\\\d\"}"));
            case 3 -> Flow.Guard.of(kernel());
            case 4 -> new Flow.Adapt(new Template(json(TEMPLATES.get(random.nextInt(TEMPLATES.size())))));
            default -> new Flow.Call(kernel());
        };
    }

    static JsonNode json(String text) {
        return Json.parse(text, "test");
    }
}
