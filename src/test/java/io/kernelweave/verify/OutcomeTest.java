package io.kernelweave.verify;

import static io.kernelweave.verify.Outcome.FAIL;
import static io.kernelweave.verify.Outcome.PASS;
import static io.kernelweave.verify.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void conjunctionAndNegationAreKleenes() {
        Outcome[][] and = {{PASS, FAIL, UNKNOWN}, {FAIL, FAIL, FAIL}, {UNKNOWN, FAIL, UNKNOWN}};
        for (Outcome a : Outcome.values()) {
            for (Outcome b : Outcome.values()) {
                assertThat(a.and(b)).isEqualTo(and[a.ordinal()][b.ordinal()]);
            }
        }
        assertThat(PASS.not()).isEqualTo(FAIL);
        assertThat(FAIL.not()).isEqualTo(PASS);
        assertThat(UNKNOWN.not()).isEqualTo(UNKNOWN);
    }

    @Test
    void theLawsOfAKleeneAlgebraHold() {
        for (Outcome a : Outcome.values()) {
            assertThat(a.and(a)).isEqualTo(a);
            assertThat(a.or(a)).isEqualTo(a);
            assertThat(a.not().not()).isEqualTo(a);
            assertThat(a.and(PASS)).isEqualTo(a);
            assertThat(a.or(FAIL)).isEqualTo(a);
            for (Outcome b : Outcome.values()) {
                assertThat(a.and(b)).isEqualTo(b.and(a));
                assertThat(a.or(b)).isEqualTo(b.or(a));
                assertThat(a.and(a.or(b))).isEqualTo(a);
                assertThat(a.and(b).not()).isEqualTo(a.not().or(b.not()));
                // Kleene's own law: a contradiction implies every alternative.
                assertThat(a.and(a.not()).and(b.or(b.not()))).isEqualTo(a.and(a.not()));
                for (Outcome c : Outcome.values()) {
                    assertThat(a.and(b).and(c)).isEqualTo(a.and(b.and(c)));
                    assertThat(a.or(b).or(c)).isEqualTo(a.or(b.or(c)));
                    assertThat(a.and(b.or(c))).isEqualTo(a.and(b).or(a.and(c)));
                }
            }
        }
    }
}
