package io.kernelweave.report;

import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.stats.LogHistogram;
import java.util.List;
import java.util.Map;

/** The figure of a run that measures masks: how its times are spread, on a logarithmic axis. */
final class MaskPlots {
    private MaskPlots() {}

    /** Of the set that times are reported of: two distributions, one above the other: time to the first mask, and time of a token and the mask after it. */
    static View times(List<MaskRow> rows, Map<String, Metric> metrics) {
        String set = MaskReport.timed(rows);
        List<MaskRow> warm = rows.stream()
                .filter(row -> row.isWarm() && row.prefix().equals(set))
                .toList();
        LogHistogram first = new LogHistogram();
        warm.forEach(row -> {
            Long ns = row.firstMaskNs();
            if (ns != null) {
                first.add(ns);
            }
        });
        LogHistogram between = MaskMetrics.betweenMasks(warm);
        return TimePlot.render(
                "Times of token masks, warm",
                "How often each time occurs, in microseconds of thread CPU time on a logarithmic axis: from the schema to the first mask, and"
                        + " of a token with the mask after it.",
                List.of(
                        new TimePlot.Panel("schema to first mask", "mask", first, set + "ttfm_us."),
                        new TimePlot.Panel("token and next mask", "model", between, set + "tbm_us.")),
                metrics);
    }
}
