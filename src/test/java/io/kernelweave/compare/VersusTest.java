package io.kernelweave.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.CompilationRow;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.IfevalRow;
import io.kernelweave.results.LoopRow;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.MaskRows;
import io.kernelweave.results.Measure;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RouteRows;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import io.kernelweave.verify.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class VersusTest {
    private static final String CHECKS = """
        "verdict":{"outcome":"%s","score":%s,"checks":[{"name":"count","severity":"error","outcome":"%s","reason":"%s","spans":[],"basis":"checked"},
         {"name":"form","severity":"error","outcome":"PASS","reason":"fine","spans":[],"basis":"checked"}]}\
        """;

    @TempDir
    Path temporary;

    private static Kernel kernel(String id, int version, String says) {
        return Kernel.parse("""
            {"kernel_id":"%s","name":"K","task_family":"t","description":"d","examples":["e"],"input_schema":{"type":"object"},
             "output_schema":{},"version":%d,
             "postconditions":[{"name":"count","check":"regex","pattern":"%s","says":"it counts"}]}\
            """.formatted(id, version, says), "test").sealed();
    }

    private static final List<Kernel> KERNELS = List.of(kernel("k1", 1, "good"), kernel("k2", 1, "good"));

    private <R extends Row> RunFolder run(
            String id,
            Map<String, String> digests,
            String settings,
            List<Kernel> kernels,
            RowForm<R> form,
            List<R> rows) {
        RunFolder folder = new RunFolder(Folder.of(temporary.resolve(id).toString()));
        Run run = Rows.run(id, "ngram");
        ObjectNode all = run.settings().deepCopy();
        all.setAll(Json.parse(settings, ObjectNode.class, "settings"));
        if (form.measure() != Measure.ANSWERS) {
            all.put("measure", form.measure().label());
        }
        Map<String, String> fingerprint = new TreeMap<>(run.fingerprint());
        fingerprint.put("environment", "e");
        fingerprint.putAll(digests);
        folder.write(new Run(
                id,
                run.job(),
                "complete",
                fingerprint,
                all,
                run.data(),
                run.environment(),
                run.counts(),
                null,
                run.startedAt(),
                run.finishedAt()));
        folder.folder().write(RunFolder.KERNELS, Json.pretty(kernels));
        List<RunFolder.Part> parts = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += 7) {
            parts.add(folder.writePart(
                    String.format("part-%03d.parquet", i), form, rows.subList(i, Math.min(rows.size(), i + 7))));
        }
        List<ResultRow> timed = rows.stream()
                .filter(ResultRow.class::isInstance)
                .map(ResultRow.class::cast)
                .filter(ResultRow::isMeasured)
                .toList();
        folder.publish(id, parts, timed.isEmpty() ? List.of() : List.of(folder.writeTimes("times-0", timed)));
        return folder;
    }

    private RunFolder answers(String id, Map<String, String> digests, List<Kernel> kernels, List<ResultRow> rows) {
        return run(id, digests, "{}", kernels, ResultRow.FORM, rows);
    }

    private static String row(int i, boolean passes) {
        String text = Json.compact(Json.compact((passes ? "good " : "bad ") + i));
        return "\"prompt\":\"prompt " + i + "\",\"answer\":{\"path\":\"kernel\",\"kernel_ids\":[\"k1\"],\"text\":"
                + text
                + "},\"attempts\":[{\"number\":1,\"masked\":true,\"complete\":true,\"text\":" + text
                + ",\"gate\":null,\"failed\":[]}],"
                + CHECKS.formatted(
                        passes ? "PASS" : "FAIL",
                        passes ? "1.0" : "0.5",
                        passes ? "PASS" : "FAIL",
                        passes ? "three" : "two");
    }

    /** Forty rows in twenty clusters, of which some are not right. */
    private static List<ResultRow> rows(int first, int wrong, String more) {
        return IntStream.range(first, first + 40)
                .mapToObj(i -> Rows.row(
                        "r" + (100 + i), "c" + i / 2, Arm.ROUTER_GATE, "{" + row(i, i - first >= wrong) + more + "}"))
                .toList();
    }

    private static Versus of(RunFolder one, RunFolder two) {
        return Versus.of(one, two, Map.of(), Attribution.Rerun.none());
    }

    // ---------------------------------------------------------------- answers

    @Test
    void aRowThatIsLostIsShownWithItsPromptBothAnswersAndTheCheckThatChanged() {
        Versus versus =
                of(answers("a", Map.of(), KERNELS, rows(0, 0, "")), answers("b", Map.of(), KERNELS, rows(0, 12, "")));
        assertThat(versus.verdict()).isEqualTo(RunVerdict.FAIL);
        assertThat(versus.moved()).hasSize(12);
        Moved first = versus.moved().get(0);
        assertThat(first.lost()).isTrue();
        assertThat(first.asks()).isEqualTo("prompt 0");
        assertThat(first.baseline().output()).isEqualTo("\"good 0\"");
        assertThat(first.candidate().output()).isEqualTo("\"bad 0\"");
        assertThat(first.candidate().way()).contains("routed to k1", "answered by kernel");
        assertThat(first.checks()).singleElement().satisfies(check -> {
            assertThat(check.name()).isEqualTo("count");
            assertThat(check.before().outcome()).isEqualTo("PASS");
            assertThat(check.after().reason()).isEqualTo("two");
        });
        assertThat(first.stage()).isEqualTo("decoder");
        assertThat(versus.outcomes()).containsExactly(new Versus.Outcome("router+gate", 40, 12, 12, 0));
        assertThat(versus.labels()).singleElement().satisfies(label -> {
            assertThat(label.label()).isEqualTo("k1");
            assertThat(label.figure().word()).isEqualTo("lost");
        });
        assertThat(versus.differences().differing()).isEmpty();
        assertThat(versus.sets().same()).isTrue();
    }

    @Test
    void figuresThatNobodyJudgesAreTold() {
        Versus versus = of(
                answers("a", Map.of(), KERNELS, rows(0, 0, "")),
                answers(
                        "b",
                        Map.of(),
                        KERNELS,
                        rows(0, 0, ",\"tokens\":{\"generated\":12,\"forced\":4,\"masked\":100}")));
        assertThat(versus.verdict()).isEqualTo(RunVerdict.IDENTICAL);
        Figure tokens = versus.figures().stream()
                .filter(figure -> figure.name().equals("router+gate.tokens_per_row"))
                .findFirst()
                .orElseThrow();
        assertThat(tokens.word()).isEqualTo("lost");
        assertThat(tokens.difference()).isEqualTo(2);
        assertThat(versus.figures()).noneMatch(figure -> figure.name().endsWith("verification_pass_rate"));
        assertThat(versus.figures().stream().filter(Figure::stands)).containsExactly(tokens);
    }

    @Test
    void whatDiffersIsSplitByWhatItIs() {
        Versus versus = of(
                run(
                        "a",
                        Map.of("store", "s1", "model", "m1"),
                        "{\"embedder\":\"x\"}",
                        KERNELS,
                        ResultRow.FORM,
                        rows(0, 0, "")),
                run(
                        "b",
                        Map.of("store", "s2", "model", "m1", "code", "other"),
                        "{\"embedder\":\"y\",\"model\":{\"backend\":\"ngram\",\"order\":7}}",
                        List.of(kernel("k1", 2, "od"), kernel("k3", 1, "good")),
                        ResultRow.FORM,
                        rows(0, 0, "")));
        Differences differences = versus.differences();
        assertThat(differences.differing()).containsExactly("code", "kernels", "model", "settings");
        assertThat(differences.group("settings").changes()).containsExactly(new Change("embedder", "x", "y"));
        assertThat(differences.group("model").changes()).containsExactly(new Change("model.order", "5", "7"));
        assertThat(differences.kernels())
                .extracting(Differences.KernelChange::kernelId, Differences.KernelChange::label)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("k1", "changed"),
                        org.assertj.core.groups.Tuple.tuple("k2", "removed"),
                        org.assertj.core.groups.Tuple.tuple("k3", "added"));
        Differences.KernelChange k1 = differences.kernels().get(0);
        assertThat(k1.before()).isEqualTo(1);
        assertThat(k1.after()).isEqualTo(2);
        assertThat(k1.contract()).isTrue();
        assertThat(k1.changes()).containsExactly(new Change("postconditions.count.pattern", "good", "od"));
        assertThat(versus.views()).extracting(Versus.View::contracts).containsExactly("b", "a");
    }

    @Test
    void rowsOfOtherDataAreAddedRemovedAndRelabelledAndTheVerdictIsInvalid() {
        List<ResultRow> now = new ArrayList<>(rows(10, 15, ""));
        // One row has another label, and one is called otherwise.
        now.set(20, Rows.row("r130", "c15", Arm.ROUTER_GATE, "{" + row(30, true) + ",\"kernel_id\":\"k2\"}"));
        now.set(21, Rows.row("x131", "c15", Arm.ROUTER_GATE, "{" + row(31, true) + "}"));
        Versus versus = of(
                answers("a", Map.of("dataset", "one"), KERNELS, rows(0, 0, "")),
                answers("b", Map.of("dataset", "two"), KERNELS, now));
        assertThat(versus.verdict()).isEqualTo(RunVerdict.INVALID);
        assertThat(versus.views().get(0).report().reason()).contains("the data differ");
        RowSets sets = versus.sets();
        assertThat(sets.common()).isEqualTo(29);
        assertThat(sets.added())
                .hasSize(10)
                .allMatch(row -> row.before() == null && row.after().equals("k1"));
        assertThat(sets.removed())
                .extracting(RowSets.Row::id)
                .hasSize(10)
                .contains("r100")
                .doesNotContain("r131");
        assertThat(sets.relabelled()).containsExactly(new RowSets.Row("r130", "prompt 30", "k1", "k2"));
        // What both have is told all the same, without a stage: the runs answered different questions.
        assertThat(versus.moved())
                .hasSize(15)
                .allMatch(row -> row.stage().isEmpty() && !row.asks().isEmpty());
        assertThat(versus.outcomes()).containsExactly(new Versus.Outcome("router+gate", 29, 15, 15, 0));
    }

    @Test
    void dataOfAnotherDigestThatAskTheSameAreTheSameQuestion() {
        Versus versus = of(
                answers("a", Map.of("dataset", "one"), KERNELS, rows(0, 0, "")),
                answers("b", Map.of("dataset", "two"), KERNELS, rows(0, 12, "")));
        assertThat(versus.verdict()).isEqualTo(RunVerdict.FAIL);
        assertThat(versus.moved()).hasSize(12).allMatch(row -> row.stage().equals("decoder"));
        assertThat(versus.differences().differing()).containsExactly("data");
    }

    @Test
    void timesAreRatiosAndThoseOfReusedAnswersAreLeftOut() {
        String slow =
                ",\"timings\":{\"route_ns\":100000,\"decode_ns\":900000,\"mask_ns\":0,\"model_ns\":0,\"gate_ns\":0,\"total_ns\":%d}";
        List<ResultRow> then = new ArrayList<>();
        List<ResultRow> now = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String id = "r" + (100 + i);
            then.add(Rows.row(id, "c" + i, Arm.RAW, "{" + slow.substring(1).formatted(1_000_000) + "}"));
            now.add(Rows.row(id, "c" + i, Arm.RAW, "{" + slow.substring(1).formatted(2_000_000) + "}"));
            then.add(Rows.row(id, "c" + i, Arm.ROUTER_GATE, "{" + row(i, true) + slow.formatted(4_000_000) + "}"));
            // The machine was half as fast; beyond that the gated arm takes half of what it took. A few answers are the
            // old ones.
            now.add(Rows.row(
                    id,
                    "c" + i,
                    Arm.ROUTER_GATE,
                    "{" + row(i, true) + slow.formatted(4_000_001) + (i < 5 ? ",\"recorded_at\":null" : "") + "}"));
        }
        Versus versus = of(answers("a", Map.of(), KERNELS, then), answers("b", Map.of(), KERNELS, now));
        Timing timing = versus.timing();
        assertThat(timing.reused()).isEqualTo(5);
        assertThat(timing.reference()).isEqualTo("raw");
        assertThat(timing.arms()).singleElement().satisfies(ratio -> {
            assertThat(ratio.rows()).isEqualTo(15);
            assertThat(ratio.baseline()).isCloseTo(4, org.assertj.core.data.Offset.offset(1e-5));
            assertThat(ratio.candidate()).isCloseTo(2, org.assertj.core.data.Offset.offset(1e-5));
            assertThat(ratio.ratio()).isCloseTo(0.5, org.assertj.core.data.Offset.offset(1e-5));
        });
        assertThat(timing.stages()).anySatisfy(ratio -> {
            assertThat(ratio.arm() + " " + ratio.stage()).isEqualTo("raw total");
            assertThat(ratio.ratio()).isCloseTo(2, org.assertj.core.data.Offset.offset(1e-9));
        });
        Versus elsewhere =
                of(answers("c", Map.of("environment", "x"), KERNELS, then), answers("d", Map.of(), KERNELS, now));
        assertThat(elsewhere.timing().stages()).isEmpty();
        assertThat(elsewhere.timing().arms()).hasSize(1);
    }

    @Test
    void runsWithoutRowsAreInvalid() {
        Versus versus = of(answers("a", Map.of(), KERNELS, List.of()), answers("b", Map.of(), KERNELS, rows(0, 0, "")));
        assertThat(versus.verdict()).isEqualTo(RunVerdict.INVALID);
        assertThat(of(answers("c", Map.of(), KERNELS, List.of()), answers("d", Map.of(), KERNELS, List.of()))
                        .verdict())
                .isEqualTo(RunVerdict.INVALID);
    }

    // ---------------------------------------------------------------- other kinds

    /** Twenty rows that are right in the baseline; in the candidate the first eight are not. */
    private <R extends Row> Versus lost(RowForm<R> form, BiFunction<Integer, Boolean, R> row) {
        return of(
                run("a", Map.of(), "{}", List.of(), form, all(row, 0)),
                run("b", Map.of(), "{}", List.of(), form, all(row, 8)));
    }

    private static <R> List<R> all(BiFunction<Integer, Boolean, R> row, int wrong) {
        return IntStream.range(0, 20).mapToObj(i -> row.apply(i, i >= wrong)).toList();
    }

    private void judged(Versus versus, String metric) {
        assertThat(versus.verdict()).as(metric).isEqualTo(RunVerdict.FAIL);
        assertThat(versus.views().get(0).report().metrics())
                .anySatisfy(judged -> assertThat(judged.metric()).isEqualTo(metric));
        assertThat(versus.moved()).hasSize(8).allMatch(Moved::lost);
        assertThat(versus.labels()).isNotEmpty();
    }

    @Test
    void routersAreCompared() {
        Versus versus = lost(
                RouteRow.FORM,
                (i, right) -> RouteRows.row("r" + (10 + i), RouteRow.TRAINED, right ? "k1" : "k2", "k1", 0.9, true));
        // The label is part of the row here, so rows whose label differs are set apart.
        assertThat(versus.sets().relabelled()).hasSize(8);
        judged(
                lost(
                        RouteRow.FORM,
                        (i, right) ->
                                RouteRows.row("r" + (10 + i), RouteRow.TRAINED, "k1", right ? "k1" : "k2", 0.9, true)),
                "trained.routing_accuracy");
    }

    @Test
    void masksAreCompared() {
        Versus versus = lost(
                MaskRow.FORM,
                (i, right) -> MaskRows.row("s" + (10 + i), right ? "" : MaskRows.error("refused", false, false, "{}")));
        judged(versus, "mask.passing_rate");
        assertThat(versus.moved().get(0).checks())
                .singleElement()
                .satisfies(check -> assertThat(check.name()).isEqualTo("refused document 1"));
    }

    @Test
    void verdictsOnInstructionsAreCompared() {
        judged(
                lost(
                        IfevalRow.FORM,
                        (i, right) -> new IfevalRow(
                                "x",
                                "p" + (10 + i) + ".1",
                                "p" + (10 + i),
                                "length:words",
                                "{}",
                                "{\"check\":\"count\"}",
                                new IfevalRow.Verdicts(
                                        true,
                                        right ? Outcome.PASS : Outcome.UNKNOWN,
                                        "because",
                                        "whole",
                                        List.of("text")),
                                null,
                                10,
                                1000,
                                null,
                                "2026-01-01T00:00:00Z")),
                "ifeval.right_rate");
    }

    @Test
    void containmentIsCompared() {
        judged(
                lost(
                        ContainmentRow.FORM,
                        (i, right) -> new ContainmentRow(
                                "x",
                                "c" + (10 + i),
                                "own",
                                "f" + i,
                                "a case",
                                "contained",
                                "{}",
                                "{}",
                                true,
                                right ? "proven" : "unknown",
                                right ? "agrees" : "open",
                                "",
                                null,
                                null,
                                1000,
                                null,
                                "2026-01-01T00:00:00Z")),
                "containment.own.right_rate");
    }

    @Test
    void verdictsOnTracesAreCompared() {
        judged(
                lost(
                        CompilationRow.FORM,
                        (i, right) -> new CompilationRow(
                                "x",
                                "s/halves/0/" + (10 + i),
                                "s",
                                CompilationRow.HALVES,
                                0,
                                "t" + i,
                                "task" + i,
                                i % 2 == 0,
                                right ? i % 2 == 0 ? "PASS" : "FAIL" : "UNKNOWN",
                                3,
                                1.0,
                                List.of(),
                                3,
                                List.of(),
                                null,
                                null,
                                "2026-01-01T00:00:00Z")),
                "compile.s.verdicts.right_rate");
    }

    @Test
    void aLoopIsOneTrialSoItsFiguresStandSideBySideAndNothingIsJudged() {
        BiFunction<Integer, Boolean, LoopRow> row = (i, right) -> new LoopRow(
                "x",
                LoopRow.CLEAN,
                i,
                "r" + (10 + i),
                "c" + i,
                "k1",
                null,
                false,
                false,
                "kernel",
                new LoopRow.Made("k1", 1, "d"),
                0.9,
                0.5,
                true,
                "PASS",
                right ? "PASS" : "FAIL",
                null,
                new LoopRow.Tokens(5, 3, 9),
                List.of(),
                1,
                2,
                null,
                "2026-01-01T00:00:00Z");
        Versus versus = lost(LoopRow.FORM, row);
        assertThat(versus.verdict()).isEqualTo(RunVerdict.INCONCLUSIVE);
        assertThat(versus.views().get(0).report().reason()).contains("nothing is judged", "one trial");
        assertThat(versus.aside()).anySatisfy(figure -> {
            assertThat(figure.name()).isEqualTo("loop.verified_rate");
            assertThat(figure.candidate().value()).isEqualTo(0.6);
        });
        assertThat(versus.moved()).hasSize(8);
        assertThat(of(
                                run("c", Map.of(), "{}", List.of(), LoopRow.FORM, all(row, 3)),
                                run("d", Map.of(), "{}", List.of(), LoopRow.FORM, all(row, 3)))
                        .verdict())
                .isEqualTo(RunVerdict.IDENTICAL);
    }

    @Test
    void runsOfDifferentKindsAreRefused() {
        RunFolder masks = run("a", Map.of(), "{}", List.of(), MaskRow.FORM, List.of(MaskRows.row("s1", "")));
        RunFolder answers = answers("b", Map.of(), KERNELS, rows(0, 0, ""));
        assertThatThrownBy(() -> of(masks, answers))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("measures masks, and b answers");
    }
}
