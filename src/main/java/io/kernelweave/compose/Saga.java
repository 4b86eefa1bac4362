package io.kernelweave.compose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What has to be undone if a part of a flow fails: the calls that have come to an end, in that order. Thread-safe. */
final class Saga {

    /** One effect and how to undo it. */
    record Step(String effect, Actor.Undo undo) {}

    /**
     * A call that has come to an end.
     *
     * @param order among all ends
     * @param steps what it said how to undo, in that order
     * @param lasting what it did, or may have done, and did not say how to undo
     */
    record Entry(long order, String kernelId, List<Step> steps, List<Execution.Residual> lasting) {
        Entry {
            steps = List.copyOf(steps);
            lasting = List.copyOf(lasting);
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    synchronized void add(Entry entry) {
        entries.add(entry);
    }

    /** Hands everything to the part that this is part of: it stands, unless that fails. */
    void joins(Saga outer) {
        drain().forEach(outer::add);
    }

    /** Takes all entries out, the last that ended first. */
    synchronized List<Entry> drain() {
        List<Entry> drained = new ArrayList<>(entries);
        entries.clear();
        drained.sort(Comparator.comparingLong(Entry::order).reversed());
        return drained;
    }
}
