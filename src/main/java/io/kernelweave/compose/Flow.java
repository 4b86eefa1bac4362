package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.verify.Checks;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What is done with a JSON value: an expression over kernels. It takes one value and gives one, or fails. Equal flows have
 * equal texts, and {@code parse(flow.toString())} is the flow again.
 *
 * <p>Source: the operators are those of Kleisli arrows over failure ({@code >>} composes, {@code else} is their choice), with
 * product, iteration and compensation as in sagas (Garcia-Molina and Salem, "Sagas", SIGMOD 1987).
 */
public sealed interface Flow {

    /** One kernel: its answer to the value. */
    record Call(String kernelId) implements Flow {
        public Call {
            Kernel.checkId(kernelId);
        }

        @Override
        public String toString() {
            return FlowParser.RESERVED.contains(kernelId) ? '"' + kernelId + '"' : kernelId;
        }
    }

    /** {@code first >> then}: what the first gives goes into the second. */
    record Seq(Flow first, Flow then) implements Flow {
        @Override
        public String toString() {
            return at(3, first) + " >> " + at(4, then);
        }
    }

    /**
     * {@code one & other}: each branch sees the same value, all at once; gives an object with one field for each.
     *
     * @param branches at least one, no two of one name
     */
    record Par(List<Branch> branches) implements Flow {
        public Par {
            branches = List.copyOf(branches);
            if (branches.isEmpty()) {
                throw InputException.at("par", "has no branch", "give at least one");
            }
            Set<String> names = new HashSet<>();
            for (Branch branch : branches) {
                if (!names.add(branch.name)) {
                    throw InputException.at(
                            "par",
                            "two branches are called \"" + branch.name + "\"",
                            "name them apart, as in x: a & y: a");
                }
            }
        }

        @Override
        public String toString() {
            boolean alone = branches.size() == 1;
            return branches.stream()
                    .map(branch -> !alone && branch.isNamedByItself()
                            ? at(3, branch.flow)
                            : branch.label() + at(3, branch.flow))
                    .collect(Collectors.joining(" & "));
        }
    }

    /** A branch and the field that its value stands in. */
    record Branch(String name, Flow flow) {
        private boolean isNamedByItself() {
            return flow instanceof Call call && call.kernelId.equals(name);
        }

        private String label() {
            boolean plain = Kernel.ID.matcher(name).matches() && !FlowParser.RESERVED.contains(name);
            return (plain ? name : Json.compact(name)) + ": ";
        }
    }

    /** {@code one | other}: the first whose conditions the value meets; decided before anything is done. */
    record Choice(Flow one, Flow other) implements Flow {
        @Override
        public String toString() {
            return at(1, one) + " | " + at(2, other);
        }
    }

    /** {@code one else other}: the other, if the one has failed and nothing of it is left. */
    record OrElse(Flow one, Flow other) implements Flow {
        @Override
        public String toString() {
            return at(0, one) + " else " + at(1, other);
        }
    }

    /** {@code forEach(each)}: of an array, what each element gives. */
    record ForEach(Flow each) implements Flow {
        @Override
        public String toString() {
            return "forEach(" + each + ")";
        }
    }

    /**
     * {@code retry(3, flow)}: again from a clean state if it has failed.
     *
     * @param times how often in all, 1 to 100
     */
    record Retry(int times, Flow flow) implements Flow {
        public Retry {
            if (times < 1 || times > 100) {
                throw InputException.at("retry", "it is tried " + times + " times", "use 1 to 100");
            }
        }

        @Override
        public String toString() {
            return "retry(" + times + ", " + flow + ")";
        }
    }

    /**
     * {@code guard({"check": …})}: the value itself if the check passes on it, which sees it as {@code input}; fails otherwise.
     * {@code guard(kernel)} asks whether the kernel takes it: its input schema and preconditions.
     *
     * @param condition a check, or a kernel's id
     */
    record Guard(JsonNode condition) implements Flow {
        public Guard {
            condition = Json.parseTrusted(Json.compact(condition));
            if (condition.isString()) {
                Kernel.checkId(condition.stringValue());
            } else if (condition instanceof ObjectNode check) {
                Checks.parse(check, "guard ");
            } else {
                throw InputException.at("guard", "is neither a check nor a kernel", "write guard({\"check\": …})");
            }
        }

        /** What a kernel takes. */
        static Guard of(String kernelId) {
            return new Guard(StringNode.valueOf(kernelId));
        }

        @Override
        public String toString() {
            return "guard("
                    + (condition.isString() ? new Call(condition.stringValue()).toString() : Json.compact(condition))
                    + ")";
        }
    }

    /** {@code adapt({"request": "…", "source": {"$at": "/log"}})}: another value made of this one. */
    record Adapt(Template template) implements Flow {
        /** Makes a request of a value, which is its source. */
        public static Adapt asking(String request) {
            ObjectNode prompt = PromptInput.of(request).toJson();
            prompt.putObject("source").put("$text", "{}");
            return new Adapt(new Template(prompt));
        }

        @Override
        public String toString() {
            return "adapt(" + template + ")";
        }
    }

    /** {@code id}: the value itself. */
    record Id() implements Flow {
        @Override
        public String toString() {
            return "id";
        }
    }

    /**
     * {@code fail}: never gives a value.
     *
     * @param reason in words; may be empty
     */
    record Fail(String reason) implements Flow {
        @Override
        public String toString() {
            return reason.isEmpty() ? "fail" : "fail(" + Json.compact(reason) + ")";
        }
    }

    /**
     * Reads the text form.
     *
     * @throws InputException naming the column of what cannot be read, and what would be right
     */
    static Flow parse(String text) {
        return new FlowParser(text).parse();
    }

    /** Kernels that answer one value together, in their order. */
    static Flow together(List<String> kernelIds) {
        return kernelIds.size() == 1
                ? new Call(kernelIds.get(0))
                : new Par(kernelIds.stream()
                        .map(id -> new Branch(id, new Call(id)))
                        .toList());
    }

    /** The kernels that it names, in the order of its text. */
    default Set<String> kernelIds() {
        Set<String> ids = new LinkedHashSet<>();
        collect(this, ids);
        return ids;
    }

    /** The kernels whose answers are what it gives, in the order of its text. */
    default Set<String> givers() {
        Set<String> givers = new LinkedHashSet<>();
        if (this instanceof Call call) {
            givers.add(call.kernelId);
        } else if (this instanceof Seq seq) {
            Set<String> last = seq.then.givers();
            givers.addAll(last.isEmpty() ? seq.first.givers() : last);
        } else {
            parts().forEach(part -> givers.addAll(part.givers()));
        }
        return givers;
    }

    private static void collect(Flow flow, Set<String> ids) {
        if (flow instanceof Call call) {
            ids.add(call.kernelId);
        } else if (flow instanceof Guard guard && guard.condition.isString()) {
            ids.add(guard.condition.stringValue());
        }
        flow.parts().forEach(part -> collect(part, ids));
    }

    /** What it is made of. */
    default List<Flow> parts() {
        if (this instanceof Seq seq) {
            return List.of(seq.first, seq.then);
        }
        if (this instanceof Par par) {
            return par.branches.stream().map(Branch::flow).toList();
        }
        if (this instanceof Choice choice) {
            return List.of(choice.one, choice.other);
        }
        if (this instanceof OrElse orElse) {
            return List.of(orElse.one, orElse.other);
        }
        if (this instanceof ForEach forEach) {
            return List.of(forEach.each);
        }
        return this instanceof Retry retry ? List.of(retry.flow) : List.of();
    }

    /** A part as the text of a place that takes what binds at least so tightly, in brackets where it does not. */
    private static String at(int tightness, Flow part) {
        int own = part instanceof OrElse
                ? 0
                : part instanceof Choice ? 1 : part instanceof Par ? 2 : part instanceof Seq ? 3 : 4;
        return own < tightness ? "(" + part + ")" : part.toString();
    }
}
