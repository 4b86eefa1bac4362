package io.kernelweave.regex;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a language of a pattern. What a part of a pattern matches may depend on what stands before it and on what follows,
 * so a part is compiled to the language of itself <em>and the rest</em>, given the language of the rest; both are given for
 * each of the three things that can stand before: nothing, a word character, another character. Anchors and look-ahead then
 * are intersections with the rest, and no symbols for them are needed.
 */
final class PatternCompiler {
    private static final int START = 0;
    private static final int WORD = 1;
    private static final int OTHER = 2;
    private static final int BEFORE = 3;

    private static final CodePoints WORDS = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    /** How often a repeat with anchors in it is compiled. */
    private static final int MAX_ROUNDS = 64;

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
        if (found[START] == found[WORD] && found[WORD] == found[OTHER]) {
            return regex.then(everything, found[START]);
        }
        Regex.Node later = found[WORD] == found[OTHER]
                ? regex.then(regex.length(1, Regex.UNBOUNDED), found[WORD])
                : regex.either(
                        regex.then(everything, regex.then(regex.set(WORDS), found[WORD])),
                        regex.then(everything, regex.then(regex.set(WORDS.complement()), found[OTHER])));
        return regex.either(found[START], later);
    }

    /** The strings that it matches as a whole; it has no anchors. */
    Regex.Node whole(Syntax tree) {
        return plain(tree);
    }

    private static Regex.Node[] everywhere(Regex.Node rest) {
        return new Regex.Node[] {rest, rest, rest};
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
                boolean here = anchor.end() ? regex.accepts(rest[before]) : before == START;
                all[before] = !here ? regex.nothing() : anchor.end() ? regex.empty() : rest[before];
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

    private Regex.Node[] either(Regex.Node[] one, Regex.Node[] other) {
        Regex.Node[] all = new Regex.Node[BEFORE];
        for (int before = 0; before < BEFORE; before++) {
            all[before] = regex.either(one[before], other[before]);
        }
        return all;
    }

    /** A part without anchors, where it may matter to the rest which character comes last. */
    private Regex.Node[] ahead(Syntax tree, Regex.Node[] rest) {
        if (rest[START] == rest[WORD] && rest[WORD] == rest[OTHER]) {
            return everywhere(regex.then(plain(tree), rest[START]));
        }
        if (tree instanceof Syntax.Sequence sequence) {
            Regex.Node[] all = rest;
            for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                all = compile(sequence.parts().get(i), all);
            }
            return all;
        }
        if (tree instanceof Syntax.Choice choice && rest[WORD] != rest[OTHER]) {
            Regex.Node[] all = everywhere(regex.nothing());
            for (Syntax part : choice.parts()) {
                all = either(all, compile(part, rest));
            }
            return all;
        }
        Regex.Node node = plain(tree);
        Regex.Node some;
        if (rest[WORD] == rest[OTHER]) {
            some = regex.then(
                    regex.accepts(node) ? regex.both(node, regex.length(1, Regex.UNBOUNDED)) : node, rest[WORD]);
        } else if (tree instanceof Syntax.Characters characters) {
            some = regex.either(
                    regex.then(regex.set(characters.set().and(WORDS)), rest[WORD]),
                    regex.then(regex.set(characters.set().and(WORDS.complement())), rest[OTHER]));
        } else {
            Regex.Node word = regex.then(regex.everything(), regex.set(WORDS));
            Regex.Node other = regex.then(regex.everything(), regex.set(WORDS.complement()));
            some = regex.either(
                    regex.then(regex.both(node, word), rest[WORD]), regex.then(regex.both(node, other), rest[OTHER]));
        }
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
        Regex.Node[] all = rest;
        if (repeat.max() == Regex.UNBOUNDED) {
            // (p|a)* with p without anchors is p*(a p*)*
            Syntax loop = new Syntax.Repeat(Syntax.choice(plain), 0, Regex.UNBOUNDED);
            Regex.Node[] before;
            int rounds = 0;
            all = plain.isEmpty() ? rest : ahead(loop, rest);
            do {
                if (++rounds > 6) {
                    throw new InputException(
                            "anchors or look-ahead are repeated without a bound, which is not supported;"
                                    + " take them out of the repeat, or bound it with {n,m}");
                }
                before = all;
                all = either(rest, compile(Syntax.choice(anchored), all));
                all = plain.isEmpty() ? all : ahead(loop, all);
            } while (all[START] != before[START] || all[WORD] != before[WORD] || all[OTHER] != before[OTHER]);
        } else {
            for (int i = repeat.min(); i < repeat.max(); i++) {
                Regex.Node[] more = either(rest, round(repeat.body(), all, i - repeat.min()));
                if (more[START] == all[START] && more[WORD] == all[WORD] && more[OTHER] == all[OTHER]) {
                    break;
                }
                all = more;
            }
        }
        for (int i = 0; i < repeat.min(); i++) {
            Regex.Node[] more = round(repeat.body(), all, i);
            if (more[START] == all[START] && more[WORD] == all[WORD] && more[OTHER] == all[OTHER]) {
                break;
            }
            all = more;
        }
        return all;
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
