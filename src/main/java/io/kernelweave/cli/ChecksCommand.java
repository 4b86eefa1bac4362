package io.kernelweave.cli;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.CheckDescriptor;
import io.kernelweave.verify.CheckLanguage;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code kernelweave checks}: shows the check language and tries conditions. */
@Command(
        name = "checks",
        description = "Lists the checks that conditions are made of, explains one, or tries a condition.",
        mixinStandardHelpOptions = true,
        subcommands = ChecksCommand.Try.class,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave checks",
            "  kernelweave checks quoteInSource",
            "  kernelweave checks --json-schema > check.schema.json",
            "  kernelweave checks try condition.json answer.txt --prompt prompt.txt"
        })
final class ChecksCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The check to explain; all are listed without one.")
    private @Nullable String name;

    @Option(names = "--json-schema", description = "Print the JSON Schema of the check language.")
    private boolean jsonSchema;

    @Option(names = "--markdown", description = "Print the reference page.")
    private boolean markdown;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (jsonSchema) {
            System.out.print(Json.pretty(CheckLanguage.jsonSchema()));
        } else if (markdown) {
            System.out.print(CheckLanguage.markdown());
        } else if (name != null) {
            CheckDescriptor descriptor = CheckDescriptor.of(name);
            output.json(descriptor);
            output.text(CheckLanguage.markdown(descriptor).stripTrailing());
        } else {
            list(CheckDescriptor.all());
        }
        return 0;
    }

    private void list(List<CheckDescriptor> checks) {
        ArrayNode json = Json.mapper().createArrayNode();
        List<List<String>> rows = new ArrayList<>();
        for (CheckDescriptor check : checks) {
            json.addObject()
                    .put("check", check.check())
                    .put("family", check.family().label())
                    .put("says", check.says());
            rows.add(List.of(check.check(), check.family().label(), check.says()));
        }
        output.json(Json.object().set("checks", json));
        output.table(List.of("check", "family", "demands"), rows);
    }

    @Command(
            name = "try",
            description = "Judges an answer by one condition; exit code 0 for PASS, 10 for FAIL, 20 for UNKNOWN.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave checks try condition.json answer.txt --prompt prompt.txt")
    static final class Try implements Callable<Integer> {
        @Parameters(
                index = "0",
                paramLabel = "CONDITION",
                description = "A file with a condition, as kernels have them.")
        @SuppressWarnings("NullAway.Init")
        private Path condition;

        @Parameters(index = "1", paramLabel = "ANSWER", description = "A file with the text of the answer.")
        @SuppressWarnings("NullAway.Init")
        private Path answer;

        @Option(names = "--prompt", paramLabel = "FILE", description = "The prompt that is answered.")
        private @Nullable Path prompt;

        @Option(names = "--trace", paramLabel = "FILE", description = "The trace, as JSON, of how it was answered.")
        private @Nullable Path trace;

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Condition read = Condition.of(Json.read(condition, JsonNode.class));
            Subject subject = Subject.of(prompt == null ? "" : text(prompt), text(answer));
            if (trace != null) {
                subject = subject.with(Json.read(trace, Trace.class));
            }
            Verdict verdict = Checks.parse(read.check(), condition + " ").evaluate(subject);
            output.json(verdict);
            output.line("%s  %s: %s", Output.coloured(verdict.outcome().name()), read.name(), verdict.reason());
            verdict.spans()
                    .forEach(span -> output.text("  %s %d to %d".formatted(span.field(), span.start(), span.end())));
            return verdict.outcome() == Outcome.PASS ? 0 : verdict.outcome() == Outcome.FAIL ? 10 : 20;
        }

        private static String text(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw InputException.at(file.toString(), "cannot be read as UTF-8 text", "check path and encoding");
            }
        }
    }
}
