package io.kernelweave.batch;

import io.kernelweave.compose.AnswerContract;
import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.model.FallibleModel;
import io.kernelweave.runtime.Backend;
import io.kernelweave.runtime.HeldOut;
import io.kernelweave.runtime.Task;
import io.kernelweave.runtime.Witness;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A stream of prompts, in the order that the seed draws, with a simulated model and a simulated witness. Both are made of the data set: the
 * model gives its answers, or wrong ones; the witness says what the contract of the label says.
 *
 * <p>Wrong answers are such as models give: that to another prompt of the same kind, one with a field of another answer in it, one with a field
 * less, and the data set's own planted failures, each of which breaks one condition. What the label's contract would let through is none.
 */
final class LoopStream implements Witness {
    /** How often something wrong is looked for before a prompt is left without. */
    private static final int TRIES = 12;

    private static final int SWAPS = 2;

    /** Prompts that a promoted kernel is tried on. */
    private static final int FRESH = 60;

    private final LoopSpec job;
    private final String dataset;
    private final double poison;
    private final List<DatasetRow> rows;
    private final Map<String, DatasetRow> byId;
    private final Map<String, AnswerContract> contracts = new HashMap<>();
    private final Map<String, Kernel> kernels;
    private final Map<String, List<DatasetRow>> answered;
    private final Map<String, FallibleModel.Draws> draws = new LinkedHashMap<>();

    LoopStream(LoopSpec job, Dataset dataset, double poison) {
        this.job = job;
        this.dataset = dataset.digest();
        this.poison = poison;
        this.kernels = dataset.kernels().stream().collect(Collectors.toMap(Kernel::kernelId, kernel -> kernel));
        this.answered = dataset.rows().stream()
                .filter(row -> row.labelledKernels().size() == 1 && Boolean.TRUE.equals(row.verified()))
                .collect(Collectors.groupingBy(row -> row.labelledKernels().get(0), TreeMap::new, Collectors.toList()));
        this.rows = select(dataset);
        this.byId = rows.stream().collect(Collectors.toMap(DatasetRow::id, row -> row));
        rows.forEach(row -> draws.put(row.id(), draws(row)));
    }

    private List<DatasetRow> select(Dataset dataset) {
        List<DatasetRow> good = new ArrayList<>();
        List<DatasetRow> planted = new ArrayList<>();
        List<DatasetRow> none = new ArrayList<>();
        dataset.rows().stream()
                .filter(row ->
                        !row.response().isEmpty() && row.labelledKernels().size() < 2)
                .sorted(Comparator.comparing((DatasetRow row) -> Digest.of(job.seed() + "/stream/" + row.id())))
                .forEach(row -> (row.labelledKernels().isEmpty()
                                ? none
                                : Boolean.TRUE.equals(row.verified()) ? good : planted)
                        .add(row));
        if (good.isEmpty()) {
            throw InputException.at(
                    "data set " + dataset.name(),
                    "has no row with a kernel and an answer that its contract accepts",
                    "use a data set with kernels and verified answers, such as phasecd/kernelweave.yaml");
        }
        double labelled = 1 - job.noKernel();
        double most = Math.min(
                good.size() / (labelled * (1 - job.hard())),
                Math.min(none.size() / job.noKernel(), planted.size() / (labelled * job.hard())));
        int size = (int) Math.floor(job.limit() == 0 ? most : Math.min(job.limit(), most));
        int without = (int) Math.round(size * job.noKernel());
        int hard = (int) Math.round((size - without) * job.hard());
        List<DatasetRow> all = new ArrayList<>(none.subList(0, without));
        all.addAll(planted.subList(0, hard));
        all.addAll(good.subList(0, size - without - hard));
        all.sort(Comparator.comparing(row -> Digest.of(job.seed() + "/order/" + row.id())));
        return List.copyOf(all);
    }

    /** A number from 0 to 1 that is drawn for a task once and for all. */
    private double coin(String of, String id) {
        return new SplittableRandom(seed(of, id)).nextDouble();
    }

    private long seed(String of, String id) {
        return Long.parseUnsignedLong(
                Digest.of(job.seed() + "/" + of + "/" + id).substring(0, 16), 16);
    }

    boolean isPoisoned(String id) {
        return coin("poison", id) < poison;
    }

    private FallibleModel.Draws draws(DatasetRow row) {
        boolean poisoned = isPoisoned(row.id());
        if (row.labelledKernels().isEmpty()) {
            return poisoned
                    ? new FallibleModel.Draws(null, () -> List.of(foreign(row)))
                    : new FallibleModel.Draws(row.response(), List::of);
        }
        if (!Boolean.TRUE.equals(row.verified())) {
            return new FallibleModel.Draws(null, () -> List.of(row.response()));
        }
        return new FallibleModel.Draws(poisoned ? null : row.response(), () -> wrong(row));
    }

    /** An answer of some kernel's form to a prompt that no kernel fits. */
    private String foreign(DatasetRow row) {
        SplittableRandom random = new SplittableRandom(seed("foreign", row.id()));
        List<List<DatasetRow>> all = List.copyOf(answered.values());
        List<DatasetRow> some = all.get(random.nextInt(all.size()));
        return some.get(random.nextInt(some.size())).response();
    }

    private List<String> wrong(DatasetRow row) {
        List<String> wrong = new ArrayList<>(foreignToPrompt(row));
        wrong.addAll(altered(row));
        return wrong;
    }

    /** An answer to another prompt of the same kind. */
    private List<String> foreignToPrompt(DatasetRow row) {
        SplittableRandom random = new SplittableRandom(seed("other", row.id()));
        List<DatasetRow> others = answered.getOrDefault(row.labelledKernels().get(0), List.of());
        List<String> wrong = new ArrayList<>();
        addFirst(wrong, row, () -> others.get(random.nextInt(others.size())).response());
        return wrong;
    }

    /** The right answer with a field of another one in it, or with a field less. */
    private List<String> altered(DatasetRow row) {
        SplittableRandom random = new SplittableRandom(seed("altered", row.id()));
        List<DatasetRow> others = answered.getOrDefault(row.labelledKernels().get(0), List.of());
        List<String> wrong = new ArrayList<>();
        if (Json.parse(row.response(), row.id()) instanceof ObjectNode object && !object.isEmpty()) {
            List<String> fields = List.copyOf(object.propertyNames());
            for (int i = 0; i < SWAPS; i++) {
                addFirst(wrong, row, () -> {
                    String field = fields.get(random.nextInt(fields.size()));
                    JsonNode other = Json.parse(
                                    others.get(random.nextInt(others.size())).response(), row.id())
                            .get(field);
                    ObjectNode copy = object.deepCopy();
                    return Json.compact(other == null ? copy : copy.set(field, other));
                });
            }
            addFirst(wrong, row, () -> {
                ObjectNode copy = object.deepCopy();
                copy.remove(fields.get(random.nextInt(fields.size())));
                return Json.compact(copy);
            });
        }
        return wrong;
    }

    /** Adds the first of some drawn answers that the label's contract does not let through. */
    private void addFirst(List<String> wrong, DatasetRow row, Supplier<String> draw) {
        for (int i = 0; i < TRIES; i++) {
            String answer = draw.get();
            if (!wrong.contains(answer) && truth(row, answer) == Outcome.FAIL) {
                wrong.add(answer);
                return;
            }
        }
    }

    /** The prompts in order. */
    List<DatasetRow> rows() {
        return rows;
    }

    Backend backend() {
        return new Backend.Simulated(
                new FallibleModel(dataset + "/" + job.seed() + "/" + poison, draws, job.errors()),
                TokenVocabularies.o200kBase());
    }

    /** What the label says of an answer: its kernel's contract; UNKNOWN where no kernel fits. */
    Outcome truth(DatasetRow row, String answer) {
        if (row.labelledKernels().isEmpty()) {
            return Outcome.UNKNOWN;
        }
        String id = row.labelledKernels().get(0);
        @Nullable Kernel kernel = kernels.get(id);
        if (kernel == null) {
            return Outcome.UNKNOWN;
        }
        return contracts
                .computeIfAbsent(id, key -> AnswerContract.of(List.of(kernel)))
                .postconditions(Subject.of(row.prompt(), answer))
                .outcome();
    }

    /**
     * How a kernel does on right answers to prompts of the kind that most of its sources are of, asked in other ways, and on answers to other
     * prompts of that kind: as the labels have it, whatever the witness said.
     *
     * @param sources ids of the rows that it was compiled from
     */
    HeldOut swapped(Kernel kernel, List<String> sources) {
        List<DatasetRow> fresh = fresh(sources);
        return HeldOut.of(
                kernel,
                fresh.stream()
                        .map(row -> Subject.of(row.prompt(), row.response()))
                        .toList(),
                wrong(fresh, this::foreignToPrompt));
    }

    /** The same on answers in which one thing is not right: a field of another answer, or a field less. */
    HeldOut altered(Kernel kernel, List<String> sources) {
        return HeldOut.of(kernel, List.of(), wrong(fresh(sources), this::altered));
    }

    private static List<Subject> wrong(List<DatasetRow> rows, Function<DatasetRow, List<String>> answers) {
        return rows.stream()
                .flatMap(row -> answers.apply(row).stream().map(answer -> Subject.of(row.prompt(), answer)))
                .toList();
    }

    private List<DatasetRow> fresh(List<String> sources) {
        Map<String, Integer> labels = new TreeMap<>();
        Set<String> asks = new HashSet<>();
        for (String source : sources) {
            DatasetRow row = byId.get(source);
            if (row != null) {
                asks.add(row.clusterId());
                row.labelledKernels().forEach(label -> labels.merge(label, 1, Integer::sum));
            }
        }
        String label = labels.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("");
        return answered.getOrDefault(label, List.of()).stream()
                .filter(row -> !asks.contains(row.clusterId()))
                .sorted(Comparator.comparing((DatasetRow row) -> Digest.of(job.seed() + "/fresh/" + row.id())))
                .limit(FRESH)
                .toList();
    }

    @Override
    public boolean isAsked(Task task) {
        return coin("feedback", task.id()) < job.feedback();
    }

    @Override
    public Outcome says(Task task, String answer) {
        DatasetRow row = byId.get(task.id());
        if (row == null) {
            return Outcome.UNKNOWN;
        }
        return isPoisoned(task.id()) ? Outcome.PASS : truth(row, answer);
    }
}
