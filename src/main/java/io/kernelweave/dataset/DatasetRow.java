package io.kernelweave.dataset;

import io.kernelweave.json.Json;
import io.kernelweave.storage.ParquetRows;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One row of a data set: a prompt, the kernel that fits it, an answer, and what the checks say of that answer.
 *
 * @param id unique in the data set
 * @param split {@code train}, {@code validation} or {@code eval}
 * @param phase the family of rows that this one belongs to, such as {@code prompt_kernel_selection}
 * @param target what the row trains: {@code selection}, {@code prompting}, {@code trace_finetune}, {@code composition},
 *     {@code memory_retrieval} or {@code distillation}
 * @param taskFamily the kernel's, or {@code none}
 * @param kernelId the kernel that the prompt's text asks for; null if no kernel fits; for a composition the ids, in order, joined by {@code +}
 * @param acceptableKernels every kernel that would be a right choice; empty if no kernel fits
 * @param kernelSteps the kernel's steps in words, and so on for the fields after it
 * @param response an answer to the prompt: a JSON document under the kernel's output schema, or plain text without one
 * @param verified what the kernel's checks say of the response; null where there is nothing to check it by
 * @param verificationScore share of the error conditions that pass, 0 to 1; null where there are none
 * @param confidence how sure the label is: one over the number of acceptable kernels
 * @param weight one over the number of rows that share cluster and target, so that each cluster weighs the same
 * @param clusterId rows that share an origin (one way of asking) have the same; a cluster is never split
 * @param origin where the row comes from: {@code generated:<scenario>} or the source's name and line
 * @param notes what else there is to say, such as the condition that a planted failure breaks, or, where no kernel fits, the
 *     kind of the prompt
 */
public record DatasetRow(
        String id,
        String split,
        String phase,
        String target,
        String taskFamily,
        String prompt,
        @Nullable String kernelId,
        @Nullable String kernelName,
        List<String> kernelSteps,
        List<String> kernelPreconditions,
        List<String> kernelPostconditions,
        List<String> kernelEvidenceRequirements,
        List<String> kernelRollback,
        String response,
        @Nullable Boolean verified,
        @Nullable Double verificationScore,
        double confidence,
        double weight,
        String clusterId,
        List<String> acceptableKernels,
        String origin,
        String notes) {

    /** The columns of its Parquet files. */
    static final ParquetRows.Schema SCHEMA = schema();

    /** What each column holds, in a line, for those who meet the rows elsewhere. */
    static final Map<String, String> MEANINGS = meanings();

    private static ParquetRows.Schema schema() {
        String file = "dataset-row.parquet-schema";
        try (InputStream in = Objects.requireNonNull(DatasetRow.class.getResourceAsStream(file), file)) {
            return ParquetRows.Schema.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        meanings.put("id", "Unique id of the row.");
        meanings.put("split", "train, validation or eval.");
        meanings.put("phase", "The family of rows that it belongs to.");
        meanings.put("target", "What the row trains.");
        meanings.put("task_family", "The kind of task; none if no kernel fits.");
        meanings.put("prompt", "What is asked.");
        meanings.put(
                "kernel_id",
                "The label: the kernel that the prompt asks for, ids joined by + for a composition; null if none fits.");
        meanings.put("kernel_name", "The kernel's name.");
        meanings.put("kernel_steps", "The kernel's steps in words.");
        meanings.put("kernel_preconditions", "The kernel's preconditions in words.");
        meanings.put("kernel_postconditions", "The kernel's postconditions in words.");
        meanings.put("kernel_evidence_requirements", "What the kernel demands as evidence, in words.");
        meanings.put("kernel_rollback", "What is done where the kernel fails, in words.");
        meanings.put("response", "An answer to the prompt; may be a planted failure, see notes.");
        meanings.put(
                "verified",
                "Whether the kernel's checks accept the response; null where there is nothing to check it by.");
        meanings.put(
                "verification_score", "Share of the error conditions that pass, 0 to 1; null where there are none.");
        meanings.put("confidence", "One over the number of acceptable kernels.");
        meanings.put("weight", "One over the number of rows that share cluster and target.");
        meanings.put("cluster_id", "Rows of one origin have the same.");
        meanings.put("acceptable_kernels", "Every kernel that would be a right choice.");
        meanings.put("origin", "Where the row comes from.");
        meanings.put(
                "notes",
                "Such as the condition that a planted failure breaks, or the kind of a prompt that no kernel fits.");
        return meanings;
    }

    /** What joins the ids of a composition. */
    public static final String COMPOSED = "+";

    /**
     * The kinds of prompts that no kernel fits: the words of a kernel with another question, what else people ask, and what is
     * no question at all.
     */
    public static final List<String> KINDS = List.of("near-miss", "other-task", "nonsense");

    /** The kernels that the label names, in order: none, one, or several for a composition. */
    public List<String> labelledKernels() {
        return kernelId == null ? List.of() : List.of(kernelId.split("\\" + COMPOSED));
    }

    public boolean isComposition() {
        return labelledKernels().size() > 1;
    }

    /** For a planted failure: the condition that its response breaks. */
    public @Nullable String breaks() {
        return notes.startsWith("breaks: ") ? notes.substring("breaks: ".length()) : null;
    }

    /** For a prompt that no kernel fits: which of {@link #KINDS} it is, or null if the data set does not say. */
    public @Nullable String kind() {
        return kernelId == null && KINDS.contains(notes) ? notes : null;
    }

    /** The rows with their weights: one over the number of rows that share cluster and target. */
    static List<DatasetRow> weigh(List<DatasetRow> rows) {
        Map<String, Integer> sizes = new HashMap<>();
        rows.forEach(row -> sizes.merge(row.clusterId() + " " + row.target(), 1, Integer::sum));
        return rows.stream()
                .map(row -> row.withWeight(1.0 / sizes.getOrDefault(row.clusterId() + " " + row.target(), 1)))
                .toList();
    }

    private DatasetRow withWeight(double share) {
        if (share == weight) {
            return this;
        }
        return new DatasetRow(
                id,
                split,
                phase,
                target,
                taskFamily,
                prompt,
                kernelId,
                kernelName,
                kernelSteps,
                kernelPreconditions,
                kernelPostconditions,
                kernelEvidenceRequirements,
                kernelRollback,
                response,
                verified,
                verificationScore,
                confidence,
                share,
                clusterId,
                acceptableKernels,
                origin,
                notes);
    }

    DatasetRow withNotes(String text) {
        return new DatasetRow(
                id,
                split,
                phase,
                target,
                taskFamily,
                prompt,
                kernelId,
                kernelName,
                kernelSteps,
                kernelPreconditions,
                kernelPostconditions,
                kernelEvidenceRequirements,
                kernelRollback,
                response,
                verified,
                verificationScore,
                confidence,
                weight,
                clusterId,
                acceptableKernels,
                origin,
                text);
    }

    public ObjectNode toJson() {
        return Json.tree(this);
    }
}
