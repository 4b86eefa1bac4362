package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.route.Drift;
import io.kernelweave.route.Expectation;
import io.kernelweave.route.Sighting;
import io.kernelweave.runtime.Arm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a run's prompts still are what its router was calibrated on: metrics {@code routing.drift} (1 if drift was found, 0 if
 * none was, unmeasured where too few clusters tell), and for each statistic of {@link Drift} the share seen, {@code
 * routing.drift_<statistic>}, and its adjusted p-value, {@code routing.drift_<statistic>_p}.
 *
 * @param expectation what the run's router may be held to
 */
public record RoutingDrift(Expectation expectation, Drift drift) {
    /** Where a run keeps its router's {@link Expectation}. */
    public static final String FILE = "inputs/routing.json";

    private static final List<Arm> ROUTED = List.of(Arm.ROUTER, Arm.ROUTER_GATE, Arm.PROMPT_WRAPPER);

    /** Checks a run; empty if it does not route, or by a router that was not calibrated. */
    public static Optional<RoutingDrift> of(RunFolder folder, List<ResultRow> rows) {
        List<Arm> arms = Metrics.arms(rows);
        Optional<Arm> arm = ROUTED.stream().filter(arms::contains).findFirst();
        if (arm.isEmpty() || !folder.folder().exists(FILE)) {
            return Optional.empty();
        }
        Expectation expectation =
                Json.parse(folder.folder().readText(FILE), Expectation.class, folder.folder() + "/" + FILE);
        List<Sighting> sightings = rows.stream()
                .filter(row -> row.arm().equals(arm.get().label()))
                .flatMap(row -> Optional.ofNullable(sighting(row)).stream())
                .toList();
        return Optional.of(new RoutingDrift(expectation, expectation.drift(sightings)));
    }

    /** Compositions are no part of the guarantee. */
    private static @Nullable Sighting sighting(ResultRow row) {
        ResultRow.Decision decision = row.decision();
        if (decision == null
                || decision.action().equals("compose")
                || row.target().equals("composition")) {
            return null;
        }
        boolean routed = decision.kernelIds().size() == 1;
        double similarity = decision.candidates().stream()
                .filter(candidate -> decision.kernelIds().contains(candidate.kernelId()))
                .mapToDouble(ResultRow.Candidate::similarity)
                .findFirst()
                .orElse(0);
        Boolean right = row.routeCorrect();
        return new Sighting(
                row.clusterId(), decision.probability(), similarity, routed, right == null ? null : routed && !right);
    }

    public Map<String, Metric> metrics() {
        List<Metric> all = new ArrayList<>();
        all.add(metric(
                "routing.drift",
                switch (drift.verdict()) {
                    case DRIFT -> 1;
                    case NONE_FOUND -> 0;
                    case UNKNOWN -> Double.NaN;
                }));
        for (Drift.Finding finding : drift.findings()) {
            String name = "routing.drift_" + finding.statistic().label();
            all.add(metric(name, finding.seen()));
            all.add(metric(name + "_p", finding.p()));
        }
        Map<String, Metric> metrics = new LinkedHashMap<>();
        all.forEach(metric -> metrics.put(metric.name(), metric));
        return metrics;
    }

    private Metric metric(String name, double value) {
        return new Metric(name, value, null, drift.clusters(), drift.clusters());
    }
}
