package io.kernelweave.decode;

import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Schemas made to take all time or memory are answered or refused in a line. */
class HostileSchemaTest {
    @Test
    void hostileSchemasAreAnsweredOrRefused() throws IOException, InterruptedException {
        Hostile.answersOrRefuses(
                HostileSchemas.class, new ArrayList<>(HostileSchemas.all().keySet()));
    }
}
