package io.kernelweave.trial;

import io.kernelweave.decode.WrittenForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema and documents of which it is known whether they are valid. Schema and documents are text, as their source writes
 * them: a number keeps its digits, and nothing is parsed before it is its turn.
 *
 * @param id unique among the cases of a job
 * @param source name of the data set
 * @param place where in a suite of tests the case stands; null for a case of no suite
 * @param description what the case is about; may be empty
 * @param formats what {@code format} means in this schema; null if the job says it
 * @param draft the {@code $schema} of a schema that names none; null if there is no telling
 * @param problem why the case cannot be tried, if its source could not be read; else null
 */
public record SchemaCase(
        String id,
        String source,
        @Nullable Place place,
        String description,
        WrittenForm.@Nullable Formats formats,
        @Nullable String draft,
        String schema,
        List<Instance> instances,
        @Nullable String problem) {

    /**
     * A place in a suite of tests.
     *
     * @param draft folder of the suite, such as {@code draft2020-12}
     * @param required whether every implementation must satisfy the case
     */
    public record Place(String file, String draft, boolean required) {}

    /** A document: JSON text. */
    public record Instance(boolean valid, String description, String data) {}

    public SchemaCase {
        instances = List.copyOf(instances);
    }
}
