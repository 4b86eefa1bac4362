package io.kernelweave.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class JsonTest {
    record Job(String name, int retryCount, List<Step> steps) {}

    record Step(String name, BigDecimal share) {}

    private static String refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        InputException refused = catchThrowableOfType(InputException.class, call);
        assertThat(refused).as("a refusal").isNotNull();
        return String.valueOf(refused.getMessage());
    }

    @Test
    void readsRecordsInSnakeCaseAndKeepsTheDigitsOfDecimals() {
        Job job = Json.parse("""
                {"name":"n","retry_count":2,"steps":[{"name":"s","share":0.10}]}""", Job.class, "job.json");
        assertThat(job).isEqualTo(new Job("n", 2, List.of(new Step("s", new BigDecimal("0.10")))));
        assertThat(Json.compact(job))
                .isEqualTo("{\"name\":\"n\",\"retry_count\":2,\"steps\":[{\"name\":\"s\",\"share\":0.10}]}");
        assertThat(Json.parse(Json.pretty(job), Job.class, "pretty")).isEqualTo(job);
        assertThat(Json.pretty(job)).endsWith("}\n").doesNotContain("\r");
    }

    @Test
    void namesOriginLineAndPointerOfWhatDoesNotFit() {
        assertThat(refusal(() -> Json.parse("""
                        {"name": "n",
                         "steps": [{"name": "s", "share": "a third"}]}""", Job.class, "job.json")))
                .startsWith("job.json line 2")
                .contains("/steps/0/share");
    }

    @Test
    void namesLineAndKnownFieldsOfAnUnknownFieldInYaml(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("job.yaml"), "name: n\nsteps:\n  - name: s\n    shares: 0.5\n");
        assertThat(refusal(() -> Json.readYaml(file, Job.class)))
                .startsWith(file + " line 4")
                .contains("at /steps/0/shares")
                .contains("unknown field \"shares\"; known here: name, share");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":2}", "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}"})
    void refusesDuplicateKeys(String json) {
        assertThat(refusal(() -> Json.parse(json, "doc")))
                .startsWith("doc line 1")
                .contains("\"a\"");
    }

    @Test
    void refusesDuplicateKeysInYaml() {
        assertThat(refusal(() -> Json.parseYaml("name: a\nname: b\n", Job.class, "job.yaml")))
                .startsWith("job.yaml line 2")
                .contains("name");
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        assertThat(Json.parse("[".repeat(200) + "]".repeat(200), "deep").isArray())
                .isTrue();
        assertThat(refusal(() -> Json.parse("[".repeat(201) + "]".repeat(201), "deep")))
                .contains("200");
        assertThat(refusal(() -> Json.parse("{\"a\":".repeat(100_000), "deep"))).contains("200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "   \n", "{} {}", "{\"a\":}", "[1,]", "NaN", "{'a':1}", "{\"a\":1", "\"a\u0001\"", "01"})
    void refusesWhatIsNotOneValue(String text) {
        assertThat(refusal(() -> Json.parse(text, "doc"))).startsWith("doc").doesNotContain("\n");
    }

    @Test
    void everyRefusalIsOneLine() {
        for (String name : List.of("a\\nb", "a\\r\\nb", "a\\u2028b", "a\\u0085b", "a\\u000bb", "a\\u001b[2Jb")) {
            String message = refusal(() -> Json.parse("{\"" + name + "\": 1}", Job.class, "two\nlines.json"));
            assertThat(message.lines()).hasSize(1);
            assertThat(message).startsWith("two lines.json").doesNotContainPattern("[\\p{Cntrl}\u0085\u2028]");
        }
    }

    @Test
    void saysWhatIsWrongWithAFile(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("none.json");
        assertThat(refusal(() -> Json.read(missing, JsonNode.class)))
                .isEqualTo(missing + ": there is no such file; check the path");
        Path latin = Files.write(folder.resolve("latin.json"), new byte[] {'"', (byte) 0xe9, '"'});
        assertThat(refusal(() -> Json.read(latin, JsonNode.class))).contains("not UTF-8");
        assertThat(refusal(() -> Json.read(folder, JsonNode.class))).startsWith(folder.toString());
    }

    @Test
    void keepsTheRefusalOfARecordsConstructorWithItsPlace() {
        assertThat(refusal(() -> Json.parse("[{\"id\":\"lower\"},\n{\"id\":\"UPPER\"}]", Named[].class, "ids.json")))
                .startsWith("ids.json line 2")
                .contains("at /1")
                .endsWith("id: \"UPPER\" is not lower case; use lower case");
    }

    record Named(String id) {
        Named {
            if (!id.equals(id.toLowerCase(java.util.Locale.ROOT))) {
                throw InputException.at("id", '"' + id + "\" is not lower case", "use lower case");
            }
        }
    }

    @Test
    void garbageIsRefusedAndNeverCrashes() {
        SplittableRandom random = new SplittableRandom(3);
        String alphabet = "{}[]\",:.-+eE0123456789truefalsn \\u\n\t\ud83d\ude00é";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(30); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Json.parse(text.toString(), "garbage");
            } catch (InputException e) {
                assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1);
            }
        }
    }

    @Test
    void aRefusalInsideARefusalNamesBothPlaces() {
        InputException inner = InputException.at("/name", "is missing", "give it");
        assertThat(inner.in("kernel.json").getMessage()).isEqualTo("kernel.json: /name: is missing; give it");
        assertThatThrownBy(() -> {
                    throw inner.in("kernel.json");
                })
                .hasCause(inner);
    }
}
