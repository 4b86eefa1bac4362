package io.kernelweave.mine;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferencesTest {
    private static Traces order(int customer, String bought, int look) {
        return new Traces()
                .said("user", "I am customer kim_" + customer + " of street " + customer * 7 + ", renew my order")
                .call(
                        "find",
                        "kim_" + customer,
                        "order o" + customer + " of green tea and " + look + " other things, open")
                .call("renew", bought, bought + " open");
    }

    /** Each customer comes twice: one is served rightly, one is not. */
    private static List<Example> training() {
        List<Example> examples = new ArrayList<>();
        for (int customer = 1; customer <= 12; customer++) {
            examples.add(order(customer, "o" + customer, 5).done(true, "t" + customer));
            examples.add(order(customer, customer % 2 == 0 ? "o" + customer : "o99", 6)
                    .done(customer % 2 == 0, "t" + customer));
        }
        return examples;
    }

    @Test
    void whatChangesSomethingIsToldByHowLittleItsResultsSay() {
        assertThat(Acts.of(training().stream().map(Example::trace).toList())).containsExactly("renew");
    }

    @Test
    void anotherAttemptAtAKnownTaskIsJudgedByWhatWasDoneBefore() {
        Mined mined = Miner.mine(training(), 1);
        assertThat(mined.verdict(order(3, "o3", 8).done())).isEqualTo(Outcome.PASS);
        assertThat(mined.verdict(order(3, "o99", 8).done())).isEqualTo(Outcome.FAIL);
        assertThat(mined.verdict(order(4, "o17", 8).done())).isEqualTo(Outcome.FAIL);
    }

    @Test
    void aTaskThatNobodyTriedIsNotRecognised() {
        References references = References.of(training(), List.of("renew"));
        assertThat(references.knows(order(3, "o3", 8).done())).isTrue();
        assertThat(references.knows(new Traces()
                        .said("user", "please send two lamps to Oslo")
                        .call("renew", "lamps", "lamps")
                        .done()))
                .isFalse();
    }

    @Test
    void withoutSecondAttemptsThereIsNothingToReferTo() {
        List<Example> once = training().stream()
                .filter(example -> example.outcome() == Outcome.PASS)
                .toList();
        assertThat(References.of(once, List.of("renew")).knows(once.get(0).trace()))
                .isFalse();
    }
}
