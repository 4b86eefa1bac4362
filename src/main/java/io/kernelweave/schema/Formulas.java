package io.kernelweave.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The conditions on members and items, and their derivatives: what must hold of the next member or item, and of those after
 * it.
 *
 * <p>Source: derivatives as of regular expressions (Brzozowski, JACM 1964), here of sequences of members and items, in the
 * manner of alternating automata: a derivative is a boolean expression over the types of the value and over what is left.
 */
public final class Formulas {
    private record Shape(Formula.Op op, Formula[] of) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Shape shape && op == shape.op && Arrays.equals(of, shape.of);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(of) + op.ordinal();
        }
    }

    private final Types types;
    private final Map<Object, Formula> interned = new HashMap<>();
    private final Map<Formula, Formula> negations = new HashMap<>();
    private final Formula always = new Formula(0, Formula.Op.TRUE, new Formula[0], null);
    private final Formula never = new Formula(1, Formula.Op.FALSE, new Formula[0], null);

    Formulas(Types types) {
        this.types = types;
    }

    public Formula always() {
        return always;
    }

    public Formula never() {
        return never;
    }

    Formula atom(Atom atom) {
        boolean trivial = atom instanceof Atom.Has has && has.keys().isEmpty()
                || atom instanceof Atom.AtLeast least && least.count() <= 0
                || atom instanceof Atom.AtMost most && most.count() == Integer.MAX_VALUE
                || atom instanceof Atom.ContainsAtLeast contains && contains.count() <= 0;
        if (trivial) {
            return always;
        }
        if (atom instanceof Atom.AtMost few && few.count() < 0
                || atom instanceof Atom.Lacks lacks && lacks.keys().isEmpty()) {
            return never;
        }
        return interned.computeIfAbsent(
                atom, a -> new Formula(interned.size() + 2, Formula.Op.ATOM, new Formula[0], atom));
    }

    public Formula all(Formula one, Formula other) {
        return one == other || other == always ? one : one == always ? other : all(List.of(one, other));
    }

    Formula all(List<Formula> parts) {
        return combine(Formula.Op.ALL, parts, always, never);
    }

    Formula any(Formula one, Formula other) {
        return one == other || other == never ? one : one == never ? other : any(List.of(one, other));
    }

    public Formula any(List<Formula> parts) {
        return combine(Formula.Op.ANY, parts, never, always);
    }

    private Formula combine(Formula.Op op, List<Formula> parts, Formula neutral, Formula absorbing) {
        List<Formula> flat = new ArrayList<>(parts.size() + 4);
        for (Formula part : parts) {
            if (part == absorbing) {
                return absorbing;
            }
            if (part.op == op) {
                flat.addAll(Arrays.asList(part.of));
            } else if (part != neutral) {
                flat.add(part);
            }
        }
        flat.sort((a, b) -> Integer.compare(a.id, b.id));
        List<Formula> distinct = new ArrayList<>(flat.size());
        for (Formula part : flat) {
            if (distinct.isEmpty() || distinct.get(distinct.size() - 1) != part) {
                distinct.add(part);
            }
        }
        if (distinct.size() > 1 && op == Formula.Op.ANY && distinct.removeIf(part -> absorbed(part, distinct))) {
            return combine(op, distinct, neutral, absorbing);
        }
        if (distinct.size() < 2) {
            return distinct.isEmpty() ? neutral : distinct.get(0);
        }
        Formula[] of = distinct.toArray(Formula[]::new);
        return interned.computeIfAbsent(new Shape(op, of), shape -> new Formula(interned.size() + 2, op, of, null));
    }

    /** Whether another part holds wherever this one does, by its form: of "a, or a and b" only a is needed. */
    private static boolean absorbed(Formula part, List<Formula> parts) {
        if (part.op != Formula.Op.ALL) {
            return false;
        }
        for (Formula other : parts) {
            if (other != part
                    && (other.op == Formula.Op.ALL ? contains(part.of, other.of) : contains(part.of, other))) {
                return true;
            }
        }
        return false;
    }

    /** Whether all of some are among others; both in order. */
    private static boolean contains(Formula[] all, Formula... some) {
        int at = 0;
        for (int i = 0; i < all.length && at < some.length && all[i].id <= some[at].id; i++) {
            at += all[i] == some[at] ? 1 : 0;
        }
        return at == some.length && some.length < all.length;
    }

    Formula not(Formula formula) {
        @Nullable Formula known = negations.get(formula);
        if (known == null) {
            known = switch (formula.op) {
                case TRUE -> never;
                case FALSE -> always;
                case ALL -> any(Arrays.stream(formula.of).map(this::not).toList());
                case ANY -> all(Arrays.stream(formula.of).map(this::not).toList());
                case ATOM -> not(Objects.requireNonNull(formula.atom));
            };
            negations.put(formula, known);
        }
        return known;
    }

    private Formula not(Atom atom) {
        return atom(atom.negated());
    }

    /** Whether an object or array may end here. */
    public boolean ends(Formula formula) {
        return switch (formula.op) {
            case TRUE -> true;
            case FALSE -> false;
            case ALL -> {
                for (Formula part : formula.of) {
                    if (!ends(part)) {
                        yield false;
                    }
                }
                yield true;
            }
            case ANY -> {
                for (Formula part : formula.of) {
                    if (ends(part)) {
                        yield true;
                    }
                }
                yield false;
            }
            case ATOM ->
                formula.atom instanceof Atom.Each
                        || formula.atom instanceof Atom.EachItem
                        || formula.atom instanceof Atom.Lacks
                        || formula.atom instanceof Atom.AtMost
                        || formula.atom instanceof Atom.ContainsAtMost
                        || formula.atom instanceof Atom.Distinct;
        };
    }

    /**
     * What must hold of a member and of those after it. What it says of the member's own value are atoms that ask for the
     * value's types, until {@link #given} answers them.
     *
     * @param key of the member; it has not occurred
     */
    public Formula member(Formula formula, String key) {
        return derivative(formula, part -> afterMember(part, key), new IdentityHashMap<>());
    }

    /** The same for the next item. */
    public Formula item(Formula formula) {
        return derivative(formula, this::afterItem, new IdentityHashMap<>());
    }

    private Formula derivative(Formula formula, UnaryOperator<Formula> derive, Map<Formula, Formula> known) {
        switch (formula.op) {
            case TRUE, FALSE -> {
                return formula;
            }
            case ATOM -> {
                return derive.apply(formula);
            }
            default -> {
                @Nullable Formula made = known.get(formula);
                if (made == null) {
                    made = mapped(formula, part -> derivative(part, derive, known));
                    known.put(formula, made);
                }
                return made;
            }
        }
    }

    private Formula mapped(Formula formula, UnaryOperator<Formula> map) {
        List<Formula> parts = new ArrayList<>(formula.of.length);
        Formula absorbing = formula.op == Formula.Op.ALL ? never : always;
        boolean changed = false;
        for (Formula part : formula.of) {
            Formula mapped = map.apply(part);
            if (mapped == absorbing) {
                return absorbing;
            }
            parts.add(mapped);
            changed |= mapped != part;
        }
        return !changed ? formula : formula.op == Formula.Op.ALL ? all(parts) : any(parts);
    }

    private Formula value(Type type) {
        return type.isAny() ? always : type.op == Type.Op.NONE ? never : atom(new Atom.Value(type));
    }

    private Formula afterMember(Formula formula, String key) {
        Atom atom = Objects.requireNonNull(formula.atom);
        if (atom instanceof Atom.Each each) {
            Type type = types.at(each.members(), key);
            return type.isAny() ? formula : all(value(type), formula);
        }
        if (atom instanceof Atom.Some some) {
            Type type = types.at(some.members(), key);
            return type.isAny() ? formula : any(value(types.not(type)), formula);
        }
        if (atom instanceof Atom.Has has) {
            List<String> left = without(has.keys(), key);
            return left == has.keys() ? formula : atom(new Atom.Has(left));
        }
        if (atom instanceof Atom.Lacks lacks) {
            List<String> left = without(lacks.keys(), key);
            return left == lacks.keys() ? formula : atom(new Atom.Lacks(left));
        }
        return counted(atom);
    }

    private Formula counted(Atom atom) {
        if (atom instanceof Atom.AtLeast least) {
            return atom(new Atom.AtLeast(least.count() - 1));
        }
        if (atom instanceof Atom.AtMost most) {
            return atom(new Atom.AtMost(most.count() - 1));
        }
        throw new IllegalStateException(atom + " is about something else");
    }

    private static List<String> without(List<String> keys, String key) {
        int at = java.util.Collections.binarySearch(keys, key);
        if (at < 0) {
            return keys;
        }
        List<String> fewer = new ArrayList<>(keys);
        fewer.remove(at);
        return fewer;
    }

    private Formula afterItem(Formula formula) {
        Atom atom = Objects.requireNonNull(formula.atom);
        if (atom instanceof Atom.EachItem each) {
            Atom.Items items = each.items();
            return all(value(items.at(each.from())), atom(new Atom.EachItem(items, next(items, each.from()))));
        }
        if (atom instanceof Atom.SomeItem some) {
            Atom.Items items = some.items();
            return any(
                    value(types.not(items.at(some.from()))), atom(new Atom.SomeItem(items, next(items, some.from()))));
        }
        // An item that is contained need not be counted to be there, but must be counted to be too many.
        if (atom instanceof Atom.ContainsAtLeast least) {
            Formula fewer = atom(new Atom.ContainsAtLeast(least.type(), least.count() - 1));
            return any(all(value(least.type()), fewer), atom(atom));
        }
        if (atom instanceof Atom.ContainsAtMost most) {
            Formula other = all(value(types.not(most.type())), atom(atom));
            return most.count() <= 0 ? other : any(atom(new Atom.ContainsAtMost(most.type(), most.count() - 1)), other);
        }
        if (atom instanceof Atom.Distinct distinct) {
            return all(value(types.not(types.values(distinct.seen()))), atom(atom));
        }
        if (atom instanceof Atom.Repeats repeats) {
            return any(value(types.values(repeats.seen())), atom(atom));
        }
        return counted(atom);
    }

    /** The types that the formula asks of the value that was read; of a type that is excluded, the type itself. */
    public Set<Type> asked(Formula formula) {
        Set<Type> asked = new LinkedHashSet<>();
        ask(formula, asked);
        return asked;
    }

    private void ask(Formula formula, Set<Type> into) {
        if (formula.atom instanceof Atom.Value value) {
            into.add(value.type().op == Type.Op.NOT ? value.type().of[0] : value.type());
        } else if (formula.watches) {
            for (Formula part : formula.of) {
                ask(part, into);
            }
        }
    }

    /**
     * What is left when it is known what types the value has that was read.
     *
     * @param has for a type that is {@link #asked}, whether the value has it; null leaves it open
     */
    public Formula given(Formula formula, Function<Type, @Nullable Boolean> has) {
        return !formula.watches ? formula : given(formula, has, new IdentityHashMap<>());
    }

    private Formula given(Formula formula, Function<Type, @Nullable Boolean> has, Map<Formula, Formula> known) {
        if (!formula.watches) {
            return formula;
        }
        if (formula.atom instanceof Atom.Value value) {
            boolean not = value.type().op == Type.Op.NOT;
            Boolean answer = has.apply(not ? value.type().of[0] : value.type());
            return answer == null ? formula : answer != not ? always : never;
        }
        @Nullable Formula made = known.get(formula);
        if (made == null) {
            made = mapped(formula, part -> given(part, has, known));
            known.put(formula, made);
        }
        return made;
    }

    /** With all that it asks of the value that was read taken to be so, or not to be so. */
    Formula assuming(Formula formula, boolean so) {
        return !formula.watches
                ? formula
                : formula.op == Formula.Op.ATOM ? so ? always : never : mapped(formula, part -> assuming(part, so));
    }

    private static int next(Atom.Items items, int from) {
        return Math.min(from + 1, items.first.length);
    }

    /** The formula after an item of this value, where it remembers values. */
    public Formula remember(Formula formula, JsonNode value) {
        if (!formula.remembers) {
            return formula;
        }
        return switch (formula.op) {
            case ALL ->
                all(Arrays.stream(formula.of).map(part -> remember(part, value)).toList());
            case ANY ->
                any(Arrays.stream(formula.of).map(part -> remember(part, value)).toList());
            default ->
                formula.atom instanceof Atom.Distinct distinct
                        ? atom(new Atom.Distinct(distinct.seen().with(value)))
                        : formula.atom instanceof Atom.Repeats repeats
                                ? atom(new Atom.Repeats(repeats.seen().with(value)))
                                : formula;
        };
    }
}
