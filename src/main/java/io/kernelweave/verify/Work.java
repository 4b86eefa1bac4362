package io.kernelweave.verify;

/** What one verdict may cost: past the bound it is UNKNOWN, so that no text, however made, holds the rest up. */
final class Work {
    /** Characters looked at, some ten nanoseconds each where it is slowest. */
    private static final long MOST = 10_000_000;

    private long left = MOST;

    /** @param what is being done, for the reason */
    void spend(long characters, String what) throws Undecided {
        left -= characters;
        if (left < 0) {
            throw new Undecided(what + " takes more than " + MOST + " characters to look at");
        }
    }
}
