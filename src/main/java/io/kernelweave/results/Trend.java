package io.kernelweave.results;

import io.kernelweave.gate.RunGate;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.stats.LossProcess;
import io.kernelweave.stats.PairedTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a job's runs over the same data add up to: a loss that stays within the margin every night, and is there every night. Each
 * run takes the evidence of the run before it and adds its own step, so nothing has to be read again. Metrics {@code trend.steps} and,
 * of each metric that has a margin, {@code trend.<metric>.change} (in the metric's unit, since the first run) and {@code
 * trend.<metric>.evidence}.
 *
 * @param since the run that the count begins with
 * @param steps how many runs came after it
 * @param lines one a metric
 */
public record Trend(String since, int steps, List<Line> lines) {
    /** Where a run keeps its trend. */
    public static final String FILE = "trend.json";

    private static final double MAX_EVIDENCE = 1e300;

    /**
     * @param change what the metric went up or down by over all steps, in its own unit
     * @param loss the same as a loss: positive where it got worse
     * @param margin the loss that a run accepts
     * @param process the evidence that it is being lost
     */
    public record Line(String metric, double change, double loss, double margin, LossProcess process) {
        public double evidence() {
            return Math.min(MAX_EVIDENCE, StrictMath.exp(process.logEvidence()));
        }
    }

    public Trend {
        if (since == null || lines == null || steps < 0) {
            throw InputException.at("/since", "is missing or is no trend", "delete the file: the count begins anew");
        }
        lines = List.copyOf(lines);
    }

    /** That a run begins with. */
    public static Trend begin(String runId) {
        return new Trend(runId, 0, List.of());
    }

    /** What a run's folder keeps; empty if it keeps none. */
    public static Optional<Trend> of(RunFolder folder) {
        return folder.folder().exists(FILE)
                ? Optional.of(Json.parse(folder.folder().readText(FILE), Trend.class, folder.folder() + "/" + FILE))
                : Optional.empty();
    }

    /**
     * With one more run.
     *
     * @param moves how each metric that is followed moved from the run before to this one, both judged by the same contracts
     */
    public Trend after(List<RunGate.Metric> moves) {
        Map<String, Line> known = new TreeMap<>();
        lines.forEach(line -> known.put(line.metric(), line));
        List<Line> next = new ArrayList<>();
        for (RunGate.Metric step : moves) {
            Line line =
                    known.getOrDefault(step.name(), new Line(step.name(), 0, 0, step.margin(), LossProcess.begin()));
            Map<String, Double> gains = new TreeMap<>();
            double change = 0;
            for (PairedTest.Pair row : step.rows()) {
                double difference = row.candidate() - row.baseline();
                change += difference / step.rows().size();
                gains.merge(row.cluster(), step.direction().sign() * difference, Double::sum);
            }
            double[] sums = gains.values().stream().mapToDouble(gain -> gain).toArray();
            next.add(new Line(
                    step.name(),
                    line.change() + change,
                    line.loss() - step.direction().sign() * change,
                    step.margin(),
                    line.process().after(sums)));
        }
        return new Trend(since, steps + 1, next);
    }

    /** The evidence that is enough: one over α, for each metric that is followed. */
    public double enough() {
        return Math.max(1, lines.size()) / RunGate.ALPHA;
    }

    /**
     * The metrics that are being lost: more than the margin of one run over several, and no accident. What one step lost is for the
     * comparison of its two runs.
     */
    public List<Line> lost() {
        return steps < 2
                ? List.of()
                : lines.stream()
                        .filter(line -> line.loss() > line.margin() && line.evidence() >= enough())
                        .toList();
    }

    /** In words; empty if nothing is being lost. */
    public List<String> reasons() {
        return lost().stream()
                .map(line -> String.format(
                        Locale.ROOT,
                        "Over %d runs since %s, %s went %+.4g, more than the margin of one run (%.4g): a slow loss (evidence %.3g, %.3g is enough). To accept it, name a run as baseline.",
                        steps,
                        since,
                        line.metric(),
                        line.change(),
                        line.margin(),
                        line.evidence(),
                        enough()))
                .toList();
    }

    public Map<String, Metric> metrics() {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        put(metrics, "trend.steps", steps);
        for (Line line : lines) {
            put(metrics, "trend." + line.metric() + ".change", line.change());
            put(metrics, "trend." + line.metric() + ".evidence", line.evidence());
        }
        return metrics;
    }

    private void put(Map<String, Metric> metrics, String name, double value) {
        metrics.put(name, new Metric(name, value, null, steps, 0));
    }
}
