package io.kernelweave.verify;

import io.kernelweave.kernel.Kernel;

/** A small kernel that uses every family of checks. */
final class SampleKernel {
    static final String PROMPT = """
            pull the errors out of this log

            ```log
            2024-05-01 10:00:01 INFO checkout started
            2024-05-01 10:00:07 ERROR checkout got 502 from billing
            2024-05-01 10:00:09 FATAL checkout gave up after 3 tries
            ```
            """;

    static final String GOOD = """
            {"errors":[{"level":"ERROR","quote":"ERROR checkout got 502 from billing"},
            {"level":"FATAL","quote":"FATAL checkout gave up after 3 tries"}],"count":2}""";

    private static final String JSON = """
            {
             "kernel_id": "sample-errors", "name": "Errors", "task_family": "extract", "description": "Lists errors.",
             "examples": ["list the errors"],
             "input_schema": {"type":"object","required":["request","source"],
               "properties":{"source":{"type":"string","minLength":20}}},
             "output_schema": {"type":"object","additionalProperties":false,"required":["errors","count"],"properties":{
               "errors":{"type":"array","minItems":0,"maxItems":5,"items":{"type":"object","additionalProperties":false,
                 "required":["level","quote"],"properties":{"level":{"enum":["ERROR","FATAL"]},
                 "quote":{"type":"string","minLength":5,"maxLength":120}}}},
               "count":{"type":"integer","minimum":0,"maximum":20}}},
             "preconditions": [{"name":"has-errors","check":"regex","target":"input.source",
               "pattern":"(?m)\\\\b(ERROR|FATAL)\\\\b"}],
             "postconditions": [
               {"name":"all-listed","check":"compare","left":{"count":"items","of":"output.errors"},"op":"==",
                "right":{"matches":"(?m)\\\\b(ERROR|FATAL)\\\\b","of":"input.source"}},
               {"name":"count-agrees","check":"compare","left":"output.count","op":"==",
                "right":{"count":"items","of":"output.errors"}},
               {"name":"levels-agree","check":"compare","left":"output.errors[*].level","op":"sameSet",
                "right":{"find":"\\\\b(ERROR|FATAL)\\\\b","of":"input.source"}},
               {"name":"no-twins","check":"unique","target":"output.errors[*].quote","severity":"warn"},
               {"name":"polite","check":"text","says":"it reads well","severity":"info"}],
             "evidence_requirements": [
               {"name":"verbatim","check":"quoteInSource","target":"output.errors[*].quote"},
               {"name":"grounded","check":"numbersGrounded","target":"output.errors"}],
             "steps": [], "rollback": [], "capabilities": [], "source_trace_ids": [],
             "tests": [
               {"name":"good","prompt":%s,"output":%s,"expect":"PASS"},
               {"name":"invented","prompt":%s,"output":{"errors":[{"level":"ERROR","quote":"ERROR checkout is down"},
                 {"level":"FATAL","quote":"FATAL checkout gave up after 3 tries"}],"count":2},
                "expect":"FAIL","breaks":["verbatim"]}],
             "version": 1
            }""";

    static String json() {
        String prompt = io.kernelweave.json.Json.compact(PROMPT);
        return JSON.formatted(prompt, GOOD, prompt);
    }

    static Kernel kernel() {
        return Kernel.parse(json(), "sample");
    }

    private SampleKernel() {}
}
