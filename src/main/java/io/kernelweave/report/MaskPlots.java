package io.kernelweave.report;

import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.stats.LogHistogram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figure of a run that measures masks: how its times are spread, on a logarithmic axis. */
final class MaskPlots {
    private static final int BINS = 12;
    private static final int PANEL = 110;

    private MaskPlots() {}

    /** Of the set that times are reported of: two distributions, one above the other: time to the first mask, and time of a token and the mask after it. */
    static String times(List<MaskRow> rows, Map<String, Metric> metrics) {
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
        int low = Math.min(decade(first, 0), decade(between, 0));
        int high = Math.max(decade(first, 1), decade(between, 1)) + 1;
        Axis axis = new Axis(low, Math.max(high, low + 2), 190, 680);
        List<Map<String, Object>> panels = new ArrayList<>();
        panels.add(panel(axis, "schema to first mask", "mask", first, 44 + PANEL, metrics, set + "ttfm_us."));
        panels.add(panel(axis, "token and next mask", "model", between, 44 + 2 * PANEL, metrics, set + "tbm_us."));
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "Times of token masks, warm");
        model.put(
                "description",
                "How often each time occurs, in microseconds of thread CPU time on a logarithmic axis: from the schema to the first mask, and"
                        + " of a token with the mask after it.");
        model.put("panels", panels);
        model.put("bottom", 44 + 2 * PANEL);
        List<Map<String, Object>> ticks = new ArrayList<>();
        for (int decade = (int) axis.low(); decade <= axis.high(); decade++) {
            ticks.add(Map.of("x", axis.pixel(decade), "text", label(decade)));
        }
        model.put("ticks", ticks);
        return Templates.render("times.svg.ftl", model);
    }

    /** The power of ten of a quantile, in nanoseconds. */
    private static int decade(LogHistogram times, double share) {
        return times.count() == 0
                ? 3
                : String.valueOf(Math.max(1, (long) times.quantile(share))).length() - 1;
    }

    private static String label(int decade) {
        return switch (Math.floorDiv(decade, 3)) {
            case 0 -> "1" + "0".repeat(decade) + " ns";
            case 1 -> "1" + "0".repeat(decade - 3) + " µs";
            case 2 -> "1" + "0".repeat(decade - 6) + " ms";
            default -> "1" + "0".repeat(decade - 9) + " s";
        };
    }

    private static Map<String, Object> panel(
            Axis axis,
            String name,
            String style,
            LogHistogram times,
            int bottom,
            Map<String, Metric> metrics,
            String prefix) {
        long[] bins = new long[(int) (axis.high() - axis.low()) * BINS];
        for (LogHistogram.Bucket bucket : times.buckets()) {
            // StrictMath: the same bins on every JDK.
            double decade = StrictMath.log10(Math.max(1, bucket.ns())) - axis.low();
            int bin = (int) Math.floor(decade * BINS);
            bins[Math.max(0, Math.min(bins.length - 1, bin))] += bucket.count();
        }
        long highest = 1;
        for (long bin : bins) {
            highest = Math.max(highest, bin);
        }
        StringBuilder path = new StringBuilder("M" + axis.pixel(axis.low()) + " " + bottom);
        for (int i = 0; i < bins.length; i++) {
            String y = String.format(Locale.ROOT, "%.1f", bottom - (PANEL - 26.0) * bins[i] / highest);
            path.append('V').append(y).append('H').append(axis.pixel(axis.low() + (i + 1.0) / BINS));
        }
        path.append('V').append(bottom).append('Z');
        Map<String, Object> panel = new LinkedHashMap<>();
        panel.put("name", name);
        panel.put("style", style);
        panel.put("bottom", bottom);
        panel.put("path", path.toString());
        List<String> lines = new ArrayList<>();
        for (String share : List.of("p50", "p90", "p99")) {
            Metric metric = metrics.get(prefix + share);
            lines.add(share + "  " + Templates.micros(metric == null ? Double.NaN : metric.value()));
        }
        panel.put("lines", lines);
        return panel;
    }
}
