package io.kernelweave.compare;

import io.kernelweave.compare.Moved.Check;
import io.kernelweave.compare.Moved.Side;
import io.kernelweave.results.CompilationMetrics;
import io.kernelweave.results.CompilationRow;
import io.kernelweave.results.ContainmentMetrics;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.IfevalMetrics;
import io.kernelweave.results.IfevalRow;
import io.kernelweave.results.LoopMetrics;
import io.kernelweave.results.LoopRow;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.SelfTestRow;
import io.kernelweave.runtime.Arm;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How runs of one measure are compared: what their rows are of, which figures pair them, and when a row is right. */
abstract class Kind<R extends Row> {
    private final RowForm<R> form;

    Kind(RowForm<R> form) {
        this.form = form;
    }

    static Kind<?> of(Measure measure) {
        return switch (measure) {
            case ANSWERS -> new Answers();
            case ROUTING -> new Routing();
            case MASKS -> new Masks();
            case IFEVAL -> new Ifeval();
            case CONTAINMENT -> new Containment();
            case COMPILATION -> new Compilation();
            case SELFTEST -> new SelfTests();
            case LOOP -> new Loop();
        };
    }

    RowForm<R> form() {
        return form;
    }

    /** The rows that count: how many others there are is a setting. */
    List<R> counted(List<R> rows) {
        return rows;
    }

    /** The figures by which rows may be paired. */
    abstract List<String> names(Collection<R> rows);

    /** The figure of a row behind a name. */
    abstract Optional<PerRow<R>> perRow(String name);

    /** What is judged where neither the job nor the user says: figure → accepted loss; empty if nothing can be judged. */
    abstract Map<String, Double> margins(Collection<R> rows);

    /** Why nothing is judged; empty where figures are. */
    String obstacle() {
        return "";
    }

    /** The figures of a run that are set side by side where nothing is judged. */
    Map<String, Metric> metrics(RunFolder folder, List<R> rows) {
        return Map.of();
    }

    /** What of the run the row is of: an arm, a router, a stream; empty where there are no parts. */
    abstract String part(R row);

    /** What the row is of in the data, whatever its part. */
    abstract String unit(R row);

    /** What the row is labelled with; null where nothing fits. */
    abstract @Nullable String label(R row);

    /** The row's prompt, or what stands for it. */
    abstract String asks(R row);

    abstract boolean isRight(R row);

    abstract Side side(R row);

    /** What the row says, to tell whether it says another thing. */
    String output(R row) {
        return side(row).output();
    }

    private static Map<String, Double> all(Stream<String> names, double margin) {
        return names.distinct()
                .collect(Collectors.toMap(Function.identity(), name -> margin, (a, b) -> a, TreeMap::new));
    }

    private static String route(ResultRow.@Nullable Decision decision) {
        return decision == null
                ? ""
                : String.format(
                        Locale.ROOT, "routed to %s (p %.2f)", Attribution.route(decision), decision.probability());
    }

    static final class Answers extends Kind<ResultRow> {
        Answers() {
            super(ResultRow.FORM);
        }

        @Override
        List<String> names(Collection<ResultRow> rows) {
            List<String> names = new ArrayList<>();
            for (Arm arm : Metrics.arms(rows)) {
                boolean masked = arm == Arm.ROUTER || arm.isGated();
                Metrics.PAIRED.stream()
                        .filter(metric -> switch (metric) {
                            case "routing_accuracy", "in_scope_accuracy", "abstention_accuracy" -> arm != Arm.RAW;
                            case "false_accept_rate" -> masked;
                            case "kernel_reuse_rate" -> arm.isGated();
                            default -> true;
                        })
                        .forEach(metric -> names.add(arm.label() + "." + metric));
            }
            return names;
        }

        @Override
        Optional<PerRow<ResultRow>> perRow(String name) {
            return Metrics.perRow(name);
        }

        @Override
        Map<String, Double> margins(Collection<ResultRow> rows) {
            return Comparison.margins(Map.of(), rows);
        }

        @Override
        String part(ResultRow row) {
            return row.arm();
        }

        @Override
        String unit(ResultRow row) {
            return row.rowId();
        }

        @Override
        @Nullable
        String label(ResultRow row) {
            return row.kernelId();
        }

        @Override
        String asks(ResultRow row) {
            return row.prompt();
        }

        @Override
        boolean isRight(ResultRow row) {
            return row.passes();
        }

        @Override
        String output(ResultRow row) {
            ResultRow.FinalAnswer answer = row.answer();
            return answer == null ? "" : answer.text();
        }

        @Override
        Side side(ResultRow row) {
            ResultRow.FinalAnswer answer = row.answer();
            String way = Stream.of(
                            route(row.decision()),
                            answer == null ? "" : "answered by " + answer.path().replace('_', ' '),
                            row.attempts().size() > 1 ? row.attempts().size() + " attempts" : "")
                    .filter(part -> !part.isEmpty())
                    .collect(Collectors.joining(", "));
            return new Side(
                    row.error() == null ? row.verdict().outcome() : "ERROR",
                    way,
                    answer == null ? String.valueOf(row.error()) : answer.text(),
                    row.verdict().checks().stream()
                            .map(check -> new Check(check.name(), check.outcome(), check.reason()))
                            .toList());
        }
    }

    static final class Routing extends Kind<RouteRow> {
        Routing() {
            super(RouteRow.FORM);
        }

        @Override
        List<String> names(Collection<RouteRow> rows) {
            return rows.stream()
                    .map(RouteRow::router)
                    .distinct()
                    .sorted()
                    .flatMap(router -> RouteMetrics.PAIRED.stream().map(metric -> router + "." + metric))
                    .toList();
        }

        @Override
        Optional<PerRow<RouteRow>> perRow(String name) {
            return RouteMetrics.perRow(name);
        }

        @Override
        Map<String, Double> margins(Collection<RouteRow> rows) {
            return Map.of("trained.routing_accuracy", 0.02);
        }

        @Override
        String part(RouteRow row) {
            return row.router();
        }

        @Override
        String unit(RouteRow row) {
            return row.rowId();
        }

        @Override
        @Nullable
        String label(RouteRow row) {
            return row.kernelId();
        }

        @Override
        String asks(RouteRow row) {
            return row.prompt();
        }

        @Override
        boolean isRight(RouteRow row) {
            return Boolean.TRUE.equals(row.routeCorrect());
        }

        @Override
        Side side(RouteRow row) {
            return new Side(
                    row.error() != null ? "ERROR" : isRight(row) ? "right" : "wrong",
                    route(row.decision()),
                    row.error() != null
                            ? row.error()
                            : row.decision() == null ? "" : row.decision().reason(),
                    List.of());
        }
    }

    static final class Masks extends Kind<MaskRow> {
        Masks() {
            super(MaskRow.FORM);
        }

        @Override
        List<MaskRow> counted(List<MaskRow> rows) {
            return rows.stream().filter(MaskRow::isWarm).toList();
        }

        @Override
        List<String> names(Collection<MaskRow> rows) {
            return rows.stream()
                    .map(MaskRow::prefix)
                    .distinct()
                    .sorted()
                    .flatMap(prefix -> MaskMetrics.PAIRED.stream()
                            .filter(metric -> !metric.equals("fully_right")) // strict.passing_rate by another name
                            .map(metric -> prefix + metric))
                    .toList();
        }

        @Override
        Optional<PerRow<MaskRow>> perRow(String name) {
            return MaskMetrics.perRow(name);
        }

        @Override
        Map<String, Double> margins(Collection<MaskRow> rows) {
            return all(rows.stream().map(row -> row.prefix() + "passing_rate"), 0.002);
        }

        @Override
        String part(MaskRow row) {
            return "";
        }

        @Override
        String unit(MaskRow row) {
            return row.rowId();
        }

        @Override
        String label(MaskRow row) {
            return row.source();
        }

        @Override
        String asks(MaskRow row) {
            return row.description();
        }

        @Override
        boolean isRight(MaskRow row) {
            return row.passing();
        }

        @Override
        Side side(MaskRow row) {
            return new Side(
                    row.outcome(),
                    row.refusal() == null
                            ? ""
                            : "refused for " + row.refusal().keyword() + " at "
                                    + row.refusal().pointer(),
                    row.error() != null
                            ? row.error()
                            : row.refusal() != null ? row.refusal().message() : "",
                    row.failures().stream()
                            .map(failure -> new Check(
                                    failure.kind() + " document " + failure.instance(), "FAIL", failure.reason()))
                            .toList());
        }
    }

    static final class Ifeval extends Kind<IfevalRow> {
        Ifeval() {
            super(IfevalRow.FORM);
        }

        @Override
        List<String> names(Collection<IfevalRow> rows) {
            return IfevalMetrics.PAIRED;
        }

        @Override
        Optional<PerRow<IfevalRow>> perRow(String name) {
            return IfevalMetrics.perRow(name);
        }

        @Override
        Map<String, Double> margins(Collection<IfevalRow> rows) {
            return Map.of("ifeval.right_rate", 0.002);
        }

        @Override
        String part(IfevalRow row) {
            return "";
        }

        @Override
        String unit(IfevalRow row) {
            return row.rowId();
        }

        @Override
        String label(IfevalRow row) {
            return row.instruction();
        }

        @Override
        String asks(IfevalRow row) {
            return row.instruction() + " " + row.arguments();
        }

        @Override
        boolean isRight(IfevalRow row) {
            return row.strict() != null && row.strict().agree();
        }

        @Override
        Side side(IfevalRow row) {
            IfevalRow.Verdicts strict = row.strict();
            return strict == null
                    ? new Side("ERROR", "", String.valueOf(row.error()), List.of())
                    : new Side(
                            strict.outcome().name(),
                            strict.followed() ? "followed, says the checker" : "not followed, says the checker",
                            String.join("\n", strict.excerpts()),
                            List.of(new Check(row.condition(), strict.outcome().name(), strict.reason())));
        }
    }

    static final class Containment extends Kind<ContainmentRow> {
        Containment() {
            super(ContainmentRow.FORM);
        }

        @Override
        List<String> names(Collection<ContainmentRow> rows) {
            return ContainmentMetrics.groups(rows).keySet().stream()
                    .map(group -> "containment." + group + "." + ContainmentMetrics.PAIRED)
                    .toList();
        }

        @Override
        Optional<PerRow<ContainmentRow>> perRow(String name) {
            return ContainmentMetrics.perRow(name);
        }

        @Override
        Map<String, Double> margins(Collection<ContainmentRow> rows) {
            return all(names(rows).stream(), 0.002);
        }

        @Override
        String part(ContainmentRow row) {
            return "";
        }

        @Override
        String unit(ContainmentRow row) {
            return row.rowId();
        }

        @Override
        String label(ContainmentRow row) {
            return row.question() + ": " + (row.expected() ? "yes" : "no");
        }

        @Override
        String asks(ContainmentRow row) {
            return row.description().isEmpty() ? row.one() + " in " + row.other() : row.description();
        }

        @Override
        boolean isRight(ContainmentRow row) {
            return row.standing().equals("agrees");
        }

        @Override
        Side side(ContainmentRow row) {
            return new Side(
                    row.outcome(),
                    row.standing(),
                    row.error() != null
                            ? row.error()
                            : row.witness() == null ? row.reason() : "witness " + row.witness(),
                    List.of());
        }
    }

    /** The verdicts on held-out traces: of each source, the share that is decided and right. */
    static final class Compilation extends Kind<CompilationRow> {
        private static final String PREFIX = "compile.";
        private static final String RIGHT = ".verdicts.right_rate";

        Compilation() {
            super(CompilationRow.FORM);
        }

        @Override
        List<CompilationRow> counted(List<CompilationRow> rows) {
            return rows.stream()
                    .filter(row -> row.regime().equals(CompilationRow.HALVES))
                    .toList();
        }

        @Override
        List<String> names(Collection<CompilationRow> rows) {
            return rows.stream()
                    .map(row -> PREFIX + row.source() + RIGHT)
                    .distinct()
                    .sorted()
                    .toList();
        }

        @Override
        Optional<PerRow<CompilationRow>> perRow(String name) {
            if (!name.startsWith(PREFIX) || !name.endsWith(RIGHT)) {
                return Optional.empty();
            }
            String source = name.substring(PREFIX.length(), name.length() - RIGHT.length());
            return Optional.of(new PerRow<>(row -> row.source().equals(source), row -> isRight(row) ? 1 : 0));
        }

        @Override
        Map<String, Double> margins(Collection<CompilationRow> rows) {
            return all(names(rows).stream(), 0.02);
        }

        @Override
        Map<String, Metric> metrics(RunFolder folder, List<CompilationRow> rows) {
            return CompilationMetrics.of(rows, folder.run());
        }

        @Override
        String part(CompilationRow row) {
            return "split " + row.split();
        }

        @Override
        String unit(CompilationRow row) {
            return row.rowId();
        }

        @Override
        String label(CompilationRow row) {
            return row.source() + (row.success() ? ": success" : ": failure");
        }

        @Override
        String asks(CompilationRow row) {
            return row.trace();
        }

        @Override
        boolean isRight(CompilationRow row) {
            return row.is(row.success() ? Outcome.PASS : Outcome.FAIL);
        }

        @Override
        Side side(CompilationRow row) {
            return new Side(
                    row.error() == null ? row.verdict() : "ERROR",
                    String.format(Locale.ROOT, "score %.3f over %d steps", row.score(), row.steps()),
                    row.error() == null ? "" : row.error(),
                    List.of());
        }
    }

    /** A kind whose whole run is one trial: its rows have no figure that could be tested. */
    private abstract static class OneTrial<R extends Row> extends Kind<R> {
        OneTrial(RowForm<R> form) {
            super(form);
        }

        @Override
        List<String> names(Collection<R> rows) {
            return List.of();
        }

        @Override
        Optional<PerRow<R>> perRow(String name) {
            return Optional.empty();
        }

        @Override
        Map<String, Double> margins(Collection<R> rows) {
            return Map.of();
        }
    }

    static final class SelfTests extends OneTrial<SelfTestRow> {
        SelfTests() {
            super(SelfTestRow.FORM);
        }

        @Override
        String obstacle() {
            return "a self-test tries the gate on faults that were put in: its rows are meant to fail, and each of its"
                    + " figures is one trial";
        }

        @Override
        Map<String, Metric> metrics(RunFolder folder, List<SelfTestRow> rows) {
            return SelfTest.of(folder, rows).metrics();
        }

        @Override
        String part(SelfTestRow row) {
            return row.variant();
        }

        @Override
        String unit(SelfTestRow row) {
            return row.rowId();
        }

        @Override
        @Nullable
        String label(SelfTestRow row) {
            return row.kernelId();
        }

        @Override
        String asks(SelfTestRow row) {
            return "";
        }

        @Override
        boolean isRight(SelfTestRow row) {
            return row.passes();
        }

        @Override
        Side side(SelfTestRow row) {
            return new Side(
                    row.passes() ? "PASS" : "FAIL",
                    row.path() == null ? "" : "answered by " + row.path().replace('_', ' '),
                    row.error() == null ? "" : row.error(),
                    List.of());
        }
    }

    static final class Loop extends OneTrial<LoopRow> {
        Loop() {
            super(LoopRow.FORM);
        }

        @Override
        String obstacle() {
            return "what a loop does with a prompt rests on all prompts before it: a stream is one trial, and no test"
                    + " tells chance from change";
        }

        @Override
        Map<String, Metric> metrics(RunFolder folder, List<LoopRow> rows) {
            return LoopMetrics.of(rows, folder.run());
        }

        @Override
        String part(LoopRow row) {
            return row.stream();
        }

        @Override
        String unit(LoopRow row) {
            return row.rowId();
        }

        @Override
        @Nullable
        String label(LoopRow row) {
            return row.kernelId();
        }

        @Override
        String asks(LoopRow row) {
            return "prompt " + row.position() + " of the stream";
        }

        @Override
        boolean isRight(LoopRow row) {
            return row.isVerified();
        }

        @Override
        Side side(LoopRow row) {
            LoopRow.Made served = row.served();
            return new Side(
                    row.error() == null ? row.verified() : "ERROR",
                    (row.path() == null ? "" : "answered by " + row.path().replace('_', ' '))
                            + (served == null ? "" : ", asked " + served.kernelId() + " version " + served.version()),
                    row.error() == null ? "" : row.error(),
                    List.of());
        }
    }
}
