package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Regex;
import io.kernelweave.schema.Formula;
import io.kernelweave.schema.Formulas;
import io.kernelweave.schema.Keys;
import io.kernelweave.schema.Kind;
import io.kernelweave.schema.NumberSet;
import io.kernelweave.schema.NumberText;
import io.kernelweave.schema.Type;
import io.kernelweave.schema.Types;
import io.kernelweave.schema.UnsatisfiableException;
import io.kernelweave.schema.UsedKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The texts of a type's values as an automaton over bytes, made as it is walked: a stack of open objects and arrays, each with
 * what must still hold of it, and a zone on top. No zone is entered from which no value can be completed.
 *
 * <p>While a value is written, several types run side by side: those of which it must have one, and those that only matter
 * to what may follow in the object or array around it. Which of them it has is known when it is complete, and decides the
 * conditions on the rest.
 */
final class JsonMachine {
    private static final int MAX_DEPTH = 500;

    private final Types types;
    private final Formulas formulas;
    private final WrittenForm form;
    private final Layout layout;
    private final Map<Object, Object> interned = new HashMap<>();
    private final Map<Reading, Text> texts = new HashMap<>();
    private final Map<Counting, NumberText> numbers = new HashMap<>();
    private final Map<List<Formula>, List<String>> orders = new HashMap<>();
    final Zone start;
    final Zone end = new End();

    /** @throws UnsatisfiableException if no value has the type */
    JsonMachine(Types types, WrittenForm form) {
        this.types = types;
        this.formulas = types.formulas();
        this.form = form;
        this.layout = Layout.of(form.whitespace());
        Type root = types.root();
        try {
            if (!types.emptiness().inhabited(root)) {
                throw new UnsatisfiableException();
            }
            types.checkLength(root);
        } catch (InputException e) {
            throw String.valueOf(e.getMessage()).startsWith("schema #") ? e : e.in(types.place(root));
        }
        this.start = new Value(new Hole(null, List.of(root), 1, new Formula[0]), null, "");
    }

    /** Called before each mask and each move: the work for one is bounded. */
    void refuel() {
        types.emptiness().refuel();
    }

    @SuppressWarnings("unchecked") // a key leads to what was made for it
    private <T> T intern(T made) {
        return (T) interned.computeIfAbsent(made, m -> made);
    }

    private Text text(List<Regex.Node> languages, int deciding, Keys.@Nullable Names keys) {
        return texts.computeIfAbsent(new Reading(languages, deciding, keys), reading -> {
            List<Automaton> automata = new ArrayList<>();
            languages.forEach(language -> automata.add(Automaton.of(types.regex(), language)));
            if (keys != null) {
                keys.patterns().forEach(pattern -> automata.add(Automaton.of(types.regex(), pattern)));
            }
            return new Text(
                    new Languages(deciding, automata, keys == null ? List.of() : keys.names()),
                    form.escapes() == WrittenForm.Escapes.NEEDED);
        });
    }

    private record Reading(List<Regex.Node> languages, int deciding, Keys.@Nullable Names keys) {}

    private record Counting(List<NumberSet> sets, int deciding) {}

    /** A value that is open, with the types that matter and what they mean for what is around it. */
    private final class Hole {
        /** The object or array around it; null at the top. */
        final @Nullable Frame around;

        /** Those of which the value has one come first. */
        final List<Type> of;

        final int deciding;
        final int depth;
        /** What must hold of what is around, by its goals, when it is known which of the types the value has. */
        private final Formula[] rests;
        /** Whether the value itself decides what may follow, and whether some value around it does. */
        private final boolean remembers;

        private final boolean recalls;
        private UsedKeys used = UsedKeys.NONE;
        private final Map<BitSet, Zone> after = new HashMap<>();
        final Map<Kind, Zone> zones = new HashMap<>();

        Hole(@Nullable Frame around, List<Type> of, int deciding, Formula[] rests) {
            this.around = around;
            this.of = of;
            this.deciding = deciding;
            this.depth = around == null ? 0 : around.depth();
            this.rests = rests;
            boolean some = false;
            for (Formula rest : rests) {
                some |= rest.remembers();
            }
            this.remembers = some;
            this.recalls = some || around != null && around.hole.recalls;
        }

        /** The type that the value must have. */
        Type needed() {
            return deciding == 1 ? of.get(0) : types.either(of.subList(0, deciding));
        }

        /** Whether a value that has these of the types is one that is needed. */
        boolean isMet(BitSet outcomes) {
            int first = outcomes.nextSetBit(0);
            return first >= 0 && first < deciding;
        }

        /**
         * Where it goes on after a value.
         *
         * @param outcomes which of the types the value has
         */
        boolean leave(Cursor cursor, BitSet outcomes) {
            int from = 0;
            if (recalls && cursor.marks != null) {
                from = cursor.marks.start();
                cursor.marks = cursor.marks.outer();
            }
            if (!isMet(outcomes)) {
                return false;
            }
            if (around == null) {
                cursor.enter(end);
                return true;
            }
            if (!remembers) {
                @Nullable Zone known = after.get(outcomes);
                if (known == null) {
                    known = frame(around, goals(outcomes, null)).next();
                    after.put((BitSet) outcomes.clone(), known);
                }
                cursor.enter(known);
                return true;
            }
            cursor.enter(
                    frame(around, goals(outcomes, new Recent(cursor, from))).next());
            return true;
        }

        private Formula[] goals(BitSet outcomes, @Nullable Recent value) {
            Formula[] goals = new Formula[rests.length];
            for (int i = 0; i < goals.length; i++) {
                Formula rest = formulas.given(rests[i], type -> outcomes.get(of.indexOf(type)));
                goals[i] = value != null && rest.remembers() ? formulas.remember(rest, value.get()) : rest;
            }
            return goals;
        }

        private Frame frame(Frame around, Formula[] goals) {
            return intern(new Frame(around.kind, goals, used, around.hole, around.order));
        }
    }

    /** The value that ends where the cursor is. */
    private record Recent(Cursor cursor, int from) {
        JsonNode get() {
            return Json.parseTrusted(new String(cursor.text, from, cursor.length - from, StandardCharsets.UTF_8));
        }
    }

    private static final BitSet FIRST = BitSet.valueOf(new long[] {1});

    /** An open object or array: what must hold of the members or items to come, by type of the value that it is. */
    private final class Frame {
        final Kind kind;
        final Formula[] goals;
        final UsedKeys used;
        final Hole hole;
        final List<String> order;
        private final int hash;
        private @Nullable Zone next;
        private @Nullable Text keys;
        private boolean keysKnown;
        private @Nullable Key keyZone;
        private final Map<String, Zone> afterKey = new HashMap<>();
        private final Map<List<Boolean>, Zone> afterOthers = new HashMap<>();
        private @Nullable Hole item;
        private boolean itemKnown;
        private @Nullable BitSet ends;
        private Keys.@Nullable Names names;

        Frame(Kind kind, Formula[] goals, UsedKeys used, Hole hole, List<String> order) {
            this.kind = kind;
            this.goals = goals;
            this.used = used;
            this.hole = hole;
            this.order = order;
            this.hash = (Arrays.hashCode(goals) * 31 + used.hashCode()) * 31 + System.identityHashCode(hole);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Frame frame
                    && hash == frame.hash
                    && kind == frame.kind
                    && hole == frame.hole
                    && order == frame.order
                    && used.equals(frame.used)
                    && Arrays.equals(goals, frame.goals);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        int depth() {
            return hole.depth + 1;
        }

        /** The zone after a value. */
        Zone next() {
            if (next == null) {
                next = new After(this);
            }
            return next;
        }

        /** What must hold. */
        Formula goal() {
            return formulas.any(Arrays.asList(goals).subList(0, hole.deciding));
        }

        boolean mayEnd() {
            return hole.isMet(ends());
        }

        /** Of which types the value is complete. */
        BitSet ends() {
            if (ends == null) {
                ends = new BitSet(goals.length);
                for (int i = 0; i < goals.length; i++) {
                    ends.set(i, formulas.ends(goals[i]));
                }
            }
            return ends;
        }

        /** The keys that may come next; null if none. */
        @Nullable
        Text keys() {
            if (!keysKnown) {
                try {
                    Regex.Node language = types.keys().allowed(goal(), order, used, this::passed);
                    keys = types.regex().isEmpty(language) ? null : text(List.of(language), 1, names());
                } catch (InputException e) {
                    throw placed(e, hole);
                }
                keysKnown = true;
            }
            return keys;
        }

        /** Whether another member or item may come. */
        boolean goesOn() {
            return !mayEnd() || (kind == Kind.OBJECT ? keys() != null : item() != null);
        }

        Key key(Text text) {
            if (keyZone == null) {
                keyZone = new Key(this, text);
            }
            return keyZone;
        }

        Keys.Names names() {
            if (names == null) {
                names = types.keys().names(Arrays.asList(goals), order);
            }
            return names;
        }

        /** The zone after a key, or after one like it: of keys that nobody names, those in which the same patterns match. */
        Zone afterOneLike(String key) {
            if (names().names().contains(key)) {
                return after(key);
            }
            List<Boolean> matches = new ArrayList<>(names().patterns().size());
            for (Regex.Node pattern : names().patterns()) {
                matches.add(types.regex().matches(pattern, key));
            }
            return afterOthers.computeIfAbsent(matches, m -> after(key));
        }

        /** The zone after a key, which is one of those that may come. */
        Zone after(String key) {
            Zone known = afterKey.get(key);
            if (known == null) {
                UsedKeys later = passed(key).with(key);
                Hole member = hole(goal -> formulas.member(goal, key), later);
                if (member == null) {
                    throw new IllegalStateException("the key " + key + " leads on");
                }
                member.used = later;
                known = new Colon(new Value(member, null, layout.colon()));
                afterKey.put(key, known);
            }
            return known;
        }

        /** The other keys that may not come any more when a key comes next. */
        private UsedKeys passed(String key) {
            if (form.order() == WrittenForm.Order.ANY) {
                return used;
            }
            int place = order.indexOf(key);
            return used.with(place < 0 ? order : order.subList(0, place));
        }

        /** The next item; null if there is none. */
        @Nullable
        Hole item() {
            if (!itemKnown) {
                item = hole(formulas::item, UsedKeys.NONE);
                itemKnown = true;
            }
            return item;
        }

        /** The value after which the goals are derivatives; null if there is none. */
        private @Nullable Hole hole(UnaryOperator<Formula> derivative, UsedKeys later) {
            Formula[] rests = new Formula[goals.length];
            for (int i = 0; i < goals.length; i++) {
                rests[i] = derivative.apply(goals[i]);
            }
            try {
                Formula rest = formulas.any(Arrays.asList(rests).subList(0, hole.deciding));
                Type need = types.emptiness().need(rest, kind == Kind.OBJECT, later);
                return types.emptiness().inhabited(need) ? watched(need, rests) : null;
            } catch (InputException e) {
                throw placed(e, hole);
            }
        }

        private Hole watched(Type need, Formula[] rests) {
            Set<Type> asked = new LinkedHashSet<>();
            for (int i = 0; i < rests.length; i++) {
                rests[i] = formulas.given(rests[i], type -> types.implies(need, type));
                asked.addAll(formulas.asked(rests[i]));
            }
            List<Type> of = new ArrayList<>(types.alternatives(need));
            if (!asked.containsAll(of)) {
                of = new ArrayList<>(List.of(need));
            }
            int deciding = of.size();
            asked.removeAll(of);
            of.addAll(asked);
            return new Hole(this, of, deciding, rests);
        }
    }

    /** A refusal with the place of the schema that it is about. */
    private InputException placed(InputException refusal, Hole hole) {
        boolean named = String.valueOf(refusal.getMessage()).startsWith("schema #");
        return named ? refusal : refusal.in(types.place(hole.needed()));
    }

    /** Which types a value has that is complete, by which of the sets it is in. */
    private static BitSet outcomes(int[] by, java.util.function.IntPredicate in) {
        BitSet outcomes = new BitSet(by.length);
        for (int i = 0; i < by.length; i++) {
            outcomes.set(i, by[i] >= 0 && in.test(by[i]));
        }
        return outcomes;
    }

    /** Before a value, or before the bracket that closes an empty array. */
    private final class Value extends Zone {
        private final Hole hole;
        private final @Nullable Frame empty;
        private final String space;

        Value(Hole hole, @Nullable Frame empty, String space) {
            this.hole = hole;
            this.empty = empty;
            this.space = space;
        }

        @Override
        long next(long at, int b) {
            if (empty != null && at == 0 && b == ']') {
                return empty.mayEnd() ? LEAVE : DEAD;
            }
            if (at < space.length()) {
                return b == space.charAt((int) at) && (empty == null || empty.item() != null) ? at + 1 : DEAD;
            }
            if (layout.isFlexible() && Layout.isSpace(b) && (hole.around != null || empty != null)) {
                return at;
            }
            Kind kind = kind(b);
            return kind == null || zone(kind) == null ? DEAD : LEAVE;
        }

        private static @Nullable Kind kind(int b) {
            return switch (b) {
                case '"' -> Kind.STRING;
                case '{' -> Kind.OBJECT;
                case '[' -> Kind.ARRAY;
                case 't' -> Kind.TRUE;
                case 'f' -> Kind.FALSE;
                case 'n' -> Kind.NULL;
                case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
                default -> null;
            };
        }

        private @Nullable Zone zone(Kind kind) {
            if (empty != null && empty.item() == null) {
                return null;
            }
            Zone known = hole.zones.get(kind);
            if (known == null && !hole.zones.containsKey(kind)) {
                known = make(kind);
                hole.zones.put(kind, known);
            }
            return known;
        }

        private @Nullable Zone make(Kind kind) {
            try {
                return open(kind);
            } catch (InputException e) {
                throw placed(e, hole);
            }
        }

        private @Nullable Zone open(Kind kind) {
            switch (kind) {
                case NULL, FALSE, TRUE -> {
                    return types.literal(hole.needed(), kind) ? new Literal(hole, kind) : null;
                }
                case STRING -> {
                    List<Regex.Node> languages = new ArrayList<>(1);
                    int[] by = distinct(languages, types::strings, types.regex()::isEmpty);
                    int deciding = deciding(by);
                    return deciding == 0 ? null : new Characters(hole, text(languages, deciding, null), by);
                }
                case NUMBER -> {
                    List<NumberSet> sets = new ArrayList<>(1);
                    int[] by = distinct(
                            sets,
                            types::numbers,
                            set -> set.equals(NumberSet.NONE) || types.text(set).isEmpty());
                    int deciding = deciding(by);
                    return deciding == 0
                            ? null
                            : new Digits(
                                    hole,
                                    numbers.computeIfAbsent(
                                            new Counting(sets, deciding), n -> new NumberText(sets, deciding)),
                                    by);
                }
                default -> {
                    if (hole.depth >= MAX_DEPTH) {
                        return null;
                    }
                    Formula[] goals = new Formula[hole.of.size()];
                    boolean some = false;
                    for (int i = 0; i < goals.length; i++) {
                        Formula contents = types.contents(hole.of.get(i), kind);
                        boolean possible = types.emptiness().satisfiable(contents, kind == Kind.OBJECT, UsedKeys.NONE);
                        goals[i] = possible ? contents : formulas.never();
                        some |= possible && i < hole.deciding;
                    }
                    if (!some) {
                        return null;
                    }
                    List<String> order = kind == Kind.OBJECT && form.order() == WrittenForm.Order.SCHEMA
                            ? orders.computeIfAbsent(
                                    List.of(goals), g -> types.keys().order(formulas.any(g)))
                            : List.of();
                    Frame frame = intern(new Frame(kind, goals, UsedKeys.NONE, hole, order));
                    if (kind == Kind.OBJECT) {
                        return new Open(frame);
                    }
                    Hole item = frame.item();
                    return new Value(item == null ? hole : item, frame, layout.line(frame.depth()));
                }
            }
        }

        /** The different sets that the types are of one kind, and for each type which it is; -1 if none. */
        private <T> int[] distinct(
                List<T> sets, java.util.function.Function<Type, T> of, java.util.function.Predicate<T> empty) {
            int[] by = new int[hole.of.size()];
            for (int i = 0; i < by.length; i++) {
                T set = of.apply(hole.of.get(i));
                by[i] = sets.indexOf(set);
                if (by[i] < 0 && !empty.test(set)) {
                    by[i] = sets.size();
                    sets.add(set);
                }
            }
            return by;
        }

        /** How many of the sets are of types that decide; they come first. */
        private int deciding(int[] by) {
            int last = -1;
            for (int i = 0; i < hole.deciding; i++) {
                last = Math.max(last, by[i]);
            }
            return last + 1;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            if (b == ']') {
                return hole(cursor)
                        .leave(cursor, java.util.Objects.requireNonNull(empty).ends());
            }
            Kind kind = java.util.Objects.requireNonNull(kind(b));
            Zone zone = java.util.Objects.requireNonNull(zone(kind));
            if (hole.recalls) {
                cursor.marks = new Cursor.Marks(cursor.length - 1, cursor.marks);
            }
            cursor.mark = kind == Kind.STRING ? cursor.length : cursor.length - 1;
            cursor.enter(zone);
            if (zone instanceof Digits digits) {
                cursor.at = digits.text.next(digits.text.start(), b);
                return cursor.at >= 0;
            }
            return true;
        }

        private Hole hole(Cursor cursor) {
            return java.util.Objects.requireNonNull(empty).hole;
        }

        @Override
        String expected(long at) {
            StringBuilder words = new StringBuilder();
            for (Kind kind : Kind.values()) {
                if (zone(kind) != null) {
                    String word = switch (kind) {
                        case NULL, FALSE, TRUE -> kind.name().toLowerCase(java.util.Locale.ROOT);
                        case NUMBER -> "a number";
                        case STRING -> "a string";
                        case ARRAY -> "an array";
                        case OBJECT -> "an object";
                    };
                    words.append(words.isEmpty() ? "" : " or ").append(word);
                }
            }
            if (empty != null && empty.mayEnd()) {
                words.append(words.isEmpty() ? "" : " or ").append("the end of the array");
            }
            return words.toString();
        }

        @Override
        void finish(long at, Completion out) {
            if (empty != null && at == 0 && empty.mayEnd()) {
                out.add(']');
                return;
            }
            out.add(space.substring((int) Math.min(at, space.length())));
            if (empty != null && !rest(empty).isEmpty()) {
                items(empty, out);
                out.add(']');
                return;
            }
            JsonNode value = types.smallest()
                    .of(hole.needed())
                    .orElseThrow(() -> new IllegalStateException("a value of the type exists"));
            write(value, hole.depth, out);
        }
    }

    /** The items that complete an array, without the bracket. */
    private void items(Frame frame, Completion out) {
        JsonNode items = rest(frame);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                out.add(',').add(layout.comma(frame.depth()));
            }
            write(items.get(i), frame.depth(), out);
        }
        out.add(layout.line(frame.depth() - 1));
    }

    private JsonNode rest(Frame frame) {
        Optional<JsonNode> rest = frame.kind == Kind.OBJECT
                ? types.smallest().members(frame.goal(), frame.used)
                : types.smallest().array(frame.goal());
        return rest.orElseThrow(() -> new IllegalStateException("an open object or array can be completed"));
    }

    /** Writes a whole value in the form. */
    private void write(JsonNode value, int depth, Completion out) {
        if (value.isObject()) {
            out.add('{');
            if (out.cursor.zone instanceof Open open) {
                members(value, open.frame, true, out);
            }
            out.add('}');
        } else if (value.isArray()) {
            out.add('[');
            for (int i = 0; i < value.size(); i++) {
                out.add(i == 0 ? layout.line(depth + 1) : "," + layout.comma(depth + 1));
                write(value.get(i), depth + 1, out);
            }
            out.add(value.isEmpty() ? "" : layout.line(depth)).add(']');
        } else if (value.isString()) {
            out.add('"');
            value.stringValue().codePoints().forEach(c -> Text.write(c, out));
            out.add('"');
        } else {
            out.add(value.isNumber() ? value.decimalValue().toPlainString() : value.toString());
        }
    }

    /**
     * Writes members in an order that the object around them allows, and what stands before the brace that closes it.
     *
     * @param first whether none was written before
     */
    private void members(JsonNode members, Frame frame, boolean first, Completion out) {
        boolean begun = !first;
        for (String key : ordered(members, frame)) {
            out.add(begun ? "," + layout.comma(frame.depth()) : layout.line(frame.depth()));
            begun = true;
            out.add('"');
            key.codePoints().forEach(c -> Text.write(c, out));
            out.add('"').add(':').add(layout.colon());
            write(members.path(key), frame.depth(), out);
        }
        out.add(begun ? layout.line(frame.depth() - 1) : "");
    }

    private static List<String> ordered(JsonNode members, Frame frame) {
        List<String> keys = new ArrayList<>(members.propertyNames());
        if (!frame.order.isEmpty()) {
            keys.sort(Comparator.comparingInt(
                    key -> frame.order.contains(key) ? frame.order.indexOf(key) : Integer.MAX_VALUE));
        }
        return keys;
    }

    /** Inside a string, after its opening quote. */
    final class Characters extends Zone {
        private final Hole hole;
        final Text text;
        private final int[] by;

        Characters(Hole hole, Text text, int[] by) {
            this.hole = hole;
            this.text = text;
            this.by = by;
        }

        @Override
        long begin() {
            return Text.after(text.characters().start());
        }

        @Override
        long next(long at, int b) {
            return text.next(at, b);
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            int state = text.betweenCharacters(cursor.at);
            return hole.leave(
                    cursor,
                    by.length == 1
                            ? FIRST
                            : outcomes(by, language -> text.characters().accepts(state, language)));
        }

        @Override
        String expected(long at) {
            return text.expected(at, "the string");
        }

        @Override
        void finish(long at, Completion out) {
            text.finish(at, out);
        }
    }

    private final class Digits extends Zone {
        private final Hole hole;
        private final NumberText text;
        private final int[] by;

        Digits(Hole hole, NumberText text, int[] by) {
            this.hole = hole;
            this.text = text;
            this.by = by;
        }

        @Override
        long next(long at, int b) {
            int next = text.next((int) at, b);
            if (next >= 0) {
                return next;
            }
            boolean follows = b == ',' || b == '}' || b == ']' || Layout.isSpace(b);
            return follows && text.accepts((int) at) ? LEAVE_BEFORE : DEAD;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            if (hole.around == null) {
                return false;
            }
            int state = (int) cursor.at;
            return hole.leave(cursor, by.length == 1 ? FIRST : outcomes(by, set -> text.accepts(state, set)));
        }

        @Override
        boolean isComplete(long at) {
            return hole.around == null && text.accepts((int) at);
        }

        @Override
        boolean isOver(long at) {
            return hole.around != null && text.accepts((int) at);
        }

        @Override
        String expected(long at) {
            return text.accepts((int) at) ? "a digit, or the end of the number" : "a digit of the number";
        }

        @Override
        void finish(long at, Completion out) {
            out.add(text.completion((int) at));
        }
    }

    private final class Literal extends Zone {
        private final Hole hole;
        private final Kind kind;
        private final String word;

        Literal(Hole hole, Kind kind) {
            this.hole = hole;
            this.kind = kind;
            this.word = kind.name().toLowerCase(java.util.Locale.ROOT);
        }

        @Override
        long begin() {
            return 1;
        }

        @Override
        long next(long at, int b) {
            return b != word.charAt((int) at) ? DEAD : at + 1 == word.length() ? LEAVE : at + 1;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            BitSet outcomes = new BitSet(hole.of.size());
            for (int i = 0; i < hole.of.size(); i++) {
                outcomes.set(i, types.literal(hole.of.get(i), kind));
            }
            return hole.leave(cursor, outcomes);
        }

        @Override
        String expected(long at) {
            return word;
        }

        @Override
        void finish(long at, Completion out) {
            out.add(word.substring((int) at));
        }
    }

    /** After the brace that opens an object. */
    private final class Open extends Zone {
        private final Frame frame;
        private final String space;

        Open(Frame frame) {
            this.frame = frame;
            this.space = layout.line(frame.depth());
        }

        @Override
        long next(long at, int b) {
            if (at == 0 && b == '}') {
                return frame.mayEnd() ? LEAVE : DEAD;
            }
            if (at < space.length()) {
                return b == space.charAt((int) at) && frame.goesOn() ? at + 1 : DEAD;
            }
            if (layout.isFlexible() && Layout.isSpace(b)) {
                return at;
            }
            return b == '"' && frame.goesOn() ? LEAVE : DEAD;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            return b == '}' ? frame.hole.leave(cursor, frame.ends()) : openKey(cursor, frame);
        }

        @Override
        String expected(long at) {
            String key = frame.goesOn() ? "a key" : "";
            return !frame.mayEnd() ? key : key.isEmpty() ? "the end of the object" : key + " or the end of the object";
        }

        @Override
        void finish(long at, Completion out) {
            if (at > 0) {
                out.add(space.substring((int) Math.min(at, space.length()))).add('"'); // what was begun needs a member
                return;
            }
            if (!frame.mayEnd()) {
                members(rest(frame), frame, true, out);
            }
            out.add('}');
        }
    }

    private boolean openKey(Cursor cursor, Frame frame) {
        cursor.mark = cursor.length;
        cursor.enter(frame.key(java.util.Objects.requireNonNull(frame.keys())));
        return true;
    }

    /** Inside a key, after its opening quote. */
    final class Key extends Zone {
        private final Frame frame;
        final Text text;

        Key(Frame frame, Text text) {
            this.frame = frame;
            this.text = text;
        }

        @Override
        long begin() {
            return Text.after(text.characters().start());
        }

        @Override
        long next(long at, int b) {
            return text.next(at, b);
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            cursor.enter(cursor.scouting ? frame.afterOneLike(cursor.string()) : frame.after(cursor.string()));
            return true;
        }

        @Override
        boolean startsAt(int mark, int length) {
            return mark == length; // the place of a key that nobody names may not tell how long it is
        }

        /** Whether keys that nobody names are alike. */
        boolean othersAlike() {
            return frame.names().patterns().isEmpty();
        }

        /** Goes to where a key leads that nobody names. */
        void leaveAsOther(Cursor cursor) {
            String key = "a";
            while (frame.used.contains(key) || frame.names().names().contains(key)) {
                key += "a";
            }
            cursor.enter(frame.after(key));
        }

        /** How the keys go on that are not like the others and begin so. */
        List<String> special(String begun) {
            List<String> rests = new ArrayList<>();
            for (Collection<String> names : List.of(frame.names().names(), frame.used.keys())) {
                for (String name : names) {
                    if (name.startsWith(begun)) {
                        rests.add(name.substring(begun.length()));
                    }
                }
            }
            return rests;
        }

        @Override
        String expected(long at) {
            return text.expected(at, "a key");
        }

        @Override
        void finish(long at, Completion out) {
            int state = text.betweenCharacters(at);
            @Nullable String begun = state < 0 ? null : text.characters().begun(state);
            if (begun != null) {
                for (String key : ordered(rest(frame), frame)) {
                    if (key.startsWith(begun)) {
                        key.substring(begun.length()).codePoints().forEach(c -> Text.write(c, out));
                        out.add('"');
                        return;
                    }
                    if (form.order() == WrittenForm.Order.SCHEMA) {
                        break; // a later one would pass over the first
                    }
                }
            }
            text.finish(at, out);
        }
    }

    /** Between a key and its value. */
    private final class Colon extends Zone {
        private final Value value;

        Colon(Value value) {
            this.value = value;
        }

        @Override
        long next(long at, int b) {
            return b == ':' ? LEAVE : layout.isFlexible() && Layout.isSpace(b) ? at : DEAD;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            cursor.enter(value);
            return true;
        }

        @Override
        String expected(long at) {
            return "a colon";
        }

        @Override
        void finish(long at, Completion out) {
            out.add(':');
        }
    }

    /** After a member or an item. */
    private final class After extends Zone {
        private final Frame frame;
        private final String space;
        private final int close;
        private @Nullable Zone comma;

        After(Frame frame) {
            this.frame = frame;
            this.space = layout.line(frame.depth() - 1);
            this.close = frame.kind == Kind.OBJECT ? '}' : ']';
        }

        @Override
        long next(long at, int b) {
            if (b == ',' && at == 0) {
                return frame.goesOn() ? LEAVE : DEAD;
            }
            if (at < space.length()) {
                return b == space.charAt((int) at) && frame.mayEnd() ? at + 1 : DEAD;
            }
            if (b == close) {
                return frame.mayEnd() ? LEAVE : DEAD;
            }
            return layout.isFlexible() && Layout.isSpace(b) ? at : DEAD;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            if (b == close) {
                return frame.hole.leave(cursor, frame.ends());
            }
            if (comma == null) {
                String after = layout.comma(frame.depth());
                comma = frame.kind == Kind.OBJECT
                        ? new Comma(frame, after)
                        : new Value(java.util.Objects.requireNonNull(frame.item()), null, after);
            }
            cursor.enter(comma);
            return true;
        }

        @Override
        String expected(long at) {
            String more = frame.goesOn() ? "a comma" : "";
            String end = frame.kind == Kind.OBJECT ? "the end of the object" : "the end of the array";
            return !frame.mayEnd() ? more : more.isEmpty() ? end : more + " or " + end;
        }

        @Override
        void finish(long at, Completion out) {
            if (frame.mayEnd()) {
                out.add(space.substring((int) at)).add(close);
                return;
            }
            if (frame.kind == Kind.OBJECT) {
                members(rest(frame), frame, false, out);
            } else {
                out.add(',').add(layout.comma(frame.depth()));
                items(frame, out);
            }
            out.add(close);
        }
    }

    /** Between a comma and a key. */
    private final class Comma extends Zone {
        private final Frame frame;
        private final String space;

        Comma(Frame frame, String space) {
            this.frame = frame;
            this.space = space;
        }

        @Override
        long next(long at, int b) {
            if (at < space.length()) {
                return b == space.charAt((int) at) ? at + 1 : DEAD;
            }
            return b == '"' ? LEAVE : layout.isFlexible() && Layout.isSpace(b) ? at : DEAD;
        }

        @Override
        boolean leave(Cursor cursor, int b) {
            return openKey(cursor, frame);
        }

        @Override
        String expected(long at) {
            return "a key";
        }

        @Override
        void finish(long at, Completion out) {
            // The shortest object that has the members needed, or any one member where none is.
            out.add(space.substring((int) Math.min(at, space.length()))).add('"');
        }
    }

    private static final class End extends Zone {
        @Override
        long next(long at, int b) {
            return DEAD;
        }

        @Override
        boolean isComplete(long at) {
            return true;
        }

        @Override
        String expected(long at) {
            return "the end of the text";
        }

        @Override
        void finish(long at, Completion out) {}
    }
}
