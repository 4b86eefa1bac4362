package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplatesTest {
    private static final View ARMS = new View(
            "arms.svg.ftl",
            Map.of("title", "t", "description", "d", "ticks", List.of(), "bottom", 10, "lines", List.of()));

    @TempDir
    Path temporary;

    private Folder reports;

    @BeforeEach
    void folder() {
        reports = Folder.of(temporary.toString());
    }

    private String render(String own, Map<String, Object> model) {
        reports.write("templates/trend.md.ftl", own);
        return Templates.of(reports).render(new View("trend.md.ftl", model));
    }

    @Test
    void aFileOfTheSameNameReplacesATemplateAndThePageSaysSo() {
        String page = render("Runs: ${runs}\n", Map.of("runs", 7));
        assertThat(page)
                .startsWith(
                        "Runs: 7\n\n---\n\nRendered by templates that are not the program's own: trend.md.ftl (SHA-256 ");
    }

    @Test
    void anImportedTemplateIsReplacedToo() {
        String own = Templates.builtIn().render(ARMS);
        assertThat(own).doesNotContain("Rendered by");
        reports.write("templates/figure.ftl", "<#macro figure height><svg class=\"mine\"><#nested></svg></#macro>");
        Templates templates = Templates.of(reports);
        assertThat(templates.render(ARMS))
                .contains(
                        "<svg class=\"mine\">",
                        "<!-- Rendered by templates that are not the program's own: figure.ftl (SHA-256 ");
        assertThat(templates.replaced()).containsExactly("figure.ftl");
        assertThat(templates.used()).containsOnlyKeys("arms.svg.ftl", "figure.ftl");
    }

    @Test
    void aReplacedTemplateEscapesWhatItInsertsWhateverItSays() {
        assertThat(render("${x}", Map.of("x", "<script>|*"))).startsWith("\\<script\\>\\|\\*");
        reports.write("templates/arms.svg.ftl", "<t>${title}</t>");
        assertThat(Templates.of(reports).render(new View("arms.svg.ftl", Map.of("title", "<b>"))))
                .startsWith("<t>&lt;b&gt;</t>");
    }

    @ParameterizedTest
    @CsvSource({
        "'a\n<#list x as', :2, 'Unexpected end of file'",
        "'a\n\n${nothing}', :3, 'nothing'",
        "'<#include \"away.ftl\">', :1, 'away.ftl'",
        "'<#macro m><@m/></#macro><@m/>', '', 'StackOverflow'",
        "'${\"freemarker.template.utility.Execute\"?new()(\"id\")}', :1, 'Execute'"
    })
    void aBrokenOneIsRefusedInOneLineWithItsPlace(String own, String line, String what) {
        assertThatThrownBy(() -> render(own, Map.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("templates/trend.md.ftl" + line)
                .hasMessageContaining(what)
                .hasMessageContaining("or remove it")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void aBrokenImportIsNamedWhereAnotherTemplateTripsOverIt() {
        reports.write("templates/figure.ftl", "<#macro other></#macro>");
        assertThatThrownBy(() -> Templates.of(reports).render(ARMS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("arms.svg.ftl:3")
                .hasMessageContaining("templates/figure.ftl");
    }
}
