package io.kernelweave.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A linear axis: where values go on a line of pixels, and where its ticks are. */
record Axis(double low, double high, double from, double to) {
    double at(double value) {
        return from + (value - low) / (high - low) * (to - from);
    }

    /** Pixel position, one decimal. */
    String pixel(double value) {
        return String.format(Locale.ROOT, "%.1f", at(Math.max(low, Math.min(high, value))));
    }

    /** Four to eight round values (1, 2 or 5 times a power of ten apart) across the axis. */
    List<Double> ticks() {
        double span = high - low;
        double step = Math.pow(10, Math.floor(Math.log10(span / 4)));
        for (double factor : new double[] {5, 2}) {
            if (span / (step * factor) >= 4) {
                step *= factor;
                break;
            }
        }
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }
}
