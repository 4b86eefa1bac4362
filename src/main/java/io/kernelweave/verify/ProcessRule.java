package io.kernelweave.verify;

import io.kernelweave.json.Json;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.trace.TraceEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks of how an answer was made, by its trace; without a trace, or of one without events, all are undecided. */
sealed interface ProcessRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("toolCalls", ToolCalls::read),
            Type.of("toolOrder", ToolOrder::read),
            Type.of("toolSequence", ToolSequence::read),
            Type.of("toolArguments", ToolArguments::read),
            Type.of("argumentsGrounded", ArgumentsGrounded::read),
            Type.of("confirmedBeforeWrite", ConfirmedBeforeWrite::read),
            Type.of("noErrors", NoErrors::read),
            Type.of("stateEffect", StateEffect::read),
            Type.of("budget", Budget::read));

    private static @Nullable SchemaValidator schema(Arguments arguments, String name) {
        JsonNode schema = arguments.get(name);
        return schema == null ? null : SchemaValidator.compile(schema, arguments.pointer(name));
    }

    private static boolean satisfies(@Nullable SchemaValidator schema, JsonNode value) throws Undecided {
        return schema == null
                || StructuredRule.Schema.validate(schema, value, "it").outcome() == Outcome.PASS;
    }

    /** That each of the calls is as it must be; no calls at all are undecided unless that is said to pass. */
    private static Finding each(List<CallLog.Call> calls, List<String> tools, boolean emptyPasses, EachCall demand)
            throws Undecided {
        if (calls.isEmpty()) {
            String none = tools.isEmpty() ? "no tool was called" : String.join(" or ", tools) + " was not called";
            if (emptyPasses) {
                return Finding.pass(none + ", which is allowed");
            }
            throw new Undecided(none);
        }
        List<Finding> findings = new ArrayList<>();
        for (CallLog.Call call : calls) {
            try {
                findings.add(demand.apply(call));
            } catch (Undecided e) {
                findings.add(Finding.unknown(e.reason()));
            }
        }
        return Finding.all(findings);
    }

    /** What is demanded of one call. */
    @FunctionalInterface
    interface EachCall {
        Finding apply(CallLog.Call call) throws Undecided;
    }

    /** How often a tool was called, with arguments of some kind. */
    record ToolCalls(List<String> tools, @Nullable SchemaValidator with, Operator op, Expression value)
            implements ProcessRule {
        static Rule read(Arguments arguments) {
            JsonNode value = arguments.get("value");
            ToolCalls rule = new ToolCalls(
                    arguments.requiredOneOrMore("tool"),
                    schema(arguments, "with"),
                    arguments.choice("op", Operator.class, Operator.AT_LEAST),
                    value == null ? new Expression.Literal(IntNode.valueOf(1)) : arguments.expression("value"));
            if (rule.op.isOfSets()) {
                throw arguments.refusal("op", "a count is a number", "use ==, !=, <, <=, > or >=");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<CallLog.Call> calls = new ArrayList<>();
            for (CallLog.Call call : subject.calls().of(tools)) {
                if (satisfies(with, call.arguments())) {
                    calls.add(call);
                }
            }
            BigDecimal wanted = Values.number(value.value(subject, false), value);
            return Finding.of(
                    op.holds(BigDecimal.valueOf(calls.size()).compareTo(wanted)),
                    String.join(" or ", tools) + " was called " + calls.size() + " times"
                            + (with == null ? "" : " with such arguments") + ", wanted " + op + " "
                            + wanted.toPlainString());
        }
    }

    /** Every call of one tool comes after another's answer. */
    record ToolOrder(List<String> first, List<String> then, boolean emptyPasses) implements ProcessRule {
        static Rule read(Arguments arguments) {
            return new ToolOrder(
                    arguments.requiredOneOrMore("first"), arguments.requiredOneOrMore("then"), arguments.emptyPasses());
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<CallLog.Call> before = subject.calls().of(first);
            return each(subject.calls().of(then), then, emptyPasses, call -> {
                for (CallLog.Call each : before) {
                    if (each.answeredAt() < call.at() && each.error() == null) {
                        return Finding.pass(call.shown() + " comes after " + each.shown());
                    }
                }
                return Finding.fail(call.shown() + " comes before any answer of " + String.join(" or ", first));
            });
        }
    }

    /** Tools were called in this order. */
    record ToolSequence(List<String> of, Match match) implements ProcessRule {
        enum Match {
            /** Others may stand in between. */
            IN_ORDER("inOrder"),
            /** One after the other. */
            TOGETHER("together"),
            /** And nothing else. */
            EXACTLY("exactly");

            private final String label;

            Match(String label) {
                this.label = label;
            }

            @Override
            public String toString() {
                return label;
            }
        }

        static Rule read(Arguments arguments) {
            arguments.require("of");
            return new ToolSequence(arguments.strings("of"), arguments.choice("match", Match.class, Match.IN_ORDER));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<String> called =
                    subject.calls().all().stream().map(CallLog.Call::tool).toList();
            boolean holds = switch (match) {
                case EXACTLY -> called.equals(of);
                case TOGETHER -> Collections.indexOfSubList(called, of) >= 0;
                case IN_ORDER -> {
                    int met = 0;
                    for (String tool : called) {
                        met += met < of.size() && tool.equals(of.get(met)) ? 1 : 0;
                    }
                    yield met == of.size();
                }
            };
            return Finding.of(
                    holds,
                    "the tools called were " + Finding.quote(String.join(", ", called)) + ", wanted "
                            + String.join(", ", of) + " (" + match + ")");
        }
    }

    /** The arguments of each call of a tool satisfy a schema. */
    record ToolArguments(List<String> tools, SchemaValidator schema, boolean emptyPasses) implements ProcessRule {
        static Rule read(Arguments arguments) {
            return new ToolArguments(
                    arguments.requiredOneOrMore("tool"),
                    SchemaValidator.compile(arguments.require("schema"), arguments.pointer("schema")),
                    arguments.emptyPasses());
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return each(
                    subject.calls().of(tools),
                    tools,
                    emptyPasses,
                    call -> StructuredRule.Schema.validate(
                            schema, call.arguments(), "the arguments of " + call.shown()));
        }
    }

    /**
     * Every text and number in the arguments stands in the prompt or in what a tool gave back before the call. Nothing is made
     * up, and nothing is known that nobody said.
     */
    record ArgumentsGrounded(List<String> tools, List<String> fields, List<String> allow, boolean emptyPasses)
            implements ProcessRule {
        static Rule read(Arguments arguments) {
            return new ArgumentsGrounded(
                    arguments.oneOrMore("tool"),
                    arguments.strings("fields"),
                    arguments.strings("allow"),
                    arguments.emptyPasses());
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<CallLog.Call> all = subject.calls().all();
            List<CallLog.Call> calls = tools.isEmpty() ? all : subject.calls().of(tools);
            Work work = new Work();
            return each(calls, tools, emptyPasses, call -> {
                StringBuilder known = new StringBuilder(subject.prompt());
                for (CallLog.Call earlier : all) {
                    if (earlier.answeredAt() < call.at() && earlier.result() != null) {
                        leaves(
                                earlier.result(),
                                "",
                                (name, leaf) -> known.append('\n').append(leaf.asString()));
                    }
                }
                allow.forEach(text -> known.append('\n').append(text));
                work.spend(known.length(), "reading what was known before each call");
                Folded text = Folded.of(known.toString(), "what was known", Folded.Normalize.IGNORE_CASE);
                NumberTokens numbers = new NumberTokens();
                numbers.addText(known.toString());
                return grounded(call, text, numbers, work);
            });
        }

        private Finding grounded(CallLog.Call call, Folded text, NumberTokens numbers, Work work) throws Undecided {
            Map<String, JsonNode> given = new LinkedHashMap<>();
            leaves(call.arguments(), "", given::put);
            for (Map.Entry<String, JsonNode> leaf : given.entrySet()) {
                String field = leaf.getKey().split("/", 3)[1];
                if (!fields.isEmpty() && !fields.contains(field)) {
                    continue;
                }
                JsonNode value = leaf.getValue();
                work.spend(text.text().length(), "looking for every argument");
                String wanted = Folded.of(value.asString(), "", Folded.Normalize.IGNORE_CASE)
                        .text();
                boolean known = wanted.isBlank()
                        || text.find(wanted, true) != null
                        || value.isNumber() && numbers.contains(value.decimalValue());
                if (!known) {
                    return Finding.fail(leaf.getKey() + " of " + call.shown() + " is " + Values.show(value)
                            + ", which nothing before it says");
                }
            }
            return Finding.pass("the arguments of " + call.shown() + " were known before");
        }

        private interface Leaf {
            void accept(String pointer, JsonNode value);
        }

        /** The texts and numbers of a value, by JSON pointer. */
        private static void leaves(JsonNode value, String pointer, Leaf leaf) {
            if (value.isString() || value.isNumber()) {
                leaf.accept(pointer, value);
            }
            if (value.isArray()) {
                for (int i = 0; i < value.size(); i++) {
                    leaves(value.get(i), pointer + "/" + i, leaf);
                }
            }
            value.properties().forEach(field -> leaves(field.getValue(), pointer + "/" + field.getKey(), leaf));
        }
    }

    /** Each call that changes something comes after its own approval. One approval is for one call. */
    record ConfirmedBeforeWrite(
            List<String> tools, List<String> by, SchemaValidator approval, List<String> same, boolean emptyPasses)
            implements ProcessRule {
        static Rule read(Arguments arguments) {
            return new ConfirmedBeforeWrite(
                    arguments.requiredOneOrMore("tool"),
                    arguments.requiredOneOrMore("by"),
                    SchemaValidator.compile(arguments.require("approval"), arguments.pointer("approval")),
                    arguments.strings("same"),
                    arguments.emptyPasses());
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<CallLog.Call> unused = new ArrayList<>(subject.calls().of(by));
            return each(subject.calls().of(tools), tools, emptyPasses, write -> {
                for (CallLog.Call approval : unused) {
                    if (approval.answeredAt() < write.at() && approves(approval, write)) {
                        unused.remove(approval);
                        return Finding.pass(write.shown() + " was approved by " + approval.shown());
                    }
                }
                return Finding.fail(write.shown() + " was not approved before by " + String.join(" or ", by));
            });
        }

        private boolean approves(CallLog.Call approval, CallLog.Call write) throws Undecided {
            JsonNode result = approval.result();
            if (result == null || approval.error() != null || !satisfies(this.approval, result)) {
                return false;
            }
            for (String name : same) {
                JsonNode wanted = write.arguments().path(name);
                if (wanted.isMissingNode()
                        || !Values.key(wanted)
                                .equals(Values.key(approval.arguments().path(name)))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** No call failed, and nothing else did; or whatever failed was done again and went well. */
    record NoErrors(List<String> tools, boolean recovered) implements ProcessRule {
        static Rule read(Arguments arguments) {
            return new NoErrors(arguments.oneOrMore("tool"), arguments.flag("recovered"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<CallLog.Call> all = subject.calls().all();
            for (CallLog.Call call : all) {
                if (call.error() == null || !tools.isEmpty() && !tools.contains(call.tool())) {
                    continue;
                }
                boolean mended = recovered
                        && all.stream()
                                .anyMatch(later -> later.at() > call.at()
                                        && later.tool().equals(call.tool())
                                        && later.error() == null
                                        && later.answeredAt() < Integer.MAX_VALUE);
                if (!mended) {
                    return Finding.fail(call.shown() + " failed: " + Finding.quote(call.error()));
                }
            }
            for (TraceEvent event : subject.calls().trace().events()) {
                if (event.kind() == TraceEvent.Kind.FAILURE && tools.isEmpty()) {
                    return Finding.fail("event " + event.sequence() + " is a failure: " + Finding.quote(event.name()));
                }
            }
            return Finding.pass((recovered ? "whatever failed in " : "nothing failed in ") + all.size() + " calls"
                    + (recovered ? " went well later" : ""));
        }
    }

    /**
     * The state of the world changed in these places to these values, and nowhere else. The trace holds the state before and
     * after as observations called {@code state}; of several, the first and the last.
     */
    record StateEffect(Map<String, Expression> changes, List<String> removed, List<String> ignore)
            implements ProcessRule {
        static Rule read(Arguments arguments) {
            if (!(arguments.require("changes") instanceof ObjectNode given)) {
                throw arguments.refusal("changes", "is not an object", "use JSON pointers with expressions");
            }
            Map<String, Expression> changes = new LinkedHashMap<>();
            given.properties()
                    .forEach(change -> changes.put(
                            pointer(arguments, "changes", change.getKey()),
                            Expression.parse(change.getValue(), arguments.pointer("changes") + "/" + change.getKey())));
            List<String> removed = arguments.strings("removed");
            List<String> ignore = arguments.strings("ignore");
            removed.forEach(each -> pointer(arguments, "removed", each));
            ignore.forEach(each -> pointer(arguments, "ignore", each));
            return new StateEffect(changes, removed, ignore);
        }

        private static String pointer(Arguments arguments, String name, String pointer) {
            if (!pointer.startsWith("/")) {
                throw arguments.refusal(
                        name, Finding.quote(pointer) + " is not a JSON pointer", "write /orders/7/status");
            }
            return pointer;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            subject.calls().all();
            List<TraceEvent> states = subject.calls().trace().events().stream()
                    .filter(event -> event.kind() == TraceEvent.Kind.OBSERVATION
                            && event.name().equals("state"))
                    .toList();
            if (states.size() < 2) {
                throw new Undecided("the trace does not say what the state was before and after");
            }
            JsonNode before = states.get(0).data();
            JsonNode after = states.get(states.size() - 1).data();
            for (Map.Entry<String, Expression> change : changes.entrySet()) {
                JsonNode wanted = change.getValue().value(subject, false);
                JsonNode now = after.at(JsonPointer.compile(change.getKey()));
                if (now.isMissingNode() || !Values.key(now).equals(Values.key(wanted))) {
                    return Finding.fail(change.getKey() + " is " + (now.isMissingNode() ? "missing" : Values.show(now))
                            + ", wanted " + Values.show(wanted));
                }
            }
            for (String pointer : removed) {
                if (!after.at(JsonPointer.compile(pointer)).isMissingNode()) {
                    return Finding.fail(pointer + " is still there");
                }
            }
            String other = changed(before, after, "");
            return other == null
                    ? Finding.pass("the state changed as it should, and nowhere else")
                    : Finding.fail("the state changed at " + other + " too");
        }

        /** The first place that differs and is not meant to; null if there is none. */
        private @Nullable String changed(JsonNode before, JsonNode after, String pointer) {
            if (changes.containsKey(pointer) || removed.contains(pointer) || ignore.contains(pointer)) {
                return null;
            }
            if (before.isArray() && after.isArray()) {
                for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
                    String found = changed(before.path(i), after.path(i), pointer + "/" + i);
                    if (found != null) {
                        return found;
                    }
                }
                return null;
            }
            if (before.isObject() && after.isObject()) {
                TreeSet<String> names = new TreeSet<>(before.propertyNames());
                names.addAll(after.propertyNames());
                for (String name : names) {
                    String step = pointer + "/" + name.replace("~", "~0").replace("/", "~1");
                    String found = changed(before.path(name), after.path(name), step);
                    if (found != null) {
                        return found;
                    }
                }
                return null;
            }
            boolean same = before instanceof MissingNode
                    ? after instanceof MissingNode
                    : !(after instanceof MissingNode) && Values.key(before).equals(Values.key(after));
            // What stands below a place that is gone or new is not looked into, unless a change is expected there.
            boolean expectedBelow = changes.keySet().stream().anyMatch(each -> each.startsWith(pointer + "/"))
                    || removed.stream().anyMatch(each -> each.startsWith(pointer + "/"));
            if (same) {
                return null;
            }
            if (expectedBelow && (before.isMissingNode() || after.isMissingNode())) {
                ObjectNode nothing = Json.object();
                return changed(
                        before.isMissingNode() ? nothing : before, after.isMissingNode() ? nothing : after, pointer);
            }
            return pointer.isEmpty() ? "/" : pointer;
        }
    }

    /** The work stayed within limits. */
    record Budget(Map<Resource, BigDecimal> most) implements ProcessRule {
        enum Resource {
            /** Calls of tools and generations. */
            STEPS {
                @Override
                BigDecimal spent(CallLog log) {
                    return BigDecimal.valueOf(log.trace().events().stream()
                            .filter(event -> event.kind() == TraceEvent.Kind.TOOL_CALL
                                    || event.kind() == TraceEvent.Kind.GENERATION)
                            .count());
                }
            },
            /** The sum of {@code tokens} of all generations. */
            TOKENS {
                @Override
                BigDecimal spent(CallLog log) throws Undecided {
                    BigDecimal tokens = BigDecimal.ZERO;
                    for (TraceEvent event : log.trace().events()) {
                        if (event.kind() == TraceEvent.Kind.GENERATION) {
                            JsonNode count = event.data().path("tokens");
                            if (!count.isNumber()) {
                                throw new Undecided(
                                        "event " + event.sequence() + " does not say how many tokens it took");
                            }
                            tokens = tokens.add(count.decimalValue());
                        }
                    }
                    return tokens;
                }
            },
            /** From the start to the last event, in milliseconds. */
            MILLIS {
                @Override
                BigDecimal spent(CallLog log) throws Undecided {
                    long nanos = Math.max(
                            log.trace().durationNanos(),
                            log.trace().events().stream()
                                    .mapToLong(TraceEvent::atNanos)
                                    .max()
                                    .orElse(0));
                    if (nanos <= 0) {
                        throw new Undecided("the trace does not say how long it took");
                    }
                    return BigDecimal.valueOf(nanos, 6);
                }
            };

            abstract BigDecimal spent(CallLog log) throws Undecided;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            Map<Resource, BigDecimal> most = new LinkedHashMap<>();
            for (Resource resource : Resource.values()) {
                JsonNode limit = arguments.get(resource.toString());
                if (limit != null) {
                    if (!limit.isNumber() || limit.decimalValue().signum() < 0) {
                        throw arguments.refusal(resource.toString(), "is not a limit", "use a number, not below 0");
                    }
                    most.put(resource, limit.decimalValue());
                }
            }
            if (most.isEmpty()) {
                throw arguments.refusal("", "nothing is limited", "give steps, tokens or millis");
            }
            return new Budget(most);
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            CallLog log = subject.calls();
            log.all();
            List<Finding> findings = new ArrayList<>();
            for (Map.Entry<Resource, BigDecimal> limit : most.entrySet()) {
                try {
                    BigDecimal spent = limit.getKey().spent(log);
                    findings.add(Finding.of(
                            spent.compareTo(limit.getValue()) <= 0,
                            "it took " + spent.toPlainString() + " " + limit.getKey() + ", at most "
                                    + limit.getValue().toPlainString() + " are allowed"));
                } catch (Undecided e) {
                    findings.add(Finding.unknown(e.reason()));
                }
            }
            return Finding.all(findings);
        }
    }
}
