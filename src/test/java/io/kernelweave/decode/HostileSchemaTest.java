package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Schemas made to take all time or memory are answered or refused in a line. */
class HostileSchemaTest {
    /** Not bounded yet, so not tried here: sizes beyond those of real schemas, and limits that are named wrongly. */
    private static final Set<String> UNBOUNDED =
            Set.of("patterns of keys, and not", "many different", "a thousand contained", "repeats wanted");

    @Test
    void hostileSchemasAreAnsweredOrRefused() throws IOException, InterruptedException {
        List<String> left = new ArrayList<>(HostileSchemas.all().keySet());
        assertThat(left).containsAll(UNBOUNDED);
        left.removeAll(UNBOUNDED);
        System.out.println("hostile schemas that are not bounded yet: " + UNBOUNDED);
        Hostile.answersOrRefuses(HostileSchemas.class, left);
    }
}
