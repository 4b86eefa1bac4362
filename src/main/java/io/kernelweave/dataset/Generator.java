package io.kernelweave.dataset;

import io.kernelweave.compose.AnswerContract;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Expands scenarios into rows. A cluster is one way of asking: its rows differ in what is pasted and in the facts, and they
 * all go to one split, so that no evaluation prompt shares its wording with a training prompt.
 *
 * <p>Labels are true by construction and by check: the kernel is the one that the scenario was written for, a good
 * response must be judged PASS by the kernel's contract and its prompt must satisfy the preconditions, and a planted
 * failure must break exactly the condition that it names. Anything else stops the build. The same seed gives the same rows.
 */
final class Generator {
    /** Phases in the order of rows, with the target that each trains. */
    static final Map<String, String> TARGETS = targets();

    private static final String COMPOSITION = "kernel_composition_pairs";

    /** The order in which rows are made. By name, ids of six digits stand before those of five. */
    static final Comparator<DatasetRow> AS_MADE =
            Comparator.comparingInt((DatasetRow row) -> row.id().length()).thenComparing(DatasetRow::id);

    private final DatasetSpec spec;
    private final DatasetSpec.Generate plan;
    private final Map<String, Kernel> kernels;
    private final Map<String, AnswerContract> contracts = new ConcurrentHashMap<>();
    private final Set<String> prompts = ConcurrentHashMap.newKeySet();
    /** What is drawn comes one after the other, for no prompt comes twice; what is made of it waits for all cores. */
    private final List<Supplier<DatasetRow>> rows = new ArrayList<>();

    private final List<Integer> open = new ArrayList<>(); // places of rows that are still to be made

    private final Map<String, List<DatasetRow>> known; // by cluster, rows that were made of what is still the same

    Generator(DatasetSpec spec, DatasetSpec.Generate plan, List<Kernel> kernels) {
        this(spec, plan, kernels, List.of(), Set.of());
    }

    /**
     * A generator that makes again only what another version of a kernel can have changed: what is drawn does not depend on kernels.
     *
     * @param before the rows of the same spec and scenarios, of other kernels, {@linkplain #AS_MADE as they were made}
     * @param unchanged ids of the kernels that are the same
     */
    Generator(
            DatasetSpec spec,
            DatasetSpec.Generate plan,
            List<Kernel> kernels,
            List<DatasetRow> before,
            Set<String> unchanged) {
        this.spec = spec;
        this.plan = plan;
        this.kernels = kernels.stream().collect(Collectors.toMap(Kernel::kernelId, kernel -> kernel));
        List<DatasetRow> kept = before.stream()
                .filter(row -> unchanged.containsAll(row.labelledKernels()))
                .toList();
        this.known = kept.stream().collect(Collectors.groupingBy(DatasetRow::clusterId));
        // Also of rows that come later: what is drawn again had its place before them, so none of them has its prompt.
        kept.parallelStream().map(row -> Prompts.normalise(row.prompt())).forEach(prompts::add);
    }

    private static Map<String, String> targets() {
        Map<String, String> targets = new LinkedHashMap<>();
        targets.put("prompt_kernel_selection", "selection");
        targets.put("prompt_kernel_prompting", "prompting");
        targets.put("trace_verification_pairs", "trace_finetune");
        targets.put("trace_failure_pairs", "trace_finetune");
        targets.put(COMPOSITION, "composition");
        targets.put("retrieval_memory_pairs", "memory_retrieval");
        targets.put("distillation_examples", "distillation");
        return targets;
    }

    List<DatasetRow> rows(Scenarios scenarios) {
        Map<String, List<Cluster>> strata = new LinkedHashMap<>();
        for (Scenario scenario : scenarios.all()) {
            String stratum = scenario.kernels().isEmpty()
                    ? "none/" + scenario.kind()
                    : String.join(DatasetRow.COMPOSED, scenario.kernels());
            for (String ask : scenario.asks()) {
                String id = stratum + "/" + Digest.of(ask).substring(0, 10);
                strata.computeIfAbsent(stratum, key -> new ArrayList<>()).add(new Cluster(id, scenario, ask));
            }
        }
        strata.values().forEach(this::split);
        strata.values().forEach(clusters -> clusters.forEach(this::expand));
        // By themselves: among rows that are kept, all that are made may fall to one core.
        open.parallelStream().forEach(place -> {
            DatasetRow row = rows.get(place).get();
            rows.set(place, () -> row);
        });
        return linkMemories(DatasetRow.weigh(rows.stream().map(Supplier::get).toList()));
    }

    /** One way of asking. */
    private static final class Cluster {
        final String id;
        final Scenario scenario;
        final String ask;
        String split = "train";

        Cluster(String id, Scenario scenario, String ask) {
            this.id = id;
            this.scenario = scenario;
            this.ask = ask;
        }
    }

    /** Gives each cluster of a stratum its split, by shares, in an order that the seed draws. */
    private void split(List<Cluster> clusters) {
        List<Cluster> drawn = new ArrayList<>(clusters);
        drawn.sort(Comparator.comparing(cluster -> Digest.of(spec.seed() + "/" + cluster.id)));
        double share = 0;
        int from = 0;
        for (String split : DatasetSpec.SPLITS) {
            share += spec.splits().getOrDefault(split, 0.0);
            int to = (int) Math.round(share * drawn.size());
            for (Cluster cluster : drawn.subList(from, Math.max(from, to))) {
                cluster.split = split;
            }
            from = Math.max(from, to);
        }
    }

    private void expand(Cluster cluster) {
        if (known.containsKey(cluster.id)) {
            known.getOrDefault(cluster.id, List.of()).forEach(this::keep);
            return;
        }
        if (cluster.scenario.kernels().isEmpty()) {
            for (int i = 0; i < plan.rowsPerNoKernel(); i++) {
                Scenario.Drawn drawn = drawFresh(cluster, i);
                if (drawn != null) {
                    String phase = i % 3 == 2 ? "retrieval_memory_pairs" : "prompt_kernel_selection";
                    String reply = drawn.responses().getOrDefault("", "");
                    add(id -> row(id, cluster, phase, drawn, reply, null, cluster.scenario.kind()));
                }
            }
            return;
        }
        int serial = 0;
        boolean composed = cluster.scenario.kernels().size() > 1;
        for (String phase : TARGETS.keySet()) {
            if (composed != phase.equals(COMPOSITION)) {
                continue;
            }
            for (int i = 0; i < plan.rowsPerAsk().getOrDefault(phase, 0); i++) {
                Scenario.Drawn drawn = drawFresh(cluster, serial++);
                if (drawn == null) {
                    continue;
                }
                boolean failing = phase.equals("trace_failure_pairs");
                if (!failing) {
                    add(id -> {
                        ObjectNode good = answer(cluster, drawn);
                        return row(
                                id, cluster, phase, drawn, Json.compact(good), judge(cluster, drawn, good, null), "");
                    });
                }
                // A planted failure stands beside the good answer to the same prompt.
                if (failing || composed && i == 0) {
                    List<Scenario.Failure> failures = cluster.scenario.failures();
                    if (failures.isEmpty()) {
                        throw InputException.at(cluster.scenario.origin(), "has no failures", "plant at least one");
                    }
                    int choice = new SplittableRandom(seed(cluster, "failure" + i)).nextInt(failures.size());
                    add(id -> planted(id, cluster, phase, drawn, failures.get(choice)));
                }
            }
        }
    }

    private DatasetRow planted(
            String id, Cluster cluster, String phase, Scenario.Drawn drawn, Scenario.Failure failure) {
        ObjectNode good = answer(cluster, drawn);
        judge(cluster, drawn, good, null);
        ObjectNode broken = cluster.scenario.plant(failure, good, drawn.slots());
        Judgement verdict = judge(cluster, drawn, broken, failure);
        return row(id, cluster, phase, drawn, Json.compact(broken), verdict, "breaks: " + failure.breaks());
    }

    private void add(Function<String, DatasetRow> row) {
        String id = id(rows.size() + 1);
        open.add(rows.size());
        rows.add(() -> row.apply(id));
    }

    private void keep(DatasetRow row) {
        if (!row.id().equals(id(rows.size() + 1))) {
            throw new IllegalStateException("row " + row.id() + " is not where it was");
        }
        rows.add(() -> row);
    }

    private static String id(int serial) {
        String digits = String.valueOf(serial);
        return "kw-" + "0".repeat(Math.max(0, 5 - digits.length())) + digits;
    }

    /** Draws until the prompt is new; null if the cluster's slots have no more to give. */
    private Scenario.@Nullable Drawn drawFresh(Cluster cluster, int serial) {
        for (int attempt = 0; attempt < 50; attempt++) {
            Scenario.Drawn drawn =
                    cluster.scenario.draw(cluster.ask, new SplittableRandom(seed(cluster, serial + "." + attempt)));
            if (prompts.add(Prompts.normalise(drawn.prompt()))) {
                return drawn;
            }
        }
        return null;
    }

    private long seed(Cluster cluster, String draw) {
        return Long.parseUnsignedLong(
                Digest.of(spec.seed() + "/" + cluster.id + "/" + draw).substring(0, 16), 16);
    }

    /** The good answer, in the order of the output schema's properties. */
    private ObjectNode answer(Cluster cluster, Scenario.Drawn drawn) {
        Scenario scenario = cluster.scenario;
        ObjectNode joined = Json.object();
        scenario.kernels().stream().sorted().forEach(id -> {
            String text = drawn.responses().getOrDefault(id, "");
            JsonNode answer = inSchemaOrder(
                    Json.parse(text, scenario.origin() + " response"),
                    kernel(scenario, id).outputSchema());
            joined.set(id, answer);
        });
        if (scenario.kernels().size() > 1) {
            return joined;
        }
        JsonNode only = joined.get(scenario.kernels().get(0));
        if (!(only instanceof ObjectNode object)) {
            throw InputException.at(scenario.origin() + " response", "is not a JSON object", "give an object");
        }
        return object;
    }

    private Kernel kernel(Scenario scenario, String id) {
        Kernel kernel = kernels.get(id);
        if (kernel == null) {
            throw InputException.at(
                    scenario.origin(), "the store has no kernel \"" + id + "\"", "name one that it has");
        }
        return kernel;
    }

    private Judgement judge(
            Cluster cluster, Scenario.Drawn drawn, ObjectNode answer, Scenario.@Nullable Failure failure) {
        Scenario scenario = cluster.scenario;
        List<Kernel> parts =
                scenario.kernels().stream().map(id -> kernel(scenario, id)).toList();
        AnswerContract contract = contracts.computeIfAbsent(
                String.join(DatasetRow.COMPOSED, scenario.kernels()), key -> AnswerContract.of(parts));
        Subject subject = Subject.of(drawn.prompt()).answered(Json.compact(answer));
        Judgement before = contract.preconditions(subject);
        if (before.outcome() != Outcome.PASS) {
            throw InputException.at(
                    scenario.origin() + " ask \"" + cluster.ask + "\"",
                    "the prompt does not satisfy " + before.failed() + " of its kernel: " + drawn.prompt(),
                    "correct the ask or the source");
        }
        Judgement after = contract.postconditions(subject);
        List<String> expected = failure == null ? List.of() : List.of(failure.breaks());
        if (!after.failed().equals(expected)) {
            throw InputException.at(
                    scenario.origin() + (failure == null ? " response" : " failure \"" + failure.breaks() + "\""),
                    "breaks " + after.failed() + ", and should break " + expected + ": " + Json.compact(answer),
                    "correct the template or the condition");
        }
        return after;
    }

    private DatasetRow row(
            String rowId,
            Cluster cluster,
            String phase,
            Scenario.Drawn drawn,
            String response,
            @Nullable Judgement judgement,
            String notes) {
        List<Kernel> parts = cluster.scenario.kernels().stream()
                .map(id -> kernel(cluster.scenario, id))
                .toList();
        String id = String.join(DatasetRow.COMPOSED, cluster.scenario.kernels());
        return new DatasetRow(
                rowId,
                cluster.split,
                phase,
                String.valueOf(TARGETS.get(phase)),
                parts.isEmpty()
                        ? "none"
                        : parts.stream().map(Kernel::taskFamily).collect(Collectors.joining(DatasetRow.COMPOSED)),
                drawn.prompt(),
                parts.isEmpty() ? null : id,
                parts.isEmpty() ? null : parts.stream().map(Kernel::name).collect(Collectors.joining(" + ")),
                each(
                        parts,
                        kernel -> kernel.steps().stream()
                                .map(step -> step.name() + ": " + step.action())
                                .toList()),
                each(parts, kernel -> says(kernel.preconditions())),
                each(parts, kernel -> says(kernel.postconditions())),
                each(parts, kernel -> says(kernel.evidenceRequirements())),
                each(
                        parts,
                        kernel -> kernel.rollback().stream()
                                .map(rollback -> "when " + rollback.when() + ": " + rollback.action())
                                .toList()),
                response,
                judgement == null ? null : judgement.outcome() == Outcome.PASS,
                judgement == null ? null : judgement.score(),
                1.0,
                1.0,
                cluster.id,
                parts.isEmpty() ? List.of() : List.of(id),
                "generated:" + (parts.isEmpty() ? "no-kernel" : id),
                notes);
    }

    private static List<String> says(List<Condition> conditions) {
        return conditions.stream()
                .map(condition -> condition.name() + ": " + condition.says())
                .toList();
    }

    private static List<String> each(List<Kernel> parts, java.util.function.Function<Kernel, List<String>> field) {
        return parts.stream().flatMap(kernel -> field.apply(kernel).stream()).toList();
    }

    /** A memory row names the solved row of another cluster, same split and kernel, that a memory should bring back. */
    private List<DatasetRow> linkMemories(List<DatasetRow> all) {
        Map<String, List<DatasetRow>> solved = all.stream()
                .filter(row -> row.phase().equals("trace_verification_pairs"))
                .collect(Collectors.groupingBy(row -> row.split() + " " + row.kernelId()));
        return all.stream()
                .map(row -> {
                    if (!row.phase().equals("retrieval_memory_pairs") || row.kernelId() == null) {
                        return row;
                    }
                    List<DatasetRow> memories =
                            solved.getOrDefault(row.split() + " " + row.kernelId(), List.of()).stream()
                                    .filter(memory -> !memory.clusterId().equals(row.clusterId()))
                                    .toList();
                    if (memories.isEmpty()) {
                        return row;
                    }
                    int choice = new SplittableRandom(
                                    Long.parseUnsignedLong(Digest.of(row.id()).substring(0, 16), 16))
                            .nextInt(memories.size());
                    return row.withNotes("memory: " + memories.get(choice).id());
                })
                .toList();
    }

    /** The same document with every object's properties in the order in which the schema lists them. */
    static JsonNode inSchemaOrder(JsonNode value, JsonNode schema) {
        if (value instanceof ObjectNode object) {
            ObjectNode ordered = Json.object();
            schema.path("properties").properties().forEach(property -> {
                if (object.has(property.getKey())) {
                    ordered.set(property.getKey(), inSchemaOrder(object.get(property.getKey()), property.getValue()));
                }
            });
            object.properties().forEach(property -> {
                if (!ordered.has(property.getKey())) {
                    ordered.set(property.getKey(), property.getValue());
                }
            });
            return ordered;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode ordered = Json.mapper().createArrayNode();
            array.forEach(element -> ordered.add(inSchemaOrder(element, schema.path("items"))));
            return ordered;
        }
        return value;
    }
}
