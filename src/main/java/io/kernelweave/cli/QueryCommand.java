package io.kernelweave.cli;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.report.Grid;
import io.kernelweave.results.Views;
import io.kernelweave.storage.Sql;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave query}: SQL over all runs. */
@Command(
        name = "query",
        description = {
            "Runs a reading SQL statement (DuckDB) over all runs: runs (one line a run), metrics (a run and figure), checks (a row and check),"
                    + " and the rows themselves: rows (answers), routes (routers before and after training), masks, ifeval, containment,"
                    + " compilations, loop and selftest. docs/sql.md describes the columns."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave query \"SELECT run_id, arm, avg((verdict.outcome = 'PASS')::int) FROM rows GROUP BY ALL ORDER BY ALL\"",
            "  kernelweave query \"SELECT started_at, value, low, high FROM metrics WHERE metric = 'routing.accuracy'\" --format csv",
            "  kernelweave query \"DESCRIBE rows\" --json",
            "  kernelweave query --views > views.sql              # the same views for a notebook"
        })
final class QueryCommand implements Callable<Integer> {
    /** How a result is printed. */
    enum Format {
        TABLE,
        CSV,
        JSON,
        MARKDOWN
    }

    private static final int WIDEST = 100;

    @Parameters(paramLabel = "SQL", arity = "0..1", description = "One statement that reads.")
    private @Nullable String sql;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "table, csv, json (the same as --json) or markdown (default: table).")
    private Format format = Format.TABLE;

    @Option(
            names = "--views",
            description = "Print the statements that make the views in any DuckDB, and nothing else.")
    private boolean views;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (workspace.reports().local().isEmpty()) {
            throw InputException.at(
                    workspace.reports().toString(),
                    "is not on this machine",
                    "copy its runs/ here, and name that folder");
        }
        List<Sql.View> all = Views.of(workspace.runs());
        if (views) {
            all.forEach(view -> System.out.println(view.statement() + ";"));
            return 0;
        }
        if (sql == null || sql.isBlank()) {
            throw InputException.at("SQL", "is missing", "give a statement such as \"DESCRIBE rows\"");
        }
        Sql.Table table = Sql.query(all, sql);
        if (output.isJson() || format == Format.JSON) {
            ObjectNode json = Json.object();
            json.set("columns", Json.tree(table.columns()));
            json.set("rows", Json.tree(table.rows()));
            System.out.print(Json.pretty(json));
        } else if (format == Format.CSV) {
            System.out.print(new Grid(table).csv());
        } else if (format == Format.MARKDOWN) {
            System.out.print(new Grid(table).markdown());
        } else {
            output.table(
                    table.columns(),
                    table.text().stream()
                            .map(row -> row.stream().map(QueryCommand::cell).toList())
                            .toList());
        }
        return 0;
    }

    /** On one line, and no wider than a table bears. */
    private static String cell(String text) {
        String line = text.replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cc}", "\ufffd");
        return line.codePointCount(0, line.length()) <= WIDEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, WIDEST - 1)) + "…";
    }
}
