package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which flows take which values, found out without asking a kernel for anything. */
final class Takers {
    private final Map<String, Kernel> kernels;
    private final Map<String, Signature> signatures = new ConcurrentHashMap<>();

    /** @param kernels those that flows may name; read when one first does */
    Takers(Map<String, Kernel> kernels) {
        this.kernels = kernels;
    }

    /**
     * What can be said of a flow on a value before it runs.
     *
     * @param refusal why it does not take the value; null if it does
     * @param value what it gives; null if only running it tells
     */
    record Glance(@Nullable String refusal, @Nullable JsonNode value) {
        static Glance refused(String reason) {
            return new Glance(reason, null);
        }

        boolean taken() {
            return refusal == null;
        }
    }

    /** @throws InputException if there is no such kernel */
    Signature signature(String kernelId) {
        Signature signature = signatures.get(kernelId);
        if (signature != null) {
            return signature;
        }
        Kernel kernel = kernels.get(kernelId);
        if (kernel == null) {
            throw InputException.at(
                    "flow", "there is no kernel \"" + kernelId + "\"", "`kernel list` shows those there are");
        }
        return signatures.computeIfAbsent(kernelId, id -> new Signature(kernel));
    }

    /** What a guard demands. */
    Demand demand(Flow.Guard guard) {
        return guard.condition() instanceof ObjectNode check
                ? new Demand("guard", Shape.ANY.schema(), List.of(Condition.of(check)))
                : signature(guard.condition().stringValue()).demand();
    }

    Glance glance(Flow flow, JsonNode value) {
        if (flow instanceof Flow.Call call) {
            return new Glance(signature(call.kernelId()).demand().refusal(value), null);
        }
        if (flow instanceof Flow.Guard guard) {
            return new Glance(demand(guard).refusal(value), value);
        }
        if (flow instanceof Flow.Adapt adapt) {
            try {
                return new Glance(null, adapt.template().fill(value));
            } catch (Template.MissingException e) {
                return Glance.refused(String.valueOf(e.getMessage()));
            }
        }
        if (flow instanceof Flow.Fail fail) {
            return Glance.refused(fail.reason().isEmpty() ? "it always fails" : fail.reason());
        }
        if (flow instanceof Flow.Seq seq) {
            Glance first = glance(seq.first(), value);
            return first.taken() && first.value != null ? glance(seq.then(), first.value) : first;
        }
        if (flow instanceof Flow.Choice choice) {
            return either(choice.one(), choice.other(), value);
        }
        if (flow instanceof Flow.OrElse orElse) {
            return either(orElse.one(), orElse.other(), value);
        }
        if (flow instanceof Flow.Par par) {
            ObjectNode joined = Json.object();
            boolean known = true;
            for (Flow.Branch branch : par.branches()) {
                Glance glance = glance(branch.flow(), value);
                if (!glance.taken()) {
                    return Glance.refused(branch.name() + ": " + glance.refusal);
                }
                known &= glance.value != null;
                joined.set(branch.name(), glance.value);
            }
            return new Glance(null, known ? joined : null);
        }
        if (flow instanceof Flow.ForEach forEach) {
            if (!(value instanceof ArrayNode array)) {
                return Glance.refused("it is no array");
            }
            ArrayNode each = Json.mapper().createArrayNode();
            boolean known = true;
            for (int i = 0; i < array.size(); i++) {
                Glance glance = glance(forEach.each(), array.get(i));
                if (!glance.taken()) {
                    return Glance.refused("element " + i + ": " + glance.refusal);
                }
                known &= glance.value != null;
                each.add(glance.value);
            }
            return new Glance(null, known ? each : null);
        }
        return flow instanceof Flow.Retry retry ? glance(retry.flow(), value) : new Glance(null, value);
    }

    private Glance either(Flow one, Flow other, JsonNode value) {
        Glance first = glance(one, value);
        if (first.taken()) {
            return first;
        }
        Glance second = glance(other, value);
        return second.taken() ? second : Glance.refused(first.refusal + "; and " + second.refusal);
    }

    /** Does it ask no kernel for anything? */
    static boolean isPure(Flow flow) {
        return !(flow instanceof Flow.Call) && flow.parts().stream().allMatch(Takers::isPure);
    }
}
