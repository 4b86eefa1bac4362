package io.kernelweave.storage;

import io.kernelweave.json.InputException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** SQL over Parquet files, by DuckDB in this process. The only place that knows DuckDB. */
public final class Sql {
    /** A result as text; SQL's NULL is the empty string, times of day are UTC. */
    public record Table(List<String> columns, List<List<String>> rows) {}

    /** A run's rows are alike whatever it is called: its name is that of the folder above theirs. */
    private static final String RUN_ID = "regexp_extract(filename, '([^/]+)/[^/]+/[^/]+$', 1)";

    private Sql() {}

    /**
     * Runs one query over views of some files. It can read these files and nothing else, and write none.
     *
     * @param views name of a view → local Parquet files; a column that a file lacks is NULL in its rows
     */
    public static Table query(Map<String, List<String>> views, String sql) {
        if (views.values().stream().allMatch(List::isEmpty)) {
            throw InputException.at("query", "there are no complete runs", "run a job first");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            for (Map.Entry<String, List<String>> view : views.entrySet()) {
                try {
                    statement.execute("CREATE VIEW " + view.getKey() + " AS SELECT " + RUN_ID
                            + " AS run_id, COLUMNS(lambda c: c NOT IN ('run_id', 'filename')) FROM read_parquet("
                            + list(view.getValue()) + ", union_by_name = true, filename = true)");
                } catch (SQLException e) {
                    throw InputException.at(view.getKey(), problem(e), "restore the file or delete its run's folder");
                }
            }
            statement.execute("SET allowed_paths = "
                    + list(views.values().stream().flatMap(List::stream).toList()));
            statement.execute("SET enable_external_access = false");
            statement.execute("SET lock_configuration = true");
            try (ResultSet result = statement.executeQuery(sql)) {
                return table(result);
            }
        } catch (SQLException e) {
            throw InputException.at(
                    "query",
                    problem(e),
                    views.keySet().stream().map(view -> "DESCRIBE " + view).collect(Collectors.joining(" or "))
                            + " shows the columns");
        }
    }

    private static String list(List<String> files) {
        return files.stream()
                .map(file -> "'" + file.replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** DuckDB's own words without the excerpt of the statement below them. */
    private static String problem(SQLException e) {
        String message = String.valueOf(e.getMessage());
        int excerpt = message.indexOf("\nLINE ");
        return (excerpt < 0 ? message : message.substring(0, excerpt)).strip();
    }

    private static Table table(ResultSet result) throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(meta.getColumnLabel(i));
        }
        List<List<String>> rows = new ArrayList<>();
        while (result.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= columns.size(); i++) {
                Object value = result.getObject(i);
                row.add(
                        value == null
                                ? ""
                                : value instanceof OffsetDateTime at
                                        ? at.toInstant().toString()
                                        : value.toString());
            }
            rows.add(row);
        }
        return new Table(columns, rows);
    }
}
