package io.kernelweave.compile;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Subject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * An example as the compiler works with it: its trace without times, under a name that follows from its content alone, with what
 * the prompt says and what came out as the JSON object that the kernel would answer with.
 *
 * @param output null if nothing came out
 */
record Sample(
        Example example,
        String digest,
        PromptInput input,
        @Nullable ObjectNode output) {
    /** In code points; a prompt that says less asks for nothing. */
    static final int SHORTEST_REQUEST = 3;

    static Sample of(Example example) {
        Trace trace = example.trace();
        String digest = trace.digest();
        ObjectNode output = trace.output() == null || trace.output().isBlank() ? null : output(trace.output());
        Trace bare = new Trace(
                "t-" + digest.substring(0, 16),
                trace.prompt(),
                trace.taskFamily(),
                trace.kernelId(),
                Instant.EPOCH,
                0,
                trace.events().stream().map(Sample::timeless).toList(),
                output == null ? null : Json.compact(output),
                trace.verdict());
        return new Sample(
                new Example(bare, example.outcome(), example.task()), digest, PromptInput.of(trace.prompt()), output);
    }

    private static TraceEvent timeless(TraceEvent event) {
        return new TraceEvent(event.sequence(), event.kind(), event.name(), 0, event.data(), event.parent(), null);
    }

    Trace trace() {
        return example.trace();
    }

    /** The answer's text, as the kernel would give it. */
    String answer() {
        return output == null ? "null" : Json.compact(output);
    }

    /** As conditions see it. */
    Subject subject() {
        return Subject.of(trace().prompt(), answer()).with(trace());
    }

    /** Does the prompt ask for anything? */
    boolean asks() {
        return input.request().codePointCount(0, input.request().length()) >= SHORTEST_REQUEST;
    }

    /** Was anything done beside answering? */
    boolean usesTools() {
        return trace().events().stream().anyMatch(event -> event.kind() == TraceEvent.Kind.TOOL_CALL);
    }

    /** An object as it is; anything else becomes {@code {"answer": …}}. */
    private static ObjectNode output(String text) {
        try {
            if (Json.parse(text, "output") instanceof ObjectNode object) {
                return object;
            }
        } catch (InputException e) {
            // not JSON: it is text
        }
        return Json.object().put("answer", text.strip());
    }
}
