package io.kernelweave.report;

import io.kernelweave.compare.Figure;
import io.kernelweave.compare.Versus;
import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.results.Run;
import io.kernelweave.storage.Folder;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Comparisons in the forms that build servers read: JUnit's XML, and the commands that a GitHub workflow takes from standard output. Both
 * say just what the exit code says: there is a failure if a comparison is FAIL, an error if one is INVALID, and what is
 * INCONCLUSIVE is skipped, which is neither.
 */
public final class CompareCi {
    private static final int MOST_LABELS = 50;

    private CompareCi() {}

    /** One case: a judged figure, or the rows of one label. */
    private record Case(String group, String name, RunVerdict verdict, String says) {}

    private static List<Case> cases(Versus versus) {
        List<Case> cases = new ArrayList<>();
        String job = versus.candidate().job();
        for (Versus.View view : versus.views()) {
            String group = job + (view.contracts().isEmpty() ? "" : ".contracts of " + view.contracts());
            if (view.report().metrics().isEmpty()) {
                cases.add(new Case(
                        group,
                        "comparison",
                        view.report().verdict(),
                        view.report().reason()));
            }
            for (MetricVerdict metric : view.report().metrics()) {
                cases.add(new Case(group, metric.metric(), metric.verdict(), metric.reason()));
            }
        }
        // The labels say where a loss is; they are judged only as parts of it.
        boolean failed = versus.verdict() == RunVerdict.FAIL;
        versus.labels().stream().limit(MOST_LABELS).forEach(label -> {
            Figure figure = label.figure();
            boolean lost = failed && figure.word().equals("lost");
            cases.add(new Case(
                    job + ".contract" + (label.part().isEmpty() ? "" : "." + label.part()),
                    label.label(),
                    lost ? RunVerdict.FAIL : RunVerdict.PASS,
                    String.format(
                            Locale.ROOT,
                            "%s to %s right: %d rows gained, %d lost of %d, %s",
                            Templates.percent(figure.baseline()),
                            Templates.percent(figure.candidate()),
                            figure.better(),
                            figure.worse(),
                            figure.rows(),
                            figure.word())));
        });
        return cases;
    }

    /**
     * A {@code testsuites} document, one suite for each comparison.
     *
     * @param reports the reports folder, which may have a template of its own
     */
    public static String junit(Folder reports, List<Versus> comparisons) {
        List<Map<String, Object>> suites = new ArrayList<>();
        for (int i = 0; i < comparisons.size(); i++) {
            Versus versus = comparisons.get(i);
            List<Case> cases = cases(versus);
            Map<String, Object> suite = new LinkedHashMap<>();
            suite.put("id", i);
            suite.put("job", xml(versus.candidate().job()));
            suite.put("baseline", xml(versus.baseline().runId()));
            suite.put("candidate", xml(versus.candidate().runId()));
            suite.put("verdict", versus.verdict().name());
            suite.put("timestamp", timestamp(versus.candidate()));
            suite.put("failures", count(cases, RunVerdict.FAIL));
            suite.put("errors", count(cases, RunVerdict.INVALID));
            suite.put("skipped", count(cases, RunVerdict.INCONCLUSIVE));
            suite.put(
                    "cases",
                    cases.stream()
                            .map(each -> Map.of(
                                    "group", xml(each.group()),
                                    "name", xml(each.name()),
                                    "verdict", each.verdict().name(),
                                    "says", xml(each.says())))
                            .toList());
            suites.add(suite);
        }
        return Templates.of(reports).render(new View("junit.xml.ftl", Map.of("suites", suites)));
    }

    private static long count(List<Case> cases, RunVerdict verdict) {
        return cases.stream().filter(each -> each.verdict() == verdict).count();
    }

    private static String timestamp(Run run) {
        return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT)
                .format(Objects.requireNonNullElse(run.finishedAt(), run.startedAt())
                        .atOffset(ZoneOffset.UTC));
    }

    /** What XML 1.0 has no character for becomes U+FFFD. */
    private static String xml(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints()
                .map(c -> c == '\t'
                                || c == '\n'
                                || (c >= ' ' && c <= 0xd7ff)
                                || (c >= 0xe000 && c != 0xfffe && c != 0xffff)
                        ? c
                        : 0xfffd)
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /** Workflow commands, a line each: errors for what failed or is invalid, warnings for what stays open, a notice for the rest. */
    public static String github(Versus versus) {
        StringBuilder lines = new StringBuilder();
        String runs =
                versus.candidate().runId() + " against " + versus.baseline().runId();
        for (Case each : cases(versus)) {
            if (each.verdict() != RunVerdict.PASS && each.verdict() != RunVerdict.IDENTICAL) {
                lines.append(each.verdict() == RunVerdict.INCONCLUSIVE ? "::warning" : "::error")
                        .append(" title=")
                        .append(property(each.verdict() + " " + each.name() + " (" + each.group() + ")"))
                        .append("::")
                        .append(data(each.says()))
                        .append('\n');
            }
        }
        if (versus.verdict().exitCode() == 0) {
            lines.append("::notice title=")
                    .append(property(versus.verdict() + " " + runs))
                    .append("::")
                    .append(data(versus.views().get(0).report().reason()))
                    .append('\n');
        }
        return lines.toString();
    }

    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
