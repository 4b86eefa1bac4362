package io.kernelweave.schema;

import java.util.List;

/** One condition on the members of an object or the items of an array. */
sealed interface Atom {
    /** Every member has the type that belongs to its key. */
    record Each(Members members) implements Atom {}

    /** Some member has not. */
    record Some(Members members) implements Atom {}

    /** All of the keys occur; sorted. */
    record Has(List<String> keys) implements Atom {}

    /** Some of the keys never occurs; sorted. */
    record Lacks(List<String> keys) implements Atom {}

    /** So many members or items follow at least. */
    record AtLeast(int count) implements Atom {}

    record AtMost(int count) implements Atom {}

    /** Every item has the type that belongs to its place. */
    record EachItem(Items items, int from) implements Atom {}

    record SomeItem(Items items, int from) implements Atom {}

    record ContainsAtLeast(Type type, int count) implements Atom {}

    record ContainsAtMost(Type type, int count) implements Atom {}

    /** No item equals another, nor one of those seen. */
    record Distinct(Values seen) implements Atom {}

    /** Some item equals another, or one of those seen. */
    record Repeats(Values seen) implements Atom {}

    /** Types by key: of keys that are named, of those in which patterns match, and of the others. Equal only to itself. */
    final class Members {
        final java.util.Map<String, Type> named;
        final io.kernelweave.regex.Regex.Node[] patterns;
        final Type[] types;
        final Type other;
        /** Where its schema stands in the document, for the order of members. */
        final int ordinal;

        Members(
                java.util.Map<String, Type> named,
                io.kernelweave.regex.Regex.Node[] patterns,
                Type[] types,
                Type other,
                int ordinal) {
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
