package io.kernelweave.verify;

/** How two values are compared. */
enum Operator {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    AT_MOST("<="),
    GREATER(">"),
    AT_LEAST(">="),
    IN("in"),
    SUBSET_OF("subsetOf"),
    SAME_SET("sameSet"),
    DISJOINT("disjoint");

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    boolean isOfSets() {
        return compareTo(IN) >= 0;
    }

    /** Does a value that compares like this to another satisfy the operator? */
    boolean holds(int comparison) {
        return switch (this) {
            case EQUAL -> comparison == 0;
            case NOT_EQUAL -> comparison != 0;
            case LESS -> comparison < 0;
            case AT_MOST -> comparison <= 0;
            case GREATER -> comparison > 0;
            case AT_LEAST -> comparison >= 0;
            default -> throw new IllegalStateException(this + " compares sets");
        };
    }

    @Override
    public String toString() {
        return symbol;
    }
}
