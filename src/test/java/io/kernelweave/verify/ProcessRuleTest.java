package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceRecorder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class ProcessRuleTest {
    private static final String PROMPT = "Cancel order A-17 for Jane Roe";

    /** Two look-ups that overlap and are answered the other way round, one approval, two cancellations; the second fails. */
    private static Trace trace() {
        TraceRecorder recorder = new TraceRecorder("seed", PROMPT);
        record(recorder, "state", true, "{\"orders\":{\"A-17\":{\"status\":\"open\"}},\"seen\":1}");
        record(recorder, "find", false, "{\"call\":\"1\",\"arguments\":{\"id\":\"A-17\"}}");
        record(recorder, "find", false, "{\"call\":\"2\",\"arguments\":{\"id\":\"A-18\"}}");
        record(recorder, "find", true, "{\"call\":\"2\",\"error\":\"no such order\"}");
        record(
                recorder,
                "find",
                true,
                "{\"call\":\"1\",\"result\":{\"id\":\"A-17\",\"price\":40.5,\"buyer\":\"jane  roe\"}}");
        record(recorder, "approve", false, "{\"arguments\":{\"id\":\"A-17\"}}");
        record(recorder, "approve", true, "{\"result\":true}");
        record(recorder, "cancel", false, "{\"arguments\":{\"id\":\"A-17\",\"price\":40.50,\"name\":\"Jane Roe\"}}");
        record(recorder, "cancel", true, "{\"result\":\"done\"}");
        record(recorder, "cancel", false, "{\"arguments\":{\"id\":\"A-17\",\"price\":41}}");
        record(recorder, "cancel", true, "{\"error\":\"already cancelled\"}");
        record(recorder, "state", true, "{\"orders\":{},\"seen\":2}");
        return recorder.finish(null, null, "{}", "UNKNOWN");
    }

    private static void record(TraceRecorder recorder, String name, boolean observed, String data) {
        recorder.record(observed ? TraceEvent.Kind.OBSERVATION : TraceEvent.Kind.TOOL_CALL, name, (ObjectNode)
                Json.parse(data, "test"));
    }

    private static Verdict evaluate(String check) {
        return Checks.parse((ObjectNode) Json.parse(check.replace('\'', '"'), "test"), "test")
                .evaluate(Subject.of(PROMPT, "{\"price\":40.5}").with(trace()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "{'check':'toolCalls','tool':'cancel','op':'==','value':2} | PASS",
                "{'check':'toolCalls','tool':['cancel','find'],'op':'==','value':4} | PASS",
                "{'check':'toolCalls','tool':'cancel','with':{'properties':{'price':{'const':41}}},'op':'==','value':1} | PASS",
                "{'check':'toolCalls','tool':'cancel','op':'>','value':'output.price'} | FAIL",
                "{'check':'toolCalls','tool':'cancel','value':'output.nothing'} | UNKNOWN",
                // an answer that came before, and was no error
                "{'check':'toolOrder','first':'find','then':'approve'} | PASS",
                "{'check':'toolOrder','first':'approve','then':'cancel'} | PASS",
                "{'check':'toolOrder','first':'cancel','then':'approve'} | FAIL",
                "{'check':'toolOrder','first':'refund','then':'refund','empty':'pass'} | PASS",
                "{'check':'toolSequence','of':['find','cancel','cancel']} | PASS",
                "{'check':'toolSequence','of':['find','cancel','cancel','cancel']} | FAIL",
                "{'check':'toolSequence','of':['approve','cancel'],'match':'together'} | PASS",
                "{'check':'toolSequence','of':['find','find','approve','cancel','cancel'],'match':'exactly'} | PASS",
                "{'check':'toolSequence','of':['find','approve','cancel'],'match':'exactly'} | FAIL",
                "{'check':'toolArguments','tool':'cancel','schema':{'required':['id']}} | PASS",
                "{'check':'toolArguments','tool':'cancel','schema':{'required':['name']}} | FAIL",
                // A-18 is said nowhere; 40.50 is 40.5 of an observation; 41 is nothing's
                "{'check':'argumentsGrounded','tool':'approve'} | PASS",
                "{'check':'argumentsGrounded','tool':'find'} | FAIL",
                "{'check':'argumentsGrounded','tool':'find','allow':['A-18']} | PASS",
                "{'check':'argumentsGrounded','tool':'cancel','fields':['id','name']} | PASS",
                "{'check':'argumentsGrounded','tool':'cancel'} | FAIL",
                "{'check':'argumentsGrounded','tool':'cancel','allow':['41']} | PASS",
                // one approval is for one call
                "{'check':'confirmedBeforeWrite','tool':'cancel','by':'approve','approval':{'const':true}} | FAIL",
                "{'check':'confirmedBeforeWrite','tool':'approve','by':'find','approval':{'required':['id']},'same':['id']} | PASS",
                "{'check':'confirmedBeforeWrite','tool':'approve','by':'find','approval':{'required':['id']},'same':['price']} | FAIL",
                "{'check':'confirmedBeforeWrite','tool':'approve','by':'find','approval':{'required':['zip']}} | FAIL",
                "{'check':'noErrors'} | FAIL",
                "{'check':'noErrors','tool':'approve'} | PASS",
                "{'check':'noErrors','tool':'find','recovered':true} | FAIL",
                "{'check':'stateEffect','changes':{'/seen':2},'removed':['/orders/A-17']} | PASS",
                "{'check':'stateEffect','changes':{},'removed':['/orders/A-17'],'ignore':['/seen']} | PASS",
                "{'check':'stateEffect','changes':{},'removed':['/orders/A-17']} | FAIL",
                "{'check':'stateEffect','changes':{'/seen':2}} | FAIL",
                "{'check':'stateEffect','changes':{'/seen':3},'removed':['/orders/A-17']} | FAIL",
                "{'check':'budget','steps':5} | PASS",
                "{'check':'budget','steps':4} | FAIL",
                "{'check':'budget','steps':4,'tokens':10} | FAIL",
                // the trace as a source of evidence
                "{'check':'numbersGrounded','target':'output.price','sources':['trace.calls[*].result']} | PASS",
                "{'check':'numbersGrounded','target':'output.price','sources':['trace.calls[0].result']} | PASS",
                "{'check':'compare','left':'output.price','op':'==','right':'trace.calls[0].result.price'} | PASS",
                "{'check':'compare','left':'trace.calls[1].error','op':'==','right':{'value':'no such order'}} | PASS",
            })
    void judgesATrace(String check, Outcome outcome) {
        Verdict verdict = evaluate(check);
        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(outcome);
    }

    @Test
    void aContractJudgesTheTraceThatItIsGivenAndNothingWithoutOne() {
        Contract contract = Contract.of(Kernel.parse("""
                {"kernel_id":"k","name":"K","task_family":"f","description":"d","input_schema":{},"output_schema":{},
                 "postconditions":[{"check":"toolCalls","tool":"find"}]}""", "kernel"));
        Subject subject = Subject.of(PROMPT, "{}");
        assertThat(contract.postconditions(subject).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(contract.postconditions(subject.with(trace())).outcome()).isEqualTo(Outcome.PASS);
        Judgement joined = Contract.postconditions(
                List.of(contract), Subject.of(PROMPT, "{\"k\":{}}").with(trace()));
        assertThat(joined.outcome()).isEqualTo(Outcome.PASS);
    }
}
