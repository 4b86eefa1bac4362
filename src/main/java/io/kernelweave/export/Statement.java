package io.kernelweave.export;

import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an archive says of its runs and of the program in forms that other tools read. */
final class Statement {
    private static final String SBOM = "/META-INF/sbom/application.cdx.json";

    private Statement() {}

    /**
     * A run's verdict as an in-toto statement v1 with a predicate test-result v0.1: the job is the one test, and it is passed,
     * warned of (the run gate could not tell) or failed.
     *
     * @param subjects the files that the verdict is about
     */
    static ObjectNode of(Run run, List<Archive.Entry> subjects) {
        Run.Judged judged = run.judgement();
        RunVerdict verdict = judged == null ? RunVerdict.INVALID : RunVerdict.valueOf(judged.verdict());
        String outcome = switch (verdict) {
            case PASS, IDENTICAL -> "passed";
            case INCONCLUSIVE -> "warned";
            case FAIL, INVALID -> "failed";
        };
        ObjectNode statement = Json.object().put("_type", "https://in-toto.io/Statement/v1");
        ArrayNode subject = statement.putArray("subject");
        for (Archive.Entry file : subjects) {
            subject.addObject().put("name", file.path()).putObject("digest").put("sha256", file.sha256());
        }
        statement.put("predicateType", "https://in-toto.io/attestation/test-result/v0.1");
        ObjectNode predicate = statement.putObject("predicate");
        predicate.put("result", outcome.toUpperCase(Locale.ROOT));
        ArrayNode configuration = predicate.putArray("configuration");
        run.fingerprint()
                .forEach((what, digest) -> configuration
                        .addObject()
                        .put("name", what)
                        .putObject("digest")
                        .put("sha256", digest));
        for (String each : List.of("passed", "warned", "failed")) {
            ArrayNode tests = predicate.putArray(each + "Tests");
            if (each.equals(outcome)) {
                tests.add(run.job());
            }
        }
        return statement;
    }

    /** The program's bill of materials, CycloneDX, as the build wrote it. */
    static byte[] sbom() {
        try (InputStream in = Statement.class.getResourceAsStream(SBOM)) {
            if (in == null) {
                throw InputException.at("the program", "was built without " + SBOM, "build it with ./mvnw package");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
