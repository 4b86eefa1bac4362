package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A schema as an automaton over the bytes of its values. A part is immutable and shared; where in it a document stands is a
 * number in the {@link State}, whose meaning is the part's own.
 *
 * <p>Every part has at least one value, so whatever is begun can be completed: no state is ever a dead end.
 */
abstract sealed class Part {
    private static final int MAX_SHORTEST = 1 << 20;

    /** Null before it is asked for; always the same then. */
    private byte @Nullable [] shortest;

    /** The place before the first byte. */
    abstract long begin();

    abstract @Nullable State step(State state, int b);

    /** Whether the part may be over here, without a byte that says so. */
    boolean mayEnd(long at) {
        return false;
    }

    /** Writes the shortest remainder of the part. */
    abstract void finish(long at, Bytes out);

    /** What may come next here, in words. */
    abstract String expected(long at);

    State begin(State rest) {
        return new State(this, begin(), rest);
    }

    /** The shortest value; not to be changed. */
    final byte[] shortest() {
        byte[] known = shortest;
        if (known == null) {
            Bytes out = new Bytes();
            finish(begin(), out);
            known = out.toArray();
            shortest = known;
        }
        return known;
    }

    /** After the document. */
    static final class End extends Part {
        @Override
        long begin() {
            return 0;
        }

        @Override
        @Nullable
        State step(State state, int b) {
            return null;
        }

        @Override
        boolean mayEnd(long at) {
            return true;
        }

        @Override
        void finish(long at, Bytes out) {}

        @Override
        String expected(long at) {
            return "the end of the document";
        }
    }

    /** A string; its work is done by {@link Text}, which needs no objects to move inside the string. */
    static final class Characterwise extends Part {
        final Text text;

        Characterwise(Text text) {
            this.text = text;
        }

        @Override
        long begin() {
            return text.begin();
        }

        @Override
        @Nullable
        State step(State state, int b) {
            long next = text.next(state.at, b);
            return next == Text.CLOSED ? state.rest : next == Text.DEAD ? null : state.to(next);
        }

        @Override
        void finish(long at, Bytes out) {
            text.finish(at, out);
        }

        @Override
        String expected(long at) {
            return text.expected(at);
        }
    }

    /** A number; a place is a state of its automaton. */
    static final class Digits extends Part {
        private final Dfa dfa;
        private final String says;

        Digits(Dfa dfa, String says) {
            this.dfa = dfa;
            this.says = says;
        }

        @Override
        long begin() {
            return dfa.start();
        }

        @Override
        @Nullable
        State step(State state, int b) {
            int next = dfa.next((int) state.at, b);
            if (next != Characters.DEAD) {
                return state.to(next);
            }
            return mayEnd(state.at) ? state.rest.step(b) : null;
        }

        @Override
        boolean mayEnd(long at) {
            return dfa.accepts((int) at);
        }

        @Override
        void finish(long at, Bytes out) {
            int state = (int) at;
            while (dfa.distance(state) > 0) {
                int digit = dfa.nearest(state);
                out.add(digit);
                state = dfa.next(state, digit);
            }
        }

        @Override
        String expected(long at) {
            return says;
        }
    }

    /** One of some literals. A place is the first literal that begins like what is written, and how much is written. */
    static final class Literals extends Part {
        private final byte[][] literals;

        /** @param values distinct compact JSON texts */
        Literals(List<String> values) {
            this.literals = values.stream()
                    .map(value -> value.getBytes(StandardCharsets.UTF_8))
                    .sorted(Arrays::compareUnsigned)
                    .toArray(byte[][]::new);
        }

        private static long place(int literal, int written) {
            return (long) literal << 32 | written;
        }

        @Override
        long begin() {
            return place(0, 0);
        }

        @Override
        @Nullable
        State step(State state, int b) {
            int first = (int) (state.at >>> 32);
            int written = (int) state.at;
            for (int i = first; i < literals.length && begins(literals[i], literals[first], written); i++) {
                byte[] literal = literals[i];
                if (written < literal.length && (literal[written] & 0xFF) == b) {
                    // A closing quote or letter ends a literal; a number ends where something else begins.
                    boolean over = written + 1 == literal.length && !isDigit(b);
                    return over ? state.rest : state.to(place(i, written + 1));
                }
            }
            return mayEnd(state.at) ? state.rest.step(b) : null;
        }

        @Override
        boolean mayEnd(long at) {
            return literals[(int) (at >>> 32)].length == (int) at;
        }

        @Override
        void finish(long at, Bytes out) {
            int first = (int) (at >>> 32);
            int written = (int) at;
            byte[] best = literals[first];
            for (int i = first; i < literals.length && begins(literals[i], literals[first], written); i++) {
                best = literals[i].length < best.length ? literals[i] : best;
            }
            out.add(best, written);
        }

        @Override
        String expected(long at) {
            int first = (int) (at >>> 32);
            StringJoiner words = new StringJoiner(", ");
            int count = 0;
            for (int i = first; i < literals.length && begins(literals[i], literals[first], (int) at); i++) {
                words.add(new String(literals[i], StandardCharsets.UTF_8));
                count++;
            }
            return count == 1 ? words.toString() : "one of " + words;
        }

        private static boolean isDigit(int b) {
            return b >= '0' && b <= '9';
        }
    }

    private static boolean begins(byte[] literal, byte[] like, int length) {
        return literal.length >= length && Arrays.equals(literal, 0, length, like, 0, length);
    }

    /**
     * An object: its keys in order, each once, the optional ones at will. A place is the first property that may still come,
     * and in a key also the first one that begins like what is written, and how much is written.
     */
    static final class Members extends Part {
        /** Before the brace, after it, after a value; otherwise inside a key, with this many bytes written. */
        private static final int OPEN = 0xFFFF;

        private static final int FIRST = 0xFFFE;
        private static final int NEXT = 0xFFFD;

        private final byte[][] keys;
        private final boolean[] required;
        private final Part[] values;
        /** For each property, and for the end, up to which one the next key may go: the first required one. */
        private final int[] reach;

        /** @param keys each with its quotes and colon, shorter than 65,000 bytes */
        Members(List<String> keys, boolean[] required, List<Part> values, String where) {
            this.keys = keys.stream()
                    .map(key -> key.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
            this.required = required;
            this.values = values.toArray(Part[]::new);
            this.reach = new int[required.length + 1];
            this.reach[required.length] = required.length;
            for (int i = required.length - 1; i >= 0; i--) {
                reach[i] = required[i] ? i : reach[i + 1];
            }
            long length = 2;
            for (int i = 0; i < required.length; i++) {
                length += required[i] ? member(i) : 0;
            }
            checkShortest(length, where);
        }

        /** The bytes of a property at its shortest, with a comma. */
        private long member(int i) {
            return 1L + keys[i].length + values[i].shortest().length;
        }

        private static long place(int from, int candidate, int written) {
            return (long) from << 48 | (long) candidate << 32 | written;
        }

        @Override
        long begin() {
            return place(0, 0, OPEN);
        }

        @Override
        @Nullable
        State step(State state, int b) {
            int from = (int) (state.at >>> 48);
            int written = (int) state.at;
            return switch (written) {
                case OPEN -> b == '{' ? state.to(place(0, 0, FIRST)) : null;
                case FIRST -> b == '}' ? close(state, from) : key(state, from, from, 0, b);
                case NEXT ->
                    b == '}'
                            ? close(state, from)
                            : b == ',' && from < keys.length ? state.to(place(from, from, 0)) : null;
                default -> key(state, from, (int) (state.at >>> 32) & 0xFFFF, written, b);
            };
        }

        private @Nullable State close(State state, int from) {
            return reach[from] == keys.length ? state.rest : null;
        }

        private @Nullable State key(State state, int from, int candidate, int written, int b) {
            for (int i = candidate; i < keys.length && i <= reach[from]; i++) {
                if (begins(keys[i], keys[candidate], written) && (keys[i][written] & 0xFF) == b) {
                    return written + 1 == keys[i].length
                            ? values[i].begin(state.to(place(i + 1, 0, NEXT)))
                            : state.to(place(from, i, written + 1));
                }
            }
            return null;
        }

        @Override
        void finish(long at, Bytes out) {
            int from = (int) (at >>> 48);
            int written = (int) at;
            boolean comma = false;
            switch (written) {
                case OPEN -> out.add('{');
                case FIRST -> {}
                case NEXT -> comma = true;
                default -> {
                    int candidate = (int) (at >>> 32) & 0xFFFF;
                    int best = candidate;
                    long least = Long.MAX_VALUE;
                    for (int i = candidate; i < keys.length && i <= reach[from]; i++) {
                        if (begins(keys[i], keys[candidate], written)) {
                            long length =
                                    member(i) + (required[i] || reach[from] == keys.length ? 0 : member(reach[from]));
                            if (length < least) {
                                best = i;
                                least = length;
                            }
                        }
                    }
                    out.add(keys[best], written).add(values[best].shortest(), 0);
                    from = best + 1;
                    comma = true;
                }
            }
            for (int i = from; i < keys.length; i++) {
                if (required[i]) {
                    if (comma) {
                        out.add(',');
                    }
                    out.add(keys[i], 0).add(values[i].shortest(), 0);
                    comma = true;
                }
            }
            out.add('}');
        }

        @Override
        String expected(long at) {
            int from = (int) (at >>> 48);
            int written = (int) at;
            if (written == OPEN) {
                return "an object, {";
            }
            boolean inKey = written < NEXT;
            int candidate = inKey ? (int) (at >>> 32) & 0xFFFF : from;
            StringJoiner words = new StringJoiner(" or ");
            for (int i = candidate; i < keys.length && i <= reach[from]; i++) {
                if (!inKey || begins(keys[i], keys[candidate], written)) {
                    String key = new String(keys[i], 0, keys[i].length - 1, StandardCharsets.UTF_8);
                    words.add((written == NEXT ? "a comma and " : "") + "the property " + key);
                }
            }
            if (!inKey && reach[from] == keys.length) {
                words.add("the closing }");
            }
            return words.toString();
        }
    }

    /** An array. A place is how many elements there are, up to where more make no difference, and whether one may begin. */
    static final class Items extends Part {
        private static final int OPEN = 0;
        private static final int FIRST = 1;
        private static final int NEXT = 2;
        private static final int ITEM = 3;

        private final Part item;
        private final int min;
        private final int max;

        /** @param max {@link Integer#MAX_VALUE} for no limit */
        Items(Part item, int min, int max, String where) {
            this.item = item;
            this.min = min;
            this.max = max;
            checkShortest(2 + (1L + item.shortest().length) * min, where);
        }

        private static long place(int count, int phase) {
            return (long) count << 32 | phase;
        }

        @Override
        long begin() {
            return place(0, OPEN);
        }

        @Override
        @Nullable
        State step(State state, int b) {
            int count = (int) (state.at >>> 32);
            return switch ((int) state.at) {
                case OPEN -> b == '[' ? state.to(place(0, FIRST)) : null;
                case FIRST ->
                    b == ']'
                            ? close(state, count)
                            : max > 0 ? item(state, count).step(b) : null;
                case NEXT ->
                    b == ']' ? close(state, count) : b == ',' && count < max ? state.to(place(count, ITEM)) : null;
                default -> item(state, count).step(b);
            };
        }

        private @Nullable State close(State state, int count) {
            return count >= min ? state.rest : null;
        }

        private State item(State state, int count) {
            int more = max == Integer.MAX_VALUE ? Math.min(count + 1, min) : count + 1;
            return item.begin(state.to(place(more, NEXT)));
        }

        @Override
        void finish(long at, Bytes out) {
            int count = (int) (at >>> 32);
            int phase = (int) at;
            if (phase == OPEN) {
                out.add('[');
            }
            byte[] shortest = count < min || phase == ITEM ? item.shortest() : new byte[0];
            if (phase == ITEM) {
                out.add(shortest, 0);
                count++;
            }
            boolean comma = phase == NEXT || phase == ITEM;
            for (; count < min; count++) {
                if (comma) {
                    out.add(',');
                }
                out.add(shortest, 0);
                comma = true;
            }
            out.add(']');
        }

        @Override
        String expected(long at) {
            int count = (int) (at >>> 32);
            String element = item.expected(item.begin());
            String close = count >= min ? "the closing ]" : "";
            return switch ((int) at) {
                case OPEN -> "an array, [";
                case FIRST -> max == 0 ? close : close.isEmpty() ? element : element + " or " + close;
                case NEXT ->
                    count == max
                            ? close + ", as there are " + max + " elements"
                            : close.isEmpty() ? "a comma and another element" : "a comma or " + close;
                default -> element;
            };
        }
    }

    /** A value of one of several types, told apart by the first byte. */
    static final class OneOf extends Part {
        private final List<Part> parts;

        OneOf(List<Part> parts) {
            this.parts = List.copyOf(parts);
        }

        @Override
        long begin() {
            return 0;
        }

        @Override
        @Nullable
        State step(State state, int b) {
            for (Part part : parts) {
                State next = part.begin(state.rest).step(b);
                if (next != null) {
                    return next;
                }
            }
            return null;
        }

        @Override
        void finish(long at, Bytes out) {
            byte[] best = parts.get(0).shortest();
            for (Part part : parts) {
                byte[] shortest = part.shortest();
                best = shortest.length < best.length ? shortest : best;
            }
            out.add(best, 0);
        }

        @Override
        String expected(long at) {
            StringJoiner words = new StringJoiner(", or ");
            parts.forEach(part -> words.add(part.expected(part.begin())));
            return words.toString();
        }
    }

    private static void checkShortest(long length, String where) {
        if (length > MAX_SHORTEST) {
            throw InputException.at(
                    where,
                    "the shortest document has more than " + MAX_SHORTEST + " bytes",
                    "use smaller lower limits");
        }
    }
}
