package io.kernelweave.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.Json;
import io.kernelweave.verify.Basis;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class ModelJudgeTest {
    private static final TokenVocabulary VOCABULARY = TokenVocabularies.cl100kBase();

    /** Says one thing, whatever it is asked. */
    private record Parrot(String says, boolean followsInstructions) implements LanguageModel {
        @Override
        public String identity() {
            return "parrot";
        }

        @Override
        public Session open(String prompt, long seed) {
            int[] tokens = VOCABULARY.encode(says);
            return new Session() {
                private int next;

                @Override
                public void logits(float[] into) {
                    Arrays.fill(into, -1e9f);
                    into[next < tokens.length ? tokens[next] : VOCABULARY.endToken()] = 0;
                }

                @Override
                public void accept(int token) {
                    next++;
                }

                @Override
                public void close() {}
            };
        }
    }

    private static Verdict judged(String says, boolean followsInstructions, int maxTokens) {
        ModelJudge judge = new ModelJudge(
                new Parrot(says, followsInstructions), VOCABULARY, new DecodeSettings(0, 1, maxTokens, 7));
        ObjectNode check = (ObjectNode) Json.parse("{\"check\":\"judge\",\"asks\":\"Is it kind?\"}", "test");
        return Checks.parse(check, "test", judge).evaluate(Subject.of("greet them", "hello"));
    }

    @Test
    void aModelsVerdictIsAnOpinionAndItsOtherWordsAreNone() {
        Verdict verdict = judged("{\"verdict\":\"PASS\",\"reason\":\"It greets.\"}", true, 100);
        assertThat(verdict.outcome()).isEqualTo(Outcome.PASS);
        assertThat(verdict.basis()).isEqualTo(Basis.JUDGED);
        assertThat(verdict.reason()).contains("parrot", "It greets.");
        assertThat(judged("I think so, yes.", true, 100).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void aModelThatAnswersNoQuestionsOrDoesNotEndJudgesNothing() {
        String pass = "{\"verdict\":\"PASS\",\"reason\":\"It greets.\"}";
        assertThat(judged(pass, false, 100).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(judged(pass, true, 3).outcome()).isEqualTo(Outcome.UNKNOWN);
    }
}
