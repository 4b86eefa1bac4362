package io.kernelweave.report;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Something that a file states otherwise than it follows from the rows.
 *
 * @param file its name in the run's folder
 * @param what the figure: a metric, a JSON pointer, a cell of a table, or a line
 * @param stated by the file
 * @param recomputed from the rows
 */
public record Discrepancy(String file, String what, String stated, String recomputed) {
    private static final Pattern CELL = Pattern.compile("(?<!\\\\)\\|");
    /** What is no matter of wording: numbers and verdicts. */
    private static final Pattern FIGURE =
            Pattern.compile("\\d[\\d,]*(?:\\.\\d+)?|\\b(?:PASS|FAIL|UNKNOWN|IDENTICAL|INCONCLUSIVE|INVALID)\\b");

    private static final String NOTHING = "nothing";
    private static final int LONGEST = 200;

    /** Whether no number or verdict is stated otherwise: other words, or something that is not stated at all. */
    boolean isOfWords() {
        return stated.equals(NOTHING) || figures(stated).equals(figures(recomputed));
    }

    private static List<String> figures(String text) {
        return FIGURE.matcher(text)
                .results()
                .map(figure -> figure.group().replace(",", ""))
                .toList();
    }

    /** All of a file against what it should be; empty if both are the same to the byte. */
    static List<Discrepancy> of(String file, String stated, String recomputed) {
        if (stated.equals(recomputed)) {
            return List.of();
        }
        List<Discrepancy> found =
                file.endsWith(".json") ? ofJson(file, stated, recomputed) : ofLines(file, stated, recomputed);
        return found.isEmpty() ? ofLines(file, stated, recomputed) : found;
    }

    private static List<Discrepancy> ofJson(String file, String stated, String recomputed) {
        Map<String, String> there = new LinkedHashMap<>();
        Map<String, String> here = new LinkedHashMap<>();
        try {
            flatten("", Json.parseTrusted(stated), there);
        } catch (InputException e) {
            return List.of(new Discrepancy(file, "the whole file", String.valueOf(e.getMessage()), "a JSON document"));
        }
        flatten("", Json.parseTrusted(recomputed), here);
        List<Discrepancy> found = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(there.keySet());
        names.addAll(here.keySet());
        for (String name : names) {
            if (!Objects.equals(there.get(name), here.get(name))) {
                String what = name.startsWith("/metrics/") ? name.substring("/metrics/".length()) : name;
                found.add(new Discrepancy(
                        file, what, there.getOrDefault(name, NOTHING), here.getOrDefault(name, NOTHING)));
            }
        }
        return found;
    }

    private static void flatten(String pointer, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties()
                    .forEach(property -> flatten(
                            pointer + "/" + property.getKey().replace("~", "~0").replace("/", "~1"),
                            property.getValue(),
                            into));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                flatten(pointer + "/" + i, node.get(i), into);
            }
        } else {
            into.put(pointer, node.isString() ? node.stringValue() : node.toString());
        }
    }

    private static String shown(String text) {
        return Templates.shorten(text, LONGEST);
    }

    private static List<Discrepancy> ofLines(String file, String stated, String recomputed) {
        String[] there = stated.split("\n", -1);
        String[] here = recomputed.split("\n", -1);
        int from = 0;
        while (from < Math.min(there.length, here.length) && there[from].equals(here[from])) {
            from++;
        }
        int tail = 0;
        while (tail < Math.min(there.length, here.length) - from
                && there[there.length - 1 - tail].equals(here[here.length - 1 - tail])) {
            tail++;
        }
        if (there.length != here.length) {
            return List.of(new Discrepancy(
                    file,
                    "from line " + (from + 1) + place(file, here, from) + ", " + (there.length - from - tail)
                            + " lines for " + (here.length - from - tail),
                    from < there.length ? shown(there[from]) : "nothing",
                    from < here.length ? shown(here[from]) : "nothing"));
        }
        List<Discrepancy> found = new ArrayList<>();
        for (int i = from; i < here.length - tail; i++) {
            if (!there[i].equals(here[i])) {
                found.addAll(ofLine(file, there[i], here, i));
            }
        }
        return found;
    }

    /** A table's line is compared cell by cell; of any other the words that differ are shown. */
    private static List<Discrepancy> ofLine(String file, String there, String[] here, int at) {
        String where = "line " + (at + 1) + place(file, here, at);
        Optional<List<String>> header = header(file, here, at);
        List<String> stated = cells(file, there);
        List<String> recomputed = cells(file, here[at]);
        if (header.isEmpty()
                || stated.size() != recomputed.size()
                || header.get().size() != stated.size()) {
            String[] words = differing(there, here[at]);
            return List.of(new Discrepancy(file, where, words[0], words[1]));
        }
        List<Discrepancy> found = new ArrayList<>();
        for (int i = 0; i < stated.size(); i++) {
            if (!stated.get(i).equals(recomputed.get(i))) {
                String name = (recomputed.get(0) + ", " + header.get().get(i)).replaceAll("^, |, $", "");
                found.add(new Discrepancy(file, where + ": " + name, shown(stated.get(i)), shown(recomputed.get(i))));
            }
        }
        return found;
    }

    /** The heading that a line of Markdown stands under. */
    private static String place(String file, String[] lines, int at) {
        if (file.endsWith(".md")) {
            for (int i = Math.min(at, lines.length - 1); i >= 0; i--) {
                if (lines[i].startsWith("#")) {
                    return " (" + lines[i].replaceAll("^#+ ", "") + ")";
                }
            }
        }
        return "";
    }

    private static Optional<List<String>> header(String file, String[] lines, int at) {
        if (file.endsWith(".csv")) {
            return Optional.of(cells(file, lines[0]));
        }
        if (!file.endsWith(".md") || !lines[at].startsWith("|")) {
            return Optional.empty();
        }
        int first = at;
        while (first > 0 && lines[first - 1].startsWith("|")) {
            first--;
        }
        return Optional.of(cells(file, lines[first]));
    }

    private static List<String> cells(String file, String line) {
        if (file.endsWith(".csv")) {
            return List.of(line.split(",", -1));
        }
        List<String> cells = new ArrayList<>();
        for (String cell : CELL.split(line.replaceAll("^\\||\\|$", ""), -1)) {
            cells.add(cell.strip());
        }
        return cells;
    }

    private static String[] differing(String there, String here) {
        int shortest = Math.min(there.length(), here.length());
        int from = 0;
        while (from < shortest && there.charAt(from) == here.charAt(from)) {
            from++;
        }
        int tail = 0;
        while (tail < shortest - from
                && there.charAt(there.length() - 1 - tail) == here.charAt(here.length() - 1 - tail)) {
            tail++;
        }
        int start = Math.max(here.lastIndexOf(' ', Math.max(0, from - 1)), here.lastIndexOf('>', Math.max(0, from - 1)))
                + 1;
        return new String[] {word(there, start, there.length() - tail), word(here, start, here.length() - tail)};
    }

    private static String word(String line, int start, int end) {
        int to = end;
        while (to < line.length() && " <\"".indexOf(line.charAt(to)) < 0) {
            to++;
        }
        return shown(line.substring(Math.min(start, to), to));
    }
}
