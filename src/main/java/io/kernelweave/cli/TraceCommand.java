package io.kernelweave.cli;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.runtime.Arm;
import io.kernelweave.trace.ImportedTrace;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceForm;
import io.kernelweave.trace.TraceImport;
import io.kernelweave.trace.TraceStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave trace}: the traces that a run recorded, and those of other programs. */
@Command(
        name = "trace",
        description = "Lists, shows, imports and exports traces.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TraceCommand.ListTraces.class,
            TraceCommand.Show.class,
            TraceCommand.Import.class,
            TraceCommand.Export.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave trace list latest --arm router+gate --verdict FAIL",
            "  kernelweave trace show latest t-0123456789abcdef",
            "  kernelweave trace import messages.jsonl",
            "  kernelweave trace list store",
            "  kernelweave trace export t-0123456789abcdef --as otel"
        })
final class TraceCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** What stands in a run's place for the traces that were imported. */
    static final String STORE = "store";

    private static final String RUN = "latest, a run id, its beginning, a folder; or store, for imported traces.";

    /** A trace, and what came with it if it was imported. */
    record Found(Trace trace, ImportedTrace.@Nullable Origin origin) {}

    /** The imported traces; what is refused is said on standard error. */
    static TraceStore.Contents stored(Workspace workspace) {
        TraceStore.Contents contents = workspace.traces().contents();
        contents.refusals().forEach(refusal -> System.err.println("refused: " + refusal));
        return contents;
    }

    /** The one trace of a run, or of the store, that a user names by id or its beginning. */
    static Found find(Workspace workspace, String run, String id) {
        List<Found> matches = run.equals(STORE)
                ? stored(workspace).find(id).stream()
                        .map(each -> new Found(each.trace(), each.origin()))
                        .toList()
                : workspace.runs().find(run).rows().stream()
                        .filter(row -> row.traceId() != null && row.traceId().startsWith(id))
                        .map(row -> new Found(Trace.parse(String.valueOf(row.trace()), "trace " + id), null))
                        .toList();
        if (matches.size() != 1) {
            throw InputException.at(
                    "trace \"" + id + "\"",
                    matches.isEmpty()
                            ? "the " + (run.equals(STORE) ? "store" : "run") + " has none of that id"
                            : matches.size() + " traces begin so",
                    "trace list shows the ids");
        }
        return matches.get(0);
    }

    @Command(
            name = "list",
            description = "Lists the traces of a run, or those that were imported.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave trace list latest --arm router+gate")
    static final class ListTraces implements Callable<Integer> {
        @Parameters(paramLabel = "RUN", description = RUN)
        @SuppressWarnings("NullAway.Init")
        private String run;

        @Option(names = "--arm", description = "Only this arm.", defaultValue = "router+gate")
        private String arm = "router+gate";

        @Option(
                names = "--verdict",
                description = "Only rows with this verdict: PASS, FAIL or UNKNOWN.",
                defaultValue = "")
        private String verdict = "";

        @Option(names = "--limit", description = "At most so many (default: ${DEFAULT-VALUE}).", defaultValue = "50")
        private int limit;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            if (limit < 0) {
                throw InputException.at("--limit", limit + " is out of range", "give 0 or more");
            }
            Arm.of(arm);
            if (!verdict.isEmpty() && !verdict.matches("(?i)PASS|FAIL|UNKNOWN")) {
                throw InputException.at("--verdict", "\"" + verdict + "\" is no verdict", "use PASS, FAIL or UNKNOWN");
            }
            if (run.equals(STORE)) {
                return imported();
            }
            List<ResultRow> rows = workspace.runs().find(run).rows().stream()
                    .filter(row -> row.traceId() != null && row.arm().equals(arm))
                    .filter(row -> verdict.isEmpty() || row.verdict().outcome().equalsIgnoreCase(verdict))
                    .toList();
            ObjectNode json = Json.object().put("matching", rows.size());
            ArrayNode list = json.putArray("traces");
            List<List<String>> cells = new ArrayList<>();
            for (ResultRow row : rows.subList(0, Math.min(limit, rows.size()))) {
                String path = row.answer() == null ? "error" : row.answer().path();
                list.addObject()
                        .put("trace_id", row.traceId())
                        .put("row_id", row.rowId())
                        .put("kernel_id", row.kernelId())
                        .put("path", path)
                        .put("verdict", row.verdict().outcome());
                cells.add(List.of(
                        String.valueOf(row.traceId()),
                        row.rowId(),
                        row.kernelId() == null ? "–" : row.kernelId(),
                        path,
                        row.verdict().outcome()));
            }
            output.json(json);
            output.table(List.of("trace", "row", "asks for", "path", "verdict"), cells);
            output.line("%d of %d", cells.size(), rows.size());
            return 0;
        }

        private int imported() {
            TraceStore.Contents store = stored(workspace);
            List<ImportedTrace> traces = store.traces().stream()
                    .filter(each -> verdict.isEmpty() || each.origin().outcome().equalsIgnoreCase(verdict))
                    .toList();
            ObjectNode json = Json.object().put("matching", traces.size());
            ArrayNode list = json.putArray("traces");
            List<List<String>> cells = new ArrayList<>();
            for (ImportedTrace each : traces.subList(0, Math.min(limit, traces.size()))) {
                Trace trace = each.trace();
                list.addObject()
                        .put("trace_id", trace.traceId())
                        .put("source_id", each.origin().id())
                        .put("form", each.origin().form().label())
                        .put("task_family", trace.taskFamily())
                        .put("events", trace.events().size())
                        .put("outcome", each.origin().outcome());
                cells.add(List.of(
                        trace.traceId(),
                        each.origin().form().label(),
                        each.origin().id(),
                        trace.taskFamily() == null ? "–" : trace.taskFamily(),
                        String.valueOf(trace.events().size()),
                        each.origin().outcome()));
            }
            json.set("refusals", Json.tree(store.refusals()));
            output.json(json);
            output.table(List.of("trace", "form", "called", "family", "events", "its source says"), cells);
            output.line("%d of %d", cells.size(), traces.size());
            return store.refusals().isEmpty() ? 0 : 2;
        }
    }

    @Command(
            name = "show",
            description = "Shows one trace, event by event.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave trace show latest t-0123456789abcdef --json")
    static final class Show implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "RUN", description = RUN)
        @SuppressWarnings("NullAway.Init")
        private String run;

        @Parameters(index = "1", paramLabel = "TRACE")
        @SuppressWarnings("NullAway.Init")
        private String id;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Found found = find(workspace, run, id);
            Trace trace = found.trace();
            output.json(found.origin() == null ? trace : new ImportedTrace(trace, found.origin()));
            output.line("@|bold %s|@  %s  %s", trace.traceId(), trace.verdict(), trace.startedAt());
            if (found.origin() != null) {
                output.text("from %s \"%s\", which says %s: %s"
                        .formatted(
                                found.origin().form().label(),
                                found.origin().id(),
                                found.origin().outcome(),
                                Json.compact(found.origin().fields())));
            }
            output.text(trace.prompt());
            for (TraceEvent event : trace.events()) {
                // Names are other people's: they are printed as they are, not as markup.
                output.text("%n%s%s  %s%s%s"
                        .formatted(
                                trace.durationNanos() == 0 ? "" : "%8.3f ms  ".formatted(event.atNanos() / 1e6),
                                event.kind().label(),
                                event.name(),
                                event.durationNanos() == null
                                        ? ""
                                        : ", took %.3f ms".formatted(event.durationNanos() / 1e6),
                                event.parent() == null ? "" : ", part of event " + event.parent()));
                output.text(Json.pretty(event.data()).strip());
            }
            return 0;
        }
    }

    @Command(
            name = "import",
            description = "Takes other programs' traces into the store: all of a file, or nothing.",
            mixinStandardHelpOptions = true,
            footer = {
                "%nExamples:",
                "  kernelweave trace import messages.jsonl                  # the form is guessed where it is obvious",
                "  kernelweave trace import spans.json --from otel"
            })
    static final class Import implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "JSON or JSON Lines, packed by gzip or not.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Option(names = "--from", paramLabel = "FORM", description = "openai, otel or corpus.")
        private @Nullable String form;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            List<ImportedTrace> read = TraceImport.read(file, form == null ? null : TraceForm.of(form));
            List<ImportedTrace> added = workspace.traces().add(read);
            Map<String, Integer> unknown = TraceImport.unknown(read);
            String from = read.get(0).origin().form().label();
            ObjectNode json =
                    Json.object().put("form", from).put("traces", read.size()).put("added", added.size());
            json.set("unknown_events", Json.tree(unknown));
            ArrayNode ids = json.putArray("trace_ids");
            read.forEach(each -> ids.add(each.trace().traceId()));
            output.json(json);
            output.line("%d traces (%s), %d of them new", read.size(), from, added.size());
            unknown.forEach(
                    (name, count) -> output.text("kept without knowing what it is: %s, %d".formatted(name, count)));
            return 0;
        }
    }

    @Command(
            name = "export",
            description = "Prints a trace in another form; what that form cannot hold is said on standard error.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave trace export t-0123456789abcdef --as openai")
    static final class Export implements Callable<Integer> {
        @Parameters(paramLabel = "TRACE", description = "Its id, the id's beginning, or what its source calls it.")
        @SuppressWarnings("NullAway.Init")
        private String id;

        @Option(names = "--as", paramLabel = "FORM", required = true, description = "openai, otel or corpus.")
        @SuppressWarnings("NullAway.Init")
        private String form;

        @Option(names = "--run", defaultValue = STORE, description = RUN)
        private String run = STORE;

        @Mixin
        private Workspace workspace = new Workspace();

        @Override
        public Integer call() {
            TraceForm target = TraceForm.of(form);
            Found found = find(workspace, run, id);
            TraceForm.Written written = target.write(found.trace(), found.origin());
            System.out.print(Json.pretty(written.document()));
            written.lost().forEach(lost -> System.err.println(form + " cannot hold: " + lost));
            return 0;
        }
    }
}
