package io.kernelweave.verify;

import com.google.re2j.Pattern;
import io.kernelweave.json.InputException;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Dialect;
import io.kernelweave.regex.Regex;
import io.kernelweave.schema.LinearPattern;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells of most texts in which a pattern matches nowhere that it does not, in one look at each character. Most conditions look for what is
 * not there, and RE2/J, which has no deterministic automaton, looks at each character once for every instruction that it could be at.
 * Thread-safe.
 */
final class Sieve {
    /** An automaton takes longer to make than some searches do. */
    private static final int SEARCHES_BEFORE = 12;

    private static final int MOST_STATES = 1_000;
    private static final int MOST_PATTERNS = 5_000;
    private static final Map<Pattern, Sieve> KNOWN = new ConcurrentHashMap<>();

    private final Pattern pattern;
    private final long size;
    private final AtomicInteger searches = new AtomicInteger();
    /** One for each thread at a time, for they grow as they are used. */
    private final Queue<Automaton> automata = new ConcurrentLinkedQueue<>();

    private volatile boolean tooHard;

    private Sieve(Pattern pattern) {
        this.pattern = pattern;
        this.size = LinearPattern.size(pattern);
    }

    static Sieve of(Pattern pattern) {
        if (KNOWN.size() > MOST_PATTERNS) {
            KNOWN.clear();
        }
        return KNOWN.computeIfAbsent(pattern, Sieve::new);
    }

    /** {@link LinearPattern#size} of the pattern. */
    long size() {
        return size;
    }

    /** Whether it is sure that the pattern matches nowhere in a text; what it says no of may still hold no match. */
    boolean stops(String text) {
        if (tooHard || searches.get() < SEARCHES_BEFORE && searches.incrementAndGet() < SEARCHES_BEFORE) {
            return false;
        }
        try {
            Automaton automaton = automata.poll();
            if (automaton == null) {
                Regex regex = new Regex();
                String where = "pattern " + pattern.pattern();
                automaton = Automaton.of(regex, regex.pattern(pattern.pattern(), Dialect.RE2, where));
            }
            boolean stops = !automaton.mayAccept(text);
            if (automaton.states() > MOST_STATES) {
                tooHard = true;
                automata.clear();
            } else {
                automata.add(automaton);
            }
            return stops;
        } catch (InputException e) { // too complex, or a construct without an automaton
            tooHard = true;
            return false;
        }
    }
}
