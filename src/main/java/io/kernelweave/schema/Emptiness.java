package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Decides whether a type has a value and whether a formula can be satisfied. A type is inhabited if a finite value is found;
 * types that only contain themselves are empty.
 *
 * <p>The search has a bound; beyond it the schema is refused.
 */
public final class Emptiness {
    enum Known {
        NOT_YET,
        SEARCHING,
        YES,
        NO
    }

    /** Steps of the search from one byte of a text to the next, or for one mask. */
    static final int FUEL = 6_000;

    private record Question(Formula formula, UsedKeys used, boolean object) {}

    private final Types types;
    private final Map<Question, Boolean> answers = new HashMap<>();
    private final Map<Question, Type> needs = new HashMap<>();

    private final int tank;
    private int fuel;
    private boolean exact = true;
    /** How deep the search is, and the depth of the outermost type whose emptiness was assumed on the way. */
    private int depth;

    private int assumed = Integer.MAX_VALUE;
    private final Map<Type, Integer> searching = new HashMap<>();

    /** @param tank steps of each search */
    Emptiness(Types types, int tank) {
        this.types = types;
        this.tank = tank;
        this.fuel = tank;
    }

    /** Whether some value has the type. */
    public boolean inhabited(Type type) {
        if (type.inhabited == Known.YES || type.inhabited == Known.NO) {
            return type.inhabited == Known.YES;
        }
        if (type.op == Type.Op.ANY || type.op == Type.Op.VALUES) {
            type.inhabited = Known.YES;
            return true;
        }
        if (type.inhabited == Known.SEARCHING) {
            assumed = Math.min(assumed, searching.getOrDefault(type, 0));
            return false;
        }
        burn();
        if (depth > 400) {
            throw new InputException("the schema nests too deeply; nest less");
        }
        int outer = assumed;
        assumed = Integer.MAX_VALUE;
        searching.put(type, depth);
        type.inhabited = Known.SEARCHING;
        int here = depth++;
        try {
            boolean found = someKind(type);
            // An emptiness that rests on the assumption of another is no result yet.
            type.inhabited = found ? Known.YES : assumed < here ? Known.NOT_YET : Known.NO;
            return found;
        } finally {
            depth--;
            searching.remove(type);
            type.inhabited = type.inhabited == Known.SEARCHING ? Known.NOT_YET : type.inhabited;
            assumed = Math.min(outer, assumed < here ? assumed : Integer.MAX_VALUE);
        }
    }

    static InputException tooMany() {
        return new InputException(
                "what is combined here (by anyOf, oneOf, not, if, contains and the like) multiplies too far to be decided;"
                        + " use fewer alternatives that overlap");
    }

    /** Allows as many steps as ever to what comes next. */
    public void refuel() {
        fuel = tank;
    }

    /** Notes that a search left out something that might have been found. */
    void leaveOut() {
        exact = false;
    }

    /** Whether whatever was not found does not exist. */
    boolean isExact() {
        return exact;
    }

    void burn() {
        if (--fuel < 0) {
            throw tooMany();
        }
    }

    private boolean someKind(Type type) {
        for (Kind kind : Kind.values()) {
            if (inhabited(type, kind)) {
                return true;
            }
        }
        return false;
    }

    /** Whether some value of the kind has the type. */
    public boolean inhabited(Type type, Kind kind) {
        return switch (kind) {
            case NULL, FALSE, TRUE -> types.literal(type, kind);
            case NUMBER -> hasNumbers(type);
            case STRING -> !types.regex().isEmpty(types.strings(type));
            case ARRAY -> satisfiable(types.contents(type, kind), false);
            case OBJECT -> satisfiable(types.contents(type, kind), true);
        };
    }

    private boolean hasNumbers(Type type) {
        NumberSet numbers = types.numbers(type);
        return !numbers.equals(NumberSet.NONE)
                && (numbers.equals(NumberSet.ALL) || !types.text(numbers).isEmpty());
    }

    boolean satisfiable(Formula formula, boolean object) {
        return satisfiable(formula, object, UsedKeys.NONE);
    }

    /** Whether an object or array can be continued so that the formula holds. */
    public boolean satisfiable(Formula formula, boolean object, UsedKeys used) {
        if (formula.isFalse()) {
            return false;
        }
        if (types.formulas().ends(formula)) {
            return true;
        }
        Question question = new Question(formula, used, object);
        @Nullable Boolean known = answers.get(question);
        if (known != null) {
            return known;
        }
        int outer = assumed;
        assumed = Integer.MAX_VALUE;
        depth++;
        boolean found;
        try {
            found = object
                    ? new MemberSearch(types, used, members -> true).search(formula)
                    : new ItemSearch(types, items -> true).search(formula);
        } finally {
            depth--;
        }
        if (found || assumed == Integer.MAX_VALUE) {
            answers.put(question, found);
        }
        assumed = Math.min(outer, assumed);
        return found;
    }

    /**
     * The values of a member or item after which the rest can be satisfied.
     *
     * @param after what must hold after it, its own value included; see {@link Formulas#member}
     * @param used the keys that are used up after it
     */
    public Type need(Formula after, boolean object, UsedKeys used) {
        Question question = new Question(after, used, object);
        @Nullable Type known = needs.get(question);
        if (known == null) {
            known = need(after, types.any(), object, used);
            needs.put(question, known);
        }
        return known;
    }

    /** @param value what is known of the value: other values do not matter */
    private Type need(Formula after, Type value, boolean object, UsedKeys used) {
        burn();
        if (!after.watches) {
            return after.remembers && !object
                    ? leading(after)
                    : satisfiable(after, object, used) ? types.any() : types.none();
        }
        if (after.op == Formula.Op.ANY) {
            return needOfSome(after, value, object, used);
        }
        Formulas formulas = types.formulas();
        Type certain = types.any();
        for (Formula part : after.op == Formula.Op.ALL ? after.of : new Formula[] {after}) {
            certain = part.atom instanceof Atom.Value asked ? types.both(certain, asked.type()) : certain;
        }
        if (!certain.isAny()) {
            Type asked = certain;
            Type narrowed = types.both(value, asked);
            if (!inhabited(narrowed)) {
                return types.none();
            }
            Formula left = formulas.given(after, type -> types.implies(asked, type));
            return types.both(asked, need(left, narrowed, object, used));
        }
        if (satisfiable(formulas.assuming(after, false), object, used) && !after.remembers) {
            return types.any();
        }
        if (!satisfiable(formulas.assuming(after, true), object, used) && !after.remembers) {
            return types.none();
        }
        if (!types.isNegative(value)) {
            // What a value is decides most of what is asked; what it is not decides next to nothing.
            Formula open = formulas.given(after, type -> decided(value, type));
            if (open != after) {
                return need(open, value, object, used);
            }
        }
        Type asked = formulas.asked(after).iterator().next();
        Type one = need(
                formulas.given(after, type -> type == asked ? true : null), types.both(value, asked), object, used);
        Type other = need(
                formulas.given(after, type -> type == asked ? false : null),
                types.both(value, types.not(asked)),
                object,
                used);
        return one == other ? one : types.either(List.of(types.both(asked, one), types.both(types.not(asked), other)));
    }

    /** Whether the values of one type have another; null if some have and some have not. */
    private @Nullable Boolean decided(Type value, Type type) {
        return !inhabited(types.both(value, type))
                ? Boolean.FALSE
                : !inhabited(types.both(value, types.not(type))) ? true : null;
    }

    private Type needOfSome(Formula after, Type value, boolean object, UsedKeys used) {
        List<Type> some = new ArrayList<>();
        for (Formula part : after.of) {
            Type need = need(part, value, object, used);
            if (need.isAny()) {
                return need;
            }
            some.add(need);
        }
        return types.either(some);
    }

    /** The items that leave something satisfiable that remembers them. */
    private Type leading(Formula after) {
        Formulas formulas = types.formulas();
        @Nullable List<JsonNode> rest = types.smallest().items(after).orElse(null);
        if (rest == null) {
            return ItemSearch.repeated(types, after);
        }
        // An item that does not occur in this rest can be followed by it; each other is tried.
        List<JsonNode> without = rest.stream()
                .filter(value -> !satisfiable(formulas.remember(after, value), false))
                .toList();
        return types.not(types.values(Values.of(without)));
    }
}
