package io.kernelweave.cli;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A job over made-up traces of two sources: in the one, those that look the order up before they refund succeed; the other is chance. */
public final class SmallTracesJob extends JobFolder {
    private SmallTracesJob(Path folder) {
        super(folder);
    }

    public static SmallTracesJob in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("refunds.jsonl"), lines(16, 4, true));
        Files.write(folder.resolve("noise.jsonl"), lines(12, 1, false));
        Files.writeString(folder.resolve("traces.yaml"), """
                name: small-traces
                description: Made up.
                sources: {refunds: {path: "%s"}, noise: {path: "%s"}}
                traces: corpus
                """.formatted(
                        folder.resolve("refunds.jsonl"), folder.resolve("noise.jsonl")));
        Files.writeString(folder.resolve("job.yaml"), """
                measure: compilation
                name: small-compilation
                dataset: "%s"
                splits: 4
                permutations: 2
                shares: [0.5]
                resamples: 200
                repeat:
                  refunds: {field: trial, learn: ["0", "1"], judge: ["2", "3"]}
                seed: 5
                requirements: [{metric: compile.refunds.auroc, at_least: 0.6}]
                targets: [{metric: compile.noise.auroc, at_least: 0.99}]
                """.formatted(folder.resolve("traces.yaml")));
        return new SmallTracesJob(folder);
    }

    /** Records in the form of the corpora, with an answer key beside the steps. */
    public static List<String> lines(int tasks, int trials, boolean telling) {
        SplittableRandom random = new SplittableRandom(3);
        List<String> lines = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            for (int trial = 0; trial < trials; trial++) {
                boolean success = random.nextBoolean();
                boolean looksUp = telling ? success || random.nextInt(8) == 0 : random.nextBoolean();
                ObjectNode record = Json.object()
                        .put("trace_id", "order-" + task + "-" + trial)
                        .put("corpus", "orders")
                        .put("family", success ? "easy" : "hard")
                        .put("task_id", task)
                        .put("trial", trial)
                        .put("model", "m" + trial)
                        .put("goal", "Refund order A" + task)
                        .put("hardness", success ? 1 : 3)
                        .put("outcome", success ? "refunded" : "gave up")
                        .put("success", success)
                        .put("reward", success ? 1.0 : 0.0);
                record.putArray("gold_actions")
                        .addObject()
                        .put("name", "refund")
                        .putObject("args")
                        .put("id", "A" + task);
                record.put("gold", "A" + task);
                ArrayNode steps = record.putArray("steps");
                said(steps, "user", "Please refund order A" + task + ".");
                if (looksUp) {
                    call(
                            steps,
                            "find_order",
                            Json.object().put("id", "A" + task),
                            "{\"id\": \"A" + task + "\", \"paid\": 12}");
                }
                for (int i = random.nextInt(3); i > 0; i--) {
                    call(steps, "wait", Json.object().put("seconds", i), "ok");
                }
                call(steps, "refund", Json.object().put("id", "A" + task).put("amount", 12), "refunded");
                said(steps, "assistant", "Done.");
                lines.add(Json.compact(record));
            }
        }
        return lines;
    }

    private static void said(ArrayNode steps, String who, String text) {
        steps.addObject().put("kind", who).putNull("tool").putNull("args").put("observation", text);
    }

    private static void call(ArrayNode steps, String tool, ObjectNode arguments, String result) {
        ObjectNode step = steps.addObject().put("kind", "tool_call").put("tool", tool);
        step.set("args", arguments);
        step.put("observation", result).put("error", false);
    }
}
