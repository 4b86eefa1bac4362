package io.kernelweave.report;

import io.kernelweave.storage.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A result of a query, for other programs and documents. */
public record Grid(Sql.Table table) {
    /** RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe before it. */
    public String csv() {
        List<List<String>> text = table.text();
        List<List<Object>> lines = new ArrayList<>();
        for (int i = 0; i < text.size(); i++) {
            List<Object> line = new ArrayList<>();
            for (int column = 0; column < table.columns().size(); column++) {
                JsonNode cell = table.rows().get(i).get(column);
                line.add(cell.isNumber() ? cell.numberValue() : text.get(i).get(column));
            }
            lines.add(line);
        }
        return Tables.csv(table.columns(), lines);
    }

    /** A table whose cells cannot become markup, numbers to the right. */
    public String markdown() {
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < table.columns().size(); i++) {
            int column = i;
            boolean numbers = !table.rows().isEmpty()
                    && table.rows().stream()
                            .map(row -> row.get(column))
                            .allMatch(cell -> cell.isNumber() || cell.isNull());
            rule.append(numbers ? "---:|" : "---|");
        }
        return line(table.columns())
                + rule
                + "\n"
                + table.text().stream().map(Grid::line).collect(Collectors.joining());
    }

    private static String line(List<String> cells) {
        return cells.stream()
                .map(MarkdownOutputFormat.INSTANCE::escapePlainText)
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
