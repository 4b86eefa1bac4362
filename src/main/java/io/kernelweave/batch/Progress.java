package io.kernelweave.batch;

/** Hears how far a job is. Calls may come from several threads. */
public interface Progress {
    /** A stage begins; {@code total} is the number of its units, 0 if unknown. */
    void begin(String stage, long total);

    /** Some units are done. */
    void advance(long units);

    /** The stage is over. */
    void end();

    /** Something that one should know, in one line. */
    default void note(String line) {}

    /** Hears nothing. */
    Progress SILENT = new Progress() {
        @Override
        public void begin(String stage, long total) {}

        @Override
        public void advance(long units) {}

        @Override
        public void end() {}
    };
}
