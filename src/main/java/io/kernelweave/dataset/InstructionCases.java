package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers to prompts with instructions, with an outside checker's verdict on each instruction: read from the sources {@code prompts}
 * ({@code key, prompt, instruction_id_list, kwargs}) and {@code answers} ({@code prompt, response, instruction_id_list,
 * follow_instruction_list}), joined by the prompt.
 *
 * @param digest SHA-256 over the sorted digests of all lines
 * @param unanswered how many prompts have no answer
 * @param loose where the verdicts by the loose rule were read; null if there are none
 * @param cases in the order of the answers
 */
public record InstructionCases(
        String name,
        String digest,
        int unanswered,
        @Nullable String loose,
        List<Case> cases) {
    public static final String PROMPTS = "prompts";
    public static final String ANSWERS = "answers";

    private static final String BOTH = "{strict,loose}";

    /**
     * One answer.
     *
     * @param id the prompt's key
     * @param problem why it cannot be judged; else null
     */
    public record Case(
            String id,
            String prompt,
            String response,
            List<Instruction> instructions,
            @Nullable String problem) {
        public Case {
            instructions = List.copyOf(instructions);
        }
    }

    /**
     * One instruction of a prompt.
     *
     * @param followed the outside verdict
     * @param followedLoosely the outside verdict by the loose rule; null if there is none
     */
    public record Instruction(
            String type,
            ObjectNode arguments,
            boolean followed,
            @Nullable Boolean followedLoosely) {}

    public InstructionCases {
        cases = List.copyOf(cases);
    }

    /** @throws InputException if a source is missing or unreadable, or if there is no answer at all */
    public static InstructionCases read(DatasetSpec spec) {
        if (spec.instructions() == null) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows have no instructions to check",
                    "name a spec with instructions, such as phasecd/ifeval.yaml");
        }
        DatasetSpec.Source promptSource = source(spec, PROMPTS);
        DatasetSpec.Source answerSource = source(spec, ANSWERS);
        DatasetSpec.Source strict = answerSource.at(answerSource.path().replace(BOTH, "strict"));
        DatasetSpec.Source loose = loose(answerSource, spec.obtain());
        List<String> digests = new ArrayList<>();
        Map<String, ObjectNode> prompts = new HashMap<>();
        Sources.read(promptSource, spec.obtain(), (origin, row) -> {
            prompts.put(text(row, "prompt", origin), row);
            digests.add(Digest.of(PROMPTS + Json.compact(row)));
        });
        Map<String, ObjectNode> looseRows = new HashMap<>();
        if (loose != null) {
            Sources.read(loose, spec.obtain(), (origin, row) -> {
                looseRows.put(text(row, "prompt", origin), row);
                digests.add(Digest.of("loose" + Json.compact(row)));
            });
        }
        List<Case> cases = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Set<String> answered = new HashSet<>();
        Sources.read(strict, spec.obtain(), (origin, row) -> {
            String prompt = text(row, "prompt", origin);
            answered.add(prompt);
            ObjectNode asked = prompts.get(prompt);
            String given = asked == null
                    ? "answer-" + (cases.size() + 1)
                    : asked.path("key").asString();
            String id = given;
            for (int i = 2; !ids.add(id); i++) {
                id = given + "~" + i;
            }
            cases.add(join(id, prompt, row, asked, looseRows.get(prompt)));
            digests.add(Digest.of(ANSWERS + Json.compact(row)));
        });
        if (cases.isEmpty()) {
            throw InputException.at("data set " + spec.name(), "there is no answer", "give a file with answers");
        }
        digests.sort(null);
        int unanswered = (int) prompts.keySet().stream()
                .filter(prompt -> !answered.contains(prompt))
                .count();
        return new InstructionCases(
                spec.name(),
                Digest.of(String.join("\n", digests)),
                unanswered,
                loose == null ? null : loose.path(),
                cases);
    }

    private static DatasetSpec.Source source(DatasetSpec spec, String name) {
        DatasetSpec.Source source = spec.sources().get(name);
        if (source == null) {
            throw InputException.at(
                    "data set " + spec.name() + " /sources", "there is no source \"" + name + "\"", "name it");
        }
        return source;
    }

    /** The file of verdicts by the loose rule: named by the path, or a sibling that is there. */
    private static DatasetSpec.@Nullable Source loose(DatasetSpec.Source answers, @Nullable String obtain) {
        String path = answers.path();
        if (path.contains(BOTH)) {
            return answers.at(path.replace(BOTH, "loose"));
        }
        int name = path.lastIndexOf('/') + 1;
        if (path.indexOf(".strict.", name) < 0) {
            return null;
        }
        DatasetSpec.Source sibling =
                answers.at(path.substring(0, name) + path.substring(name).replace(".strict.", ".loose."));
        return Sources.exists(sibling, obtain) ? sibling : null;
    }

    private static String text(ObjectNode row, String field, String origin) {
        JsonNode value = row.path(field);
        if (!value.isString()) {
            throw InputException.at(origin + " /" + field, "is not a text", "give one");
        }
        return value.stringValue();
    }

    private static Case join(
            String id, String prompt, ObjectNode answer, @Nullable ObjectNode asked, @Nullable ObjectNode loose) {
        JsonNode response = answer.path("response");
        JsonNode types = answer.path("instruction_id_list");
        JsonNode followed = answer.path("follow_instruction_list");
        String problem = null;
        if (asked == null) {
            problem = "its prompt is not among the prompts";
        } else if (!response.isString()) {
            problem = "it has no response";
        } else if (!asked.path("instruction_id_list").equals(types)
                || asked.path("kwargs").size() != types.size()
                || followed.size() != types.size()) {
            problem = "prompt and answer do not have the same instructions";
        } else if (loose != null
                && (!loose.path("response").equals(response)
                        || loose.path("follow_instruction_list").size() != types.size())) {
            problem = "the verdicts by the loose rule are of another answer";
        }
        List<Instruction> instructions = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            JsonNode arguments = asked == null ? null : asked.path("kwargs").get(i);
            instructions.add(new Instruction(
                    types.get(i).asString(""),
                    arguments instanceof ObjectNode object ? object : Json.object(),
                    followed.path(i).asBoolean(false),
                    loose == null
                            ? null
                            : loose.path("follow_instruction_list").path(i).asBoolean(false)));
        }
        return new Case(id, prompt, response.asString(""), instructions, problem);
    }
}
