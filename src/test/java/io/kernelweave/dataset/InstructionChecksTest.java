package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class InstructionChecksTest {
    private static final InstructionChecks CHECKS = InstructionChecks.read("phasecd/ifeval-checks.yaml");

    private static ObjectNode arguments(String json) {
        return (ObjectNode) Json.parse(json.replace('\'', '"'), "test");
    }

    @Test
    void theFileHasTheTypesOfIfevalAndNoOthers() {
        assertThat(CHECKS.types().keySet())
                .containsExactlyInAnyOrder(
                        "keywords:existence",
                        "keywords:frequency",
                        "keywords:forbidden_words",
                        "keywords:letter_frequency",
                        "language:response_language",
                        "length_constraints:number_sentences",
                        "length_constraints:number_paragraphs",
                        "length_constraints:number_words",
                        "length_constraints:nth_paragraph_first_word",
                        "detectable_content:number_placeholders",
                        "detectable_content:postscript",
                        "detectable_format:number_bullet_lists",
                        "detectable_format:constrained_response",
                        "detectable_format:number_highlighted_sections",
                        "detectable_format:multiple_sections",
                        "detectable_format:json_format",
                        "detectable_format:title",
                        "combination:two_responses",
                        "combination:repeat_prompt",
                        "startend:end_checker",
                        "change_case:capital_word_frequency",
                        "change_case:english_capital",
                        "change_case:english_lowercase",
                        "punctuation:no_comma",
                        "startend:quotation");
    }

    /** What the official checker's rules say of small answers, worked out by hand. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "change_case:capital_word_frequency | {'capital_relation':'less than','capital_frequency':3} | I am OK. | PASS",
                "change_case:capital_word_frequency | {'capital_relation':'at least','capital_frequency':3} | I am OK. | FAIL",
                "change_case:english_capital | {} | THE RIVER RUNS SLOWLY THROUGH THE OLD TOWN. | PASS",
                "change_case:english_capital | {} | THE RIVER RUNS SLOWLY THROUGH the OLD TOWN. | FAIL",
                "change_case:english_lowercase | {} | the river runs slowly through the old town. | PASS",
                "change_case:english_lowercase | {} | yes | UNKNOWN",
                "combination:repeat_prompt | {'prompt_to_repeat':'Why so? '} | why so? Because. | PASS",
                "combination:repeat_prompt | {'prompt_to_repeat':'Why so?'} | Well: why so? | FAIL",
                "combination:two_responses | {} | one****** two | PASS",
                "combination:two_responses | {} | one******one | FAIL",
                "combination:two_responses | {} | one******two******three | FAIL",
                "detectable_content:number_placeholders | {'num_placeholders':2} | [a] and [] | PASS",
                "detectable_content:number_placeholders | {'num_placeholders':2} | [a and b] | FAIL",
                "detectable_content:postscript | {'postscript_marker':'P.S.'} | So. p. s. and so on | PASS",
                "detectable_content:postscript | {'postscript_marker':'P.P.S'} | P.S. no | FAIL",
                "detectable_content:postscript | {'postscript_marker':'P.P.S'} | P.P.S yes | PASS",
                "detectable_format:constrained_response | {} | Well. My answer is no. | PASS",
                "detectable_format:constrained_response | {} | my answer is no. | FAIL",
                "detectable_format:multiple_sections | {'section_spliter':'Section','num_sections':2} | Section 1 a SECTION 2 b | FAIL",
                "detectable_format:multiple_sections | {'section_spliter':'Day','num_sections':2} | Day 1¶a¶Day2: b | PASS",
                "detectable_format:number_bullet_lists | {'num_bullets':2} | * a¶  - b | PASS",
                "detectable_format:number_bullet_lists | {'num_bullets':2} | * a¶- b¶--- | FAIL",
                "detectable_format:number_bullet_lists | {'num_bullets':1} | **a**¶* b | PASS",
                "detectable_format:number_highlighted_sections | {'num_highlights':2} | *a* and **b** | PASS",
                "detectable_format:number_highlighted_sections | {'num_highlights':2} | *a* and ** ** | FAIL",
                "detectable_format:title | {} | <<a title>>¶so | PASS",
                "detectable_format:title | {} | <<  >> | FAIL",
                "detectable_format:json_format | {} | {\"a\": 1} | PASS",
                "detectable_format:json_format | {} | §```json¶{\"a\": 1}¶```§ | PASS",
                "detectable_format:json_format | {} | §```¶[1]¶``` § | PASS",
                "keywords:existence | {'keywords':['rain','sun']} | RAINY sunday | PASS",
                "keywords:existence | {'keywords':['rain','sun']} | rain | FAIL",
                "keywords:forbidden_words | {'forbidden_words':['rain']} | a train | PASS",
                "keywords:forbidden_words | {'forbidden_words':['rain']} | Rain. | FAIL",
                "keywords:frequency | {'keyword':'rain','relation':'less than','frequency':2} | rain in a train | FAIL",
                "keywords:frequency | {'keyword':'rain','relation':'at least','frequency':2} | rain in a train | PASS",
                "keywords:letter_frequency | {'letter':'A','let_relation':'at least','let_frequency':2} | a cAt | PASS",
                "keywords:letter_frequency | {'letter':'#','let_relation':'less than','let_frequency':2} | ## | FAIL",
                "language:response_language | {'language':'de'} | Der Fluss fließt langsam durch die alte Stadt. | PASS",
                "language:response_language | {'language':'de'} | The river runs slowly through the old town. | FAIL",
                "length_constraints:nth_paragraph_first_word | {'num_paragraphs':2,'nth_paragraph':2,'first_word':'So'} | a¶¶\"so, it is | PASS",
                "length_constraints:nth_paragraph_first_word | {'num_paragraphs':2,'nth_paragraph':2,'first_word':'so'} | a¶¶soon it is | FAIL",
                "length_constraints:nth_paragraph_first_word | {'num_paragraphs':3,'nth_paragraph':2,'first_word':'so'} | a¶¶so it is | FAIL",
                "length_constraints:number_paragraphs | {'num_paragraphs':2} | a¶***¶b¶*** | PASS",
                "length_constraints:number_paragraphs | {'num_paragraphs':2} | a *** *** b | FAIL",
                "length_constraints:number_sentences | {'relation':'at least','num_sentences':2} | It rains. It pours. | PASS",
                "length_constraints:number_sentences | {'relation':'less than','num_sentences':2} | 1. It rains. | UNKNOWN",
                "length_constraints:number_words | {'relation':'at least','num_words':4} | don't re-do | PASS",
                "length_constraints:number_words | {'relation':'less than','num_words':4} | don't re-do | FAIL",
                "punctuation:no_comma | {} | a; b、c | PASS",
                "punctuation:no_comma | {} | a, b | FAIL",
                "startend:end_checker | {'end_phrase':'So it is. '} | \"Well. so IT is.\" | PASS",
                "startend:end_checker | {'end_phrase':'So it is.'} | So it is. Really. | FAIL",
                "startend:quotation | {} | § \"so\"¶§ | PASS",
                "startend:quotation | {} | “so” | FAIL",
            })
    void eachTypeIsJudgedAsTheOfficialCheckerWould(String type, String arguments, String answer, Outcome outcome) {
        Check check = Checks.parse(CHECKS.condition(type, arguments(arguments)), type);
        assertThat(check.evaluate(Subject.of("p", answer.replace('¶', '\n'))).outcome())
                .isEqualTo(outcome);
    }

    @Test
    void argumentsArePutInAsTheyAreAsTextOrAsAPattern() {
        ObjectNode file = arguments(
                "{'name':'x','always':{'check':'regex','pattern':'a'},'tables':{'t':{'one':'1'}},"
                        + "'types':{'a':{'condition':{'check':'x','n':'${n}','s':'<${s}>','l':'${s|literal}','t':['${w|t}']}}}}");
        InstructionChecks checks = Json.convert(file, InstructionChecks.class, "test");
        assertThat(checks.condition("a", arguments("{'n':3,'s':'a.$1','w':'one'}")))
                .isEqualTo(arguments("{'check':'x','n':3,'s':'<a.$1>','l':'a\\\\.\\\\$1','t':['1']}"));
        assertThatThrownBy(() -> checks.condition("a", arguments("{'n':3,'s':'a','w':'two'}")))
                .isInstanceOf(InputException.class)
                .hasMessage("a w: the table \"t\" does not have \"two\"; add it there");
        assertThatThrownBy(() -> checks.condition("a", arguments("{'n':3,'w':'one'}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the argument \"s\" is missing");
        assertThatThrownBy(() -> checks.condition("b", arguments("{}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unknown type of instruction");
    }
}
