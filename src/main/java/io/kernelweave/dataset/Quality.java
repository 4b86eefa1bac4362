package io.kernelweave.dataset;

import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a data set must satisfy before anybody trains or measures on it. */
public final class Quality {
    private Quality() {}

    /**
     * One thing found.
     *
     * @param severity {@code error} stops a build; {@code warn} is for the reader
     * @param check which rule
     * @param finding what is wrong, with an example
     */
    public record Finding(String severity, String check, String finding) {}

    /** Checks rows against each other and against the kernels that they may name. Sound data gives an empty list. */
    public static List<Finding> check(Dataset dataset) {
        List<Finding> findings = new ArrayList<>();
        ids(dataset, findings);
        splits(dataset, findings);
        labels(dataset, findings);
        return findings;
    }

    private static void ids(Dataset dataset, List<Finding> findings) {
        Set<String> seen = new HashSet<>();
        for (DatasetRow row : dataset.rows()) {
            if (!seen.add(row.id())) {
                findings.add(new Finding("error", "unique-ids", "two rows have the id " + row.id()));
            }
        }
    }

    private static void splits(Dataset dataset, List<Finding> findings) {
        Map<String, Set<String>> targets = new TreeMap<>();
        Map<String, String> splitOfCluster = new HashMap<>();
        Map<String, DatasetRow> firstOfPrompt = new HashMap<>();
        Set<String> reported = new HashSet<>();
        for (DatasetRow row : dataset.rows()) {
            targets.computeIfAbsent(row.target(), key -> new TreeSet<>()).add(row.split());
            String split = splitOfCluster.putIfAbsent(row.clusterId(), row.split());
            if (split != null && !split.equals(row.split()) && reported.add(row.clusterId())) {
                findings.add(new Finding(
                        "error",
                        "whole-clusters",
                        "cluster " + row.clusterId() + " is in " + split + " and in " + row.split()));
            }
            DatasetRow first = firstOfPrompt.putIfAbsent(Prompts.normalise(row.prompt()), row);
            if (first != null && !first.split().equals(row.split())) {
                findings.add(new Finding(
                        "error",
                        "prompt-crosses-splits",
                        "rows " + first.id() + " (" + first.split() + ") and " + row.id() + " (" + row.split()
                                + ") have the same prompt"));
            }
            if (first != null && !Objects.equals(first.kernelId(), row.kernelId())) {
                findings.add(new Finding(
                        "error",
                        "contradicting-labels",
                        "rows " + first.id() + " and " + row.id() + " have the same prompt, labelled "
                                + first.kernelId() + " and " + row.kernelId()));
            }
        }
        Set<String> splits =
                dataset.rows().stream().map(DatasetRow::split).collect(Collectors.toCollection(TreeSet::new));
        targets.forEach((target, present) -> {
            if (!present.equals(splits)) {
                Set<String> missing = new TreeSet<>(splits);
                missing.removeAll(present);
                findings.add(new Finding(
                        "error", "target-in-every-split", "target " + target + " has no row in " + missing));
            }
        });
    }

    private static void labels(Dataset dataset, List<Finding> findings) {
        Map<String, Kernel> kernels =
                dataset.kernels().stream().collect(Collectors.toMap(Kernel::kernelId, kernel -> kernel));
        Map<String, String> exampleOf = new HashMap<>();
        dataset.kernels()
                .forEach(kernel -> kernel.examples()
                        .forEach(example -> exampleOf.put(Prompts.normalise(example), kernel.kernelId())));
        Set<String> unknown = new TreeSet<>();
        for (DatasetRow row : dataset.rows()) {
            row.labelledKernels().stream()
                    .filter(id -> !kernels.containsKey(id))
                    .forEach(unknown::add);
            if (!row.split().equals("train")) {
                String kernel = exampleOf.get(Prompts.normalise(
                        io.kernelweave.kernel.PromptInput.of(row.prompt()).request()));
                if (kernel != null) {
                    findings.add(new Finding(
                            "error",
                            "example-in-evaluation",
                            "row " + row.id() + " (" + row.split() + ") asks in the words of an example of kernel "
                                    + kernel));
                }
            }
        }
        unknown.forEach(id -> findings.add(new Finding("error", "known-kernels", "the store has no kernel " + id)));
    }
}
