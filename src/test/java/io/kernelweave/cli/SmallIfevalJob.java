package io.kernelweave.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A job over a few prompts with instructions and answers made for it; some outside verdicts are wrong on purpose, so that each kind of
 * disagreement is there. Lives with its data, its state and its reports in one folder.
 */
public final class SmallIfevalJob extends JobFolder {
    private SmallIfevalJob(Path folder) {
        super(folder);
    }

    public static SmallIfevalJob in(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.write(
                folder.resolve("prompts.jsonl"),
                List.of(
                        prompt(
                                1,
                                "p1",
                                "'punctuation:no_comma','length_constraints:number_sentences'",
                                "{},{'relation':'at least','num_sentences':2}"),
                        prompt(2, "p2", "'keywords:existence'", "{'keywords':['rain']}"),
                        prompt(3, "p3", "'startend:quotation'", "{}"),
                        prompt(
                                4,
                                "p4",
                                "'length_constraints:number_sentences'",
                                "{'relation':'less than','num_sentences':3}"),
                        prompt(5, "p5", "'no:such_type'", "{}"),
                        prompt(6, "p6", "'punctuation:no_comma'", "{}"),
                        prompt(7, "nobody answers", "'punctuation:no_comma'", "{}")));
        String[] types = {
            "'punctuation:no_comma','length_constraints:number_sentences'",
            "'keywords:existence'",
            "'startend:quotation'",
            "'length_constraints:number_sentences'",
            "'no:such_type'",
            "'punctuation:no_comma'"
        };
        String[] answers = {
            "It rains. It pours!",
            "It <b>rained</b> | all day.",
            "Sure:\\n\\\"so it is\\\"",
            "We met at 5 p.m. Bob paid. Bye.",
            "x",
            "one, two"
        };
        String[] strict = {"true,true", "false", "false", "true", "true", "true"};
        String[] loose = {"true,true", "true", "true", "true", "true", "true"};
        StringBuilder first = new StringBuilder();
        StringBuilder second = new StringBuilder();
        for (int i = 0; i < types.length; i++) {
            first.append(answer("p" + (i + 1), answers[i], types[i], strict[i]));
            second.append(answer("p" + (i + 1), answers[i], types[i], loose[i]));
        }
        first.append(answer("who asked that", "x", "'punctuation:no_comma'", "true"));
        second.append(answer("who asked that", "x", "'punctuation:no_comma'", "true"));
        Files.writeString(folder.resolve("a.strict.jsonl"), first);
        Files.writeString(folder.resolve("a.loose.jsonl"), second);
        Files.writeString(folder.resolve("alone.jsonl"), first);
        Files.writeString(folder.resolve("spec.yaml"), """
                name: small
                license: Apache-2.0
                sources: {prompts: {path: "%s"}, answers: {path: "%s"}}
                instructions: phasecd/ifeval-checks.yaml
                """.formatted(
                        folder.resolve("prompts.jsonl"), folder.resolve("a.{strict,loose}.jsonl")));
        Files.writeString(folder.resolve("job.yaml"), """
                measure: ifeval
                name: small-ifeval
                dataset: "%s"
                chunk: 2
                baseline: none
                requirements: [{metric: ifeval.agreement, at_least: 0.5}, {metric: ifeval.loose.agreement, at_least: 0.8}]
                """.formatted(folder.resolve("spec.yaml")));
        return new SmallIfevalJob(folder);
    }

    private static String prompt(int key, String prompt, String types, String arguments) {
        return ("{'key':" + key + ",'prompt':'" + prompt + "','instruction_id_list':[" + types + "],'kwargs':["
                        + arguments + "]}")
                .replace('\'', '"');
    }

    private static String answer(String prompt, String response, String types, String followed) {
        return ("{'prompt':'" + prompt + "','response':'#','instruction_id_list':[" + types
                        + "],'follow_instruction_list':[" + followed + "]}\n")
                .replace('\'', '"')
                .replace("#", response);
    }
}
