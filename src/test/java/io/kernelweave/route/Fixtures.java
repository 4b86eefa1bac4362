package io.kernelweave.route;

import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small kernels, prompts for them, and an encoder that needs no model. */
final class Fixtures {
    private Fixtures() {}

    /** Adds up a random direction for each word: texts that share words lie near each other. */
    static final class WordVectors implements Embedder {
        @Override
        public String identity() {
            return "word-vectors";
        }

        @Override
        public int dimensions() {
            return 48;
        }

        @Override
        public float[] embed(String text) {
            float[] sum = new float[dimensions()];
            for (String word : Words.of(text + " text")) {
                SplittableRandom random = new SplittableRandom(word.hashCode());
                for (int d = 0; d < sum.length; d++) {
                    sum[d] += (float) random.nextDouble(-1, 1);
                }
            }
            return Vectors.normalize(sum);
        }
    }

    static final Embedder VECTORS = new WordVectors();

    static Kernel kernel(String id, String description, String precondition, String... examples) {
        return Kernel.parse(
                """
                {"kernel_id":"%s","name":"%s","task_family":"test","description":"%s","examples":[%s],
                 "input_schema":{"type":"object"},"output_schema":{"type":"object"},"preconditions":[%s]}
                """.formatted(
                                id,
                                id.replace('-', ' '),
                                description,
                                examples.length == 0 ? "" : "\"" + String.join("\",\"", examples) + "\"",
                                precondition),
                id);
    }

    static final Kernel ERRORS = kernel(
            "list-errors",
            "Lists the errors of a pasted log. Needs the log. Not for explaining a stacktrace.",
            "{\"name\":\"has-error\",\"check\":\"contains\",\"target\":\"input.source\",\"all\":[\"ERROR\"]}",
            "which log lines are failures?",
            "pull the errors out of this log");

    static final Kernel UNITS = kernel(
            "convert-units",
            "Converts a number from one unit to another.",
            "",
            "how many kilobytes are 12 MiB?",
            "convert 3 hours to seconds");

    static final Kernel CHANGELOG = kernel(
            "write-changelog",
            "Writes a changelog from pasted commits.",
            "",
            "draft the release notes from these commits",
            "turn the commit list into a changelog");

    static final List<Kernel> KERNELS = List.of(ERRORS, UNITS, CHANGELOG);

    private static final String LOG = "\n\n10:00 ERROR disk full\n10:01 INFO ok";

    /** Forty prompts a kernel in as many clusters, forty for none, and twenty compositions. */
    static List<LabelledPrompt> prompts(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<LabelledPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            prompts.add(LabelledPrompt.of(errors(random) + LOG, "e" + i, "list-errors"));
            prompts.add(LabelledPrompt.of(units(random), "u" + i, "convert-units"));
            prompts.add(LabelledPrompt.of(changelog(random), "c" + i, "write-changelog"));
            prompts.add(LabelledPrompt.none(none(random), "n" + i));
            if (i % 2 == 0) {
                prompts.add(new LabelledPrompt(
                        errors(random) + ", then " + changelog(random) + LOG,
                        "b" + i,
                        java.util.Set.of(),
                        List.of("list-errors", "write-changelog")));
            }
        }
        return prompts;
    }

    static String errors(SplittableRandom random) {
        return draw(random, "show|find|pull|extract|get")
                + " " + draw(random, "the errors|all failures|error lines|failed lines")
                + " " + draw(random, "of this log|in the log|from the pasted log|out of these log lines");
    }

    static String units(SplittableRandom random) {
        return draw(random, "convert|turn|how much is|what is")
                + " " + random.nextInt(1, 900)
                + " " + draw(random, "kilobytes|hours|MiB|seconds|minutes")
                + " " + draw(random, "in|to|as")
                + " " + draw(random, "bytes|days|another unit|seconds");
    }

    static String changelog(SplittableRandom random) {
        return draw(random, "write|draft|make|prepare")
                + " " + draw(random, "the changelog|release notes|a changelog entry")
                + " " + draw(random, "from these commits|of the commit list|for the release");
    }

    static String none(SplittableRandom random) {
        return draw(random, "who|when|why")
                + " " + draw(random, "invented|painted|likes|sells|cooks")
                + " " + draw(random, "the moon|pasta|violins|bicycles|rivers|tulips")
                + " " + draw(random, "in spring|at night|abroad|for children|with friends");
    }

    private static String draw(SplittableRandom random, String of) {
        String[] choices = of.split("\\|");
        return choices[random.nextInt(choices.length)];
    }
}
