package io.kernelweave.gate;

import io.kernelweave.json.InputException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.Set;

/**
 * A demand on a run's own figures, for when there is no baseline.
 *
 * @param op one of {@code >=}, {@code >}, {@code <=}, {@code <}, {@code ==}
 */
public record Requirement(String metric, String op, double value) {
    private static final Set<String> OPS = Set.of(">=", ">", "<=", "<", "==");

    public Requirement {
        if (op == null || !OPS.contains(op) || !Double.isFinite(value)) {
            throw InputException.at(
                    "requirement on " + metric,
                    op + " " + value + " is not a demand",
                    "use >=, >, <=, < or == and a number");
        }
    }

    /** PASS or FAIL by the run's figures; INVALID if the metric is not among them or is not a number. */
    public MetricVerdict judge(Map<String, Double> figures) {
        Double figure = figures.get(metric);
        if (figure == null || figure.isNaN()) {
            return MetricVerdict.invalid(metric, "the run has no figure of that name");
        }
        boolean holds = switch (op) {
            case ">=" -> figure >= value;
            case ">" -> figure > value;
            case "<=" -> figure <= value;
            case "<" -> figure < value;
            default -> figure == value;
        };
        String reason = metric + " is " + plain(figure) + ", required " + op + " " + plain(value);
        return new MetricVerdict(metric, holds ? RunVerdict.PASS : RunVerdict.FAIL, reason, null);
    }

    /** Four significant digits; all where these would say that figure and bound are the same. */
    private String plain(double number) {
        if (Double.isInfinite(number)) {
            return Double.toString(number);
        }
        BigDecimal rounded = rounded(number);
        boolean clear = number == value || rounded.compareTo(rounded(value)) != 0;
        return (clear ? rounded : BigDecimal.valueOf(number))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static BigDecimal rounded(double number) {
        return BigDecimal.valueOf(number).round(new MathContext(4));
    }
}
