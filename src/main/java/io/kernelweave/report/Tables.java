package io.kernelweave.report;

import io.kernelweave.compare.Moved;
import io.kernelweave.json.CanonicalJson;
import io.kernelweave.json.Json;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.IfevalRow;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.runtime.Arm;
import io.kernelweave.trial.ContainmentTrial;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** The summary tables as CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
final class Tables {
    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();

    private Tables() {}

    /** Every metric with its interval and denominator. */
    static String metrics(Collection<Metric> metrics) {
        return csv(
                List.of("metric", "value", "low", "high", "rows", "clusters"),
                metrics.stream()
                        .filter(Metric::isMeasured)
                        .map(metric -> List.<Object>of(
                                metric.name(),
                                number(metric.value()),
                                metric.interval() == null
                                        ? ""
                                        : number(metric.interval().low()),
                                metric.interval() == null
                                        ? ""
                                        : number(metric.interval().high()),
                                metric.rows(),
                                metric.clusters()))
                        .toList());
    }

    /** Every row that flipped between two runs, and why. */
    static String flips(List<Moved> moved) {
        return csv(
                List.of("row", "part", "cluster", "label", "moved", "stage", "basis", "why", "checks"),
                moved.stream()
                        .map(row -> List.<Object>of(
                                row.rowId(),
                                row.part(),
                                row.cluster(),
                                row.label(),
                                row.direction(),
                                row.stage(),
                                row.basis(),
                                row.why(),
                                row.checks().stream()
                                        .map(Moved.CheckChange::name)
                                        .collect(Collectors.joining(" "))))
                        .toList());
    }

    /** Pass rates of each arm by a field of the rows. */
    static String passRates(String name, List<ResultRow> rows, Function<ResultRow, String> field) {
        List<Arm> arms = Metrics.arms(rows);
        List<String> header = new ArrayList<>(List.of(name));
        arms.forEach(arm -> header.addAll(List.of(arm.label() + " rows", arm.label() + " pass rate")));
        List<List<Object>> lines = new ArrayList<>();
        rows.stream()
                .collect(Collectors.groupingBy(field, TreeMap::new, Collectors.toList()))
                .forEach((value, group) -> {
                    List<Object> line = new ArrayList<>(List.of(value));
                    Map<String, List<ResultRow>> byArm = group.stream().collect(Collectors.groupingBy(ResultRow::arm));
                    arms.forEach(arm -> {
                        List<ResultRow> ofArm = byArm.getOrDefault(arm.label(), List.of());
                        line.add(ofArm.size());
                        line.add(
                                ofArm.isEmpty()
                                        ? ""
                                        : number(Metrics.passRate("", ofArm).value()));
                    });
                    lines.add(line);
                });
        return csv(header, lines);
    }

    /** The schemas that the engine refused or failed on. */
    static String refusals(List<MaskRow> rows) {
        return csv(
                List.of("schema", "outcome", "keyword", "pointer", "message"),
                rows.stream()
                        .filter(row -> row.isWarm() && !row.isHonoured())
                        .map(row -> row.refusal() == null
                                ? List.<Object>of(row.rowId(), row.outcome(), "", "", String.valueOf(row.error()))
                                : List.<Object>of(
                                        row.rowId(),
                                        row.outcome(),
                                        row.refusal().keyword(),
                                        row.refusal().pointer(),
                                        row.refusal().message()))
                        .toList());
    }

    /** The first document of each kind that a schema treats wrongly. */
    static String errors(List<MaskRow> rows) {
        return csv(
                List.of("schema", "kind", "document", "excerpt", "reason"),
                rows.stream()
                        .filter(MaskRow::isWarm)
                        .flatMap(row -> row.failures().stream()
                                .map(failure -> List.<Object>of(
                                        row.rowId(),
                                        failure.kind(),
                                        failure.instance(),
                                        failure.excerpt(),
                                        failure.reason())))
                        .toList());
    }

    /** Both verdicts on each instruction, by both rules. */
    static String verdicts(List<IfevalRow> rows) {
        return csv(
                List.of("row", "instruction", "followed", "outcome", "loosely followed", "loose outcome", "reason"),
                rows.stream()
                        .map(row -> {
                            IfevalRow.Verdicts strict = row.strict();
                            IfevalRow.Verdicts loose = row.loose();
                            return List.<Object>of(
                                    row.rowId(),
                                    row.instruction(),
                                    strict == null ? "" : strict.followed(),
                                    strict == null ? "" : strict.outcome(),
                                    loose == null ? "" : loose.followed(),
                                    loose == null ? "" : loose.outcome(),
                                    strict == null ? String.valueOf(row.error()) : strict.reason());
                        })
                        .toList());
    }

    /** Every case whose answer is not the expected one, and every one without an answer. */
    static String differences(List<ContainmentRow> rows) {
        return csv(
                List.of("case", "standing", "question", "expected", "outcome", "witness", "reason", "one", "other"),
                rows.stream()
                        .filter(row -> !row.is(ContainmentTrial.Standing.AGREES))
                        .map(row -> List.<Object>of(
                                row.rowId(),
                                row.standing(),
                                row.question(),
                                row.expected(),
                                row.outcome(),
                                row.witness() == null ? "" : row.witness(),
                                row.error() == null ? row.reason() : row.error(),
                                row.one(),
                                row.other()))
                        .toList());
    }

    /** Right decisions of each label's prompts, before and after training, and where most of the wrong ones went. */
    static String routed(List<List<Object>> lines) {
        return csv(List.of("kernel", "rows", "right before", "right after", "wrong before", "wrong after"), lines);
    }

    static String csv(List<String> header, List<List<Object>> lines) {
        StringWriter out = new StringWriter();
        try (CSVPrinter printer = new CSVPrinter(out, FORMAT)) {
            printer.printRecord(header);
            for (List<Object> line : lines) {
                printer.printRecord(line.stream().map(Tables::harmless).toList());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** With the same digits on every JDK; an interval without an end has none. */
    private static Object number(double value) {
        return Double.isFinite(value) ? new BigDecimal(CanonicalJson.text(Json.tree(value))) : "";
    }

    static Object harmless(Object cell) {
        return cell instanceof String text && !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0
                ? "'" + text
                : cell;
    }
}
