package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * Dates as texts give them: {@code 2024-05-01} or {@code 2024/05/01}, alone or with a time ({@code T10:00}, {@code 10:00:01.5Z},
 * {@code 10:00+02:00}; without an offset it is UTC), {@code 1 May 2024}, {@code May 1, 2024}. What could be read in two
 * ways ({@code 01/02/2024}) is not read.
 */
final class Dates {
    private static final Pattern NUMERIC = Pattern.compile(
            "(\\d{4})[-/](\\d{2})[-/](\\d{2})(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(\\.\\d{1,9})?)?\\s?(Z|UTC|[+-]\\d{2}:?\\d{2})?)?");
    private static final Pattern DAY_FIRST =
            Pattern.compile("(\\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\\.?,? (\\d{4})");
    private static final Pattern MONTH_FIRST =
            Pattern.compile("([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})");
    private static final List<String> MONTHS = List.of(
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december");
    private static final int LONGEST = 40;
    private static final BigDecimal DAY = BigDecimal.valueOf(86_400);

    private Dates() {}

    /**
     * The days since the first of January 1970, UTC, with their fraction.
     *
     * @param name what the value is called in a reason
     */
    static BigDecimal days(JsonNode value, Object name) throws Undecided {
        String text = value.isString() ? value.stringValue().strip() : "";
        try {
            if (text.length() <= LONGEST) {
                Matcher numeric = NUMERIC.matcher(text);
                if (numeric.matches()) {
                    return numeric(numeric);
                }
                Matcher worded = DAY_FIRST.matcher(text);
                if (worded.matches()) {
                    return day(worded.group(3), worded.group(2), worded.group(1));
                }
                worded = MONTH_FIRST.matcher(text);
                if (worded.matches()) {
                    return day(worded.group(3), worded.group(1), worded.group(2));
                }
            }
        } catch (DateTimeException e) {
            // no such day
        }
        throw new Undecided(name + " is " + Values.show(value) + ", not a date that reads in one way");
    }

    private static BigDecimal numeric(Matcher parts) {
        LocalDate date = LocalDate.of(number(parts.group(1)), number(parts.group(2)), number(parts.group(3)));
        if (parts.group(4) == null) {
            return BigDecimal.valueOf(date.toEpochDay());
        }
        int seconds = parts.group(6) == null ? 0 : number(parts.group(6));
        LocalDateTime time =
                date.atTime(LocalTime.of(number(parts.group(4)), number(parts.group(5)), Math.min(seconds, 59)));
        String zone = parts.group(8);
        ZoneOffset offset =
                zone == null || zone.equals("Z") || zone.equals("UTC") ? ZoneOffset.UTC : ZoneOffset.of(zone);
        BigDecimal whole = BigDecimal.valueOf(time.toEpochSecond(offset));
        BigDecimal fraction = parts.group(7) == null ? BigDecimal.ZERO : new BigDecimal("0" + parts.group(7));
        return whole.add(fraction).divide(DAY, MathContext.DECIMAL128);
    }

    private static BigDecimal day(String year, String name, String day) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (int month = 0; month < MONTHS.size(); month++) {
            String full = MONTHS.get(month);
            if (full.equals(wanted) || full.substring(0, 3).equals(wanted) || wanted.equals("sept") && month == 8) {
                return BigDecimal.valueOf(
                        LocalDate.of(number(year), month + 1, number(day)).toEpochDay());
            }
        }
        throw new DateTimeException("no such month");
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }
}
