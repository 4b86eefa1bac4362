package io.kernelweave.cli;

import io.kernelweave.json.Json;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Sql;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave query}: SQL over the rows of all runs. */
@Command(
        name = "query",
        description =
                "Runs SQL (DuckDB) over the results of all complete runs, as the views rows (answers), routes (routers before and"
                        + " after training), masks, ifeval, containment, compilations, loop and selftest.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave query \"SELECT run_id, arm, avg((verdict.outcome = 'PASS')::int) FROM rows GROUP BY ALL ORDER BY ALL\"",
            "  kernelweave query \"DESCRIBE rows\" --json"
        })
final class QueryCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SQL")
    @SuppressWarnings("NullAway.Init")
    private String sql;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        RunRegistry runs = workspace.runs();
        Sql.Table table = Sql.query(runs.parts(), sql);
        ObjectNode json = Json.object();
        json.set("columns", Json.tree(table.columns()));
        json.set("rows", Json.tree(table.rows()));
        output.json(json);
        output.table(table.columns(), table.rows());
        return 0;
    }
}
