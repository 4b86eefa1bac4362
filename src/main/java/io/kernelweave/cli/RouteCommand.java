package io.kernelweave.cli;

import io.kernelweave.batch.Experience;
import io.kernelweave.batch.Routing;
import io.kernelweave.batch.Workbench;
import io.kernelweave.embed.EmbeddingCache;
import io.kernelweave.embed.SentenceEncoder;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.route.Assurance;
import io.kernelweave.route.Candidate;
import io.kernelweave.route.Profile;
import io.kernelweave.route.Recalibration;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.route.Signal;
import io.kernelweave.route.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
            "  kernelweave route - --json < prompt.txt",
            "  kernelweave route -- \"- three errors of this log\"",
            "  kernelweave route --lexical \"convert 12 MiB/s to Mbit/s\"     # words alone, no sentence encoder"
        })
final class RouteCommand implements Callable<Integer> {
    private static final int SIGNALS_OF = 3;

    /** As much of standard input as a prompt may have. */
    private static final int LONGEST = 16 << 20;

    /** Share of the calibration from which on a prompt is no longer said to lie far. */
    private static final double FAR = 0.05;

    @Parameters(paramLabel = "PROMPT", description = "The prompt, or - for standard input (UTF-8).")
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
        String prompt = this.prompt.equals("-") ? standardInput() : this.prompt;
        if (prompt.isBlank()) {
            throw InputException.at("PROMPT", "is empty", "give the prompt in quotes");
        }
        KernelStore.Contents store = workspace.store().load();
        store.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
        RouterAdapter found = Routing.saved(workspace.state(), store.digest());
        boolean wordsAlone = found.knowsPrompts() && found.encoders().isEmpty();
        RouterAdapter saved = lexical && !wordsAlone ? RouterAdapter.untrained() : found;
        Experience experience = Experience.of(Workbench.ledger(workspace.store(), workspace.state()), store.kernels());
        Recalibration recalibration = experience.recalibrate(saved);
        RouterAdapter adapter = recalibration.adapter();
        Usage usage = experience.usage();
        RouteDecision decision;
        if (lexical || wordsAlone) {
            decision = Router.of(store.kernels(), List.of(), adapter, usage).explain(prompt);
        } else {
            try (SentenceEncoder miniLm = SentenceEncoder.miniLm();
                    SentenceEncoder bge = SentenceEncoder.bgeSmall()) {
                List<EmbeddingCache> caches = Stream.of(miniLm, bge)
                        .filter(encoder -> isNeeded(adapter, encoder))
                        .map(encoder -> EmbeddingCache.open(workspace.state().resolve("embeddings"), encoder))
                        .toList();
                decision = Router.of(
                                store.kernels(),
                                caches,
                                adapter,
                                usage,
                                Routing.savedTable(workspace.state(), store.digest()))
                        .explain(prompt);
            }
        }
        output.json(decision);
        output.line(
                "@|bold %s|@  %s",
                decision.action().label(),
                decision.kernelIds().isEmpty() ? "raw generation" : String.join(" + ", decision.kernelIds()));
        output.text("  " + decision.reason());
        if (decision.kernelIds().size() > 1) {
            output.text("  flow: " + decision.flow());
        }
        if (!adapter.isTrained()) {
            output.text("  The router is untrained ("
                    + (adapter.knowsPrompts() ? "kernel text and prompts without labels" : "kernel text alone")
                    + "); `kernelweave run jobs/train-router.yaml` trains it.");
        }
        if (!decision.candidates().isEmpty()) {
            output.table(
                    List.of("candidate", "P", "similarity", "lexical", "coverage", "preconditions", "conflicts"),
                    decision.candidates().stream().map(RouteCommand::cells).toList());
            List<String> headers = new ArrayList<>(List.of("signal", "value"));
            decision.candidates().stream().limit(SIGNALS_OF).forEach(candidate -> headers.add(candidate.kernelId()));
            output.table(headers, signals(decision.candidates()));
        }
        Assurance assurance = decision.assurance();
        if (assurance.confidence() > 0 && assurance.error() < 1) {
            output.text(String.format(
                    Locale.ROOT,
                    "  Of prompts that are routed, at most %.1f %% go to a wrong kernel (confidence %.0f %%, no kernel fits %.0f %% of the"
                            + " traffic)%s, if %s.",
                    100 * assurance.error(),
                    100 * assurance.confidence(),
                    100 * assurance.noKernelShare(),
                    assurance.certified() ? "" : ": more than was asked for",
                    assurance.assumption()));
        }
        Profile profile = adapter.profile();
        if (profile != null && decision.action() == RouteAction.KERNEL) {
            double beneath = profile.similarity().beneath(similarity(decision));
            if (beneath <= FAR) {
                output.text(String.format(
                        Locale.ROOT,
                        "  It lies further from its kernel's exemplars than all but %.0f %% of what the calibration routed rightly.",
                        100 * beneath));
            }
        }
        if (recalibration.clusters() > 0) {
            output.text("  " + recalibration.says());
        }
        return 0;
    }

    private static String standardInput() {
        try {
            byte[] bytes = System.in.readNBytes(LONGEST + 1);
            if (bytes.length > LONGEST) {
                throw InputException.at("standard input", "is longer than 16 MiB", "give a shorter prompt");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double similarity(RouteDecision decision) {
        return decision.candidates().stream()
                .filter(candidate -> decision.kernelIds().contains(candidate.kernelId()))
                .mapToDouble(Candidate::similarity)
                .findFirst()
                .orElse(1);
    }

    /** An adapter wants the encoders that it was trained with; without one, all are of use. */
    private static boolean isNeeded(RouterAdapter adapter, SentenceEncoder encoder) {
        return adapter.encoders().isEmpty()
                || adapter.encoders().stream()
                        .anyMatch(known -> known.identity().equals(encoder.identity()));
    }

    /** What a signal adds for the best candidate, and for the next one. */
    private static List<List<String>> signals(List<Candidate> candidates) {
        Candidate best = candidates.get(0);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < best.signals().size(); i++) {
            Signal signal = best.signals().get(i);
            boolean counts = false;
            List<String> cells = new ArrayList<>(List.of(signal.name(), number(signal.value())));
            for (Candidate candidate : candidates.subList(0, Math.min(SIGNALS_OF, candidates.size()))) {
                double contribution = candidate.signals().get(i).contribution();
                counts |= Math.abs(contribution) >= 0.005;
                cells.add(String.format(Locale.ROOT, "%+.2f", contribution));
            }
            if (counts) {
                rows.add(cells);
            }
        }
        return rows;
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
