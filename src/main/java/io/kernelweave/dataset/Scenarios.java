package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The scenario files of a folder: one a kernel, {@code compositions.yaml} for prompts that ask for two, and
 * {@code no-kernel.yaml} for prompts that fit none.
 */
record Scenarios(List<Scenario> all) {

    private record KernelFile(
            String kernel,
            @Nullable ObjectNode slots,
            @Nullable String fence,
            @Nullable JsonNode source,
            String response,
            List<String> asks,
            @Nullable List<Scenario.Failure> failures) {}

    private record CompositionFile(List<Composed> compositions) {}

    private record Composed(
            List<String> kernels,
            @Nullable ObjectNode slots,
            @Nullable String fence,
            @Nullable JsonNode source,
            Map<String, String> responses,
            List<String> asks,
            @Nullable List<Scenario.Failure> failures) {}

    private record NoKernelFile(List<Unfit> none) {}

    private record Unfit(
            String ask,
            String kind,
            @Nullable List<String> near,
            @Nullable ObjectNode slots,
            @Nullable String fence,
            @Nullable JsonNode source,
            String reply) {}

    static Scenarios load(Path folder) {
        List<Scenario> all = new ArrayList<>();
        for (Path file : files(folder)) {
            String name = file.getFileName().toString();
            switch (name) {
                case "no-kernel.yaml" -> {
                    for (Unfit unfit :
                            required(Json.readYaml(file, NoKernelFile.class).none(), file, "none")) {
                        all.add(new Scenario(
                                file.toString(),
                                List.of(),
                                slots(unfit.slots()),
                                fence(unfit.fence()),
                                sources(unfit.source()),
                                Map.of("", required(unfit.reply(), file, "none/reply")),
                                List.of(required(unfit.ask(), file, "none/ask")),
                                List.of(),
                                kind(required(unfit.kind(), file, "none/kind"), file)));
                    }
                }
                case "compositions.yaml" -> {
                    for (Composed composed :
                            required(Json.readYaml(file, CompositionFile.class).compositions(), file, "compositions")) {
                        Map<String, String> responses = required(composed.responses(), file, "compositions/responses");
                        Map<String, String> ordered = new LinkedHashMap<>();
                        required(composed.kernels(), file, "compositions/kernels")
                                .forEach(kernel -> ordered.put(
                                        kernel, required(responses.get(kernel), file, "responses/" + kernel)));
                        all.add(new Scenario(
                                file.toString(),
                                composed.kernels(),
                                slots(composed.slots()),
                                fence(composed.fence()),
                                sources(composed.source()),
                                ordered,
                                required(composed.asks(), file, "compositions/asks"),
                                composed.failures() == null ? List.of() : composed.failures(),
                                "task"));
                    }
                }
                default -> {
                    KernelFile scenario = Json.readYaml(file, KernelFile.class);
                    String kernel = required(scenario.kernel(), file, "kernel");
                    all.add(new Scenario(
                            file.toString(),
                            List.of(kernel),
                            slots(scenario.slots()),
                            fence(scenario.fence()),
                            sources(scenario.source()),
                            Map.of(kernel, required(scenario.response(), file, "response")),
                            required(scenario.asks(), file, "asks"),
                            scenario.failures() == null ? List.of() : scenario.failures(),
                            "task"));
                }
            }
        }
        return new Scenarios(all);
    }

    /** Digest of the names and bytes of a folder's files. */
    static String digest(Path folder) {
        StringBuilder digests = new StringBuilder();
        for (Path file : files(folder)) {
            digests.append(file.getFileName()).append(' ').append(bytes(file)).append('\n');
        }
        return Digest.of(digests.toString());
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw InputException.at(folder.toString(), "there is no such folder of scenarios", "check the path");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String bytes(Path file) {
        try {
            return Digest.of(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode slots(@Nullable ObjectNode slots) {
        return slots == null ? Json.object() : slots;
    }

    private static String fence(@Nullable String fence) {
        return fence == null ? "" : fence;
    }

    private static List<String> sources(@Nullable JsonNode source) {
        if (source == null || source.isNull()) {
            return List.of();
        }
        List<String> templates = new ArrayList<>();
        if (source.isArray()) {
            source.forEach(template -> templates.add(template.stringValue()));
        } else {
            templates.add(source.stringValue());
        }
        return templates;
    }

    private static String kind(String kind, Path file) {
        if (!DatasetRow.KINDS.contains(kind)) {
            throw InputException.at(
                    file + " /none/kind", "unknown kind \"" + kind + "\"", "use one of " + DatasetRow.KINDS);
        }
        return kind;
    }

    private static <T> T required(@Nullable T value, Path file, String field) {
        if (value == null) {
            throw InputException.at(file + " /" + field, "is missing", "give it");
        }
        return value;
    }
}
