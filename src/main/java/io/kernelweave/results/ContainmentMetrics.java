package io.kernelweave.results;

import io.kernelweave.dataset.ContainmentCases;
import io.kernelweave.trial.ContainmentTrial.Standing;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Every figure of a run that asks whether schemas contain others, computed from its rows. Shares come with a 95 % interval over the files or
 * tests that the cases are from.
 *
 * <table>
 * <caption>Metrics of a group of cases, below {@code containment.<group>.}</caption>
 * <tr><th>metric</th><th>meaning</th></tr>
 * <tr><td>cases</td><td>how many there are</td></tr>
 * <tr><td>decided_rate</td><td>share of all cases that are proved or refuted</td></tr>
 * <tr><td>agreement</td><td>share of decided cases whose answer is the expected one</td></tr>
 * <tr><td>right_rate</td><td>share of all cases whose answer is the expected one</td></tr>
 * <tr><td>proven, refuted, unknown, errors</td><td>how many</td></tr>
 * <tr><td>unsound</td><td>decided cases whose answer is not the expected one while nothing shows that it is right</td></tr>
 * <tr><td>disputed</td><td>decided cases whose answer is not the expected one and is shown to be right, see {@link Standing#DISPUTED}</td></tr>
 * <tr><td>witness_confirmed_rate</td><td>share of refutations whose witness the validator confirms</td></tr>
 * <tr><td>decide_us.p50|p90|p99|max</td><td>microseconds of thread CPU time of an answer, UNKNOWN included</td></tr>
 * </table>
 *
 * <p>{@code containment.unsound}, {@code .disputed}, {@code .witness_unconfirmed} and {@code .decide_us.…} are of all groups together, without those
 * cases that ask another question ({@link ContainmentCases#ASSERTED}).
 */
public final class ContainmentMetrics {
    /** The metric of a group that is a figure of each row, so that two runs can be paired by it. */
    public static final String PAIRED = "right_rate";

    private static final String PREFIX = "containment.";

    private ContainmentMetrics() {}

    public static Map<String, Metric> of(Collection<ContainmentRow> rows) {
        Figures<ContainmentRow> figures = new Figures<>();
        List<ContainmentRow> asked = rows.stream()
                .filter(row -> !row.group().equals(ContainmentCases.ASSERTED))
                .toList();
        figures.put(PREFIX + "cases", asked.size(), asked);
        figures.count(PREFIX + "unsound", asked, row -> row.is(Standing.UNSOUND));
        figures.count(PREFIX + "disputed", asked, row -> row.is(Standing.DISPUTED));
        figures.count(PREFIX + "witness_unconfirmed", asked, ContainmentRow::isUnconfirmed);
        figures.share(PREFIX + "error_rate", asked, row -> row.error() != null, row -> true);
        times(figures, PREFIX, asked);
        groups(rows).forEach((group, own) -> group(figures, PREFIX + group + ".", own));
        return figures.all();
    }

    /** The rows of each group. */
    public static Map<String, List<ContainmentRow>> groups(Collection<ContainmentRow> rows) {
        return rows.stream().collect(Collectors.groupingBy(ContainmentRow::group, TreeMap::new, Collectors.toList()));
    }

    private static void group(Figures<ContainmentRow> figures, String prefix, List<ContainmentRow> rows) {
        figures.put(prefix + "cases", rows.size(), rows);
        figures.share(prefix + "decided_rate", rows, ContainmentRow::isDecided, row -> true);
        figures.share(prefix + "agreement", rows, row -> row.is(Standing.AGREES), ContainmentRow::isDecided);
        figures.share(prefix + PAIRED, rows, row -> row.is(Standing.AGREES), row -> true);
        for (String outcome : List.of("proven", "refuted", "unknown")) {
            figures.count(prefix + outcome, rows, row -> row.outcome().equals(outcome));
        }
        figures.count(prefix + "errors", rows, row -> row.error() != null);
        figures.count(prefix + "unsound", rows, row -> row.is(Standing.UNSOUND));
        figures.count(prefix + "disputed", rows, row -> row.is(Standing.DISPUTED));
        figures.share(
                prefix + "witness_confirmed_rate", rows, row -> !row.isUnconfirmed(), row -> row.confirmed() != null);
        times(figures, prefix, rows);
    }

    private static void times(Figures<ContainmentRow> figures, String prefix, Collection<ContainmentRow> rows) {
        List<ContainmentRow> tried =
                rows.stream().filter(row -> row.error() == null).toList();
        figures.quantiles(prefix + "decide_us", tried, row -> row.decideNs() / 1e3);
    }

    /** The figure of a row behind {@code containment.<group>.right_rate}. */
    public static Optional<PerRow<ContainmentRow>> perRow(String name) {
        if (!name.startsWith(PREFIX) || !name.endsWith("." + PAIRED)) {
            return Optional.empty();
        }
        String group = name.substring(PREFIX.length(), Math.max(PREFIX.length(), name.length() - PAIRED.length() - 1));
        return Optional.of(new PerRow<>(row -> row.group().equals(group), row -> row.is(Standing.AGREES) ? 1 : 0));
    }
}
