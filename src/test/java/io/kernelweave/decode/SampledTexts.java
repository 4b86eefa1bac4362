package io.kernelweave.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Texts that a constraint lets through: so many tokens, drawn of those allowed, then the shortest end. */
final class SampledTexts {
    private SampledTexts() {}

    static String sample(Constraint constraint, long seed, int steps) {
        TokenVocabulary vocabulary = constraint.vocabulary();
        SplittableRandom random = new SplittableRandom(seed);
        TokenMatcher matcher = constraint.matcher();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int step = 0; step < steps; step++) {
            int[] allowed = matcher.allowed().toArray();
            if (allowed.length == 0 || matcher.isComplete() && random.nextInt(8) == 0) {
                break;
            }
            int token = allowed[random.nextInt(allowed.length)];
            if (!matcher.accept(token)) {
                throw new AssertionError("token " + token + " of the mask is refused");
            }
            out.writeBytes(vocabulary.bytes(token));
        }
        out.writeBytes(matcher.shortestCompletion());
        return out.toString(StandardCharsets.UTF_8);
    }
}
