package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ContractTest {
    private final Contract contract = Contract.of(SampleKernel.kernel());

    private Judgement judge(String answer) {
        return contract.postconditions(Subject.of(SampleKernel.PROMPT, answer));
    }

    @Test
    void aTrueAnswerPasses() {
        Judgement judgement = judge(SampleKernel.GOOD);
        assertThat(judgement.outcome()).isEqualTo(Outcome.PASS);
        assertThat(judgement.failed()).isEmpty();
        assertThat(judgement.score()).isEqualTo(1);
        assertThat(judgement.verdicts())
                .extracting(ConditionVerdict::condition)
                .containsExactly(
                        "output-schema",
                        "all-listed",
                        "count-agrees",
                        "levels-agree",
                        "no-twins",
                        "polite",
                        "verbatim",
                        "grounded");
    }

    @Test
    void anInventedQuoteFailsTheConditionThatForbidsIt() {
        Judgement judgement = judge(SampleKernel.GOOD.replace("gave up after", "stopped after"));
        assertThat(judgement.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(judgement.failed()).containsExactly("verbatim");
        assertThat(judgement.score()).isEqualTo(5 / 6.0);
    }

    @Test
    void anAnswerThatIsNotJsonFailsTheSchemaWithTheParsersReason() {
        Judgement judgement = judge("banana");
        assertThat(judgement.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(judgement.verdicts().get(0).verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(judgement.verdicts().get(0).verdict().reason()).contains("not JSON", "banana");
        assertThat(judgement.verdicts().stream().skip(1))
                .allMatch(verdict -> verdict.verdict().outcome() == Outcome.UNKNOWN);
    }

    @Test
    void warningsAndInformationDecideNothing() {
        String twins = "{\"errors\":[{\"level\":\"ERROR\",\"quote\":\"checkout\"},"
                + "{\"level\":\"FATAL\",\"quote\":\"checkout\"}],\"count\":2}";
        Judgement judgement = judge(twins);
        assertThat(judgement.outcome()).isEqualTo(Outcome.PASS);
        assertThat(judgement.verdicts())
                .filteredOn(verdict -> verdict.condition().equals("no-twins"))
                .allMatch(verdict -> verdict.verdict().outcome() == Outcome.FAIL && !verdict.blocks());
    }

    @Test
    void preconditionsJudgeThePromptBySchemaAndConditions() {
        assertThat(contract.preconditions(Subject.of(SampleKernel.PROMPT, "")).outcome())
                .isEqualTo(Outcome.PASS);
        Judgement bare = contract.preconditions(Subject.of("pull the errors out", ""));
        assertThat(bare.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(bare.failed()).containsExactly("input-schema", "has-errors");
        assertThat(contract.preconditions(Subject.of("errors?\n\nall is quiet on the western front", ""))
                        .failed())
                .containsExactly("has-errors");
    }

    @Test
    void admitsWhatItsPreconditionsLetThrough() {

        for (String prompt : List.of(
                SampleKernel.PROMPT, "pull the errors out", "errors?\n\nall is quiet on the western front", "")) {
            Subject subject = Subject.of(prompt);
            assertThat(contract.admits(subject))
                    .isEqualTo(contract.preconditions(subject).outcome());
        }
    }

    @Test
    void aKernelWithoutPreconditionsIsJudgedByItsSchemaAlone() {
        ObjectNode json = json();
        json.putArray("preconditions");
        assertThat(Contract.of(kernel(json)).preconditions(Subject.of("e\n\nall is quiet on the western front", "")))
                .satisfies(judgement -> assertThat(judgement.outcome()).isEqualTo(Outcome.PASS));
    }

    @Test
    void nothingToJudgeByIsUnknown() {
        assertThat(Judgement.of(List.of()).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(Judgement.of(List.of()).score()).isZero();
    }

    @Test
    void aSoundKernelHasNothingToReport() {
        assertThat(contract.selfTest()).isEmpty();
    }

    @Test
    void aTestThatDoesNotHoldIsReported() {
        ObjectNode json = json();
        ((ObjectNode) json.get("tests").get(0))
                .put("expect", "FAIL")
                .putArray("breaks")
                .add("verbatim");
        ((ArrayNode) json.get("tests").get(1).get("breaks")).add("grounded");
        json.putArray("examples");
        assertThat(Contract.of(kernel(json)).selfTest())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("no examples"))
                .anySatisfy(line -> assertThat(line).contains("\"good\"", "[verbatim]", "[]"))
                .anySatisfy(line -> assertThat(line).contains("\"invented\"", "[grounded, verbatim]"));
    }

    @Test
    void aPromptThatItsOwnKernelRefusesIsReported() {
        ObjectNode json = json();
        ((ObjectNode) json.get("tests").get(1)).put("prompt", "what went wrong?");
        assertThat(Contract.of(kernel(json)).selfTest())
                .anySatisfy(
                        line -> assertThat(line).contains("\"invented\"", "prompt is not accepted", "input-schema"));
    }

    @Test
    void aConditionThatCannotBeCheckedNeverPasses() {
        ObjectNode json = json();
        ((ObjectNode) json.get("postconditions").get(0)).put("chek", true);
        ((ObjectNode) json.get("input_schema")).put("$ref", "http://example.com/schema");
        Contract broken = Contract.of(kernel(json));
        Judgement judgement = broken.postconditions(Subject.of(SampleKernel.PROMPT, SampleKernel.GOOD));
        assertThat(judgement.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(judgement.failed()).containsExactly("all-listed");
        assertThat(broken.preconditions(Subject.of(SampleKernel.PROMPT, "")).outcome())
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(broken.selfTest())
                .anySatisfy(line -> assertThat(line).startsWith("kernel sample-errors /postconditions/0/chek"))
                .anySatisfy(line -> assertThat(line).startsWith("kernel sample-errors /input_schema/$ref"));
    }

    @Test
    void aConditionMayNotTakeTheNameOfTheSchemasOwn() {
        ObjectNode json = json();
        ((ObjectNode) json.get("postconditions").get(0)).put("name", "output-schema");
        assertThat(Contract.of(kernel(json)).selfTest())
                .anySatisfy(line -> assertThat(line).contains("/postconditions/0/name"));
    }

    @Test
    void rubbishNeverRaisesAndNeverPasses() {
        SplittableRandom random = new SplittableRandom(11);
        List<String> pieces = List.of(
                "{",
                "}",
                "[",
                "]",
                "\"errors\"",
                ":",
                ",",
                "\"count\"",
                "2",
                "1e999999999",
                "-0",
                "null",
                "\"\\ud800\"",
                "ERROR checkout got 502 from billing",
                "\"",
                "\\",
                "true",
                " ",
                "\n",
                "\u0000",
                "😀",
                "9".repeat(500),
                "[".repeat(300),
                "{\"level\":\"ERROR\",\"quote\":\"x\"}",
                "1.4.2",
                "٣");
        for (int round = 0; round < 4000; round++) {
            StringBuilder answer = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                answer.append(pieces.get(random.nextInt(pieces.size())));
            }
            assertNoPass(answer.toString());
        }
        for (int round = 0; round < 4000; round++) {
            // A true answer with one stretch replaced, none of which leaves it true.
            int at = random.nextInt(SampleKernel.GOOD.length() - 20);
            String answer = SampleKernel.GOOD.substring(0, at)
                    + pieces.get(random.nextInt(17))
                    + "§"
                    + SampleKernel.GOOD.substring(at + random.nextInt(20));
            assertNoPass(answer);
        }
    }

    @Test
    void wellFormedRubbishNeverRaisesAndNeverPasses() {
        SplittableRandom random = new SplittableRandom(12);
        JsonNode good = Json.parse(SampleKernel.GOOD, "test");
        for (int round = 0; round < 4000; round++) {
            JsonNode changed = change(good, random);
            if (!changed.equals(good)) {
                assertNoPass(Json.compact(changed));
            }
        }
    }

    private static JsonNode change(JsonNode value, SplittableRandom random) {
        if (random.nextInt(6) == 0) {
            String[] others = {
                "null",
                "1e380",
                "-1e-380",
                "[]",
                "{}",
                "\"\"",
                "\"1.2.3\"",
                "true",
                "99999999999999999999",
                "[[1],[2]]",
                "{\"level\":null}",
                "\"\\u0000\\ud800\"",
                "0.1",
                "\"12:00-13:00,4/5\"",
                "[{}]",
                "7"
            };
            return Json.parse(others[random.nextInt(others.length)], "test");
        }
        if (value.isObject()) {
            ObjectNode object = Json.object();
            value.properties().forEach(field -> object.set(field.getKey(), change(field.getValue(), random)));
            return object;
        }
        if (value.isArray()) {
            ArrayNode array = Json.mapper().createArrayNode();
            value.forEach(element -> array.add(change(element, random)));
            return array;
        }
        return value;
    }

    private void assertNoPass(String answer) {
        Judgement judgement = judge(answer);
        assertThat(judgement.outcome()).as(answer).isNotEqualTo(Outcome.PASS);
        assertThat(judgement.verdicts()).hasSize(8);
    }

    @Test
    void anUnknownLeafOnlyMattersIfItWouldDecide() {
        String pass = "{\"check\":\"contains\",\"target\":\"prompt\",\"all\":[\"p\"]}";
        String fail = "{\"check\":\"contains\",\"target\":\"prompt\",\"none\":[\"p\"]}";
        String unknown = "{\"check\":\"text\",\"says\":\"x\"}";
        SplittableRandom random = new SplittableRandom(5);
        Subject subject = Subject.of("p", "{}");
        for (int round = 0; round < 2000; round++) {
            String tree = tree(random, 3);
            List<Outcome> decided = new ArrayList<>();
            Outcome open = outcome(tree.replace("P", pass).replace("F", fail).replace("U", unknown), subject);
            decided.add(outcome(tree.replace("P", pass).replace("F", fail).replace("U", pass), subject));
            decided.add(outcome(tree.replace("P", pass).replace("F", fail).replace("U", fail), subject));
            if (open != Outcome.UNKNOWN) {
                assertThat(decided).as(tree).containsOnly(open);
            }
            assertThat(decided).as(tree).doesNotContain(Outcome.UNKNOWN);
        }
    }

    private static Outcome outcome(String check, Subject subject) {
        return Checks.parse((ObjectNode) Json.parse(check, "test"), "test")
                .evaluate(subject)
                .outcome();
    }

    private static String tree(SplittableRandom random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return "PFU".substring(random.nextInt(3)).substring(0, 1);
        }
        String a = tree(random, depth - 1);
        String b = tree(random, depth - 1);
        return switch (random.nextInt(5)) {
            case 0 -> "{\"check\":\"all\",\"of\":[" + a + "," + b + "]}";
            case 1 -> "{\"check\":\"any\",\"of\":[" + a + "," + b + "]}";
            case 2 -> "{\"check\":\"not\",\"of\":" + a + "}";
            case 3 -> "{\"check\":\"implies\",\"if\":" + a + ",\"then\":" + b + "}";
            default -> "{\"check\":\"atLeast\",\"n\":2,\"of\":[" + a + "," + b + "," + tree(random, depth - 1) + "]}";
        };
    }

    private static ObjectNode json() {
        return (ObjectNode) Json.parse(SampleKernel.json(), "sample");
    }

    private static Kernel kernel(ObjectNode json) {
        return Json.convert(json, Kernel.class, "sample");
    }
}
