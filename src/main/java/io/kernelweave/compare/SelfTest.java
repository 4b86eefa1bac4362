package io.kernelweave.compare;

import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.SelfTestRow;
import io.kernelweave.stats.Interval;
import io.kernelweave.stats.McNemar;
import io.kernelweave.stats.PairedTest;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;

/**
 * What the run gate does with runs of which it is known whether anything is wrong with them.
 *
 * <ul>
 *   <li>{@code selftest.aa.<kind>.false_fail_rate}: FAIL of a sound run against a sound one, share of the comparisons drawn; beside it how
 *       often the sign-flip test ({@code sign_flip_rate}) and the naive row-wise McNemar test ({@code mcnemar_rate}) alone find a loss of
 *       verification pass rate at 5 %. Kinds: {@code generated} (each cluster's answers of two replicas drawn at random), {@code
 *       disturbed} (recorded answers; in each run an eighth of the clusters, drawn anew, has wrong answers throughout).
 *   <li>{@code selftest.<fault>.detected}: 1 if the gate says FAIL over all clusters, else 0;
 *   <li>{@code selftest.<fault>.clusters_to_detect}, {@code rows_to_detect}: the fewest of the numbers tried at which at least
 *       four of five subsets of clusters FAIL, and how many rows these have on average; unmeasured if none does;
 *   <li>{@code selftest.<fault>.false_pass_rate}: the highest share of subsets, over the numbers tried, that PASS although the fault
 *       is in them;
 *   <li>{@code selftest.faults_detected}: share of all faults.
 * </ul>
 *
 * @param alarms of sound runs
 * @param faults what was put in
 */
public record SelfTest(List<Alarms> alarms, List<Fault> faults) {
    /** Recorded answers, by the sound system. */
    public static final String RECORDED = "recorded";

    /** The same with the answer to another prompt of the kernel for each. */
    public static final String DISTURBED = "recorded-disturbed";

    /** Generated answers, by the sound system; a number follows. */
    public static final String GENERATED = "generated-";

    public static final String CORRUPTED = "answers-corrupted";
    public static final String DROPPED = "postcondition-dropped";
    public static final String LOOSENED = "schema-loosened";
    public static final String SHIFTED = "threshold-shifted";
    public static final String UNMASKED = "masks-off";

    /** Where a run says in words what each fault is. */
    public static final String FAULTS = "inputs/faults.json";

    private static final Map<String, String> BASELINES = baselines();
    private static final String PASS_RATE = "verification_pass_rate";
    private static final double DISTURBED_SHARE = 0.125;
    private static final double POWER = 0.8;

    /** What the gate under test accepts, where a job does not say otherwise. */
    public static final Map<String, Double> MARGINS = new TreeMap<>(
            Map.of(PASS_RATE, 0.01, "schema_validity", 0.01, "routing_accuracy", 0.01, "false_accept_rate", 0.005));

    /**
     * Comparisons of sound runs.
     *
     * @param draws how many
     * @param failed how often the gate said FAIL
     * @param signFlip how often the sign-flip test over clusters found a loss of pass rate, at 5 %
     * @param mcNemar how often the row-wise test did
     * @param passed how often the gate said PASS or IDENTICAL
     * @param moved rows whose answer passes in one of both runs only, on average
     */
    public record Alarms(
            String kind,
            int draws,
            int failed,
            int signFlip,
            int mcNemar,
            int passed,
            double moved,
            int clusters,
            int rows) {
        public double rate() {
            return failed / (double) draws;
        }
    }

    /**
     * A fault, and how the gate fares on it.
     *
     * @param says what was done
     * @param baseline the sound variant that it is compared with
     * @param verdict over all clusters
     * @param caughtBy the metrics that FAIL
     * @param affected clusters with a row whose judged figures differ
     * @param points by number of clusters, the last over all
     */
    public record Fault(
            String name,
            String says,
            String baseline,
            RunVerdict verdict,
            List<String> caughtBy,
            int clusters,
            int affected,
            List<Point> points) {

        public boolean isDetected() {
            return verdict == RunVerdict.FAIL;
        }

        /** The fewest clusters at which at least four of five subsets FAIL; empty if none does. */
        public Optional<Point> needed() {
            return points.stream().filter(point -> point.power() >= POWER).findFirst();
        }
    }

    /**
     * Subsets of so many clusters.
     *
     * @param rows how many rows they have on average
     * @param power share of them that FAIL
     * @param passed share of them that PASS although a row differs
     */
    public record Point(int clusters, double rows, int draws, double power, double passed) {}

    private static Map<String, String> baselines() {
        Map<String, String> baselines = new LinkedHashMap<>();
        baselines.put(LOOSENED, GENERATED + 1);
        baselines.put(DROPPED, RECORDED);
        baselines.put(CORRUPTED, RECORDED);
        baselines.put(SHIFTED, RECORDED);
        baselines.put(UNMASKED, GENERATED + 1);
        return baselines;
    }

    /** The figure of a row behind a metric of {@link #MARGINS}. */
    public static Optional<PerRow<SelfTestRow>> perRow(String metric) {
        return Optional.ofNullable(
                switch (metric) {
                    case PASS_RATE -> new PerRow<>(row -> true, row -> row.passes() ? 1 : 0);
                    case "schema_validity" ->
                        new PerRow<>(
                                row -> row.byKernel() || row.error() != null,
                                row -> Boolean.TRUE.equals(row.schemaValid()) ? 1 : 0);
                    case "routing_accuracy" ->
                        new PerRow<>(row -> true, row -> Boolean.TRUE.equals(row.routeCorrect()) ? 1 : 0);
                    case "false_accept_rate" ->
                        new PerRow<>(
                                row -> true,
                                row -> row.byKernel() && !row.passes() ? 1 : 0,
                                RunGate.Direction.LOWER_IS_BETTER,
                                1);
                    default -> null;
                });
    }

    /** By a run's settings and what it says of its faults. */
    public static SelfTest of(RunFolder folder, List<SelfTestRow> rows) {
        Run run = folder.run();
        JsonNode settings = run.settings();
        Map<String, Double> margins = new TreeMap<>();
        for (Map.Entry<String, JsonNode> margin : settings.path("margins").properties()) {
            margins.put(margin.getKey(), margin.getValue().asDouble());
        }
        Map<String, String> says = new HashMap<>();
        if (folder.folder().exists(FAULTS)) {
            Json.parse(folder.folder().readText(FAULTS), tools.jackson.databind.node.ObjectNode.class, FAULTS)
                    .properties()
                    .forEach(entry -> says.put(entry.getKey(), entry.getValue().asString("")));
        }
        return of(
                rows,
                margins,
                says,
                settings.path("draws").asInt(),
                settings.path("power_draws").asInt(),
                settings.path("seed").asLong());
    }

    /**
     * @param says fault → what was done, in words
     * @param draws comparisons of sound runs
     * @param powerDraws subsets for each fault and number of clusters
     */
    public static SelfTest of(
            List<SelfTestRow> rows,
            Map<String, Double> margins,
            Map<String, String> says,
            int draws,
            int powerDraws,
            long seed) {
        Map<String, Map<String, List<SelfTestRow>>> variants = new TreeMap<>();
        for (SelfTestRow row : rows) {
            variants.computeIfAbsent(row.variant(), name -> new TreeMap<>())
                    .computeIfAbsent(row.clusterId(), id -> new ArrayList<>())
                    .add(row);
        }
        List<Alarms> alarms = new ArrayList<>();
        List<Map<String, List<SelfTestRow>>> replicas = variants.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(GENERATED))
                .map(Map.Entry::getValue)
                .toList();
        if (replicas.size() > 1) {
            alarms.add(alarms("generated", replicas, margins, draws, new SplittableRandom(seed), random -> {
                int base = random.nextInt(replicas.size());
                int other = (base + 1 + random.nextInt(replicas.size() - 1)) % replicas.size();
                return new int[] {base, other};
            }));
        }
        Map<String, List<SelfTestRow>> recorded = variants.get(RECORDED);
        Map<String, List<SelfTestRow>> disturbed = variants.get(DISTURBED);
        if (recorded != null && disturbed != null) {
            alarms.add(alarms(
                    "disturbed",
                    List.of(recorded, disturbed),
                    margins,
                    draws,
                    new SplittableRandom(seed + 1),
                    random -> new int[] {
                        random.nextDouble() < DISTURBED_SHARE ? 1 : 0, random.nextDouble() < DISTURBED_SHARE ? 1 : 0
                    }));
        }
        List<Fault> faults = new ArrayList<>();
        BASELINES.forEach((name, baseline) -> {
            Map<String, List<SelfTestRow>> sound = variants.get(baseline);
            Map<String, List<SelfTestRow>> broken = variants.get(name);
            if (sound != null && broken != null) {
                faults.add(fault(
                        name,
                        says.getOrDefault(name, ""),
                        baseline,
                        clusters(sound, broken, margins),
                        margins,
                        powerDraws,
                        new SplittableRandom(seed + 2)));
            }
        });
        return new SelfTest(List.copyOf(alarms), List.copyOf(faults));
    }

    /** The pairs of one cluster, by metric. */
    private record Paired(Map<String, List<Pair>> pairs, int rows) {
        boolean differs() {
            return pairs.values().stream()
                    .anyMatch(list -> list.stream().anyMatch(pair -> pair.baseline() != pair.candidate()));
        }
    }

    private static List<Paired> clusters(
            Map<String, List<SelfTestRow>> sound, Map<String, List<SelfTestRow>> broken, Map<String, Double> margins) {
        List<Paired> clusters = new ArrayList<>();
        broken.forEach((id, rows) -> clusters.add(paired(sound.getOrDefault(id, List.of()), rows, margins)));
        return clusters;
    }

    private static Paired paired(List<SelfTestRow> before, List<SelfTestRow> after, Map<String, Double> margins) {
        Map<String, SelfTestRow> partners = new HashMap<>();
        before.forEach(row -> partners.put(row.rowId(), row));
        Map<String, List<Pair>> pairs = new TreeMap<>();
        for (String metric : margins.keySet()) {
            PerRow<SelfTestRow> figure = perRow(metric).orElseThrow();
            List<Pair> own = new ArrayList<>();
            for (SelfTestRow row : after) {
                SelfTestRow other = partners.get(row.rowId());
                if (other != null && figure.among().test(row) && figure.among().test(other)) {
                    own.add(new Pair(row.clusterId(), figure.value(other), figure.value(row)));
                }
            }
            pairs.put(metric, own);
        }
        return new Paired(pairs, after.size());
    }

    private static RunGate.Report gate(List<Paired> clusters, Map<String, Double> margins) {
        List<RunGate.Metric> metrics = new ArrayList<>();
        margins.forEach((name, margin) -> {
            List<Pair> all = pairs(clusters, name);
            // Of few clusters it may be that none has an answer of a kernel.
            if (!all.isEmpty()) {
                metrics.add(new RunGate.Metric(name, perRow(name).orElseThrow().direction(), margin, all));
            }
        });
        return RunGate.judge(metrics, 1, true);
    }

    private static List<Pair> pairs(List<Paired> clusters, String metric) {
        List<Pair> all = new ArrayList<>();
        clusters.forEach(cluster -> all.addAll(cluster.pairs.getOrDefault(metric, List.of())));
        return all;
    }

    /** Which variant a cluster of the baseline comes from, and which the same of the candidate. */
    @FunctionalInterface
    private interface Choice {
        int[] draw(SplittableRandom random);
    }

    private static Alarms alarms(
            String kind,
            List<Map<String, List<SelfTestRow>>> variants,
            Map<String, Double> margins,
            int draws,
            SplittableRandom random,
            Choice choice) {
        // Each pair of variants is judged once, and then only drawn from.
        List<String> ids = variants.get(variants.size() - 1).keySet().stream()
                .filter(id -> variants.stream().allMatch(variant -> variant.containsKey(id)))
                .toList();
        List<Paired[][]> table = new ArrayList<>();
        for (String id : ids) {
            Paired[][] cells = new Paired[variants.size()][variants.size()];
            for (int a = 0; a < cells.length; a++) {
                for (int b = 0; b < cells.length; b++) {
                    cells[a][b] = paired(
                            variants.get(a).getOrDefault(id, List.of()),
                            variants.get(b).getOrDefault(id, List.of()),
                            margins);
                }
            }
            table.add(cells);
        }
        int failed = 0;
        int passed = 0;
        int signFlip = 0;
        int mcNemar = 0;
        long moved = 0;
        int rows = 0;
        for (int draw = 0; draw < draws; draw++) {
            List<Paired> clusters = new ArrayList<>();
            rows = 0;
            for (Paired[][] cells : table) {
                int[] which = choice.draw(random);
                clusters.add(cells[which[0]][which[1]]);
                rows += cells[which[0]][which[1]].rows;
            }
            RunVerdict verdict = gate(clusters, margins).verdict();
            failed += verdict == RunVerdict.FAIL ? 1 : 0;
            passed += verdict == RunVerdict.PASS || verdict == RunVerdict.IDENTICAL ? 1 : 0;
            List<Pair> pairs = pairs(clusters, PASS_RATE);
            long lost = pairs.stream()
                    .filter(pair -> pair.candidate() < pair.baseline())
                    .count();
            long gained = pairs.stream()
                    .filter(pair -> pair.candidate() > pair.baseline())
                    .count();
            moved += lost + gained;
            mcNemar += McNemar.pLoss(lost, gained) <= RunGate.ALPHA ? 1 : 0;
            signFlip += !pairs.isEmpty() && PairedTest.of(pairs, draw).pLoss() <= RunGate.ALPHA ? 1 : 0;
        }
        return new Alarms(kind, draws, failed, signFlip, mcNemar, passed, moved / (double) draws, ids.size(), rows);
    }

    private static Fault fault(
            String name,
            String says,
            String baseline,
            List<Paired> clusters,
            Map<String, Double> margins,
            int draws,
            SplittableRandom random) {
        RunGate.Report whole = gate(clusters, margins);
        List<Point> points = new ArrayList<>();
        for (int size = 10; size < clusters.size(); size *= 2) {
            points.add(point(clusters, size, margins, draws, random));
        }
        points.add(point(clusters, clusters.size(), margins, 1, random));
        return new Fault(
                name,
                says,
                baseline,
                whole.verdict(),
                whole.metrics().stream()
                        .filter(metric -> metric.verdict() == RunVerdict.FAIL)
                        .map(MetricVerdict::metric)
                        .toList(),
                clusters.size(),
                (int) clusters.stream().filter(Paired::differs).count(),
                points);
    }

    private static Point point(
            List<Paired> clusters, int size, Map<String, Double> margins, int draws, SplittableRandom random) {
        int failed = 0;
        int passed = 0;
        long rows = 0;
        for (int draw = 0; draw < draws; draw++) {
            List<Paired> subset = new ArrayList<>(clusters);
            for (int i = 0; i < size; i++) { // the first of a shuffle
                int at = i + random.nextInt(subset.size() - i);
                Paired swapped = subset.get(i);
                subset.set(i, subset.get(at));
                subset.set(at, swapped);
            }
            List<Paired> chosen = subset.subList(0, size);
            RunVerdict verdict = gate(chosen, margins).verdict();
            failed += verdict == RunVerdict.FAIL ? 1 : 0;
            passed += verdict == RunVerdict.PASS ? 1 : 0;
            rows += chosen.stream().mapToInt(Paired::rows).sum();
        }
        return new Point(size, rows / (double) draws, draws, failed / (double) draws, passed / (double) draws);
    }

    public Map<String, Metric> metrics() {
        Map<String, Metric> metrics = new LinkedHashMap<>();
        for (Alarms alarm : alarms) {
            String prefix = "selftest.aa." + alarm.kind() + ".";
            rate(metrics, prefix + "false_fail_rate", alarm.failed(), alarm);
            rate(metrics, prefix + "sign_flip_rate", alarm.signFlip(), alarm);
            rate(metrics, prefix + "mcnemar_rate", alarm.mcNemar(), alarm);
        }
        if (!alarms.isEmpty()) {
            double worst = alarms.stream().mapToDouble(Alarms::rate).max().orElse(Double.NaN);
            put(
                    metrics,
                    "selftest.aa.false_fail_rate",
                    worst,
                    alarms.get(0).rows(),
                    alarms.get(0).clusters());
        }
        for (Fault fault : faults) {
            String prefix = "selftest." + fault.name() + ".";
            int rows = (int)
                    Math.round(fault.points().get(fault.points().size() - 1).rows());
            ToDoubleFunction<ToDoubleFunction<Point>> needed =
                    figure -> fault.needed().map(figure::applyAsDouble).orElse(Double.NaN);
            put(metrics, prefix + "detected", fault.isDetected() ? 1 : 0, rows, fault.clusters());
            put(metrics, prefix + "clusters_to_detect", needed.applyAsDouble(Point::clusters), rows, fault.clusters());
            put(metrics, prefix + "rows_to_detect", needed.applyAsDouble(Point::rows), rows, fault.clusters());
            put(
                    metrics,
                    prefix + "false_pass_rate",
                    fault.points().stream().mapToDouble(Point::passed).max().orElse(Double.NaN),
                    rows,
                    fault.clusters());
        }
        if (!faults.isEmpty()) {
            double detected = faults.stream().filter(Fault::isDetected).count() / (double) faults.size();
            put(metrics, "selftest.faults_detected", detected, faults.size(), faults.size());
        }
        return metrics;
    }

    private static void rate(Map<String, Metric> metrics, String name, int count, Alarms alarm) {
        metrics.put(
                name,
                new Metric(
                        name,
                        count / (double) alarm.draws(),
                        Interval.ofShare(count, alarm.draws()),
                        alarm.draws(),
                        alarm.draws()));
    }

    private static void put(Map<String, Metric> metrics, String name, double value, int rows, int clusters) {
        metrics.put(name, new Metric(name, value, null, rows, clusters));
    }
}
