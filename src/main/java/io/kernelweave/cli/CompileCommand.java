package io.kernelweave.cli;

import io.kernelweave.compile.Compiled;
import io.kernelweave.compile.Compiled.Note;
import io.kernelweave.compile.Compiled.Report;
import io.kernelweave.compile.Families;
import io.kernelweave.compile.Families.Family;
import io.kernelweave.compile.KernelCompiler;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceImport;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave compile}: makes candidate kernels of traces, one for each family. */
@Command(
        name = "compile",
        description = "Compiles traces into candidate kernels, one for each family of traces.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave compile --run latest --trace t-0123456789abcdef --id list-ports",
            "  kernelweave compile --file trace.json --id list-ports --add",
            "  kernelweave compile --file trace.json --id list-ports --propose --exchanges asked.jsonl",
            "  kernelweave compile --file traces.jsonl.gz             # every family of the file",
            "  kernelweave compile --run store --family airline --id airline --add",
            "  kernelweave compile --run latest --list                # the families, nothing else"
        })
final class CompileCommand implements Callable<Integer> {
    /** Where the traces come from. */
    static final class From {
        @Option(
                names = "--file",
                paramLabel = "FILE",
                required = true,
                description = "A trace as JSON, or other programs' traces as trace import reads them.")
        private @Nullable Path file;

        @ArgGroup(exclusive = false)
        private @Nullable InRun inRun;
    }

    /** The traces of a run, or one of them. */
    static final class InRun {
        @Option(names = "--run", required = true, description = "latest, a run id, its beginning, a folder; or store.")
        private String run = "latest";

        @Option(names = "--trace", description = "One trace alone: its id or its beginning.")
        private String trace = "";

        @Option(names = "--arm", description = "The arm of a run (default: ${DEFAULT-VALUE}).")
        private String arm = "router+gate";
    }

    @ArgGroup(exclusive = true, multiplicity = "1")
    private From from = new From();

    @Option(names = "--id", description = "The kernel's id; without it, it is called after its family.")
    private String id = "";

    @Option(names = "--family", paramLabel = "NAME", description = "This family alone.")
    private String family = "";

    @Option(names = "--list", description = "Only list the families.")
    private boolean list;

    @Option(
            names = "--seed",
            description = "Decides which traces are set aside for tests (default: ${DEFAULT-VALUE}).",
            defaultValue = "1")
    private long seed;

    @Option(names = "--add", description = "Put the candidates into the store; without it, they are only printed.")
    private boolean add;

    @Mixin
    private ProposerOptions proposer = new ProposerOptions();

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (!id.isEmpty()) {
            Kernel.checkId(id);
        }
        List<Example> examples = examples();
        if (examples.size() == 1 && !list) {
            return one(examples.get(0));
        }
        List<Family> families = Families.of(examples).stream()
                .filter(each -> family.isEmpty() || each.name().equals(family))
                .toList();
        if (families.isEmpty()) {
            throw InputException.at(
                    "--family", "there is no family \"" + family + "\"", "--list shows those there are");
        }
        if (!id.isEmpty() && families.size() > 1) {
            throw InputException.at(
                    "--id",
                    "names one kernel, and there are " + families.size() + " families",
                    "choose one with --family");
        }
        ObjectNode json = Json.object().put("added", add && !list);
        ArrayNode made = json.putArray("families");
        List<List<String>> cells = new ArrayList<>();
        for (Family each : families) {
            ObjectNode entry = made.addObject().put("family", each.name()).put("declared", each.declared());
            entry.put("traces", each.examples().size())
                    .put("successes", count(each, Outcome.PASS))
                    .put("failures", count(each, Outcome.FAIL));
            cells.add(List.of(
                    each.name(),
                    each.declared() ? "declared" : "by what was done",
                    String.valueOf(each.examples().size()),
                    String.valueOf(count(each, Outcome.PASS)),
                    String.valueOf(count(each, Outcome.FAIL))));
        }
        output.table(List.of("family", "found", "traces", "successes", "failures"), cells);
        boolean sound = true;
        for (int i = 0; i < families.size() && !list; i++) {
            sound &= compile(families.get(i), (ObjectNode) made.get(i));
        }
        output.json(json);
        return sound ? 0 : 10;
    }

    private static long count(Family family, Outcome outcome) {
        return family.examples().stream()
                .filter(example -> example.outcome() == outcome)
                .count();
    }

    /** The traces that a user names. A run's rows of one cluster are attempts at one task. */
    private List<Example> examples() {
        if (from.file != null) {
            Path file = from.file;
            if (isTrace(file)) {
                return List.of(Example.of(Json.read(file, Trace.class)));
            }
            return TraceImport.read(file, null).stream().map(Example::of).toList();
        }
        InRun inRun = Objects.requireNonNull(from.inRun, "picocli sees to it");
        if (!inRun.trace.isEmpty()) {
            TraceCommand.Found found = TraceCommand.find(workspace, inRun.run, inRun.trace);
            Trace trace = found.trace();
            return List.of(
                    found.origin() == null
                            ? Example.of(trace)
                            : new Example(trace, Outcome.valueOf(found.origin().outcome()), trace.digest()));
        }
        List<Example> examples = inRun.run.equals(TraceCommand.STORE)
                ? TraceCommand.stored(workspace).traces().stream()
                        .map(Example::of)
                        .toList()
                : workspace.runs().find(inRun.run).rows().stream()
                        .filter(row -> row.trace() != null && row.arm().equals(inRun.arm))
                        .map(row -> {
                            Trace trace = Trace.parse(String.valueOf(row.trace()), "trace of row " + row.rowId());
                            return new Example(trace, Outcome.valueOf(trace.verdict()), row.clusterId());
                        })
                        .toList();
        if (examples.isEmpty()) {
            throw InputException.at(inRun.run, "has no traces", "trace import takes some in");
        }
        return examples;
    }

    /** Is it a trace as this program writes it? */
    private static boolean isTrace(Path file) {
        try {
            JsonNode document = Json.read(file, JsonNode.class);
            return document.has("trace_id") && document.has("events");
        } catch (InputException e) {
            return false; // lines, or packed; whoever reads them says what is wrong
        }
    }

    private Integer one(Example example) {
        Trace trace = example.trace();
        if (id.isEmpty()) {
            throw InputException.at("--id", "is missing", "name the kernel that the trace is to become");
        }
        if (example.outcome() == Outcome.FAIL) {
            throw InputException.at(
                    "trace " + trace.traceId(),
                    trace.verdict().equals("FAIL") ? "the gate said FAIL" : "its source says that it failed",
                    "compile a trace of a solved task");
        }
        Kernel kernel = proposer.improve(
                KernelCompiler.compile(List.of(example), id, seed).kernel(), List.of(example), seed, System.getenv());
        List<String> problems = Contract.of(kernel).selfTest();
        if (add) {
            kernel = workspace.store().add(kernel, "compiled from trace " + trace.traceId());
        }
        ObjectNode json = Json.object().put("added", add);
        json.set("kernel", Json.tree(kernel));
        json.set("problems", Json.tree(problems));
        output.json(json);
        output.text(Json.pretty(kernel).strip());
        problems.forEach(problem -> output.line("@|red FAIL|@  %s", problem));
        return problems.isEmpty() ? 0 : 10;
    }

    /** Compiles one family and says what was kept. */
    private boolean compile(Family family, ObjectNode json) {
        String kernelId = id.isEmpty() ? id(family.name()) : id;
        if (count(family, Outcome.FAIL) == family.examples().size()) {
            json.put("problem", "no success");
            output.text(
                    "%n%s: none of its traces is a success, so there is nothing to compile".formatted(family.name()));
            return true;
        }
        Compiled compiled = KernelCompiler.compile(family.examples(), kernelId, seed);
        Kernel kernel = proposer.improve(compiled.kernel(), family.examples(), seed, System.getenv());
        Report report = compiled.report();
        List<String> problems = Contract.of(kernel).selfTest();
        if (add) {
            kernel = workspace.store().add(kernel, "compiled from " + report.made() + " traces of " + family.name());
        }
        json.set("kernel", Json.tree(kernel));
        json.set("report", Json.tree(report));
        json.set("problems", Json.tree(problems));
        output.text("%n%s, version %d, %s: made of %d %s, set against %d failures; %d traces set aside for its tests"
                .formatted(
                        kernel.kernelId(),
                        kernel.version(),
                        kernel.status().state().label(),
                        report.made(),
                        report.successes() > 0 ? "successes" : "traces that nobody has judged",
                        report.failures(),
                        report.heldOut()));
        if (report.heldOutFailures() > 0) {
            output.text("of %d failures that were set aside, its conditions refuse %d"
                    .formatted(report.heldOutFailures(), report.refused()));
        }
        String part = "";
        for (Note note : report.notes()) {
            String heading = note.kept() ? note.part() : "not kept of " + note.part();
            if (!heading.equals(part)) {
                output.text("  " + heading.replace('_', ' '));
                part = heading;
            }
            output.text("    %d of %d  %s%s"
                    .formatted(
                            note.in(), note.of(), note.what(), note.why().isEmpty() ? "" : "  [" + note.why() + "]"));
        }
        problems.forEach(problem -> output.line("@|red FAIL|@  %s", problem));
        return problems.isEmpty();
    }

    /** An id made of a family's name. */
    private static String id(String name) {
        String slug =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]+", "-").replaceAll("^[._-]+|-+$", "");
        return slug.isEmpty() ? "kernel" : slug.length() > 64 ? slug.substring(0, 64) : slug;
    }
}
