package io.kernelweave.mine;

/** What the counts behind a clause amount to. */
public enum Label {
    /** It tells successes from failures, beyond what chance gives when so many conditions are tried. */
    DISCRIMINATIVE,
    /** It holds on nearly all successes, by the lower end of Wilson's interval, but does not tell them from failures. */
    CONSISTENT,
    /** It holds on what was seen, which is too little for either. */
    PROVISIONAL;

    private static final double ALPHA = 0.05;

    /** On so large a share of successes a condition holds on nearly all. */
    static final double CONSISTENCY = 0.9;

    static Label of(Support support) {
        if (support.adjustedP() <= ALPHA) {
            return DISCRIMINATIVE;
        }
        return support.low() >= CONSISTENCY ? CONSISTENT : PROVISIONAL;
    }
}
