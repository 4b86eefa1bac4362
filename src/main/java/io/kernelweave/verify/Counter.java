package io.kernelweave.verify;

import com.google.re2j.Pattern;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;
import java.util.Locale;

/** A unit together with its arguments: counts a text. */
@FunctionalInterface
interface Counter {
    Tally count(String text) throws Undecided;

    /** The vocabularies that tokens are counted in. */
    enum Vocabulary {
        O200K_BASE(EncodingType.O200K_BASE),
        CL100K_BASE(EncodingType.CL100K_BASE);

        /** Byte-pair merges are worked out word by word, and a word may be the whole text. */
        private static final int LONGEST = 50_000;

        private final EncodingType type;

        Vocabulary(EncodingType type) {
            this.type = type;
        }

        private static final class Loaded {
            private static final com.knuddels.jtokkit.api.EncodingRegistry REGISTRY =
                    Encodings.newLazyEncodingRegistry();
        }

        Counter counter() {
            Encoding encoding = Loaded.REGISTRY.getEncoding(type);
            return text -> {
                if (text.length() > LONGEST) {
                    throw new Undecided("a text of more than " + LONGEST + " characters is not cut into tokens");
                }
                return Tally.of(encoding.countTokensOrdinary(text));
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Every argument that some unit takes. */
    List<String> ARGUMENTS =
            List.of("separator", "marker", "keyword", "letter", "ignoreCase", "wholeWord", "patterns", "vocabulary");

    /** Reads the arguments that a unit takes, and refuses those of other units. */
    static Counter read(Measure unit, Arguments arguments) {
        List<String> own = switch (unit) {
            case PARAGRAPHS -> List.of("separator");
            case SECTIONS -> List.of("marker");
            case KEYWORD -> List.of("keyword", "ignoreCase", "wholeWord");
            case LETTER -> List.of("letter", "ignoreCase");
            case MATCHES -> List.of("patterns");
            case TOKENS -> List.of("vocabulary");
            default -> List.of();
        };
        arguments.without(
                "unit " + unit,
                ARGUMENTS.stream().filter(name -> !own.contains(name)).toArray(String[]::new));
        return switch (unit) {
            case PARAGRAPHS -> {
                String separator = arguments.optionalString("separator");
                yield separator == null ? plain(unit) : parts(separator);
            }
            case SECTIONS -> {
                String marker = arguments.optionalString("marker");
                yield marker == null ? plain(unit) : sections(marker);
            }
            case KEYWORD -> {
                Needle needle = Needle.of(
                        arguments.string("keyword"), arguments.flag("ignoreCase"), arguments.flag("wholeWord"));
                yield text -> occurrences(needle, text);
            }
            case LETTER -> {
                String letter = arguments.string("letter");
                if (letter.codePointCount(0, letter.length()) != 1) {
                    throw arguments.refusal("letter", "is not one character", "use unit keyword for more");
                }
                Needle needle = Needle.of(letter, arguments.flag("ignoreCase"), false);
                yield text -> occurrences(needle, text);
            }
            case MATCHES -> {
                arguments.require("patterns");
                List<Pattern> patterns = arguments.patterns("patterns");
                yield text -> matches(patterns, text);
            }
            case TOKENS ->
                arguments
                        .choice("vocabulary", Vocabulary.class, Vocabulary.O200K_BASE)
                        .counter();
            default -> plain(unit);
        };
    }

    /** The counter of a unit without its arguments. */
    static Counter plain(Measure unit) {
        return switch (unit) {
            case CHARS -> text -> Tally.of(text.codePointCount(0, text.length()));
            case WORDS -> text -> Tally.of(Words.count(text));
            case LINES -> text -> Tally.of(lines(text));
            case SENTENCES -> Counter::sentences;
            case PARAGRAPHS -> Counter::paragraphs;
            case SECTIONS -> text -> Markdown.count(text, Measure.HEADINGS);
            case BULLETS, HEADINGS, HIGHLIGHTS, PLACEHOLDERS, CODE_BLOCKS, LINKS -> text -> Markdown.count(text, unit);
            case CAPITAL_WORDS -> CapitalWords::count;
            case TOKENS -> Vocabulary.O200K_BASE.counter();
            case KEYWORD, LETTER, MATCHES, ITEMS ->
                text -> {
                    throw new Undecided(unit + " are not counted in a text alone");
                };
        };
    }

    private static long lines(String text) {
        long lines = 0;
        for (int at = 0; at < text.length(); lines++) {
            int end = text.indexOf('\n', at);
            at = end < 0 ? text.length() : end + 1;
        }
        return lines;
    }

    private static Tally sentences(String text) throws Undecided {
        Tally.Counting counting = new Tally.Counting();
        Sentences.scan(text, (start, end, sure) -> {
            if (sure) {
                counting.add(start, end);
            } else {
                counting.doubt(start, end);
            }
        });
        return counting.done();
    }

    private static Tally paragraphs(String text) {
        Tally.Counting counting = new Tally.Counting();
        Parts.PARAGRAPH.scan(text, counting::add);
        return counting.done();
    }

    private static Counter parts(String separator) {
        return text -> {
            Tally.Counting counting = new Tally.Counting();
            Parts.separated(text, separator, (start, end) -> {
                if (!text.substring(start, end).isBlank()) {
                    counting.add(start, end);
                }
            });
            return counting.done();
        };
    }

    private static Counter sections(String marker) {
        Needle needle = Needle.of(marker, false, false);
        return text -> {
            Tally.Counting counting = new Tally.Counting();
            Needle.Haystack haystack = needle.in(text);
            for (int at = haystack.next(0); at >= 0; at = haystack.next(at + 1)) {
                int number = at + marker.length();
                if (number < text.length() && Character.isWhitespace(text.charAt(number))) {
                    number++;
                }
                if (number < text.length() && Character.isDigit(text.codePointAt(number))) {
                    counting.add(at, number + 1);
                }
            }
            return counting.done();
        };
    }

    private static Tally occurrences(Needle needle, String text) {
        Tally.Counting counting = new Tally.Counting();
        Needle.Haystack haystack = needle.in(text);
        for (int at = haystack.next(0); at >= 0; at = haystack.next(at + needle.length())) {
            counting.add(at, at + needle.length());
        }
        return counting.done();
    }

    private static Tally matches(List<Pattern> patterns, String text) throws Undecided {
        Tally sum = Tally.of(0);
        for (Pattern pattern : patterns) {
            Tally.Counting counting = new Tally.Counting();
            boolean grouped = pattern.groupCount() > 0;
            Scan.each(pattern, text, matcher -> {
                if (!grouped || matcher.start(1) >= 0) {
                    counting.add(matcher.start(), matcher.end());
                }
            });
            sum = sum.plus(counting.done());
        }
        return sum;
    }
}
