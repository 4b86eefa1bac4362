package io.kernelweave.cli;

import io.kernelweave.batch.Workbench;
import io.kernelweave.embed.EmbeddingCache;
import io.kernelweave.embed.SentenceEncoder;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.route.Candidate;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kernelweave route}: says where a prompt would go. */
@Command(
        name = "route",
        description = "Shows which kernel a prompt goes to, and why.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave route \"pull every error out of this log\"",
            "  kernelweave route \"$(cat prompt.txt)\" --json",
            "  kernelweave route --lexical \"convert 12 MiB/s to Mbit/s\"     # words alone, no sentence encoder"
        })
final class RouteCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PROMPT")
    @SuppressWarnings("NullAway.Init")
    private String prompt;

    @Option(names = "--lexical", description = "Leave the sentence encoder out.")
    private boolean lexical;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (prompt.isBlank()) {
            throw InputException.at("PROMPT", "is empty", "give the prompt in quotes");
        }
        KernelStore.Contents store = workspace.store().load();
        store.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
        RouterAdapter adapter =
                lexical ? RouterAdapter.untrained() : Workbench.savedAdapter(workspace.state(), store.digest());
        RouteDecision decision;
        if (lexical) {
            decision = Router.of(store.kernels(), null, adapter).route(prompt);
        } else {
            try (SentenceEncoder encoder = SentenceEncoder.miniLm()) {
                EmbeddingCache cache = EmbeddingCache.open(workspace.state().resolve("embeddings"), encoder);
                decision = Router.of(store.kernels(), cache, adapter).route(prompt);
            }
        }
        output.json(decision);
        output.line(
                "@|bold %s|@  %s",
                decision.action().label(),
                decision.kernelIds().isEmpty() ? "raw generation" : String.join(" + ", decision.kernelIds()));
        output.text("  " + decision.reason());
        if (!adapter.isTrained()) {
            output.text(
                    "  The router is untrained (kernel text alone); `kernelweave run jobs/nightly.yaml` trains it.");
        }
        output.table(
                List.of("candidate", "P", "similarity", "lexical", "coverage", "preconditions", "conflicts"),
                decision.candidates().stream().map(RouteCommand::cells).toList());
        return 0;
    }

    private static List<String> cells(Candidate candidate) {
        return List.of(
                candidate.kernelId(),
                number(candidate.probability()),
                number(candidate.similarity()),
                number(candidate.lexical()),
                number(candidate.coverage()),
                candidate.preconditions().name(),
                String.join(", ", candidate.conflicts()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
