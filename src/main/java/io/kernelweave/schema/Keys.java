package io.kernelweave.schema;

import io.kernelweave.regex.Regex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The keys of objects: those that conditions name, and the others, which differ by the patterns that match in them. */
public final class Keys {
    /** More classes of keys than this are refused. */
    private static final int MAX_CLASSES = 256;

    /** Keys that nobody names and in which the same patterns match. */
    record Alike(Regex.Node keys, String example) {}

    /** The keys that conditions name, and the patterns by which all others differ. */
    public record Names(Set<String> names, Set<Regex.Node> patterns) {}

    private final Types types;
    private final Map<List<Atom.Members>, List<Alike>> classes = new HashMap<>();

    Keys(Types types) {
        this.types = types;
    }

    /** The keys that are not named, divided by which patterns match in them. */
    List<Alike> classes(List<Atom.Members> all) {
        @Nullable List<Alike> known = classes.get(all);
        if (known == null) {
            known = new ArrayList<>();
            Set<String> names = new LinkedHashSet<>();
            Set<Regex.Node> patterns = new LinkedHashSet<>();
            for (Atom.Members members : all) {
                names.addAll(members.named.keySet());
                patterns.addAll(List.of(members.patterns));
            }
            Regex regex = types.regex();
            Regex.Node others = names.isEmpty() ? regex.everything() : regex.not(regex.words(names));
            divide(others, List.copyOf(patterns), 0, known);
            classes.put(List.copyOf(all), known);
        }
        return known;
    }

    private void divide(Regex.Node keys, List<Regex.Node> patterns, int at, List<Alike> into) {
        types.emptiness().burn();
        if (into.size() > MAX_CLASSES) {
            throw Emptiness.tooMany();
        }
        Regex regex = types.regex();
        if (at == patterns.size()) {
            regex.shortest(keys).ifPresent(example -> into.add(new Alike(keys, example)));
            return;
        }
        Regex.Node without = regex.both(keys, regex.not(patterns.get(at)));
        if (!regex.isEmpty(without)) {
            divide(without, patterns, at + 1, into);
        }
        Regex.Node with = regex.both(keys, patterns.get(at));
        if (!regex.isEmpty(with)) {
            divide(with, patterns, at + 1, into);
        }
    }

    /** Up to {@code count} of the keys, none of those in {@code not}; the shortest come first. */
    List<String> some(Alike keys, Set<String> not, int count) {
        Regex regex = types.regex();
        Set<String> taken = new LinkedHashSet<>(not);
        List<String> some = new ArrayList<>();
        while (some.size() < count) {
            types.emptiness().burn();
            Optional<String> key =
                    regex.shortest(taken.isEmpty() ? keys.keys : regex.both(keys.keys, regex.not(regex.words(taken))));
            if (key.isEmpty()) {
                break;
            }
            some.add(key.get());
            taken.add(key.get());
        }
        return some;
    }

    /**
     * The keys that may come next in an object, so that it can be completed after them.
     *
     * @param goal what the object must satisfy
     * @param listed keys that have a turn of their own, beside those that the goal names
     * @param passed the other keys that are used up when a key comes next
     */
    public Regex.Node allowed(Formula goal, List<String> listed, UsedKeys used, Function<String, UsedKeys> passed) {
        Set<String> names = new LinkedHashSet<>(listed);
        List<Atom.Members> all = new ArrayList<>();
        collect(goal, names, all);
        Regex regex = types.regex();
        List<String> allowed = new ArrayList<>();
        List<String> refused = new ArrayList<>(used.keys());
        List<Alternative> alternatives = alternatives(goal, listed, used);
        Set<String> together = together(goal, used);
        for (String name : names) {
            if (!used.contains(name)) {
                boolean first = together.contains(name) && passed.apply(name) == used;
                (first || allows(alternatives, name, passed) ? allowed : refused).add(name);
            }
        }
        boolean patterned = all.stream().anyMatch(members -> members.patterns.length > 0);
        if (!patterned) {
            // All keys that nobody names are alike.
            String example = unnamed(names, used);
            if (allows(alternatives, example, passed)) {
                return refused.isEmpty() ? regex.everything() : regex.not(regex.words(refused));
            }
            return allowed.isEmpty() ? regex.nothing() : regex.words(allowed);
        }
        Regex.Node keys = allowed.isEmpty() ? regex.nothing() : regex.words(allowed);
        Regex.Node without = names.isEmpty() ? regex.everything() : regex.not(regex.words(names));
        boolean every = true;
        for (Alike each : classes(all)) {
            Regex.Node unnamed = regex.both(each.keys, without);
            Regex.Node left = used.isEmpty() ? unnamed : regex.both(unnamed, regex.not(regex.words(used.keys())));
            boolean named = used.contains(each.example) || names.contains(each.example);
            Optional<String> example = named ? regex.shortest(left) : Optional.of(each.example);
            if (example.isPresent() && allows(alternatives, example.get(), passed)) {
                keys = regex.either(keys, left);
            } else {
                every = false;
            }
        }
        return every ? refused.isEmpty() ? regex.everything() : regex.not(regex.words(refused)) : keys;
    }

    /** Keys that complete the object, so that each of them may come next if no other loses its turn. */
    private Set<String> together(Formula goal, UsedKeys used) {
        Set<String> together = new HashSet<>();
        if (!isPlain(goal)) {
            new MemberSearch(types, used, members -> together.addAll(members.keySet()) || true).search(goal);
        }
        return together;
    }

    private static String unnamed(Set<String> names, UsedKeys used) {
        String key = "a";
        while (names.contains(key) || used.contains(key)) {
            key += "a";
        }
        return key;
    }

    /**
     * One of the conditions of which an object must satisfy some.
     *
     * @param turns by key, its turn; keys without one come when all turns are over
     * @param last the turn of the first key that is required; later keys pass over it
     */
    private record Alternative(Formula formula, Map<String, Integer> turns, int last) {}

    /** Those of which no required key is used up. */
    private static List<Alternative> alternatives(Formula goal, List<String> listed, UsedKeys used) {
        Map<String, Integer> turns = new HashMap<>();
        listed.forEach(key -> turns.putIfAbsent(key, turns.size()));
        List<Alternative> alternatives = new ArrayList<>();
        for (Formula formula : goal.op == Formula.Op.ANY ? goal.of : new Formula[] {goal}) {
            List<String> required = new ArrayList<>();
            required(formula, required);
            if (required.stream().noneMatch(used::contains)) {
                int last = Integer.MAX_VALUE;
                for (String key : required) {
                    last = Math.min(last, turns.getOrDefault(key, Integer.MAX_VALUE));
                }
                alternatives.add(new Alternative(formula, turns, last));
            }
        }
        return alternatives;
    }

    private boolean allows(List<Alternative> alternatives, String key, Function<String, UsedKeys> passed) {
        for (Alternative each : alternatives) {
            if (each.turns.getOrDefault(key, Integer.MAX_VALUE) > each.last) {
                continue;
            }
            // What is required stays possible unless its turn is over, so it may be a matter of the key's own value.
            if (isPlain(each.formula)
                    ? types.emptiness().inhabited(typeAt(each.formula, key))
                    : types.emptiness()
                            .satisfiable(
                                    types.formulas()
                                            .all(each.formula, types.formulas().atom(new Atom.Has(List.of(key)))),
                                    true,
                                    passed.apply(key))) {
                return true;
            }
        }
        return false;
    }

    /**
     * What keys formulas tell apart.
     *
     * @param listed keys that have a turn of their own, beside those that the formulas name
     */
    public Names names(Collection<Formula> formulas, List<String> listed) {
        Set<String> names = new LinkedHashSet<>(listed);
        List<Atom.Members> all = new ArrayList<>();
        formulas.forEach(formula -> collect(formula, names, all));
        Set<Regex.Node> patterns = new LinkedHashSet<>();
        all.forEach(members -> patterns.addAll(List.of(members.patterns)));
        return new Names(names, patterns);
    }

    /** Whether only types and required keys are asked for. */
    private static boolean isPlain(Formula formula) {
        if (formula.op == Formula.Op.ALL) {
            for (Formula part : formula.of) {
                if (!isPlain(part)) {
                    return false;
                }
            }
            return true;
        }
        return formula.op == Formula.Op.TRUE || formula.atom instanceof Atom.Each || formula.atom instanceof Atom.Has;
    }

    private static void required(Formula formula, List<String> keys) {
        if (formula.atom instanceof Atom.Has has) {
            keys.addAll(has.keys());
        }
        for (Formula part : formula.op == Formula.Op.ALL ? formula.of : new Formula[0]) {
            required(part, keys);
        }
    }

    private Type typeAt(Formula formula, String key) {
        if (formula.atom instanceof Atom.Each each) {
            return types.at(each.members(), key);
        }
        Type type = types.any();
        for (Formula part : formula.of) {
            type = types.both(type, typeAt(part, key));
        }
        return type;
    }

    private static void collect(Formula formula, Set<String> names, List<Atom.Members> all) {
        for (Formula part : formula.of) {
            collect(part, names, all);
        }
        if (formula.atom instanceof Atom.Each each) {
            names.addAll(each.members().named.keySet());
            all.add(each.members());
        } else if (formula.atom instanceof Atom.Some some) {
            names.addAll(some.members().named.keySet());
            all.add(some.members());
        } else if (formula.atom instanceof Atom.Has has) {
            names.addAll(has.keys());
        } else if (formula.atom instanceof Atom.Lacks lacks) {
            names.addAll(lacks.keys());
        }
    }

    /** The names of an object's members in the order in which the schema lists them. */
    public List<String> order(Formula formula) {
        List<Atom.Members> all = new ArrayList<>();
        collect(formula, new LinkedHashSet<>(), all);
        all.sort((a, b) -> Integer.compare(a.ordinal, b.ordinal));
        Set<String> names = new LinkedHashSet<>();
        all.forEach(members -> names.addAll(members.named.keySet()));
        return List.copyOf(names);
    }
}
