package io.kernelweave.cli;

import io.kernelweave.batch.Workbench;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.gate.Promotion;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Journal;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.verify.Contract;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave kernel}: looks into the store and adds to it. */
@Command(
        name = "kernel",
        description = "Lists, shows, checks, adds and promotes kernels.",
        mixinStandardHelpOptions = true,
        subcommands = {
            KernelCommand.ListKernels.class,
            KernelCommand.Show.class,
            KernelCommand.Check.class,
            KernelCommand.Add.class,
            CompileCommand.class,
            KernelCommand.Promote.class,
            KernelCommand.Move.class,
            KernelCommand.History.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave kernel list",
            "  kernelweave kernel show extract-log-errors",
            "  kernelweave kernel check                 # runs the tests of every kernel",
            "  kernelweave kernel add my-kernel.json --note \"asked for by the on-call team\"",
            "  kernelweave kernel promote --dry-run     # what the evidence would change",
            "  kernelweave kernel history extract-log-errors"
        })
final class KernelCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    @Command(
            name = "list",
            description = "Lists the kernels of the store.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave kernel list --json")
    static final class ListKernels implements Callable<Integer> {
        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            KernelStore.Contents store = workspace.store().load();
            ObjectNode json = Json.object().put("digest", store.digest());
            ArrayNode kernels = json.putArray("kernels");
            List<List<String>> rows = new ArrayList<>();
            for (Kernel kernel : store.kernels()) {
                kernels.addObject()
                        .put("kernel_id", kernel.kernelId())
                        .put("name", kernel.name())
                        .put("task_family", kernel.taskFamily())
                        .put("version", kernel.version())
                        .put("state", kernel.status().state().label())
                        .put("digest", kernel.digest());
                rows.add(List.of(
                        kernel.kernelId(),
                        kernel.taskFamily(),
                        kernel.status().state().label(),
                        "v" + kernel.version(),
                        String.valueOf(kernel.outputConditions().size()),
                        kernel.name()));
            }
            json.set("refusals", Json.tree(store.refusals()));
            output.json(json);
            output.table(List.of("kernel", "family", "state", "version", "conditions", "name"), rows);
            store.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
            return store.refusals().isEmpty() ? 0 : 2;
        }
    }

    @Command(
            name = "show",
            description = "Shows one kernel.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave kernel show extract-log-errors")
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "ID")
        @SuppressWarnings("NullAway.Init")
        private String id;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Kernel kernel = workspace.store().get(id);
            Promotion.Decision standing = Promotion.decide(kernel, ledger(workspace));
            ObjectNode json = Json.tree(kernel);
            json.set("feedback", standing.status().evidence());
            json.put("promotion", standing.reason());
            output.json(json);
            output.line("@|bold %s|@  %s", kernel.kernelId(), kernel.name());
            output.text("  " + kernel.description());
            output.text("  family %s, version %d, state %s, digest %s"
                    .formatted(
                            kernel.taskFamily(),
                            kernel.version(),
                            kernel.status().state().label(),
                            kernel.digest()));
            output.text("  feedback: " + standing.reason());
            conditions("takes a prompt if", kernel.preconditions());
            output.text("  steps");
            kernel.steps().forEach(step -> output.text("    " + step.name() + ": " + step.action()));
            conditions("an answer must", kernel.postconditions());
            conditions("evidence", kernel.evidenceRequirements());
            output.text("  rollback");
            kernel.rollback()
                    .forEach(rollback -> output.text("    when " + rollback.when() + ": " + rollback.action()));
            output.text("  examples");
            kernel.examples().forEach(example -> output.text("    " + example));
            return 0;
        }

        private void conditions(String title, List<Condition> conditions) {
            output.text("  " + title);
            conditions.forEach(condition -> output.text("    " + condition.name() + ": " + condition.says()));
        }
    }

    @Command(
            name = "check",
            description = "Runs the kernels' own tests and names what fails.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave kernel check extract-log-errors")
    static final class Check implements Callable<Integer> {
        @Parameters(paramLabel = "ID", arity = "0..*", description = "Kernels to check; all without any.")
        private List<String> ids = new ArrayList<>();

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            KernelStore.Contents store = workspace.store().load();
            List<Kernel> kernels = ids.isEmpty()
                    ? store.kernels()
                    : ids.stream().map(workspace.store()::get).toList();
            Map<String, List<String>> problems = new LinkedHashMap<>();
            int tests = 0;
            for (Kernel kernel : kernels) {
                tests += kernel.tests().size();
                List<String> found = new ArrayList<>(Contract.of(kernel).selfTest());
                try {
                    JsonSchemaConstraint.compile(kernel.outputSchema(), TokenVocabularies.o200kBase());
                } catch (InputException e) {
                    found.add("kernel " + kernel.kernelId() + " has no exact mask: " + e.getMessage());
                }
                if (!found.isEmpty()) {
                    problems.put(kernel.kernelId(), found);
                }
            }
            List<String> refusals = ids.isEmpty() ? store.refusals() : List.of();
            ObjectNode json = Json.object().put("kernels", kernels.size()).put("tests", tests);
            json.set("problems", Json.tree(problems));
            json.set("refusals", Json.tree(refusals));
            output.json(json);
            problems.values().forEach(lines -> lines.forEach(line -> output.line("@|red FAIL|@  %s", line)));
            refusals.forEach(refusal -> output.line("@|red REFUSED|@  %s", refusal));
            boolean sound = problems.isEmpty() && refusals.isEmpty();
            output.line(
                    "%s  %d kernels, %d tests, %d kernels with problems",
                    Output.coloured(sound ? "PASS" : "FAIL"), kernels.size(), tests, problems.size() + refusals.size());
            return sound ? 0 : 10;
        }
    }

    @Command(
            name = "add",
            description = "Puts a kernel into the store, or its next version.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave kernel add my-kernel.json --note \"asked for by the on-call team\"")
    static final class Add implements Callable<Integer> {
        @Parameters(
                paramLabel = "FILE",
                arity = "1..*",
                description = "Kernel files; digest and status may be left out.")
        private List<Path> files = new ArrayList<>();

        @Option(names = "--note", description = "Why; goes into the journal.", defaultValue = "")
        private String note = "";

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            KernelStore store = workspace.store();
            List<Kernel> checked = new ArrayList<>();
            for (Path file : files) {
                Kernel kernel = Json.read(file, Kernel.class);
                List<String> problems = Contract.of(kernel).selfTest();
                if (!problems.isEmpty()) {
                    throw InputException.at(file.toString(), problems.get(0), "a kernel must pass its own tests");
                }
                checked.add(kernel);
            }
            List<Kernel> stored =
                    checked.stream().map(kernel -> store.add(kernel, note)).toList();
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("added");
            for (Kernel kernel : stored) {
                list.addObject()
                        .put("kernel_id", kernel.kernelId())
                        .put("version", kernel.version())
                        .put("digest", kernel.digest());
                output.line("%s  version %d  %s", kernel.kernelId(), kernel.version(), kernel.digest());
            }
            output.json(json);
            return 0;
        }
    }

    private static FeedbackLedger ledger(Workspace workspace) {
        return Workbench.ledger(workspace.store(), workspace.state());
    }

    @Command(
            name = "promote",
            description = {
                "Lets kernels rise and fall by what became of their answers.",
                "Promotes what has earned it, takes back what was refuted or has drifted, quarantines what failed on safety. Each"
                        + " change is a line of the store's journal."
            },
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave kernel promote --dry-run")
    static final class Promote implements Callable<Integer> {
        @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
        private boolean dryRun;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            KernelStore store = workspace.store();
            FeedbackLedger ledger = ledger(workspace);
            KernelStore.Contents contents = store.load();
            contents.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
            List<Promotion.Decision> decisions =
                    dryRun ? Promotion.decide(contents.kernels(), ledger) : Promotion.apply(store, ledger);
            ObjectNode json = Json.object().put("dry_run", dryRun);
            ArrayNode list = json.putArray("decisions");
            List<List<String>> rows = new ArrayList<>();
            for (Promotion.Decision decision : decisions) {
                list.addObject()
                        .put("kernel_id", decision.kernelId())
                        .put("from", decision.from().label())
                        .put("to", decision.to().label())
                        .put("reason", decision.reason())
                        .set("evidence", decision.status().evidence());
                rows.add(List.of(
                        decision.kernelId(),
                        decision.isChange()
                                ? decision.from().label() + " -> "
                                        + decision.to().label()
                                : decision.from().label(),
                        decision.evidence().successes() + " of "
                                + decision.evidence().clusters(),
                        figure(decision.evidence().forVerified()),
                        figure(decision.evidence().forTrusted()),
                        figure(decision.evidence().againstVerified()),
                        figure(decision.evidence().againstTrusted())));
            }
            ArrayNode families = json.putArray("task_families");
            List<List<String>> familyRows = new ArrayList<>();
            Promotion.families(contents.kernels(), ledger).forEach((family, evidence) -> {
                ObjectNode entry = evidence.toJson();
                families.add(entry.put("task_family", family));
                familyRows.add(List.of(
                        family,
                        evidence.successes() + " of " + evidence.clusters(),
                        figure(evidence.forVerified()),
                        figure(evidence.forTrusted()),
                        figure(evidence.againstVerified()),
                        figure(evidence.againstTrusted())));
            });
            output.json(json);
            List<String> figures = List.of("clusters", "p<=.5", "p<=.8", "p>=.5", "p>=.8");
            List<String> heads = new ArrayList<>(List.of("kernel", "state"));
            heads.addAll(figures);
            output.table(heads, rows);
            if (!familyRows.isEmpty()) {
                heads = new ArrayList<>(List.of("task family"));
                heads.addAll(figures);
                output.table(heads, familyRows);
            }
            output.text(
                    "  Figures: clusters that succeeded, and ln E against a success rate p of at most or at least so much; 3.00 refutes it.");
            List<Promotion.Decision> changes =
                    decisions.stream().filter(Promotion.Decision::isChange).toList();
            changes.forEach(change -> output.line("@|bold %s|@  %s", change.kernelId(), change.reason()));
            output.line(
                    "%d of %d kernels %s",
                    changes.size(), decisions.size(), dryRun ? "would change" : "changed their state");
            return contents.refusals().isEmpty() ? 0 : 2;
        }

        private static String figure(double value) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
    }

    @Command(
            name = "move",
            description = {
                "Puts a kernel into quarantine, retires it, or lets it out as a candidate.",
                "Verified and trusted have to be earned: `kernel promote`."
            },
            mixinStandardHelpOptions = true,
            footer =
                    "%nExample: kernelweave kernel move extract-log-errors quarantined --note \"quotes the wrong file\"")
    static final class Move implements Callable<Integer> {
        @Parameters(paramLabel = "ID", index = "0")
        @SuppressWarnings("NullAway.Init")
        private String id;

        @Parameters(paramLabel = "STATE", index = "1", description = "candidate, quarantined or retired.")
        @SuppressWarnings("NullAway.Init")
        private String state;

        @Option(names = "--note", required = true, description = "Why; goes into the journal.")
        @SuppressWarnings("NullAway.Init")
        private String note;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            State to = Arrays.stream(State.values())
                    .filter(known -> known.label().equals(state))
                    .filter(known -> known != State.VERIFIED && known != State.TRUSTED)
                    .findFirst()
                    .orElseThrow(() -> InputException.at(
                            "STATE",
                            "\"" + state + "\" is none to put a kernel into",
                            "use candidate, quarantined or retired"));
            KernelStore store = workspace.store();
            Kernel kernel = store.get(id);
            State from = kernel.status().state();
            String reason = from.label() + " -> " + to.label() + ": by hand: "
                    + note.strip().replaceAll("\\s+", " ");
            boolean moved = from != to
                    && !store.move(List.of(new KernelStore.Move(
                                    id, kernel.digest(), from, new KernelStatus(to, null), reason)))
                            .isEmpty();
            output.json(
                    Json.object().put("kernel_id", id).put("state", to.label()).put("changed", moved));
            output.line("%s  %s", id, moved ? reason : "is " + to.label() + " already");
            return 0;
        }
    }

    @Command(
            name = "history",
            description =
                    "Shows what happened to a kernel, a line each: what was added, how answers fared, why its state changed.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave kernel history extract-log-errors")
    static final class History implements Callable<Integer> {
        @Parameters(paramLabel = "ID")
        @SuppressWarnings("NullAway.Init")
        private String id;

        @Option(names = "--states", description = "Leave out how answers fared.")
        private boolean states;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            workspace.store().get(id);
            List<Journal.Entry> entries = workspace.store().journal().entries(id).stream()
                    .filter(entry -> !states || !entry.action().equals(FeedbackLedger.OUTCOMES))
                    .toList();
            ObjectNode json = Json.object().put("kernel_id", id);
            json.set("entries", Json.tree(entries));
            output.json(json);
            for (Journal.Entry entry : entries) {
                output.line(
                        "#%d  %s  %-8s  %s  %s",
                        entry.sequence(),
                        entry.at().truncatedTo(ChronoUnit.SECONDS),
                        entry.action(),
                        entry.digest().substring(0, 12),
                        (entry.version() > 0 ? "v" + entry.version() + " " : "") + entry.note());
            }
            return 0;
        }
    }
}
