package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.results.Metric;
import io.kernelweave.stats.Interval;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadlineTest {
    /** What is followed from run to run carries the name of a share, and is none. */
    @ParameterizedTest
    @CsvSource({
        "router.routing_accuracy, 0.95, 95.0 %",
        "routing.abstention_accuracy.near_miss, 1, 100.0 %",
        "gain.router.verification_pass_rate, 0.048, +4.8 points",
        "trend.router.routing_accuracy.evidence, 1, 1",
        "trend.router.routing_accuracy.change, -0.0125, -0.01250",
        "selftest.masks-off.detected, 1, 1",
        "ifeval.types_exact, 24, 24",
        "retrieval.tokens_per_row, 0, 0",
        "raw.tokens_per_row, 79.436, 79.44"
    })
    void figuresReadAsWhatTheyAre(String metric, double value, String text) {
        assertThat(Headline.value(new Metric(metric, value, null, 10, 5))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.5, -0.378, 1.378, '+50.0 points [-37.8, +100.0]'", "-0.0, -0.0, 0.0, '+0.0 points [+0.0, +0.0]'"})
    void noDifferenceOfSharesIsBeyondAHundredPoints(double value, double low, double high, String text) {
        assertThat(Templates.points(value, new Interval(low, high))).isEqualTo(text);
    }
}
