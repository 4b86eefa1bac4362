package io.kernelweave.verify;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What patterns match in the texts of a subject. Conditions of one kernel, and of several that a prompt may go to, look for the same in
 * it; what one found, the others are told. Thread-safe.
 */
final class Searches {
    /** So that what is kept of a subject has a bound. */
    private static final int MOST_KEPT = 1_000;

    private record Search(Pattern pattern, String text, boolean whole) {}

    private final int most;
    private final Map<Search, List<String>> groups = new ConcurrentHashMap<>();
    private final Map<Search, Optional<Tally.Stretch>> stretches = new ConcurrentHashMap<>();

    private Searches(int most) {
        this.most = most;
    }

    static Searches kept() {
        return new Searches(MOST_KEPT);
    }

    static Searches forgotten() {
        return new Searches(0);
    }

    /**
     * The first group of each match, or the whole match if there is no group or it took no part.
     *
     * @throws Undecided if it takes more work than is allowed
     */
    List<String> groups(Pattern pattern, String text) throws Undecided {
        Search search = new Search(pattern, text, false);
        List<String> known = groups.get(search);
        if (known == null) {
            List<String> found = new ArrayList<>();
            Scan.each(pattern, text, match -> {
                String group = match.groupCount() > 0 ? match.group(1) : null;
                found.add(group == null ? match.group() : group);
            });
            known = found;
            keep(groups, search, known);
        }
        return known;
    }

    /**
     * Where a pattern matches first, or whether it matches the whole; null if it does not.
     *
     * @throws Undecided if it takes more work than is allowed
     */
    Tally.@Nullable Stretch find(Pattern pattern, String text, boolean whole) throws Undecided {
        Search search = new Search(pattern, text, whole);
        Optional<Tally.Stretch> known = stretches.get(search);
        if (known == null) {
            known = Optional.ofNullable(Scan.find(pattern, text, whole));
            keep(stretches, search, known);
        }
        return known.orElse(null);
    }

    private <T> void keep(Map<Search, T> all, Search search, T found) {
        if (all.size() < most) {
            all.put(search, found);
        }
    }
}
