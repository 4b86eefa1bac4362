package io.kernelweave.compare;

import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.json.InputException;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.Row;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The rows of two runs, joined: by their ids where both replayed the same data, else by what they ask. */
final class Pairing<R extends Row> {
    /** One row of the data, in the same part of both runs. */
    record Couple<R>(R was, R is) {}

    private final Kind<R> kind;
    private final List<Couple<R>> couples = new ArrayList<>();
    private final RowSets sets;

    /** @param sameData whether a row's id says what it asks */
    Pairing(Kind<R> kind, List<R> before, List<R> after, boolean sameData) {
        this.kind = kind;
        Map<String, R> then = units(before);
        Map<String, R> now = units(after);
        Map<String, String> partners = sameData ? Map.of() : partners(then, now);
        List<RowSets.Row> added = new ArrayList<>();
        List<RowSets.Row> relabelled = new ArrayList<>();
        Set<String> met = new HashSet<>();
        Set<String> alike = new HashSet<>();
        now.forEach((unit, row) -> {
            String other = sameData ? unit : partners.getOrDefault(unit, "");
            R partner = then.get(other);
            if (partner == null) {
                added.add(new RowSets.Row(unit, asks(row), null, label(row)));
                return;
            }
            met.add(other);
            if (label(row).equals(label(partner))) {
                alike.add(unit);
            } else {
                relabelled.add(new RowSets.Row(unit, asks(row), label(partner), label(row)));
            }
        });
        List<RowSets.Row> removed = new ArrayList<>();
        then.forEach((unit, row) -> {
            if (!met.contains(unit)) {
                removed.add(new RowSets.Row(unit, asks(row), label(row), null));
            }
        });
        sets = new RowSets(alike.size(), List.copyOf(added), List.copyOf(removed), List.copyOf(relabelled));
        Map<String, Map<String, R>> byPart = new HashMap<>();
        for (R row : before) {
            if (byPart.computeIfAbsent(kind.part(row), part -> new HashMap<>()).put(kind.unit(row), row) != null) {
                throw InputException.at("row " + row.identity(), "is there twice", "run the job again with --fresh");
            }
        }
        for (R row : after) {
            String unit = kind.unit(row);
            if (alike.contains(unit)) {
                R partner = byPart.getOrDefault(kind.part(row), Map.of()).get(sameData ? unit : partners.get(unit));
                if (partner != null) {
                    couples.add(new Couple<>(partner, row));
                }
            }
        }
    }

    private Map<String, R> units(List<R> rows) {
        Map<String, R> units = new TreeMap<>();
        rows.forEach(row -> units.putIfAbsent(kind.unit(row), row));
        return units;
    }

    /** Unit of the candidate → unit of the baseline that asks the same: of the same id, else the first of another id. */
    private Map<String, String> partners(Map<String, R> then, Map<String, R> now) {
        Map<String, String> partners = new HashMap<>();
        now.forEach((unit, row) -> {
            R other = then.get(unit);
            if (other != null && kind.asks(other).equals(kind.asks(row))) {
                partners.put(unit, unit);
            }
        });
        Set<String> taken = new HashSet<>(partners.values());
        Map<String, String> asked = new HashMap<>();
        then.forEach((unit, row) -> {
            if (!taken.contains(unit)) {
                asked.putIfAbsent(kind.asks(row), unit);
            }
        });
        now.forEach((unit, row) -> {
            if (!partners.containsKey(unit)) {
                String other = asked.remove(kind.asks(row));
                if (other != null) {
                    partners.put(unit, other);
                }
            }
        });
        return partners;
    }

    private String asks(R row) {
        return Objects.requireNonNullElse(kind.asks(row), "");
    }

    private String label(R row) {
        return Objects.requireNonNullElse(kind.label(row), "none");
    }

    RowSets sets() {
        return sets;
    }

    /** Rows that both runs have with the same label. */
    List<Couple<R>> couples() {
        return couples;
    }

    /** Those that are right in one run only. */
    List<Couple<R>> flipped() {
        return couples.stream()
                .filter(couple -> kind.isRight(couple.was()) != kind.isRight(couple.is()))
                .toList();
    }

    /** How each part fared. */
    List<Versus.Outcome> outcomes() {
        Map<String, int[]> counts = new LinkedHashMap<>();
        for (Couple<R> couple : couples) {
            int[] count = counts.computeIfAbsent(kind.part(couple.is()), part -> new int[4]);
            boolean was = kind.isRight(couple.was());
            boolean is = kind.isRight(couple.is());
            count[0]++;
            count[1] += kind.output(couple.was()).equals(kind.output(couple.is())) ? 0 : 1;
            count[2] += was && !is ? 1 : 0;
            count[3] += is && !was ? 1 : 0;
        }
        return counts.entrySet().stream()
                .map(each -> new Versus.Outcome(
                        each.getKey(), each.getValue()[0], each.getValue()[1], each.getValue()[2], each.getValue()[3]))
                .toList();
    }

    /** How the figures of all rows moved that nobody judges; arms that took the same route have its figures once. */
    List<Figure> figures(Collection<String> judged) {
        Map<String, Set<List<Pair>>> seen = new HashMap<>();
        List<String> names = new ArrayList<>(judged);
        kind.names(couples.stream().map(Couple::is).toList()).stream()
                .filter(name -> !judged.contains(name))
                .forEach(names::add);
        List<Figure.Pairs> all = new ArrayList<>();
        for (String name : names) {
            kind.perRow(name).ifPresent(figure -> {
                List<Pair> pairs = pairs(figure);
                boolean first = seen.computeIfAbsent(name.substring(name.indexOf('.') + 1), metric -> new HashSet<>())
                        .add(pairs);
                if (first && !judged.contains(name)) {
                    all.add(new Figure.Pairs(name, figure.direction(), figure.isShare(), pairs));
                }
            });
        }
        return Figure.of(all);
    }

    private List<Pair> pairs(PerRow<R> figure) {
        double worst = 0; // of an unbounded figure
        List<Couple<R>> among = new ArrayList<>();
        for (Couple<R> couple : couples) {
            if (figure.among().test(couple.was()) && figure.among().test(couple.is())) {
                among.add(couple);
                if (!figure.isShare()) {
                    for (R row : List.of(couple.was(), couple.is())) {
                        worst = row.error() == null ? Math.max(worst, figure.value(row)) : worst;
                    }
                }
            }
        }
        List<Pair> pairs = new ArrayList<>();
        for (Couple<R> couple : among) {
            double was = figure.value(couple.was());
            double is = figure.value(couple.is());
            pairs.add(new Pair(
                    couple.is().clusterId(), Double.isInfinite(was) ? worst : was, Double.isInfinite(is) ? worst : is));
        }
        return pairs;
    }

    /** The share of right rows of each label in each part, those first that lost most rows; labels of which no row moved are left out. */
    List<Versus.OfLabel> byLabel() {
        Map<List<String>, List<Pair>> groups = new LinkedHashMap<>();
        for (Couple<R> couple : couples) {
            groups.computeIfAbsent(List.of(kind.part(couple.is()), label(couple.is())), key -> new ArrayList<>())
                    .add(new Pair(
                            couple.is().clusterId(),
                            kind.isRight(couple.was()) ? 1 : 0,
                            kind.isRight(couple.is()) ? 1 : 0));
        }
        List<List<String>> keys = List.copyOf(groups.keySet());
        List<Figure> figures = Figure.of(keys.stream()
                .map(key -> new Figure.Pairs(
                        String.join(" ", key),
                        Direction.HIGHER_IS_BETTER,
                        true,
                        Objects.requireNonNull(groups.get(key))))
                .toList());
        List<Versus.OfLabel> labels = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            Figure figure = figures.get(i);
            if (figure.better() + figure.worse() > 0) {
                labels.add(new Versus.OfLabel(keys.get(i).get(0), keys.get(i).get(1), figure));
            }
        }
        labels.sort(java.util.Comparator.comparingInt((Versus.OfLabel label) ->
                        label.figure().better() - label.figure().worse())
                .thenComparing(Versus.OfLabel::part)
                .thenComparing(Versus.OfLabel::label));
        return labels;
    }
}
