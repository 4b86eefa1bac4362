package io.kernelweave.kernel;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A solved task made reusable: what it takes, what it gives, what must hold before and after, how it is done and how it is
 * undone. One JSON file each; field names there are these in snake_case.
 *
 * @param kernelId lower-case id, see {@link #ID}
 * @param examples prompts that this kernel fits, as people write them
 * @param inputSchema JSON Schema of the {@link PromptInput}
 * @param outputSchema JSON Schema of the answer
 * @param preconditions checks of the input
 * @param postconditions checks of the answer against the input
 * @param evidenceRequirements checks that tie the answer to its sources
 * @param tests the kernel's own tests
 * @param sourceTraceIds the traces that it was compiled from
 * @param version counts up with each change
 * @param digest SHA-256 of the canonical JSON without {@code digest} and {@code status}
 * @param status what the gate holds of it; not part of the digest
 */
public record Kernel(
        String kernelId,
        String name,
        String taskFamily,
        String description,
        List<String> examples,
        ObjectNode inputSchema,
        ObjectNode outputSchema,
        List<Condition> preconditions,
        List<Condition> postconditions,
        List<Step> steps,
        List<Rollback> rollback,
        List<Condition> evidenceRequirements,
        List<KernelTest> tests,
        List<String> capabilities,
        List<String> sourceTraceIds,
        int version,
        String digest,
        KernelStatus status) {

    /** What an id looks like; anything else is refused before a path is made of it. */
    public static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /**
     * One step of the way to the answer: in words, and where it was learnt from what tools were called with, as a template.
     *
     * @param action what is done, in words: all that a step written by hand has
     * @param tool the tool that is called; null for a step that calls none
     * @param arguments what it is called with: JSON in which an object with a field {@code var} stands for a value, see {@code
     *     docs/kernels.md}; null if nothing is known
     * @param when a check of the input and of the trace so far: the step is taken where it passes; null if none decides
     * @param repeat what the step is done for, or until when; null if it is done once
     * @param optional it may be left out
     * @param seen in how many of the traces it was there; null where nobody counted
     */
    public record Step(
            String name,
            @JsonProperty("do") String action,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String tool,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            JsonNode arguments,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Condition when,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Repeat repeat,

            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean optional,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Seen seen) {

        /** A step in words alone. */
        public Step(String name, String action) {
            this(name, action, null, null, null, null, false, null);
        }

        /**
         * How a step, or a block of steps with one {@code block}, is repeated.
         *
         * @param block steps that follow each other and have the same block are repeated together
         * @param in where the values stand that it is done for, each once: a path as in arguments; null if nobody knows
         * @param as what the value of one round is called
         * @param most the most rounds that were seen
         */
        public record Repeat(
                String block,

                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
                String in,

                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
                String as,

                int most) {}

        /** So many of so many. */
        public record Seen(int in, int of) {}
    }

    /**
     * What is done with an answer that the gate does not let through.
     *
     * @param when what does not hold, in words
     * @param action what is done then, in words: what a model that does what it is told reads
     * @param on the conditions of which one must not have passed for the step to be taken; empty for any
     * @param run what the runtime does; null for a step in words alone
     */
    public record Rollback(
            String when,
            @JsonProperty("do") String action,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> on,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Run run) {

        /** The moves that the runtime knows. */
        public enum Run {
            /** Decodes once more under the kernel's mask, from the first token on; the gate judges what comes. */
            DECODE,
            /** Drops the answer and replies from raw generation. No step after it is taken. */
            RAW;

            @JsonValue
            public String label() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        public Rollback(String when, String action, @Nullable List<String> on, @Nullable Run run) {
            require("rollback/when", when);
            require("rollback/do", action);
            this.when = when;
            this.action = action;
            this.on = copy(on);
            this.run = run;
        }
    }

    public Kernel {
        checkId(kernelId);
        require("name", name);
        require("task_family", taskFamily);
        require("description", description);
        require("input_schema", inputSchema);
        require("output_schema", outputSchema);
        examples = copy(examples);
        preconditions = copy(preconditions);
        postconditions = copy(postconditions);
        steps = copy(steps);
        rollback = copy(rollback);
        evidenceRequirements = copy(evidenceRequirements);
        tests = copy(tests);
        capabilities = copy(capabilities);
        sourceTraceIds = copy(sourceTraceIds);
        version = Math.max(version, 1);
        digest = digest == null ? "" : digest;
        status = status == null ? KernelStatus.candidate() : status;
        Set<String> names = new HashSet<>();
        for (List<Condition> clauses : List.of(preconditions, postconditions, evidenceRequirements)) {
            for (Condition clause : clauses) {
                if (!names.add(clause.name())) {
                    throw InputException.at(
                            "kernel " + kernelId,
                            "two conditions are called \"" + clause.name() + "\"",
                            "give each its own name");
                }
            }
        }
        names.removeAll(preconditions.stream().map(Condition::name).toList());
        names.add("output-schema");
        for (Rollback step : rollback) {
            for (String on : step.on()) {
                if (!names.contains(on)) {
                    throw InputException.at(
                            "kernel " + kernelId,
                            "a rollback step is on \"" + on + "\", which is no condition of its answers",
                            "name a postcondition, an evidence requirement or output-schema");
                }
            }
        }
    }

    /** Refuses an id that is not one, before anything is made of it. */
    public static String checkId(@Nullable String id) {
        if (id == null || !ID.matcher(id).matches()) {
            String shown = id == null ? "nothing" : '"' + (id.length() > 80 ? id.substring(0, 80) + "…" : id) + '"';
            throw InputException.at("kernel_id", shown + " is not an id", "ids match ^[a-z0-9][a-z0-9._-]{0,63}$");
        }
        return id;
    }

    /** Reads a kernel from JSON; the digest is taken as it stands, see {@link #computedDigest}. */
    public static Kernel parse(String text, String origin) {
        return Json.parse(text, Kernel.class, origin);
    }

    /** The digest that this kernel's content has. */
    public String computedDigest() {
        return digest(Json.tree(this));
    }

    static String digest(ObjectNode json) {
        return Digest.of((JsonNode) json.deepCopy().without(List.of("digest", "status")));
    }

    /** This kernel with the digest that its content has. */
    public Kernel sealed() {
        return with(version, computedDigest(), status);
    }

    /** This content as a version that the gate has not seen yet, with its digest. */
    Kernel asCandidate(int number) {
        return with(number, "", KernelStatus.candidate()).sealed();
    }

    /** This kernel in another state. */
    Kernel withStatus(KernelStatus newStatus) {
        return with(version, digest, newStatus);
    }

    Kernel withVersion(int number) {
        return with(number, digest, status);
    }

    /** This kernel as one that shows other examples, with its digest. */
    public Kernel withExamples(List<String> shown) {
        return with(shown, version, "", status).sealed();
    }

    /**
     * What of this kernel decides whether a prompt is routed to it: what it says of itself, what it takes, and what it touches; with a digest
     * of that alone.
     */
    public Kernel asRouted() {
        return new Kernel(
                        kernelId,
                        name,
                        taskFamily,
                        description,
                        examples,
                        inputSchema,
                        Json.object(),
                        preconditions,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        capabilities,
                        List.of(),
                        1,
                        "",
                        status)
                .sealed();
    }

    private Kernel with(int newVersion, String newDigest, KernelStatus newStatus) {
        return with(examples, newVersion, newDigest, newStatus);
    }

    private Kernel with(List<String> shown, int newVersion, String newDigest, KernelStatus newStatus) {
        return new Kernel(
                kernelId,
                name,
                taskFamily,
                description,
                shown,
                inputSchema,
                outputSchema,
                preconditions,
                postconditions,
                steps,
                rollback,
                evidenceRequirements,
                tests,
                capabilities,
                sourceTraceIds,
                newVersion,
                newDigest,
                newStatus);
    }

    /** All checks that an answer must satisfy beside the output schema: postconditions, then evidence. */
    public List<Condition> outputConditions() {
        List<Condition> all = new ArrayList<>(postconditions);
        all.addAll(evidenceRequirements);
        return all;
    }

    private static void require(String field, @Nullable Object value) {
        if (value == null || value instanceof String text && text.isBlank()) {
            throw InputException.at("/" + field, "is missing or empty", "give it a value");
        }
    }

    private static <T> List<T> copy(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
