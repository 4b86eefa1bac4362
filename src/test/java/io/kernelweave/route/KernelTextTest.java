package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelTextTest {
    @Test
    void readsNameDescriptionAndExamplesWithoutWhatIsRuledOut() {
        assertThat(KernelText.of(Fixtures.ERRORS).texts())
                .containsExactly(
                        "list errors",
                        "Lists the errors of a pasted log. Needs the log.",
                        "which log lines are failures?",
                        "pull the errors out of this log");
        assertThat(KernelText.of(Fixtures.ERRORS).ruledOut()).containsExactlyInAnyOrder("explaining", "stacktrace");
    }

    @Test
    void readsABareNameAsARequestToo() {
        assertThat(KernelText.of(Fixtures.kernel("book-flight", "Book flight.", ""))
                        .texts())
                .containsExactly("book flight", "Book flight.", "please book flight for me");
        assertThat(KernelText.of(Fixtures.kernel("book-flight", "Not for trains.", ""))
                        .texts())
                .containsExactly("book flight", "please book flight for me");
    }

    @Test
    void leavesANameAsItIsWhereSomethingElseSaysMore() {
        assertThat(KernelText.of(Fixtures.kernel("book-flight", "Reserves a seat in a plane.", ""))
                        .texts())
                .containsExactly("book flight", "Reserves a seat in a plane.");
        assertThat(KernelText.of(Fixtures.kernel("book-flight", "Book flight.", "", "fly me to Oslo"))
                        .texts())
                .containsExactly("book flight", "Book flight.", "fly me to Oslo");
    }
}
