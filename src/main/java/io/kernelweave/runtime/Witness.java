package io.kernelweave.runtime;

import io.kernelweave.verify.Outcome;

/**
 * Somebody outside of the loop who can tell whether an answer is right: a user, a program that goes on with it, a test. What the loop
 * learns rests on this alone. A kernel's own conditions are no witness: they were made by the loop.
 */
public interface Witness {
    /**
     * Whether this witness is asked about a task. It is settled before there is an answer, so that what is heard is no choice of good
     * or bad ones.
     */
    boolean isAsked(Task task);

    /** What it says of an answer; UNKNOWN where it cannot tell. */
    Outcome says(Task task, String answer);
}
