package io.kernelweave.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Made-up prompts of three tasks with their JSON answers, which follow from the prompts. */
final class Tasks {
    static final String LOG_SCHEMA = """
            {"type":"object","additionalProperties":false,"required":["service","code","message"],"properties":{
            "service":{"type":"string","maxLength":30},"code":{"type":"integer","minimum":100,"maximum":599},
            "message":{"type":"string","minLength":3,"maxLength":80}}}""";

    private static final List<String> SERVICES = List.of(
            "checkout",
            "billing",
            "search-api",
            "inventory",
            "mailer",
            "gateway",
            "ledger",
            "catalog",
            "auth",
            "images");
    private static final List<String> PROBLEMS = List.of(
            "connection refused by database",
            "payment provider timed out",
            "disk quota exceeded",
            "token has expired",
            "queue is full",
            "certificate not trusted",
            "out of memory",
            "schema version mismatch",
            "upstream closed early");
    private static final List<String> FILES = List.of(
            "README.md", "pom.xml", "Router.java", "deploy.sh", "schema.sql", "index.html", "Dockerfile", "auth.go");

    private Tasks() {}

    static NgramModel.Example log(SplittableRandom random) {
        String service = pick(random, SERVICES);
        String other = pick(random, SERVICES);
        int code = 400 + random.nextInt(150);
        String problem = pick(random, PROBLEMS) + " on node " + random.nextInt(90);
        return new NgramModel.Example(
                pick(
                                random,
                                List.of(
                                        "Pull the error out of this log",
                                        "which error is in the log below?",
                                        "find the failure in these log lines"))
                        + "\n\n```log\n2024-05-0" + (1 + random.nextInt(9)) + " 10:00:01 INFO " + other
                        + " started\n2024-05-03 10:02:11 ERROR "
                        + service + " status=" + code + " " + problem + "\n2024-05-03 10:03:00 INFO " + other
                        + " still up\n```",
                "{\"service\":\"" + service + "\",\"code\":" + code + ",\"message\":\"" + problem + "\"}");
    }

    static NgramModel.Example commit(SplittableRandom random) {
        String file = pick(random, FILES);
        String type = pick(random, List.of("fix", "feat", "docs"));
        String subject =
                pick(random, List.of("handle empty input", "add retry limit", "explain the setup", "remove dead code"));
        return new NgramModel.Example(
                "write a commit message for this change: we " + type + " in `" + file + "` to " + subject,
                "{\"type\":\"" + type + "\",\"file\":\"" + file + "\",\"subject\":\"" + subject + "\"}");
    }

    static NgramModel.Example convert(SplittableRandom random) {
        int value = 1 + random.nextInt(5000);
        String unit = pick(random, List.of("MiB", "GiB", "KiB"));
        return new NgramModel.Example(
                "how many bytes are " + value + " " + unit + "?",
                "{\"value\":" + value + ",\"from\":\"" + unit + "\",\"to\":\"bytes\"}");
    }

    static List<NgramModel.Example> mixed(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<NgramModel.Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(i % 3 == 0 ? log(random) : i % 3 == 1 ? commit(random) : convert(random));
        }
        return examples;
    }

    private static String pick(SplittableRandom random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
