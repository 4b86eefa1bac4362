package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class ChecksTest {
    private static final String PROMPT = """
            Compare `alpha` and "beta gamma" for 3 teams, 1,200 users

            ```text
            2024-05-01T10:00:01Z alpha took 12ms (p99 40 ms), 1,200 users, 99.5%
            beta v1.4.2 failed at Order.java:42   with code 502
            window 10:00-10:30, 7 retries
            ```
            """;

    private static final String ANSWER = """
            {"name":"alpha","n":2,"code":"502","rows":[{"id":"a","ms":12,"old":10,"new":20},{"id":"b","ms":40,"old":4,"new":2}],
             "none":[],"blank":"","text":"It took 12 ms. Then e.g. nothing! And so on","null":null,"flag":true,"mixed":[1,"x"]}""";

    private static Check parse(String check) {
        return Checks.parse((ObjectNode) Json.parse(check.replace('\'', '"'), "test"), "kernel k /postconditions/0");
    }

    private static Verdict evaluate(String check) {
        return parse(check).evaluate(Subject.of(PROMPT, ANSWER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            maxCharsPerColumn = 2000,
            value = {
                // text
                "{'check':'contains','target':'output.text','all':['took','nothing']} | PASS",
                "{'check':'contains','target':'output.text','all':['took','something']} | FAIL",
                "{'check':'contains','target':'output.text','any':['x1','nothing']} | PASS",
                "{'check':'contains','target':'output.text','any':['x1','x2']} | FAIL",
                "{'check':'contains','target':'output.text','none':['x1']} | PASS",
                "{'check':'contains','target':'output.text','none':['took']} | FAIL",
                "{'check':'contains','target':'output.text','all':['TOOK']} | FAIL",
                "{'check':'contains','target':'output.text','all':['TOOK'],'ignoreCase':true} | PASS",
                "{'check':'contains','target':'output.text','all':['too'],'wholeWord':true} | FAIL",
                "{'check':'contains','target':'output.text','all':['took'],'wholeWord':true} | PASS",
                "{'check':'contains','target':'input.request','allFrom':'input.quoted'} | PASS",
                "{'check':'contains','target':'output.text','allFrom':'input.quoted'} | FAIL",
                "{'check':'contains','target':'output.text','allFrom':'output.missing'} | UNKNOWN",
                "{'check':'contains','target':'output.text','allFrom':'output.none[*]'} | UNKNOWN",
                "{'check':'contains','target':'output.text','allFrom':'output.none[*]','empty':'pass'} | PASS",
                "{'check':'contains','target':'output.text','allFrom':'output.blank'} | UNKNOWN",
                "{'check':'contains','target':'output.text','allFrom':'output.blank','wholeWord':true} | UNKNOWN",
                "{'check':'contains','target':'output.text','all':['took'],'allFrom':'output.none[*]'} | UNKNOWN",
                "{'check':'contains','all':['\\'name\\'']} | PASS",
                "{'check':'contains','all':['alpha']} | PASS",
                "{'check':'regex','target':'output.code','pattern':'^5\\\\d\\\\d$'} | PASS",
                "{'check':'regex','target':'output.text','pattern':'took','match':'full'} | FAIL",
                "{'check':'regex','target':'output.text','pattern':'took','negate':true} | FAIL",
                "{'check':'regex','target':'output.rows[*].id','pattern':'^[ab]$'} | PASS",
                "{'check':'regex','target':'output.rows[*].id','pattern':'^a$'} | FAIL",
                "{'check':'regex','target':'output.rows[*].nope','pattern':'^a$','negate':true} | UNKNOWN",
                "{'check':'regex','target':'output.none[*]','pattern':'a'} | UNKNOWN",
                "{'check':'regex','target':'output.none[*]','pattern':'a','empty':'pass'} | PASS",
                "{'check':'regex','target':'output.rows','pattern':'a'} | UNKNOWN",
                "{'check':'regex','target':'output.n','pattern':'^2$'} | PASS",
                "{'check':'text','says':'is kind'} | UNKNOWN",
                // count
                "{'check':'count','target':'output.rows','unit':'items','op':'==','value':2} | PASS",
                "{'check':'count','target':'output.rows','unit':'items','op':'<','value':'output.n'} | FAIL",
                "{'check':'count','target':'output.text','unit':'items','op':'>','value':0} | UNKNOWN",
                "{'check':'count','target':'output.text','unit':'words','op':'==','value':10} | PASS",
                "{'check':'count','target':'output.text','unit':'sentences','op':'==','value':3} | PASS",
                "{'check':'count','target':'output.text','unit':'chars','op':'<=','value':43} | PASS",
                "{'check':'count','target':'input.source','unit':'lines','op':'==','value':3} | PASS",
                "{'check':'count','target':'output.none','unit':'items','op':'==','value':0} | PASS",
                "{'check':'count','target':'output.text','unit':'words','op':'>','value':'output.name'} | UNKNOWN",
                // structured
                "{'check':'schema','target':'output.rows[*]','schema':{'required':['ms']}} | PASS",
                "{'check':'schema','target':'output.rows[*]','schema':{'required':['zip']}} | FAIL",
                "{'check':'schema','target':'output.zip','schema':{}} | UNKNOWN",
                "{'check':'compare','left':'output.n','op':'==','right':{'count':'items','of':'output.rows'}} | PASS",
                "{'check':'compare','left':'output.n','op':'==','right':{'matches':'[0-9]{4}','of':'input.source'}} | FAIL",
                "{'check':'compare','left':'output.code','op':'==','right':502} | PASS",
                "{'check':'compare','left':'output.code','op':'==','right':{'value':'502.0'}} | FAIL",
                "{'check':'compare','left':'output.name','op':'==','right':502} | UNKNOWN",
                "{'check':'compare','left':'output.name','op':'!=','right':502} | UNKNOWN",
                "{'check':'compare','left':'output.name','op':'<','right':502} | UNKNOWN",
                "{'check':'compare','left':'output.null','op':'==','right':{'value':null}} | PASS",
                "{'check':'compare','left':'output.name','op':'!=','right':{'value':null}} | PASS",
                "{'check':'compare','left':'output.missing','op':'!=','right':5} | UNKNOWN",
                "{'check':'compare','left':{'sum':['output.rows[*].ms']},'op':'==','right':52} | PASS",
                "{'check':'compare','left':{'max':['output.rows[*].ms',3]},'op':'==','right':40} | PASS",
                "{'check':'compare','left':{'min':['output.rows[*].ms',3]},'op':'==','right':3} | PASS",
                "{'check':'compare','left':{'difference':['output.code',2]},'op':'==','right':500} | PASS",
                "{'check':'compare','left':{'product':['output.rows[*].ms','output.n']},'op':'==','right':960} | PASS",
                "{'check':'compare','left':{'quotient':[1,3]},'op':'==','right':0.33,'tolerance':0.02} | PASS",
                "{'check':'compare','left':{'quotient':[1,3]},'op':'==','right':0.33} | FAIL",
                "{'check':'compare','left':{'quotient':[1,{'difference':['output.n',2]}]},'op':'>','right':0} | UNKNOWN",
                "{'check':'compare','left':{'quotient':['output.rows[*].new','output.rows[*].old']},'op':'==','right':{'value':[2,0.5]}} | PASS",
                "{'check':'compare','left':'output.rows[*].ms','op':'<=','right':40} | PASS",
                "{'check':'compare','left':'output.rows[*].ms','op':'<','right':40} | FAIL",
                "{'check':'compare','left':'output.rows[*].id','op':'==','right':{'value':['b','a']}} | FAIL",
                "{'check':'compare','left':'output.rows[*].id','op':'sameSet','right':{'value':['b','a','a']}} | PASS",
                "{'check':'compare','left':'output.rows[*].id','op':'subsetOf','right':{'value':['b']}} | FAIL",
                "{'check':'compare','left':'output.code','op':'in','right':{'find':'code (\\\\d+)','of':'input.source'}} | PASS",
                "{'check':'compare','left':'output.n','op':'in','right':{'find':'\\\\d{2,}','of':'input.source'}} | FAIL",
                "{'check':'compare','left':'output.rows[*].ms','op':'subsetOf','right':{'find':'\\\\d+','of':'input.source'}} | PASS",
                "{'check':'compare','left':{'lower':{'value':'ALPHA'}},'op':'==','right':'output.name'} | PASS",
                "{'check':'compare','left':'output.none[*].ms','op':'subsetOf','right':{'value':[1]}} | UNKNOWN",
                "{'check':'compare','left':'output.none[*].ms','op':'subsetOf','right':{'value':[1]},'empty':'pass'} | PASS",
                "{'check':'compare','left':'output.none[*].ms','op':'sameSet','right':{'value':[1]},'empty':'pass'} | FAIL",
                "{'check':'compare','left':{'max':['output.none[*].ms']},'op':'<','right':9,'empty':'pass'} | PASS",
                "{'check':'compare','left':{'max':[{'find':'zz','of':'prompt'}]},'op':'<','right':9,'empty':'pass'} | UNKNOWN",
                "{'check':'compare','left':'output.none','op':'<','right':9} | UNKNOWN",
                "{'check':'unique','target':'output.rows[*].id'} | PASS",
                "{'check':'unique','target':'output.mixed'} | PASS",
                "{'check':'unique','target':'input.quoted'} | PASS",
                "{'check':'unique','target':'output.name'} | UNKNOWN",
                "{'check':'unique','target':'output.none'} | UNKNOWN",
                "{'check':'sorted','target':'output.rows[*].ms'} | PASS",
                "{'check':'sorted','target':'output.rows[*].ms','order':'desc'} | FAIL",
                "{'check':'sorted','target':'output.mixed'} | UNKNOWN",
                // evidence
                "{'check':'quoteInSource','target':'output.code'} | PASS",
                "{'check':'quoteInSource','target':'output.rows[*].id'} | PASS",
                "{'check':'quoteInSource','target':'output.text'} | FAIL",
                "{'check':'quoteInSource','target':'output.none[*]'} | UNKNOWN",
                "{'check':'quoteInSource','target':'output.rows'} | UNKNOWN",
                "{'check':'quoteInSource','target':'output.code','source':'input.language'} | FAIL",
                "{'check':'quoteInSource','target':'output.code','source':'input.blocks[*]'} | PASS",
                "{'check':'quoteInSource','target':'output.code','source':'output.zip'} | UNKNOWN",
                "{'check':'numbersGrounded','target':'output.rows[*].ms'} | PASS",
                "{'check':'numbersGrounded','target':'output.text'} | PASS",
                "{'check':'numbersGrounded','target':'output.rows'} | FAIL",
                "{'check':'numbersGrounded','target':'output.rows','allow':[10,20,4,2]} | PASS",
                "{'check':'numbersGrounded','target':'output.n','sources':['output.zip']} | UNKNOWN",
                "{'check':'numbersGrounded','target':'output.zip'} | UNKNOWN",
                // connectives
                "{'check':'all','of':[]} | UNKNOWN",
                "{'check':'any','of':[]} | UNKNOWN",
                "{'check':'not','of':{'check':'text','says':'x'}} | UNKNOWN",
                "{'check':'not','of':{'check':'contains','target':'output.zip','all':['x']}} | UNKNOWN",
                "{'check':'implies','if':{'check':'contains','all':['zzz']},'then':{'check':'text','says':'x'}} | PASS",
                "{'check':'implies','if':{'check':'contains','all':['alpha']},'then':{'check':'text','says':'x'}} | UNKNOWN",
                "{'check':'implies','if':{'check':'text','says':'x'},'then':{'check':'contains','all':['alpha']}} | PASS",
                "{'check':'atLeast','n':1,'of':[{'check':'contains','all':['alpha']},{'check':'text','says':'x'}]} | PASS",
                "{'check':'atLeast','n':2,'of':[{'check':'contains','all':['alpha']},{'check':'text','says':'x'}]} | UNKNOWN",
                "{'check':'atLeast','n':2,'of':[{'check':'contains','all':['zzz']},{'check':'text','says':'x'}]} | FAIL",
            })
    void aCheckSaysWhatTheLanguageSays(String check, Outcome expected) {
        Verdict verdict = evaluate(check);
        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(expected);
        assertThat(verdict.reason()).isNotBlank().doesNotContain("\n");
        assertThat(verdict.check())
                .isEqualTo(Json.parse(check.replace('\'', '"'), "test")
                        .get("check")
                        .stringValue());
        assertThat(verdict.version()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            maxCharsPerColumn = 2000,
            value = {
                "{'check':'contain','all':['x']} | /postconditions/0/check | contains",
                "{'check':'contains','al':['x']} | /postconditions/0 | give all, any, none or allFrom",
                "{'check':'contains','all':['x'],'ignorecase':true} | /postconditions/0/ignorecase | ignoreCase",
                "{'check':'contains','all':[]} | /all | at least one string",
                "{'check':'contains','all':'x'} | /all | array",
                "{'check':'regex','pattern':'(?<=a)b'} | /pattern | look-around",
                "{'check':'regex','pattern':'(a)\\\\1'} | /pattern | back-references",
                "{'check':'regex','pattern':'a','match':'all'} | /match | find, full",
                "{'check':'regex','pattern':'a','target':'outputs.x'} | /target | paths start with",
                "{'check':'regex','pattern':'a','target':'output..x'} | /target | not a path",
                "{'check':'regex','pattern':'a','target':'output[x]'} | /target | not a path",
                "{'check':'regex','pattern':'a','target':'prompt.x'} | /target | no parts",
                "{'check':'regex','pattern':'a','empty':'fail'} | /empty | pass",
                "{'check':'count','unit':'bytes','op':'==','value':1} | /unit | chars",
                "{'check':'count','unit':'chars','op':'in','value':1} | /op | a count is a number",
                "{'check':'count','unit':'chars','op':'=='} | /postconditions/0 | value",
                "{'check':'schema','schema':{'type':'strin'}} | /schema/type | not a schema",
                "{'check':'compare','left':'x','op':'==','right':1} | /left | {\"value\"",
                "{'check':'compare','left':1,'op':'=','right':1} | /op | known: ==",
                "{'check':'compare','left':{'total':['output.x']},'op':'==','right':1} | /left | known: value, count",
                "{'check':'compare','left':{'sum':['output.x','y']},'op':'==','right':1} | /left/sum/1 | paths start with",
                "{'check':'compare','left':{'matches':'(','of':'prompt'},'op':'==','right':1} | /left/matches | RE2",
                "{'check':'compare','left':{'matches':'a'},'op':'==','right':1} | /left | of",
                "{'check':'compare','left':{'quotient':[1]},'op':'==','right':1} | /left/quotient | two operands",
                "{'check':'compare','left':['a'],'op':'==','right':1} | /left | {\"value\"",
                "{'check':'compare','left':1,'op':'<','right':1,'tolerance':0.1} | /tolerance | with ==",
                "{'check':'quoteInSource','normalize':'none'} | /normalize | exact, whitespace, ignoreCase",
                "{'check':'numbersGrounded','allow':[true]} | /allow | numbers",
                "{'check':'text'} | /postconditions/0 | says",
                "{'check':'all','of':[{'check':'contains','all':['x']},{'check':'nope'}]} | /postconditions/0/of/1/check | known:",
                "{'check':'not','of':[{'check':'contains','all':['x']}]} | /of | an object",
                "{'check':'implies','if':{'check':'regex','pattern':'['},'then':{'check':'text','says':'x'}} | /if/pattern | RE2",
                "{'check':'atLeast','n':3,'of':[{'check':'text','says':'x'}]} | /n | 1 to 1",
            })
    void whatTheLanguageDoesNotKnowIsRefusedWithItsPointer(String check, String pointer, String remedy) {
        assertThatThrownBy(() -> parse(check))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("kernel k /postconditions/0")
                .hasMessageContaining(pointer)
                .hasMessageContaining(remedy);
    }

    @Test
    void structuredChecksOfAnAnswerThatIsNotJsonAreUnknown() {
        for (String check : new String[] {
            "{'check':'compare','left':'output.n','op':'!=','right':1}",
            "{'check':'unique','target':'output.rows','empty':'pass'}",
            "{'check':'schema','schema':{}}",
            "{'check':'quoteInSource','target':'output.code'}",
            "{'check':'not','of':{'check':'regex','target':'output.n','pattern':'x'}}"
        }) {
            Verdict verdict = parse(check).evaluate(Subject.of(PROMPT, "{\"n\": 2"));
            assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(verdict.reason()).contains("not JSON");
        }
        assertThat(parse("{'check':'contains','all':['n']}")
                        .evaluate(Subject.of(PROMPT, "{\"n\": 2"))
                        .outcome())
                .isEqualTo(Outcome.PASS);
    }

    @Test
    void aFoundQuoteIsShownWhereItStandsInTheSource() {
        Subject subject = Subject.of(PROMPT, "{\"q\":\"order.java:42 WITH code\"}");
        Verdict verdict = parse("{'check':'quoteInSource','target':'output.q','normalize':'ignoreCase'}")
                .evaluate(subject);
        assertThat(verdict.outcome()).isEqualTo(Outcome.PASS);
        Span span = verdict.spans().get(0);
        assertThat(span.field()).isEqualTo("input.source");
        assertThat(String.valueOf(subject.input().source()).substring(span.start(), span.end()))
                .isEqualTo("Order.java:42   with code");
        assertThat(parse("{'check':'quoteInSource','target':'output.q'}")
                        .evaluate(subject)
                        .reason())
                .contains("“order.java:42 WITH code”", "does not occur in input.source");
    }

    @Test
    void aTextCheckOfTheAnswerGivesOffsetsIntoIt() {
        Verdict verdict = parse("{'check':'regex','pattern':'[0-9]+ ms'}").evaluate(Subject.of("p", "so 12 ms"));
        assertThat(verdict.spans()).containsExactly(new Span("output", 3, 8));
    }

    @Test
    void aBlankQuoteQuotesNothing() {
        Check check = parse("{'check':'quoteInSource','target':'output.q'}");
        assertThat(check.evaluate(Subject.of(PROMPT, "{\"q\":\" \"}")).outcome())
                .isEqualTo(Outcome.FAIL);
        assertThat(check.evaluate(Subject.of(PROMPT, "{\"q\":\"\"}")).outcome()).isEqualTo(Outcome.FAIL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1200",
                "1,200.0",
                "12",
                "12 s",
                "99.5 %",
                "p99",
                "40",
                "v1.4.2",
                "1.4.2",
                "2024-05-01",
                "10:00:01",
                "2024-05-01T10:00:01Z",
                "on 2024-05-01 at 10:00",
                "10:30",
                "10:00-10:30",
                "line 42",
                "3",
                "-7",
                "12-40",
                "0502",
                "no number",
                "BETA V1.4.2"
            })
    void groundedNumbers(String text) {
        assertThat(grounded(text).outcome()).as(text).isEqualTo(Outcome.PASS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1201",
                "120",
                "1.4.3",
                "1.4",
                "4.2",
                "v2",
                "2024-05-02",
                "2024-05-01T10:00:02Z",
                "10:31",
                "line 43",
                "p95",
                "12-41",
                "99.51",
                "٣",
                "sha256",
                "5.0.2"
            })
    void ungroundedNumbers(String text) {
        Verdict verdict = grounded(text);
        assertThat(verdict.outcome()).as(text).isEqualTo(Outcome.FAIL);
        assertThat(verdict.spans()).hasSize(1);
    }

    private static Verdict grounded(String text) {
        return parse("{'check':'numbersGrounded','target':'output.t'}")
                .evaluate(Subject.of(PROMPT, Json.compact(Json.object().put("t", text))));
    }

    @Test
    void datesInACsvRowAreGrounded() {
        Check check = parse("{'check':'numbersGrounded','target':'output.t'}");
        String prompt = "read it\n\nid,day,ms\n42,2024-05-01,7.5\n43,2024-05-02,1.25";
        assertThat(check.evaluate(Subject.of(prompt, "{\"t\":\"42 on 2024-05-01: 7.5, 43 on 2024-05-02: 1.25\"}"))
                        .outcome())
                .isEqualTo(Outcome.PASS);
        assertThat(check.evaluate(Subject.of(prompt, "{\"t\":\"2024-05-03\"}")).outcome())
                .isEqualTo(Outcome.FAIL);
    }

    @Test
    void sentencesAreNotCountedAtAbbreviationsOrDecimals() throws Undecided {
        assertThat(Measure.SENTENCES.of("See e.g. the log. It took 1.5 s! \"Done.\" (Really?) Yes"))
                .isEqualTo(5);
        assertThat(Measure.SENTENCES.of("")).isZero();
        assertThat(Measure.LINES.of("a\n\nb\n")).isEqualTo(3);
        assertThat(Measure.WORDS.of("  a  b\tc\n")).isEqualTo(3);
        assertThat(Measure.CHARS.of("a😀")).isEqualTo(2);
    }
}
