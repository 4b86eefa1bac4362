package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Regex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Parts} of a grammar. Rules that do not recurse become regular parts where they can be. A rule is brought into a
 * form that has at least one byte; what may be left out is left out where it is named. Rules that begin with themselves, by
 * whatever way, are solved as equations: {@code x = x r | b} is {@code b r*}, and of several such rules the exponents are a
 * matrix.
 *
 * <p>Source: Rosenkrantz, "Matrix equations and normal forms for context-free grammars", JACM 1967; the star of a matrix by
 * Kleene's elimination.
 */
final class GrammarCompiler {
    /** The longest text that anything in a grammar may need at the least, in bytes. */
    private static final int MAX_NEEDED = 1 << 16;
    /** No fewer than any sum of bytes that is counted, and fewer than {@link Parts#FAR}, which stands for no text at all. */
    private static final int MANY = Parts.FAR - 1;
    /** How many rules may begin with one another. */
    private static final int MAX_TANGLED = 40;
    /** How deeply rules may be nested before a byte is written. */
    private static final int MAX_HEIGHT = 2000;

    private static final int MAX_PARTS = 100_000;

    private final Grammar grammar;
    private final Parts parts;
    private final int count;
    private final int[] needed;
    private final @Nullable Part[] inlined;
    private final Map<Integer, Part.Rule> rules = new LinkedHashMap<>();

    private final Regex regex = new Regex();

    GrammarCompiler(Grammar grammar) {
        this.grammar = grammar;
        this.parts = new Parts(regex);
        this.count = grammar.rules().size();
        this.needed = new int[count];
        this.inlined = new @Nullable Part[count];
    }

    TextMachine compile(PlainTokens tokens) {
        Set<Integer> reachable = reachable();
        need(reachable);
        List<List<Integer>> components = components(count, this::named);
        for (List<Integer> component : components) {
            if (reachable.contains(component.get(0))) {
                define(component);
            }
        }
        Part root = reference(grammar.root());
        for (List<Part.Rule> tangled : tangled()) {
            untangle(tangled);
        }
        parts.findCosts(rules.values());
        int height = root.height;
        for (Part.Rule rule : rules.values()) {
            height += rule.body().height;
        }
        if (height > MAX_HEIGHT) {
            throw InputException.at(
                    "grammar",
                    "its recursive rules are nested " + height + " deep in all",
                    "at most " + MAX_HEIGHT + " levels are read");
        }
        return new TextMachine(parts, root, tokens);
    }

    private Grammar.Rule rule(int number) {
        return grammar.rules().get(number);
    }

    private Set<Integer> named(int number) {
        Set<Integer> names = new LinkedHashSet<>();
        names(rule(number).body(), names);
        return names;
    }

    private static void names(Grammar.Expression in, Set<Integer> into) {
        if (in instanceof Grammar.Reference reference) {
            into.add(reference.rule());
        } else if (in instanceof Grammar.Repeat repeat) {
            names(repeat.body(), into);
        } else if (in instanceof Grammar.Sequence sequence) {
            sequence.parts().forEach(part -> names(part, into));
        } else if (in instanceof Grammar.Choice choice) {
            choice.parts().forEach(part -> names(part, into));
        }
    }

    private Set<Integer> reachable() {
        Set<Integer> seen = new LinkedHashSet<>(List.of(grammar.root()));
        Deque<Integer> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            for (int next : named(open.remove())) {
                if (seen.add(next)) {
                    open.add(next);
                }
            }
        }
        return seen;
    }

    /** Finds how many bytes each rule needs at the least. */
    private void need(Set<Integer> reachable) {
        Arrays.fill(needed, Parts.FAR);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int i = count - 1; i >= 0; i--) {
                int now = needed(rule(i).body(), false);
                changed |= now != needed[i];
                needed[i] = now;
            }
        }
        for (int i : reachable) {
            if (needed[i] == Parts.FAR) {
                throw InputException.at(
                        rule(i).where(),
                        "rule " + rule(i).name() + " never ends, since every way through it needs it again",
                        "give it an alternative that ends");
            }
            needed(rule(i).body(), true);
            if (needed[i] > MAX_NEEDED) {
                throw InputException.at(
                        rule(i).where(),
                        "the shortest text of rule " + rule(i).name() + " is too long",
                        "at most " + MAX_NEEDED + " bytes are written");
            }
        }
    }

    private int needed(Grammar.Expression of, boolean checked) {
        if (of instanceof Grammar.Literal literal) {
            return literal.text().codePoints().map(Utf8::length).sum();
        }
        if (of instanceof Grammar.Characters characters) {
            return Utf8.length(characters.set().ranges()[0]);
        }
        if (of instanceof Grammar.Reference reference) {
            return needed[reference.rule()];
        }
        if (of instanceof Grammar.Repeat repeat) {
            int one = needed(repeat.body(), checked);
            long all = (long) one * repeat.min();
            if (checked && all > MAX_NEEDED) {
                throw InputException.at(
                        repeat.where(),
                        "so many repeats need " + all + " bytes at the least",
                        "at most " + MAX_NEEDED + " are written");
            }
            return one == Parts.FAR && repeat.min() > 0 ? Parts.FAR : (int) Math.min(MANY, all);
        }
        if (of instanceof Grammar.Sequence sequence) {
            int sum = 0;
            for (Grammar.Expression part : sequence.parts()) {
                int one = needed(part, checked);
                sum = Math.max(sum, one) == Parts.FAR ? Parts.FAR : Math.min(MANY, sum + one);
            }
            return sum;
        }
        int least = Parts.FAR;
        for (Grammar.Expression part : ((Grammar.Choice) of).parts()) {
            least = Math.min(least, needed(part, checked));
        }
        return least;
    }

    /** Defines rules that need one another, after all others that they need. */
    private void define(List<Integer> component) {
        int only = component.get(0);
        boolean recursive = component.size() > 1 || named(only).contains(only);
        if (!recursive) {
            Part body = part(rule(only).body());
            if (body instanceof Part.Regular) {
                inlined[only] = body;
                return;
            }
            Part.Rule made = parts.rule();
            rules.put(only, made);
            made.body = parts.drop(body, Set.of());
            return;
        }
        for (int i : component) {
            rules.put(i, parts.rule());
        }
        for (int i : component) {
            java.util.Objects.requireNonNull(rules.get(i)).body = parts.drop(part(rule(i).body()), Set.of());
        }
    }

    private Part reference(int number) {
        Part known = inlined[number];
        if (known != null) {
            return known;
        }
        Part.Rule rule = java.util.Objects.requireNonNull(rules.get(number));
        return needed[number] == 0 ? parts.maybe(rule) : rule;
    }

    private Part part(Grammar.Expression of) {
        if (parts.count() > MAX_PARTS) {
            throw tooLarge();
        }
        if (of instanceof Grammar.Literal literal) {
            return parts.regular(regex.word(literal.text()));
        }
        if (of instanceof Grammar.Characters characters) {
            return parts.regular(regex.set(characters.set()));
        }
        if (of instanceof Grammar.Reference reference) {
            return reference(reference.rule());
        }
        if (of instanceof Grammar.Repeat repeat) {
            return parts.repeat(part(repeat.body()), repeat.min(), repeat.max());
        }
        if (of instanceof Grammar.Choice choice) {
            List<Part> ways = new ArrayList<>();
            List<String> texts = new ArrayList<>(); // many texts are one list
            for (Grammar.Expression one : choice.parts()) {
                if (one instanceof Grammar.Literal literal) {
                    texts.add(literal.text());
                } else {
                    ways.add(part(one));
                }
            }
            if (!texts.isEmpty()) {
                ways.add(parts.regular(regex.words(texts)));
            }
            return parts.either(ways);
        }
        List<Grammar.Expression> sequence = ((Grammar.Sequence) of).parts();
        Part all = parts.empty;
        for (int i = sequence.size() - 1; i >= 0; i--) {
            all = parts.then(part(sequence.get(i)), all);
        }
        return all;
    }

    private static InputException tooLarge() {
        return InputException.at(
                "grammar",
                "it has more than " + MAX_PARTS + " parts",
                "write less of it, or fewer rules that begin with one another");
    }

    /** The rules that begin with themselves, those together that begin with one another. */
    private List<List<Part.Rule>> tangled() {
        List<Part.Rule> all = List.copyOf(rules.values());
        Map<Part.Rule, Integer> numbers = new HashMap<>();
        all.forEach(rule -> numbers.put(rule, numbers.size()));
        IntFunction<Collection<Integer>> heads = i -> {
            Set<Part.Rule> heads1 = new LinkedHashSet<>();
            parts.heads(all.get(i).body(), heads1);
            return heads1.stream().map(numbers::get).toList();
        };
        List<List<Part.Rule>> tangled = new ArrayList<>();
        for (List<Integer> component : components(all.size(), heads)) {
            int only = component.get(0);
            if (component.size() > 1 || heads.apply(only).contains(only)) {
                tangled.add(component.stream().map(all::get).toList());
            }
        }
        return tangled;
    }

    /** Defines rules that begin with one another such that none does. */
    private void untangle(List<Part.Rule> tangled) {
        int n = tangled.size();
        if (n > MAX_TANGLED) {
            List<String> names = new ArrayList<>();
            rules.forEach((number, rule) -> {
                if (tangled.contains(rule)) {
                    names.add(rule(number).name());
                }
            });
            throw InputException.at(
                    "grammar",
                    n + " rules begin with one another (" + String.join(", ", names.subList(0, 5)) + ", …)",
                    "at most " + MAX_TANGLED + " may: write lists as x ::= y (\",\" y)*");
        }
        Set<Part.Rule> all = new LinkedHashSet<>(tangled);
        Part[] begin = new Part[n];
        Part[][] after = new Part[n][n]; // after[i][j]: what makes a text of rule j of one of rule i
        for (int j = 0; j < n; j++) {
            Part body = tangled.get(j).body();
            begin[j] = parts.drop(body, all);
            for (int i = 0; i < n; i++) {
                after[i][j] = parts.after(tangled.get(i), body);
            }
        }
        for (int k = 0; k < n; k++) {
            Part star = parts.repeat(after[k][k], 0, Parts.UNBOUNDED);
            for (int i = 0; i < n; i++) {
                Part there = i == k ? parts.empty : after[i][k];
                for (int j = 0; j < n && i != k; j++) {
                    if (j != k) {
                        Part way = parts.then(there, parts.then(star, after[k][j]));
                        after[i][j] = parts.either(List.of(after[i][j], way));
                    }
                }
            }
            for (int i = 0; i < n; i++) {
                if (i != k) {
                    after[i][k] = parts.then(after[i][k], star);
                    after[k][i] = parts.then(star, after[k][i]);
                }
            }
            after[k][k] = parts.repeat(after[k][k], 1, Parts.UNBOUNDED);
            if (parts.count() > MAX_PARTS) {
                throw tooLarge();
            }
        }
        for (int j = 0; j < n; j++) {
            List<Part> ways = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                ways.add(parts.then(begin[i], i == j ? parts.maybe(after[i][j]) : after[i][j]));
            }
            tangled.get(j).body = parts.either(ways);
        }
    }

    /** What leads to one another, each after all that it leads to (Tarjan's algorithm). */
    private static List<List<Integer>> components(int count, IntFunction<? extends Collection<Integer>> next) {
        return new Components(count, next).found;
    }

    private static final class Components {
        private final IntFunction<? extends Collection<Integer>> next;
        private final int[] order;
        private final int[] low;
        private final boolean[] open;
        private final Deque<Integer> path = new ArrayDeque<>();
        private int seen;
        final List<List<Integer>> found = new ArrayList<>();

        Components(int count, IntFunction<? extends Collection<Integer>> next) {
            this.next = next;
            this.order = new int[count];
            this.low = new int[count];
            this.open = new boolean[count];
            for (int i = 0; i < count; i++) {
                if (order[i] == 0) {
                    visit(i);
                }
            }
        }

        private void visit(int at) {
            order[at] = ++seen;
            low[at] = seen;
            open[at] = true;
            path.push(at);
            for (int to : next.apply(at)) {
                if (order[to] == 0) {
                    visit(to);
                    low[at] = Math.min(low[at], low[to]);
                } else if (open[to]) {
                    low[at] = Math.min(low[at], order[to]);
                }
            }
            if (low[at] == order[at]) {
                List<Integer> component = new ArrayList<>();
                int member;
                do {
                    member = path.pop();
                    open[member] = false;
                    component.add(0, member);
                } while (member != at);
                found.add(component);
            }
        }
    }
}
