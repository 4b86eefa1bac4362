package io.kernelweave.verify;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.trace.Redaction;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Checks of what must not stand in an answer. Texts that are nowhere cannot hold it: what is missing is undecided. */
sealed interface SafetyRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("noSecrets", NoSecrets::read),
            Type.of("noPersonalData", NoPersonalData::read),
            Type.of("noMarkup", NoMarkup::read),
            Type.of("links", Links::read));

    /** Longer texts are undecided: each is read once for every kind of thing that is looked for. */
    int MAX_TEXT = 100_000;

    private static String bounded(Path.Place place) throws Undecided {
        String text = place.text();
        if (text.length() > MAX_TEXT) {
            throw new Undecided(place.name() + " is longer than " + MAX_TEXT + " characters");
        }
        return text;
    }

    /** No key, token or password stands in the text. */
    record NoSecrets(Target target) implements SafetyRule {
        static Rule read(Arguments arguments) {
            return new NoSecrets(Target.read(arguments));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                List<Finding> secrets = Redaction.find(bounded(place)).stream()
                        .map(secret -> Finding.fail(
                                place.name() + " holds a secret (" + secret.kind() + ")",
                                new Span(place.name(), secret.start(), secret.end())))
                        .toList();
                return secrets.isEmpty() ? Finding.pass(place.name() + " holds no secret") : Finding.all(secrets);
            });
        }
    }

    /** Nothing stands in the text that looks like a person's data, except what stands in the sources too. */
    record NoPersonalData(Target target, List<Kind> kinds, List<Path> except) implements SafetyRule {
        enum Kind {
            EMAIL("email", "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,24}"),
            PHONE(
                    "phone",
                    "(?:\\+|\\b00)[1-9][0-9]{0,2}[ ./-]?(?:\\(?[0-9]{1,5}\\)?[ ./-]?){1,5}[0-9]{2,4}\\b|\\(?\\b[0-9]{3}\\)?[ .-][0-9]{3}[ .-][0-9]{4}\\b") {
                @Override
                boolean isOne(String text) {
                    long digits = digits(text).length();
                    return digits >= 8 && digits <= 15;
                }
            },
            CARD("card", "\\b[0-9](?:[ -]?[0-9]){12,18}\\b") {
                @Override
                boolean isOne(String text) {
                    return luhn(digits(text));
                }
            },
            IBAN("iban", "\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\\b") {
                @Override
                boolean isOne(String text) {
                    return iban(text.replace(" ", ""));
                }
            },
            SOCIAL_SECURITY("socialSecurity", "\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b") {
                @Override
                boolean isOne(String text) {
                    return !text.startsWith("000") && !text.startsWith("666") && text.charAt(0) != '9';
                }
            },
            IP_ADDRESS("ipAddress", "\\b(?:[0-9]{1,3}\\.){3}[0-9]{1,3}\\b") {
                @Override
                boolean isOne(String text) {
                    return Arrays.stream(text.split("\\.")).allMatch(part -> Integer.parseInt(part) < 256);
                }
            };

            private final String label;
            private final Pattern pattern;

            Kind(String label, String pattern) {
                this.label = label;
                this.pattern = Pattern.compile(pattern);
            }

            /** What the pattern cannot say. */
            boolean isOne(String text) {
                return true;
            }

            private static String digits(String text) {
                return text.replaceAll("[^0-9]", "");
            }

            /** The check digit of card numbers: ISO/IEC 7812-1, annex B. */
            private static boolean luhn(String digits) {
                int sum = 0;
                for (int i = 0; i < digits.length(); i++) {
                    int digit = digits.charAt(digits.length() - 1 - i) - '0';
                    int weighed = i % 2 == 0 ? digit : 2 * digit;
                    sum += weighed > 9 ? weighed - 9 : weighed;
                }
                return sum % 10 == 0;
            }

            /** The check digits of account numbers: ISO 13616, by ISO/IEC 7064. */
            private static boolean iban(String text) {
                StringBuilder digits = new StringBuilder();
                (text.substring(4) + text.substring(0, 4)).chars().forEach(c -> digits.append(Character.digit(c, 36)));
                return text.length() >= 15
                        && new BigInteger(digits.toString())
                                        .mod(BigInteger.valueOf(97))
                                        .intValue()
                                == 1;
            }

            @Override
            public String toString() {
                return label;
            }
        }

        static Rule read(Arguments arguments) {
            return new NoPersonalData(
                    Target.read(arguments),
                    arguments.choices("kinds", Kind.class),
                    arguments.paths("except", List.of()));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            StringBuilder known = new StringBuilder();
            for (Path path : except) {
                for (Path.Place place : path.texts(subject)) {
                    known.append(place.value() == null ? "" : bounded(place)).append('\n');
                }
            }
            Work work = new Work();
            return target.eachText(subject, place -> find(place, known.toString(), work));
        }

        private Finding find(Path.Place place, String known, Work work) throws Undecided {
            String text = bounded(place);
            List<Finding> found = new ArrayList<>();
            for (Kind kind : kinds) {
                Matcher matcher = kind.pattern.matcher(text);
                while (matcher.find()) {
                    if (!kind.isOne(matcher.group())) {
                        continue;
                    }
                    work.spend(known.length(), "looking for all of it in the sources");
                    if (!known.contains(matcher.group())) {
                        // The reason does not repeat it.
                        found.add(Finding.fail(
                                place.name() + " holds what looks like personal data (" + kind + ")",
                                new Span(place.name(), matcher.start(), matcher.end())));
                    }
                }
            }
            return found.isEmpty() ? Finding.pass(place.name() + " holds no personal data") : Finding.all(found);
        }
    }

    /** The text is plain. */
    record NoMarkup(Target target, List<Kind> kinds) implements SafetyRule {
        enum Kind {
            HTML(
                    "(?i)</?[a-z][a-z0-9-]*(?:\\s[^<>]*)?/?>|<!--|<![a-z]|<\\?[a-z]|&(?:[a-z]{2,31}|#[0-9]{1,7}|#x[0-9a-f]{1,6});"),
            MARKDOWN(
                    "(?m)^ {0,3}#{1,6} \\S|^ {0,3}(?:```|~~~)|^ {0,3}>|^ {0,3}[-*+] \\S|^ {0,3}[0-9]{1,9}[.)] \\S"
                            + "|^ {0,3}(?:-{3,}|\\*{3,}|_{3,})\\s*$|^\\|.*\\|\\s*$"
                            + "|!?\\[[^\\[\\]\\n]*\\]\\([^()\\n]*\\)|\\*\\*\\S|\\b__\\S|(?:^|\\s)\\*[^\\s*][^*\\n]*\\*|`[^`\\n]+`|~~\\S");

            private final Pattern pattern;

            Kind(String pattern) {
                this.pattern = Pattern.compile(pattern);
            }

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            return new NoMarkup(Target.read(arguments), arguments.choices("kinds", Kind.class));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                String text = bounded(place);
                for (Kind kind : kinds) {
                    Matcher matcher = kind.pattern.matcher(text);
                    if (matcher.find()) {
                        return Finding.fail(
                                place.name() + " has " + kind + ": " + Finding.quote(matcher.group()),
                                new Span(place.name(), matcher.start(), matcher.end()));
                    }
                }
                return Finding.pass(place.name() + " is plain text");
            });
        }
    }

    /**
     * Every link leads to a host of the list. What a browser would follow counts, in whatever markup it stands; what does not
     * read as a plain URL is not taken for an allowed one.
     */
    record Links(Target target, List<String> hosts, List<String> schemes) implements SafetyRule {
        private static final Pattern LINK = Pattern.compile("(?i)\\b[a-z][a-z0-9+.-]{0,20}:[/\\\\]{2}[^\\s<>\"'`]*"
                + "|\\b(?:javascript|data|vbscript|mailto|tel|file|blob):[^\\s<>\"'`]+"
                + "|(?:^|[\\s(<\"'=\\[])[/\\\\]{2}[a-z0-9.-]+\\.[a-z]{2,24}[^\\s<>\"'`]*"
                + "|\\bwww\\.[^\\s<>\"'`]+");

        static Rule read(Arguments arguments) {
            arguments.require("allow");
            List<String> hosts = arguments.strings("allow");
            for (String host : hosts) {
                if (!host.matches("(?:\\*\\.)?[a-z0-9-]+(?:\\.[a-z0-9-]+)*")) {
                    throw arguments.refusal(
                            "allow",
                            Finding.quote(host) + " is not a host",
                            "write example.org, or *.example.org for those below it");
                }
            }
            List<String> schemes = arguments.strings("schemes");
            return new Links(Target.read(arguments), hosts, schemes.isEmpty() ? List.of("http", "https") : schemes);
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                Matcher matcher = LINK.matcher(bounded(place));
                List<Finding> findings = new ArrayList<>();
                while (matcher.find()) {
                    String link = bare(matcher.group());
                    Span span = new Span(place.name(), matcher.start(), matcher.end());
                    findings.add(
                            isAllowed(link)
                                    ? Finding.pass(Finding.quote(link) + " is allowed", span)
                                    : Finding.fail(Finding.quote(link) + " is not on the list", span));
                }
                return findings.isEmpty() ? Finding.pass(place.name() + " has no links") : Finding.all(findings);
            });
        }

        /** A link without what stood before it, and what a sentence puts after it. */
        private static String bare(String found) {
            int start = 0;
            while (start < found.length() && " \t\r\n(<\"'=[".indexOf(found.charAt(start)) >= 0) {
                start++;
            }
            int end = found.length();
            while (end > start && ".,;:!?)]}*_".indexOf(found.charAt(end - 1)) >= 0) {
                end--;
            }
            return found.substring(start, end);
        }

        private boolean isAllowed(String link) {
            try {
                URI uri = new URI(link.toLowerCase(Locale.ROOT).startsWith("www.") ? "http://" + link : link);
                String host = uri.getHost();
                if (host == null || uri.getScheme() == null || uri.getRawUserInfo() != null) {
                    return false;
                }
                String name = host.toLowerCase(Locale.ROOT);
                return schemes.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                        && hosts.stream()
                                .anyMatch(allowed -> allowed.startsWith("*.")
                                        ? name.endsWith(allowed.substring(1))
                                        : name.equals(allowed));
            } catch (URISyntaxException e) {
                return false;
            }
        }
    }
}
