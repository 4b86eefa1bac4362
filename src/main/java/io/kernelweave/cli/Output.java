package io.kernelweave.cli;

import io.kernelweave.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** How a command speaks: to a person, or with {@code --json} as one JSON object on standard output and nothing else. */
final class Output {
    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    /** Prints the object for machines; does nothing for a person. */
    void json(Object value) {
        if (json) {
            System.out.print(Json.pretty(value));
        }
    }

    /** Prints a line for a person, with picocli's style marks; does nothing for machines. */
    void line(String format, Object... arguments) {
        if (!json) {
            System.out.println(Ansi.AUTO.string(String.format(Locale.ROOT, format, arguments)));
        }
    }

    /** Prints text as it is. */
    void text(String text) {
        if (!json) {
            System.out.println(text);
        }
    }

    /** Prints a table with columns as wide as their longest cell. */
    void table(List<String> header, List<List<String>> rows) {
        if (json) {
            return;
        }
        int[] widths = new int[header.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(
                    header.get(i).length(),
                    rows.stream()
                            .mapToInt(row -> row.get(column).length())
                            .max()
                            .orElse(0));
        }
        System.out.println(Ansi.AUTO.string("@|bold " + row(header, widths) + "|@"));
        rows.forEach(row -> System.out.println(row(row, widths)));
    }

    private static String row(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(cells.get(i));
            if (i < widths.length - 1) {
                line.append(" ".repeat(widths[i] - cells.get(i).length() + 2));
            }
        }
        return line.toString();
    }

    /** The style of a verdict: green, red or yellow on a terminal. */
    static String coloured(String verdict) {
        String colour = Map.of("PASS", "green", "IDENTICAL", "green", "FAIL", "red", "INVALID", "red")
                .getOrDefault(verdict, "yellow");
        return "@|bold," + colour + " " + verdict + "|@";
    }
}
