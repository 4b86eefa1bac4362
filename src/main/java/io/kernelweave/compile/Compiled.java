package io.kernelweave.compile;

import io.kernelweave.kernel.Kernel;
import java.util.List;

/**
 * A kernel compiled of traces, and how it came about.
 *
 * @param kernel a candidate; it passes its own tests
 * @param report what it rests on
 */
public record Compiled(Kernel kernel, Report report) {

    /**
     * What was kept and what was not, each with its counts.
     *
     * @param successes traces that it was compiled from
     * @param failures traces that served as counter-examples
     * @param unjudged traces of which nobody knows; the kernel is made of them only where there is no success
     * @param heldOut traces that were set aside for its tests
     * @param refused of the failures that were set aside, how many the kernel refuses
     * @param heldOutFailures of how many
     */
    public record Report(
            int successes,
            int failures,
            int unjudged,
            int heldOut,
            int refused,
            int heldOutFailures,
            List<Note> notes) {
        public Report {
            notes = List.copyOf(notes);
        }

        /** How many traces the kernel is made of. */
        public int made() {
            return successes > 0 ? successes : unjudged;
        }
    }

    /**
     * One thing that the compiler found.
     *
     * @param part of the kernel, such as {@code steps}
     * @param kept is it in the kernel?
     * @param in in how many traces it holds
     * @param of of how many
     * @param why what speaks for it or against it, in words and numbers
     */
    public record Note(String part, boolean kept, String what, int in, int of, String why) {}
}
