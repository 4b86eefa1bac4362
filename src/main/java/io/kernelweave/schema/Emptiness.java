package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.regex.Regex;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decides whether a type has a value and whether a formula can be satisfied, and finds small values. A type is inhabited if a
 * finite value is found; types that only contain themselves are empty.
 *
 * <p>The search goes through the disjunctive form of a formula, one conjunction at a time. It has a bound; beyond it the
 * schema is refused.
 */
public final class Emptiness {
    enum Known {
        NOT_YET,
        SEARCHING,
        YES,
        NO
    }

    /** Steps of the search from one byte of a text to the next, or for one mask. */
    private static final int FUEL = 6_000;

    private static final int MAX_DISTINCT = 64;
    private static final int MAX_SMALLEST = 64;
    /** The longest document that is taken on where only the shortest will do. */
    private static final int MAX_TEXT = 1_000_000;

    private record Question(Formula formula, UsedKeys used, boolean object) {}

    private record KeyClass(Regex.Node keys, String example) {}

    /** What is enough: members by key, or items in their order. */
    private record Plan(Map<String, Type> members, List<Type> items) {}

    private final Types types;
    private final Map<Question, Boolean> answers = new HashMap<>();
    private final Map<List<Atom.Members>, List<KeyClass>> classes = new HashMap<>();
    private final Map<Type, Optional<JsonNode>> smallest = new HashMap<>();
    private final Map<JsonNode, Long> lengths = new IdentityHashMap<>();
    private final Set<Type> building = new LinkedHashSet<>();
    /** How often the search for a small value turned back because it came to a type that it was building. */
    private int cut;

    private int fuel = FUEL;
    /** How deep the search is, and the depth of the outermost type whose emptiness was assumed on the way. */
    private int depth;

    private int assumed = Integer.MAX_VALUE;
    private final Map<Type, Integer> searching = new HashMap<>();

    Emptiness(Types types) {
        this.types = types;
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
        fuel = FUEL;
    }

    void burn() {
        if (--fuel < 0) {
            throw tooMany();
        }
    }

    private boolean someKind(Type type) {
        return types.literal(type, Kind.NULL)
                || types.literal(type, Kind.TRUE)
                || types.literal(type, Kind.FALSE)
                || !types.regex().isEmpty(types.strings(type))
                || hasNumbers(type)
                || satisfiable(types.contents(type, Kind.ARRAY), false)
                || satisfiable(types.contents(type, Kind.OBJECT), true);
    }

    private boolean hasNumbers(Type type) {
        NumberSet numbers = types.numbers(type);
        return !numbers.equals(NumberSet.NONE)
                && (numbers.equals(NumberSet.ALL) || !types.text(numbers).isEmpty());
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
            found = plan(formula, object, used, plan -> true);
        } finally {
            depth--;
        }
        if (found || assumed == Integer.MAX_VALUE) {
            answers.put(question, found);
        }
        assumed = Math.min(outer, assumed);
        return found;
    }

    /** Passes ways to satisfy a formula to {@code sink} until it is content; whether it was. */
    private boolean plan(Formula formula, boolean object, UsedKeys used, Predicate<Plan> sink) {
        ArrayDeque<Formula> open = new ArrayDeque<>();
        open.push(formula);
        return conjunctions(open, new ArrayList<>(), atoms -> object ? members(atoms, used, sink) : items(atoms, sink));
    }

    /** Goes through the conjunctions of a disjunctive form. */
    private boolean conjunctions(ArrayDeque<Formula> open, List<Atom> atoms, Predicate<List<Atom>> sink) {
        burn();
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
            return sink.test(conjunction);
        }
        Formula choice = choices.poll();
        for (Formula alternative : choice.of) {
            ArrayDeque<Formula> rest = new ArrayDeque<>(choices);
            rest.push(alternative);
            if (conjunctions(rest, conjunction, sink)) {
                return true;
            }
        }
        return false;
    }

    // Objects

    private boolean members(List<Atom> atoms, UsedKeys used, Predicate<Plan> sink) {
        List<Atom.Members> each = new ArrayList<>();
        List<Atom.Members> some = new ArrayList<>();
        List<List<String>> lacks = new ArrayList<>();
        Map<String, Type> chosen = new LinkedHashMap<>();
        int least = 0;
        int most = Integer.MAX_VALUE;
        for (Atom atom : atoms) {
            if (atom instanceof Atom.Each e) {
                each.add(e.members());
            } else if (atom instanceof Atom.Some s) {
                some.add(s.members());
            } else if (atom instanceof Atom.Has has) {
                has.keys().forEach(key -> chosen.put(key, types.any()));
            } else if (atom instanceof Atom.Lacks l) {
                lacks.add(l.keys());
            } else if (atom instanceof Atom.AtLeast l) {
                least = Math.max(least, l.count());
            } else if (atom instanceof Atom.AtMost m) {
                most = Math.min(most, m.count());
            }
        }
        if (chosen.size() > most) {
            return false;
        }
        for (Map.Entry<String, Type> member : chosen.entrySet()) {
            Type type = typeAt(each, member.getKey());
            if (used.contains(member.getKey()) || !inhabited(type)) {
                return false;
            }
            member.setValue(type);
        }
        return new MemberSearch(each, used, least, most, sink).lack(lacks, 0, some, chosen, Set.of());
    }

    private Type typeAt(List<Atom.Members> each, String key) {
        Type type = types.any();
        for (Atom.Members members : each) {
            type = types.both(type, types.at(members, key));
        }
        return type;
    }

    private final class MemberSearch {
        private final List<Atom.Members> each;
        private final UsedKeys used;
        private final int least;
        private final int most;
        private final Predicate<Plan> sink;

        MemberSearch(List<Atom.Members> each, UsedKeys used, int least, int most, Predicate<Plan> sink) {
            this.each = each;
            this.used = used;
            this.least = least;
            this.most = most;
            this.sink = sink;
        }

        /** Chooses for each set of keys one that shall not occur. */
        boolean lack(
                List<List<String>> lacks,
                int at,
                List<Atom.Members> some,
                Map<String, Type> chosen,
                Set<String> absent) {
            burn();
            if (at == lacks.size()) {
                return violate(some, 0, chosen, absent);
            }
            for (String key : lacks.get(at)) {
                if (!chosen.containsKey(key)) {
                    Set<String> more = new LinkedHashSet<>(absent);
                    more.add(key);
                    if (lack(lacks, at + 1, some, chosen, more)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** Chooses for each condition a member that breaks it. */
        private boolean violate(List<Atom.Members> some, int at, Map<String, Type> chosen, Set<String> absent) {
            burn();
            if (at == some.size()) {
                return fill(chosen, absent);
            }
            Atom.Members broken = some.get(at);
            for (Map.Entry<String, Type> member : chosen.entrySet()) {
                burn();
                Type required = types.at(broken, member.getKey());
                if (!required.isAny() && !inhabited(types.both(member.getValue(), required))) {
                    return violate(some, at + 1, chosen, absent); // broken by what there is anyway
                }
            }
            Set<String> named = new LinkedHashSet<>(chosen.keySet());
            named.addAll(broken.named.keySet());
            each.forEach(members -> named.addAll(members.named.keySet()));
            if (violate(named, some, at, chosen, absent)) {
                return true;
            }
            boolean anyOther = broken.other.isAny();
            for (Type ofPattern : broken.types) {
                anyOther &= ofPattern.isAny();
            }
            if (anyOther) {
                return false; // a member that nobody names breaks nothing
            }
            List<Atom.Members> all = new ArrayList<>(each);
            all.add(broken);
            return violate(freshKeys(all, chosen.keySet(), absent, 2 + some.size()), some, at, chosen, absent);
        }

        private boolean violate(
                Collection<String> candidates,
                List<Atom.Members> some,
                int at,
                Map<String, Type> chosen,
                Set<String> absent) {
            Atom.Members broken = some.get(at);
            for (String key : candidates) {
                boolean here = chosen.containsKey(key);
                Type required = types.at(broken, key);
                if (required.isAny() || !here && (used.contains(key) || absent.contains(key))) {
                    continue;
                }
                burn();
                Type before = here ? chosen.getOrDefault(key, types.any()) : typeAt(each, key);
                Type type = types.both(before, types.not(required));
                if (inhabited(type)) {
                    Map<String, Type> more = new LinkedHashMap<>(chosen);
                    more.put(key, type);
                    if (violate(some, at + 1, more, absent)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** Adds members until they are enough. */
        private boolean fill(Map<String, Type> chosen, Set<String> absent) {
            if (chosen.size() > most) {
                return false;
            }
            if (chosen.size() >= least) {
                return sink.test(new Plan(chosen, List.of()));
            }
            Set<String> names = new LinkedHashSet<>();
            each.forEach(members -> names.addAll(members.named.keySet()));
            if (filled(chosen, absent, names, List.of())) {
                return true;
            }
            // There are too few named members, or one of them would have to hold the object itself.
            List<String> fresh = freshKeys(each, chosen.keySet(), absent, least - chosen.size());
            return filled(chosen, absent, names, fresh) || !fresh.isEmpty() && filled(chosen, absent, fresh, names);
        }

        private boolean filled(
                Map<String, Type> chosen, Set<String> absent, Collection<String> first, Collection<String> then) {
            Map<String, Type> more = new LinkedHashMap<>(chosen);
            for (Collection<String> keys : List.of(first, then)) {
                for (String key : keys) {
                    if (more.size() < least) {
                        addIfFree(more, key, absent);
                    }
                }
            }
            return more.size() >= least && more.size() <= most && sink.test(new Plan(more, List.of()));
        }

        private void addIfFree(Map<String, Type> chosen, String key, Set<String> absent) {
            Type type = typeAt(each, key);
            if (!chosen.containsKey(key) && !used.contains(key) && !absent.contains(key) && inhabited(type)) {
                chosen.put(key, type);
            }
        }

        /** Up to {@code count} keys of each class of those that nobody names. */
        private List<String> freshKeys(List<Atom.Members> all, Set<String> chosen, Set<String> absent, int count) {
            List<String> fresh = new ArrayList<>();
            for (KeyClass keys : classesOf(all)) {
                if (!inhabited(typeAt(each, keys.example))) {
                    continue;
                }
                Set<String> not = new LinkedHashSet<>(used.keys());
                not.addAll(chosen);
                not.addAll(absent);
                Regex regex = types.regex();
                for (int i = 0; i < count; i++) {
                    burn();
                    Optional<String> key = regex.shortest(
                            not.isEmpty() ? keys.keys : regex.both(keys.keys, regex.not(regex.words(not))));
                    if (key.isEmpty()) {
                        break;
                    }
                    fresh.add(key.get());
                    not.add(key.get());
                }
            }
            return fresh;
        }
    }

    /** The keys that are not named, divided by which patterns match in them. */
    private List<KeyClass> classesOf(List<Atom.Members> all) {
        @Nullable List<KeyClass> known = classes.get(all);
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

    private void divide(Regex.Node keys, List<Regex.Node> patterns, int at, List<KeyClass> into) {
        burn();
        Regex regex = types.regex();
        if (at == patterns.size()) {
            regex.shortest(keys).ifPresent(example -> into.add(new KeyClass(keys, example)));
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

    /**
     * The keys that may come next in an object, so that it can be completed after them.
     *
     * @param formulas what the object must satisfy, one of them
     * @param listed keys that have a turn of their own, beside those that the formulas name
     * @param after the keys that are used up after a key
     */
    public Regex.Node keys(
            List<Formula> formulas, List<String> listed, UsedKeys used, Function<String, UsedKeys> after) {
        Set<String> names = new LinkedHashSet<>(listed);
        List<Atom.Members> all = new ArrayList<>();
        formulas.forEach(formula -> collect(formula, names, all));
        Regex regex = types.regex();
        List<String> allowed = new ArrayList<>();
        List<String> refused = new ArrayList<>(used.keys());
        for (String name : names) {
            if (!used.contains(name)) {
                (allows(formulas, name, after) ? allowed : refused).add(name);
            }
        }
        boolean patterned = all.stream().anyMatch(members -> members.patterns.length > 0);
        if (!patterned) {
            // All keys that nobody names are alike.
            String example = unnamed(names, used);
            if (allows(formulas, example, after)) {
                return refused.isEmpty() ? regex.everything() : regex.not(regex.words(refused));
            }
            return allowed.isEmpty() ? regex.nothing() : regex.words(allowed);
        }
        Regex.Node keys = allowed.isEmpty() ? regex.nothing() : regex.words(allowed);
        Regex.Node without = names.isEmpty() ? regex.everything() : regex.not(regex.words(names));
        boolean every = true;
        for (KeyClass each : classesOf(all)) {
            Regex.Node unnamed = regex.both(each.keys, without);
            Regex.Node left = used.isEmpty() ? unnamed : regex.both(unnamed, regex.not(regex.words(used.keys())));
            boolean named = used.contains(each.example) || names.contains(each.example);
            Optional<String> example = named ? regex.shortest(left) : Optional.of(each.example);
            if (example.isPresent() && allows(formulas, example.get(), after)) {
                keys = regex.either(keys, left);
            } else {
                every = false;
            }
        }
        return every ? refused.isEmpty() ? regex.everything() : regex.not(regex.words(refused)) : keys;
    }

    private static String unnamed(Set<String> names, UsedKeys used) {
        String key = "a";
        while (names.contains(key) || used.contains(key)) {
            key += "a";
        }
        return key;
    }

    private boolean allows(List<Formula> formulas, String key, Function<String, UsedKeys> used) {
        UsedKeys after = used.apply(key);
        for (Formula formula : formulas) {
            if (isPlain(formula)) {
                // What is required stays possible unless its turn is over, so it is a matter of the key's own value.
                if (!misses(formula, key, after) && inhabited(typeAt(formula, key))) {
                    return true;
                }
            } else if (!branches(formula, key, after).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** The keys that conditions name, and the patterns by which all others differ. */
    public record Names(Set<String> names, Set<Regex.Node> patterns) {}

    /**
     * What keys formulas tell apart.
     *
     * @param listed keys that have a turn of their own, beside those that the formulas name
     */
    public Names names(List<Formula> formulas, List<String> listed) {
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

    /** Whether a required key, other than {@code key}, may not occur any more. */
    private static boolean misses(Formula formula, String key, UsedKeys after) {
        if (formula.atom instanceof Atom.Has has) {
            for (String required : has.keys()) {
                if (after.contains(required) && !required.equals(key)) {
                    return true;
                }
            }
        }
        for (Formula part : formula.of) {
            if (misses(part, key, after)) {
                return true;
            }
        }
        return false;
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

    /**
     * The ways on with a member of a key, such that value and rest exist.
     *
     * @param after the keys that are used after it
     */
    public List<Branch> branches(Formula formula, String key, UsedKeys after) {
        return live(types.formulas().member(formula, key), true, after);
    }

    /** The ways on with an item, such that it and the rest exist. */
    public List<Branch> branches(Formula formula) {
        return live(types.formulas().item(formula), false, UsedKeys.NONE);
    }

    private List<Branch> live(List<Branch> branches, boolean object, UsedKeys after) {
        List<Branch> live = new ArrayList<>(branches.size());
        for (Branch branch : branches) {
            if (inhabited(branch.value()) && satisfiable(branch.rest(), object, after)) {
                live.add(branch);
            }
        }
        return live.size() == branches.size() ? branches : types.formulas().merged(live);
    }

    // Arrays

    private boolean items(List<Atom> atoms, Predicate<Plan> sink) {
        int least = 0;
        int most = Integer.MAX_VALUE;
        int needs = 0;
        int first = 0;
        boolean simple = true;
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
                if (atom instanceof Atom.SomeItem some) {
                    first = Math.max(first, some.items().first.length - some.from());
                }
                needs += atom instanceof Atom.ContainsAtLeast contains ? Math.min(contains.count(), MAX_DISTINCT) : 2;
            }
            parts.add(types.formulas().atom(atom));
        }
        if (least > most) {
            return false;
        }
        if (!simple) {
            return extend(
                    types.formulas().all(parts),
                    new ArrayList<>(),
                    first + needs + Math.min(least, MAX_DISTINCT) + 2,
                    sink);
        }
        List<Type> items = new ArrayList<>();
        for (int place = 0; place < Math.min(least, first + 1); place++) {
            Type type = types.any();
            for (Atom atom : atoms) {
                if (atom instanceof Atom.EachItem each) {
                    type = types.both(type, each.items().at(each.from() + place));
                }
            }
            if (!inhabited(type)) {
                return false;
            }
            items.add(type);
        }
        while (items.size() < least) {
            items.add(items.get(items.size() - 1));
        }
        return sink.test(new Plan(Map.of(), items));
    }

    /** Takes items one by one, until nothing more is needed or so many were taken. */
    private boolean extend(Formula formula, List<Type> taken, int left, Predicate<Plan> sink) {
        burn();
        if (types.formulas().ends(formula)) {
            return sink.test(new Plan(Map.of(), List.copyOf(taken)));
        }
        if (left == 0) {
            return false;
        }
        for (Branch branch : types.formulas().item(formula)) {
            if (branch.rest() == formula && !formula.remembers() || !inhabited(branch.value())) {
                continue;
            }
            Formula rest = branch.rest();
            Type item = branch.value();
            if (rest.remembers()) {
                Optional<JsonNode> value = smallest(item);
                if (value.isEmpty()) {
                    continue;
                }
                item = types.values(Values.of(List.of(value.get())));
                rest = types.formulas().remember(rest, value.get());
            }
            taken.add(item);
            if (extend(rest, taken, left - 1, sink)) {
                return true;
            }
            taken.remove(taken.size() - 1);
        }
        return false;
    }

    // Small values

    /** A small value of a type; empty if there is none. */
    public Optional<JsonNode> smallest(Type type) {
        @Nullable Optional<JsonNode> known = smallest.get(type);
        if (known != null) {
            return known;
        }
        if (!building.add(type)) {
            cut++;
            return Optional.empty(); // a smaller one is without itself
        }
        int outer = building.size();
        int before = cut;
        try {
            if (outer > 200) {
                cut++;
                return Optional.empty();
            }
            Optional<JsonNode> value = inhabited(type) ? search(type) : Optional.empty();
            if (cut == before || outer == 1) {
                smallest.put(type, value); // it does not depend on where it was asked for
            }
            return value;
        } finally {
            building.remove(type);
        }
    }

    private Optional<JsonNode> search(Type type) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        List<JsonNode> found = new ArrayList<>();
        NumberSet numbers = types.numbers(type);
        if (hasNumbers(type)) {
            NumberText text = types.text(numbers);
            found.add(make.numberNode(new BigDecimal(text.completion(text.start()))));
        }
        types.regex().shortest(types.strings(type)).ifPresent(text -> found.add(make.stringNode(text)));
        if (types.literal(type, Kind.NULL)) {
            found.add(make.nullNode());
        }
        if (types.literal(type, Kind.TRUE)) {
            found.add(make.booleanNode(true));
        }
        if (types.literal(type, Kind.FALSE)) {
            found.add(make.booleanNode(false));
        }
        if (found.stream().noneMatch(value -> length(value) <= 2)) {
            contents(types.contents(type, Kind.ARRAY), false, UsedKeys.NONE).ifPresent(found::add);
            contents(types.contents(type, Kind.OBJECT), true, UsedKeys.NONE).ifPresent(found::add);
        }
        return found.stream().min((a, b) -> Long.compare(length(a), length(b)));
    }

    /** How long the text of a small value is; a part that occurs often is looked at once. */
    private long length(JsonNode value) {
        if (!value.isContainer()) {
            return Json.compact(value).length();
        }
        @Nullable Long known = lengths.get(value);
        if (known == null) {
            long sum = 1 + Math.max(1, value.size());
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                sum += Json.compact(member.getKey()).length() + 1 + length(member.getValue());
            }
            for (int i = 0; value.isArray() && i < value.size(); i++) {
                sum += length(value.get(i));
            }
            if (sum > MAX_TEXT) {
                throw new InputException(
                        "the shortest document has more than " + MAX_TEXT + " characters; ask for less");
            }
            known = sum;
            lengths.put(value, known);
        }
        return known;
    }

    /** The fewest and smallest members or items that complete an object or array, as one of its own. */
    public Optional<JsonNode> contents(Formula formula, boolean object, UsedKeys used) {
        if (formula.isFalse()) {
            return Optional.empty();
        }
        JsonNode[] best = new JsonNode[1];
        int[] tried = {0};
        List<String> order = object ? order(formula) : List.of();
        plan(formula, object, used, plan -> {
            Optional<JsonNode> value = object ? build(plan.members, order) : build(plan.items);
            if (value.isPresent() && (best[0] == null || length(value.get()) < length(best[0]))) {
                best[0] = value.get();
            }
            return best[0] != null && length(best[0]) <= 2 || ++tried[0] >= MAX_SMALLEST;
        });
        return Optional.ofNullable(best[0]);
    }

    private Optional<JsonNode> build(Map<String, Type> members, List<String> order) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        List<String> keys = new ArrayList<>(members.keySet());
        keys.sort((a, b) -> Integer.compare(place(order, a), place(order, b)));
        for (String key : keys) {
            Optional<JsonNode> value = smallest(members.getOrDefault(key, types.none()));
            if (value.isEmpty()) {
                return Optional.empty();
            }
            object.set(key, value.get());
        }
        return Optional.of(object);
    }

    private static int place(List<String> order, String key) {
        int place = order.indexOf(key);
        return place < 0 ? Integer.MAX_VALUE : place;
    }

    private Optional<JsonNode> build(List<Type> items) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Type item : items) {
            Optional<JsonNode> value = smallest(item);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            array.add(value.get());
        }
        return Optional.of(array);
    }
}
