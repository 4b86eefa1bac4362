package io.kernelweave.report;

import static io.kernelweave.report.Templates.percent;

import io.kernelweave.results.RoutingDrift;
import io.kernelweave.route.Drift;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The view model of what a run's router is held to, and whether it still may be. */
final class DriftSection {
    private DriftSection() {}

    static Map<String, Object> of(RoutingDrift drift) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("guarantee", drift.expectation().says());
        model.put("verdict", drift.drift().verdict().label());
        model.put("says", drift.drift().says());
        model.put(
                "findings",
                drift.drift().findings().stream().map(DriftSection::line).toList());
        return model;
    }

    private static Map<String, String> line(Drift.Finding finding) {
        return Map.of(
                "name", "routing.drift_" + finding.statistic().label(),
                "title", finding.statistic().says(),
                "seen", percent(finding.seen()),
                "allowed", percent(finding.allowed()),
                "p", String.format(Locale.ROOT, "%.2g", finding.p()),
                "drifted", finding.drifted() ? "drift" : "");
    }
}
