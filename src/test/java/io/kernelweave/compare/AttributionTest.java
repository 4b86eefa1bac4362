package io.kernelweave.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.compare.Attribution.Basis;
import io.kernelweave.compare.Attribution.Charge;
import io.kernelweave.compare.Attribution.Flip;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class AttributionTest {
    private static final String GOOD = "{\\\"n\\\":5}";
    private static final String BAD = "{\\\"n\\\":-5}";

    /** A kernel that wants n above a bound. */
    private static Kernel kernel(String id, int above) {
        return Kernel.parse("""
            {"kernel_id":"%s","name":"K","task_family":"t","description":"d","examples":["e"],
             "input_schema":{"type":"object"},
             "output_schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}},
             "postconditions":[{"name":"high","check":"compare","left":"output.n","op":">","right":%d,"says":"n is high"}],
             "version":1}\
            """.formatted(id, above), "test").sealed();
    }

    private static Contracts contracts(int above) {
        return Contracts.of(List.of(kernel("k1", above), kernel("k2", 100)));
    }

    private static Run run(String id, Map<String, String> digests) {
        Run run = Rows.run(id, "ngram");
        Map<String, String> fingerprint = new TreeMap<>(run.fingerprint());
        fingerprint.put("model", "m");
        fingerprint.putAll(digests);
        return new Run(
                id,
                run.job(),
                run.state(),
                fingerprint,
                run.settings(),
                run.data(),
                run.environment(),
                run.counts(),
                null,
                run.startedAt(),
                run.finishedAt());
    }

    private static ResultRow row(String route, String path, String text, boolean passes, String... attempts) {
        StringBuilder tries = new StringBuilder();
        for (int i = 0; i < attempts.length; i++) {
            tries.append(i == 0 ? "" : ",")
                    .append("{\"number\":")
                    .append(i + 1)
                    .append(",\"masked\":")
                    .append(!attempts[i].equals("raw"))
                    .append(",\"complete\":true,\"text\":\"")
                    .append(attempts[i])
                    .append("\",\"gate\":null,\"failed\":[]}");
        }
        String ids = route.equals("generate") ? "[]" : "[\"" + route + "\"]";
        String change = "{\"decision\":{\"action\":\"" + (route.equals("generate") ? "generate" : "kernel")
                + "\",\"kernel_ids\":" + ids
                + ",\"probability\":0.9,\"threshold\":0.5,\"reason\":\"near\",\"candidates\":[]},\"answer\":{\"path\":\""
                + path
                + "\",\"kernel_ids\":[],\"text\":\"" + text + "\"},\"attempts\":[" + tries + "],"
                + Rows.verdict(passes ? "PASS" : "FAIL", passes ? 1 : 0) + "}";
        return Rows.row("r1", "c1", Arm.ROUTER_GATE, change);
    }

    private static Flip only(
            ResultRow was, Contracts before, ResultRow is, Contracts after, String code, Attribution.Rerun rerun) {
        List<Flip> flips = Attribution.of(
                run("a", Map.of()), List.of(was), before, run("b", Map.of("code", code)), List.of(is), after, rerun);
        assertThat(flips).hasSize(1);
        return flips.get(0);
    }

    private static final String SAME = "c".repeat(64);

    @Test
    void anotherRouteUnderTheSameDecoderIsChargedToTheRouterByTheRows() {
        Flip flip = only(
                row("k1", "kernel", GOOD, true, GOOD),
                contracts(0),
                row("k2", "rolled_back", "no", false, BAD, "raw"),
                contracts(0),
                SAME,
                Attribution.Rerun.none());
        assertThat(flip.lost()).isTrue();
        assertThat(flip.charge()).isEqualTo(Charge.ROUTER);
        assertThat(flip.basis()).isEqualTo(Basis.ROWS);
        assertThat(flip.why()).startsWith("routed to k2, before to k1");
    }

    @Test
    void anotherRouteUnderAnotherProgramIsAnsweredAgainOrStaysUnexplained() {
        ResultRow was = row("k1", "kernel", GOOD, true, GOOD);
        ResultRow is = row("k2", "rolled_back", "no", false, BAD, "raw");
        assertThat(only(was, contracts(0), is, contracts(0), "other", Attribution.Rerun.none())
                        .charge())
                .isEqualTo(Charge.UNEXPLAINED);
        Flip again = only(
                was,
                contracts(0),
                is,
                contracts(0),
                "other",
                (row, decision) -> Optional.of(new Attribution.Answered(row.prompt(), "{\"n\":7}")));
        assertThat(again.charge()).isEqualTo(Charge.ROUTER);
        assertThat(again.basis()).isEqualTo(Basis.ANSWERED);
    }

    @Test
    void otherTextsByTheSameRouteAreChargedToTheDecoder() {
        Flip flip = only(
                row("k1", "kernel", GOOD, true, BAD, GOOD),
                contracts(0),
                row("k1", "rolled_back", "no", false, BAD, BAD, "raw"),
                contracts(0),
                "other",
                Attribution.Rerun.none());
        assertThat(flip.charge()).isEqualTo(Charge.DECODER);
        assertThat(flip.basis()).isEqualTo(Basis.JUDGED);
    }

    @Test
    void aContractThatDemandsMoreIsChargedToTheContractWhateverElseIsTheSame() {
        Flip flip = only(
                row("k1", "kernel", GOOD, true, GOOD),
                contracts(0),
                row("k1", "rolled_back", "no", false, GOOD, "raw"),
                contracts(9),
                SAME,
                Attribution.Rerun.none());
        assertThat(flip.charge()).isEqualTo(Charge.CONTRACT);
    }

    @Test
    void aGateThatRejectsWhatTheLabelAcceptsIsChargedToTheGate() {
        // Routed to k2, whose contract got so strict that nothing passes it; the label's own contract is the same.
        Contracts mild = Contracts.of(List.of(kernel("k1", 0), kernel("k2", 1)));
        Contracts strict = Contracts.of(List.of(kernel("k1", 0), kernel("k2", 100)));
        Flip flip = only(
                row("k2", "kernel", GOOD, true, GOOD),
                mild,
                row("k2", "rolled_back", "no", false, GOOD, "raw"),
                strict,
                SAME,
                Attribution.Rerun.none());
        assertThat(flip.charge()).isEqualTo(Charge.GATE);
        assertThat(flip.basis()).isEqualTo(Basis.JUDGED);
    }

    @Test
    void anErrorIsAnError() {
        ResultRow broken = Rows.row("r1", "c1", Arm.ROUTER_GATE, "{" + Rows.ERROR + "}");
        Flip flip = only(
                row("k1", "kernel", GOOD, true, GOOD),
                contracts(0),
                broken,
                contracts(0),
                SAME,
                Attribution.Rerun.none());
        assertThat(flip.charge()).isEqualTo(Charge.ERROR);
        assertThat(flip.why()).contains("IllegalStateException");
    }

    @Test
    void rowsAreJudgedByTheContractsOfEither() {
        ResultRow row = row("k1", "kernel", GOOD, true, GOOD);
        assertThat(contracts(9).changed(contracts(0))).containsExactly("k1");
        assertThat(contracts(9).rejudge(List.of(row), contracts(0)))
                .singleElement()
                .satisfies(judged -> assertThat(judged.passes()).isFalse());
        assertThat(contracts(0).rejudge(List.of(row), contracts(0))).containsExactly(row);
        // What was redacted cannot be judged, and a kernel that is not there judges nothing.
        ObjectNode redacted = row.toJson().put("prompt", "use [redacted:api-key]");
        assertThat(contracts(9).rejudge(List.of(ResultRow.of(redacted)), contracts(0)))
                .singleElement()
                .satisfies(judged -> assertThat(judged.passes()).isTrue());
        assertThat(Contracts.of(List.of(kernel("k2", 5))).rejudge(List.of(row), contracts(0)))
                .singleElement()
                .satisfies(judged -> assertThat(judged.passes()).isTrue());
        assertThat(Json.compact(row)).contains("k1");
    }
}
