package io.kernelweave.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The conditions on members and items, and their derivatives: what must hold of the next member or item, and of those after
 * it.
 *
 * <p>Source: derivatives as of regular expressions (Brzozowski, JACM 1964), here of sequences of members and items, in the
 * manner of alternating automata: a derivative is a disjunction of branches.
 */
public final class Formulas {
    /** More branches than this are refused: the schema's alternatives multiply. */
    static final int MAX_BRANCHES = 512;

    private record Shape(Formula.Op op, List<Integer> of) {}

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
        List<Integer> ids = new ArrayList<>(flat.size());
        for (Formula part : flat) {
            if (distinct.isEmpty() || distinct.get(distinct.size() - 1) != part) {
                distinct.add(part);
                ids.add(part.id);
            }
        }
        if (distinct.size() > 1 && op == Formula.Op.ANY && distinct.removeIf(part -> absorbed(part, distinct))) {
            return combine(op, distinct, neutral, absorbing);
        }
        if (distinct.size() < 2) {
            return distinct.isEmpty() ? neutral : distinct.get(0);
        }
        return interned.computeIfAbsent(
                new Shape(op, ids),
                shape -> new Formula(interned.size() + 2, op, distinct.toArray(Formula[]::new), null));
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

    private static boolean contains(Formula[] all, Formula... some) {
        int at = 0;
        for (Formula part : all) {
            if (at < some.length && part == some[at]) {
                at++;
            }
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
                case ATOM -> not(java.util.Objects.requireNonNull(formula.atom));
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

    /** The branches for a member with a key that has not occurred; their types and rests may still be empty. */
    List<Branch> member(Formula formula, String key) {
        return branches(formula, atom -> memberBranches(atom, key));
    }

    /** The branches for the next item. */
    List<Branch> item(Formula formula) {
        return branches(formula, this::itemBranches);
    }

    private List<Branch> branches(Formula formula, Function<Atom, List<Branch>> derive) {
        return switch (formula.op) {
            case TRUE -> List.of(new Branch(types.any(), always));
            case FALSE -> List.of();
            case ATOM -> derive.apply(java.util.Objects.requireNonNull(formula.atom));
            case ANY -> {
                List<Branch> sum = new ArrayList<>();
                for (Formula part : formula.of) {
                    sum.addAll(branches(part, derive));
                }
                yield merged(sum);
            }
            case ALL -> {
                List<Branch> product = List.of(new Branch(types.any(), always));
                for (Formula part : formula.of) {
                    List<Branch> factor = branches(part, derive);
                    if (factor.size() == 1 && product.size() == 1) {
                        product = List.of(both(product.get(0), factor.get(0)));
                        continue;
                    }
                    List<Branch> next = new ArrayList<>(product.size() * factor.size());
                    for (Branch one : product) {
                        for (Branch other : factor) {
                            types.emptiness().burn();
                            Branch branch = both(one, other);
                            if (branch.value().op != Type.Op.NONE
                                    && !branch.rest().isFalse()) {
                                next.add(branch);
                            }
                        }
                    }
                    product = merged(next);
                    if (product.size() > MAX_BRANCHES) {
                        throw Emptiness.tooMany();
                    }
                }
                yield product;
            }
        };
    }

    private Branch both(Branch one, Branch other) {
        return new Branch(types.tightened(one.value(), other.value()), all(one.rest(), other.rest()));
    }

    /** Branches of the same rest are one of either type; those of the same type one of either rest. */
    List<Branch> merged(List<Branch> branches) {
        if (branches.size() < 2) {
            return branches;
        }
        Map<Type, List<Formula>> byType = new java.util.LinkedHashMap<>();
        for (Branch branch : branches) {
            byType.computeIfAbsent(branch.value(), t -> new ArrayList<>()).add(branch.rest());
        }
        Map<Formula, List<Type>> byRest = new java.util.LinkedHashMap<>();
        byType.forEach((type, rests) ->
                byRest.computeIfAbsent(any(rests), r -> new ArrayList<>()).add(type));
        List<Branch> merged = new ArrayList<>(byRest.size());
        byRest.forEach((rest, of) -> merged.add(new Branch(types.either(of), rest)));
        return merged;
    }

    private List<Branch> memberBranches(Atom atom, String key) {
        if (atom instanceof Atom.Each each) {
            return List.of(new Branch(types.at(each.members(), key), atom(atom)));
        }
        if (atom instanceof Atom.Some some) {
            Type type = types.at(some.members(), key);
            Branch later = new Branch(types.any(), atom(atom));
            return type.isAny() ? List.of(later) : List.of(new Branch(types.not(type), always), later);
        }
        if (atom instanceof Atom.Has has) {
            return rest(new Atom.Has(without(has.keys(), key)));
        }
        if (atom instanceof Atom.Lacks lacks) {
            return rest(new Atom.Lacks(without(lacks.keys(), key)));
        }
        return counted(atom);
    }

    private List<Branch> counted(Atom atom) {
        if (atom instanceof Atom.AtLeast least) {
            return rest(new Atom.AtLeast(least.count() - 1));
        }
        if (atom instanceof Atom.AtMost most) {
            return rest(new Atom.AtMost(most.count() - 1));
        }
        throw new IllegalStateException(atom + " is about something else");
    }

    private List<Branch> rest(Atom rest) {
        Formula formula = atom(rest);
        return formula.isFalse() ? List.of() : List.of(new Branch(types.any(), formula));
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

    private List<Branch> itemBranches(Atom atom) {
        Branch same = new Branch(types.any(), atom(atom));
        if (atom instanceof Atom.EachItem each) {
            Atom.Items items = each.items();
            return List.of(new Branch(items.at(each.from()), atom(new Atom.EachItem(items, next(items, each.from())))));
        }
        if (atom instanceof Atom.SomeItem some) {
            Atom.Items items = some.items();
            Type type = items.at(some.from());
            Branch later = new Branch(types.any(), atom(new Atom.SomeItem(items, next(items, some.from()))));
            return type.isAny() ? List.of(later) : List.of(new Branch(types.not(type), always), later);
        }
        if (atom instanceof Atom.ContainsAtLeast least) {
            Atom fewer = new Atom.ContainsAtLeast(least.type(), least.count() - 1);
            return List.of(new Branch(least.type(), atom(fewer)), same);
        }
        if (atom instanceof Atom.ContainsAtMost most) {
            Branch not = new Branch(types.not(most.type()), atom(atom));
            Atom fewer = new Atom.ContainsAtMost(most.type(), most.count() - 1);
            return most.count() <= 0 ? List.of(not) : List.of(new Branch(most.type(), atom(fewer)), not);
        }
        if (atom instanceof Atom.Distinct distinct) {
            return distinct.seen().size() == 0
                    ? List.of(same)
                    : List.of(new Branch(types.not(types.values(distinct.seen())), atom(atom)));
        }
        if (atom instanceof Atom.Repeats repeats) {
            return repeats.seen().size() == 0
                    ? List.of(same)
                    : List.of(new Branch(types.values(repeats.seen()), always), same);
        }
        return counted(atom);
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
