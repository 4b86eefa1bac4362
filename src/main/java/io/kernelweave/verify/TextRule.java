package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of what a text says. */
sealed interface TextRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("contains", Contains::read), Type.of("regex", Regex::read), Type.of("text", ForPeople::read));

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
            List<Span> spans = new ArrayList<>();
            for (String wanted : demanded) {
                if (wanted.isBlank()) {
                    throw new Undecided("a text to look for in " + place.name() + " is empty");
                }
                int at = find(text, wanted);
                if (at < 0) {
                    return Finding.fail(Finding.quote(wanted) + " does not occur in " + place.name());
                }
                spans.add(new Span(place.name(), at, at + wanted.length()));
            }
            if (!any.isEmpty()) {
                boolean found = false;
                for (String wanted : any) {
                    int at = find(text, wanted);
                    if (at >= 0) {
                        spans.add(new Span(place.name(), at, at + wanted.length()));
                        found = true;
                        break;
                    }
                }
                if (!found) {
                    return Finding.fail("none of "
                            + String.join(", ", any.stream().map(Finding::quote).toList()) + " occurs in "
                            + place.name());
                }
            }
            for (String unwanted : none) {
                int at = find(text, unwanted);
                if (at >= 0) {
                    return Finding.fail(
                            Finding.quote(unwanted) + " occurs in " + place.name(),
                            new Span(place.name(), at, at + unwanted.length()));
                }
            }
            return new Finding(Outcome.PASS, place.name() + " contains what it must", spans);
        }

        private int find(String text, String wanted) {
            for (int from = 0; from <= text.length() - wanted.length(); from++) {
                int at = ignoreCase ? indexIgnoringCase(text, wanted, from) : text.indexOf(wanted, from);
                if (at < 0 || !wholeWord || isWord(text, at, at + wanted.length())) {
                    return at;
                }
                from = at;
            }
            return -1;
        }

        private static int indexIgnoringCase(String text, String wanted, int from) {
            for (int at = from; at <= text.length() - wanted.length(); at++) {
                if (text.regionMatches(true, at, wanted, 0, wanted.length())) {
                    return at;
                }
            }
            return -1;
        }

        private static boolean isWord(String text, int start, int end) {
            return (start == 0 || !isWordPart(text.charAt(start - 1)) || !isWordPart(text.charAt(start)))
                    && (end == text.length() || !isWordPart(text.charAt(end)) || !isWordPart(text.charAt(end - 1)));
        }

        private static boolean isWordPart(char c) {
            return Character.isLetterOrDigit(c) || c == '_';
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
                Matcher matcher = pattern.matcher(text);
                boolean found = match == Match.FULL ? matcher.matches() : matcher.find();
                Span[] spans =
                        found ? new Span[] {new Span(place.name(), matcher.start(), matcher.end())} : new Span[0];
                String reason = place.name() + " " + Finding.quote(text) + (found ? " matches " : " does not match ")
                        + pattern.pattern();
                return Finding.of(found != negate, reason, spans);
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
