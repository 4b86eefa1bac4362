package io.kernelweave.decode;

import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Regex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes and interns the parts of a grammar. Regular parts that stand together become one, up to a size, so that automata run
 * where no recursion is needed.
 */
final class Parts {
    static final int UNBOUNDED = Regex.UNBOUNDED;
    /** Bytes of what has no text, or none that fits into memory. */
    static final int FAR = Integer.MAX_VALUE >> 1;
    /** The pass in which the costs of rules are final. */
    static final int LAST = Integer.MAX_VALUE;

    /** How large and how deep a regular part may grow by joining. */
    private static final int MAX_SIZE = 4096;

    private static final int MAX_HEIGHT = 200;

    private final Regex regex;
    private final Map<Object, Part> interned = new HashMap<>();
    private final Map<Part, Language> languages = new HashMap<>();
    private int count;
    final Part nothing;
    final Part empty;

    /** What a regular part is before its first byte. */
    private record Language(Regex.Node node, int size, int height) {}

    private record Place(TextLanguage language, long at) {}

    Parts(Regex regex) {
        this.regex = regex;
        this.nothing = new Part.Either(count++, new Part[0], false, 0);
        this.empty = regular(regex.empty());
    }

    static int plus(int one, int other) {
        return Math.min(one + other, FAR);
    }

    /** How many parts there are. */
    int count() {
        return count;
    }

    /** A text of a language. */
    Part regular(Regex.Node node) {
        return regular(new Language(node, 1, 1));
    }

    private Part regular(Language language) {
        if (regex.isEmpty(language.node)) {
            return nothing;
        }
        Part known = interned.get(language.node);
        if (known == null) {
            int id = count++;
            known = new Part.Regular(id, regex.accepts(language.node), () -> begin(language.node));
            interned.put(language.node, known);
            languages.put(known, language);
        }
        return known;
    }

    /** A language whose first place is the part that was made for it. */
    private TextLanguage begin(Regex.Node node) {
        TextLanguage texts = new TextLanguage(Automaton.of(regex, node));
        interned.put(new Place(texts, texts.begin()), java.util.Objects.requireNonNull(interned.get(node)));
        return texts;
    }

    /** What may follow at a place of a language. */
    Part regular(TextLanguage language, long at) {
        return interned.computeIfAbsent(new Place(language, at), p -> new Part.Regular(count++, language, at));
    }

    /** Languages that may become one part; null if they may not. */
    private @Nullable Language join(List<Part> all) {
        int size = 1;
        int height = 1;
        for (Part part : all) {
            Language language = languages.get(part);
            if (language == null) {
                return null;
            }
            size += language.size;
            height = Math.max(height, language.height + 1);
        }
        return size > MAX_SIZE || height > MAX_HEIGHT ? null : new Language(regex.empty(), size, height);
    }

    private Regex.Node node(Part part) {
        return java.util.Objects.requireNonNull(languages.get(part)).node;
    }

    Part then(Part first, Part rest) {
        if (first == nothing || rest == nothing) {
            return nothing;
        }
        if (first == empty || rest == empty) {
            return first == empty ? rest : first;
        }
        if (first instanceof Part.Then) {
            List<Part> chain = new ArrayList<>();
            Part last = first;
            for (; last instanceof Part.Then then; last = then.rest) {
                chain.add(then.first);
            }
            Part all = then(last, rest);
            for (int i = chain.size() - 1; i >= 0; i--) {
                all = then(chain.get(i), all);
            }
            return all;
        }
        Part both = both(first, rest instanceof Part.Then then ? then.first : rest);
        if (both != null) {
            return rest instanceof Part.Then then ? then(both, then.rest) : both;
        }
        return interned.computeIfAbsent(List.of("then", first, rest), k -> new Part.Then(count++, first, rest));
    }

    /** Two parts in a row as one: regular ones, and repeats of the same; null if they are no such. */
    private @Nullable Part both(Part first, Part next) {
        Language language = join(List.of(first, next));
        if (language != null) {
            return regular(new Language(regex.then(node(first), node(next)), language.size, language.height));
        }
        Part body = first instanceof Part.Repeat repeat ? repeat.body : first;
        if (body != (next instanceof Part.Repeat repeat ? repeat.body : next)) {
            return null;
        }
        Part.Repeat one = first instanceof Part.Repeat repeat ? repeat : new Part.Repeat(-1, body, 1, 1);
        Part.Repeat other = next instanceof Part.Repeat repeat ? repeat : new Part.Repeat(-1, body, 1, 1);
        return repeat(body, one.min + other.min, bounded((long) one.max + other.max));
    }

    /** A count; none is so large that it matters where it is beyond those of Java. */
    private static int bounded(long count) {
        return (int) Math.min(UNBOUNDED, count);
    }

    Part either(Collection<Part> all) {
        Set<Part> flat = new LinkedHashSet<>();
        Set<Part> regulars = new LinkedHashSet<>();
        for (Part part : all) {
            for (Part one : part instanceof Part.Either either ? List.of(either.of) : List.of(part)) {
                if (languages.containsKey(one)) {
                    regulars.add(one);
                } else {
                    flat.add(one);
                }
            }
        }
        flat.addAll(joined(regulars));
        if (flat.size() == 1) {
            return flat.iterator().next();
        }
        if (flat.isEmpty()) {
            return nothing;
        }
        Part[] of = flat.toArray(Part[]::new);
        boolean nullable = flat.stream().anyMatch(part -> part.nullable);
        int highest = flat.stream().mapToInt(part -> part.height).max().orElse(0);
        return interned.computeIfAbsent(flat, k -> new Part.Either(count++, of, nullable, highest));
    }

    /** Alternatives, as many of them as may become one. */
    private List<Part> joined(Collection<Part> regulars) {
        List<Part> all = new ArrayList<>();
        List<Regex.Node> some = new ArrayList<>();
        int size = 1;
        int height = 1;
        for (Part part : regulars) {
            Language language = java.util.Objects.requireNonNull(languages.get(part));
            if (size + language.size > MAX_SIZE || Math.max(height, language.height + 1) > MAX_HEIGHT) {
                all.add(regular(new Language(regex.either(some), size, height)));
                some.clear();
                size = 1;
                height = 1;
            }
            some.add(language.node);
            size += language.size;
            height = Math.max(height, language.height + 1);
        }
        if (!some.isEmpty()) {
            all.add(regular(new Language(regex.either(some), size, height)));
        }
        return all;
    }

    Part repeat(Part body, int min, int max) {
        if (body == nothing || body == empty || max == 0) {
            return min == 0 || body == empty ? empty : nothing;
        }
        int least = body.nullable ? 0 : min;
        if (max == 1 && (least == 1 || body.nullable)) {
            return body;
        }
        if (body instanceof Part.Repeat inner
                && (least == max || (least + 1L) * inner.min <= (long) least * inner.max + 1)) {
            // No count is left out between those of so many and of one more.
            return repeat(inner.body, bounded((long) least * inner.min), bounded((long) max * inner.max));
        }
        Language language = join(List.of(body));
        if (language != null) {
            return regular(new Language(regex.repeat(node(body), least, max), language.size, language.height));
        }
        return interned.computeIfAbsent(
                List.of("repeat", body, least, max), k -> new Part.Repeat(count++, body, least, max));
    }

    Part maybe(Part part) {
        return repeat(part, 0, 1);
    }

    Part.Rule rule() {
        return new Part.Rule(count++);
    }

    /** The texts of a part that have at least one byte and begin with none of some rules. */
    Part drop(Part part, Set<Part.Rule> rules) {
        return replace(part, head -> {
            if (head instanceof Part.Rule rule) {
                return rules.contains(rule) ? nothing : rule;
            }
            return head.nullable
                    ? regular(new Language(regex.both(node(head), regex.length(1, UNBOUNDED)), 2, 2))
                    : head;
        });
    }

    /** What follows a rule in the texts of a part that begin with it. */
    Part after(Part.Rule rule, Part part) {
        return replace(part, head -> head == rule ? empty : nothing);
    }

    /** A part in which the rule or the regular part that comes first is replaced; what may be left out makes way for the next. */
    private Part replace(Part part, UnaryOperator<Part> replaced) {
        List<Part> all = new ArrayList<>();
        Part rest = part;
        while (rest instanceof Part.Then then) {
            all.add(then(replace(then.first, replaced), then.rest));
            rest = then.first.nullable ? then.rest : nothing;
        }
        if (rest instanceof Part.Either either) {
            for (Part one : either.of) {
                all.add(replace(one, replaced));
            }
        } else if (rest instanceof Part.Repeat repeat) {
            all.add(then(replace(repeat.body, replaced), less(repeat)));
        } else {
            all.add(replaced.apply(rest));
        }
        return either(all);
    }

    /** The repeats that are left after one. */
    Part less(Part.Repeat repeat) {
        return repeat(repeat.body, Math.max(0, repeat.min - 1), repeat.max == UNBOUNDED ? UNBOUNDED : repeat.max - 1);
    }

    /** The rules with which texts of a part may begin. */
    void heads(Part part, Set<Part.Rule> into) {
        if (part instanceof Part.Then) {
            Part rest = part;
            while (rest instanceof Part.Then then) {
                heads(then.first, into);
                rest = then.first.nullable ? then.rest : empty;
            }
            heads(rest, into);
        } else if (part instanceof Part.Either either) {
            for (Part one : either.of) {
                heads(one, into);
            }
        } else if (part instanceof Part.Repeat repeat) {
            heads(repeat.body, into);
        } else if (part instanceof Part.Rule rule) {
            into.add(rule);
        }
    }

    /** Finds what the shortest text of each rule takes. */
    void findCosts(Collection<Part.Rule> rules) {
        boolean changed = true;
        for (int pass = 0; changed; pass++) {
            changed = false;
            for (Part.Rule rule : rules) {
                int cost = rule.body().cost(pass);
                changed |= cost != rule.ruleCost;
                rule.ruleCost = cost;
            }
        }
    }
}
