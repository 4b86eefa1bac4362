package io.kernelweave.kernel;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kernelweave.trace.Trace;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One of a kernel's own tests: an answer to a prompt, and what the contract must say of it.
 *
 * @param expect {@code PASS} or {@code FAIL}
 * @param breaks where FAIL is expected: exactly the error conditions that must not pass
 * @param trace how the answer was made, for conditions that look at that; null where none does
 */
public record KernelTest(
        String name,
        String prompt,
        JsonNode output,
        Expectation expect,
        List<String> breaks,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Trace trace) {
    /** The verdict that a test expects. */
    public enum Expectation {
        PASS,
        FAIL
    }

    public KernelTest(
            String name,
            String prompt,
            JsonNode output,
            Expectation expect,
            @Nullable List<String> breaks,
            @Nullable Trace trace) {
        this.name = name;
        this.prompt = prompt;
        this.output = output;
        this.expect = expect;
        this.breaks = breaks == null ? List.of() : List.copyOf(breaks);
        this.trace = trace;
    }
}
