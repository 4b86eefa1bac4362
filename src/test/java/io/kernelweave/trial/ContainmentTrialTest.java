package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.schema.Containment;
import io.kernelweave.trial.ContainmentTrial.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContainmentTrialTest {
    private static ContainmentTrial ask(String one, String other, boolean expected) {
        return ContainmentTrial.of(
                new ContainmentCase("x", "g", "c", "", false, json(one), json(other), expected, null));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void aSourceThatIsWrongOfTheListedValuesIsDisputed() {
        ContainmentTrial trial = ask("{'enum':['ab','cd']}", "{'pattern':'^[a-d]+$'}", false);
        assertThat(trial.standing()).isEqualTo(Standing.DISPUTED);
        assertThat(trial.why()).startsWith("of 2 values");
    }

    @Test
    void whatCannotBeListedIsNotExcused() {
        assertThat(ask("{'type':'string','maxLength':2}", "{'maxLength':3}", false)
                        .standing())
                .isEqualTo(Standing.UNSOUND);
        assertThat(ask("{'multipleOf':0.001,'minimum':5000}", "{'minimum':4000}", false)
                        .standing())
                .isEqualTo(Standing.UNSOUND);
    }

    @Test
    void aWitnessIsShownToTheValidator() {
        ContainmentTrial trial = ask("{'type':'number'}", "{'type':'integer'}", false);
        assertThat(trial.confirmed()).isTrue();
        assertThat(trial.standing()).isEqualTo(Standing.AGREES);
    }

    /** Two ways to the same answer: the search in sets of values, and the validator on values that stand for all. */
    @Test
    void valuesThatStandForAllDecideAsTheSearchDoes() {
        SplittableRandom random = new SplittableRandom(20260101);
        int proven = 0;
        for (int i = 0; i < 150; i++) {
            String one = schema(random, 2);
            String other = schema(random, 2);
            Containment answer = ask(one, other, true).answer();
            boolean contained = answer instanceof Containment.Proven;
            assertThat(answer).isNotInstanceOf(Containment.Unknown.class);
            // Of a wrong expectation, the values must say that it is wrong.
            assertThat(ask(one, other, !contained).standing())
                    .as(one + " in " + other)
                    .isEqualTo(Standing.DISPUTED);
            proven += contained ? 1 : 0;
        }
        assertThat(proven).isBetween(10, 140);
    }

    private static String schema(SplittableRandom random, int depth) {
        List<String> parts = new ArrayList<>();
        switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 ->
                parts.add("'type':"
                        + List.of("'integer'", "'number'", "['integer','null']").get(random.nextInt(3)));
            case 1 ->
                parts.add("'multipleOf':" + List.of("0.3", "2", "3", "1.5").get(random.nextInt(4)));
            case 2 -> parts.add("'minimum':" + (random.nextInt(9) - 4));
            case 3 -> parts.add("'exclusiveMaximum':" + (random.nextInt(9) - 4) + ".5");
            case 4 -> parts.add("'enum':[" + random.nextInt(4) + "," + random.nextInt(4) + ".5,null,'a']");
            case 5 -> parts.add("'not':" + schema(random, depth - 1));
            default ->
                parts.add("'" + (random.nextBoolean() ? "anyOf" : "allOf") + "':[" + schema(random, depth - 1) + ","
                        + schema(random, depth - 1) + "]");
        }
        if (random.nextInt(3) == 0) {
            parts.add("'maximum':" + (random.nextInt(9) - 2));
        }
        return json("{" + String.join(",", parts) + "}");
    }

    @Test
    void aRepresentativeIsNeverMissing() {
        assertThat(Representatives.of(Json.parse("{\"multipleOf\": 4}", "a"), Json.parse("{\"maximum\": 6.5}", "b")))
                .hasValueSatisfying(values -> assertThat(values)
                        .anyMatch(value ->
                                value.isNumber() && value.decimalValue().intValue() == 8)
                        .anyMatch(value -> value.isNull()));
        assertThat(Representatives.of(Json.parse("{\"minLength\": 4}", "a"), Json.parse("true", "b")))
                .isEmpty();
    }
}
