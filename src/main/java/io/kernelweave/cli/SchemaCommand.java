package io.kernelweave.cli;

import io.kernelweave.json.Json;
import io.kernelweave.schema.Containment;
import io.kernelweave.schema.Draft;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave schema}: what can be said of JSON Schemas. */
@Command(
        name = "schema",
        description = "Compares JSON Schemas.",
        mixinStandardHelpOptions = true,
        subcommands = SchemaCommand.Contains.class,
        footer = "%nExample: kernelweave schema contains old.json new.json")
final class SchemaCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    @Command(
            name = "contains",
            description = {
                "Tells whether every value that satisfies schema A satisfies schema B.",
                "Exit code 0 for PROVEN, 10 for REFUTED, with a value that satisfies A and not B, 20 for UNKNOWN, with the reason."
            },
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  kernelweave schema contains old.json new.json",
                "  kernelweave schema contains old.json new.json --both --json",
                "  kernelweave schema contains old.json new.json --draft 7"
            })
    static final class Contains implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "A", description = "A file with a JSON Schema.")
        @SuppressWarnings("NullAway.Init")
        private Path one;

        @Parameters(index = "1", paramLabel = "B", description = "A file with another.")
        @SuppressWarnings("NullAway.Init")
        private Path other;

        @Option(names = "--both", description = "Tell whether the same values satisfy both.")
        private boolean both;

        @Option(
                names = "--draft",
                paramLabel = "DRAFT",
                description = "The draft of a schema without $$schema: 4, 6, 7, 2019-09 or 2020-12, the default.",
                defaultValue = "2020-12")
        private String draft = "2020-12";

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            JsonNode first = Json.read(one, JsonNode.class);
            JsonNode second = Json.read(other, JsonNode.class);
            Draft unnamed = Draft.named(draft);
            Containment answer =
                    both ? Containment.equivalence(first, second, unnamed) : Containment.of(first, second, unnamed);
            ObjectNode json = Json.object();
            if (answer instanceof Containment.Refuted refuted) {
                output.json(json.put("answer", "REFUTED").set("witness", refuted.witness()));
                output.text("REFUTED: " + Json.compact(refuted.witness()));
                return 10;
            }
            if (answer instanceof Containment.Unknown unknown) {
                output.json(json.put("answer", "UNKNOWN").put("reason", unknown.reason()));
                output.text("UNKNOWN: " + unknown.reason());
                return 20;
            }
            output.json(json.put("answer", "PROVEN"));
            output.text("PROVEN");
            return 0;
        }
    }
}
