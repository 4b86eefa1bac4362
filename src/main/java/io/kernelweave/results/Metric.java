package io.kernelweave.results;

import io.kernelweave.json.InputException;
import io.kernelweave.stats.Interval;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a run.
 *
 * @param name {@code <arm or stage>.<metric>}, stable
 * @param value NaN where nothing was measured
 * @param interval 95 %, over clusters; null for quantiles and counts
 * @param rows the denominator
 * @param clusters how many clusters the rows come from
 */
public record Metric(String name, double value, @Nullable Interval interval, int rows, int clusters) {
    private static final CSVFormat TABLE =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

    Metric named(String newName) {
        return new Metric(newName, value, interval, rows, clusters);
    }

    public Metric withoutInterval() {
        return new Metric(name, value, null, rows, clusters);
    }

    public boolean isMeasured() {
        return !Double.isNaN(value);
    }

    /** Reads a table of metrics, {@code metric,value,low,high,rows,clusters}. */
    static Map<String, Metric> table(String csv, String origin) {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        try (CSVParser parser = TABLE.parse(new StringReader(csv))) {
            for (CSVRecord line : parser) {
                String low = line.get("low");
                String high = line.get("high");
                metrics.put(
                        line.get("metric"),
                        new Metric(
                                line.get("metric"),
                                Double.parseDouble(line.get("value")),
                                low.isEmpty() && high.isEmpty()
                                        ? null
                                        : new Interval(
                                                low.isEmpty() ? Double.NEGATIVE_INFINITY : Double.parseDouble(low),
                                                high.isEmpty() ? Double.POSITIVE_INFINITY : Double.parseDouble(high)),
                                Integer.parseInt(line.get("rows")),
                                Integer.parseInt(line.get("clusters"))));
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw InputException.at(origin, "is no table of metrics", "`kernelweave report` writes it again");
        }
        return metrics;
    }
}
