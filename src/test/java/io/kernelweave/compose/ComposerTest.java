package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComposerTest {
    private static final String OBJECT =
            "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\"%s}}}";

    private static final List<Kernel> KERNELS = List.of(
            Kernels.kernel("small", "{}", OBJECT.formatted(",\"minimum\":0,\"maximum\":5"))
                    .done(),
            Kernels.kernel("large", "{}", OBJECT.formatted(",\"minimum\":6")).done(),
            Kernels.kernel("whole", "{}", OBJECT.formatted("")).done(),
            Kernels.kernel("held", "{}", OBJECT.formatted(""))
                    .after("{\"check\":\"compare\",\"left\":\"output.n\",\"op\":\"<=\",\"right\":5}")
                    .done(),
            Kernels.kernel("bound", "{}", OBJECT.formatted(""))
                    .after("{\"check\":\"compare\",\"left\":\"output.n\",\"op\":\"<=\",\"right\":\"input.most\"}")
                    .done(),
            Kernels.kernel("takes", OBJECT.formatted(",\"maximum\":9"), OBJECT.formatted(""))
                    .done(),
            Kernels.kernel("asks", OBJECT.formatted(""), "{}")
                    .before("{\"check\":\"compare\",\"left\":\"input.n\",\"op\":\"<\",\"right\":8}")
                    .done(),
            Kernels.kernel("kind", OBJECT.formatted(""), "{}")
                    .before("\"the value is kind\"")
                    .done(),
            Kernels.kernel("text", "{\"type\":\"object\",\"required\":[\"request\"]}", "{}")
                    .done(),
            Kernels.kernel("list", "{}", "{\"type\":\"array\",\"items\":" + OBJECT.formatted(",\"maximum\":3") + "}")
                    .done(),
            Kernels.kernel(
                            "tree",
                            "{}",
                            "{\"$ref\":\"#/$defs/t\",\"$defs\":{\"t\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/t\"}}}}")
                    .done(),
            Kernels.kernel(
                            "forest",
                            "{\"$ref\":\"#/$defs/f\",\"$defs\":{\"f\":{\"type\":[\"array\",\"null\"],\"items\":{\"$ref\":\"#/$defs/f\"}}}}",
                            "{}")
                    .done());

    private static Composed check(String flow) {
        return Composer.of(KERNELS).check(Flow.parse(flow));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "small >> takes # PROVEN",
                "large >> takes # REFUTED",
                "whole >> takes # REFUTED",
                "held >> takes # PROVEN",
                "bound >> takes # UNKNOWN",
                "small >> asks # PROVEN",
                "held >> asks # PROVEN",
                "whole >> asks # REFUTED",
                "bound >> asks # UNKNOWN",
                "small >> kind # UNKNOWN",
                "small >> text # REFUTED",
                "bound >> text # UNKNOWN",
                "tree >> forest # PROVEN",
                "small >> id >> takes # PROVEN",
                "whole >> guard(takes) >> takes # PROVEN",
                "whole >> guard({\"check\":\"compare\",\"left\":\"input.n\",\"op\":\"<\",\"right\":3}) >> takes # PROVEN",
                "small >> (takes | text) # PROVEN",
                "whole >> (takes | text) # REFUTED",
                "bound >> (takes else text) # UNKNOWN",
                "(small | held) >> takes # PROVEN",
                "(small | whole) >> takes # REFUTED",
                "(small | bound) >> asks # UNKNOWN",
                "retry(3, small) >> takes # PROVEN",
                "list >> forEach(takes) # PROVEN",
                "small >> forEach(takes) # REFUTED",
                "(small & whole) >> adapt({\"$at\":\"/small\"}) >> takes # PROVEN",
                "(small & whole) >> adapt({\"$at\":\"/whole\"}) >> takes # REFUTED",
                "small >> adapt({\"m\":{\"$at\":\"/n\"},\"n\":{\"$at\":\"/n\"}}) >> takes # PROVEN",
                "whole >> adapt({\"n\":{\"$at\":\"/n\"}}) >> takes # REFUTED",
                "held >> adapt({\"n\":{\"$at\":\"/n\"}}) >> asks # PROVEN",
                "small >> adapt({\"n\":{\"$at\":\"/m\"}}) # REFUTED",
                "small >> adapt({\"request\":{\"$text\":\"{/n} MiB\"}}) >> text # PROVEN",
                "small >> adapt({\"$prompt\":\"Convert {/n} MiB\"}) >> text # PROVEN",
                "small >> adapt({\"n\":10}) >> takes # REFUTED",
                "adapt({\"n\":10}) >> takes # REFUTED",
                "adapt({\"n\":1}) >> takes # PROVEN",
                "adapt({\"n\":{\"$at\":\"\"}}) >> takes # UNKNOWN",
                "fail >> takes # PROVEN",
            })
    void eachJointIsProvedRefutedOrGuarded(String flow, String answer) {
        Composed composed = check(flow);
        Fit all = composed.joints().stream().map(Composed.Joint::fit).reduce(new Fit.Proven(), Fit::and);
        assertThat(all.answer()).as(composed.joints().toString()).isEqualTo(answer.strip());
        assertThat(composed.isAccepted()).isEqualTo(!(all instanceof Fit.Refuted));
        if (all instanceof Fit.Unknown && !flow.contains("else")) {
            assertThat(composed.guarded().toString()).contains("guard(");
            assertThat(Composer.of(KERNELS).check(composed.guarded()).joints())
                    .as("guarded once, there is nothing left to guard")
                    .allMatch(joint -> joint.fit() instanceof Fit.Proven
                            || joint.to().startsWith("adapt")
                            || joint.fit().answer().equals("PROVEN"));
        }
    }

    @Test
    void aRefusalHasAWitnessThatAValidatorConfirms() {
        Fit.Refuted refuted = (Fit.Refuted) Composer.of(KERNELS).fit("whole", "takes");
        Kernel whole = KERNELS.get(2);
        Kernel takes = KERNELS.get(5);
        assertThat(SchemaValidator.compile(whole.outputSchema(), "a").validate(refuted.witness()))
                .isEmpty();
        assertThat(SchemaValidator.compile(takes.inputSchema(), "b").validate(refuted.witness()))
                .isNotEmpty();
        assertThatThrownBy(() -> check("whole >> takes").orRefuse())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("whole may give what takes does not take")
                .hasMessageContaining("maximum");
    }

    @Test
    void theStoresKernelsAreComparedAndEveryRefutationIsOfARealAnswer() {
        List<Kernel> store = new KernelStore(Path.of("phasecd/store")).load().kernels();
        Composer composer = Composer.of(store);
        Set<String> answers = new HashSet<>();
        for (Kernel one : store) {
            SchemaValidator gives = SchemaValidator.compile(one.outputSchema(), "output");
            for (Kernel then : store) {
                Fit fit = composer.fit(one.kernelId(), then.kernelId());
                answers.add(fit.answer());
                if (fit instanceof Fit.Refuted refuted) {
                    assertThat(gives.validate(refuted.witness())).isEmpty();
                    assertThat(Contract.of(then)
                                    .preconditions(Subject.of(refuted.witness(), ""))
                                    .outcome())
                            .isEqualTo(Outcome.FAIL);
                }
            }
        }
        assertThat(answers).as("kernels give answers and take requests").containsExactly("REFUTED");
        Composed adapted = composer.check(Flow.parse(
                "extract-log-errors >> adapt({\"request\":\"Make a ticket of it\",\"source\":{\"$text\":\"{}\"}})"
                        + " >> guard(triage-ticket) >> triage-ticket"));
        assertThat(adapted.isProven()).isTrue();
        assertThat(adapted.effects()).hasToString("reads:bug-report, reads:log");
    }

    @Test
    void aFlowsContractIsMadeOfItsParts() {
        Composed composed = check("takes & x: whole");
        assertThat(composed.outputSchema().path("required")).isEqualTo(Json.parse("[\"takes\",\"x\"]", "test"));
        assertThat(composed.outputSchema().path("additionalProperties")).isEqualTo(Json.tree(false));
        assertThat(check("takes").inputSchema()).isEqualTo(KERNELS.get(5).inputSchema());
        assertThat(check("forEach(takes)").inputSchema().path("items"))
                .isEqualTo(KERNELS.get(5).inputSchema());
        assertThat(check("tree & forest").inputSchema().toString()).contains("#/$defs/f");
        SchemaValidator joined = SchemaValidator.compile(check("tree & x: tree").outputSchema(), "joined");
        assertThat(joined.validate(Json.parse("{\"tree\":[[]],\"x\":[[[]],[]]}", "test")))
                .isEmpty();
        assertThat(joined.validate(Json.parse("{\"tree\":[[]],\"x\":[[[1]],[]]}", "test")))
                .isNotEmpty();
    }

    @Test
    void anUnknownKernelIsRefused() {
        assertThatThrownBy(() -> check("small >> nowhere"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nowhere");
    }
}
