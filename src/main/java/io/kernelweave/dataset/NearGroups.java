package io.kernelweave.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rows whose prompts are nearly the same though of other origin, in groups: two are in one group if a chain of near pairs leads from one
 * to the other. A group within a split, one across splits and one across labels are different things to know.
 *
 * <p>Rows of one cluster may be as near to each other as they like, so the members of a group are clusters, each shown by the row that
 * brought it in. Pairs that would join what is joined already are not compared, so a thousand prompts of one pattern are as quickly
 * told as two.
 */
final class NearGroups implements NearDuplicates.Interest {
    /**
     * A group.
     *
     * @param rows one of each cluster, two that are near to each other first
     * @param least the least similarity of the pairs that hold it together
     */
    record Group(List<DatasetRow> rows, double least) {
        Set<String> splits() {
            return distinct(rows.stream().map(DatasetRow::split).toList());
        }

        Set<String> labels() {
            return distinct(
                    rows.stream().map(row -> String.valueOf(row.kernelId())).toList());
        }

        private static Set<String> distinct(List<String> texts) {
            return new LinkedHashSet<>(texts);
        }
    }

    private final List<DatasetRow> rows;
    private final int[] unit;
    private final Forest within;
    private final Forest across;
    private final Forest contradicting;
    private final Forest any;

    /** @param distinct rows of different prompts */
    NearGroups(List<DatasetRow> distinct) {
        rows = distinct;
        unit = new int[rows.size()];
        Map<List<String>, Integer> units = new HashMap<>();
        for (int i = 0; i < unit.length; i++) {
            DatasetRow row = rows.get(i);
            List<String> key = List.of(
                    row.clusterId(),
                    row.split(),
                    String.valueOf(row.kernelId()),
                    String.valueOf(row.acceptableKernels()));
            unit[i] = units.computeIfAbsent(key, each -> units.size());
        }
        within = new Forest(units.size());
        across = new Forest(units.size());
        contradicting = new Forest(units.size());
        any = new Forest(units.size());
    }

    /** Finds all near pairs among the rows. */
    static NearGroups among(List<DatasetRow> distinct) {
        return among(distinct, NearDuplicates.MOST_EXACT);
    }

    static NearGroups among(List<DatasetRow> distinct, int mostExact) {
        NearGroups groups = new NearGroups(distinct);
        NearDuplicates.among(
                distinct.stream().map(row -> Prompts.normalise(row.prompt())).toList(), groups, mostExact);
        return groups;
    }

    @Override
    public boolean matters(int first, int second) {
        if (rows.get(first).clusterId().equals(rows.get(second).clusterId())) {
            return false;
        }
        return !bySplit(first, second).joined(unit[first], unit[second])
                || contradict(first, second) && !contradicting.joined(unit[first], unit[second]);
    }

    @Override
    public void near(NearDuplicates.Pair pair) {
        int first = unit[pair.first()];
        int second = unit[pair.second()];
        any.join(first, second, pair);
        bySplit(pair.first(), pair.second()).join(first, second, pair);
        if (contradict(pair.first(), pair.second())) {
            contradicting.join(first, second, pair);
        }
    }

    @Override
    public int kind(int text) {
        DatasetRow row = rows.get(text);
        return Objects.hash(any.root(unit[text]), row.split(), row.kernelId());
    }

    private Forest bySplit(int first, int second) {
        return rows.get(first).split().equals(rows.get(second).split()) ? within : across;
    }

    private boolean contradict(int first, int second) {
        DatasetRow one = rows.get(first);
        DatasetRow other = rows.get(second);
        return !Objects.equals(one.kernelId(), other.kernelId())
                && Collections.disjoint(one.acceptableKernels(), other.acceptableKernels());
    }

    /** Held together by pairs within a split, the largest first. */
    List<Group> withinSplits() {
        return groups(within);
    }

    /** Held together by pairs of different splits. */
    List<Group> acrossSplits() {
        return groups(across);
    }

    /** Held together by pairs with labels of which no kernel is right for both. */
    List<Group> acrossLabels() {
        return groups(contradicting);
    }

    private List<Group> groups(Forest forest) {
        Map<Integer, List<NearDuplicates.Pair>> pairs = new TreeMap<>();
        forest.pairs.forEach(pair -> pairs.computeIfAbsent(forest.root(unit[pair.first()]), key -> new ArrayList<>())
                .add(pair));
        List<Group> groups = new ArrayList<>();
        for (List<NearDuplicates.Pair> group : pairs.values()) {
            group.sort(Comparator.comparingDouble(NearDuplicates.Pair::similarity)
                    .reversed()
                    .thenComparingInt(NearDuplicates.Pair::first)
                    .thenComparingInt(NearDuplicates.Pair::second));
            Map<Integer, DatasetRow> members = new LinkedHashMap<>();
            group.forEach(pair -> {
                members.putIfAbsent(unit[pair.first()], rows.get(pair.first()));
                members.putIfAbsent(unit[pair.second()], rows.get(pair.second()));
            });
            groups.add(new Group(
                    List.copyOf(members.values()), group.get(group.size() - 1).similarity()));
        }
        groups.sort(Comparator.<Group>comparingInt(group -> -group.rows().size())
                .thenComparing(group -> group.rows().get(0).id()));
        return groups;
    }

    /** Which units are joined, and the pairs that joined them. */
    private static final class Forest {
        private final int[] parent;
        private final List<NearDuplicates.Pair> pairs = new ArrayList<>();

        Forest(int size) {
            parent = new int[size];
            for (int i = 0; i < size; i++) {
                parent[i] = i;
            }
        }

        int root(int node) {
            int at = node;
            while (parent[at] != at) {
                parent[at] = parent[parent[at]];
                at = parent[at];
            }
            return at;
        }

        boolean joined(int one, int other) {
            return root(one) == root(other);
        }

        void join(int one, int other, NearDuplicates.Pair pair) {
            int from = root(one);
            int to = root(other);
            if (from != to) {
                parent[Math.max(from, to)] = Math.min(from, to);
                pairs.add(pair);
            }
        }
    }
}
