package io.kernelweave.results;

import io.kernelweave.verify.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every figure of a run that sets the check language against an outside checker, computed from its rows. A verdict is decided if it is not
 * UNKNOWN. Shares come with a 95 % interval over prompts.
 *
 * <table>
 * <caption>Metrics, of the strict rule below {@code ifeval.} and of the loose one below {@code ifeval.loose.}</caption>
 * <tr><th>metric</th><th>meaning</th></tr>
 * <tr><td>instructions</td><td>how many there are; errors are not among them</td></tr>
 * <tr><td>agreement</td><td>share of decided verdicts that are the outside checker's</td></tr>
 * <tr><td>right_rate</td><td>share of all verdicts that are decided and the outside checker's</td></tr>
 * <tr><td>types, types_exact</td><td>types of instruction; those with a decided verdict where all decided verdicts agree</td></tr>
 * <tr><td>unknown, unknown_rate</td><td>undecided verdicts, and their share of all</td></tr>
 * <tr><td>false_pass, false_fail</td><td>PASS where the outside checker says that the instruction is not followed, and the reverse</td></tr>
 * <tr><td>followed_rate, pass_rate</td><td>share of instructions that the outside checker finds followed, and that PASS</td></tr>
 * <tr><td>type.&lt;type&gt;.agreement, type.&lt;type&gt;.unknown</td><td>the same of one type, {@code :} in its name written {@code .}</td></tr>
 * </table>
 *
 * <p>{@code ifeval.error_rate} is the share of rows that could not be judged.
 */
public final class IfevalMetrics {
    /** The metrics that are a figure of each row, so that two runs can be paired by them. */
    public static final List<String> PAIRED = List.of("ifeval.right_rate", "ifeval.loose.right_rate");

    /** What the names of metrics of the loose rule begin with. */
    public static final String LOOSE = "ifeval.loose.";

    private static final String PREFIX = "ifeval.";

    private final Figures<IfevalRow> figures = new Figures<>();

    private IfevalMetrics() {}

    public static Map<String, Metric> of(Collection<IfevalRow> rows) {
        IfevalMetrics metrics = new IfevalMetrics();
        metrics.figures.share(PREFIX + "error_rate", rows, row -> row.error() != null, row -> true);
        metrics.rule(PREFIX, rows, IfevalRow::strict);
        if (rows.stream().anyMatch(row -> row.loose() != null)) {
            metrics.rule(LOOSE, rows, IfevalRow::loose);
        }
        return metrics.figures.all();
    }

    /** The figure of a row behind a metric of {@link #PAIRED}: whether the verdict is decided and right. */
    public static Optional<PerRow<IfevalRow>> perRow(String name) {
        if (!PAIRED.contains(name)) {
            return Optional.empty();
        }
        Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule =
                name.startsWith(LOOSE) ? IfevalRow::loose : IfevalRow::strict;
        return Optional.of(new PerRow<>(
                row -> row.error() != null || rule.apply(row) != null,
                row -> is(rule, IfevalRow.Verdicts::agree).test(row) ? 1 : 0));
    }

    /** The name of a type of instruction as part of a metric's name. */
    public static String name(String type) {
        return type.replace(':', '.');
    }

    private static Predicate<IfevalRow> is(
            Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule, Predicate<IfevalRow.Verdicts> condition) {
        return row -> {
            IfevalRow.Verdicts verdicts = rule.apply(row);
            return verdicts != null && condition.test(verdicts);
        };
    }

    private void rule(
            String prefix, Collection<IfevalRow> all, Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule) {
        List<IfevalRow> rows =
                all.stream().filter(row -> Objects.nonNull(rule.apply(row))).toList();
        Predicate<IfevalRow> decided = is(rule, IfevalRow.Verdicts::isDecided);
        Predicate<IfevalRow> agrees = is(rule, IfevalRow.Verdicts::agree);
        Map<String, List<IfevalRow>> types =
                rows.stream().collect(Collectors.groupingBy(IfevalRow::instruction, TreeMap::new, Collectors.toList()));
        figures.put(prefix + "instructions", rows.size(), rows);
        figures.share(prefix + "agreement", rows, agrees, decided);
        figures.share(prefix + "right_rate", rows, agrees, row -> true);
        figures.put(prefix + "types", types.size(), rows);
        figures.put(
                prefix + "types_exact",
                types.values().stream()
                        .filter(type -> type.stream().anyMatch(decided)
                                && type.stream().filter(decided).allMatch(agrees))
                        .count(),
                rows);
        figures.put(prefix + "unknown", rows.stream().filter(decided.negate()).count(), rows);
        figures.share(prefix + "unknown_rate", rows, decided.negate(), row -> true);
        figures.put(
                prefix + "false_pass",
                rows.stream().filter(is(rule, IfevalRow.Verdicts::isFalsePass)).count(),
                rows);
        figures.put(
                prefix + "false_fail",
                rows.stream()
                        .filter(is(rule, verdicts -> verdicts.outcome() == Outcome.FAIL && verdicts.followed()))
                        .count(),
                rows);
        figures.share(prefix + "followed_rate", rows, is(rule, IfevalRow.Verdicts::followed), row -> true);
        figures.share(
                prefix + "pass_rate", rows, is(rule, verdicts -> verdicts.outcome() == Outcome.PASS), row -> true);
        types.forEach((type, own) -> {
            String name = prefix + "type." + name(type) + ".";
            figures.share(name + "agreement", own, agrees, decided);
            figures.put(name + "unknown", own.stream().filter(decided.negate()).count(), own);
        });
    }
}
