package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class InstructionTrialTest {
    private static Check check(String json) {
        return Checks.parse((ObjectNode) Json.parse(json.replace('\'', '"'), "test"), "test");
    }

    @Test
    void theLooseRuleLooksAtEightVariants() {
        assertThat(InstructionTrial.variants("*a*\n\nb\n*c*").values())
                .containsExactly("*a*\n\nb\n*c*", "b\n*c*", "*a*\n\nb", "b", "a\n\nb\nc", "b\nc", "a\n\nb", "b");
        assertThat(InstructionTrial.variants("*a*").values()).containsExactly("*a*", "", "", "", "a", "", "", "");
    }

    @Test
    void oneVariantThatPassesIsEnough() {
        Check quoted = check("{'check':'wrappedIn','open':'\\''}".replace("\\'", "#"));
        InstructionTrial.Judged judged = InstructionTrial.loose(quoted, "p", "Sure!\n#so it is#");
        assertThat(judged.outcome()).isEqualTo(Outcome.PASS);
        assertThat(judged.variant()).isEqualTo("without its first line");
        assertThat(InstructionTrial.strict(quoted, "p", "Sure!\n#so it is#").outcome())
                .isEqualTo(Outcome.FAIL);
    }

    @Test
    void anUndecidedVariantKeepsTheLooseRuleFromFailing() {
        Check one = check("{'check':'count','unit':'sentences','op':'==','value':1}");
        assertThat(InstructionTrial.loose(one, "p", "It rains.\nWe met at 5 p.m. Bob came.\nSo it is. Yes.")
                        .outcome())
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(InstructionTrial.loose(one, "p", "It rains. It pours.").outcome())
                .isEqualTo(Outcome.FAIL);
    }

    @Test
    void excerptsShowWhatTheVerdictRestsOnWithItsSurroundings() {
        InstructionTrial.Judged judged = InstructionTrial.strict(
                check("{'check':'contains','none':[',']}"),
                "p",
                "first line of the answer\nso it is, 😀 indeed and more");
        assertThat(judged.excerpts()).containsExactly("…e of the answer\nso it is⟨,⟩ 😀 indeed and more");
    }
}
