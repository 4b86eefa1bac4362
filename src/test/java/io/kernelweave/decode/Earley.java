package io.kernelweave.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recognizer of context-free languages of bytes after Earley, written for tests and as plainly as can be: rules 0 and up,
 * each a list of alternatives, each a list of symbols, below 0 a rule ({@code -1 - rule}), else a byte. All rules must have
 * texts. Rule 0 is the root.
 */
record Earley(int[][][] rules) {
    private record Item(int rule, int alternative, int dot, int from) {}

    /** Whether all rules have texts. */
    boolean isProductive() {
        boolean[] known = new boolean[rules.length];
        for (int round = 0; round < rules.length; round++) {
            for (int r = 0; r < rules.length; r++) {
                for (int[] alternative : rules[r]) {
                    known[r] |= Arrays.stream(alternative).allMatch(s -> s >= 0 || known[-1 - s]);
                }
            }
        }
        for (boolean one : known) {
            if (!one) {
                return false;
            }
        }
        return true;
    }

    /** What was read so far: the items after each prefix. */
    final class Chart {
        private final List<Set<Item>> sets;

        private Chart(List<Set<Item>> sets) {
            this.sets = sets;
        }

        private Set<Item> last() {
            return sets.get(sets.size() - 1);
        }

        /** After one more byte; null if nothing continues so. */
        @Nullable
        Chart next(byte b) {
            Set<Item> next = new LinkedHashSet<>();
            for (Item item : last()) {
                int[] body = rules[item.rule][item.alternative];
                if (item.dot < body.length && body[item.dot] == (b & 0xFF)) {
                    next.add(new Item(item.rule, item.alternative, item.dot + 1, item.from));
                }
            }
            return next.isEmpty() ? null : chart(sets, next);
        }

        /** After more bytes; null if nothing continues so. */
        @Nullable
        Chart next(byte[] bytes) {
            Chart at = this;
            for (int i = 0; i < bytes.length && at != null; i++) {
                at = at.next(bytes[i]);
            }
            return at;
        }

        boolean isComplete() {
            return last().stream()
                    .anyMatch(
                            item -> item.rule == 0 && item.from == 0 && item.dot == rules[0][item.alternative].length);
        }
    }

    private Chart chart(List<Set<Item>> before, Set<Item> last) {
        List<Set<Item>> sets = new ArrayList<>(before);
        sets.add(last);
        close(sets, before.size());
        return new Chart(sets);
    }

    Chart start() {
        Set<Item> first = new LinkedHashSet<>();
        predict(0, 0, first);
        return chart(List.of(), first);
    }

    private void predict(int rule, int at, Set<Item> into) {
        for (int i = 0; i < rules[rule].length; i++) {
            into.add(new Item(rule, i, 0, at));
        }
    }

    private void close(List<Set<Item>> sets, int at) {
        Set<Item> set = sets.get(at);
        for (int before = -1; before != set.size(); ) {
            before = set.size();
            for (Item item : List.copyOf(set)) {
                int[] body = rules[item.rule][item.alternative];
                if (item.dot < body.length) {
                    if (body[item.dot] < 0) {
                        predict(-1 - body[item.dot], at, set);
                    }
                    continue;
                }
                for (Item open : List.copyOf(sets.get(item.from))) {
                    int[] around = rules[open.rule][open.alternative];
                    if (open.dot < around.length && around[open.dot] == -1 - item.rule) {
                        set.add(new Item(open.rule, open.alternative, open.dot + 1, open.from));
                    }
                }
            }
        }
    }

    /** The length of a shortest completion, if it is not above {@code limit}; else limit + 1. */
    static int shortest(Chart from, byte[] alphabet, int limit) {
        List<Chart> open = List.of(from);
        for (int length = 0; length <= limit; length++) {
            List<Chart> next = new ArrayList<>();
            for (Chart chart : open) {
                if (chart.isComplete()) {
                    return length;
                }
                for (byte b : alphabet) {
                    Chart longer = chart.next(b);
                    if (longer != null) {
                        next.add(longer);
                    }
                }
            }
            open = next;
        }
        return limit + 1;
    }

    /** The same in the notation of {@link GrammarConstraint}, all in ASCII. */
    String written() {
        StringBuilder out = new StringBuilder();
        for (int r = 0; r < rules.length; r++) {
            out.append(name(r)).append(" ::=");
            for (int i = 0; i < rules[r].length; i++) {
                out.append(i == 0 ? "" : " |");
                for (int s : rules[r][i]) {
                    out.append(' ').append(symbol(s));
                }
            }
            out.append('\n');
        }
        return out.toString();
    }

    static String symbol(int symbol) {
        return symbol < 0 ? name(-1 - symbol) : "\"" + (char) symbol + "\"";
    }

    static String name(int rule) {
        return rule == 0 ? "root" : "r" + rule;
    }
}
