package io.kernelweave.report;

import io.kernelweave.results.Metric;
import io.kernelweave.stats.LogHistogram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A figure of how times are spread: one distribution above the other, on one logarithmic axis. */
final class TimePlot {
    private static final int BINS = 12;
    private static final int PANEL = 110;

    private TimePlot() {}

    /**
     * One distribution.
     *
     * @param prefix of the metrics that hold its quantiles, in microseconds
     */
    record Panel(String name, String style, LogHistogram times, String prefix) {}

    static View render(String title, String description, List<Panel> distributions, Map<String, Metric> metrics) {
        int low = distributions.stream()
                .mapToInt(panel -> decade(panel.times, 0))
                .min()
                .orElse(3);
        int high = distributions.stream()
                        .mapToInt(panel -> decade(panel.times, 1))
                        .max()
                        .orElse(3)
                + 1;
        Axis axis = new Axis(low, Math.max(high, low + 2), 190, 680);
        List<Map<String, Object>> panels = new ArrayList<>();
        for (Panel distribution : distributions) {
            panels.add(panel(axis, distribution, 44 + PANEL * (panels.size() + 1), metrics));
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", title);
        model.put("description", description);
        model.put("panels", panels);
        model.put("bottom", 44 + PANEL * panels.size());
        List<Map<String, Object>> ticks = new ArrayList<>();
        for (int decade = (int) axis.low(); decade <= axis.high(); decade++) {
            ticks.add(Map.of("x", axis.pixel(decade), "text", label(decade)));
        }
        model.put("ticks", ticks);
        return new View("times.svg.ftl", model);
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

    private static Map<String, Object> panel(Axis axis, Panel of, int bottom, Map<String, Metric> metrics) {
        LogHistogram times = of.times;
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
        panel.put("name", of.name);
        panel.put("style", of.style);
        panel.put("bottom", bottom);
        panel.put("path", path.toString());
        List<String> lines = new ArrayList<>();
        for (String share : List.of("p50", "p90", "p99")) {
            Metric metric = metrics.get(of.prefix + share);
            lines.add(share + "  " + Templates.micros(metric == null ? Double.NaN : metric.value()));
        }
        panel.put("lines", lines);
        return panel;
    }
}
