package io.kernelweave.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks that tie an answer to what it was made from. */
sealed interface EvidenceRule extends Rule {
    List<Type> TYPES =
            List.of(Type.of("quoteInSource", QuoteInSource::read), Type.of("numbersGrounded", NumbersGrounded::read));

    /** Every text at the target occurs in the source. A blank one quotes nothing and fails. */
    record QuoteInSource(Target target, Path source, Normalize normalize) implements EvidenceRule {
        /** What does not count as a difference. */
        enum Normalize {
            EXACT("exact"),
            WHITESPACE("whitespace"),
            /** Neither white space nor case. */
            IGNORE_CASE("ignoreCase");

            private final String label;

            Normalize(String label) {
                this.label = label;
            }

            @Override
            public String toString() {
                return label;
            }
        }

        static Rule read(Arguments arguments) {
            return new QuoteInSource(
                    Target.read(arguments),
                    arguments.path("source", "input.source"),
                    arguments.choice("normalize", Normalize.class, Normalize.WHITESPACE));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<Folded> sources = new ArrayList<>();
            for (Path.Place place : source.texts(subject)) {
                sources.add(Folded.of(place.text(), place.name(), normalize));
            }
            if (sources.isEmpty()) {
                throw Undecided.nothingAt(source.toString());
            }
            return target.eachText(subject, place -> {
                String quote = place.text();
                String folded = Folded.of(quote, place.name(), normalize).text();
                if (folded.isBlank()) {
                    return Finding.fail("the quote at " + place.name() + " is empty");
                }
                for (Folded text : sources) {
                    Span span = text.find(folded);
                    if (span != null) {
                        return Finding.pass("quote " + Finding.quote(quote) + " occurs in " + span.field(), span);
                    }
                }
                return Finding.fail(
                        "quote " + Finding.quote(quote) + " at " + place.name() + " does not occur in " + source);
            });
        }

        /**
         * A text without the differences that do not count.
         *
         * @param origins for each unit of {@code text} its place in the original; null if they are the same
         */
        private record Folded(String text, String name, int @Nullable [] origins) {
            static Folded of(String original, String name, Normalize normalize) {
                if (normalize == Normalize.EXACT) {
                    return new Folded(original, name, null);
                }
                StringBuilder text = new StringBuilder(original.length());
                int[] origins = new int[original.length()];
                for (int i = 0; i < original.length(); i++) {
                    char c = original.charAt(i);
                    if (isSpace(c)) {
                        if (text.isEmpty() || text.charAt(text.length() - 1) == ' ') {
                            continue;
                        }
                        c = ' ';
                    }
                    origins[text.length()] = i;
                    text.append(
                            normalize == Normalize.IGNORE_CASE ? Character.toLowerCase(Character.toUpperCase(c)) : c);
                }
                if (!text.isEmpty() && text.charAt(text.length() - 1) == ' ') {
                    text.setLength(text.length() - 1);
                }
                return new Folded(text.toString(), name, origins);
            }

            private static boolean isSpace(char c) {
                return Character.isWhitespace(c) || Character.isSpaceChar(c);
            }

            @Nullable
            Span find(String quote) {
                int at = text.indexOf(quote);
                if (at < 0) {
                    return null;
                }
                int last = at + quote.length() - 1;
                return origins == null ? new Span(name, at, last + 1) : new Span(name, origins[at], origins[last] + 1);
            }
        }
    }

    /**
     * Every number at the target, in values and in texts, occurs in one of the sources; {@link NumberTokens} says what that
     * means. A source that is missing offers nothing; without any the check is undecided.
     */
    record NumbersGrounded(Target target, List<Path> sources, NumberTokens allowed) implements EvidenceRule {
        static Rule read(Arguments arguments) {
            NumberTokens allowed = new NumberTokens();
            JsonNode allow = arguments.get("allow");
            if (allow != null) {
                if (!allow.isArray()) {
                    throw arguments.refusal("allow", "is not a list", "use an array of numbers");
                }
                for (JsonNode element : allow) {
                    if (element.isNumber() && Subject.inRange(element.decimalValue())) {
                        allowed.addNumber(element.decimalValue());
                    } else if (element.isString()) {
                        allowed.addText(element.stringValue());
                    } else {
                        throw arguments.refusal(
                                "allow", "holds what is not a number", "use numbers, or texts such as v2");
                    }
                }
            }
            return new NumbersGrounded(
                    Target.read(arguments),
                    arguments.paths("sources", List.of("input.source", "input.request")),
                    allowed);
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            NumberTokens grounds = new NumberTokens();
            boolean any = false;
            for (Path source : sources) {
                for (Path.Place place : source.texts(subject)) {
                    JsonNode value = place.value();
                    if (value != null) {
                        offer(value, grounds);
                        any = true;
                    }
                }
            }
            if (!any) {
                throw new Undecided("none of the sources " + sources + " is there");
            }
            return subject.output().isEmpty()
                    ? target.eachText(subject, place -> grounded(place.require(), place.name(), grounds))
                    : target.eachValue(subject, place -> grounded(place.require(), place.name(), grounds));
        }

        private static void offer(JsonNode value, NumberTokens grounds) throws Undecided {
            if (value.isNumber()) {
                if (!Subject.inRange(value.decimalValue())) {
                    throw new Undecided("a source has a number out of range");
                }
                grounds.addNumber(value.decimalValue());
            } else if (value.isString()) {
                grounds.addText(value.stringValue());
            }
            for (JsonNode element : value) {
                offer(element, grounds);
            }
        }

        private Finding grounded(JsonNode value, String name, NumberTokens grounds) {
            if (value.isNumber()) {
                boolean grounded = grounds.contains(value.decimalValue()) || allowed.contains(value.decimalValue());
                return Finding.of(grounded, grounded ? name + " is grounded" : missing(Values.show(value), name));
            }
            if (value.isString()) {
                String text = value.stringValue();
                Span span = grounds.ungrounded(text, name, allowed);
                return span == null
                        ? Finding.pass("the numbers of " + name + " are grounded")
                        : Finding.fail(missing(text.substring(span.start(), span.end()), name), span);
            }
            List<Finding> findings = new ArrayList<>();
            for (int i = 0; value.isArray() && i < value.size(); i++) {
                findings.add(grounded(value.get(i), name + "[" + i + "]", grounds));
            }
            value.properties()
                    .forEach(field -> findings.add(grounded(field.getValue(), name + "." + field.getKey(), grounds)));
            return findings.isEmpty() ? Finding.pass(name + " holds no number") : Finding.all(findings);
        }

        private String missing(String number, String name) {
            return String.format(Locale.ROOT, "number %s at %s does not occur in %s", number, name, sources);
        }
    }
}
