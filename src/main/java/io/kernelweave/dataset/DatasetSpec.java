package io.kernelweave.dataset;

import io.kernelweave.decode.WrittenForm;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceForm;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A data set spec, {@code phasecd/*.yaml}: rows either generated from scenarios or read from sources.
 *
 * @param name lower-case name; the built data set goes to {@code datasets/<name>}
 * @param license of the rows, as an SPDX id where there is one
 * @param seed of everything drawn
 * @param generate how to generate rows; null for a data set that is read
 * @param sources where rows are read from, by name; a path may use {@code ${corpora}}
 * @param fields row field → field of the source, for sources that use other names
 * @param noKernel values of the kernel field that mean "no kernel fits"
 * @param kernelsFrom the source whose labels become kernels, with its training prompts as examples; {@value #ALL} for every source; or the
 *     folder of a kernel store whose kernels the rows name; null if neither is known
 * @param schemas how to read rows that are JSON Schemas with documents; null for rows that are prompts
 * @param pairs how to read sources whose rows say of two JSON Schemas whether one contains the other, by name of the source, see {@link
 *     ContainmentCases}; empty for other rows
 * @param instructions path of the file that says how instructions are checked, see {@link InstructionChecks}; null for rows without
 *     instructions
 * @param traces the form of sources whose rows are traces of other programs; null for other rows
 * @param splits share of the clusters in each split, for rows whose source names none
 * @param obtain where a user gets the sources, for the line that says that they are missing
 * @param publication what is said where the data set is published; see {@link DatasetExport}
 */
public record DatasetSpec(
        String name,
        String description,
        String license,
        long seed,
        @Nullable Generate generate,
        Map<String, Source> sources,
        Map<String, String> fields,
        List<String> noKernel,
        @Nullable String kernelsFrom,
        @Nullable Schemas schemas,
        Map<String, Pairs> pairs,
        @Nullable String instructions,
        @Nullable TraceForm traces,
        Map<String, Double> splits,
        @Nullable String obtain,
        Publication publication) {

    /** Every source. */
    static final String ALL = "all";

    /** The splits that every data set has. */
    public static final List<String> SPLITS = List.of("train", "validation", "eval");

    /**
     * Rows from scenarios.
     *
     * @param store folder of the kernel store
     * @param scenarios folder of the scenario files
     * @param rowsPerAsk rows of each phase that one way of asking gives
     * @param rowsPerNoKernel rows that one entry without a kernel gives
     */
    public record Generate(String store, String scenarios, Map<String, Integer> rowsPerAsk, int rowsPerNoKernel) {
        public Generate {
            if (store == null || scenarios == null || rowsPerAsk == null) {
                throw InputException.at(
                        "/generate",
                        "needs store, scenarios and rows_per_ask",
                        "give them, as phasecd/kernelweave.yaml does");
            }
            if (!Generator.TARGETS.keySet().containsAll(rowsPerAsk.keySet())) {
                throw InputException.at(
                        "/generate/rows_per_ask",
                        "names an unknown phase: " + rowsPerAsk.keySet(),
                        "use " + Generator.TARGETS.keySet());
            }
        }
    }

    /**
     * A file of rows.
     *
     * @param format {@code jsonl}, {@code csv} or {@code parquet}, a {@code .gz} aside; null: told from the name
     * @param split the split of all its rows; null: drawn by cluster
     */
    public record Source(
            String path, @Nullable String format, @Nullable String split) {
        /** The same at another path. */
        Source at(String other) {
            return new Source(other, format, split);
        }
    }

    /**
     * Rows that are JSON Schemas, each with documents of which it is known whether they are valid.
     *
     * @param file field that names the file of a suite of tests, {@code <draft>/…}, with what nobody has to satisfy below
     *     {@code optional/}; null for rows of no suite
     * @param drafts folder of the suite → the {@code $schema} of its schemas that name none
     * @param formats what {@code format} means; null: as the job says
     * @param assertedIn folders of the suite in which formats are asserted all the same
     */
    public record Schemas(
            @Nullable String file,
            Map<String, String> drafts,
            WrittenForm.@Nullable Formats formats,
            List<String> assertedIn) {
        public Schemas {
            drafts = drafts == null ? Map.of() : drafts;
            assertedIn = assertedIn == null ? List.of() : assertedIn;
        }
    }

    /**
     * Rows that are pairs of JSON Schemas.
     *
     * @param group what the figures of the source are called
     * @param draft the {@code $schema} of schemas that name none
     */
    public record Pairs(String group, String draft) {
        public Pairs {
            if (group == null || !group.matches("[a-z][a-z0-9_]*") || draft == null) {
                throw InputException.at("/pairs", "a source of pairs needs group and draft", "give them");
            }
        }
    }

    /** Who made it: a person or an organisation. */
    public record Creator(@Nullable String person, @Nullable String organisation) {
        public Creator {
            if ((person == null) == (organisation == null)) {
                throw InputException.at(
                        "/publication/creators", "a creator is a person or an organisation", "write {person: NAME}");
            }
        }

        String name() {
            return person != null ? person : String.valueOf(organisation);
        }
    }

    /**
     * What only its makers can say of a data set; everything may be left out here, but nothing is exported without creators and date.
     *
     * @param url its page; null: a URN made of its content
     * @param published a date such as 2026-01-31
     * @param citation how to cite it
     * @param languages of its texts, as BCP 47 tags
     * @param collection how the rows came about; null for generated rows, of which it is known
     * @param uses what it is for
     * @param biases known ones
     * @param limitations known ones, beside those that {@code dataset check} finds
     * @param sensitive what is in it about people
     */
    public record Publication(
            @Nullable String url,
            List<Creator> creators,
            @Nullable String published,
            @Nullable String citation,
            List<String> languages,
            @Nullable String collection,
            List<String> uses,
            List<String> biases,
            List<String> limitations,
            @Nullable String sensitive) {
        static final Publication NOTHING =
                new Publication(null, List.of(), null, null, List.of(), null, List.of(), List.of(), List.of(), null);

        public Publication {
            creators = creators == null ? List.of() : List.copyOf(creators);
            languages = languages == null ? List.of() : List.copyOf(languages);
            uses = uses == null ? List.of() : List.copyOf(uses);
            biases = biases == null ? List.of() : List.copyOf(biases);
            limitations = limitations == null ? List.of() : List.copyOf(limitations);
            try {
                if (published != null) {
                    LocalDate.parse(published);
                }
            } catch (DateTimeParseException e) {
                throw InputException.at(
                        "/publication/published", "\"" + published + "\" is no date", "write it like 2026-01-31");
            }
            try {
                if (url != null && !URI.create(url).isAbsolute()) {
                    throw new IllegalArgumentException();
                }
            } catch (IllegalArgumentException e) {
                throw InputException.at("/publication/url", "\"" + url + "\" is no URL", "write it with its https://");
            }
        }

        /** What a published data set cannot go without and this one lacks. */
        List<String> lacking() {
            List<String> lacking = new ArrayList<>();
            if (creators.isEmpty()) {
                lacking.add("creators");
            }
            if (published == null) {
                lacking.add("published");
            }
            return lacking;
        }

        /** The same with what is given in place of what was said. */
        public Publication with(@Nullable String otherUrl, List<Creator> otherCreators, @Nullable String otherDate) {
            return new Publication(
                    otherUrl == null ? url : otherUrl,
                    otherCreators.isEmpty() ? creators : otherCreators,
                    otherDate == null ? published : otherDate,
                    citation,
                    languages,
                    collection,
                    uses,
                    biases,
                    limitations,
                    sensitive);
        }
    }

    public DatasetSpec {
        publication = publication == null ? Publication.NOTHING : publication;
        if (name == null || !name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
            throw InputException.at(
                    "/name", "a data set needs a name", "use lower-case letters, digits, '.', '_' and '-'");
        }
        description = description == null ? "" : description;
        license = license == null ? "unknown" : license;
        sources = sources == null ? Map.of() : new LinkedHashMap<>(sources);
        fields = fields == null ? Map.of() : fields;
        noKernel = noKernel == null ? List.of() : noKernel;
        pairs = pairs == null ? Map.of() : new LinkedHashMap<>(pairs);
        splits = splits == null ? Map.of("train", 0.65, "validation", 0.15, "eval", 0.2) : splits;
        if ((generate == null) == sources.isEmpty()) {
            throw InputException.at(
                    "data set " + name,
                    generate == null ? "has neither generate nor sources" : "has both generate and sources",
                    "give one of them");
        }
        if (instructions != null && (generate != null || kernelsFrom != null || schemas != null)) {
            throw InputException.at(
                    "/instructions",
                    "rows with instructions are neither generated nor kernels nor schemas",
                    "leave out generate, kernels_from and schemas");
        }
        if (!pairs.isEmpty() && (!pairs.keySet().equals(sources.keySet()) || schemas != null || instructions != null)) {
            throw InputException.at(
                    "/pairs",
                    "is about " + pairs.keySet() + ", the sources are " + sources.keySet(),
                    "say of each source how to read it");
        }
        if (traces != null
                && (generate != null
                        || kernelsFrom != null
                        || schemas != null
                        || instructions != null
                        || !pairs.isEmpty())) {
            throw InputException.at("/traces", "traces are no rows of another kind", "leave out what is said of those");
        }
        if (schemas != null && (generate != null || kernelsFrom != null)) {
            throw InputException.at(
                    "/schemas", "schemas are neither generated nor kernels", "leave out generate and kernels_from");
        }
        sources.forEach((source, file) -> {
            if (file.path() == null || file.split() != null && !SPLITS.contains(file.split())) {
                throw InputException.at(
                        "/sources/" + source,
                        "needs a path, and its split must be one of " + SPLITS,
                        "correct the source");
            }
        });
        if (!SPLITS.containsAll(splits.keySet())
                || splits.values().stream().anyMatch(share -> share < 0)
                || Math.abs(splits.values().stream().mapToDouble(share -> share).sum() - 1) > 1e-9) {
            throw InputException.at(
                    "/splits", "the shares are " + splits, "give shares of " + SPLITS + " that add up to 1");
        }
        if (kernelsFrom != null
                && !kernelsFrom.equals(ALL)
                && !sources.containsKey(kernelsFrom)
                && !Files.isDirectory(Path.of(kernelsFrom, "kernels"))) {
            throw InputException.at(
                    "/kernels_from",
                    "there is no source and no kernel store \"" + kernelsFrom + "\"",
                    "name one of " + sources.keySet() + ", all, or a folder such as phasecd/store");
        }
    }

    /** Whether the labels of a source become kernels. */
    boolean makesKernels(String source) {
        return kernelsFrom != null
                && (sources.containsKey(kernelsFrom) ? source.equals(kernelsFrom) : kernelsFrom.equals(ALL));
    }

    /** The folder of the store whose kernels the rows name; null if they name others. */
    @Nullable
    String kernelStore() {
        return kernelsFrom == null || kernelsFrom.equals(ALL) || sources.containsKey(kernelsFrom) ? null : kernelsFrom;
    }

    public static DatasetSpec read(Path file) {
        return Json.readYaml(file, DatasetSpec.class);
    }

    /** This spec with the paths of some sources replaced. */
    public DatasetSpec withSources(Map<String, String> replaced) {
        Map<String, Source> changed = new LinkedHashMap<>(sources);
        replaced.forEach((source, path) -> {
            Source before = sources.get(source);
            if (before == null) {
                throw InputException.at(
                        "--source " + source,
                        "data set " + name + " has no source of that name",
                        "it has " + (sources.isEmpty() ? "none: its rows are generated" : sources.keySet()));
            }
            changed.put(source, new Source(path, null, before.split()));
        });
        return new DatasetSpec(
                name,
                description,
                license,
                seed,
                generate,
                changed,
                fields,
                noKernel,
                kernelsFrom,
                schemas,
                pairs,
                instructions,
                traces,
                splits,
                obtain,
                publication);
    }

    /** This spec with something else said where the data set is published. */
    public DatasetSpec with(Publication other) {
        return new DatasetSpec(
                name,
                description,
                license,
                seed,
                generate,
                sources,
                fields,
                noKernel,
                kernelsFrom,
                schemas,
                pairs,
                instructions,
                traces,
                splits,
                obtain,
                other);
    }

    /** The spec of these rows as they are after a repair: read from a folder of their own. */
    DatasetSpec fixed(String newName, String folder) {
        Map<String, Source> own = new LinkedHashMap<>();
        SPLITS.forEach(split -> own.put(split, new Source(folder + "/" + split + ".jsonl", null, split)));
        return new DatasetSpec(
                newName,
                description,
                license,
                seed,
                null,
                own,
                Map.of(),
                List.of(),
                kernelsFrom == null || kernelStore() != null ? kernelsFrom : ALL,
                null,
                Map.of(),
                null,
                null,
                splits,
                null,
                publication);
    }
}
