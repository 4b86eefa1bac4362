package io.kernelweave.compile;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.compile.Families.Family;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FamiliesTest {
    private static Example of(String family, int number, String... tools) {
        Traces trace = new Traces("prompt " + number);
        for (String tool : tools) {
            trace.call(tool, Json.object(), Json.object());
        }
        return new Example(trace.trace(family), Outcome.PASS, "task-" + number);
    }

    @Test
    void aDeclaredFamilyIsOneWhateverWasDone() {
        List<Family> families = Families.of(List.of(of("b", 1, "x"), of("a", 2, "y"), of("b", 3, "z")));
        assertThat(families).extracting(Family::name).containsExactly("a", "b");
        assertThat(families.get(1).examples()).hasSize(2);
        assertThat(families).allMatch(Family::declared);
    }

    @Test
    void tracesThatDeclareNoneAreTogetherIfTheyDidMuchTheSame() {
        SplittableRandom random = new SplittableRandom(4);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<String> tools = new ArrayList<>();
            if (i % 2 == 0) {
                tools.add("open_ticket");
                for (int k = 0; k <= random.nextInt(3); k++) {
                    tools.add("comment");
                }
                tools.add("close_ticket");
            } else {
                tools.add("search");
                tools.add("read");
                if (random.nextBoolean()) {
                    tools.add("read");
                }
                tools.add("summarise");
            }
            examples.add(of(null, i, tools.toArray(String[]::new)));
        }
        List<Family> families = Families.of(examples);
        assertThat(families).hasSize(2).noneMatch(Family::declared);
        assertThat(families).allSatisfy(family -> assertThat(family.examples()).hasSize(20));
        List<String> names = families.stream().map(Family::name).toList();
        Collections.shuffle(examples, new Random(2));
        assertThat(Families.of(examples)).extracting(Family::name).containsExactlyElementsOf(names);
    }

    @Test
    void thereMayBeNoTraceAtAll() {
        assertThat(Families.of(List.of())).isEmpty();
    }
}
