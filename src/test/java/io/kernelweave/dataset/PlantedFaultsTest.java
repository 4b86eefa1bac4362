package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.dataset.Quality.Finding;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Faults of each kind are planted into the project's own data set: all are found, and nothing else is. */
class PlantedFaultsTest {
    private static final int EACH = 200;
    private static final int SHORTEST = 20;

    @TempDir
    static Path folder;

    private static Dataset clean;

    @BeforeAll
    static void build() {
        clean = new Datasets(Folder.of(folder.toString())).build(DatasetSpec.read(Path.of("phasecd/kernelweave.yaml")));
    }

    /** How a row is made faulty: a copy of it, as JSON, is changed. */
    private record Fault(String check, BiFunction<ObjectNode, SplittableRandom, ObjectNode> plant) {}

    private static final List<Fault> FAULTS = List.of(
            new Fault("duplicate-rows", (row, random) -> row),
            new Fault(
                    "prompt-crosses-splits",
                    (row, random) -> elsewhere(row)
                            .put("prompt", "  " + row.path("prompt").asString().toUpperCase(Locale.ROOT) + "\n")),
            new Fault(
                    "near-duplicate-crosses-splits",
                    (row, random) -> elsewhere(row)
                            .put("prompt", nearly(row.path("prompt").asString(), random))),
            new Fault(
                    "near-duplicates",
                    (row, random) -> row.put("cluster_id", "planted-" + random.nextLong())
                            .put("prompt", nearly(row.path("prompt").asString(), random))),
            new Fault("contradicting-labels", (row, random) -> row.put("kernel_id", other(row, random))),
            new Fault(
                    "label-in-prompt",
                    (row, random) -> row.put(
                            "prompt",
                            row.path("prompt").asString() + " (kernel: "
                                    + row.path("kernel_id").asString() + ")")));

    private static ObjectNode elsewhere(ObjectNode row) {
        String split = row.path("split").asString();
        return row.put("cluster_id", "planted-" + row.path("id").asString())
                .put("split", split.equals("train") ? "eval" : "train");
    }

    private static String nearly(String prompt, SplittableRandom random) {
        if (random.nextBoolean()) {
            return "please " + prompt;
        }
        int at;
        do {
            at = random.nextInt(prompt.length() - 1);
        } while (!Character.isLetter(prompt.charAt(at))
                || !Character.isLetter(prompt.charAt(at + 1))
                || Character.toLowerCase(prompt.charAt(at)) == Character.toLowerCase(prompt.charAt(at + 1)));
        return prompt.substring(0, at) + prompt.charAt(at + 1) + prompt.charAt(at) + prompt.substring(at + 2);
    }

    private static String other(ObjectNode row, SplittableRandom random) {
        List<String> others = clean.kernels().stream()
                .map(kernel -> kernel.kernelId())
                .filter(id -> !id.equals(row.path("kernel_id").asString()))
                .toList();
        return others.get(random.nextInt(others.size()));
    }

    @Test
    void everyPlantedFaultIsFoundAndNothingElse() {
        SplittableRandom random = new SplittableRandom(7);
        List<DatasetRow> rows = new ArrayList<>(clean.rows());
        Map<String, Set<String>> planted = new TreeMap<>();
        List<DatasetRow> fit = clean.rows().stream()
                .filter(row -> row.kernelId() != null && !row.isComposition())
                .filter(row -> Prompts.normalise(row.prompt()).length() >= SHORTEST
                        && row.prompt().length() >= SHORTEST)
                .toList();
        Set<String> used = new HashSet<>();
        for (Fault fault : FAULTS) {
            for (int i = 0; i < EACH; i++) {
                DatasetRow origin = fit.get(random.nextInt(fit.size()));
                if (!used.add(origin.prompt())) {
                    i--;
                    continue;
                }
                ObjectNode copy =
                        fault.plant().apply(origin.toJson(), random).put("id", "planted-" + fault.check() + "-" + i);
                rows.add(Json.convert(copy, DatasetRow.class, "planted"));
                planted.computeIfAbsent(fault.check(), key -> new HashSet<>())
                        .add(copy.path("id").asString());
            }
        }

        List<Finding> findings = Quality.audit(new Dataset("planted", "", rows, clean.kernels()));

        Map<String, Set<String>> found = new TreeMap<>();
        findings.forEach(finding ->
                found.computeIfAbsent(finding.check(), key -> new HashSet<>()).addAll(finding.rows()));
        planted.forEach((check, ids) ->
                assertThat(found.getOrDefault(check, Set.of())).as(check).containsAll(ids));
        assertThat(findings)
                .filteredOn(finding -> !finding.check().equals("constant-columns"))
                .allSatisfy(finding -> assertThat(finding.rows()).anyMatch(id -> id.startsWith("planted-")));
    }

    @Test
    void theCleanDataSetRaisesNoAlarm() {
        assertThat(Quality.audit(clean)).extracting(Finding::severity).containsOnly("info");
        assertThat(Quality.routerCeiling(clean)).isEqualTo(1);
        assertThat(Quality.repair(clean).dropped()).isEmpty();
    }

    @Test
    void moreTextsThanCanAllBeComparedAreSearchedByBands() {
        SplittableRandom random = new SplittableRandom(11);
        List<String> texts = new ArrayList<>();
        Set<String> distinct = new HashSet<>();
        clean.rows().stream()
                .limit(800)
                .map(DatasetRow::prompt)
                .filter(distinct::add)
                .forEach(prompt -> {
                    texts.add(Prompts.normalise(prompt));
                    if (prompt.length() >= SHORTEST) {
                        texts.add(Prompts.normalise(nearly(prompt, random)));
                    }
                });
        List<NearDuplicates.Pair> all = pairs(texts, Integer.MAX_VALUE);
        List<NearDuplicates.Pair> banded = pairs(texts, 1);
        assertThat(all).hasSizeGreaterThan(300);
        assertThat(all).containsAll(banded);
        assertThat(banded.size()).isGreaterThanOrEqualTo((int) (0.995 * all.size()));
    }

    /** By the definition: every pair of sets compared. */
    @Test
    void allNearPairsAreFound() {
        List<String> texts = clean.rows().stream()
                .map(row -> Prompts.normalise(row.prompt()))
                .distinct()
                .limit(120)
                .collect(Collectors.toCollection(ArrayList::new));
        SplittableRandom random = new SplittableRandom(3);
        texts.stream()
                .filter(text -> text.length() > SHORTEST)
                .limit(100)
                .toList()
                .forEach(text -> texts.add(nearly(text, random)));
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            for (int j = i + 1; j < texts.size(); j++) {
                boolean brief = texts.get(i).length() <= 120 && texts.get(j).length() <= 120;
                if (jaccard(texts.get(i), texts.get(j), 5) >= 0.8
                        || brief && jaccard(texts.get(i), texts.get(j), 3) >= 0.6) {
                    expected.add(i + " " + j);
                }
            }
        }
        assertThat(pairs(texts, Integer.MAX_VALUE))
                .extracting(pair -> pair.first() + " " + pair.second())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(expected).hasSizeGreaterThan(50);
    }

    private static List<NearDuplicates.Pair> pairs(List<String> texts, int mostExact) {
        Set<NearDuplicates.Pair> pairs = new LinkedHashSet<>();
        NearDuplicates.among(
                texts,
                new NearDuplicates.Interest() {
                    @Override
                    public boolean matters(int first, int second) {
                        return true;
                    }

                    @Override
                    public void near(NearDuplicates.Pair pair) {
                        if (pairs.stream()
                                .noneMatch(known -> known.first() == pair.first() && known.second() == pair.second())) {
                            pairs.add(pair);
                        }
                    }

                    @Override
                    public int kind(int text) {
                        return text;
                    }
                },
                mostExact);
        return List.copyOf(pairs);
    }

    /** A thousand prompts of one pattern are one finding each way, found without comparing all with all. */
    @Test
    void promptsOfOnePatternAreOneGroup() {
        List<DatasetRow> rows = new ArrayList<>();
        ObjectNode row = clean.rows().get(0).toJson();
        for (int i = 0; i < 1500; i++) {
            row.put("id", "order-" + i)
                    .put("cluster_id", "order-" + i)
                    .put("split", i % 3 == 0 ? "eval" : "train")
                    .put("prompt", String.format(Locale.ROOT, "look up the order with the number %05d, please", i));
            rows.add(Json.convert(row, DatasetRow.class, "row"));
        }
        for (int mostExact : new int[] {1, Integer.MAX_VALUE}) {
            NearGroups groups = NearGroups.among(rows, mostExact);
            assertThat(groups.acrossSplits()).hasSize(1);
            assertThat(groups.acrossSplits().get(0).rows()).hasSize(1500);
            assertThat(groups.withinSplits())
                    .extracting(group -> group.rows().size())
                    .containsExactly(1000, 500);
            assertThat(groups.acrossLabels()).isEmpty();
        }
    }

    private static double jaccard(String one, String other, int length) {
        Set<String> a = shingles(one, length);
        Set<String> both = new HashSet<>(a);
        Set<String> b = shingles(other, length);
        both.retainAll(b);
        return (double) both.size() / (a.size() + b.size() - both.size());
    }

    private static Set<String> shingles(String text, int length) {
        Set<String> shingles = new HashSet<>();
        for (int i = 0; i <= Math.max(0, text.length() - length); i++) {
            shingles.add(text.substring(i, Math.min(text.length(), i + length)));
        }
        return shingles;
    }
}
