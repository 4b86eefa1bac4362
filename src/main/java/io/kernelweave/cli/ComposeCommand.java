package io.kernelweave.cli;

import io.kernelweave.compose.Composed;
import io.kernelweave.compose.Composer;
import io.kernelweave.compose.Execution;
import io.kernelweave.compose.Fit;
import io.kernelweave.compose.Flow;
import io.kernelweave.compose.FlowExecutor;
import io.kernelweave.compose.Limits;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.trace.TraceRecorder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave compose}: flows of kernels, checked before they run. */
@Command(
        name = "compose",
        description = "Checks and runs compositions of kernels.",
        mixinStandardHelpOptions = true,
        subcommands = {ComposeCommand.Check.class, ComposeCommand.Pairs.class, ComposeCommand.Run.class},
        footer = "%nExample: kernelweave compose check 'review-diff & write-commit-message'")
final class ComposeCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    private static List<Kernel> kernels(Workspace workspace) {
        KernelStore.Contents store = workspace.store().load();
        store.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
        return store.kernels();
    }

    private static ObjectNode json(Fit fit) {
        ObjectNode json = Json.object().put("answer", fit.answer());
        if (fit instanceof Fit.Refuted refuted) {
            json.set("witness", refuted.witness());
            json.put("reason", refuted.reason());
        } else if (fit instanceof Fit.Unknown unknown) {
            json.put("reason", unknown.reason());
        }
        return json;
    }

    private static String words(Fit fit) {
        if (fit instanceof Fit.Refuted refuted) {
            return "REFUTED by " + Json.compact(refuted.witness()) + ": " + refuted.reason();
        }
        return fit instanceof Fit.Unknown unknown ? "UNKNOWN: " + unknown.reason() : "PROVEN";
    }

    @Command(
            name = "check",
            description = {
                "Tells whether each part of a flow takes whatever the part before it gives.",
                "Exit code 0 if all is PROVEN, 10 if something is REFUTED or branches are in each other's way, 20 if something is"
                        + " UNKNOWN and a guard will decide."
            },
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  kernelweave compose check 'review-diff & write-commit-message'",
                "  kernelweave compose check 'extract-log-errors >> adapt({\"request\":\"Make a ticket of it\","
                        + "\"source\":{\"$text\":\"{}\"}}) >> guard(triage-ticket) >> triage-ticket' --json"
            })
    static final class Check implements Callable<Integer> {
        @Parameters(paramLabel = "FLOW", description = "The flow, in quotes.")
        @SuppressWarnings("NullAway.Init")
        private String flow;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Flow read = Flow.parse(flow);
            Composed composed = Composer.of(kernels(workspace)).check(read);
            String answer = !composed.isAccepted() ? "REFUTED" : composed.isProven() ? "PROVEN" : "UNKNOWN";
            ObjectNode json = Json.object()
                    .put("flow", read.toString())
                    .put("answer", answer)
                    .put("guarded", composed.guarded().toString());
            ArrayNode joints = json.putArray("joints");
            composed.joints()
                    .forEach(joint -> joints.add(
                            json(joint.fit()).put("from", joint.from()).put("to", joint.to())));
            json.set("refusals", Json.tree(composed.refusals()));
            json.set("effects", Json.tree(composed.effects()));
            json.set("input_schema", composed.inputSchema());
            json.set("output_schema", composed.outputSchema());
            output.json(json);
            output.line("%s", Output.coloured(answer));
            composed.joints()
                    .forEach(joint ->
                            output.text("  " + joint.from() + " >> " + joint.to() + "  " + words(joint.fit())));
            composed.refusals().forEach(refusal -> output.text("  refused: " + refusal));
            output.text("  touches: " + composed.effects());
            if (answer.equals("UNKNOWN")) {
                output.text("  runs as: " + composed.guarded());
            }
            return answer.equals("PROVEN") ? 0 : answer.equals("REFUTED") ? 10 : 20;
        }
    }

    @Command(
            name = "pairs",
            description = "Compares every kernel with every other: which take whatever which give.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave compose pairs --json")
    static final class Pairs implements Callable<Integer> {
        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            List<Kernel> kernels = kernels(workspace);
            Composer composer = Composer.of(kernels);
            ObjectNode json = Json.object().put("kernels", kernels.size());
            ArrayNode pairs = json.putArray("pairs");
            Map<String, Integer> counts = new TreeMap<>(Map.of("PROVEN", 0, "REFUTED", 0, "UNKNOWN", 0));
            for (Kernel one : kernels) {
                for (Kernel then : kernels) {
                    Fit fit = composer.fit(one.kernelId(), then.kernelId());
                    counts.merge(fit.answer(), 1, Integer::sum);
                    pairs.add(json(fit).put("from", one.kernelId()).put("to", then.kernelId()));
                    if (!(fit instanceof Fit.Refuted)) {
                        output.text(one.kernelId() + " >> " + then.kernelId() + "  " + words(fit));
                    }
                }
            }
            json.set("counts", Json.tree(counts));
            output.json(json);
            output.text(counts.toString());
            return 0;
        }
    }

    @Command(
            name = "run",
            description = {
                "Runs a flow on a value with answers that are given: what it would give, and what it would undo.",
                "Exit code 0 if it succeeds, 10 if it fails."
            },
            mixinStandardHelpOptions = true,
            footerHeading = "%nExample:%n",
            footer = "  kernelweave compose run 'review-diff & write-commit-message' input.json --answers answers.json")
    static final class Run implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FLOW", description = "The flow, in quotes.")
        @SuppressWarnings("NullAway.Init")
        private String flow;

        @Parameters(index = "1", paramLabel = "INPUT", description = "A file with the value.")
        @SuppressWarnings("NullAway.Init")
        private Path input;

        @Option(
                names = "--answers",
                required = true,
                paramLabel = "FILE",
                description = "A JSON object: for each kernel's id a list of its answers, in the order of its calls.")
        @SuppressWarnings("NullAway.Init")
        private Path answers;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Composed composed = Composer.of(kernels(workspace)).check(Flow.parse(flow));
            ObjectNode given = Json.read(answers, ObjectNode.class);
            Map<String, List<JsonNode>> left = new TreeMap<>();
            given.properties().forEach(field -> {
                if (!field.getValue().isArray()) {
                    throw InputException.at(answers + " /" + field.getKey(), "is no list", "give a list of answers");
                }
                List<JsonNode> each = new ArrayList<>();
                field.getValue().forEach(each::add);
                left.put(field.getKey(), each);
            });
            FlowExecutor executor = new FlowExecutor(
                    call -> {
                        List<JsonNode> next = left.getOrDefault(call.kernel().kernelId(), List.of());
                        synchronized (left) {
                            if (next.isEmpty()) {
                                throw new IllegalStateException("no answer is left");
                            }
                            return next.remove(0);
                        }
                    },
                    Limits.DEFAULT);
            JsonNode value = Json.read(input, JsonNode.class);
            Execution done = executor.run(composed, value, new TraceRecorder(flow, Json.compact(value)));
            output.json(done);
            output.line("@|bold %s|@", done.status());
            output.text("  " + (done.value() == null ? done.reason() : Json.compact(done.value())));
            output.text("  answered: " + done.completed());
            done.undone().forEach(each -> output.text("  undone: " + each.kernelId() + ", " + each.effect()));
            done.residual()
                    .forEach(each ->
                            output.text("  left: " + each.kernelId() + ", " + each.effect() + ": " + each.reason()));
            return done.succeeded() ? 0 : 10;
        }
    }
}
