package io.kernelweave.results;

import io.kernelweave.json.InputException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How long a job's runs are kept. Of its complete runs stay the newest, of each of the newest weeks and months that have one the
 * newest, and each that something needs. What was interrupted goes when it is older than all of the newest that stay.
 *
 * @param keepLast how many of the newest complete runs stay, at least one
 * @param weekly of how many ISO weeks (UTC) the newest run stays
 * @param monthly of how many months (UTC) the newest run stays
 */
public record Retention(int keepLast, int weekly, int monthly) {
    private static final int MOST = 100_000;

    /**
     * What becomes of a run.
     *
     * @param stays false: it is to be removed
     * @param why in words
     */
    public record Fate(Run run, boolean stays, String why) {}

    public Retention {
        range("keep_last", keepLast, 1);
        range("weekly", weekly, 0);
        range("monthly", monthly, 0);
    }

    private static void range(String field, int value, int low) {
        if (value < low || value > MOST) {
            throw InputException.at(
                    "/retention/" + field, value + " is out of range", "give " + low + " to " + MOST + " runs");
        }
    }

    /**
     * What becomes of each run of one job.
     *
     * @param runs oldest first
     * @param needed ids of runs that stay whatever their age, each with the reason
     */
    public List<Fate> fates(List<Run> runs, Map<String, String> needed) {
        List<Run> complete = runs.stream().filter(Run::isComplete).toList();
        List<Run> newest = complete.subList(Math.max(0, complete.size() - keepLast), complete.size());
        Map<String, String> periods = new HashMap<>();
        keep(complete, weekly, Retention::week, "newest of week ", periods);
        keep(complete, monthly, run -> utc(run).toString().substring(0, 7), "newest of ", periods);
        List<Fate> fates = new ArrayList<>();
        for (Run run : runs) {
            String why = needed.get(run.runId());
            if (why == null && newest.contains(run)) {
                why = "among the newest " + keepLast;
            } else if (why == null && !run.isComplete() && !isOlder(run, newest)) {
                why = "may be resumed";
            } else if (why == null) {
                why = periods.get(run.runId());
            }
            fates.add(
                    why != null
                            ? new Fate(run, true, why)
                            : new Fate(run, false, run.isComplete() ? "past its time" : "interrupted long ago"));
        }
        return fates;
    }

    private static boolean isOlder(Run run, List<Run> newest) {
        return !newest.isEmpty() && run.startedAt().isBefore(newest.get(0).startedAt());
    }

    /** Adds the newest run of each of the newest so many periods. */
    private static void keep(
            List<Run> complete, int periods, Function<Run, String> period, String word, Map<String, String> kept) {
        Map<String, Run> newest = new HashMap<>();
        for (int i = complete.size() - 1; i >= 0; i--) {
            Run run = complete.get(i);
            if (newest.size() < periods && newest.putIfAbsent(period.apply(run), run) == null) {
                kept.putIfAbsent(run.runId(), word + period.apply(run));
            }
        }
    }

    private static ZonedDateTime utc(Run run) {
        return run.startedAt().atZone(ZoneOffset.UTC);
    }

    private static String week(Run run) {
        ZonedDateTime day = utc(run);
        return day.get(IsoFields.WEEK_BASED_YEAR) + "-W"
                + (day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) < 10 ? "0" : "")
                + day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
    }

    @Override
    public String toString() {
        return "the last " + keepLast + (weekly > 0 ? ", weekly " + weekly : "")
                + (monthly > 0 ? ", monthly " + monthly : "");
    }
}
