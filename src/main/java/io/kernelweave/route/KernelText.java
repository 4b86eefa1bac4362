package io.kernelweave.route;

import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a kernel says of itself, as the router reads it. Where that is no more than its name, the name is read once more as
 * a request: a bare word and a sentence lie apart for an encoder, whatever they are about.
 *
 * @param texts name, description without what it rules out, and what each example asks for: one exemplar each, none blank
 * @param ruledOut content words of the description's "Not for …" sentences that the kernel does not use of itself
 */
record KernelText(List<String> texts, Set<String> ruledOut) {
    private static final Pattern SENTENCE = Pattern.compile("(?<=[.;!?])\\s+");
    private static final Pattern NEGATION =
            Pattern.compile("(?i)^(?:it is |it's |this is )?(?:not|never|don't|do not)\\b.*");

    static KernelText of(Kernel kernel) {
        List<String> positive = new ArrayList<>();
        Set<String> ruledOut = new HashSet<>();
        for (String sentence : SENTENCE.split(kernel.description())) {
            if (NEGATION.matcher(sentence).matches()) {
                ruledOut.addAll(Words.of(sentence.replaceFirst("(?i)\\b(?:not|never|don't|do not)\\b", "")));
            } else {
                positive.add(sentence);
            }
        }
        List<String> texts = new ArrayList<>();
        texts.add(kernel.name());
        texts.add(String.join(" ", positive));
        if (kernel.examples().isEmpty() && Words.of(kernel.name()).containsAll(Words.of(String.join(" ", texts)))) {
            texts.add("please " + kernel.name() + " for me");
        }
        kernel.examples().stream().map(Query::request).forEach(texts::add);
        texts.removeIf(String::isBlank);
        texts.forEach(text -> ruledOut.removeAll(Words.of(text)));
        return new KernelText(List.copyOf(texts), Set.copyOf(ruledOut));
    }
}
