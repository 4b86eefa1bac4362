package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.results.Nights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class QueryCommandTest {
    @TempDir
    Path temp;

    private Nights nights;

    @BeforeEach
    void threeRuns() {
        nights = new Nights(temp.resolve("it's reports"));
        nights.complete("nightly-001", "nightly", "2026-01-01T02:00:00Z");
        nights.complete("nightly-002", "nightly", "2026-01-02T02:00:00Z");
        nights.add("nightly-003", "nightly", "running", "2026-01-03T02:00:00Z", null);
    }

    private Program.Outcome query(String... args) {
        List<String> all = new ArrayList<>(List.of("query"));
        all.addAll(Arrays.asList(args));
        all.addAll(List.of("--reports", temp.resolve("it's reports").toString()));
        return Program.run(all.toArray(String[]::new));
    }

    private JsonNode rows(String sql) {
        Program.Outcome outcome = query(sql, "--json");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        return Json.parse(outcome.out(), "out").path("rows");
    }

    @Test
    void runsMetricsRowsAndChecksAreViewsOfTheSameRuns() {
        assertThat(Json.compact(rows("""
                SELECT run_id, state, verdict, started_at, fingerprint['dataset'][:2], dataset, prompts, settings->>'$.margins', measure
                FROM runs ORDER BY run_id"""))).isEqualTo("""
                [["nightly-001","complete","PASS","2026-01-01T02:00:00Z","dd","small",8,"{\\"router.routing_accuracy\\":0.02}","answers"],\
                ["nightly-002","complete","PASS","2026-01-02T02:00:00Z","dd","small",8,"{\\"router.routing_accuracy\\":0.02}","answers"],\
                ["nightly-003","running","PASS","2026-01-03T02:00:00Z","dd","small",8,"{\\"router.routing_accuracy\\":0.02}","answers"]]""");
        assertThat(Json.compact(rows("SELECT * EXCLUDE started_at FROM metrics ORDER BY ALL LIMIT 2")))
                .isEqualTo("""
                [["nightly-001","nightly","router.latency_ms.total.p50",12.5,null,null,1000,200],\
                ["nightly-001","nightly","router.routing_accuracy",0.95,0.93,0.97,1000,200]]""");
        assertThat(rows("SELECT count(DISTINCT run_id), count(*) FROM metrics")
                        .get(0)
                        .get(1)
                        .asInt())
                .isEqualTo(4);
        assertThat(Json.compact(rows("SELECT run_id, arm, verdict, name, outcome FROM checks ORDER BY ALL LIMIT 2")))
                .isEqualTo("[[\"nightly-001\",\"router\",\"FAIL\",\"output-schema\",\"PASS\"],"
                        + "[\"nightly-001\",\"router\",\"FAIL\",\"quote\",\"FAIL\"]]");
        assertThat(rows("SELECT count(*) FROM rows").get(0).get(0).asInt()).isEqualTo(2);
    }

    @Test
    void eachFormatSaysTheSame() throws IOException {
        String sql =
                "SELECT '=1+1' AS a, 'two, \"2\"' AS b, -0.5 AS n, NULL AS gap, [1, 2] AS list, 'x|y' || chr(10) || 'z' AS t";
        assertThat(query(sql, "--format", "csv").out())
                .isEqualTo("a,b,n,gap,list,t\n'=1+1,\"two, \"\"2\"\"\",-0.5,,\"[1,2]\",\"x|y\nz\"\n");
        assertThat(query(sql, "--format", "markdown").out()).isEqualTo("""
                | a | b | n | gap | list | t |
                |---|---|---:|---:|---|---|
                | =1+1 | two, "2" | -0.5 |  | \\[1,2\\] | x\\|y z |
                """);
        assertThat(query(sql).out()).isEqualTo("""
                a     b         n     gap  list   t
                =1+1  two, "2"  -0.5       [1,2]  x|y z
                """);
        String json = query(sql, "--json").out();
        assertThat(Json.compact(Json.parse(json, "out").path("rows")))
                .isEqualTo("[[\"=1+1\",\"two, \\\"2\\\"\",-0.5,null,[1,2],\"x|y\\nz\"]]");
        assertThat(query(sql, "--format", "json").out()).isEqualTo(json);
        assertThat(query("SELECT repeat('é', 300) AS long").out().lines().skip(1))
                .containsExactly("é".repeat(99) + "…");
    }

    @Test
    void timesAreUtcAndWhatJsonHasNoWordForIsText() {
        assertThat(Json.compact(rows("""
                SELECT TIMESTAMPTZ '2026-01-01 00:00:00+02', TIMESTAMP '2026-01-01 00:00:00', DATE '2026-01-01', 'nan'::DOUBLE,
                  {'b': 1, 'a': [NULL, {'x': 1.50}]}, map {'k': true}, 'ab'::BLOB, 170141183460469231731687303715884105727"""))).isEqualTo("""
                        [["2025-12-31T22:00:00Z","2026-01-01T00:00","2026-01-01","NaN",\
                        {"b":1,"a":[null,{"x":1.50}]},{"k":true},"YWI=",170141183460469231731687303715884105727]]""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COPY (SELECT 1) TO '%s'",
                "COPY (SELECT 1 AS a) TO '%s' (FORMAT parquet)",
                "SELECT 1; COPY (SELECT 1) TO '%s'",
                "ATTACH '%s' AS other",
                "EXPORT DATABASE '%s'",
                "INSTALL httpfs",
                "LOAD httpfs",
                "FORCE INSTALL httpfs FROM community",
                "SET enable_external_access = true",
                "PRAGMA enable_profiling",
                "CREATE TABLE t AS SELECT 1",
                "CREATE SECRET s (TYPE s3)",
                "DROP VIEW rows",
                "CALL force_checkpoint()",
                "BEGIN",
                "EXPLAIN ANALYZE COPY (SELECT 1) TO '%s'",
                ";",
                "/* nothing */"
            })
    void whatDoesMoreThanReadIsRefused(String sql) throws IOException {
        Path part = temp.resolve("it's reports/runs/nightly-001/results/p.parquet");
        byte[] before = Files.readAllBytes(part);
        for (String file :
                List.of(temp.resolve("out").toString(), part.toString().replace("'", "''"))) {
            Program.Outcome refused = query(sql.replace("%s", file));
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.errLines())
                    .containsExactly(
                            "kernelweave: query: does not only read; use SELECT, FROM, WITH, VALUES, DESCRIBE or SUMMARIZE");
        }
        assertThat(temp.resolve("out")).doesNotExist();
        assertThat(Files.readAllBytes(part)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM read_text('%s')",
                "SELECT * FROM read_csv('%s')",
                "FROM '%s'",
                "SELECT * FROM glob('%s')",
                "SELECT * FROM read_blob('%s')",
                "SELECT * FROM parquet_scan('https://example.org/x.parquet')",
                "SELECT * FROM query('COPY (SELECT 1) TO ''%s''')",
                "SELECT * FROM sniff_csv('%s')"
            })
    void noOtherFileIsRead(String sql) throws IOException {
        Path secret = Files.writeString(temp.resolve("secret.csv"), "a,b\n1,secret-word\n");
        Program.Outcome refused = query(sql.replace("%s", secret.toString()));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines()).hasSize(1);
        assertThat(refused.out() + refused.err()).doesNotContain("secret-word");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "SELEC 1; query line 1 column 1: Parser Error: syntax error at or near \"SELEC\"",
                "SELECT\\n  'é', nope FROM runs; query line 2 column 8: Binder Error: Referenced column \"nope\" not found",
                "SELECT * FROM loop; query line 1 column 15: Catalog Error: Table with name loop does not exist!",
                "SELECT 'a'::INT; query line 1 column 11: Conversion Error: Could not convert string 'a' to INT32"
            })
    void whatIsWrongIsALineWithThePlace(String sql, String message) {
        Program.Outcome refused = query(sql.replace("\\n", "\n"));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines()).singleElement().asString().contains(message);
        assertThat(refused.err()).contains("there are the views checks, metrics, rows, runs");
    }

    @Test
    void theStatementsOfTheViewsMakeThemInAnyDuckDb() throws Exception {
        String statements = query("--views").out();
        assertThat(statements).contains(temp.toAbsolutePath().toString().replace("'", "''"));
        Map<String, Long> counts = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
            for (String view : List.of("runs", "metrics", "rows", "checks")) {
                try (ResultSet result = statement.executeQuery("SELECT count(*) FROM " + view)) {
                    result.next();
                    counts.put(view, result.getLong(1));
                }
            }
        }
        counts.forEach((view, count) -> assertThat(
                        rows("SELECT count(*) FROM " + view).get(0).get(0).asLong())
                .as(view)
                .isEqualTo(count));
        assertThat(counts.get("runs")).isEqualTo(3);
    }

    @Test
    void theDocumentedColumnsAreThoseOfTheViews() throws IOException {
        nights.oneOfEachKind();
        Map<String, List<String>> documented = new HashMap<>();
        String view = "";
        Matcher line = Pattern.compile("(?m)^### `(\\w+)`$|^\\| `(\\w+)` \\| `(.*?)` \\| .+ \\|$")
                .matcher(Files.readString(Path.of("docs/sql.md")));
        while (line.find()) {
            if (line.group(1) != null) {
                view = line.group(1);
            } else {
                documented.computeIfAbsent(view, key -> new ArrayList<>()).add(line.group(2) + " " + line.group(3));
            }
        }
        Map<String, List<String>> described = new HashMap<>();
        for (JsonNode name : rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")) {
            String each = name.get(0).asString();
            described.put(each, new ArrayList<>());
            rows("SELECT column_name || ' ' || column_type FROM (DESCRIBE " + each + ")")
                    .forEach(column -> described.get(each).add(column.get(0).asString()));
        }
        assertThat(documented).isEqualTo(described);
    }

    @Test
    void theDocumentedQueriesRun() throws IOException {
        Matcher example = Pattern.compile("(?m)^\\./kernelweave query \"(.+?)\"( --.*)?$")
                .matcher(Files.readString(Path.of("docs/sql.md")));
        int count = 0;
        for (; example.find(); count++) {
            List<String> args = new ArrayList<>(List.of(example.group(1)));
            if (example.group(2) != null) {
                args.addAll(List.of(example.group(2).strip().split(" ")));
            }
            Program.Outcome outcome = query(args.toArray(String[]::new));
            assertThat(outcome.exit()).as(example.group() + outcome.err()).isZero();
        }
        assertThat(count).isGreaterThanOrEqualTo(4);
    }
}
