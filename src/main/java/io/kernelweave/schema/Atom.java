package io.kernelweave.schema;

import io.kernelweave.regex.Regex;
import java.util.List;
import java.util.Map;

/** One condition on the members of an object or the items of an array. */
sealed interface Atom {
    /** What holds exactly where this does not. */
    Atom negated();

    /** Every member has the type that belongs to its key. */
    record Each(Members members) implements Atom {
        @Override
        public Atom negated() {
            return new Some(members);
        }
    }

    /** Some member has not. */
    record Some(Members members) implements Atom {
        @Override
        public Atom negated() {
            return new Each(members);
        }
    }

    /** All of the keys occur; sorted. */
    record Has(List<String> keys) implements Atom {
        @Override
        public Atom negated() {
            return new Lacks(keys);
        }
    }

    /** Some of the keys never occurs; sorted. */
    record Lacks(List<String> keys) implements Atom {
        @Override
        public Atom negated() {
            return new Has(keys);
        }
    }

    /** So many members or items follow at least. */
    record AtLeast(int count) implements Atom {
        @Override
        public Atom negated() {
            return new AtMost(count - 1);
        }
    }

    record AtMost(int count) implements Atom {
        @Override
        public Atom negated() {
            return new AtLeast(count + 1);
        }
    }

    /** Every item has the type that belongs to its place. */
    record EachItem(Items items, int from) implements Atom {
        @Override
        public Atom negated() {
            return new SomeItem(items, from);
        }
    }

    record SomeItem(Items items, int from) implements Atom {
        @Override
        public Atom negated() {
            return new EachItem(items, from);
        }
    }

    record ContainsAtLeast(Type type, int count) implements Atom {
        @Override
        public Atom negated() {
            return new ContainsAtMost(type, count - 1);
        }
    }

    record ContainsAtMost(Type type, int count) implements Atom {
        @Override
        public Atom negated() {
            return new ContainsAtLeast(type, count + 1);
        }
    }

    /** No item equals another, nor one of those seen. */
    record Distinct(Values seen) implements Atom {
        @Override
        public Atom negated() {
            return new Repeats(seen);
        }
    }

    /** Some item equals another, or one of those seen. */
    record Repeats(Values seen) implements Atom {
        @Override
        public Atom negated() {
            return new Distinct(seen);
        }
    }

    /** The value of the member or item that has just been read has the type; see {@link Formulas#member}. */
    record Value(Type type) implements Atom {
        @Override
        public Atom negated() {
            throw new IllegalStateException("what is about a value that was read is not negated");
        }
    }

    /** Types by key: of keys that are named, of those in which patterns match, and of the others. Equal only to itself. */
    final class Members {
        final Map<String, Type> named;
        final Regex.Node[] patterns;
        final Type[] types;
        final Type other;
        /** Where its schema stands in the document, for the order of members. */
        final int ordinal;

        Members(Map<String, Type> named, Regex.Node[] patterns, Type[] types, Type other, int ordinal) {
            this.named = named;
            this.patterns = patterns;
            this.types = types;
            this.other = other;
            this.ordinal = ordinal;
        }

        @Override
        public String toString() {
            return named + (patterns.length > 0 ? " patterns " + List.of(types) : "") + " other " + other;
        }
    }

    /** Types by place: of the first places, and of all later ones. Equal only to itself. */
    final class Items {
        final Type[] first;
        final Type rest;

        Items(Type[] first, Type rest) {
            this.first = first;
            this.rest = rest;
        }

        Type at(int place) {
            return place < first.length ? first[place] : rest;
        }

        @Override
        public String toString() {
            return List.of(first) + " then " + rest;
        }
    }
}
