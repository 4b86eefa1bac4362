package io.kernelweave.regex;

import java.util.List;

/** A pattern as it is written, without captures and greed, which make no difference to what matches. */
sealed interface Syntax {
    Syntax EMPTY = new Sequence(List.of(), true);

    /** Whether it matches the same strings wherever it stands: no anchors and no look-ahead in it. */
    default boolean plain() {
        return true;
    }

    record Characters(CodePoints set) implements Syntax {}

    record Literal(String text) implements Syntax {}

    record Sequence(List<Syntax> parts, boolean plain) implements Syntax {}

    record Choice(List<Syntax> parts, boolean plain) implements Syntax {}

    record Repeat(Syntax body, int min, int max) implements Syntax {
        @Override
        public boolean plain() {
            return body.plain();
        }
    }

    /** The beginning or the end of the string, or of a line of it. */
    record Anchor(boolean end, boolean line) implements Syntax {
        @Override
        public boolean plain() {
            return false;
        }
    }

    /** A place between a word character and what is none, or any other place. */
    record Boundary(boolean negated) implements Syntax {
        @Override
        public boolean plain() {
            return false;
        }
    }

    record Ahead(Syntax body, boolean negated) implements Syntax {
        @Override
        public boolean plain() {
            return false;
        }
    }

    static boolean plain(List<Syntax> parts) {
        for (Syntax part : parts) {
            if (!part.plain()) {
                return false;
            }
        }
        return true;
    }

    static Syntax sequence(List<Syntax> parts) {
        return parts.size() == 1 ? parts.get(0) : new Sequence(parts, plain(parts));
    }

    static Syntax choice(List<Syntax> parts) {
        return parts.size() == 1 ? parts.get(0) : new Choice(parts, plain(parts));
    }
}
