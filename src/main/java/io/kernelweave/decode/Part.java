package io.kernelweave.decode;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part of a grammar that is still to be written. Made and interned by {@link Parts}, so that what is written alike is the
 * same object.
 */
abstract sealed class Part {
    final int id;
    /** Whether it may be left out. */
    final boolean nullable;
    /** How deeply its parts are nested; those of a sequence stand side by side. */
    final int height;

    private int cost = Parts.FAR;
    private int costPass = -1;
    private long @Nullable [] starts;
    private int rank = -1;

    private Part(int id, boolean nullable, int height) {
        this.id = id;
        this.nullable = nullable;
        this.height = height;
    }

    /** The rest of a text of a regular language. */
    static final class Regular extends Part {
        private final Supplier<TextLanguage> maker;
        private @Nullable TextLanguage language;
        private long at;

        /** At the beginning of a language, which is made when it is needed. */
        Regular(int id, boolean nullable, Supplier<TextLanguage> maker) {
            super(id, nullable, 1);
            this.maker = maker;
        }

        Regular(int id, TextLanguage language, long at) {
            super(id, language.accepts(at), 1);
            this.maker = () -> language;
            this.language = language;
            this.at = at;
        }

        TextLanguage language() {
            TextLanguage known = language;
            if (known == null) {
                known = maker.get();
                language = known;
                at = known.begin();
            }
            return known;
        }

        long at() {
            language();
            return at;
        }

        @Override
        boolean mayStart(int b) {
            return language().next(at, b) != TextLanguage.DEAD;
        }

        @Override
        int findCost(int pass) {
            return language().distance(at);
        }

        @Override
        int findRank() {
            return 0;
        }

        @Override
        void write(Bytes out) {
            language().finish(at, out);
        }
    }

    /** One part, then another. */
    static final class Then extends Part {
        final Part first;
        final Part rest;

        Then(int id, Part first, Part rest) {
            super(id, first.nullable && rest.nullable, Math.max(first.height + 1, rest.height));
            this.first = first;
            this.rest = rest;
        }

        @Override
        boolean mayStart(int b) {
            if (first.starts(b) || !first.nullable) {
                return first.starts(b);
            }
            fromBehind(part -> part.starts != null, part -> part.starts(b));
            return rest.starts(b);
        }

        @Override
        int findRank() {
            if (!first.nullable) {
                return first.rank();
            }
            fromBehind(part -> part.rank >= 0, Part::rank);
            return Math.max(first.rank(), rest.rank());
        }

        @Override
        int findCost(int pass) {
            fromBehind(part -> part.costPass == pass, part -> part.cost(pass));
            return Parts.plus(first.cost(pass), rest.cost(pass));
        }

        /** Finds something of the parts of a chain, the last first, so that each knows it of its rest and no walk is deep. */
        private void fromBehind(Predicate<Part> known, Consumer<Part> find) {
            Deque<Part> chain = new ArrayDeque<>();
            for (Part part = rest; part instanceof Then then && !known.test(then); part = then.rest) {
                chain.push(then);
            }
            chain.forEach(find);
        }

        @Override
        void write(Bytes out) {
            Part part = this;
            for (; part instanceof Then then; part = then.rest) {
                then.first.write(out);
            }
            part.write(out);
        }
    }

    /** Any of several. */
    static final class Either extends Part {
        final Part[] of;

        Either(int id, Part[] of, boolean nullable, int highest) {
            super(id, nullable, highest + 1);
            this.of = of;
        }

        @Override
        boolean mayStart(int b) {
            for (Part part : of) {
                if (part.starts(b)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        int findCost(int pass) {
            int least = Parts.FAR;
            for (Part part : of) {
                least = Math.min(least, part.cost(pass));
            }
            return least;
        }

        @Override
        int findRank() {
            int highest = 0;
            for (Part part : of) {
                highest = Math.max(highest, part.rank());
            }
            return highest;
        }

        @Override
        void write(Bytes out) {
            Part best = of[0];
            for (Part part : of) {
                best = part.cost() < best.cost() ? part : best;
            }
            best.write(out);
        }
    }

    /** So and so many, one after the other. */
    static final class Repeat extends Part {
        final Part body;
        final int min;
        final int max;

        Repeat(int id, Part body, int min, int max) {
            super(id, min == 0, body.height + 1);
            this.body = body;
            this.min = min;
            this.max = max;
        }

        /** Whether two in a row are the same as one. */
        boolean isStar() {
            return min == 0 && max == Parts.UNBOUNDED;
        }

        @Override
        boolean mayStart(int b) {
            return body.starts(b);
        }

        @Override
        int findCost(int pass) {
            return (int) Math.min((long) Parts.FAR, min == 0 ? 0 : (long) min * body.cost(pass));
        }

        @Override
        int findRank() {
            return body.rank();
        }

        @Override
        void write(Bytes out) {
            for (int i = 0; i < min; i++) {
                body.write(out);
            }
        }
    }

    /** What a rule says. It is never left out: where it may be, a {@link Repeat} says so. */
    static final class Rule extends Part {
        @Nullable
        Part body;

        int ruleCost = Parts.FAR;

        Rule(int id) {
            super(id, false, 1);
        }

        Part body() {
            return java.util.Objects.requireNonNull(body);
        }

        @Override
        boolean mayStart(int b) {
            return body().starts(b);
        }

        @Override
        int findCost(int pass) {
            return ruleCost;
        }

        @Override
        int findRank() {
            return body().rank();
        }

        @Override
        void write(Bytes out) {
            body().write(out);
        }
    }

    abstract boolean mayStart(int b);

    abstract int findCost(int pass);

    /** The highest rank of what its texts may begin with. */
    abstract int findRank();

    /** Writes one of its shortest texts. */
    abstract void write(Bytes out);

    /** Whether some text of it begins with a byte. */
    boolean starts(int b) {
        if (this instanceof Regular) {
            return mayStart(b);
        }
        long[] known = starts;
        if (known == null) {
            known = new long[4];
            for (int i = 0; i < 256; i++) {
                known[i >>> 6] |= mayStart(i) ? 1L << i : 0;
            }
            starts = known;
        }
        return (known[b >>> 6] >>> b & 1) != 0;
    }

    /** Higher than the ranks of all parts with which its texts may begin. */
    int rank() {
        if (rank < 0) {
            rank = findRank() + 1;
        }
        return rank;
    }

    /** How many bytes its shortest text takes, by what is known of rules in a pass. */
    int cost(int pass) {
        if (costPass != pass) {
            costPass = pass;
            cost = findCost(pass);
        }
        return cost;
    }

    /** How many bytes its shortest text takes. */
    int cost() {
        return cost(Parts.LAST);
    }
}
