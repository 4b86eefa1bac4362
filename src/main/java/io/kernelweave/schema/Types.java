package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Dialect;
import io.kernelweave.regex.Regex;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The algebra of {@link Type types}: sets of JSON values under boolean operations, each seen by kind as a regular language of
 * strings, a set of numbers, or a condition on members or items. Everything is made when it is first asked for.
 *
 * <p>Not safe for use by several threads at once.
 *
 * <p>Source: semantic subtyping (Frisch, Castagna and Benzaken, JACM 2008), with JSON Schema's keywords as the atoms.
 */
public final class Types {
    private record Shape(
            Type.Op op, List<Integer> of, @Nullable Object leaf) {}

    private final Map<Shape, Type> interned = new HashMap<>();
    private final Type any = new Type(0, Type.Op.ANY, new Type[0], null);
    private final Type none = new Type(1, Type.Op.NONE, new Type[0], null);
    private final Draft unnamed;
    private final Dialect dialect;
    private final Predicate<Draft> formats;
    private final Regex regex = new Regex();
    private final Formulas formulas = new Formulas(this);
    private final Emptiness emptiness;
    private final Keys keys = new Keys(this);
    private final Smallest smallest = new Smallest(this);
    private final SchemaReader reader;
    private final Map<Object, NumberText> numberTexts = new HashMap<>();
    private boolean hasPatterns;

    /**
     * The types of a schema's document.
     *
     * @param formats whether {@code format} is a condition
     * @throws InputException naming keyword and JSON pointer of what cannot be honoured
     */
    public Types(JsonNode schema, boolean formats) {
        this(schema, Draft.V2020_12, draft -> formats, Dialect.ECMA, Emptiness.FUEL);
    }

    /**
     * The same with patterns in another dialect.
     *
     * @param unnamed the draft of documents that name none
     * @param formats in which drafts {@code format} is a condition
     * @param fuel steps of each search
     */
    Types(JsonNode schema, Draft unnamed, Predicate<Draft> formats, Dialect dialect, int fuel) {
        this.unnamed = unnamed;
        this.dialect = dialect;
        this.formats = formats;
        this.emptiness = new Emptiness(this, fuel);
        this.reader = new SchemaReader(this, schema, unnamed);
    }

    /** Who reads the schema's document. */
    SchemaReader reader() {
        return reader;
    }

    /** The type of another document, which is read in the same way. */
    Type read(JsonNode document) {
        return new SchemaReader(this, document, unnamed).root();
    }

    /** Whether a schema has a format that is a condition. */
    boolean hasFormat(Subschema schema) {
        return schema.node().path("format").isString() && formats.test(schema.draft());
    }

    Regex.Node pattern(String pattern, String where) {
        hasPatterns = true;
        return regex.pattern(pattern, dialect, where);
    }

    /** Whether it depends on the dialect what the schemas mean. */
    boolean hasPatterns() {
        return hasPatterns;
    }

    /** The type of the whole schema. */
    public Type root() {
        return reader.root();
    }

    /**
     * Sees to it that a type with much to write has a value of bearable length.
     *
     * @throws InputException if not
     */
    public void checkLength(Type type) {
        if (reader.asksForMuch()) {
            smallest.of(type);
        }
    }

    public Regex regex() {
        return regex;
    }

    public Formulas formulas() {
        return formulas;
    }

    public Emptiness emptiness() {
        return emptiness;
    }

    public Keys keys() {
        return keys;
    }

    public Smallest smallest() {
        return smallest;
    }

    Type any() {
        return any;
    }

    Type none() {
        return none;
    }

    Type schema(Subschema schema) {
        return leaf(Type.Op.SCHEMA, schema);
    }

    Type keywords(Subschema schema) {
        return leaf(Type.Op.KEYWORDS, schema);
    }

    Type values(Values values) {
        return values.size() == 0 ? none : leaf(Type.Op.VALUES, values);
    }

    private Type leaf(Type.Op op, Object leaf) {
        return interned.computeIfAbsent(
                new Shape(op, List.of(), leaf), shape -> new Type(interned.size() + 2, op, new Type[0], leaf));
    }

    private Type node(Type.Op op, List<Type> of) {
        List<Integer> ids = new ArrayList<>(of.size());
        for (Type type : of) {
            ids.add(type.id);
        }
        return interned.computeIfAbsent(
                new Shape(op, ids, null), shape -> new Type(interned.size() + 2, op, of.toArray(Type[]::new), null));
    }

    Type not(Type type) {
        return switch (type.op) {
            case ANY -> none;
            case NONE -> any;
            case NOT -> type.of[0];
            default -> node(Type.Op.NOT, List.of(type));
        };
    }

    public Type both(Type one, Type other) {
        return one == other || other == any ? one : one == any ? other : both(List.of(one, other));
    }

    /** The types of which a type is the union, by its form. */
    public List<Type> alternatives(Type type) {
        return type.op == Type.Op.EITHER ? List.of(type.of) : List.of(type);
    }

    /** Whether a type says by its form only what its values are not. */
    boolean isNegative(Type type) {
        if (type.op != Type.Op.BOTH) {
            return type.isAny() || type.op == Type.Op.NOT;
        }
        for (Type part : type.of) {
            if (part.op != Type.Op.NOT) {
                return false;
            }
        }
        return true;
    }

    /** Whether values of one type have another, if the form of the type says it; else null. */
    public @Nullable Boolean implies(Type type, Type other) {
        if (type == other || other.isAny()) {
            return true;
        }
        if (type == none) {
            return false;
        }
        if (other.op == Type.Op.NOT) {
            @Nullable Boolean implied = implies(type, other.of[0]);
            return implied == null ? null : !implied;
        }
        if (type.op == Type.Op.NOT) {
            return type.of[0] == other ? Boolean.FALSE : null;
        }
        if (other.op == Type.Op.BOTH) {
            boolean every = true;
            for (Type part : other.of) {
                @Nullable Boolean implied = implies(type, part);
                if (implied != null && !implied) {
                    return false;
                }
                every &= implied != null;
            }
            if (every) {
                return true;
            }
        }
        if (type.op == Type.Op.BOTH) {
            for (Type part : type.of) {
                @Nullable Boolean implied = implies(part, other);
                if (implied != null) {
                    return implied;
                }
            }
        }
        return null;
    }

    Type both(List<Type> types) {
        return combine(Type.Op.BOTH, types, any, none);
    }

    public Type either(List<Type> types) {
        return types.size() == 1 ? types.get(0) : combine(Type.Op.EITHER, types, none, any);
    }

    private Type combine(Type.Op op, List<Type> types, Type neutral, Type absorbing) {
        TreeSet<Type> members = new TreeSet<>((a, b) -> Integer.compare(a.id, b.id));
        for (Type type : types) {
            if (type == absorbing) {
                return absorbing;
            }
            if (type.op == op) {
                members.addAll(Arrays.asList(type.of));
            } else if (type != neutral) {
                members.add(type);
            }
        }
        for (Type type : members) {
            if (type.op == Type.Op.NOT && members.contains(type.of[0])) {
                return absorbing;
            }
        }
        return members.isEmpty() ? neutral : members.size() == 1 ? members.first() : node(op, List.copyOf(members));
    }

    /** Exactly one of the types. */
    Type one(List<Type> types) {
        List<Type> some = types.stream().filter(type -> type != none).toList();
        return some.isEmpty() ? none : some.size() == 1 ? some.get(0) : node(Type.Op.ONE, some);
    }

    /** Where a schema of a type stands, as a refusal names it. */
    public String place(Type type) {
        if (type.leaf instanceof Subschema schema) {
            return "schema #" + schema.pointer();
        }
        for (Type part : type.of) {
            String place = place(part);
            if (place.length() > "schema #".length()) {
                return place;
            }
        }
        return "schema #";
    }

    /** The type of the member with a key. */
    Type at(Atom.Members members, String key) {
        @Nullable Type type = members.named.get(key);
        if (members.patterns.length == 0) {
            return type != null ? type : members.other;
        }
        for (int i = 0; i < members.patterns.length; i++) {
            if (regex.matches(members.patterns[i], key)) {
                type = type == null ? members.types[i] : both(type, members.types[i]);
            }
        }
        return type != null ? type : members.other;
    }

    /** Whether the type has the value {@code null}, {@code false} or {@code true}. */
    public boolean literal(Type type, Kind kind) {
        return project(type, kind, LITERAL);
    }

    /** The strings of a type. */
    public Regex.Node strings(Type type) {
        return project(type, Kind.STRING, strings);
    }

    /** The numbers of a type. */
    public NumberSet numbers(Type type) {
        return project(type, Kind.NUMBER, NUMBERS);
    }

    /** The texts of a set of numbers; one automaton for each set. */
    public NumberText text(NumberSet set) {
        return numberTexts.computeIfAbsent(set, s -> new NumberText(List.of(set), 1));
    }

    /** What the arrays or objects of a type are from their beginning on. */
    public Formula contents(Type type, Kind kind) {
        return project(type, kind, kind == Kind.ARRAY ? arrays : objects);
    }

    /**
     * A type was asked for while it is made. Schemas that come back to themselves before any value were refused, so this is a
     * question about values inside the value.
     */
    @SuppressWarnings("serial")
    private static final class Unfinished extends RuntimeException {
        Unfinished() {
            super("a type that is being made was asked for", null, false, false);
        }
    }

    /** How the sets of values of one kind are written and combined. */
    private interface View<T> {
        T all();

        T none();

        T both(T one, T other);

        T either(T one, T other);

        T not(T one);

        /** What the keywords of a schema that are about the kind say. */
        T keywords(Subschema schema, Kind kind);

        T values(Values values, Kind kind);

        default T one(List<T> all) {
            T exactlyOne = none();
            T noneYet = all();
            for (T each : all) {
                exactlyOne = either(both(exactlyOne, not(each)), both(noneYet, each));
                noneYet = both(noneYet, not(each));
            }
            return exactlyOne;
        }
    }

    @SuppressWarnings("unchecked") // the projection of a kind is always made by the view of the kind
    private <T> T project(Type type, Kind kind, View<T> view) {
        @Nullable T known = (T) type.projections[kind.ordinal()];
        if (known == null) {
            known = projection(type, kind, view);
            type.projections[kind.ordinal()] = known;
        }
        return known;
    }

    private <T> T projection(Type type, Kind kind, View<T> view) {
        return switch (type.op) {
            case ANY -> view.all();
            case NONE -> view.none();
            case SCHEMA -> {
                if (type.expanding[kind.ordinal()]) {
                    throw new Unfinished();
                }
                type.expanding[kind.ordinal()] = true;
                try {
                    yield project(expand(type), kind, view);
                } finally {
                    type.expanding[kind.ordinal()] = false;
                }
            }
            case KEYWORDS -> view.keywords((Subschema) Objects.requireNonNull(type.leaf), kind);
            case VALUES -> view.values((Values) Objects.requireNonNull(type.leaf), kind);
            case NOT -> view.not(project(type.of[0], kind, view));
            case BOTH -> {
                // What is excluded is excluded at once: there may be a long list of values.
                T all = view.all();
                T not = view.none();
                for (Type of : type.of) {
                    if (of.op == Type.Op.NOT) {
                        not = view.either(not, project(of.of[0], kind, view));
                    } else {
                        all = view.both(all, project(of, kind, view));
                    }
                    if (all.equals(view.none())) {
                        break;
                    }
                }
                yield not.equals(view.none()) ? all : view.both(all, view.not(not));
            }
            case EITHER -> {
                T some = view.none();
                for (Type of : type.of) {
                    some = view.either(some, project(of, kind, view));
                    if (some.equals(view.all())) {
                        break;
                    }
                }
                yield some;
            }
            case ONE -> {
                List<T> parts = new ArrayList<>(type.of.length);
                for (Type of : type.of) {
                    T part = project(of, kind, view);
                    if (!part.equals(view.none())) {
                        parts.add(part);
                    }
                }
                yield parts.size() == 1 ? parts.get(0) : view.one(parts);
            }
        };
    }

    private Type expand(Type type) {
        @Nullable Type expanded = type.expanded;
        if (expanded == null) {
            Subschema schema = (Subschema) Objects.requireNonNull(type.leaf);
            expanded = schema.reader().expand(schema);
            type.expanded = expanded;
        }
        return expanded;
    }

    private static final View<Boolean> LITERAL = new View<>() {
        @Override
        public Boolean all() {
            return true;
        }

        @Override
        public Boolean none() {
            return false;
        }

        @Override
        public Boolean both(Boolean one, Boolean other) {
            return one && other;
        }

        @Override
        public Boolean either(Boolean one, Boolean other) {
            return one || other;
        }

        @Override
        public Boolean not(Boolean one) {
            return !one;
        }

        @Override
        public Boolean keywords(Subschema schema, Kind kind) {
            return SchemaReader.allows(schema, kind);
        }

        @Override
        public Boolean values(Values values, Kind kind) {
            return values.nodes().stream().anyMatch(node -> kindOf(node) == kind);
        }
    };

    private final View<Regex.Node> strings = new View<>() {
        @Override
        public Regex.Node all() {
            return regex.everything();
        }

        @Override
        public Regex.Node none() {
            return regex.nothing();
        }

        @Override
        public Regex.Node both(Regex.Node one, Regex.Node other) {
            return regex.both(one, other);
        }

        @Override
        public Regex.Node either(Regex.Node one, Regex.Node other) {
            return regex.either(one, other);
        }

        @Override
        public Regex.Node not(Regex.Node one) {
            return regex.not(one);
        }

        @Override
        public Regex.Node keywords(Subschema schema, Kind kind) {
            return schema.reader().strings(schema);
        }

        @Override
        public Regex.Node values(Values values, Kind kind) {
            List<String> words = new ArrayList<>();
            for (JsonNode node : values.nodes()) {
                if (node.isString()) {
                    words.add(node.stringValue());
                }
            }
            return words.isEmpty() ? regex.nothing() : regex.words(words);
        }
    };

    private static final View<NumberSet> NUMBERS = new NumberView();

    private static final class NumberView implements View<NumberSet> {
        @Override
        public NumberSet all() {
            return NumberSet.ALL;
        }

        @Override
        public NumberSet none() {
            return NumberSet.NONE;
        }

        @Override
        public NumberSet both(NumberSet one, NumberSet other) {
            return NumberSet.both(one, other);
        }

        @Override
        public NumberSet either(NumberSet one, NumberSet other) {
            return NumberSet.either(one, other);
        }

        @Override
        public NumberSet not(NumberSet one) {
            return NumberSet.not(one);
        }

        @Override
        public NumberSet keywords(Subschema schema, Kind kind) {
            return SchemaReader.numbers(schema);
        }

        @Override
        public NumberSet values(Values values, Kind kind) {
            TreeSet<BigDecimal> numbers = new TreeSet<>();
            for (JsonNode node : values.nodes()) {
                if (node.isNumber()) {
                    numbers.add(node.decimalValue());
                }
            }
            return numbers.isEmpty() ? NumberSet.NONE : new NumberSet.OneOf(numbers);
        }
    }

    private final View<Formula> arrays = new FormulaView() {
        @Override
        public Formula keywords(Subschema schema, Kind kind) {
            return schema.reader().items(schema);
        }

        @Override
        Formula value(JsonNode node) {
            Type[] items = new Type[node.size()];
            for (int i = 0; i < items.length; i++) {
                items[i] = Types.this.values(Values.of(List.of(node.get(i))));
            }
            return formulas.all(List.of(
                    formulas.atom(new Atom.EachItem(new Atom.Items(items, none), 0)),
                    formulas.atom(new Atom.AtLeast(items.length)),
                    formulas.atom(new Atom.AtMost(items.length))));
        }
    };

    private final View<Formula> objects = new FormulaView() {
        @Override
        public Formula keywords(Subschema schema, Kind kind) {
            return schema.reader().members(schema);
        }

        @Override
        Formula value(JsonNode node) {
            Map<String, Type> named = new java.util.LinkedHashMap<>();
            node.properties()
                    .forEach(member ->
                            named.put(member.getKey(), Types.this.values(Values.of(List.of(member.getValue())))));
            Atom.Members members = new Atom.Members(named, new Regex.Node[0], new Type[0], none, Integer.MAX_VALUE);
            return formulas.all(
                    formulas.atom(new Atom.Each(members)),
                    formulas.atom(new Atom.Has(named.keySet().stream().sorted().toList())));
        }
    };

    private abstract class FormulaView implements View<Formula> {
        abstract Formula value(JsonNode node);

        @Override
        public Formula all() {
            return formulas.always();
        }

        @Override
        public Formula none() {
            return formulas.never();
        }

        @Override
        public Formula both(Formula one, Formula other) {
            return formulas.all(one, other);
        }

        @Override
        public Formula either(Formula one, Formula other) {
            return formulas.any(one, other);
        }

        @Override
        public Formula not(Formula one) {
            return formulas.not(one);
        }

        @Override
        public Formula values(Values values, Kind kind) {
            List<Formula> some = new ArrayList<>();
            for (JsonNode node : values.nodes()) {
                if (kindOf(node) == kind) {
                    some.add(value(node));
                }
            }
            return formulas.any(some);
        }

        private boolean mayOverlap(Formula one, Formula other, boolean object) {
            try {
                return emptiness.satisfiable(formulas.all(one, other), object);
            } catch (Unfinished e) {
                return true; // it depends on the type that is being made
            }
        }

        /** Where two of the alternatives cannot both hold, there is nothing to exclude. */
        @Override
        public Formula one(List<Formula> all) {
            List<Formula> some = new ArrayList<>(all.size());
            boolean object = this == objects;
            for (int i = 0; i < all.size(); i++) {
                List<Formula> parts = new ArrayList<>(List.of(all.get(i)));
                for (int j = 0; j < all.size(); j++) {
                    if (i != j && mayOverlap(all.get(i), all.get(j), object)) {
                        parts.add(formulas.not(all.get(j)));
                    }
                }
                some.add(formulas.all(parts));
            }
            return formulas.any(some);
        }
    }

    /** The kind of a value. */
    static Kind kindOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL -> Kind.NULL;
            case BOOLEAN -> node.booleanValue() ? Kind.TRUE : Kind.FALSE;
            case NUMBER -> Kind.NUMBER;
            case STRING -> Kind.STRING;
            case ARRAY -> Kind.ARRAY;
            case OBJECT -> Kind.OBJECT;
            default -> throw new IllegalArgumentException(node.getNodeType() + " is no JSON value");
        };
    }
}
