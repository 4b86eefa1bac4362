package io.kernelweave.cli;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RunFolder;
import io.kernelweave.runtime.Arm;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave trace}: lists and shows the traces that a run recorded. */
@Command(
        name = "trace",
        description = "Lists and shows the traces of a run.",
        mixinStandardHelpOptions = true,
        subcommands = {TraceCommand.ListTraces.class, TraceCommand.Show.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave trace list latest --arm router+gate --verdict FAIL",
            "  kernelweave trace show latest t-0123456789abcdef"
        })
final class TraceCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** The one trace of a run that a user names by id or its beginning. */
    static Trace find(RunFolder folder, String id) {
        List<ResultRow> matches = folder.rows().stream()
                .filter(row -> row.traceId() != null && row.traceId().startsWith(id))
                .toList();
        if (matches.size() != 1) {
            throw InputException.at(
                    "trace \"" + id + "\"",
                    matches.isEmpty() ? "the run has none of that id" : matches.size() + " traces begin so",
                    "trace list shows the ids");
        }
        return Trace.parse(String.valueOf(matches.get(0).trace()), "trace " + id);
    }

    @Command(
            name = "list",
            description = "Lists the traces of a run.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave trace list latest --arm router+gate")
    static final class ListTraces implements Callable<Integer> {
        @Parameters(paramLabel = "RUN", description = "latest, a run id, its beginning, or a folder.")
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
    }

    @Command(
            name = "show",
            description = "Shows one trace, event by event.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave trace show latest t-0123456789abcdef --json")
    static final class Show implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "RUN")
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
            Trace trace = find(workspace.runs().find(run), id);
            output.json(trace);
            output.line("@|bold %s|@  %s  %s", trace.traceId(), trace.verdict(), trace.startedAt());
            output.text(trace.prompt());
            for (TraceEvent event : trace.events()) {
                output.line(
                        "%n@|bold %8.3f ms  %s|@  %s",
                        event.atNanos() / 1e6, event.kind().label(), event.name());
                output.text(Json.pretty(event.data()).strip());
            }
            return 0;
        }
    }
}
