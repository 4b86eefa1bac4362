package io.kernelweave.decode;

import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions over code points and their derivatives. Expressions are interned, so that equal ones are the same
 * object and the derivatives of an expression are finitely many.
 *
 * <p>Source: Brzozowski, "Derivatives of Regular Expressions", JACM 1964; Owens, Reppy and Turon, "Regular-expression
 * derivatives re-examined", JFP 2009. Counted repeats are derived as they stand and never unrolled, and conjunction is an
 * operator like any other. Anchors are two extra symbols: a text w stands as any number of {@link #BEGIN}, then w, then any
 * number of {@link #END}, and {@code ^} and {@code $} match one of them.
 */
final class Regex {
    static final int BEGIN = Character.MAX_CODE_POINT + 2;
    static final int END = Character.MAX_CODE_POINT + 4;
    static final int UNBOUNDED = Integer.MAX_VALUE;

    private enum Kind {
        EMPTY,
        SET,
        THEN,
        EITHER,
        BOTH,
        REPEAT
    }

    /** An interned expression; only the algebra that made it may be used with it. */
    static final class Node {
        private final int id;
        private final Shape shape;
        private final boolean nullable;

        private Node(int id, Shape shape, boolean nullable) {
            this.id = id;
            this.shape = shape;
            this.nullable = nullable;
        }
    }

    private record Shape(Kind kind, CodePoints set, List<Node> of, int min, int max) {}

    private record Step(Node node, int codePoint) {}

    private final Map<Shape, Node> nodes = new HashMap<>();
    private final Map<Step, Node> derivatives = new HashMap<>();
    private final Map<Node, Boolean> accepting = new HashMap<>();
    private final Set<CodePoints> sets = new LinkedHashSet<>();
    private final Node nothing = set(CodePoints.NONE);
    private final Node empty = node(Kind.EMPTY, CodePoints.NONE, List.of(), 0, 0, true);
    private final Node everything = repeat(set(CodePoints.ANY.or(CodePoints.of(BEGIN, BEGIN, END, END))), 0, UNBOUNDED);

    Node nothing() {
        return nothing;
    }

    Node empty() {
        return empty;
    }

    Node set(CodePoints set) {
        sets.add(set);
        return node(Kind.SET, set, List.of(), 0, 0, false);
    }

    Node then(Node first, Node second) {
        if (first == nothing || second == nothing) {
            return nothing;
        }
        if (first == empty) {
            return second;
        }
        if (second == empty) {
            return first;
        }
        if (first.shape.kind == Kind.THEN) {
            return then(first.shape.of.get(0), then(first.shape.of.get(1), second));
        }
        return node(Kind.THEN, CodePoints.NONE, List.of(first, second), 0, 0, first.nullable && second.nullable);
    }

    Node either(Node one, Node other) {
        return combine(Kind.EITHER, one, other, nothing, everything);
    }

    Node both(Node one, Node other) {
        return combine(Kind.BOTH, one, other, everything, nothing);
    }

    private Node combine(Kind kind, Node one, Node other, Node neutral, Node absorbing) {
        TreeMap<Integer, Node> members = new TreeMap<>();
        CodePoints set = CodePoints.NONE;
        for (Node side : List.of(one, other)) {
            for (Node member : side.shape.kind == kind ? side.shape.of : List.of(side)) {
                if (member == absorbing) {
                    return absorbing;
                }
                if (kind == Kind.EITHER && member.shape.kind == Kind.SET) {
                    set = set.or(member.shape.set); // a|b|c as one set keeps expressions small
                } else if (member != neutral) {
                    members.put(member.id, member);
                }
            }
        }
        if (set.ranges().length > 0) {
            Node merged = set(set);
            members.put(merged.id, merged);
        }
        List<Node> of = List.copyOf(members.values());
        if (of.size() < 2) {
            return of.isEmpty() ? neutral : of.get(0);
        }
        boolean nullable = kind == Kind.EITHER
                ? of.stream().anyMatch(member -> member.nullable)
                : of.stream().allMatch(member -> member.nullable);
        return node(kind, CodePoints.NONE, of, 0, 0, nullable);
    }

    Node repeat(Node node, int min, int max) {
        if (max == 0 || node == empty) {
            return empty;
        }
        if (node == nothing) {
            return min == 0 ? empty : nothing;
        }
        if (min == 1 && max == 1) {
            return node;
        }
        return node(Kind.REPEAT, CodePoints.NONE, List.of(node), min, max, min == 0 || node.nullable);
    }

    /** The texts in which {@code node} matches somewhere; its anchors mean the ends of the text. */
    Node search(Node node) {
        Node framed = then(everything, then(node, everything));
        Node begun = framed;
        Set<Node> seen = new HashSet<>();
        for (Node next = framed; seen.add(next); next = derive(next, BEGIN)) {
            begun = either(begun, next);
        }
        return begun;
    }

    private Node node(Kind kind, CodePoints set, List<Node> of, int min, int max, boolean nullable) {
        return nodes.computeIfAbsent(
                new Shape(kind, set, of, min, max), shape -> new Node(nodes.size(), shape, nullable));
    }

    /** What must follow after {@code codePoint}. */
    Node derive(Node node, int codePoint) {
        Step step = new Step(node, codePoint);
        @Nullable Node known = derivatives.get(step);
        if (known != null) {
            return known;
        }
        Shape shape = node.shape;
        Node derived = switch (shape.kind) {
            case EMPTY -> nothing;
            case SET -> shape.set.contains(codePoint) ? empty : nothing;
            case THEN -> {
                Node first = shape.of.get(0);
                Node second = shape.of.get(1);
                Node through = then(derive(first, codePoint), second);
                yield first.nullable ? either(through, derive(second, codePoint)) : through;
            }
            case EITHER -> {
                Node sum = nothing;
                for (Node member : shape.of) {
                    sum = either(sum, derive(member, codePoint));
                }
                yield sum;
            }
            case BOTH -> {
                Node product = everything;
                for (Node member : shape.of) {
                    product = both(product, derive(member, codePoint));
                }
                yield product;
            }
            case REPEAT -> {
                Node body = shape.of.get(0);
                int max = shape.max == UNBOUNDED ? UNBOUNDED : shape.max - 1;
                yield then(derive(body, codePoint), repeat(body, Math.max(0, shape.min - 1), max));
            }
        };
        derivatives.put(step, derived);
        return derived;
    }

    /** Whether the text may end here. */
    boolean accepts(Node node) {
        @Nullable Boolean known = accepting.get(node);
        if (known == null) {
            known = node.shape.kind == Kind.BOTH ? node.shape.of.stream().allMatch(this::accepts) : ends(node);
            accepting.put(node, known);
        }
        return known;
    }

    private boolean ends(Node node) {
        Set<Node> seen = new HashSet<>();
        for (Node next = node; seen.add(next); next = derive(next, END)) {
            if (next.nullable) {
                return true;
            }
        }
        return false;
    }

    /** Starts of the intervals of code points that no set of this algebra tells apart; the first is 0. */
    int[] intervals() {
        Set<Integer> cuts = new TreeSet<>(Set.of(0));
        for (CodePoints set : sets) {
            for (int i = 0; i < set.ranges().length; i += 2) {
                cuts.add(set.ranges()[i]);
                cuts.add(set.ranges()[i + 1] + 1);
            }
        }
        return cuts.stream()
                .mapToInt(Integer::intValue)
                .filter(cut -> cut <= Character.MAX_CODE_POINT)
                .toArray();
    }

    /** A number for each interval, the same for those that no set tells apart; numbers count up from 0 as they appear. */
    int[] classes(int[] intervals) {
        Map<BitSet, Integer> numbers = new HashMap<>();
        int[] classes = new int[intervals.length];
        for (int i = 0; i < intervals.length; i++) {
            BitSet members = new BitSet();
            int index = 0;
            for (CodePoints set : sets) {
                members.set(index++, set.contains(intervals[i]));
            }
            Integer number = numbers.putIfAbsent(members, numbers.size());
            classes[i] = number == null ? numbers.size() - 1 : number;
        }
        return classes;
    }
}
