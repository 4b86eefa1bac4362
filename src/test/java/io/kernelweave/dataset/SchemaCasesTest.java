package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.Corpora;
import io.kernelweave.decode.WrittenForm.Formats;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import io.kernelweave.trial.SchemaCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaCasesTest {
    private static final String SUITE =
            "{file: file, drafts: {d7: 'urn:d7'}, formats: annotation, asserted_in: [optional/format/]}";

    @TempDir
    Path folder;

    private DatasetSpec spec(String schemas, String rows) throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), rows);
        return Json.parseYaml(
                "name: schemas\nsources: {all: {path: " + folder + "/rows.jsonl}}\nschemas: " + schemas + "\n",
                DatasetSpec.class,
                "spec.yaml");
    }

    @Test
    void schemasAndDocumentsAreTheTextOfTheSource() throws IOException {
        SchemaCases cases = SchemaCases.read(spec("{}", """
                {"id":"a","schema": {"minimum":1e400, "x":[ "}" ]} ,"features":[[]],"tests":[{"valid":true,"data":-0.0},{"data": "é\\u0041","valid":false,"description":"no"}]}
                {"schema":true,"tests":[]}
                """));
        SchemaCase first = cases.cases().get(0);
        assertThat(first.id()).isEqualTo("a");
        assertThat(first.source()).isEqualTo("schemas");
        assertThat(first.place()).isNull();
        assertThat(first.formats()).isNull();
        assertThat(first.problem()).isNull();
        assertThat(first.schema()).isEqualTo("{\"minimum\":1e400, \"x\":[ \"}\" ]}");
        assertThat(first.instances())
                .containsExactly(
                        new SchemaCase.Instance(true, "", "-0.0"),
                        new SchemaCase.Instance(false, "no", "\"é\\u0041\""));
        assertThat(cases.cases().get(1).id()).isEqualTo("all-2");
        assertThat(cases.cases().get(1).schema()).isEqualTo("true");
    }

    @Test
    void longDocumentsAreCutOutWhole() throws IOException {
        String text = "\"" + "é\\n{".repeat(40_000) + "\"";
        String number = "1".repeat(300);
        SchemaCases cases = SchemaCases.read(spec(
                "{}",
                "{\"id\":\"a\",\"schema\":{\"const\":" + text + "},\"tests\":[{\"valid\":true,\"data\":" + text
                        + "},{\"valid\":true,\"data\":" + number + "},{\"data\":[" + text + "],\"valid\":true}]}\n"));
        assertThat(cases.cases().get(0).schema()).isEqualTo("{\"const\":" + text + "}");
        assertThat(cases.cases().get(0).instances())
                .extracting(SchemaCase.Instance::data)
                .containsExactly(text, number, "[" + text + "]");
    }

    @Test
    void groupsOfASuiteKnowTheirPlace() throws IOException {
        List<SchemaCase> cases = SchemaCases.read(spec(SUITE, """
                        {"file":"d7/a.json","description":"first","schema":{},"tests":[]}
                        {"file":"d7/a.json","description":"second","schema":{},"tests":[]}
                        {"file":"d7/optional/format/date.json","schema":{},"tests":[]}
                        {"file":"d9/optional/b.json","schema":{},"tests":[]}
                        """)).cases();
        assertThat(cases)
                .extracting(SchemaCase::id)
                .containsExactly(
                        "d7/a.json#1", "d7/a.json#2", "d7/optional/format/date.json#1", "d9/optional/b.json#1");
        assertThat(cases)
                .extracting(SchemaCase::place)
                .containsExactly(
                        new SchemaCase.Place("d7/a.json", "d7", true),
                        new SchemaCase.Place("d7/a.json", "d7", true),
                        new SchemaCase.Place("d7/optional/format/date.json", "d7", false),
                        new SchemaCase.Place("d9/optional/b.json", "d9", false));
        assertThat(cases)
                .extracting(SchemaCase::formats)
                .containsExactly(Formats.ANNOTATION, Formats.ANNOTATION, Formats.ASSERTED, Formats.ANNOTATION);
        assertThat(cases).extracting(SchemaCase::draft).containsExactly("urn:d7", "urn:d7", "urn:d7", null);
        assertThat(cases.get(1).description()).isEqualTo("second");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"id\":\"a\",\"schema\":DEEP,\"tests\":[]} | a | nesting depth",
                "{\"id\":\"a\",\"schema\":{\"x\":1,\"x\":2},\"tests\":[]} | a | Duplicate",
                "{\"id\":\"a\",\"schema\":{ | a | the line cannot be read",
                "{\"id\":\"a\",\"tests\":[]} | a | the line has no schema",
                "{\"id\":\"a\",\"schema\":{}} | a | the line has no list of tests",
                "{\"id\":\"a\",\"schema\":{},\"tests\":[{\"data\":1}]} | a | test 0 is no object with valid and data",
                "{\"id\":\"a\",\"schema\":{},\"tests\":[{\"valid\":true,\"data\":1},[[2]]]} | a | test 1 is no object",
                "{\"id\":\"a\",\"schema\":{},\"tests\":[]}{} | a | something follows",
                "[1] | all-1 | the line is not a JSON object",
            })
    void aLineThatCannotBeReadIsACaseWithAProblem(String line, String id, String problem) throws IOException {
        String deep = "{\"not\":".repeat(100_000) + "{}" + "}".repeat(100_000);
        List<SchemaCase> cases = SchemaCases.read(
                        spec("{}", line.replace("DEEP", deep) + "\n{\"id\":\"ok\",\"schema\":{},\"tests\":[]}\n"))
                .cases();
        assertThat(cases).hasSize(2);
        assertThat(cases.get(0).id()).isEqualTo(id);
        assertThat(cases.get(0).problem()).contains(problem);
        assertThat(cases.get(0).instances()).isEmpty();
        assertThat(cases.get(1).problem()).isNull();
    }

    @Test
    void idsAreMadeUniqueAndTheDigestIsThatOfTheRowsInAnyOrder() throws IOException {
        String a = "{\"id\":\"a\",\"schema\":{},\"tests\":[]}\n";
        String b = "{\"id\":\"a\",\"schema\":true,\"tests\":[]}\n";
        SchemaCases cases = SchemaCases.read(spec("{}", a + b));
        assertThat(cases.cases()).extracting(SchemaCase::id).containsExactly("a", "a~2");
        assertThat(SchemaCases.read(spec("{}", b + a)).digest()).isEqualTo(cases.digest());
        assertThat(SchemaCases.read(spec("{}", a)).digest()).isNotEqualTo(cases.digest());
        assertThat(SchemaCases.read(spec("{formats: annotation}", a + b)).digest())
                .isNotEqualTo(cases.digest());
    }

    @Test
    void schemasAndPromptsAreNotTakenForEachOther() throws IOException {
        DatasetSpec schemas = spec("{}", "{}\n");
        assertThatThrownBy(() -> new Datasets(Folder.of(folder.toString())).open(schemas))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "data set schemas: its rows are schemas, not prompts; use it in a job with measure: masks, as"
                                + " jobs/maskbench.yaml does");
        DatasetSpec prompts = Json.parseYaml("name: p\nsources: {a: {path: p}}\n", DatasetSpec.class, "spec.yaml");
        assertThatThrownBy(() -> SchemaCases.read(prompts))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("its rows are prompts, not schemas");
        assertThatThrownBy(() -> SchemaCases.read(schemas.withSources(java.util.Map.of("all", "rows.csv"))))
                .isInstanceOf(InputException.class)
                .message()
                .hasLineCount(1);
    }

    @Test
    void thePublicCorporaAreReadWhole() {
        Corpora.file("maskbench.jsonl.gz");
        SchemaCases suite = SchemaCases.read(DatasetSpec.read(Path.of("phasecd/json-schema-test-suite.yaml")));
        assertThat(suite.cases()).hasSizeGreaterThan(500).allMatch(subject -> subject.problem() == null);
        assertThat(suite.cases()).allMatch(subject -> subject.draft() != null);
        SchemaCases real = SchemaCases.read(DatasetSpec.read(Path.of("phasecd/maskbench.yaml")));
        assertThat(real.cases()).hasSizeGreaterThan(1000).allMatch(subject -> subject.problem() == null);
    }
}
