package io.kernelweave.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.InputException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The texts of random sets of numbers against every short text. */
class NumberTextTest {
    private static final List<String> NUMBERS =
            List.of("0", "1", "-1", "2.5", "10", "-0.5", "19.99", "100", "0.05", "-52", "1e1", "1E-2");
    private static final List<String> DIVISORS = List.of("1", "2", "3", "0.1", "0.25", "7", "1.5", "0.01", "25", "1e1");

    private static final List<String> TEXTS = texts();

    /** All numbers of up to five characters of a few digits. */
    private static List<String> texts() {
        TreeSet<String> all = new TreeSet<>();
        List<String> begun = List.of("0", "1", "2", "5", "9", "-0", "-1", "-2", "-5");
        while (!begun.isEmpty()) {
            all.addAll(begun);
            List<String> longer = new ArrayList<>();
            for (String text : begun) {
                boolean fraction = text.contains(".");
                for (String digit : List.of("0", "1", "2", "5", "9")) {
                    if (fraction || !text.replace("-", "").equals("0")) {
                        longer.add(text + digit);
                    }
                    if (!fraction) {
                        longer.add(text + "." + digit);
                    }
                }
            }
            longer.removeIf(text -> text.length() > 5);
            begun = longer;
        }
        return List.copyOf(all);
    }

    private static BigDecimal pick(SplittableRandom random, List<String> numbers) {
        return new BigDecimal(numbers.get(random.nextInt(numbers.size())));
    }

    private static NumberSet set(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 5)) {
            case 0, 1 -> new NumberSet.UpTo(pick(random, NUMBERS), random.nextBoolean());
            case 2 -> new NumberSet.MultipleOf(pick(random, DIVISORS));
            case 3 -> {
                TreeSet<BigDecimal> values = new TreeSet<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    values.add(pick(random, NUMBERS));
                }
                yield new NumberSet.OneOf(values);
            }
            case 4 -> new NumberSet.WholeDigits();
            case 5, 6 -> NumberSet.both(set(random, depth - 1), set(random, depth - 1));
            case 7, 8 -> NumberSet.either(set(random, depth - 1), set(random, depth - 1));
            default -> NumberSet.not(set(random, depth - 1));
        };
    }

    /** The state after a text, or less than 0. */
    private static int state(NumberText text, String begun) {
        int state = text.start();
        for (byte b : begun.getBytes(StandardCharsets.US_ASCII)) {
            state = state < 0 ? state : text.next(state, b);
        }
        return state;
    }

    @Test
    void aTextIsAcceptedExactlyIfItsNumberIsInTheSet() {
        for (int seed = 0; seed < 300; seed++) {
            NumberSet set = set(new SplittableRandom(seed), 3);
            NumberText text = new NumberText(List.of(set), 1);
            for (String number : TEXTS) {
                int state = text.isEmpty() ? NumberText.DEAD : state(text, number);
                assertThat(state >= 0 && text.accepts(state))
                        .as("seed %d: %s in %s", seed, number, set)
                        .isEqualTo(set.contains(new BigDecimal(number)));
            }
        }
    }

    @Test
    void whatIsBegunCanBeCompleted() {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            NumberSet set = set(random, 3);
            NumberText text = new NumberText(List.of(set), 1);
            for (int i = 0; i < 300 && !text.isEmpty(); i++) {
                String number = TEXTS.get(random.nextInt(TEXTS.size()));
                String begun = number.substring(0, random.nextInt(number.length() + 1));
                int state = state(text, begun);
                if (state >= 0) {
                    String whole = begun + text.completion(state);
                    assertThat(set.contains(new BigDecimal(whole)))
                            .as("seed %d: %s completed to %s in %s", seed, begun, whole, set)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aStateSaysInWhichOfSeveralSetsTheNumberIs() {
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<NumberSet> sets = List.of(set(random, 1), set(random, 2), set(random, 1));
            NumberText text;
            try {
                text = new NumberText(sets, sets.size());
            } catch (InputException e) {
                continue; // too many to be told apart
            }
            for (String number : TEXTS) {
                int state = text.isEmpty() ? NumberText.DEAD : state(text, number);
                for (int i = 0; i < sets.size(); i++) {
                    assertThat(state >= 0 && text.accepts(state, i))
                            .as("seed %d: %s in %s", seed, number, sets.get(i))
                            .isEqualTo(sets.get(i).contains(new BigDecimal(number)));
                }
            }
        }
    }

    /** A set that has a large number: conditions that are true of it, some of them hardly of any other. */
    private static NumberSet setWith(SplittableRandom random, BigDecimal number) {
        NumberSet set = NumberSet.ALL;
        for (int i = random.nextInt(6); i >= 0; i--) {
            NumberSet one = switch (random.nextInt(4)) {
                case 0 ->
                    new NumberSet.UpTo(
                            number.add(BigDecimal.valueOf(random.nextInt(-3, 4), random.nextInt(4))),
                            random.nextBoolean());
                case 1 -> new NumberSet.MultipleOf(BigDecimal.valueOf(random.nextInt(2, 1000), random.nextInt(3)));
                case 2 -> new NumberSet.MultipleOf(pick(random, DIVISORS));
                default -> new NumberSet.OneOf(List.of(number, pick(random, NUMBERS), BigDecimal.ONE));
            };
            set = NumberSet.both(set, one.contains(number) ? one : NumberSet.not(one));
        }
        return random.nextInt(3) == 0 ? NumberSet.either(set, set(random, 1)) : set;
    }

    @Test
    void everyDigitOfALargeNumberInTheSetIsAllowed() {
        for (int seed = 0; seed < 3000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            BigDecimal number = BigDecimal.valueOf(
                    random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L) / (random.nextInt(1000) + 1),
                    random.nextInt(5));
            NumberSet set = setWith(random, number);
            int state = state(new NumberText(List.of(set), 1), number.toPlainString());
            assertThat(state).as("seed %d: %s in %s", seed, number, set).isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void aShortestRestIsFoundWhereFewNumbersAreLeft() {
        NumberSet multiple = new NumberSet.MultipleOf(new BigDecimal("999999937"));
        NumberText text = new NumberText(List.of(multiple), 1);
        assertThat("12" + text.completion(state(text, "12"))).isEqualTo("12999999181");
        NumberSet between = NumberSet.both(
                NumberSet.both(multiple, new NumberSet.UpTo(new BigDecimal("1.3e10"), true)),
                NumberSet.not(new NumberSet.UpTo(new BigDecimal("12999999180.5"), true)));
        NumberText only = new NumberText(List.of(between), 1);
        assertThat(only.completion(only.start())).isEqualTo("12999999181");
        assertThat(state(only, "2")).isEqualTo(NumberText.DEAD);
    }

    @Test
    void divisorsWithoutBoundsAreToldApartWithoutTryingTheirRemainders() {
        NumberSet set = new NumberSet.MultipleOf(BigDecimal.ONE);
        for (int prime : new int[] {2, 3, 5, 7, 11, 13, 17, 19, 23}) {
            set = NumberSet.both(set, NumberSet.not(new NumberSet.MultipleOf(BigDecimal.valueOf(prime))));
        }
        NumberText text = new NumberText(List.of(set), 1);
        assertThat(text.completion(text.start())).isEqualTo("1");
        assertThat(text.completion(state(text, "2"))).isEqualTo("9");
        assertThat(text.completion(state(text, "-14"))).isEqualTo("9");
        assertThat(state(text, "29.5")).isEqualTo(NumberText.DEAD);
    }
}
