package io.kernelweave.dataset;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.PromptInput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What a data set must satisfy before anybody trains or measures on it. */
public final class Quality {
    private static final String ERROR = "error";
    private static final String WARN = "warn";
    private static final String INFO = "info";
    private static final int SHORTEST_LEAK = 24;
    private static final int MOST_EXAMPLES = 3;
    private static final int LONGEST_EXAMPLE = 120;

    /** An id that nobody writes by chance, unlike {@code translate}. */
    private static final Pattern COINED = Pattern.compile("\\w{2,}[-_.]\\w.*");

    private Quality() {}

    /**
     * One thing found.
     *
     * @param severity {@code error} stops a build; {@code warn} is for the reader
     * @param check which rule
     * @param finding what is wrong
     * @param rows ids of the rows that it is about, the most telling first; empty if it is about no rows
     * @param examples a few of them
     */
    public record Finding(String severity, String check, String finding, List<String> rows, List<Example> examples) {
        Finding(String severity, String check, String finding, List<String> rows) {
            this(severity, check, finding, rows, List.of());
        }

        boolean isError() {
            return severity.equals(ERROR);
        }
    }

    /**
     * A row that a finding is about.
     *
     * @param label the kernel that it is labelled with, or {@code none}
     * @param origin where it comes from
     * @param prompt its beginning, on one line
     */
    public record Example(String row, String split, String label, String origin, String prompt) {
        static Example of(DatasetRow row) {
            String text = row.prompt().strip().replaceAll("\\s+", " ");
            int end = Math.min(text.length(), LONGEST_EXAMPLE);
            return new Example(
                    row.id(),
                    row.split(),
                    row.kernelId() == null ? "none" : row.kernelId(),
                    row.origin(),
                    end == text.length()
                            ? text
                            : text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…");
        }

        @Override
        public String toString() {
            return row + " (" + split + ", " + label + ", " + origin + "): " + prompt;
        }
    }

    /**
     * Rows without those that errors and duplicates are about.
     *
     * @param dropped ids of the rows that were left out, by the check that asked for it
     */
    public record Repair(List<DatasetRow> rows, Map<String, List<String>> dropped) {}

    /** What no data set may have: checks rows against each other and against the kernels that they may name. */
    public static List<Finding> check(Dataset dataset) {
        List<Finding> findings = new ArrayList<>();
        ids(dataset, findings);
        splits(dataset, findings);
        labels(dataset, findings);
        return findings;
    }

    /**
     * All that is worth knowing before a data set is used: {@link #check}, and what is for the reader to judge: rows and
     * prompts that are (nearly) the same though they are of different origin, prompts that give their label away, answers that
     * cannot be read, columns that say nothing.
     */
    public static List<Finding> audit(Dataset dataset) {
        List<Finding> findings = new ArrayList<>(check(dataset));
        duplicates(dataset, findings);
        nearDuplicates(dataset, findings);
        leaks(dataset, findings);
        responses(dataset, findings);
        constants(dataset, findings);
        Map<String, DatasetRow> rows = new HashMap<>();
        dataset.rows().forEach(row -> rows.putIfAbsent(row.id(), row));
        return findings.stream()
                .map(finding -> new Finding(
                        finding.severity(),
                        finding.check(),
                        finding.finding(),
                        finding.rows(),
                        finding.rows().stream()
                                .distinct()
                                .limit(MOST_EXAMPLES)
                                .map(id -> Example.of(Objects.requireNonNull(rows.get(id))))
                                .toList()))
                .toList();
    }

    /**
     * The share of rows that a router could route right at most, since it gives one prompt one answer: rows of one prompt with
     * different labels cannot all be right. 1 without contradictions.
     */
    public static double routerCeiling(Dataset dataset) {
        Map<String, Map<String, Integer>> labels = new HashMap<>();
        dataset.rows()
                .forEach(row -> labels.computeIfAbsent(Prompts.normalise(row.prompt()), key -> new HashMap<>())
                        .merge(String.valueOf(row.kernelId()), 1, Integer::sum));
        int right = labels.values().stream()
                .mapToInt(counts -> Collections.max(counts.values()))
                .sum();
        return dataset.rows().isEmpty() ? 1 : (double) right / dataset.rows().size();
    }

    /**
     * Leaves out what cannot stay: of rows that are the same, all but the first; of a prompt or cluster in several splits, the
     * rows that are not in the last of them (evaluation keeps its rows, training loses them); all rows of a prompt with
     * contradicting labels, for nobody knows which is right; rows whose kernel is not there.
     */
    public static Repair repair(Dataset dataset) {
        Map<String, List<String>> dropped = new TreeMap<>();
        List<DatasetRow> rows = new ArrayList<>(dataset.rows());
        Set<String> ids = new HashSet<>();
        drop(rows, dropped, "unique-ids", row -> !ids.add(row.id()));
        Set<String> same = new HashSet<>();
        drop(rows, dropped, "duplicate-rows", row -> !same.add(sameness(row)));
        Set<String> known = dataset.kernels().stream().map(Kernel::kernelId).collect(Collectors.toSet());
        drop(rows, dropped, "known-kernels", row -> !known.containsAll(row.labelledKernels()));
        Map<String, Set<String>> labels = new HashMap<>();
        rows.forEach(row -> labels.computeIfAbsent(Prompts.normalise(row.prompt()), key -> new HashSet<>())
                .add(String.valueOf(row.kernelId())));
        drop(
                rows,
                dropped,
                "contradicting-labels",
                row -> labels.getOrDefault(Prompts.normalise(row.prompt()), Set.of())
                                .size()
                        > 1);
        latest(rows, dropped, "whole-clusters", DatasetRow::clusterId);
        latest(rows, dropped, "prompt-crosses-splits", row -> Prompts.normalise(row.prompt()));
        Map<String, String> exampleOf = examples(dataset);
        drop(
                rows,
                dropped,
                "example-in-evaluation",
                row -> !row.split().equals("train") && exampleOf.containsKey(request(row)));
        return new Repair(DatasetRow.weigh(rows), dropped);
    }

    private static void latest(
            List<DatasetRow> rows,
            Map<String, List<String>> dropped,
            String check,
            Function<DatasetRow, String> group) {
        Map<String, Integer> latest = new HashMap<>();
        rows.forEach(row -> latest.merge(group.apply(row), DatasetSpec.SPLITS.indexOf(row.split()), Math::max));
        drop(
                rows,
                dropped,
                check,
                row -> DatasetSpec.SPLITS.indexOf(row.split()) != latest.getOrDefault(group.apply(row), -1));
    }

    private static void drop(
            List<DatasetRow> rows, Map<String, List<String>> dropped, String check, Predicate<DatasetRow> wrong) {
        List<String> ids = new ArrayList<>();
        for (Iterator<DatasetRow> each = rows.iterator(); each.hasNext(); ) {
            DatasetRow row = each.next();
            if (wrong.test(row)) {
                ids.add(row.id());
                each.remove();
            }
        }
        if (!ids.isEmpty()) {
            dropped.put(check, ids);
        }
    }

    /** Rows of which this is the same say the same. */
    private static String sameness(DatasetRow row) {
        return String.join(
                "\u0000",
                row.split(),
                row.target(),
                row.phase(),
                Prompts.normalise(row.prompt()),
                String.valueOf(row.kernelId()),
                row.response(),
                row.notes());
    }

    private static void duplicates(Dataset dataset, List<Finding> findings) {
        Map<String, DatasetRow> first = new HashMap<>();
        for (DatasetRow row : dataset.rows()) {
            DatasetRow before = first.putIfAbsent(sameness(row), row);
            if (before != null) {
                findings.add(new Finding(
                        WARN,
                        "duplicate-rows",
                        "rows " + before.id() + " and " + row.id() + " are the same",
                        List.of(before.id(), row.id())));
            }
        }
    }

    /** Rows of one cluster are of one origin and may be as near as they like; what is near beyond it should not be. */
    private static void nearDuplicates(Dataset dataset, List<Finding> findings) {
        Map<String, DatasetRow> distinct = new LinkedHashMap<>();
        dataset.rows().forEach(row -> distinct.putIfAbsent(Prompts.normalise(row.prompt()), row));
        NearGroups groups = NearGroups.among(List.copyOf(distinct.values()));
        groups.withinSplits()
                .forEach(group -> findings.add(near("near-duplicates", group, "in " + only(group.splits()))));
        groups.acrossSplits()
                .forEach(group -> findings.add(
                        near("near-duplicate-crosses-splits", group, "in " + String.join(" and ", group.splits()))));
        groups.acrossLabels().forEach(group -> {
            List<String> labels = List.copyOf(group.labels());
            String some = String.join(", ", labels.subList(0, Math.min(MOST_EXAMPLES, labels.size())));
            findings.add(near(
                    "near-contradictions",
                    group,
                    "labelled " + some + (labels.size() > MOST_EXAMPLES ? " and otherwise" : "")));
        });
    }

    private static Finding near(String check, NearGroups.Group group, String how) {
        String what = String.format(
                Locale.ROOT,
                "%d prompts of different origin ask nearly the same (similarity from %.2f on), %s",
                group.rows().size(),
                group.least(),
                how);
        return new Finding(
                WARN, check, what, group.rows().stream().map(DatasetRow::id).toList());
    }

    private static String only(Set<String> one) {
        return one.iterator().next();
    }

    /** An input must not hold what is to be found out. */
    private static void leaks(Dataset dataset, List<Finding> findings) {
        for (DatasetRow row : dataset.rows()) {
            String prompt = row.prompt().toLowerCase(Locale.ROOT);
            for (String id : row.labelledKernels()) {
                boolean coined = COINED.matcher(id).matches();
                String named = "(?:kernel|label|intent|class|target)(?:_?id)?[\"']?\\s*[:=]\\s*[\"']?"
                        + Pattern.quote(id) + "(?![\\w-])";
                String alone = "(?<![\\w-])" + Pattern.quote(id) + "(?![\\w-])";
                if (prompt.contains(id)
                        && Pattern.compile(coined ? alone : named)
                                .matcher(prompt)
                                .find()) {
                    findings.add(new Finding(
                            WARN,
                            "label-in-prompt",
                            "the prompt of row " + row.id() + " names its kernel " + id,
                            List.of(row.id())));
                }
            }
            String response = row.response().strip();
            if (response.length() >= SHORTEST_LEAK && row.prompt().contains(response)) {
                findings.add(new Finding(
                        WARN,
                        "answer-in-prompt",
                        "the prompt of row " + row.id() + " holds the whole answer",
                        List.of(row.id())));
            }
        }
    }

    private static void responses(Dataset dataset, List<Finding> findings) {
        Set<String> known = dataset.kernels().stream().map(Kernel::kernelId).collect(Collectors.toSet());
        for (DatasetRow row : dataset.rows()) {
            boolean meant = row.breaks() != null || Boolean.FALSE.equals(row.verified());
            if (meant
                    || row.kernelId() == null
                    || row.response().isBlank()
                    || !known.containsAll(row.labelledKernels())) {
                continue;
            }
            try {
                Json.parse(row.response(), row.id());
            } catch (InputException e) {
                findings.add(new Finding(
                        WARN,
                        "response-unreadable",
                        "the answer of row " + row.id() + " is no JSON, as its kernel gives: " + e.getMessage(),
                        List.of(row.id())));
            }
        }
    }

    private static void constants(Dataset dataset, List<Finding> findings) {
        if (dataset.rows().size() < 2) {
            return;
        }
        Map<String, Set<JsonNode>> values = new TreeMap<>();
        for (DatasetRow row : dataset.rows()) {
            row.toJson().properties().forEach(field -> {
                Set<JsonNode> seen = values.computeIfAbsent(field.getKey(), key -> new HashSet<>());
                if (seen.size() < 2) {
                    seen.add(field.getValue());
                }
            });
        }
        values.forEach((column, seen) -> {
            JsonNode only = seen.iterator().next();
            boolean empty = only.isNull()
                    || only.isContainer() && only.isEmpty()
                    || only.isString() && only.asString().isEmpty();
            if (seen.size() == 1 && !empty) {
                findings.add(new Finding(
                        INFO, "constant-columns", column + " is " + Json.compact(only) + " in every row", List.of()));
            }
        });
    }

    private static String request(DatasetRow row) {
        return Prompts.normalise(PromptInput.of(row.prompt()).request());
    }

    /**
     * Whether a row's {@link #request} can be one of these: without reading all of the prompt, for few can. What stands before a fence begins
     * the request, and a prompt without one begins with it.
     */
    private static boolean mayAskAs(Set<String> requests, DatasetRow row) {
        int fence = row.prompt().indexOf("```");
        int end = fence < 0 ? row.prompt().length() : row.prompt().lastIndexOf('\n', fence) + 1;
        String beginning = Prompts.normalise(row.prompt().substring(0, end));
        return requests.stream().anyMatch(asked -> asked.startsWith(beginning) || beginning.startsWith(asked));
    }

    private static Map<String, String> examples(Dataset dataset) {
        Map<String, String> exampleOf = new HashMap<>();
        dataset.kernels()
                .forEach(kernel -> kernel.examples()
                        .forEach(example -> exampleOf.put(Prompts.normalise(example), kernel.kernelId())));
        return exampleOf;
    }

    private static void ids(Dataset dataset, List<Finding> findings) {
        Set<String> seen = new HashSet<>();
        for (DatasetRow row : dataset.rows()) {
            if (!seen.add(row.id())) {
                findings.add(new Finding(ERROR, "unique-ids", "two rows have the id " + row.id(), List.of(row.id())));
            }
        }
    }

    private static void splits(Dataset dataset, List<Finding> findings) {
        Map<String, Set<String>> targets = new TreeMap<>();
        Map<String, String> splitOfCluster = new HashMap<>();
        Map<String, DatasetRow> firstOfPrompt = new HashMap<>();
        Set<String> reported = new HashSet<>();
        Iterator<String> prompts = dataset.rows().parallelStream()
                .map(row -> Prompts.normalise(row.prompt()))
                .toList()
                .iterator();
        for (DatasetRow row : dataset.rows()) {
            targets.computeIfAbsent(row.target(), key -> new TreeSet<>()).add(row.split());
            String split = splitOfCluster.putIfAbsent(row.clusterId(), row.split());
            if (split != null && !split.equals(row.split()) && reported.add(row.clusterId())) {
                findings.add(new Finding(
                        ERROR,
                        "whole-clusters",
                        "cluster " + row.clusterId() + " is in " + split + " and in " + row.split(),
                        List.of(row.id())));
            }
            DatasetRow first = firstOfPrompt.putIfAbsent(prompts.next(), row);
            if (first != null && !first.split().equals(row.split())) {
                findings.add(new Finding(
                        ERROR,
                        "prompt-crosses-splits",
                        "rows " + first.id() + " (" + first.split() + ") and " + row.id() + " (" + row.split()
                                + ") have the same prompt",
                        List.of(first.id(), row.id())));
            }
            if (first != null && !Objects.equals(first.kernelId(), row.kernelId())) {
                findings.add(new Finding(
                        ERROR,
                        "contradicting-labels",
                        "rows " + first.id() + " and " + row.id() + " have the same prompt, labelled "
                                + first.kernelId() + " and " + row.kernelId(),
                        List.of(first.id(), row.id())));
            }
        }
        Set<String> splits =
                dataset.rows().stream().map(DatasetRow::split).collect(Collectors.toCollection(TreeSet::new));
        targets.forEach((target, present) -> {
            if (!present.equals(splits)) {
                Set<String> missing = new TreeSet<>(splits);
                missing.removeAll(present);
                findings.add(new Finding(
                        ERROR, "target-in-every-split", "target " + target + " has no row in " + missing, List.of()));
            }
        });
    }

    private static void labels(Dataset dataset, List<Finding> findings) {
        Map<String, Kernel> kernels =
                dataset.kernels().stream().collect(Collectors.toMap(Kernel::kernelId, kernel -> kernel));
        Map<String, String> exampleOf = examples(dataset);
        Map<String, List<String>> unknown = new TreeMap<>();
        List<String> labelled = dataset.rows().stream()
                .filter(row -> row.kernelId() != null)
                .map(DatasetRow::id)
                .toList();
        if (kernels.isEmpty() && !labelled.isEmpty()) {
            findings.add(new Finding(
                    ERROR,
                    "known-kernels",
                    "it is not known which kernels there are, so no label of " + labelled.size()
                            + " rows can be checked: the spec names neither a source nor a store under kernels_from",
                    labelled));
        }
        for (DatasetRow row : dataset.rows()) {
            row.labelledKernels().stream()
                    .filter(id -> !kernels.isEmpty() && !kernels.containsKey(id))
                    .forEach(id -> unknown.computeIfAbsent(id, key -> new ArrayList<>())
                            .add(row.id()));
        }
        findings.addAll(dataset.rows().parallelStream()
                .filter(row -> !row.split().equals("train")
                        && mayAskAs(exampleOf.keySet(), row)
                        && exampleOf.containsKey(request(row)))
                .map(row -> new Finding(
                        ERROR,
                        "example-in-evaluation",
                        "row " + row.id() + " (" + row.split() + ") asks in the words of an example of kernel "
                                + exampleOf.get(request(row)),
                        List.of(row.id())))
                .toList());
        unknown.forEach(
                (id, rows) -> findings.add(new Finding(ERROR, "known-kernels", "there is no kernel " + id, rows)));
    }
}
