package io.kernelweave.decode;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Grammars made to take all time or memory are answered or refused in a line. */
class HostileGrammarTest {
    @Test
    void hostileGrammarsAreAnsweredOrRefused() throws IOException, InterruptedException {
        Hostile.answersOrRefuses(
                HostileGrammars.class, List.copyOf(HostileGrammars.all().keySet()));
    }
}
