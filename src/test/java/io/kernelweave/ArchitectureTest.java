package io.kernelweave;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The floors: a package uses those on lower floors only, and the heavy libraries stay where they belong. */
class ArchitectureTest {
    private static final List<List<String>> FLOORS = List.of(
            List.of("json", "stats"),
            List.of("kernel", "trace", "regex", "vector"),
            List.of("schema", "verify"),
            List.of("decode", "route", "mine", "compile", "compose"),
            List.of("model", "embed", "gate"),
            List.of("runtime", "trial"),
            List.of("storage"),
            List.of("dataset", "results"),
            List.of("report", "compare", "export"),
            List.of("batch"),
            List.of("cli"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.kernelweave");

    private static String[] floors(int from, int to) {
        return FLOORS.subList(from, to + 1).stream()
                .flatMap(List::stream)
                .map(name -> "io.kernelweave." + name)
                .toArray(String[]::new);
    }

    @Test
    void everyPackageStandsOnOneFloor() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
                .containsExactlyInAnyOrder(floors(0, FLOORS.size() - 1));
    }

    @Test
    void aPackageUsesNoHigherFloor() {
        IntStream.range(0, FLOORS.size() - 1)
                .forEach(floor -> noClasses()
                        .that()
                        .resideInAnyPackage(floors(floor, floor))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(floors(floor + 1, FLOORS.size() - 1))
                        .check(CLASSES));
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.kernelweave.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theCoreKnowsNoHarness() {
        noClasses()
                .that()
                .resideInAnyPackage(floors(0, 5))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "org.apache.hadoop..",
                        "org.apache.parquet..",
                        "org.duckdb..",
                        "freemarker..",
                        "picocli..",
                        "java.sql..")
                .check(CLASSES);
    }

    @Test
    void theFloorsBelowTheModelsKnowNoTensors() {
        noClasses()
                .that()
                .resideInAnyPackage(floors(0, 3))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "ai.djl..", "dev.langchain4j..", "com.sun.jna..")
                .check(CLASSES);
    }

    @Test
    void eachLibraryIsKnownInOnePlace() {
        onlyIn("batch", "org.springframework..");
        onlyIn("storage", "org.apache.hadoop..", "org.apache.parquet..", "org.duckdb..");
        onlyIn("embed", "ai.onnxruntime..", "ai.djl..", "dev.langchain4j..");
        onlyIn("model", "com.sun.jna..");
        onlyIn("cli", "picocli..", "me.tongfei..");
    }

    private static void onlyIn(String home, String... libraries) {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kernelweave." + home)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .check(CLASSES);
    }

    @Test
    void everyPackageSaysThatItIsNullMarked() {
        for (String name : new TreeSet<>(List.of(floors(0, FLOORS.size() - 1)))) {
            assertThat(CLASSES.getPackage(name).isAnnotatedWith(NullMarked.class))
                    .as(name)
                    .isTrue();
        }
    }

    @Test
    void nothingPrintsButTheCommandLine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kernelweave.cli")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }
}
