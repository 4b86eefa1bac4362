package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import java.time.Duration;

/**
 * How long things may take when a flow runs.
 *
 * @param call one call of a kernel
 * @param whole the flow, without what it takes to undo it
 * @param undo undoing one effect
 * @param grace how long something that was interrupted is waited for
 * @param width how many elements of a list are worked on at once
 */
public record Limits(Duration call, Duration whole, Duration undo, Duration grace, int width) {
    public static final Limits DEFAULT =
            new Limits(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofSeconds(5), 4);

    public Limits {
        for (Duration duration : new Duration[] {call, whole, undo, grace}) {
            if (duration.isNegative() || duration.isZero()) {
                throw InputException.at("limits", duration + " is no time", "use more than nothing");
            }
        }
        if (width < 1) {
            throw InputException.at("limits", "width is " + width, "use 1 or more");
        }
    }

    public Limits withCall(Duration newCall) {
        return new Limits(newCall, whole, undo, grace, width);
    }

    public Limits withWhole(Duration newWhole) {
        return new Limits(call, newWhole, undo, grace, width);
    }

    public Limits withUndo(Duration newUndo) {
        return new Limits(call, whole, newUndo, grace, width);
    }

    public Limits withGrace(Duration newGrace) {
        return new Limits(call, whole, undo, newGrace, width);
    }

    public Limits withWidth(int newWidth) {
        return new Limits(call, whole, undo, grace, newWidth);
    }
}
