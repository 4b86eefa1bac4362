package io.kernelweave.compose;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.kernelweave.json.InputException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A flow with its contract: what it takes and gives, what it touches, and how its parts fit.
 *
 * @param flow as it was written
 * @param guarded the same with a guard wherever a fit is UNKNOWN: what {@link FlowExecutor} runs
 * @param inputSchema what it takes satisfies this; not all that satisfies it need be taken
 * @param outputSchema whatever it gives satisfies this
 * @param effects what it reads and writes
 * @param joints the fits, in the order of the text
 * @param refusals why it must not run, a line for each; empty if it may
 * @param takers what its kernels take
 */
public record Composed(
        @JsonProperty("flow") Flow flow,
        Flow guarded,
        JsonNode inputSchema,
        JsonNode outputSchema,
        Effects effects,
        List<Joint> joints,
        List<String> refusals,
        @JsonIgnore Takers takers) {

    /**
     * A place where a value goes from one part into another.
     *
     * @param from what gives it
     * @param to what takes it
     */
    public record Joint(String from, String to, Fit fit) {}

    public Composed {
        joints = List.copyOf(joints);
        refusals = List.copyOf(refusals);
    }

    /** May it run? */
    @JsonIgnore
    public boolean isAccepted() {
        return refusals.isEmpty();
    }

    /** Does all fit, with nothing left to be decided when it runs? */
    @JsonIgnore
    public boolean isProven() {
        return isAccepted() && joints.stream().allMatch(joint -> joint.fit() instanceof Fit.Proven);
    }

    /** @throws InputException naming the first of the refusals */
    public Composed orRefuse() {
        if (!isAccepted()) {
            throw InputException.at("flow " + flow, refusals.get(0), "change it, or adapt the value in between");
        }
        return this;
    }
}
