package io.kernelweave.compare;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Scoring;
import io.kernelweave.verify.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the kernels of a run demand of answers. Two runs whose contracts differ are not measured by the same rule, so each run's
 * answers are judged by both.
 */
public final class Contracts {
    private final Map<String, Kernel> kernels = new TreeMap<>();
    private final Map<String, String> digests = new TreeMap<>();
    private final Scoring scoring;

    private Contracts(List<Kernel> kernels) {
        for (Kernel kernel : kernels) {
            this.kernels.put(kernel.kernelId(), kernel);
            ObjectNode contract = Json.object();
            contract.set("output_schema", kernel.outputSchema());
            contract.set("conditions", Json.tree(kernel.outputConditions()));
            digests.put(kernel.kernelId(), Digest.of((JsonNode) contract));
        }
        this.scoring = new Scoring("", kernels);
    }

    public static Contracts of(List<Kernel> kernels) {
        return new Contracts(kernels);
    }

    /** The kernels whose contract differs, those that only one of both has included. */
    public List<String> changed(Contracts other) {
        TreeSet<String> ids = new TreeSet<>(digests.keySet());
        ids.addAll(other.digests.keySet());
        ids.removeIf(id -> Objects.equals(digests.get(id), other.digests.get(id)));
        return List.copyOf(ids);
    }

    /** Whether both have these kernels and demand the same of their answers. */
    public boolean agree(Contracts other, Collection<String> ids) {
        return ids.stream()
                .allMatch(id -> digests.containsKey(id) && Objects.equals(digests.get(id), other.digests.get(id)));
    }

    /** Whether both have these kernels, and these are the same from examples to tests. */
    public boolean same(Contracts other, Collection<String> ids) {
        return ids.stream().allMatch(id -> {
            Kernel one = kernels.get(id);
            Kernel two = other.kernels.get(id);
            return one != null && two != null && one.digest().equals(two.digest());
        });
    }

    /**
     * The rows as these contracts judge them. Those whose contract is the same as where they come from keep their verdict, and
     * so do rows of kernels that are not among these, and rows that {@link Scoring#rejudge} cannot judge.
     *
     * @param from the contracts of the run that the rows are of
     * @return the same list if no contract differs
     */
    public List<ResultRow> rejudge(List<ResultRow> rows, Contracts from) {
        return changed(from).isEmpty()
                ? rows
                : rows.parallelStream()
                        .map(row ->
                                agree(from, touched(row)) || !digests.keySet().containsAll(touched(row))
                                        ? row
                                        : scoring.rejudge(row))
                        .toList();
    }

    /** The kernels by which a row is judged: its label's, and those that answered. */
    static List<String> touched(ResultRow row) {
        TreeSet<String> ids = new TreeSet<>(row.labelledKernels());
        if (row.answer() != null) {
            ids.addAll(row.answer().kernelIds());
        }
        return List.copyOf(ids);
    }

    /** What some kernels' contract says of an answer to a prompt; UNKNOWN without a kernel. */
    public Outcome outcome(List<String> ids, String prompt, String answer) {
        return scoring.outcome(ids, prompt, answer);
    }
}
