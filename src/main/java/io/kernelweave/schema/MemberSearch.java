package io.kernelweave.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for members that satisfy a formula: which keys occur, and what types their values have.
 *
 * <p>Source: the procedure of Davis, Logemann and Loveland (CACM 1962) over the alternatives of the formula, with the types
 * of members as its theory: what has only one way left is done at once, and the choice with the fewest ways comes first.
 */
final class MemberSearch {
    private final Types types;
    private final Emptiness emptiness;
    private final UsedKeys used;
    private final Predicate<Map<String, Type>> sink;

    /** @param sink is passed ways to satisfy the formula until it is content */
    MemberSearch(Types types, UsedKeys used, Predicate<Map<String, Type>> sink) {
        this.types = types;
        this.emptiness = types.emptiness();
        this.used = used;
        this.sink = sink;
    }

    /** Whether the sink was content with a way. */
    boolean search(Formula formula) {
        Choice choice = new Choice();
        return choice.take(formula) && choice.solve();
    }

    /** What is decided, and what is left to decide. */
    private final class Choice {
        private final List<Atom.Members> each = new ArrayList<>();
        private final Map<String, Type> chosen = new LinkedHashMap<>();
        private final Set<String> absent = new LinkedHashSet<>();
        private final List<Formula> clauses = new ArrayList<>();
        private final List<List<String>> lacks = new ArrayList<>();
        private final List<Atom.Members> some = new ArrayList<>();
        private int least;
        private int most = Integer.MAX_VALUE;

        Choice() {}

        Choice(Choice other) {
            each.addAll(other.each);
            chosen.putAll(other.chosen);
            absent.addAll(other.absent);
            clauses.addAll(other.clauses);
            lacks.addAll(other.lacks);
            some.addAll(other.some);
            least = other.least;
            most = other.most;
        }

        /** Adds a condition; false if it contradicts what is decided. */
        boolean take(Formula formula) {
            switch (formula.op) {
                case TRUE -> {
                    return true;
                }
                case FALSE -> {
                    return false;
                }
                case ALL -> {
                    for (Formula part : formula.of) {
                        if (!take(part)) {
                            return false;
                        }
                    }
                    return true;
                }
                case ANY -> {
                    clauses.add(formula);
                    return true;
                }
                default -> {
                    return take(java.util.Objects.requireNonNull(formula.atom));
                }
            }
        }

        private boolean take(Atom atom) {
            if (atom instanceof Atom.Each e) {
                return each.contains(e.members()) || restrict(e.members());
            }
            if (atom instanceof Atom.Has has) {
                for (String key : has.keys()) {
                    if (!chosen.containsKey(key) && !choose(key, typeAt(key))) {
                        return false;
                    }
                }
            } else if (atom instanceof Atom.Some s) {
                some.add(s.members());
                return !each.contains(s.members());
            } else if (atom instanceof Atom.Lacks l) {
                lacks.add(l.keys());
            } else if (atom instanceof Atom.AtLeast l) {
                least = Math.max(least, l.count());
            } else if (atom instanceof Atom.AtMost m) {
                most = Math.min(most, m.count());
            }
            return Math.max(least, chosen.size()) <= most;
        }

        private boolean restrict(Atom.Members members) {
            each.add(members);
            for (Map.Entry<String, Type> member : chosen.entrySet()) {
                Type type = types.both(member.getValue(), types.at(members, member.getKey()));
                if (!emptiness.inhabited(type)) {
                    return false;
                }
                member.setValue(type);
            }
            return true;
        }

        /** Lets a member occur, of a type that includes what {@link #each} says. */
        private boolean choose(String key, Type type) {
            if (!free(key) || !chosen.containsKey(key) && chosen.size() >= most || !emptiness.inhabited(type)) {
                return false;
            }
            chosen.put(key, type);
            return true;
        }

        private boolean free(String key) {
            return !used.contains(key) && !absent.contains(key);
        }

        private Type typeAt(String key) {
            Type type = types.any();
            for (Atom.Members members : each) {
                type = types.both(type, types.at(members, key));
            }
            return type;
        }

        /** Whether the sink was content with a way to decide the rest. */
        boolean solve() {
            emptiness.burn();
            if (!propagate()) {
                return false;
            }
            if (!clauses.isEmpty()) {
                Formula clause = clauses.remove(clauses.size() - 1);
                for (Formula alternative : clause.of) {
                    Choice choice = new Choice(this);
                    if (choice.take(alternative) && choice.solve()) {
                        return true;
                    }
                }
                return false;
            }
            if (!lacks.isEmpty()) {
                for (String key : lacks.remove(lacks.size() - 1)) {
                    if (!chosen.containsKey(key)) {
                        Choice choice = new Choice(this);
                        choice.absent.add(key);
                        if (choice.solve()) {
                            return true;
                        }
                    }
                }
                return false;
            }
            return some.isEmpty() ? fill() : violate(some.remove(some.size() - 1));
        }

        /** Does what there is only one way to do, until nothing is left of that kind; false if there is no way. */
        private boolean propagate() {
            boolean again = true;
            while (again) {
                again = false;
                // What is known stays so: decisions only add to one another.
                Map<Formula, Boolean> known = new IdentityHashMap<>();
                List<Formula> open = List.copyOf(clauses);
                clauses.clear();
                int fewest = -1;
                for (Formula clause : open) {
                    @Nullable Formula left = left(clause, known);
                    if (left == null) {
                        continue; // it holds
                    }
                    if (left.op != Formula.Op.ANY) {
                        if (!take(left)) {
                            return false;
                        }
                        again = true;
                    } else {
                        clauses.add(left);
                        if (fewest < 0 || left.of.length < clauses.get(fewest).of.length) {
                            fewest = clauses.size() - 1;
                        }
                    }
                }
                if (fewest >= 0) {
                    Collections.swap(clauses, fewest, clauses.size() - 1); // the last one is decided first
                }
                lacks.removeIf(keys -> keys.stream().anyMatch(key -> absent.contains(key) || used.contains(key)));
                for (List<String> keys : List.copyOf(lacks)) {
                    List<String> left = keys.stream()
                            .filter(key -> !chosen.containsKey(key))
                            .toList();
                    if (left.isEmpty()) {
                        return false;
                    }
                    if (left.size() == 1) {
                        absent.add(left.get(0));
                        lacks.remove(keys);
                        again = true;
                    }
                }
                for (Atom.Members broken : List.copyOf(some)) {
                    if (breaks(broken)) {
                        some.remove(broken);
                        continue;
                    }
                    List<String> ways = beyondNames(broken) ? List.of("", "") : ways(broken, 2);
                    if (ways.isEmpty()) {
                        return false;
                    }
                    if (ways.size() == 1) {
                        some.remove(broken);
                        if (!choose(ways.get(0), broken(broken, ways.get(0)))) {
                            return false;
                        }
                        again = true;
                    }
                }
            }
            return true;
        }

        /** What is left of a clause: null if it holds, the alternative if one is left. */
        private @Nullable Formula left(Formula clause, Map<Formula, Boolean> known) {
            List<Formula> left = new ArrayList<>(clause.of.length);
            for (Formula alternative : clause.of) {
                @Nullable Boolean holds = holds(alternative, known);
                if (holds == null) {
                    left.add(alternative);
                } else if (holds) {
                    return null;
                }
            }
            return left.size() == clause.of.length ? clause : types.formulas().any(left);
        }

        /** Whether a condition holds whatever else is decided, or cannot hold any more; null if neither is known. */
        private @Nullable Boolean holds(Formula formula, Map<Formula, Boolean> known) {
            if (known.containsKey(formula)) {
                return known.get(formula);
            }
            @Nullable
            Boolean holds = switch (formula.op) {
                case TRUE -> true;
                case FALSE -> false;
                case ATOM -> holds(java.util.Objects.requireNonNull(formula.atom));
                case ALL, ANY -> {
                    boolean absorbing = formula.op == Formula.Op.ANY;
                    @Nullable Boolean all = !absorbing;
                    for (Formula part : formula.of) {
                        @Nullable Boolean one = holds(part, known);
                        if (one == null) {
                            all = null;
                        } else if (one == absorbing) {
                            all = one;
                            break;
                        }
                    }
                    yield all;
                }
            };
            known.put(formula, holds);
            return holds;
        }

        private @Nullable Boolean holds(Atom atom) {
            if (atom instanceof Atom.Each e) {
                for (Map.Entry<String, Type> member : chosen.entrySet()) {
                    Type required = types.at(e.members(), member.getKey());
                    if (!required.isAny() && !emptiness.inhabited(types.both(member.getValue(), required))) {
                        return false;
                    }
                }
                return each.contains(e.members()) ? true : null;
            }
            if (atom instanceof Atom.Some s) {
                return each.contains(s.members()) ? Boolean.FALSE : breaks(s.members()) ? true : null;
            }
            if (atom instanceof Atom.Has has) {
                for (String key : has.keys()) {
                    if (!chosen.containsKey(key) && (!free(key) || !emptiness.inhabited(typeAt(key)))) {
                        return false;
                    }
                }
                return chosen.keySet().containsAll(has.keys()) ? true : null;
            }
            if (atom instanceof Atom.Lacks l) {
                boolean some = false;
                for (String key : l.keys()) {
                    if (!free(key)) {
                        return true;
                    }
                    some |= !chosen.containsKey(key);
                }
                return some ? null : Boolean.FALSE;
            }
            if (atom instanceof Atom.AtLeast l) {
                return l.count() > most ? Boolean.FALSE : l.count() <= Math.max(least, chosen.size()) ? true : null;
            }
            int count = ((Atom.AtMost) atom).count();
            return count < Math.max(least, chosen.size()) ? Boolean.FALSE : count >= most ? true : null;
        }

        /** Whether a member that occurs has not the type that belongs to its key. */
        private boolean breaks(Atom.Members members) {
            for (Map.Entry<String, Type> member : chosen.entrySet()) {
                Type required = types.at(members, member.getKey());
                if (!required.isAny() && !emptiness.inhabited(types.both(member.getValue(), required))) {
                    return true;
                }
            }
            return false;
        }

        /** Whether keys that nobody names could break it. */
        private static boolean beyondNames(Atom.Members members) {
            boolean any = members.other.isAny();
            for (Type ofPattern : members.types) {
                any &= ofPattern.isAny();
            }
            return !any;
        }

        /** What the value at a key would be that breaks it. */
        private Type broken(Atom.Members broken, String key) {
            Type before = chosen.containsKey(key) ? chosen.getOrDefault(key, types.any()) : typeAt(key);
            return types.both(before, types.not(types.at(broken, key)));
        }

        /** Up to {@code limit} keys, of those that somebody names, at which a member could break it. */
        private List<String> ways(Atom.Members broken, int limit) {
            Set<String> named = new LinkedHashSet<>(chosen.keySet());
            named.addAll(broken.named.keySet());
            if (beyondNames(broken)) {
                each.forEach(members -> named.addAll(members.named.keySet()));
                some.forEach(members -> named.addAll(members.named.keySet()));
            }
            List<String> ways = new ArrayList<>();
            for (String key : named) {
                if (!types.at(broken, key).isAny()
                        && free(key)
                        && (chosen.containsKey(key) || chosen.size() < most)
                        && emptiness.inhabited(broken(broken, key))) {
                    ways.add(key);
                    if (ways.size() == limit) {
                        break;
                    }
                }
            }
            return ways;
        }

        private boolean violate(Atom.Members broken) {
            if (violate(broken, ways(broken, Integer.MAX_VALUE))) {
                return true;
            }
            if (!beyondNames(broken)) {
                return false;
            }
            List<Atom.Members> all = new ArrayList<>(each);
            all.add(broken);
            all.addAll(some); // one member may have to break several
            return violate(broken, fresh(all, 2 + some.size()));
        }

        private boolean violate(Atom.Members broken, Collection<String> keys) {
            for (String key : keys) {
                Choice choice = new Choice(this);
                if (choice.choose(key, broken(broken, key)) && choice.solve()) {
                    return true;
                }
            }
            return false;
        }

        /** Adds members until they are enough. */
        private boolean fill() {
            if (chosen.size() >= least) {
                return sink.test(chosen);
            }
            Set<String> names = new LinkedHashSet<>();
            each.forEach(members -> names.addAll(members.named.keySet()));
            if (fill(names, List.of())) {
                return true;
            }
            // There are too few named members, or one of them would have to hold the object itself.
            List<String> fresh = fresh(each, least - chosen.size());
            return fill(names, fresh) || !fresh.isEmpty() && fill(fresh, names);
        }

        private boolean fill(Collection<String> first, Collection<String> then) {
            Choice more = new Choice(this);
            for (Collection<String> keys : List.of(first, then)) {
                for (String key : keys) {
                    if (more.chosen.size() < least && !more.chosen.containsKey(key)) {
                        more.choose(key, typeAt(key));
                    }
                }
            }
            return more.chosen.size() >= least && sink.test(more.chosen);
        }

        /** Up to {@code count} keys of each class of those that nobody names. */
        private List<String> fresh(List<Atom.Members> all, int count) {
            Set<String> not = new LinkedHashSet<>(used.keys());
            not.addAll(chosen.keySet());
            not.addAll(absent);
            List<String> fresh = new ArrayList<>();
            for (Keys.Alike alike : types.keys().classes(all)) {
                if (emptiness.inhabited(typeAt(alike.example()))) {
                    fresh.addAll(types.keys().some(alike, not, count));
                }
            }
            return fresh;
        }
    }
}
