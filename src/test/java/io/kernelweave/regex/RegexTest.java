package io.kernelweave.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Random languages against the sets of short strings that they stand for. */
class RegexTest {
    private static final int ROUNDS = 1500;
    private static final int LENGTH = 4;
    private static final String LETTERS = "ab\"";
    private static final List<String> STRINGS = strings();

    private final Regex regex = new Regex();

    private static List<String> strings() {
        List<String> all = new ArrayList<>(List.of(""));
        for (int i = 0; i < all.size(); i++) {
            String begun = all.get(i);
            if (begun.length() < LENGTH) {
                for (char letter : LETTERS.toCharArray()) {
                    all.add(begun + letter);
                }
            }
        }
        return all;
    }

    /** A language and which of the short strings are in it, found by the meaning of the operators. */
    private record Meant(Regex.Node node, Set<String> strings) {}

    private Meant random(SplittableRandom random, int depth) {
        Set<String> set = new TreeSet<>();
        switch (depth == 0 ? random.nextInt(4) : random.nextInt(11)) {
            case 0 -> {
                CodePoints letters = random.nextBoolean() ? CodePoints.of('a', 'b') : CodePoints.of('b', 'b', '"', '"');
                for (char c : LETTERS.toCharArray()) {
                    if (letters.contains(c)) {
                        set.add(String.valueOf(c));
                    }
                }
                return new Meant(regex.set(letters), set);
            }
            case 1 -> {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    set.add(STRINGS.get(random.nextInt(STRINGS.size())));
                }
                return new Meant(regex.words(set), set);
            }
            case 2 -> {
                int min = random.nextInt(3);
                int max = random.nextBoolean() ? Regex.UNBOUNDED : min + random.nextInt(3);
                STRINGS.stream()
                        .filter(s -> s.length() >= min && s.length() <= max)
                        .forEach(set::add);
                return new Meant(regex.length(min, max), set);
            }
            case 3 -> {
                if (random.nextBoolean()) {
                    return new Meant(regex.nothing(), set);
                }
                set.add("");
                return new Meant(regex.empty(), set);
            }
            case 4, 5 -> {
                Meant one = random(random, depth - 1);
                Meant other = random(random, depth - 1);
                return new Meant(regex.then(one.node, other.node), then(one.strings, other.strings));
            }
            case 6 -> {
                Meant one = random(random, depth - 1);
                Meant other = random(random, depth - 1);
                set.addAll(one.strings);
                set.addAll(other.strings);
                return new Meant(regex.either(one.node, other.node), set);
            }
            case 7 -> {
                Meant one = random(random, depth - 1);
                Meant other = random(random, depth - 1);
                set.addAll(one.strings);
                set.retainAll(other.strings);
                return new Meant(regex.both(one.node, other.node), set);
            }
            case 8 -> {
                Meant one = random(random, depth - 1);
                set.addAll(STRINGS);
                set.removeAll(one.strings);
                return new Meant(regex.not(one.node), set);
            }
            default -> {
                Meant one = random(random, depth - 1);
                int min = random.nextInt(4);
                int max = random.nextBoolean() ? Regex.UNBOUNDED : min + random.nextInt(3);
                Set<String> power = new TreeSet<>(Set.of(""));
                for (int i = 0; i < min + LENGTH + 1 && i <= max; i++) {
                    if (i >= min) {
                        set.addAll(power);
                    }
                    power = then(power, one.strings);
                }
                return new Meant(regex.repeat(one.node, min, max), set);
            }
        }
    }

    private static Set<String> then(Set<String> one, Set<String> other) {
        Set<String> all = new TreeSet<>();
        for (String first : one) {
            for (String second : other) {
                if (first.length() + second.length() <= LENGTH) {
                    all.add(first + second);
                }
            }
        }
        return all;
    }

    @Test
    void aLanguageHoldsWhatItsOperatorsSay() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Meant meant = random(new SplittableRandom(seed), 3);
            Set<String> found = new TreeSet<>();
            STRINGS.stream().filter(s -> regex.matches(meant.node, s)).forEach(found::add);
            assertThat(found).as("seed %s %s", seed, meant.node).isEqualTo(meant.strings);
        }
    }

    @Test
    void anEmptyLanguageIsKnownAndAnyOtherHasAShortestString() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Meant meant = random(new SplittableRandom(seed), 3);
            boolean empty = regex.isEmpty(meant.node);
            assertThat(regex.isEmpty(regex.both(meant.node, regex.not(meant.node))))
                    .isTrue();
            if (empty) {
                assertThat(meant.strings).as("seed %s %s", seed, meant.node).isEmpty();
                assertThat(regex.shortest(meant.node)).isEmpty();
                assertThat(regex.isInfinite(meant.node)).isFalse();
                continue;
            }
            String shortest = regex.shortest(meant.node).orElseThrow();
            assertThat(regex.matches(meant.node, shortest))
                    .as("seed %s %s", seed, meant.node)
                    .isTrue();
            int least =
                    meant.strings.stream().mapToInt(RegexTest::written).min().orElse(Integer.MAX_VALUE);
            assertThat(written(shortest))
                    .as("seed %s %s: %s", seed, meant.node, shortest)
                    .isLessThanOrEqualTo(least);
            if (STRINGS.contains(shortest)) {
                assertThat(written(shortest))
                        .as("seed %s %s: %s", seed, meant.node, shortest)
                        .isEqualTo(least);
            }
        }
    }

    private static int written(String string) {
        return string.codePoints().map(Written::bytes).sum();
    }

    @Test
    void anInfiniteLanguageHasLongStringsAndAFiniteOneHasNot() {
        Regex.Node longer = regex.length(200, Regex.UNBOUNDED);
        for (int seed = 0; seed < ROUNDS; seed++) {
            Meant meant = random(new SplittableRandom(seed), 3);
            assertThat(regex.isInfinite(meant.node))
                    .as("seed %s %s", seed, meant.node)
                    .isEqualTo(!regex.isEmpty(regex.both(meant.node, longer)));
        }
    }

    @Test
    void theLawsOfABooleanAlgebraHold() {
        for (int seed = 0; seed < ROUNDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Regex.Node a = random(random, 2).node;
            Regex.Node b = random(random, 2).node;
            Regex.Node c = random(random, 2).node;
            assertThat(regex.either(a, b)).isSameAs(regex.either(b, a));
            assertThat(regex.both(a, b)).isSameAs(regex.both(b, a));
            assertThat(equal(regex.either(a, regex.either(b, c)), regex.either(regex.either(c, a), b)))
                    .isTrue();
            assertThat(regex.not(regex.not(a))).isSameAs(a);
            assertThat(regex.both(a, a)).isSameAs(a);
            assertThat(equal(regex.either(a, regex.not(a)), regex.everything())).isTrue();
            assertThat(regex.isEmpty(regex.both(a, regex.not(a)))).isTrue();
            assertThat(equal(regex.not(regex.both(a, b)), regex.either(regex.not(a), regex.not(b))))
                    .isTrue();
            assertThat(equal(regex.both(a, regex.either(b, c)), regex.either(regex.both(a, b), regex.both(a, c))))
                    .isTrue();
        }
    }

    private boolean equal(Regex.Node one, Regex.Node other) {
        return one == other
                || regex.isEmpty(regex.both(one, regex.not(other))) && regex.isEmpty(regex.both(other, regex.not(one)));
    }

    @Test
    void statesOfAnAutomatonAreAliveAndAgreeWithTheLanguage() {
        for (int seed = 0; seed < ROUNDS / 3; seed++) {
            Meant meant = random(new SplittableRandom(seed), 3);
            Automaton automaton = Automaton.of(regex, meant.node);
            String what = "seed " + seed + " " + meant.node;
            if (automaton.start() == Automaton.DEAD) {
                assertThat(regex.isEmpty(meant.node)).as(what).isTrue();
                continue;
            }
            for (String string : STRINGS) {
                int state = automaton.start();
                for (int i = 0; i < string.length() && state != Automaton.DEAD; i++) {
                    state = automaton.next(state, string.charAt(i));
                }
                assertThat(state != Automaton.DEAD && automaton.accepts(state))
                        .as("%s: %s", what, string)
                        .isEqualTo(meant.strings.contains(string));
                if (state != Automaton.DEAD) {
                    assertThat(automaton.free(state)).isEqualTo(automaton.node(state) == regex.everything());
                    walkToTheEnd(automaton, state, what);
                    rangesAgree(automaton, state, what);
                }
            }
        }
    }

    /** Along the nearest characters each step takes off the distance what the character costs. */
    private static void walkToTheEnd(Automaton automaton, int from, String what) {
        int state = from;
        int left = automaton.distance(state);
        while (!automaton.accepts(state)) {
            int c = automaton.nearest(state);
            state = automaton.next(state, c);
            assertThat(state).as(what).isNotEqualTo(Automaton.DEAD);
            left -= Written.bytes(c);
            assertThat(automaton.distance(state)).as(what).isEqualTo(left);
        }
        assertThat(left).as(what).isZero();
    }

    private static void rangesAgree(Automaton automaton, int state, String what) {
        int[] edges = {0, '"', '#', 'a', 'b', 'c', 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0x10FFFF};
        CodePoints loop = automaton.loop(state);
        for (int low : edges) {
            assertThat(loop.contains(low)).as(what).isEqualTo(automaton.next(state, low) == state);
            for (int high : edges) {
                boolean some = false;
                int nearest = Integer.MAX_VALUE;
                for (int c : edges) { // each class of characters has one of these
                    int next = c >= low && c <= high ? automaton.next(state, c) : Automaton.DEAD;
                    some |= next != Automaton.DEAD;
                    nearest = next == Automaton.DEAD ? nearest : Math.min(nearest, automaton.distance(next));
                }
                assertThat(automaton.any(state, low, high))
                        .as("%s %x %x", what, low, high)
                        .isEqualTo(some);
                int c = automaton.nearest(state, low, high);
                assertThat(c != Automaton.DEAD).as(what).isEqualTo(some);
                if (some) {
                    assertThat(c).isBetween(low, high);
                    assertThat(automaton.distance(automaton.next(state, c)))
                            .as(what)
                            .isEqualTo(nearest);
                }
            }
        }
    }

    @Test
    void surrogatesStandForNothing() {
        assertThat(Automaton.of(regex, regex.everything()).next(0, 0xD800)).isEqualTo(Automaton.DEAD);
        assertThat(regex.matches(regex.everything(), "a\uD800")).isFalse();
        assertThat(regex.matches(regex.not(regex.word("a")), "\uDC00")).isFalse();
        assertThat(regex.words(List.of("\uD800"))).isSameAs(regex.nothing());
    }

    @Test
    void manyWordsAreOneLanguage() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            keys.add("key" + i);
        }
        Regex.Node words = regex.words(keys);
        int before = regex.size();
        assertThat(regex.matches(words, "key19999")).isTrue();
        assertThat(regex.matches(words, "key20000")).isFalse();
        assertThat(regex.size() - before).isLessThan(20);
        assertThat(regex.either(regex.words(keys.subList(0, 9)), regex.words(keys.subList(4, 20_000))))
                .isSameAs(words);
        assertThat(regex.both(words, regex.length(0, 4))).isSameAs(regex.words(keys.subList(0, 10)));
    }

    @Test
    void hugeCountersCostNothing() {
        Regex.Node letters = regex.repeat(regex.set(CodePoints.of('a', 'z')), 0, Regex.UNBOUNDED);
        Regex.Node huge = regex.both(letters, regex.length(0, 1_000_000_000));
        assertThat(regex.isEmpty(huge)).isFalse();
        assertThat(regex.isInfinite(huge)).isFalse();
        assertThat(regex.isEmpty(regex.both(letters, regex.length(1_000_000_000, Regex.UNBOUNDED - 1))))
                .isFalse();
        assertThat(regex.isInfinite(regex.both(letters, regex.length(1_000_000_000, Regex.UNBOUNDED))))
                .isTrue();
        Regex.Node thousands = regex.repeat(regex.repeat(regex.word("ab"), 1000, 1000), 1000, 1000);
        assertThat(Automaton.of(regex, thousands).distance(0)).isEqualTo(2_000_000);
        assertThat(regex.size()).isLessThan(100);
    }

    @Test
    void whatIsTooComplexIsRefused() {
        Regex.Node all = regex.everything();
        int[] primes = {7, 11, 13, 17, 19, 23};
        for (int prime : primes) {
            Regex.Node multiple = regex.repeat(regex.repeat(regex.word("a"), prime, prime), 1, Regex.UNBOUNDED);
            all = regex.both(all, multiple);
        }
        Regex.Node language = all;
        assertThatThrownBy(() -> regex.isEmpty(language))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("too complex");
        assertThatThrownBy(() -> regex.shortest(regex.length(1_000_000_000, Regex.UNBOUNDED)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("longer than");
    }
}
