package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Text and count checks on texts small enough to judge by eye. In conditions a quotation mark is written ', a line break ¶. */
class TextChecksTest {
    private static Check parse(String check) {
        return Checks.parse((ObjectNode) Json.parse(check.replace('\'', '"').replace("¶", "\\n"), "test"), "condition");
    }

    private static Verdict judge(String check, String answer) {
        return parse(check).evaluate(Subject.of("Say \"it is so\", please", answer.replace('¶', '\n')));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{'check':'equals','value':'a b'} | §  a b¶ § | PASS",
                "{'check':'equals','value':'a b'} | a  b | FAIL",
                "{'check':'equals','value':'Straße','ignoreCase':true} | STRAßE | PASS",
                "{'check':'equals','valueFrom':'input.quoted[0]'} | it is so | PASS",
                "{'check':'equals','valueFrom':'input.quoted[1]'} | it is so | UNKNOWN",
                "{'check':'equals','target':'output.n','value':'12'} | {\"n\":12} | PASS",
                "{'check':'startsWith','any':['Dear','Hi']} | ¶ Hi all | PASS",
                "{'check':'startsWith','any':['Hi'],'wholeWord':true} | History | FAIL",
                "{'check':'startsWith','any':['hi'],'ignoreCase':true} | HI | PASS",
                "{'check':'startsWith','any':['Hi there']} | Hi | FAIL",
                "{'check':'startsWith','any':[' ']} | Hi | UNKNOWN",
                "{'check':'endsWith','any':['the end.']} | This is the end. | PASS",
                "{'check':'endsWith','any':['the end.']} | \"This is the end.\" | FAIL",
                "{'check':'endsWith','any':['the end.'],'trim':'\\\"'} | §\"This is the end.\" § | PASS",
                "{'check':'endsWith','any':['the end.'],'trim':'\\\"'} | §\"This is the end. \" § | FAIL",
                "{'check':'wrappedIn','open':'*'} | *so* | PASS",
                "{'check':'wrappedIn','open':'*'} | * | FAIL",
                "{'check':'wrappedIn','open':'<<','close':'>>'} | <<so> | FAIL",
                "{'check':'wrappedIn','open':'(','close':')','holds':{'check':'equals','value':'so'}} | (so) | PASS",
                "{'check':'wrappedIn','open':'(','close':')','holds':{'check':'equals','value':'so'}} | (no) | FAIL",
                "{'check':'oneOf','values':['yes','no']} | yes¶ | PASS",
                "{'check':'oneOf','values':['yes','no']} | yes. | FAIL",
                "{'check':'oneOf','values':['Yes'],'ignoreCase':true} | YES | PASS",
                "{'check':'repeatsInput'} | §Say \"it  is¶so\", please¶It is.§ | PASS",
                "{'check':'repeatsInput'} | It is. Say \"it is so\", please | FAIL",
                "{'check':'repeatsInput','where':'anywhere'} | It is. Say \"it is so\", please | PASS",
                "{'check':'repeatsInput','where':'whole'} | Say \"it is so\", please! | FAIL",
                "{'check':'repeatsInput','where':'whole','ignoreCase':true} | SAY \"it is so\", please | PASS",
                "{'check':'repeatsInput','source':'input.quoted[0]','where':'anywhere'} | and it is so. | PASS",
                "{'check':'repeatsInput','source':'input.source'} | a | UNKNOWN",
                "{'check':'case','is':'upper'} | IT RAINS, 3 °C. | PASS",
                "{'check':'case','is':'upper'} | IT rAINS | FAIL",
                "{'check':'case','is':'upper'} | ǅ | FAIL",
                "{'check':'case','is':'upper'} | 3 + 4 | UNKNOWN",
                "{'check':'case','is':'lower'} | it rains in ß | PASS",
                "{'check':'case','is':'lower'} | it Rains | FAIL",
                "{'check':'case','is':'capitalized'} | Don't Look Back 3rd | PASS",
                "{'check':'case','is':'capitalized'} | Gone with | FAIL",
                "{'check':'charset','only':['ascii']} | ok ~ | PASS",
                "{'check':'charset','only':['ascii']} | café | FAIL",
                "{'check':'charset','only':['latin1']} | café | PASS",
                "{'check':'charset','only':['digits'],'also':'€,'} | 1,200€ | PASS",
                "{'check':'charset','only':['letters','space']} | so it is | PASS",
                "{'check':'charset','only':['letters','space']} | so it is. | FAIL",
                "{'check':'charset','only':['letters','space','punctuation']} | so — it is… (3) | FAIL",
                "{'check':'charset','only':['letters','space','punctuation']} | so — it is… (¿no?) | PASS",
                "{'check':'charset','only':['Cyrillic']} | Привет, 3! | PASS",
                "{'check':'charset','only':['Cyrillic']} | Привeт | FAIL",
                "{'check':'language','is':['en']} | The river runs slowly through the old town and under its bridges. | PASS",
                "{'check':'language','is':['en']} | THE RIVER RUNS SLOWLY THROUGH THE OLD TOWN AND UNDER ITS BRIDGES. | PASS",
                "{'check':'language','is':['de','fr']} | The river runs slowly through the old town and under its bridges. | FAIL",
                "{'check':'language','is':['de','fr']} | Der Fluss fließt langsam durch die alte Stadt und unter den Brücken hindurch. | PASS",
                "{'check':'language','is':['fa']} | رودخانه به آرامی از میان شهر قدیمی و از زیر پل‌های آن می‌گذرد و به دریا می‌رسد. | PASS",
                "{'check':'language','is':['ja']} | 川は古い町をゆっくりと流れ、橋の下を通っていきます。 | PASS",
                "{'check':'language','is':['en']} | YES | UNKNOWN",
                "{'check':'language','is':['en']} | 12 + 30 = 42 | UNKNOWN",
                "{'check':'position','unit':'word','n':1,'holds':{'check':'equals','value':'So'}} | § So it is§ | PASS",
                "{'check':'position','unit':'word','n':-1,'holds':{'check':'equals','value':'is'}} | So it is. | FAIL",
                "{'check':'position','unit':'line','n':2,'holds':{'check':'equals','value':'two'}} | one¶¶  two ¶three | PASS",
                "{'check':'position','unit':'paragraph','n':2,'holds':{'check':'equals','value':'c¶d'}} | a¶b¶ ¶¶c¶d¶¶e | PASS",
                "{'check':'position','unit':'paragraph','n':4,'holds':{'check':'equals','value':'e'}} | a¶¶b | FAIL",
                "{'check':'position','unit':'part','separator':';','n':2,'holds':{'check':'regex','match':'full','pattern':''}} | a;;b | REFUSED",
                "{'check':'position','unit':'part','separator':';','n':2,'holds':{'check':'count','unit':'chars','op':'==','value':0}} | a;;b | PASS",
                "{'check':'position','unit':'sentence','n':2,'holds':{'check':'equals','value':'It pours!'}} | It rains. It pours! And so on. | PASS",
                "{'check':'position','unit':'sentence','n':2,'holds':{'check':'equals','value':'It pours!'}} | It rains etc. It pours! | UNKNOWN",
                "{'check':'separated','by':'***','value':2} | ¶***¶a¶***¶b¶***¶ | PASS",
                "{'check':'separated','by':'***','value':2} | a*** ***b | FAIL",
                "{'check':'separated','by':'***','value':3} | a***b | FAIL",
                "{'check':'separated','by':'***','op':'>=','value':1} | a | PASS",
                "{'check':'separated','by':'***','value':2,'distinct':true} | a *** a | FAIL",
                "{'check':'separated','by':'***','value':2,'distinct':true} | a *** A | PASS",
                "{'check':'separated','by':'***','value':0} | *** | PASS",
                "{'check':'unique','unit':'word'} | a b c | PASS",
                "{'check':'unique','unit':'word'} | a b a | FAIL",
                "{'check':'unique','unit':'part','separator':','} | a, b ,a | FAIL",
                "{'check':'unique','unit':'line'} | § ¶ § | UNKNOWN",
                // one edit in seven; 2 of 4 words; one of two pairs
                "{'check':'similarity','to':'kitten','value':{'quotient':[4,7]}} | sitting | PASS",
                "{'check':'similarity','to':'kitten','value':0.572} | sitting | FAIL",
                "{'check':'similarity','to':'The cat sat','measure':'jaccard','op':'==','value':0.5} | a: The CAT, the sat-dog | FAIL",
                "{'check':'similarity','to':'The cat sat','measure':'jaccard','op':'==','value':0.5} | the cat ran | PASS",
                "{'check':'similarity','to':'the cat sat','measure':'rouge','n':2,'op':'==','value':0.5} | the cat ran | PASS",
                "{'check':'similarity','to':'a a b','measure':'rouge','op':'==','value':0.8} | a b | PASS",
                "{'check':'similarity','to':'!','measure':'rouge','value':0} | ? | UNKNOWN",
            })
    void aTextIsJudged(String check, String answer, String outcome) {
        if (outcome.equals("REFUSED")) {
            assertThatThrownBy(() -> parse(check)).isInstanceOf(InputException.class);
            return;
        }
        Verdict verdict = judge(check, answer);
        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(Outcome.valueOf(outcome));
        assertThat(verdict.reason()).isNotBlank().doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "'unit':'chars' | a😀¶ | 3",
                "'unit':'words' | § a-b  c¶d § | 3",
                "'unit':'lines' | a¶¶b¶ | 3",
                "'unit':'paragraphs' | ¶a¶b¶ ¶¶c¶ | 2",
                "'unit':'paragraphs','separator':'--' | a--b¶¶c-- | 2",
                "'unit':'bullets' | - a¶* b¶  + c¶• d¶-e¶**f**¶- ¶1. g | 4",
                "'unit':'bullets' | ```¶- a¶```¶- b | 1",
                "'unit':'headings' | # a¶## b¶#c¶####### d¶    # e¶ # f | 3",
                "'unit':'sections' | # a¶b¶## c | 2",
                "'unit':'sections','marker':'Part' | Part 1¶Party 2¶Part3¶part 4 | 2",
                "'unit':'highlights' | *a* **b c** ***d*** _e_ * f * snake_case_x **g*  * | 4",
                "'unit':'highlights' | * a *b*¶*c¶d* | 1",
                "'unit':'placeholders' | [name], [a](b), [ ] [x] [] [two¶lines] [date] | 2",
                "'unit':'codeBlocks' | ```java¶a¶```¶~~~¶```¶~~~ | 2",
                "'unit':'links' | [a](b) see https://c.d/e, www.f.g or <http://h> not xhttp://i | 4",
                "'unit':'keyword','keyword':'aa' | aaaaa | 2",
                "'unit':'keyword','keyword':'Rain','ignoreCase':true | rain RAIN train | 3",
                "'unit':'keyword','keyword':'rain','wholeWord':true | rain train rain_x rain-coat | 2",
                "'unit':'letter','letter':'l' | Hello Lilly | 4",
                "'unit':'letter','letter':'L','ignoreCase':true | Hello Lilly | 5",
                "'unit':'letter','letter':'😀' | 😀 a 😀 | 2",
                "'unit':'capitalWords' | I said NASA's U.S. COVID-19 rules DON'T apply, AND/OR 'YES' *NO*! 3D x3 Abc 12 | 10",
                "'unit':'tokens' | hello world | 2",
                "'unit':'tokens','vocabulary':'cl100k_base' | hello world | 2",
                "'unit':'matches','patterns':['[0-9]+','x'] | 12 x 3x | 4",
                "§'unit':'matches','patterns':['<>|(<[^>]+>)']§ | <> <a> <b> | 2",
                "'unit':'words','per':'lines' | a b c¶d | 2",
                "'unit':'capitalWords','per':'words' | A b C d | 0.5",
            })
    void aCountIsExact(String unit, String answer, String count) {
        for (String op : new String[] {"==", "<=", ">="}) {
            Verdict verdict = judge("{'check':'count'," + unit + ",'op':'" + op + "','value':" + count + "}", answer);
            assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(Outcome.PASS);
        }
        for (String op : new String[] {"!=", "<", ">"}) {
            Verdict verdict = judge("{'check':'count'," + unit + ",'op':'" + op + "','value':" + count + "}", answer);
            assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(Outcome.FAIL);
        }
    }

    /** Of one to three sentences: what a comparison says of each number in the range, and of those around it. */
    @ParameterizedTest
    @CsvSource({
        "==, 0, FAIL",
        "==, 1, UNKNOWN",
        "==, 2, UNKNOWN",
        "==, 3, UNKNOWN",
        "==, 4, FAIL",
        "!=, 0, PASS",
        "!=, 2, UNKNOWN",
        "!=, 4, PASS",
        "<, 1, FAIL",
        "<, 2, UNKNOWN",
        "<, 3, UNKNOWN",
        "<, 4, PASS",
        ">=, 1, PASS",
        ">=, 2, UNKNOWN",
        ">=, 3, UNKNOWN",
        ">=, 4, FAIL"
    })
    void aRangeIsDecidedOnlyIfAllOfItSaysTheSame(String op, int value, Outcome outcome) {
        String answer = "We met at 5 p.m. Bob paid etc. That was it.";
        Verdict verdict = judge("{'check':'count','unit':'sentences','op':'" + op + "','value':" + value + "}", answer);
        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(outcome);
        assertThat(verdict.reason()).contains("1 to 3 sentences");
    }

    @Test
    void aRatioToNothingIsUndecided() {
        assertThat(judge("{'check':'count','unit':'words','per':'bullets','op':'>=','value':0}", "a b")
                        .outcome())
                .isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void anOpenBlockOfCodeMayCountOrNot() {
        assertThat(judge("{'check':'count','unit':'codeBlocks','op':'==','value':1}", "```¶a")
                        .outcome())
                .isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void aDashMayJoinCapitalWordsToOneOrNot() {
        assertThat(judge("{'check':'count','unit':'capitalWords','op':'==','value':2}", "STOP—NOW")
                        .outcome())
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(judge("{'check':'count','unit':'capitalWords','op':'<=','value':2}", "STOP—NOW")
                        .outcome())
                .isEqualTo(Outcome.PASS);
    }

    @Test
    void spansNameWhatWasFound() {
        Verdict verdict =
                judge("{'check':'count','unit':'keyword','keyword':'rain','op':'>=','value':2}", "rain, rain");
        assertThat(verdict.spans()).containsExactly(new Span("output", 0, 4), new Span("output", 6, 10));
        assertThat(judge("{'check':'case','is':'lower'}", "it Rains").spans())
                .containsExactly(new Span("output", 3, 4));
        assertThat(judge(
                                "{'check':'position','unit':'paragraph','n':2,'holds':{'check':'contains','all':['c']}}",
                                "a¶¶b c")
                        .spans())
                .containsExactly(new Span("output", 5, 6));
        assertThat(judge("{'check':'endsWith','any':['so']}", "and so ").spans())
                .containsExactly(new Span("output", 4, 6));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{'check':'equals'} | give one of both",
                "{'check':'equals','value':'a','valueFrom':'prompt'} | give one of both",
                "{'check':'startsWith'} | \"any\" is missing",
                "{'check':'case','is':'title'} | known: upper, lower, capitalized",
                "{'check':'charset','only':['Klingon']} | unknown characters",
                "{'check':'language','is':['klingon']} | unknown language",
                "{'check':'position','unit':'line','n':0,'holds':{'check':'equals','value':'a'}} | count from 1",
                "{'check':'position','unit':'line','n':1.5,'holds':{'check':'equals','value':'a'}} | is not a whole number",
                "{'check':'position','unit':'line','n':1,'separator':',','holds':{'check':'equals','value':'a'}} | does not go with unit line",
                "{'check':'position','unit':'part','n':1,'holds':{'check':'equals','value':'a'}} | \"separator\" is missing",
                "{'check':'separated','by':',','op':'in','value':1} | a count is a number",
                "{'check':'similarity','to':'a','value':1,'n':2} | does not go with measure levenshtein",
                "{'check':'similarity','to':'a','value':1,'measure':'rouge','n':0} | from 1 to 9",
                "{'check':'count','unit':'keyword','op':'==','value':1} | \"keyword\" is missing",
                "{'check':'count','unit':'words','keyword':'a','op':'==','value':1} | does not go with unit words",
                "{'check':'count','unit':'letter','letter':'ab','op':'==','value':1} | is not one character",
                "{'check':'count','unit':'matches','patterns':['('],'op':'==','value':1} | not a pattern of RE2",
                "{'check':'count','unit':'words','per':'items','op':'==','value':1} | is no ratio",
                "{'check':'count','unit':'items','per':'words','op':'==','value':1} | is no ratio",
                "{'check':'unique','separator':','} | does not go with values",
            })
    void aConditionThatMakesNoSenseIsRefused(String check, String reason) {
        assertThatThrownBy(() -> parse(check))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(reason.strip());
    }
}
