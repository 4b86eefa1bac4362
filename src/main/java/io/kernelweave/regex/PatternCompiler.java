package io.kernelweave.regex;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a language of a pattern. What a part of a pattern matches may depend on what stands before it and on what follows,
 * so a part is compiled to the language of itself <em>and the rest</em>, given the language of the rest; both are given for
 * each of the things that can stand before: nothing, the end of a line, a word character, another character. Anchors and look-ahead then
 * are intersections with the rest, and no symbols for them are needed.
 */
final class PatternCompiler {
    private static final int START = 0;
    private static final int LINE = 1;
    private static final int WORD = 2;
    private static final int OTHER = 3;
    private static final int BEFORE = 4;

    private static final CodePoints WORDS = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    private static final CodePoints NEWLINE = CodePoints.of('\n', '\n');
    /** How often a repeat with anchors in it is compiled. */
    private static final int MAX_ROUNDS = 256;

    private static final int MAX_WORK = 20_000;

    private final Regex regex;
    private int work;

    PatternCompiler(Regex regex) {
        this.regex = regex;
    }

    /** The strings in which it matches somewhere. */
    Regex.Node search(Syntax tree) {
        Regex.Node everything = regex.everything();
        if (tree.plain()) {
            return regex.then(everything, regex.then(plain(tree), everything));
        }
        Regex.Node[] found = compile(tree, everywhere(everything));
        if (uniform(found)) {
            return regex.then(everything, found[START]);
        }
        List<Regex.Node> all = new ArrayList<>(List.of(found[START]));
        if (isBlind(found)) {
            all.add(regex.then(regex.length(1, Regex.UNBOUNDED), found[OTHER]));
        } else {
            for (After after : after(found)) {
                all.add(regex.then(everything, regex.then(regex.set(after.last), after.rest)));
            }
        }
        return regex.either(all);
    }

    /** The rest where the character before it is one of these. */
    private record After(CodePoints last, Regex.Node rest) {}

    /** What follows a character, where it matters which: for each character once. */
    private static List<After> after(Regex.Node[] rest) {
        CodePoints others = WORDS.or(NEWLINE).complement();
        if (rest[LINE] == rest[OTHER]) {
            return List.of(new After(WORDS, rest[WORD]), new After(WORDS.complement(), rest[OTHER]));
        }
        return rest[WORD] == rest[OTHER]
                ? List.of(new After(NEWLINE, rest[LINE]), new After(NEWLINE.complement(), rest[OTHER]))
                : List.of(new After(NEWLINE, rest[LINE]), new After(WORDS, rest[WORD]), new After(others, rest[OTHER]));
    }

    /** Whether the rest is the same after any character. */
    private static boolean isBlind(Regex.Node[] rest) {
        return rest[LINE] == rest[OTHER] && rest[WORD] == rest[OTHER];
    }

    /** The strings that it matches as a whole; it has no anchors. */
    Regex.Node whole(Syntax tree) {
        return plain(tree);
    }

    private static Regex.Node[] everywhere(Regex.Node rest) {
        return new Regex.Node[] {rest, rest, rest, rest};
    }

    private Regex.Node plain(Syntax tree) {
        if (tree instanceof Syntax.Literal literal) {
            return regex.word(literal.text());
        }
        if (tree instanceof Syntax.Characters characters) {
            return regex.set(characters.set());
        }
        if (tree instanceof Syntax.Repeat repeat) {
            return regex.repeat(plain(repeat.body()), repeat.min(), repeat.max());
        }
        if (tree instanceof Syntax.Choice choice) {
            List<Regex.Node> parts = new ArrayList<>(choice.parts().size());
            for (Syntax part : choice.parts()) {
                parts.add(plain(part));
            }
            return regex.either(parts);
        }
        List<Syntax> parts = ((Syntax.Sequence) tree).parts();
        Regex.Node all = regex.empty();
        for (int i = parts.size() - 1; i >= 0; i--) {
            all = regex.then(plain(parts.get(i)), all);
        }
        return all;
    }

    private Regex.Node[] compile(Syntax tree, Regex.Node[] rest) {
        if (++work > MAX_WORK) {
            throw new InputException(
                    "the pattern is too complex: its anchors and look-ahead stand inside too many repeats; write it out");
        }
        if (tree.plain()) {
            return ahead(tree, rest);
        }
        Regex.Node[] all = new Regex.Node[BEFORE];
        if (tree instanceof Syntax.Sequence sequence) {
            List<Syntax> parts = sequence.parts();
            all = rest;
            for (int i = parts.size() - 1; i >= 0; i--) {
                all = compile(parts.get(i), all);
            }
        } else if (tree instanceof Syntax.Choice choice) {
            all = everywhere(regex.nothing());
            for (Syntax part : choice.parts()) {
                all = either(all, compile(part, rest));
            }
        } else if (tree instanceof Syntax.Anchor anchor) {
            for (int before = 0; before < BEFORE; before++) {
                if (!anchor.end()) {
                    all[before] = before == START || before == LINE && anchor.line() ? rest[before] : regex.nothing();
                } else if (anchor.line()) {
                    all[before] = regex.both(rest[before], endOfLine());
                } else {
                    all[before] = regex.accepts(rest[before]) ? regex.empty() : regex.nothing();
                }
            }
        } else if (tree instanceof Syntax.Boundary boundary) {
            Regex.Node word = regex.then(regex.set(WORDS), regex.everything());
            Regex.Node other = regex.not(word);
            for (int before = 0; before < BEFORE; before++) {
                all[before] = regex.both(rest[before], before == WORD != boundary.negated() ? other : word);
            }
        } else if (tree instanceof Syntax.Ahead look) {
            Regex.Node[] seen = compile(look.body(), everywhere(regex.everything()));
            for (int before = 0; before < BEFORE; before++) {
                all[before] = regex.both(rest[before], look.negated() ? regex.not(seen[before]) : seen[before]);
            }
        } else {
            all = repeat((Syntax.Repeat) tree, rest);
        }
        return all;
    }

    private Regex.Node endOfLine() {
        return regex.either(regex.empty(), regex.then(regex.set(NEWLINE), regex.everything()));
    }

    private Regex.Node[] either(Regex.Node[] one, Regex.Node[] other) {
        Regex.Node[] all = new Regex.Node[BEFORE];
        for (int before = 0; before < BEFORE; before++) {
            all[before] = regex.either(one[before], other[before]);
        }
        return all;
    }

    /** A part without anchors, where it may matter to the rest which character comes last. */
    private Regex.Node[] ahead(Syntax tree, Regex.Node[] rest) {
        if (uniform(rest)) {
            return everywhere(regex.then(plain(tree), rest[START]));
        }
        if (tree instanceof Syntax.Sequence sequence) {
            Regex.Node[] all = rest;
            for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                all = compile(sequence.parts().get(i), all);
            }
            return all;
        }
        if (tree instanceof Syntax.Choice choice && !isBlind(rest)) {
            Regex.Node[] all = everywhere(regex.nothing());
            for (Syntax part : choice.parts()) {
                all = either(all, compile(part, rest));
            }
            return all;
        }
        Regex.Node node = plain(tree);
        Regex.Node some = !isBlind(rest) && tree instanceof Syntax.Characters characters
                ? regex.either(after(rest).stream()
                        .map(after -> regex.then(regex.set(characters.set().and(after.last)), after.rest))
                        .toList())
                : some(node, rest);
        Regex.Node[] all = everywhere(some);
        if (regex.accepts(node)) {
            all = either(all, rest);
        }
        return all;
    }

    /**
     * A repeat with anchors in it: written out, if it is short. Without a bound it is the least fixed point; mostly an
     * anchor leaves room for few rounds, so that it is reached soon.
     */
    private Regex.Node[] repeat(Syntax.Repeat repeat, Regex.Node[] rest) {
        List<Syntax> plain = new ArrayList<>();
        List<Syntax> anchored = new ArrayList<>();
        for (Syntax choice : alternatives(repeat.body())) {
            (choice.plain() ? plain : anchored).add(choice);
        }
        boolean single = true;
        boolean guarded = true;
        boolean anchors = false;
        for (Syntax choice : anchored) {
            single &= least(choice) == 1 && most(choice) == 1;
            guarded &= least(choice) > 0;
            anchors |= anchors(choice);
        }
        for (Syntax choice : plain) {
            single &= least(choice) == 1 && most(choice) == 1;
        }
        if (repeat.max() > 1 && single && rest[START] == regex.empty() && uniform(rest)) {
            // One character a round up to the end: the rounds can be counted apart.
            Regex.Node[] all = loop(plain, anchored, rest);
            for (int before = 0; before < BEFORE; before++) {
                all[before] = regex.both(all[before], regex.length(repeat.min(), repeat.max()));
            }
            return all;
        }
        Regex.Node[] all = rest;
        if (repeat.max() == Regex.UNBOUNDED) {
            Regex.Node @Nullable [] found = guarded && !anchors ? null : fixedPoint(plain, anchored, rest);
            if (found == null && !guarded) {
                throw new InputException("anchors or look-ahead that take no character are repeated without a bound;"
                        + " take them out of the repeat");
            }
            all = found == null ? loop(plain, anchored, rest) : found;
        } else {
            for (int i = repeat.min(); i < repeat.max(); i++) {
                Regex.Node[] more = either(rest, round(repeat.body(), all, i - repeat.min()));
                if (same(more, all)) {
                    break;
                }
                all = more;
            }
        }
        for (int i = 0; i < repeat.min(); i++) {
            Regex.Node[] more = round(repeat.body(), all, i);
            if (same(more, all)) {
                break;
            }
            all = more;
        }
        return all;
    }

    private static boolean same(Regex.Node[] one, Regex.Node[] other) {
        return Arrays.equals(one, other); // equal languages that are known to be so are the same
    }

    /** Rounds without a bound, each of which takes a character. */
    private Regex.Node[] loop(List<Syntax> plain, List<Syntax> anchored, Regex.Node[] rest) {
        UnaryOperator<Regex.Node[]> body = after -> {
            Regex.Node[] all = everywhere(regex.nothing());
            for (Syntax part : anchored) {
                all = either(all, compile(part, after));
            }
            for (Syntax part : plain) {
                all = either(all, least(part) > 0 ? compile(part, after) : everywhere(some(plain(part), after)));
            }
            return all;
        };
        if (uniform(rest)) {
            boolean[] same = {true};
            Regex.Node[] one = regex.loops(new Regex.Node[] {rest[START]}, after -> {
                Regex.Node[] all = body.apply(everywhere(after[0]));
                same[0] &= uniform(all);
                return new Regex.Node[] {all[START]};
            });
            if (same[0]) {
                return everywhere(one[0]);
            }
        }
        if (rest[LINE] == rest[OTHER]) { // mostly the end of a line is a character like others
            boolean[] same = {true};
            Regex.Node[] three = regex.loops(new Regex.Node[] {rest[START], rest[WORD], rest[OTHER]}, after -> {
                Regex.Node[] all = body.apply(new Regex.Node[] {after[0], after[2], after[1], after[2]});
                same[0] &= all[LINE] == all[OTHER];
                return new Regex.Node[] {all[START], all[WORD], all[OTHER]};
            });
            if (same[0]) {
                return new Regex.Node[] {three[0], three[2], three[1], three[2]};
            }
        }
        return regex.loops(rest, body);
    }

    /** The strings of a language that are not empty, and the rest after the character that comes last. */
    private Regex.Node some(Regex.Node node, Regex.Node[] rest) {
        if (isBlind(rest)) {
            return regex.then(
                    regex.accepts(node) ? regex.both(node, regex.length(1, Regex.UNBOUNDED)) : node, rest[OTHER]);
        }
        return regex.either(after(rest).stream()
                .map(after ->
                        regex.then(regex.both(node, regex.then(regex.everything(), regex.set(after.last))), after.rest))
                .toList());
    }

    private static boolean anchors(Syntax tree) {
        if (tree instanceof Syntax.Sequence sequence) {
            return sequence.parts().stream().anyMatch(PatternCompiler::anchors);
        }
        if (tree instanceof Syntax.Choice choice) {
            return choice.parts().stream().anyMatch(PatternCompiler::anchors);
        }
        return tree instanceof Syntax.Repeat repeat ? anchors(repeat.body()) : tree instanceof Syntax.Anchor;
    }

    /** How many characters a part takes at the least. */
    private static long least(Syntax tree) {
        if (tree instanceof Syntax.Sequence sequence) {
            return sequence.parts().stream().mapToLong(PatternCompiler::least).reduce(0, PatternCompiler::sum);
        }
        if (tree instanceof Syntax.Choice choice) {
            return choice.parts().stream()
                    .mapToLong(PatternCompiler::least)
                    .min()
                    .orElse(0);
        }
        if (tree instanceof Syntax.Repeat repeat) {
            return Math.min(least(repeat.body()) * repeat.min(), Regex.UNBOUNDED);
        }
        return characters(tree);
    }

    /** How many characters a part takes at the most; {@link Regex#UNBOUNDED} for any number. */
    private static long most(Syntax tree) {
        if (tree instanceof Syntax.Sequence sequence) {
            return sequence.parts().stream().mapToLong(PatternCompiler::most).reduce(0, PatternCompiler::sum);
        }
        if (tree instanceof Syntax.Choice choice) {
            return choice.parts().stream()
                    .mapToLong(PatternCompiler::most)
                    .max()
                    .orElse(0);
        }
        if (tree instanceof Syntax.Repeat repeat) {
            return Math.min(most(repeat.body()) * repeat.max(), Regex.UNBOUNDED);
        }
        return characters(tree);
    }

    private static long sum(long one, long other) {
        return Math.min(one + other, Regex.UNBOUNDED);
    }

    private static long characters(Syntax tree) {
        return tree instanceof Syntax.Characters
                ? 1
                : tree instanceof Syntax.Literal literal
                        ? literal.text().codePointCount(0, literal.text().length())
                        : 0;
    }

    private static boolean uniform(Regex.Node[] languages) {
        return languages[START] == languages[OTHER] && isBlind(languages);
    }

    /** Rounds without a bound, of which an anchor leaves room for few, so that they come to an end; else null. */
    private Regex.Node @Nullable [] fixedPoint(List<Syntax> plain, List<Syntax> anchored, Regex.Node[] rest) {
        // (p|a)* with p without anchors is p*(a p*)*
        Syntax loop = new Syntax.Repeat(Syntax.choice(plain), 0, Regex.UNBOUNDED);
        Regex.Node[] all = plain.isEmpty() ? rest : ahead(loop, rest);
        for (int round = 0; round < 6; round++) {
            Regex.Node[] before = all;
            all = either(rest, compile(Syntax.choice(anchored), all));
            all = plain.isEmpty() ? all : ahead(loop, all);
            if (same(all, before)) {
                return all;
            }
        }
        return null;
    }

    /** The body as a choice of sequences whose parts with anchors are no choices, as far as these are not too many. */
    private static List<Syntax> alternatives(Syntax tree) {
        List<Syntax> all = new ArrayList<>();
        if (tree instanceof Syntax.Choice choice && !tree.plain()) {
            for (Syntax part : choice.parts()) {
                all.addAll(alternatives(part));
            }
        } else if (tree instanceof Syntax.Repeat repeat && !tree.plain() && repeat.min() == 0 && repeat.max() == 1) {
            all.add(Syntax.EMPTY);
            all.addAll(alternatives(repeat.body()));
        } else if (tree instanceof Syntax.Sequence sequence && !tree.plain()) {
            all.add(Syntax.EMPTY);
            for (Syntax part : sequence.parts()) {
                List<Syntax> choices = alternatives(part);
                List<Syntax> longer = new ArrayList<>();
                for (Syntax before : all) {
                    for (Syntax choice : choices) {
                        longer.add(before == Syntax.EMPTY ? choice : Syntax.sequence(List.of(before, choice)));
                    }
                }
                all = longer;
                if (all.size() > MAX_ROUNDS) {
                    return List.of(tree);
                }
            }
        } else {
            all.add(tree);
        }
        return all;
    }

    private Regex.Node[] round(Syntax body, Regex.Node[] rest, int round) {
        if (round >= MAX_ROUNDS) {
            throw new InputException("anchors or look-ahead are repeated more than " + MAX_ROUNDS
                    + " times; take them out of the repeat, or use a smaller count");
        }
        return compile(body, rest);
    }
}
