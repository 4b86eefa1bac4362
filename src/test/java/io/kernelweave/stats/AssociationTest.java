package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Tests of whether two things go together, against values worked out by hand. */
class AssociationTest {
    @Test
    void fishersTestOfTheLadyTastingTea() {
        assertThat(Fisher.p(3, 4, 1, 4)).isCloseTo(17 / 70.0, within(1e-12));
        assertThat(Fisher.p(4, 4, 0, 4)).isCloseTo(1 / 70.0, within(1e-12));
        assertThat(Fisher.p(0, 4, 4, 4)).isCloseTo(1, within(1e-12));
        assertThat(Fisher.p(0, 0, 3, 4)).isCloseTo(1, within(1e-12));
        assertThatThrownBy(() -> Fisher.p(5, 4, 0, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyTestsAreAdjustedByRank() {
        assertThat(BenjaminiHochberg.adjust(0.04, 0.01, 0.03, 0.5))
                .containsExactly(new double[] {0.04 * 4 / 3, 0.04, 0.04 * 4 / 3, 0.5}, within(1e-12));
        assertThat(BenjaminiHochberg.adjust()).isEmpty();
    }

    @Test
    void wilsonsIntervalOfAShare() {
        Interval all = Interval.wilson(10, 10);
        assertThat(all.low()).isCloseTo(0.7225, within(1e-4));
        assertThat(all.high()).isEqualTo(1);
        Interval half = Interval.wilson(5, 10);
        assertThat(half.low()).isCloseTo(0.2366, within(1e-4));
        assertThat(half.high()).isCloseTo(0.7634, within(1e-4));
        assertThatThrownBy(() -> Interval.wilson(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theAreaUnderTheCurveCountsPairsAndTiesHalf() {
        boolean[] success = {true, false, true, false};
        assertThat(Auroc.of(new double[] {4, 1, 3, 2}, success)).isEqualTo(1);
        assertThat(Auroc.of(new double[] {1, 1, 1, 1}, success)).isEqualTo(0.5);
        assertThat(Auroc.of(new double[] {2, 1, 1, 3}, success)).isEqualTo(0.375);
        assertThat(Auroc.of(new double[] {1}, new boolean[] {true})).isNaN();
    }
}
