package io.kernelweave.trace;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/**
 * A trace that another program recorded, with what that program said beside the events.
 *
 * <p>The two are kept apart on purpose. The trace is what was done, and all that a compiler may see; whoever recorded it may
 * also have written down the right answer, and that stays in the origin. The trace's own verdict is {@code UNKNOWN}: no gate of
 * ours has seen it.
 *
 * @param trace its id is made of the digest of its content and origin, so the same record has the same id
 */
public record ImportedTrace(Trace trace, Origin origin) {
    /**
     * Where it comes from.
     *
     * @param id what the source calls it; empty if it has no name
     * @param outcome {@code PASS}, {@code FAIL} or {@code UNKNOWN}: what the source says became of it
     * @param fields what else the source says of the whole: goal, reward, model, the right answer
     */
    public record Origin(TraceForm form, String id, String outcome, ObjectNode fields) {}

    /** Gives a trace without a name the one that its content has. */
    static ImportedTrace named(Trace trace, Origin origin) {
        ObjectNode content = Json.object();
        content.set("trace", trace.content());
        content.set("origin", Trace.digestible(Json.tree(origin)));
        String id = "t-" + Digest.of(content).substring(0, 16);
        return new ImportedTrace(
                new Trace(
                        id,
                        trace.prompt(),
                        trace.taskFamily(),
                        trace.kernelId(),
                        trace.startedAt(),
                        trace.durationNanos(),
                        trace.events(),
                        trace.output(),
                        trace.verdict()),
                origin);
    }

    /** Reads one back. */
    static ImportedTrace parse(String text, String where) {
        ImportedTrace read = Json.parse(text, ImportedTrace.class, where);
        if (read.trace == null || read.origin == null || read.origin.fields == null) {
            throw InputException.at(where, "is no imported trace", "trace import writes them");
        }
        ImportedTrace named = named(read.trace, read.origin);
        if (!named.trace.traceId().equals(read.trace.traceId())) {
            throw InputException.at(
                    where,
                    "says trace " + read.trace.traceId() + ", its content is " + named.trace.traceId(),
                    "undo the edit, or import it again");
        }
        return read;
    }

    byte[] line() {
        return (Json.compact(this) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
