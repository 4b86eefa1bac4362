package io.kernelweave.decode;

import java.util.function.Supplier;

/**
 * A constraint whose texts are plain ones. The places that texts come to are kept and shared; when they have become many,
 * later texts begin with a new machine, and the old one goes with the last of its matchers.
 */
abstract class TextConstraint extends ZoneConstraint {
    private final Supplier<TextMachine> maker;
    private TextMachine machine;

    /** @param maker makes the same machine each time */
    TextConstraint(TokenVocabulary vocabulary, Supplier<TextMachine> maker) {
        this(vocabulary, maker, maker.get());
    }

    private TextConstraint(TokenVocabulary vocabulary, Supplier<TextMachine> maker, TextMachine first) {
        super(first, vocabulary, false, MASK_BYTES);
        this.maker = maker;
        this.machine = first;
    }

    @Override
    final synchronized Zone start() {
        if (machine.isLarge()) {
            machine = maker.get();
        }
        return machine;
    }
}
