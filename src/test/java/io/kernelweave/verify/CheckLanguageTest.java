package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.schema.SchemaValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class CheckLanguageTest {
    private static final Path DESCRIPTORS = Path.of("src/main/resources/io/kernelweave/verify/checks");
    private static final SchemaValidator SCHEMA = SchemaValidator.compile(CheckLanguage.jsonSchema(), "schema");

    static List<CheckDescriptor> checks() {
        return CheckDescriptor.all();
    }

    static Stream<CheckDescriptor.Example> examples() {
        return checks().stream().flatMap(check -> check.examples().stream());
    }

    @Test
    void everyCheckHasADescriptorAndEveryDescriptorACheck() throws IOException {
        try (Stream<Path> files = Files.list(DESCRIPTORS)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
                    .containsExactlyInAnyOrderElementsOf(Checks.names());
        }
        assertThat(checks()).hasSameSizeAs(Checks.names());
    }

    @ParameterizedTest
    @MethodSource("checks")
    void aDescriptorNamesTheArgumentsThatTheCheckReads(CheckDescriptor descriptor) {
        Set<String> described = new LinkedHashSet<>(Checks.COMMON);
        descriptor.arguments().properties().forEach(argument -> described.add(argument.getKey()));
        for (CheckDescriptor.Example example : descriptor.examples()) {
            Arguments read = new Arguments(example.condition(), "test", Judge.none());
            Checks.compile(read);
            assertThat(example.condition().path("check").asString("")).isEqualTo(descriptor.check());
            assertThat(read.known()).containsExactlyInAnyOrderElementsOf(described);
        }
        assertThat(described).containsAll(descriptor.required());
        descriptor
                .arguments()
                .properties()
                .forEach(argument -> assertThat(argument.getValue().has("description")
                                || argument.getValue().has("$ref"))
                        .as(argument.getKey())
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("checks")
    void aCheckHasExamplesOfBothKinds(CheckDescriptor descriptor) {
        List<Outcome> outcomes = descriptor.examples().stream()
                .map(CheckDescriptor.Example::outcome)
                .toList();
        if (descriptor.family() == CheckDescriptor.Family.UNDECIDED) {
            assertThat(outcomes).contains(Outcome.UNKNOWN);
        } else {
            assertThat(outcomes).contains(Outcome.PASS, Outcome.FAIL);
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleJudgesAsItSays(CheckDescriptor.Example example) {
        assertThat(SCHEMA.validate(example.condition())).isEmpty();
        Verdict verdict = Checks.parse(example.condition(), "example").evaluate(example.subject());
        assertThat(verdict.outcome()).as(verdict.reason()).isEqualTo(example.outcome());
        assertThat(verdict.reason()).isNotBlank().doesNotContain("\n");
    }

    @Test
    void schemaAndPageAreUpToDate() throws IOException {
        String remedy = "run: kernelweave checks --%s > docs/%s";
        assertThat(Files.readString(Path.of("docs/check.schema.json")))
                .as(remedy, "json-schema", "check.schema.json")
                .isEqualTo(Json.pretty(CheckLanguage.jsonSchema()));
        assertThat(Files.readString(Path.of("docs/checks.md")))
                .as(remedy, "markdown", "checks.md")
                .isEqualTo(CheckLanguage.markdown());
    }

    /** Conditions a step or two away from sound ones: schema and parser must say the same of each. */
    @Test
    void theSchemaAcceptsWhatTheParserAccepts() {
        SplittableRandom random = new SplittableRandom(20260101);
        List<JsonNode> pool = new ArrayList<>();
        List<ObjectNode> sound = new ArrayList<>();
        examples().forEach(example -> {
            sound.add(example.condition());
            collect(example.condition(), pool);
        });
        for (String extra : List.of(
                "null", "true", "-1", "0.5", "2.0", "1e3", "\"\"", "\"output\"", "\"a b\"", "[]", "{}", "\"pass\"")) {
            pool.add(Json.parse(extra, "pool"));
        }
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < 6_000; i++) {
            ObjectNode mutant = sound.get(random.nextInt(sound.size())).deepCopy();
            for (int steps = 1 + random.nextInt(2); steps > 0; steps--) {
                mutate(mutant, pool, random);
            }
            boolean valid = SCHEMA.validate(mutant).isEmpty();
            try {
                Checks.parse(mutant, "mutant");
                assertThat(valid)
                        .as("the parser accepts %s: %s", mutant, SCHEMA.validate(mutant))
                        .isTrue();
                accepted++;
            } catch (InputException e) {
                // What a schema cannot say: see CheckLanguage.
                if (!String.valueOf(e.getMessage())
                        .matches(
                                "(?s).*(not a pattern of RE2|not a schema|is not a number of these checks|out of range|leaves the document|nothing stands at).*")) {
                    assertThat(valid)
                            .as("the parser refuses %s: %s", mutant, e.getMessage())
                            .isFalse();
                }
                refused++;
            }
        }
        assertThat(accepted).isGreaterThan(500);
        assertThat(refused).isGreaterThan(1_000);
    }

    private static void collect(JsonNode node, List<JsonNode> into) {
        into.add(node);
        node.forEach(element -> collect(element, into));
    }

    /** Takes away, replaces, adds or moves one thing somewhere. */
    private static void mutate(JsonNode root, List<JsonNode> pool, SplittableRandom random) {
        List<JsonNode> places = new ArrayList<>();
        collect(root, places);
        places.removeIf(place -> !place.isContainer());
        JsonNode place = places.get(random.nextInt(places.size()));
        JsonNode value = pool.get(random.nextInt(pool.size())).deepCopy();
        if (place instanceof ArrayNode array) {
            int at = random.nextInt(array.size() + 1);
            if (at == array.size()) {
                array.add(value);
            } else if (random.nextBoolean()) {
                array.remove(at);
            } else {
                array.set(at, value);
            }
        } else if (place instanceof ObjectNode object) {
            List<String> names = new ArrayList<>(object.propertyNames());
            int at = random.nextInt(names.size() + 1);
            if (at == names.size()) {
                List<String> others = List.of("of", "value", "empty", "name", "severity", "says", "target", "zip");
                object.set(others.get(random.nextInt(others.size())), value);
            } else if (random.nextInt(3) == 0) {
                object.remove(names.get(at));
            } else {
                object.set(names.get(at), value);
            }
        }
    }
}
