package io.kernelweave.verify;

/** One compiled check. Raises nothing on any subject; safe for use by many threads. */
public interface Check {
    Verdict evaluate(Subject subject);
}
