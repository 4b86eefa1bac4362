package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.runtime.HeldOut;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One prompt of a stream on its way through the closed loop. {@code loop-row.parquet-schema} beside this class is its form in Parquet,
 * field for field.
 *
 * @param stream {@code clean} or {@code poisoned}
 * @param position in the stream, from 0
 * @param rowId id of the data set's row
 * @param kernelId the label, which the loop never sees; null if no kernel of the data set fits
 * @param kind of a prompt that no kernel fits
 * @param hard whether the model never gets it right: a planted failure
 * @param poisoned whether every answer to it is wrong and called right by the witness
 * @param path where the answer came from; null after an error
 * @param served the kernel that was asked, whatever became of it; null for none
 * @param probability that the router stated for its best kernel
 * @param asked whether the witness was asked
 * @param told what it said: all that the loop heard
 * @param verified what the label's contract says of the answer; UNKNOWN where no kernel fits
 * @param trial a candidate's answer for the record
 * @param tokens what the answer took
 * @param events what the loop did with its kernels after the prompt
 * @param recordedAt UTC, ISO 8601
 */
public record LoopRow(
        String runId,
        String stream,
        int position,
        String rowId,
        String clusterId,
        @Nullable String kernelId,
        @Nullable String kind,
        boolean hard,
        boolean poisoned,
        @Nullable String path,
        @Nullable Made served,
        double probability,
        double threshold,
        boolean asked,
        String told,
        String verified,
        @Nullable Trial trial,
        @Nullable Tokens tokens,
        List<Event> events,
        long routeNs,
        long totalNs,
        @Nullable String error,
        String recordedAt)
        implements Row {

    /** The stream whose witness tells the truth. */
    public static final String CLEAN = "clean";

    /** The stream in which some answers are wrong and called right. */
    public static final String POISONED = "poisoned";

    /** A kernel that the loop made. */
    public record Made(String kernelId, int version, String digest) {}

    /**
     * @param answered whether the kernel gave an answer that its gate let through
     * @param told what the witness said of it; UNKNOWN where it gave none
     * @param tokens that the model chose for it
     */
    public record Trial(Made kernel, boolean answered, String told, int tokens) {}

    /**
     * Tokens of the answer that was given.
     *
     * @param all of all attempts
     * @param chosen by the model; the rest followed from the mask without asking it
     * @param raw what an unmasked answer of the model to this prompt has
     */
    public record Tokens(int all, int chosen, int raw) {}

    /**
     * @param sources row ids of the confirmed answers that the kernel was compiled from
     * @param heldOut how it did on held-out answers, as the witness labelled them
     * @param fresh how it does on answers to prompts of the same kind, asked in other ways, right ones and such to other prompts, as the data set
     *     labels them; of promoted kernels alone
     * @param altered the same on answers with one thing that is not right
     * @param problems of the kernel's own tests
     */
    public record Event(
            String change,
            Made kernel,
            String state,
            List<String> sources,
            @Nullable HeldOut heldOut,
            @Nullable HeldOut fresh,
            @Nullable HeldOut altered,
            int problems,
            String reason) {
        public Event {
            sources = List.copyOf(sources);
        }
    }

    public LoopRow {
        events = List.copyOf(events);
    }

    /** How such rows are kept. */
    public static final RowForm<LoopRow> FORM = new RowForm<>(
            Measure.LOOP,
            LoopRow.class,
            RowForm.schema("loop-row.parquet-schema"),
            Comparator.comparing(LoopRow::stream).thenComparing(LoopRow::position));

    @Override
    public String identity() {
        return stream + " " + rowId;
    }

    /** A kernel's answer was given. */
    public boolean isReused() {
        return "kernel".equals(path);
    }

    /** The label's contract lets the answer through. */
    public boolean isVerified() {
        return verified.equals("PASS");
    }

    /** A kernel of the data set fits the prompt. */
    public boolean fits() {
        return kernelId != null;
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }
}
