package io.kernelweave.mine;

/** What the counts behind a clause amount to. */
public enum Label {
    /** It tells successes from failures, beyond what chance gives when so many conditions are tried. */
    DISCRIMINATIVE,
    /** It holds on nearly all successes, by the lower end of Wilson's interval, but does not tell them from failures. */
    CONSISTENT,
    /** It holds on what was seen, which is too little for either. */
    PROVISIONAL
}
