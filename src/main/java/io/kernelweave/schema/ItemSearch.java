package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** Looks for items that satisfy a formula, one conjunction of its disjunctive form at a time. */
final class ItemSearch {
    /** The most items that are looked for one by one, and where they must differ or repeat. */
    private static final int MAX_ITEMS = 256;

    private static final int MAX_COMPARED = 64;

    private final Types types;
    private final Emptiness emptiness;
    private final Predicate<List<Type>> sink;
    /** How many more items were allowed when a formula was tried in vain. */
    private final Map<Formula, Integer> failed = new HashMap<>();
    /** Whether to leave it at the first way that is found, since others only differ in their values. */
    private boolean oneIsEnough;

    private boolean content;
    /** The places of two items that must be equal; none if negative. */
    private int original = -1;

    private int copy = -1;

    /** @param sink is passed ways to satisfy the formula until it is content */
    ItemSearch(Types types, Predicate<List<Type>> sink) {
        this.types = types;
        this.emptiness = types.emptiness();
        this.sink = sink;
    }

    /** Whether the sink was content with a way. */
    boolean search(Formula formula) {
        ArrayDeque<Formula> open = new ArrayDeque<>();
        open.push(formula);
        return conjunctions(open, new ArrayList<>());
    }

    private boolean conjunctions(ArrayDeque<Formula> open, List<Atom> atoms) {
        emptiness.burn();
        ArrayDeque<Formula> left = new ArrayDeque<>(open);
        List<Atom> conjunction = new ArrayList<>(atoms);
        ArrayDeque<Formula> choices = new ArrayDeque<>();
        while (!left.isEmpty()) {
            Formula next = left.pop();
            switch (next.op) {
                case TRUE -> {}
                case FALSE -> {
                    return false;
                }
                case ATOM -> conjunction.add(java.util.Objects.requireNonNull(next.atom));
                case ALL -> {
                    for (Formula part : next.of) {
                        left.push(part);
                    }
                }
                case ANY -> choices.add(next);
            }
        }
        if (choices.isEmpty()) {
            return items(conjunction);
        }
        Formula choice = choices.poll();
        for (Formula alternative : choice.of) {
            ArrayDeque<Formula> rest = new ArrayDeque<>(choices);
            rest.push(alternative);
            if (conjunctions(rest, conjunction)) {
                return true;
            }
        }
        return false;
    }

    private boolean items(List<Atom> atoms) {
        int least = 0;
        int most = Integer.MAX_VALUE;
        int needs = 0;
        int first = 0;
        boolean simple = true;
        boolean differ = false;
        boolean repeat = false;
        List<Formula> parts = new ArrayList<>();
        for (Atom atom : atoms) {
            if (atom instanceof Atom.EachItem each) {
                first = Math.max(first, each.items().first.length - each.from());
            } else if (atom instanceof Atom.AtLeast l) {
                least = Math.max(least, l.count());
            } else if (atom instanceof Atom.AtMost m) {
                most = Math.min(most, m.count());
            } else {
                simple = false;
                differ |= atom instanceof Atom.Distinct;
                repeat |= atom instanceof Atom.Repeats;
                if (atom instanceof Atom.SomeItem some) {
                    first = Math.max(first, some.items().first.length - some.from());
                }
                needs += atom instanceof Atom.ContainsAtLeast contains ? contains.count() : 2;
            }
            parts.add(types.formulas().atom(atom));
        }
        if (least > most || differ && repeat) {
            return false;
        }
        if (!simple) {
            int limit = differ || repeat ? MAX_COMPARED : MAX_ITEMS;
            if (needs > limit || least > limit) {
                throw new InputException("more than " + limit
                        + " items are asked for (minItems, minContains) of which each depends on the others (uniqueItems,"
                        + " contains); ask for fewer");
            }
            failed.clear();
            oneIsEnough = differ || repeat;
            Formula repeats = types.formulas().atom(new Atom.Repeats(Values.NONE));
            int longest = first + needs + least + 2;
            if (parts.removeIf(part -> part == repeats)) {
                return twins(types.formulas().all(parts), longest) && content;
            }
            return extend(types.formulas().all(parts), new ArrayList<>(), longest) && content;
        }
        List<Type> items = new ArrayList<>();
        for (int place = 0; place < Math.min(least, first + 1); place++) {
            Type type = types.any();
            for (Atom atom : atoms) {
                if (atom instanceof Atom.EachItem each) {
                    type = types.both(type, each.items().at(each.from() + place));
                }
            }
            if (!emptiness.inhabited(type)) {
                return false;
            }
            items.add(type);
        }
        while (items.size() < least) {
            items.add(items.get(items.size() - 1));
        }
        return sink.test(items);
    }

    /** Takes items of which one repeats another, for each two places. */
    private boolean twins(Formula formula, int longest) {
        for (copy = 1; copy < longest; copy++) {
            for (original = 0; original < copy; original++) {
                failed.clear();
                if (extend(formula, new ArrayList<>(), longest)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Takes items one by one, until nothing more is needed or so many were taken. */
    private boolean extend(Formula formula, List<Type> taken, int left) {
        emptiness.burn();
        boolean begun = taken.size() <= copy;
        if (!begun && types.formulas().ends(formula)) {
            content = sink.test(List.copyOf(taken));
            return content || oneIsEnough;
        }
        if (left == 0) {
            return false; // others that come as far again need no more
        }
        if (!begun && failed.getOrDefault(formula, -1) >= left) {
            return false;
        }
        Type open = taken.size() == copy ? taken.get(original) : types.any();
        boolean found = outcomes(types.formulas().item(formula), open, (type, rest) -> {
            if (rest.isFalse() || !begun && rest == formula && !formula.remembers()) {
                return false;
            }
            if (rest.remembers()) {
                return different(type, isUniform(formula), rest, taken, left);
            }
            boolean repeats = taken.size() == copy;
            taken.add(type);
            Type alone = repeats ? taken.set(original, type) : type;
            boolean way = extend(rest, taken, left - 1);
            taken.remove(taken.size() - 1);
            if (repeats) {
                taken.set(original, alone);
            }
            return way;
        });
        if (!found && !begun) {
            failed.put(formula, left);
        }
        return found;
    }

    /** Goes on with one value of the type after another; so many that one is left whatever the other items are. */
    private boolean different(Type type, boolean uniform, Formula rest, List<Type> taken, int left) {
        Type open = type;
        int most = uniform ? 0 : left; // where all items are of one type, one value is as good as another
        for (int tries = 0; tries <= most; tries++) {
            Optional<JsonNode> value = types.smallest().of(open);
            if (value.isEmpty()) {
                if (emptiness.inhabited(open)) {
                    emptiness.leaveOut();
                }
                return false;
            }
            Type only = types.values(Values.of(List.of(value.get())));
            taken.add(only);
            boolean way = extend(types.formulas().remember(rest, value.get()), taken, left - 1);
            taken.remove(taken.size() - 1);
            if (way) {
                return true;
            }
            open = types.both(open, types.not(only));
        }
        return false;
    }

    /** Whether only the number of the items to come, one type of theirs and that they differ matters. */
    private static boolean isUniform(Formula formula) {
        if (formula.op == Formula.Op.ALL) {
            for (Formula part : formula.of) {
                if (!isUniform(part)) {
                    return false;
                }
            }
            return true;
        }
        return formula.atom instanceof Atom.EachItem each && each.from() == each.items().first.length
                || formula.atom instanceof Atom.Distinct
                || formula.atom instanceof Atom.AtLeast
                || formula.atom instanceof Atom.AtMost;
    }

    /** Passes the types that a value can have, as far as it matters, with what is left after it. */
    private boolean outcomes(Formula after, Type value, BiPredicate<Type, Formula> each) {
        emptiness.burn();
        if (after.isFalse()) {
            return false;
        }
        Formulas formulas = types.formulas();
        if (!after.watches) {
            return emptiness.inhabited(value) && each.test(value, after);
        }
        if (after.op == Formula.Op.ANY) {
            // What an item does comes before what is left for later ones.
            for (boolean now : new boolean[] {true, false}) {
                for (Formula part : after.of) {
                    if (part.watches == now && outcomes(part, value, each)) {
                        return true;
                    }
                }
            }
            return false;
        }
        Type certain = value;
        for (Formula part : after.op == Formula.Op.ALL ? after.of : new Formula[] {after}) {
            certain = part.atom instanceof Atom.Value asked ? types.both(certain, asked.type()) : certain;
        }
        if (certain != value) {
            Type narrowed = certain;
            return emptiness.inhabited(narrowed)
                    && outcomes(formulas.given(after, type -> types.implies(narrowed, type)), narrowed, each);
        }
        Type asked = formulas.asked(after).iterator().next();
        Type with = types.both(value, asked);
        Type without = types.both(value, types.not(asked));
        return emptiness.inhabited(with)
                        && outcomes(formulas.given(after, type -> type == asked ? true : null), with, each)
                || emptiness.inhabited(without)
                        && outcomes(formulas.given(after, type -> type == asked ? false : null), without, each);
    }

    /**
     * The items after which the rest can be satisfied because one of those that follow repeats them.
     *
     * @param after what must hold after the item, in which no item repeats another without it
     */
    static Type repeated(Types types, Formula after) {
        List<Type> some = new ArrayList<>();
        Formula[] alternatives = after.op == Formula.Op.ANY ? after.of : new Formula[] {after};
        for (Formula alternative : alternatives) {
            if (alternative.remembers) {
                some.addAll(itemsToCome(types, alternative));
            }
        }
        return types.either(some);
    }

    /** The types of the items that may follow, where only their places decide them. */
    private static List<Type> itemsToCome(Types types, Formula conjunction) {
        List<Atom.EachItem> each = new ArrayList<>();
        int least = 0;
        int most = Integer.MAX_VALUE;
        int first = 0;
        for (Formula part : conjunction.op == Formula.Op.ALL ? conjunction.of : new Formula[] {conjunction}) {
            if (part.atom instanceof Atom.EachItem e) {
                each.add(e);
                first = Math.max(first, e.items().first.length - e.from());
            } else if (part.atom instanceof Atom.AtLeast l) {
                least = l.count();
            } else if (part.atom instanceof Atom.AtMost m) {
                most = m.count();
            } else if (part.atom instanceof Atom.Distinct) {
                return List.of(); // nothing is repeated here
            } else if (!(part.atom instanceof Atom.Repeats)) {
                throw new InputException(
                        "items that must repeat (not, uniqueItems) are only decided where no other condition"
                                + " looks beyond their places; leave one of them out");
            }
        }
        List<Type> types_ = new ArrayList<>();
        for (int place = 0; place <= first && place < most; place++) {
            Type type = types.any();
            for (Atom.EachItem items : each) {
                type = types.both(type, items.items().at(items.from() + place));
            }
            if (!types.emptiness().inhabited(type)) {
                return place < least ? List.of() : types_;
            }
            types_.add(type);
        }
        return least > most ? List.of() : types_;
    }
}
