package io.kernelweave.verify;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of what a text says. */
sealed interface TextRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("contains", Contains::read),
            Type.of("equals", Equals::read),
            Type.of("startsWith", arguments -> Edge.read(arguments, true)),
            Type.of("endsWith", arguments -> Edge.read(arguments, false)),
            Type.of("wrappedIn", Wrapped::read),
            Type.of("oneOf", OneOf::read),
            Type.of("repeatsInput", Repeats::read),
            Type.of("regex", Regex::read),
            Type.of("similarity", Similar::read),
            Type.of("text", ForPeople::read));

    /** Characters of text times texts to look for, beyond which a check takes too long. */
    long MAX_WORK = 20_000_000;

    private static void bound(String text, long needles, Object name) throws Undecided {
        if (text.length() * needles > MAX_WORK) {
            throw new Undecided(
                    name + " has " + text.length() + " characters, too many to look for " + needles + " texts in it");
        }
    }

    private static String list(List<String> texts) {
        return String.join(", ", texts.stream().limit(10).map(Finding::quote).toList())
                + (texts.size() > 10 ? ", …" : "");
    }

    /** A text that may come from the subject. */
    private static Needle needle(String wanted, Object name, boolean ignoreCase, boolean wholeWord) throws Undecided {
        if (wanted.isBlank()) {
            throw new Undecided("a text to look for in " + name + " is empty");
        }
        return Needle.of(wanted, ignoreCase, wholeWord);
    }

    /** All, any or none of some texts occur. */
    record Contains(
            Target target,
            List<String> all,
            List<String> any,
            List<String> none,
            @Nullable Path allFrom,
            boolean ignoreCase,
            boolean wholeWord)
            implements TextRule {

        static Rule read(Arguments arguments) {
            Contains rule = new Contains(
                    Target.read(arguments),
                    arguments.strings("all"),
                    arguments.strings("any"),
                    arguments.strings("none"),
                    arguments.optionalPath("allFrom"),
                    arguments.flag("ignoreCase"),
                    arguments.flag("wholeWord"));
            if (rule.all.isEmpty() && rule.any.isEmpty() && rule.none.isEmpty() && rule.allFrom == null) {
                throw arguments.refusal("", "nothing is looked for", "give all, any, none or allFrom");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<String> demanded = new ArrayList<>(all);
            if (allFrom != null) {
                List<Path.Place> places = allFrom.texts(subject);
                for (Path.Place place : places) {
                    if (place.require().isArray()) {
                        for (int i = 0; i < place.require().size(); i++) {
                            demanded.add(Path.Place.text(place.require().get(i), place.name() + "[" + i + "]"));
                        }
                    } else {
                        demanded.add(place.text());
                    }
                }
                if (demanded.size() == all.size()) {
                    Finding nothing = new Target(allFrom, target.emptyPasses()).empty();
                    if (all.isEmpty() && any.isEmpty() && none.isEmpty()) {
                        return nothing;
                    }
                }
            }
            return target.eachText(subject, place -> in(place, demanded));
        }

        private Finding in(Path.Place place, List<String> demanded) throws Undecided {
            String text = place.text();
            bound(text, (long) demanded.size() + any.size() + none.size(), place.name());
            List<Span> spans = new ArrayList<>();
            for (String wanted : demanded) {
                int at = needle(wanted, place.name(), ignoreCase, wholeWord).find(text);
                if (at < 0) {
                    return Finding.fail(Finding.quote(wanted) + " does not occur in " + place.name());
                }
                spans.add(new Span(place.name(), at, at + wanted.length()));
            }
            if (!any.isEmpty()) {
                Span found = null;
                for (int i = 0; i < any.size() && found == null; i++) {
                    int at = needle(any.get(i), place.name(), ignoreCase, wholeWord)
                            .find(text);
                    found = at < 0
                            ? null
                            : new Span(place.name(), at, at + any.get(i).length());
                }
                if (found == null) {
                    return Finding.fail("none of " + list(any) + " occurs in " + place.name());
                }
                spans.add(found);
            }
            for (String unwanted : none) {
                int at = needle(unwanted, place.name(), ignoreCase, wholeWord).find(text);
                if (at >= 0) {
                    return Finding.fail(
                            Finding.quote(unwanted) + " occurs in " + place.name(),
                            new Span(place.name(), at, at + unwanted.length()));
                }
            }
            return new Finding(Outcome.PASS, place.name() + " contains what it must", spans);
        }
    }

    /** A text as a whole: white space at both ends, and then further characters, may be left out of account. */
    record Trimmed(String text, int from, int to) {
        /** @param further characters that may stand around the text inside of the white space */
        static Trimmed of(String text, String further) {
            int from = 0;
            int to = text.length();
            while (from < to && Character.isWhitespace(text.charAt(from))) {
                from++;
            }
            while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
                to--;
            }
            while (from < to && further.indexOf(text.charAt(from)) >= 0) {
                from++;
            }
            while (to > from && further.indexOf(text.charAt(to - 1)) >= 0) {
                to--;
            }
            return new Trimmed(text, from, to);
        }

        int length() {
            return to - from;
        }

        boolean equalTo(String other, boolean ignoreCase) {
            return length() == other.length() && text.regionMatches(ignoreCase, from, other, 0, other.length());
        }

        Span span(String name) {
            return new Span(name, from, to);
        }

        String shown() {
            return Finding.quote(text.substring(from, to));
        }
    }

    /** The text is the value, white space at both ends left out of account. */
    record Equals(Target target, Expression value, boolean ignoreCase) implements TextRule {
        static Rule read(Arguments arguments) {
            return new Equals(
                    Target.read(arguments), arguments.textOrPath("value", "valueFrom"), arguments.flag("ignoreCase"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            Trimmed wanted = Trimmed.of(Path.Place.text(value.value(subject, false), value), "");
            return target.eachText(subject, place -> {
                Trimmed text = Trimmed.of(place.text(), "");
                boolean same = text.equalTo(wanted.text.substring(wanted.from, wanted.to), ignoreCase);
                return Finding.of(
                        same,
                        place.name() + " is " + text.shown() + (same ? "" : ", wanted " + wanted.shown()),
                        text.span(place.name()));
            });
        }
    }

    /** The text begins or ends with one of some texts, white space and the characters of {@code trim} left out of account. */
    record Edge(Target target, boolean start, List<String> any, String trim, boolean ignoreCase, boolean wholeWord)
            implements TextRule {

        static Rule read(Arguments arguments, boolean start) {
            arguments.require("any");
            String trim = arguments.optionalString("trim");
            return new Edge(
                    Target.read(arguments),
                    start,
                    arguments.strings("any").stream().map(String::strip).toList(),
                    trim == null ? "" : trim,
                    arguments.flag("ignoreCase"),
                    arguments.flag("wholeWord"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                Trimmed text = Trimmed.of(place.text(), trim);
                for (String wanted : any) {
                    int at = start ? text.from : text.to - wanted.length();
                    if (at >= text.from
                            && at + wanted.length() <= text.to
                            && needle(wanted, place.name(), ignoreCase, wholeWord)
                                    .isAt(text.text, at)) {
                        return Finding.pass(
                                place.name() + (start ? " begins with " : " ends with ") + Finding.quote(wanted),
                                new Span(place.name(), at, at + wanted.length()));
                    }
                }
                int shown = Math.min(60, text.length());
                Span edge = start
                        ? new Span(place.name(), text.from, text.from + shown)
                        : new Span(place.name(), text.to - shown, text.to);
                return Finding.fail(
                        place.name() + (start ? " begins with " : " ends with ")
                                + Finding.quote(text.text.substring(edge.start(), edge.end())) + ", wanted "
                                + list(any),
                        edge);
            });
        }
    }

    /** The text, white space at both ends aside, stands between two marks, and what is inside satisfies a check. */
    record Wrapped(
            Target target,
            String open,
            String close,
            @Nullable Check holds) implements TextRule {
        static Rule read(Arguments arguments) {
            String open = arguments.string("open");
            String close = arguments.optionalString("close");
            return new Wrapped(
                    Target.read(arguments),
                    open,
                    close == null ? open : close,
                    arguments.get("holds") == null ? null : arguments.check("holds"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                Trimmed text = Trimmed.of(place.text(), "");
                boolean wrapped = text.length() >= open.length() + close.length()
                        && text.text.startsWith(open, text.from)
                        && text.text.startsWith(close, text.to - close.length());
                if (wrapped && holds != null) {
                    int start = text.from + open.length();
                    return FormRule.Position.part(
                            subject,
                            holds,
                            place,
                            new Tally.Stretch(start, text.to - close.length()),
                            "the inside of " + place.name());
                }
                return Finding.of(
                        wrapped,
                        place.name() + (wrapped ? " stands between " : " does not stand between ") + Finding.quote(open)
                                + " and " + Finding.quote(close),
                        text.span(place.name()));
            });
        }
    }

    /** The text is one of some texts, white space at both ends left out of account. */
    record OneOf(Target target, List<String> values, boolean ignoreCase) implements TextRule {
        static Rule read(Arguments arguments) {
            arguments.require("values");
            return new OneOf(Target.read(arguments), arguments.strings("values"), arguments.flag("ignoreCase"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                Trimmed text = Trimmed.of(place.text(), "");
                boolean known = values.stream().anyMatch(value -> text.equalTo(value.strip(), ignoreCase));
                return Finding.of(
                        known,
                        place.name() + " is " + text.shown() + (known ? "" : ", wanted one of " + list(values)),
                        text.span(place.name()));
            });
        }
    }

    /** The text repeats a text of the input, word for word but for white space. */
    record Repeats(Target target, Path source, Where where, boolean ignoreCase) implements TextRule {
        enum Where {
            START,
            ANYWHERE,
            WHOLE;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            return new Repeats(
                    Target.read(arguments),
                    arguments.path("source", "prompt"),
                    arguments.choice("where", Where.class, Where.START),
                    arguments.flag("ignoreCase"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<Path.Place> sources = source.texts(subject);
            if (sources.size() != 1) {
                throw new Undecided(source + " is not one text");
            }
            String wanted = collapsed(sources.get(0).text());
            Needle needle = needle(wanted, source, ignoreCase, false);
            return target.eachText(subject, place -> {
                String text = collapsed(place.text());
                boolean repeats = switch (where) {
                    case START -> needle.isAt(text, 0);
                    case WHOLE -> text.length() == wanted.length() && needle.isAt(text, 0);
                    case ANYWHERE -> needle.find(text) >= 0;
                };
                return Finding.of(
                        repeats,
                        place.name() + (repeats ? " repeats " : " does not repeat ") + source + ", "
                                + Finding.quote(wanted) + (where == Where.ANYWHERE ? "" : ", as its " + where));
            });
        }

        private static String collapsed(String text) {
            StringBuilder collapsed = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (!Character.isWhitespace(c)) {
                    collapsed.append(c);
                } else if (!collapsed.isEmpty() && collapsed.charAt(collapsed.length() - 1) != ' ') {
                    collapsed.append(' ');
                }
            }
            return collapsed.toString().strip();
        }
    }

    /** A pattern of RE2 is found in the text, or matches the whole of it. */
    record Regex(Target target, Pattern pattern, Match match, boolean negate) implements TextRule {
        enum Match {
            FIND,
            FULL;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            return new Regex(
                    Target.read(arguments),
                    arguments.pattern("pattern"),
                    arguments.choice("match", Match.class, Match.FIND),
                    arguments.flag("negate"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                String text = place.text();
                Tally.Stretch at = subject.searches().find(pattern, text, match == Match.FULL);
                boolean found = at != null;
                Span[] spans = at == null ? new Span[0] : new Span[] {new Span(place.name(), at.start(), at.end())};
                String reason = place.name() + " " + Finding.quote(text) + (found ? " matches " : " does not match ")
                        + pattern.pattern();
                return Finding.of(found != negate, reason, spans);
            });
        }
    }

    /** How alike the text and another are, by a measure from 0 to 1, compares with a number. */
    record Similar(Target target, Expression to, Similarity measure, Operator op, Expression value)
            implements TextRule {
        static Rule read(Arguments arguments) {
            Similar rule = new Similar(
                    Target.read(arguments),
                    arguments.textOrPath("to", "toFrom"),
                    Similarity.read(arguments),
                    arguments.choice("op", Operator.class, Operator.AT_LEAST),
                    arguments.expression("value"));
            if (rule.op.isOfSets()) {
                throw arguments.refusal("op", "a similarity is a number", "use ==, !=, <, <=, > or >=");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            BigDecimal wanted = Values.number(value.value(subject, false), value);
            String other = Path.Place.text(to.value(subject, false), to);
            return target.eachText(subject, place -> {
                Similarity.Share share = measure.of(place.text(), other);
                return Finding.of(
                        op.holds(share.compareTo(wanted)),
                        place.name() + " and " + Finding.quote(other) + " have " + measure + " " + share + ", wanted "
                                + op + " " + wanted.toPlainString());
            });
        }
    }

    /** A demand in words, for people: the machine does not decide it. */
    record ForPeople(String says) implements TextRule {
        static Rule read(Arguments arguments) {
            return new ForPeople(arguments.string("says"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            throw new Undecided("for people to decide: " + says);
        }
    }
}
