package io.kernelweave.verify;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks that tie an answer to what it was made from. */
sealed interface EvidenceRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("quoteInSource", QuoteInSource::read),
            Type.of("numbersGrounded", NumbersGrounded::read),
            Type.of("citations", Citations::read),
            Type.of("coverage", Coverage::read),
            Type.of("fresh", Fresh::read));

    /** Every text at the target occurs in the source. A blank one quotes nothing and fails. */
    record QuoteInSource(Target target, Path source, Folded.Normalize normalize) implements EvidenceRule {
        static Rule read(Arguments arguments) {
            return new QuoteInSource(
                    Target.read(arguments),
                    arguments.path("source", "input.source"),
                    arguments.choice("normalize", Folded.Normalize.class, Folded.Normalize.WHITESPACE));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            Work work = new Work();
            List<Folded> sources = new ArrayList<>();
            for (Path.Place place : source.texts(subject)) {
                work.spend(place.text().length(), "reading the sources");
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
                    work.spend(text.text().length(), "looking for every quote");
                    Span span = text.find(folded);
                    if (span != null) {
                        return Finding.pass("quote " + Finding.quote(quote) + " occurs in " + span.field(), span);
                    }
                }
                return Finding.fail(
                        "quote " + Finding.quote(quote) + " at " + place.name() + " does not occur in " + source);
            });
        }
    }

    /**
     * Every number at the target, in values and in texts, occurs in one of the sources; {@link NumberTokens} says what that
     * means. A source that is missing offers nothing; without any the check is undecided.
     */
    record NumbersGrounded(Target target, List<Path> sources, NumberTokens allowed) implements EvidenceRule {
        /** What a value costs beside its text, as a reason is written for it, and what a character of that costs. */
        private static final int PLACE = 500;

        private static final int CHARACTER = 10;

        private static void spend(JsonNode value, Work work) throws Undecided {
            int length = value.isString() ? value.stringValue().length() : 0;
            work.spend(PLACE + (long) CHARACTER * length, "reading every number");
        }

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
            Work work = new Work();
            NumberTokens grounds = new NumberTokens();
            boolean any = false;
            for (Path source : sources) {
                for (Path.Place place : source.texts(subject)) {
                    JsonNode value = place.value();
                    if (value != null) {
                        offer(value, grounds, work);
                        any = true;
                    }
                }
            }
            if (!any) {
                throw new Undecided("none of the sources " + sources + " is there");
            }
            return subject.output().isEmpty()
                    ? target.eachText(subject, place -> grounded(place.require(), place.name(), grounds, work))
                    : target.eachValue(subject, place -> grounded(place.require(), place.name(), grounds, work));
        }

        private static void offer(JsonNode value, NumberTokens grounds, Work work) throws Undecided {
            spend(value, work);
            if (value.isNumber()) {
                if (!Subject.inRange(value.decimalValue())) {
                    throw new Undecided("a source has a number out of range");
                }
                grounds.addNumber(value.decimalValue());
            } else if (value.isString()) {
                grounds.addText(value.stringValue());
            }
            for (JsonNode element : value) {
                offer(element, grounds, work);
            }
        }

        private Finding grounded(JsonNode value, String name, NumberTokens grounds, Work work) throws Undecided {
            spend(value, work);
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
                findings.add(grounded(value.get(i), name + "[" + i + "]", grounds, work));
            }
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                findings.add(grounded(field.getValue(), name + "." + field.getKey(), grounds, work));
            }
            return findings.isEmpty() ? Finding.pass(name + " holds no number") : Finding.all(findings);
        }

        private String missing(String number, String name) {
            return String.format(Locale.ROOT, "number %s at %s does not occur in %s", number, name, sources);
        }
    }

    /**
     * Every citation in the text names a source that there is, and enough different ones are named. A text that cites nothing is
     * undecided, unless a number of sources is demanded: then it fails.
     */
    record Citations(
            Target target,
            Expression sources,
            Pattern pattern,
            @Nullable Expression atLeast) implements EvidenceRule {
        private static final String PATTERN = "\\[([^\\[\\]\\s]{1,40})\\]";
        private static final Expression LABELS = new Expression.Find(
                Pattern.compile("(?m)^[ \\t]*\\[([^\\[\\]\\s]{1,40})\\]"),
                new Expression.At(Path.parse("input.source", "")));

        static Rule read(Arguments arguments) {
            return new Citations(
                    Target.read(arguments),
                    arguments.get("sources") == null ? LABELS : arguments.expression("sources"),
                    arguments.get("pattern") == null ? Pattern.compile(PATTERN) : arguments.pattern("pattern"),
                    arguments.get("atLeast") == null ? null : arguments.expression("atLeast"));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            Set<String> known = new HashSet<>();
            for (JsonNode label : Values.flat(sources.value(subject, false))) {
                known.add(Path.Place.text(label, sources));
            }
            if (known.isEmpty()) {
                throw new Undecided(sources + " gives no sources to cite");
            }
            BigDecimal wanted = atLeast == null ? null : Values.number(atLeast.value(subject, false), atLeast);
            return target.eachText(subject, place -> cites(place, known, wanted));
        }

        private Finding cites(Path.Place place, Set<String> known, @Nullable BigDecimal wanted) throws Undecided {
            List<Finding> wrong = new ArrayList<>();
            List<Span> spans = new ArrayList<>();
            Set<String> cited = new TreeSet<>();
            Scan.each(pattern, place.text(), match -> {
                String label = match.groupCount() > 0 && match.group(1) != null ? match.group(1) : match.group();
                Span span = new Span(place.name(), match.start(), match.end());
                if (known.contains(label)) {
                    cited.add(label);
                    spans.add(span);
                } else {
                    wrong.add(Finding.fail("there is no source " + Finding.quote(label), span));
                }
            });
            if (!wrong.isEmpty()) {
                return Finding.all(wrong);
            }
            if (wanted == null && cited.isEmpty()) {
                throw new Undecided(place.name() + " cites nothing");
            }
            String reason = place.name() + " cites " + cited.size() + " of " + known.size() + " sources"
                    + (wanted == null ? "" : ", wanted " + wanted.toPlainString());
            return Finding.of(
                    wanted == null || BigDecimal.valueOf(cited.size()).compareTo(wanted) >= 0,
                    reason,
                    spans.stream().limit(20).toArray(Span[]::new));
        }
    }

    /** The text mentions so large a share of what there is to mention, as whole words, case and white space apart. */
    record Coverage(Target target, Expression of, BigDecimal atLeast) implements EvidenceRule {
        static Rule read(Arguments arguments) {
            JsonNode share = arguments.get("atLeast");
            if (share != null
                    && (!share.isNumber()
                            || share.decimalValue().signum() <= 0
                            || share.decimalValue().compareTo(BigDecimal.ONE) > 0)) {
                throw arguments.refusal("atLeast", "is not a share", "use a number above 0 and up to 1");
            }
            return new Coverage(
                    Target.read(arguments),
                    arguments.expression("of"),
                    share == null ? BigDecimal.ONE : share.decimalValue());
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            Map<String, String> wanted = new LinkedHashMap<>();
            for (JsonNode element : Values.flat(of.value(subject, target.emptyPasses()))) {
                String text = Path.Place.text(element, of);
                String folded =
                        Folded.of(text, "", Folded.Normalize.IGNORE_CASE).text();
                if (!folded.isBlank()) {
                    wanted.putIfAbsent(folded, text);
                }
            }
            if (wanted.isEmpty()) {
                throw new Undecided("there is nothing in " + of + " to cover");
            }
            Work work = new Work();
            return target.eachText(subject, place -> covers(place, wanted, work));
        }

        private Finding covers(Path.Place place, Map<String, String> wanted, Work work) throws Undecided {
            Folded text = Folded.of(place.text(), place.name(), Folded.Normalize.IGNORE_CASE);
            List<Span> spans = new ArrayList<>();
            List<String> missing = new ArrayList<>();
            for (Map.Entry<String, String> each : wanted.entrySet()) {
                work.spend(text.text().length(), "looking for all there is to cover");
                Span span = text.find(each.getKey(), true);
                if (span == null) {
                    missing.add(Finding.quote(each.getValue()));
                } else {
                    spans.add(span);
                }
            }
            String reason = place.name() + " covers " + spans.size() + " of " + wanted.size() + " of " + of
                    + (missing.isEmpty()
                            ? ""
                            : ", not " + String.join(", ", missing.subList(0, Math.min(3, missing.size()))));
            BigDecimal enough = atLeast.multiply(BigDecimal.valueOf(wanted.size()));
            return Finding.of(
                    BigDecimal.valueOf(spans.size()).compareTo(enough) >= 0,
                    reason,
                    spans.stream().limit(20).toArray(Span[]::new));
        }
    }

    /**
     * Every date is at most so many days before a day that the subject states, and not after it. The clock is never asked: an
     * answer does not change by being judged later.
     */
    record Fresh(Expression dates, Expression asOf, BigDecimal days, boolean emptyPasses) implements EvidenceRule {
        static Rule read(Arguments arguments) {
            JsonNode days = arguments.require("days");
            if (!days.isNumber() || days.decimalValue().signum() < 0) {
                throw arguments.refusal("days", "is not a number of days", "use a number, not below 0");
            }
            if (!Subject.inRange(days.decimalValue())) {
                throw arguments.refusal("days", "the number is out of range", "use fewer digits");
            }
            return new Fresh(
                    arguments.expression("dates"),
                    arguments.expression("asOf"),
                    days.decimalValue(),
                    arguments.emptyPasses());
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<JsonNode> stated = Values.flat(asOf.value(subject, false));
            if (stated.size() != 1) {
                throw new Undecided(asOf + " states " + stated.size() + " days, not one");
            }
            BigDecimal now = Dates.days(stated.get(0), asOf);
            List<JsonNode> all = Values.flat(dates.value(subject, emptyPasses));
            if (all.isEmpty() && emptyPasses) {
                return Finding.pass("there are no dates at " + dates + ", which is allowed");
            }
            if (all.isEmpty()) {
                throw new Undecided("there are no dates at " + dates);
            }
            List<Finding> findings = new ArrayList<>();
            for (JsonNode date : all) {
                try {
                    BigDecimal age = now.subtract(Dates.days(date, dates));
                    String reason = Values.show(date) + " is " + age.setScale(1, RoundingMode.HALF_EVEN)
                            + " days before " + Values.show(stated.get(0)) + ", at most " + days.toPlainString()
                            + " are allowed";
                    findings.add(Finding.of(age.signum() >= 0 && age.compareTo(days) <= 0, reason));
                } catch (Undecided e) {
                    findings.add(Finding.unknown(e.reason()));
                }
            }
            return Finding.all(findings);
        }
    }
}
