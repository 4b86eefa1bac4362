package io.kernelweave.storage;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.duckdb.DuckDBStruct;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** SQL over files, by DuckDB in this process. The only place that knows DuckDB. */
public final class Sql {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /**
     * A view over local files.
     *
     * @param query the SELECT that it is
     * @param files what the query reads, as it names them
     */
    public record View(String name, String query, List<String> files) {
        /** The rows of some Parquet files; a column that a file lacks is NULL in its rows. */
        public static View ofParquet(String name, List<String> files) {
            return new View(name, "SELECT * FROM read_parquet(" + list(files) + ", union_by_name = true)", files);
        }

        /** The statement that makes it in any DuckDB of this version or newer. */
        public String statement() {
            return "CREATE OR REPLACE VIEW " + name + " AS " + query;
        }
    }

    /** A result: numbers, truth values, texts, lists and objects as in JSON; times of day are UTC. */
    public record Table(List<String> columns, List<List<JsonNode>> rows) {
        /** The rows as text: nothing for NULL, and JSON for what is made of parts. */
        public List<List<String>> text() {
            return rows.stream()
                    .map(row -> row.stream().map(Table::text).toList())
                    .toList();
        }

        private static String text(JsonNode cell) {
            return cell.isNull() ? "" : cell.isContainer() ? Json.compact(cell) : cell.asString();
        }
    }

    private Sql() {}

    /** A list of texts, as a literal. */
    public static String list(List<String> texts) {
        return texts.stream()
                .map(text -> "'" + text.replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * Runs one query over views. It can read their files and nothing else, and write nothing: not even these files, because nothing but
     * reading statements is let through.
     *
     * @throws InputException if the query is none, or reads what it may not; with line and column where DuckDB tells
     */
    public static Table query(List<View> views, String sql) {
        if (views.stream().allMatch(view -> view.files().isEmpty())) {
            throw InputException.at("query", "there are no complete runs", "run a job first");
        }
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            execute(connection, "SET TimeZone = 'UTC'");
            execute(connection, "SET errors_as_json = true");
            execute(connection, "SET temp_directory = ''");
            for (View view : views) {
                try {
                    execute(connection, view.statement());
                } catch (SQLException e) {
                    throw InputException.at(
                            "view " + view.name(),
                            Problem.of(e).message(),
                            "restore the file or delete its run's folder");
                }
            }
            execute(
                    connection,
                    "SET allowed_paths = "
                            + list(views.stream()
                                    .flatMap(view -> view.files().stream())
                                    .toList()));
            execute(connection, "SET enable_external_access = false");
            execute(connection, "SET lock_configuration = true");
            requireReading(connection, sql, views);
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(sql)) {
                return table(result);
            }
        } catch (SQLException e) {
            throw Problem.of(e).in(sql, views);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** DuckDB can put into JSON those statements only that read, and names the place where a text is no statement at all. */
    private static void requireReading(Connection connection, String sql, List<View> views) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT json_serialize_sql(?)")) {
            statement.setString(1, sql);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                JsonNode parsed = Json.parseTrusted(result.getString(1));
                String error = parsed.path("error_type").asString("");
                if (error.equals("not implemented")
                        || error.isEmpty() && parsed.path("statements").isEmpty()) {
                    throw InputException.at(
                            "query", "does not only read", "use SELECT, FROM, WITH, VALUES, DESCRIBE or SUMMARIZE");
                }
                if (!error.isEmpty()) {
                    throw new Problem(
                                    "Parser Error: ",
                                    parsed.path("error_message").asString(""),
                                    position(parsed))
                            .in(sql, views);
                }
            }
        }
    }

    private static int position(JsonNode error) {
        return Integer.parseInt(error.path("position").asString("-1"));
    }

    /** What DuckDB says is wrong, and at which byte of the statement, if it knows. */
    private record Problem(String type, String message, int position) {
        static Problem of(SQLException e) {
            String text = String.valueOf(e.getMessage());
            if (!text.startsWith("{")) {
                return new Problem("", text, -1);
            }
            JsonNode json = Json.parseTrusted(text);
            return new Problem(
                    json.path("exception_type").asString("") + " Error: ",
                    json.path("exception_message").asString(""),
                    Sql.position(json));
        }

        InputException in(String sql, List<View> views) {
            String where = "query";
            byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
            if (position >= 0 && position <= bytes.length) {
                String before = new String(bytes, 0, position, StandardCharsets.UTF_8);
                int column = before.codePointCount(before.lastIndexOf('\n') + 1, before.length()) + 1;
                where += " line " + (before.chars().filter(c -> c == '\n').count() + 1) + " column " + column;
            }
            String names = views.stream().map(View::name).sorted().collect(Collectors.joining(", "));
            return InputException.at(
                    where, type + message, "there are the views " + names + "; DESCRIBE rows shows columns");
        }
    }

    private static Table table(ResultSet result) throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(meta.getColumnLabel(i));
        }
        List<List<JsonNode>> rows = new ArrayList<>();
        while (result.next()) {
            List<JsonNode> row = new ArrayList<>();
            for (int i = 1; i <= columns.size(); i++) {
                row.add(cell(result.getObject(i)));
            }
            rows.add(row);
        }
        return new Table(columns, rows);
    }

    private static JsonNode cell(@Nullable Object value) throws SQLException {
        if (value == null) {
            return NODES.nullNode();
        }
        if (value instanceof JsonNode || value instanceof Boolean) {
            return Json.tree(value);
        }
        if (value instanceof Number number) {
            // JSON has no such numbers
            return Double.isFinite(number.doubleValue()) ? Json.tree(number) : NODES.stringNode(number.toString());
        }
        if (value instanceof OffsetDateTime at) {
            return NODES.stringNode(at.toInstant().toString());
        }
        if (value instanceof Timestamp at) {
            return NODES.stringNode(at.toLocalDateTime().toString());
        }
        if (value instanceof org.duckdb.JsonNode json) {
            return Json.parseTrusted(json.toString());
        }
        if (value instanceof Array array) {
            ArrayNode items = NODES.arrayNode();
            for (Object item : (Object[]) array.getArray()) {
                items.add(cell(item));
            }
            return items;
        }
        if (value instanceof Struct struct) {
            return object(((DuckDBStruct) struct).getMap());
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> sorted = new TreeMap<>();
            map.forEach((key, item) -> sorted.put(String.valueOf(key), item));
            return object(sorted);
        }
        if (value instanceof Blob blob) {
            return NODES.binaryNode(blob.getBytes(1, (int) blob.length()));
        }
        return NODES.stringNode(value.toString());
    }

    private static ObjectNode object(Map<String, ? extends @Nullable Object> fields) throws SQLException {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<String, ? extends @Nullable Object> field : fields.entrySet()) {
            object.set(field.getKey(), cell(field.getValue()));
        }
        return object;
    }
}
