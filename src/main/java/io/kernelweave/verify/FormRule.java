package io.kernelweave.verify;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks of how a text is written and put together. */
sealed interface FormRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("case", Case::read),
            Type.of("charset", Charset::read),
            Type.of("language", Language::read),
            Type.of("position", Position::read),
            Type.of("separated", Separated::read));

    /** All letters that have case are of one case. A text without such letters is undecided. */
    record Case(Target target, Kind is) implements FormRule {
        enum Kind {
            UPPER,
            LOWER,
            /** Each word begins with a capital. */
            CAPITALIZED;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            return new Case(Target.read(arguments), arguments.choice("is", Kind.class, null));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                String text = place.text();
                boolean cased = false;
                boolean inWord = false;
                for (int i = 0; i < text.length(); ) {
                    int c = text.codePointAt(i);
                    boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
                    boolean lower = Character.isLowerCase(c);
                    boolean wrong = switch (is) {
                        case UPPER -> lower || Character.isTitleCase(c);
                        case LOWER -> upper;
                        case CAPITALIZED -> lower && !inWord;
                    };
                    if (wrong) {
                        int end = Math.min(text.length(), i + 40);
                        return Finding.fail(
                                place.name() + " is not all " + is + ": " + Finding.quote(text.substring(i, end)),
                                new Span(place.name(), i, i + Character.charCount(c)));
                    }
                    cased |= upper || lower;
                    // An apostrophe goes on with a word: "Don't".
                    inWord = Character.isLetterOrDigit(c) || inWord && (c == '\'' || c == '’');
                    i += Character.charCount(c);
                }
                if (!cased) {
                    throw new Undecided(place.name() + " has no letter that is upper or lower case");
                }
                return Finding.pass(place.name() + " is all " + is);
            });
        }
    }

    /** Only some characters occur. */
    record Charset(Target target, List<Characters> only, String also, boolean[] known) implements FormRule {
        /** Scripts of Unicode; signs that belong to none are allowed with each. */
        static final List<String> SCRIPTS = List.of(
                "Latin",
                "Greek",
                "Cyrillic",
                "Armenian",
                "Hebrew",
                "Arabic",
                "Devanagari",
                "Bengali",
                "Gurmukhi",
                "Gujarati",
                "Oriya",
                "Tamil",
                "Telugu",
                "Kannada",
                "Malayalam",
                "Sinhala",
                "Thai",
                "Lao",
                "Tibetan",
                "Myanmar",
                "Georgian",
                "Ethiopic",
                "Khmer",
                "Mongolian",
                "Hangul",
                "Hiragana",
                "Katakana",
                "Bopomofo",
                "Han");

        /** A set of characters. */
        @FunctionalInterface
        interface Characters {
            boolean has(int c);
        }

        static Rule read(Arguments arguments) {
            arguments.require("only");
            String also = arguments.optionalString("also");
            Charset sets = new Charset(
                    Target.read(arguments),
                    arguments.strings("only").stream()
                            .map(name -> characters(name, arguments))
                            .toList(),
                    also == null ? "" : also,
                    new boolean[0]);
            return new Charset(sets.target, sets.only, sets.also, sets.firstPlane());
        }

        private static Characters characters(String name, Arguments arguments) {
            return switch (name) {
                case "ascii" -> c -> c < 0x80;
                case "latin1" -> c -> c < 0x100;
                case "letters" -> Character::isLetter;
                case "digits" -> c -> c >= '0' && c <= '9';
                case "space" -> Character::isWhitespace;
                case "punctuation" ->
                    c -> !Character.isLetterOrDigit(c) && !Character.isWhitespace(c) && c < 0x80 && c >= 0x20
                            || Character.getType(c) >= Character.DASH_PUNCTUATION
                                    && Character.getType(c) <= Character.OTHER_PUNCTUATION
                            || Character.getType(c) == Character.INITIAL_QUOTE_PUNCTUATION
                            || Character.getType(c) == Character.FINAL_QUOTE_PUNCTUATION;
                default -> {
                    if (!SCRIPTS.contains(name)) {
                        throw arguments.refusal(
                                "only",
                                "unknown characters " + Finding.quote(name),
                                "use ascii, latin1, letters, digits, space, punctuation, or one of " + SCRIPTS);
                    }
                    Character.UnicodeScript script = Character.UnicodeScript.forName(name);
                    yield c -> {
                        Character.UnicodeScript own = Character.UnicodeScript.of(c);
                        return own == script
                                || own == Character.UnicodeScript.COMMON
                                || own == Character.UnicodeScript.INHERITED;
                    };
                }
            };
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                String text = place.text();
                int last = -1;
                for (int i = 0; i < text.length(); ) {
                    int c = text.codePointAt(i);
                    int next = i + Character.charCount(c);
                    // Most texts repeat few characters, and looking one up in the tables of Unicode takes long.
                    if (c != last && !(c < known.length ? known[c] : isAllowed(c))) {
                        return Finding.fail(
                                String.format(
                                        Locale.ROOT,
                                        "%s has %s (U+%04X), which is not allowed",
                                        place.name(),
                                        Finding.quote(text.substring(i, next)),
                                        c),
                                new Span(place.name(), i, next));
                    }
                    last = c;
                    i = next;
                }
                return Finding.pass(place.name() + " has allowed characters alone");
            });
        }

        private boolean isAllowed(int c) {
            return also.indexOf(c) >= 0 || only.stream().anyMatch(set -> set.has(c));
        }

        /** Whether each character of the first plane is allowed, worked out once for all answers. */
        private boolean[] firstPlane() {
            boolean[] known = new boolean[1 << 16];
            for (int c = 0; c < known.length; c++) {
                known[c] = isAllowed(c);
            }
            return known;
        }
    }

    /** The language that most of the text is in. */
    record Language(Target target, List<String> is) implements FormRule {
        static Rule read(Arguments arguments) {
            arguments.require("is");
            List<String> is = arguments.strings("is");
            for (String code : is) {
                if (!WrittenLanguage.isKnown(code)) {
                    throw arguments.refusal(
                            "is", "unknown language " + Finding.quote(code), "use codes of ISO 639-1, such as en");
                }
            }
            return new Language(Target.read(arguments), is);
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(
                    subject,
                    place -> WrittenLanguage.of(place.text(), place.name()).judge(is, place.name()));
        }
    }

    /** A part of the text, counted from its beginning or its end, satisfies a check, which sees it as the output. */
    record Position(Target target, Parts unit, String separator, int n, Check holds) implements FormRule {
        static Rule read(Arguments arguments) {
            Parts unit = arguments.choice("unit", Parts.class, null);
            Position rule = new Position(
                    Target.read(arguments),
                    unit,
                    unit.separator(arguments),
                    arguments.integer("n", -1_000_000, 1_000_000, null),
                    arguments.check("holds"));
            if (rule.n == 0) {
                throw arguments.refusal("n", "is 0", "count from 1, or from the end with -1");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                List<Tally.Stretch> parts = unit.of(place.text(), separator);
                int index = n > 0 ? n - 1 : parts.size() + n;
                String which = unit + " " + n + " of " + place.name();
                if (index < 0 || index >= parts.size()) {
                    return Finding.fail("there is no " + which + ", it has " + parts.size());
                }
                return part(subject, holds, place, parts.get(index), which);
            });
        }

        /** What a check says of a part of a text, which it sees as the output. */
        static Finding part(Subject subject, Check check, Path.Place place, Tally.Stretch part, String name)
                throws Undecided {
            Verdict verdict = check.evaluate(subject.answered(place.text().substring(part.start(), part.end())));
            List<Span> spans = verdict.spans().stream()
                    .filter(span -> span.field().equals("output"))
                    .map(span -> new Span(place.name(), part.start() + span.start(), part.start() + span.end()))
                    .toList();
            return new Finding(
                    verdict.outcome(),
                    name + ": " + verdict.reason(),
                    spans.isEmpty() ? List.of(new Span(place.name(), part.start(), part.end())) : spans,
                    verdict.basis());
        }
    }

    /**
     * The text is so many parts with a separator between them. No part is blank, but the text may begin and end with a
     * separator.
     */
    record Separated(Target target, String by, Operator op, Expression value, boolean distinct) implements FormRule {
        static Rule read(Arguments arguments) {
            Separated rule = new Separated(
                    Target.read(arguments),
                    arguments.string("by"),
                    arguments.choice("op", Operator.class, Operator.EQUAL),
                    arguments.expression("value"),
                    arguments.flag("distinct"));
            if (rule.op.isOfSets()) {
                throw arguments.refusal("op", "a count is a number", "use ==, !=, <, <=, > or >=");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            BigDecimal wanted = Values.number(value.value(subject, false), value);
            return target.eachText(subject, place -> {
                String text = place.text();
                List<Tally.Stretch> parts = new ArrayList<>(Parts.PART.of(text, by));
                if (isBlank(text, parts.get(parts.size() - 1))) {
                    parts.remove(parts.size() - 1);
                }
                if (!parts.isEmpty() && isBlank(text, parts.get(0))) {
                    parts.remove(0);
                }
                for (Tally.Stretch part : parts) {
                    if (isBlank(text, part)) {
                        return Finding.fail(
                                "there is nothing between two separators " + Finding.quote(by) + " of " + place.name(),
                                new Span(
                                        place.name(),
                                        Math.max(0, part.start() - by.length()),
                                        Math.min(text.length(), part.end() + by.length())));
                    }
                }
                String reason = place.name() + " has " + parts.size() + " parts separated by " + Finding.quote(by)
                        + ", wanted " + op + " " + wanted.toPlainString();
                Span[] spans = parts.stream()
                        .limit(20)
                        .map(part -> new Span(place.name(), part.start(), part.end()))
                        .toArray(Span[]::new);
                if (!op.holds(BigDecimal.valueOf(parts.size()).compareTo(wanted))) {
                    return Finding.fail(reason, spans);
                }
                Finding repeated = distinct ? repeated(place.name(), text, parts, "part") : null;
                return repeated != null ? repeated : Finding.pass(reason, spans);
            });
        }
    }

    /** No part of the text occurs twice, white space at its ends aside: {@code unique} with a {@code unit}. */
    record UniqueParts(Target target, Parts unit, String separator) implements FormRule {
        static Rule read(Arguments arguments) {
            Parts unit = arguments.choice("unit", Parts.class, null);
            return new UniqueParts(Target.read(arguments), unit, unit.separator(arguments));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                List<Tally.Stretch> parts = unit.of(place.text(), separator);
                if (parts.isEmpty()) {
                    throw new Undecided(place.name() + " has no " + unit);
                }
                Finding repeated = repeated(place.name(), place.text(), parts, unit.toString());
                return repeated != null
                        ? repeated
                        : Finding.pass("no " + unit + " of " + place.name() + " occurs twice, of " + parts.size());
            });
        }
    }

    private static boolean isBlank(String text, Tally.Stretch part) {
        return text.substring(part.start(), part.end()).isBlank();
    }

    /** The failure that a part occurs twice; null if none does. */
    private static @Nullable Finding repeated(String name, String text, List<Tally.Stretch> parts, String unit) {
        Map<String, Tally.Stretch> seen = new HashMap<>();
        for (Tally.Stretch part : parts) {
            String written = text.substring(part.start(), part.end()).strip();
            Tally.Stretch before = seen.putIfAbsent(written, part);
            if (before != null) {
                return Finding.fail(
                        "a " + unit + " of " + name + " occurs twice: " + Finding.quote(written),
                        new Span(name, before.start(), before.end()),
                        new Span(name, part.start(), part.end()));
            }
        }
        return null;
    }
}
