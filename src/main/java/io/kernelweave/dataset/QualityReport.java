package io.kernelweave.dataset;

import io.kernelweave.dataset.Quality.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code dataset check} found, to be read: the verdict, a table of checks, and of each a few findings with rows.
 *
 * @param ceiling the share of rows that a router can route right at most, see {@link Quality#routerCeiling}
 */
public record QualityReport(Datasets.Card card, List<Finding> findings, double ceiling) {
    private static final int SHOWN = 10;
    private static final List<String> SEVERITIES = List.of("error", "warn", "info");

    /** What each check means to who uses the rows. */
    private static final Map<String, String> MEANINGS = meanings();

    public static QualityReport of(Datasets.Card card, Dataset dataset) {
        return new QualityReport(card, Quality.audit(dataset), Quality.routerCeiling(dataset));
    }

    private static Map<String, String> meanings() {
        Map<String, String> meanings = new TreeMap<>();
        meanings.put("unique-ids", "Nobody can say which row is meant.");
        meanings.put("known-kernels", "A router that is asked for a kernel that is not there is always wrong.");
        meanings.put("target-in-every-split", "What has no row in a split is not measured there.");
        meanings.put("whole-clusters", "Rows of one origin in two splits: what was learned is asked again.");
        meanings.put("prompt-crosses-splits", "The same prompt in two splits: what was learned is asked again.");
        meanings.put(
                "example-in-evaluation", "The kernel's own example is asked: who knows the kernel knows the answer.");
        meanings.put("contradicting-labels", "One prompt, two labels: whatever a router says, one of them is wrong.");
        meanings.put("duplicate-rows", "The same row again counts twice.");
        meanings.put("near-duplicates", "Wordings that hardly differ count as if they were several.");
        meanings.put(
                "near-duplicate-crosses-splits", "Hardly another wording in another split: figures there may flatter.");
        meanings.put("near-contradictions", "Hardly another wording, another label: one of them may be wrong.");
        meanings.put("label-in-prompt", "The prompt says what is to be found out.");
        meanings.put("answer-in-prompt", "The prompt holds the answer that is to be given.");
        meanings.put("response-unreadable", "The kernel gives JSON, this answer is none.");
        meanings.put("constant-columns", "A column that is the same in every row says nothing.");
        return meanings;
    }

    /** Whether nothing keeps the data set from being used. */
    public boolean isSound() {
        return findings.stream().noneMatch(Finding::isError);
    }

    /** The findings of each check, errors first. */
    public Map<String, List<Finding>> byCheck() {
        return SEVERITIES.stream()
                .flatMap(severity ->
                        findings.stream().filter(finding -> finding.severity().equals(severity)))
                .collect(Collectors.groupingBy(Finding::check, LinkedHashMap::new, Collectors.toList()));
    }

    /** How many different rows findings are about. */
    public static long rows(List<Finding> findings) {
        return findings.stream()
                .flatMap(finding -> finding.rows().stream())
                .distinct()
                .count();
    }

    /** In words what the contradicting labels cost; empty where there are none. */
    public String ceilingInWords() {
        return ceiling < 1
                ? String.format(Locale.ROOT, "No router can route more than %.2f %% of the rows right.", 100 * ceiling)
                : "";
    }

    public ObjectNode json() {
        ObjectNode json = Datasets.json(card, findings);
        json.put("router_ceiling", ceiling);
        return json;
    }

    /** The table of checks: what was found how often. */
    String table() {
        StringBuilder text = new StringBuilder("| check | severity | findings | rows |\n|---|---|---:|---:|\n");
        byCheck()
                .forEach((check, found) -> text.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %,d | %,d |\n",
                        check,
                        found.get(0).severity(),
                        found.size(),
                        rows(found))));
        return text.toString();
    }

    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("# Check of data set `").append(card.name()).append("`\n\n");
        text.append("**").append(isSound() ? "PASS" : "FAIL").append("**: ");
        text.append(Stream.of("error", "warn", "info")
                .map(severity -> findings.stream()
                                .filter(finding -> finding.severity().equals(severity))
                                .count()
                        + " " + severity)
                .collect(Collectors.joining(", ")));
        text.append(String.format(Locale.ROOT, ", in %,d rows of %,d clusters.\n", card.rows(), card.clusters()));
        if (!ceilingInWords().isEmpty()) {
            text.append(ceilingInWords()).append('\n');
        }
        text.append("\nDigest of the rows: `").append(card.digest()).append("`\n");
        if (findings.isEmpty()) {
            return text.append("\nNothing was found.\n").toString();
        }
        text.append('\n').append(table());
        byCheck().forEach((check, found) -> section(text, check, found));
        return text.toString();
    }

    private static void section(StringBuilder text, String check, List<Finding> found) {
        text.append("\n## ")
                .append(check)
                .append(" (")
                .append(found.get(0).severity())
                .append(")\n\n")
                .append(MEANINGS.getOrDefault(check, ""))
                .append("\n\n");
        for (Finding finding : found.subList(0, Math.min(SHOWN, found.size()))) {
            text.append("- ").append(Markdown.plain(finding.finding())).append('\n');
            finding.examples()
                    .forEach(row -> text.append("  - ")
                            .append(Markdown.code(row.row()))
                            .append(" (")
                            .append(row.split())
                            .append(", ")
                            .append(Markdown.code(row.label()))
                            .append(", from ")
                            .append(Markdown.code(row.origin()))
                            .append("): ")
                            .append(Markdown.code(row.prompt()))
                            .append('\n'));
        }
        if (found.size() > SHOWN) {
            text.append("- and ").append(found.size() - SHOWN).append(" more\n");
        }
    }
}
