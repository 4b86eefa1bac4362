package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClausesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    list the errors, then write the changelog | list the errors | write the changelog
                    1) errors with times 2) root cause of the trace | errors with times | root cause of the trace
                    First: sum it up. Second: list the tasks | sum it up | list the tasks
                    Summarise the outage. After that pull out the errors. | Summarise the outage | pull out the errors
                    tell me what broke and also draft the release notes | tell me what broke | draft the release notes
                    a list of the endpoints as well as test cases | a list of the endpoints | test cases
                    """)
    void cutsAtWordsOfSequenceAndMarks(String request, String first, String second) {
        assertThat(Clauses.readings(request).get(0)).containsExactly(first, second);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "changelog + open todos",
                "changelog & open todos",
                "changelog and open todos",
                "changelog, open todos",
                "changelog; open todos"
            })
    void offersEachJointAsAPair(String request) {
        assertThat(Clauses.readings(request)).contains(List.of("changelog", "open todos"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "list the errors",
                "explain `0 4 * * 1, 2 and then 3`",
                "the table (times of both builds, then the ratio)",
                "give me rows, no SQL around them",
                "review it. don't comment on old code"
            })
    void doesNotCutQuotesAsidesAndRestrictions(String request) {
        assertThat(Clauses.readings(request)).isEmpty();
    }

    @Test
    void knowsNumberedRequests() {
        assertThat(Clauses.enumerates("1. errors 2. changelog")).isTrue();
        assertThat(Clauses.enumerates("One: the errors. Two: the changelog")).isTrue();
        assertThat(Clauses.enumerates("the 3 errors of step 1")).isFalse();
    }

    @Test
    void everyReadingHasTwoToFiveClausesOfTheRequest() {
        String[] pieces = {
            "list", "errors", ", then ", " and ", "1) ", ". ", " & ", "(", ")", "`", "no ", "write it up", "; ", "é"
        };
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 3000; i++) {
            StringBuilder request = new StringBuilder();
            for (int n = random.nextInt(25); n > 0; n--) {
                request.append(pieces[random.nextInt(pieces.length)]).append(random.nextInt(3) == 0 ? "" : " ");
            }
            List<List<String>> readings = Clauses.readings(request.toString());
            assertThat(readings)
                    .as(request.toString())
                    .hasSizeLessThanOrEqualTo(6)
                    .doesNotHaveDuplicates();
            for (List<String> reading : readings) {
                assertThat(reading)
                        .as(request.toString())
                        .hasSizeBetween(2, 5)
                        .allSatisfy(clause -> assertThat(clause).isNotBlank().isEqualTo(clause.strip()));
            }
        }
    }

    @Test
    void whatIsLeftUncutAtFirstSightHoldsNothingToCut() {
        String[] pieces = {
            "then",
            "afterwards",
            "after that",
            "next",
            "finally",
            "followed by",
            "on top of that",
            "separately",
            "in addition",
            "and also",
            "but also",
            "plus",
            "as well as",
            "along with",
            "together with",
            "AND",
            "Also",
            "step 2",
            "step",
            "on",
            "top",
            "as",
            "well",
            "list",
            "errors",
            "what's",
            "é",
            "ok?",
            "first",
            "one",
            "\n",
            "-",
            "&"
        };
        SplittableRandom random = new SplittableRandom(6);
        int uncut = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder request = new StringBuilder();
            for (int n = random.nextInt(5); n >= 0; n--) {
                request.append(pieces[random.nextInt(pieces.length)]).append(n > 0 ? " " : "");
            }
            uncut += Clauses.mayBeCut(request.toString()) ? 0 : 1;
            assertThat(Clauses.readings(request.toString()))
                    .as(request.toString())
                    .isEqualTo(Clauses.cut(request.toString()));
        }
        assertThat(uncut).isGreaterThan(1_000);
    }
}
