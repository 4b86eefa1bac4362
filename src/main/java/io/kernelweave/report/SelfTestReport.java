package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.percent;

import io.kernelweave.compare.SelfTest;
import io.kernelweave.results.Run;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** The view model of the report on a self-test of the run gate, and its figure. */
final class SelfTestReport {
    private static final int TOP = 60;
    private static final int BOTTOM = 340;

    private final Run run;
    private final SelfTest test;

    SelfTestReport(Run run, SelfTest test) {
        this.run = run;
        this.test = test;
    }

    Map<String, Object> model() {
        Map<String, Object> model = Frame.of(run);
        model.put("findings", findings());
        model.put("alarms", test.alarms().stream().map(SelfTestReport::alarm).toList());
        model.put("faults", test.faults().stream().map(SelfTestReport::fault).toList());
        model.put("sizes", sizes());
        model.put("power", test.faults().stream().map(this::power).toList());
        model.put("margins", margins());
        model.put("draws", count(run.settings().path("draws").asInt()));
        model.put("powerDraws", count(run.settings().path("power_draws").asInt()));
        model.put("data", run.data());
        model.put("prompts", count(run.data().rows()));
        model.put("clusters", count(run.data().clusters()));
        return model;
    }

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        for (SelfTest.Alarms alarm : test.alarms()) {
            findings.add("Sound runs against sound ones, " + alarm.kind() + " answers: " + rate(alarm.failed(), alarm)
                    + " FAIL, where 5 % may; the row-wise McNemar test raises an alarm in "
                    + rate(alarm.mcNemar(), alarm) + ".");
        }
        for (SelfTest.Fault fault : test.faults()) {
            String found = fault.isDetected()
                    ? "found by " + String.join(", ", fault.caughtBy()) + "; "
                            + fault.needed()
                                    .map(point -> "it takes " + count(point.clusters()) + " clusters ("
                                            + count(Math.round(point.rows())) + " rows)")
                                    .orElse("no number of clusters tried was enough")
                    : "not found: " + fault.verdict();
            findings.add(fault.name() + ": " + found + ".");
        }
        return findings;
    }

    private static String rate(int count, SelfTest.Alarms alarm) {
        return percent(count / (double) alarm.draws(), Interval.ofShare(count, alarm.draws()));
    }

    private static Map<String, Object> alarm(SelfTest.Alarms alarm) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kind", alarm.kind());
        line.put("size", count(alarm.clusters()) + " / " + count(alarm.rows()));
        line.put("moved", String.format(Locale.ROOT, "%.1f", alarm.moved()));
        line.put("failed", rate(alarm.failed(), alarm));
        line.put("passed", rate(alarm.passed(), alarm));
        line.put("signFlip", rate(alarm.signFlip(), alarm));
        line.put("mcNemar", rate(alarm.mcNemar(), alarm));
        return line;
    }

    private static Map<String, Object> fault(SelfTest.Fault fault) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", fault.name());
        line.put("says", fault.says());
        line.put("verdict", fault.verdict().name());
        line.put("caught", fault.caughtBy().isEmpty() ? "–" : String.join(", ", fault.caughtBy()));
        line.put("affected", count(fault.affected()) + " of " + count(fault.clusters()));
        line.put(
                "clusters", fault.needed().map(point -> count(point.clusters())).orElse("–"));
        line.put(
                "rows",
                fault.needed().map(point -> count(Math.round(point.rows()))).orElse("–"));
        return line;
    }

    private List<String> sizes() {
        TreeSet<Integer> sizes = new TreeSet<>();
        test.faults()
                .forEach(fault -> fault.points().stream()
                        .limit(fault.points().size() - 1L)
                        .forEach(point -> sizes.add(point.clusters())));
        List<String> names =
                new ArrayList<>(sizes.stream().map(SelfTestReport::number).toList());
        names.add("all");
        return names;
    }

    private static String number(int value) {
        return count(value);
    }

    private Map<String, Object> power(SelfTest.Fault fault) {
        List<String> cells = new ArrayList<>();
        SelfTest.Point last = fault.points().get(fault.points().size() - 1);
        for (String size : sizes()) {
            SelfTest.Point at = size.equals("all")
                    ? last
                    : fault.points().stream()
                            .filter(point ->
                                    point != last && count(point.clusters()).equals(size))
                            .findFirst()
                            .orElse(null);
            cells.add(
                    at == null
                            ? "–"
                            : percent(at.power()) + (at.passed() > 0 ? " (" + percent(at.passed()) + ")" : ""));
        }
        return Map.of("name", fault.name(), "cells", cells);
    }

    private String margins() {
        List<String> margins = new ArrayList<>();
        for (Map.Entry<String, JsonNode> margin : run.settings().path("margins").properties()) {
            margins.add(margin.getKey() + " " + percent(margin.getValue().asDouble()));
        }
        return String.join(", ", margins);
    }

    /** Power by number of clusters, on a logarithmic axis. */
    View figure() {
        int most =
                test.faults().stream().mapToInt(SelfTest.Fault::clusters).max().orElse(100);
        Axis x = new Axis(1, Math.max(2, log(most)), 70, 520);
        Axis y = new Axis(0, 1, BOTTOM, TOP);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (SelfTest.Fault fault : test.faults()) {
            StringBuilder path = new StringBuilder();
            List<Map<String, Object>> marks = new ArrayList<>();
            for (SelfTest.Point point : fault.points()) {
                String px = x.pixel(log(point.clusters()));
                String py = y.pixel(point.power());
                path.append(path.isEmpty() ? "M" : "L").append(px).append(' ').append(py);
                marks.add(Map.of(
                        "x",
                        px,
                        "y",
                        py,
                        "text",
                        fault.name() + ", " + count(point.clusters()) + " clusters: " + percent(point.power())));
            }
            lines.add(Map.of(
                    "name",
                    fault.name(),
                    "style",
                    "f" + lines.size(),
                    "path",
                    path.toString(),
                    "marks",
                    marks,
                    "y",
                    90 + 26 * lines.size()));
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "Faults found, by number of clusters");
        model.put(
                "description",
                "Share of random subsets of clusters in which the run gate says FAIL, for each fault that was put in.");
        model.put("lines", lines);
        model.put("bottom", BOTTOM);
        List<Map<String, Object>> ticks = new ArrayList<>();
        for (int clusters = 10; clusters <= most; clusters *= 2) {
            ticks.add(Map.of("x", x.pixel(log(clusters)), "text", count(clusters)));
        }
        model.put("ticks", ticks);
        model.put(
                "shares",
                List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0).stream()
                        .map(share ->
                                Map.of("y", y.pixel(share), "text", String.format(Locale.ROOT, "%.0f %%", 100 * share)))
                        .toList());
        return new View("power.svg.ftl", model);
    }

    private static double log(int clusters) {
        return StrictMath.log10(clusters);
    }
}
