package io.kernelweave.regex;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The formats of JSON Schema as languages.
 *
 * <p>Sources: {@code date-time}, {@code date}, {@code time}, {@code duration}: RFC 3339, with the days that a month has and
 * with a leap second only at 23:59 UTC; {@code email}: RFC 5321, section 4.1.2; {@code idn-email}: RFC 6531; {@code hostname}:
 * RFC 1123; {@code ipv4}, {@code ipv6}: RFC 2673 and 4291; {@code uri}, {@code uri-reference}: RFC 3986; {@code iri},
 * {@code iri-reference}: RFC 3987; {@code uri-template}: RFC 6570; {@code uuid}: RFC 4122; {@code json-pointer}: RFC 6901;
 * {@code relative-json-pointer}: its draft as of JSON Schema draft 7.
 *
 * <p>Two things that these say are no matter of regular languages. Whether a label of a host name that begins with
 * {@code xn--} is a name in Punycode is not decided, and such labels are left out of {@code hostname}; and a label of an
 * {@code idn-email} may hold any characters beyond ASCII.
 */
public final class Formats {
    private static final Set<String> REFUSED = Set.of("regex", "idn-hostname");
    private static final Map<String, Function<Regex, Regex.Node>> KNOWN = known();

    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_LABEL = 63;
    private static final int MAX_HOST = 253;
    private static final int MAX_DOMAIN = 255;

    private Formats() {}

    /** The language of a format, or nothing if the format is not known or is refused. */
    public static Optional<Regex.Node> language(Regex algebra, String format) {
        Regex.Node known = algebra.formats().get(format);
        if (known == null) {
            Function<Regex, Regex.Node> maker = KNOWN.get(format);
            if (maker == null) {
                return Optional.empty();
            }
            known = maker.apply(algebra);
            algebra.formats().put(format, known);
        }
        return Optional.of(known);
    }

    /** Whether JSON Schema defines the format, but it is no regular language. */
    public static boolean isRefused(String format) {
        return REFUSED.contains(format);
    }

    private static Map<String, Function<Regex, Regex.Node>> known() {
        Map<String, Function<Regex, Regex.Node>> all = new TreeMap<>();
        all.put("date", regex -> regex.whole(DATE));
        all.put("time", Formats::time);
        all.put("date-time", Formats::dateTime);
        all.put("duration", regex -> regex.whole(DURATION));
        all.put("email", regex -> email(regex, ATOM, QUOTED, ASCII_LABEL, Formats::ascii));
        all.put("idn-email", regex -> email(regex, wide(ATOM), wide(QUOTED), wide(ASCII_LABEL), Formats::octets));
        all.put("hostname", Formats::hostname);
        all.put("ipv4", regex -> regex.whole(IPV4));
        all.put("ipv6", regex -> regex.whole(IPV6));
        all.put("uri", regex -> regex.whole(uri("", "", true)));
        all.put("uri-reference", regex -> regex.whole(uri("", "", false)));
        all.put("iri", regex -> regex.whole(uri(BEYOND_ASCII, PRIVATE, true)));
        all.put("iri-reference", regex -> regex.whole(uri(BEYOND_ASCII, PRIVATE, false)));
        all.put("uri-template", regex -> regex.whole(URI_TEMPLATE));
        all.put("uuid", regex -> regex.whole("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"));
        all.put("json-pointer", regex -> regex.whole(JSON_POINTER));
        all.put("relative-json-pointer", regex -> regex.whole("(?:0|[1-9]\\d*)(?:#|" + JSON_POINTER + ")"));
        return all;
    }

    private static final String DATE = "\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))"
            + "|(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29";
    private static final String FRACTION = "(?:\\.\\d+)?";
    private static final String ORDINARY_TIME =
            "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d" + FRACTION + "(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
    private static final String DURATION_TIME = "T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)";
    private static final String DURATION = "P(?:(?:\\d+D|\\d+M(?:\\d+D)?|\\d+Y(?:\\d+M(?:\\d+D)?)?)(?:" + DURATION_TIME
            + ")?|" + DURATION_TIME + "|\\d+W)";

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
    private static final String IPV6 = ipv6();

    private static final String JSON_POINTER = "(?:/(?:[^~/]|~[01])*)*";

    private static final String ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
    private static final String QUOTED = "[ !#-[\\]-~]";
    private static final String ASCII_LABEL = "[A-Za-z0-9]";

    private static final String HEX_PAIR = "%[0-9A-Fa-f]{2}";
    /** What IRIs allow beyond ASCII, inside a class. */
    private static final String BEYOND_ASCII =
            "\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}" + planes(1, 13) + "\\u{E1000}-\\u{EFFFD}";

    private static final String PRIVATE = "\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}";

    private static final String URI_TEMPLATE = uriTemplate();

    private static String planes(int from, int to) {
        StringBuilder out = new StringBuilder();
        for (int plane = from; plane <= to; plane++) {
            out.append(String.format("\\u{%X0000}-\\u{%XFFFD}", plane, plane));
        }
        return out.toString();
    }

    private static String wide(String set) {
        return set.substring(0, set.length() - 1).replaceFirst("-$", "\\\\-") + "\\u{80}-\\u{10FFFF}]";
    }

    private static String ipv6() {
        String group = "[0-9A-Fa-f]{1,4}";
        String last = "(?:" + group + ":" + group + "|" + IPV4 + ")";
        List<String> forms = new ArrayList<>();
        forms.add("(?:" + group + ":){6}" + last);
        for (int after = 5; after >= 0; after--) {
            // so many groups and the last two after a ::
            forms.add(upTo(5 - after, group) + "::" + "(?:" + group + ":){" + after + "}" + last);
        }
        forms.add(upTo(6, group) + "::" + group);
        forms.add(upTo(7, group) + "::");
        return "(?:" + String.join("|", forms) + ")";
    }

    /** At most so many groups with a colon between them. */
    private static String upTo(int groups, String group) {
        return groups == 0 ? "" : "(?:" + group + "(?::" + group + "){0," + (groups - 1) + "})?";
    }

    private static String uri(String more, String moreInQuery, boolean absolute) {
        String unreserved = "A-Za-z0-9._~" + more;
        String delimiters = "!$&'()*+,;=";
        String segment = "(?:[" + unreserved + delimiters + ":@-]|" + HEX_PAIR + ")";
        String noColon = "(?:[" + unreserved + delimiters + "@-]|" + HEX_PAIR + ")";
        String user = "(?:[" + unreserved + delimiters + ":-]|" + HEX_PAIR + ")*@";
        String name = "(?:[" + unreserved + delimiters + "-]|" + HEX_PAIR + ")*";
        String future = "[vV][0-9A-Fa-f]+\\.[A-Za-z0-9._~" + delimiters + ":-]+";
        String host = "(?:\\[(?:" + IPV6 + "|" + future + ")\\]|" + name + ")";
        String authority = "//(?:" + user + ")?" + host + "(?::\\d*)?(?:/" + segment + "*)*";
        String rooted = "/(?:" + segment + "+(?:/" + segment + "*)*)?";
        String inQuery = "(?:[" + unreserved + moreInQuery + delimiters + ":@/?-]|" + HEX_PAIR + ")*";
        String inFragment = "(?:[" + unreserved + delimiters + ":@/?-]|" + HEX_PAIR + ")*";
        String tail = "(?:\\?" + inQuery + ")?(?:#" + inFragment + ")?";
        String full = "[A-Za-z][A-Za-z0-9+.-]*:(?:" + authority + "|" + rooted + "|" + segment + "+(?:/" + segment
                + "*)*)?" + tail;
        String relative = "(?:" + authority + "|" + rooted + "|" + noColon + "+(?:/" + segment + "*)*)?" + tail;
        return absolute ? full : full + "|" + relative;
    }

    private static String uriTemplate() {
        String letter = "(?:[A-Za-z0-9_]|" + HEX_PAIR + ")";
        String variable = letter + "(?:\\.?" + letter + ")*(?::[1-9]\\d{0,3}|\\*)?";
        // The apostrophe is allowed by an erratum.
        String literal = "[!#$&-;=?-[\\]_a-z~" + BEYOND_ASCII + PRIVATE + "]|" + HEX_PAIR;
        return "(?:" + literal + "|\\{[+#./;?&=,!@|]?" + variable + "(?:," + variable + ")*\\})*";
    }

    private static Regex.Node dateTime(Regex regex) {
        return regex.then(regex.whole(DATE), regex.then(regex.whole("[Tt]"), time(regex)));
    }

    private static Regex.Node time(Regex regex) {
        return regex.either(regex.whole(ORDINARY_TIME), leapSecond(regex));
    }

    /**
     * A second 60 at 23:59 UTC. The offset follows from the local time: eastward it is a minute more than that, westward it
     * is what is missing to 23:59. One language says so of the minutes, one of the hours.
     */
    private static Regex.Node leapSecond(Regex regex) {
        Regex.Node second = regex.whole(":60" + FRACTION);
        Regex.Node twoDigits = regex.whole("\\d\\d");
        Regex.Node minute = regex.whole("[0-5]\\d");
        List<Regex.Node> minutes = new ArrayList<>();
        for (int ten = 0; ten < 60; ten += 10) {
            List<Regex.Node> ones = new ArrayList<>();
            for (int m = ten; m < ten + 10; m++) {
                Regex.Node offset = regex.either(
                        sequence(regex, regex.word("+"), twoDigits, regex.word(":" + two((m + 1) % 60))),
                        sequence(regex, regex.word("-"), twoDigits, regex.word(":" + two(59 - m))));
                ones.add(sequence(regex, regex.word(Integer.toString(m % 10)), second, offset));
            }
            minutes.add(regex.then(regex.word(Integer.toString(ten / 10)), regex.either(ones)));
        }
        Regex.Node atMinutes = sequence(regex, twoDigits, regex.word(":"), regex.either(minutes));
        Regex.Node lastMinute = regex.word("59");
        Regex.Node otherMinute = regex.whole("[0-4]\\d|5[0-8]");
        List<Regex.Node> hours = new ArrayList<>();
        for (int ten = 0; ten < 24; ten += 10) {
            List<Regex.Node> ones = new ArrayList<>();
            for (int h = ten; h < Math.min(ten + 10, 24); h++) {
                Regex.Node offset = regex.either(
                        sequence(regex, otherMinute, second, regex.word("+" + two(h) + ":"), twoDigits),
                        regex.either(
                                sequence(
                                        regex,
                                        lastMinute,
                                        second,
                                        regex.word("+" + two((h + 1) % 24) + ":"),
                                        twoDigits),
                                sequence(regex, minute, second, regex.word("-" + two(23 - h) + ":"), twoDigits)));
                ones.add(sequence(regex, regex.word(h % 10 + ":"), offset));
            }
            hours.add(regex.then(regex.word(Integer.toString(ten / 10)), regex.either(ones)));
        }
        return regex.either(regex.both(atMinutes, regex.either(hours)), regex.whole("23:59:60" + FRACTION + "[Zz]"));
    }

    private static String two(int number) {
        return (number < 10 ? "0" : "") + number;
    }

    private static Regex.Node sequence(Regex regex, Regex.Node... parts) {
        Regex.Node all = regex.empty();
        for (int i = parts.length - 1; i >= 0; i--) {
            all = regex.then(parts[i], all);
        }
        return all;
    }

    private static String label(String letter) {
        String inside = letter.substring(0, letter.length() - 1) + "-]";
        return letter + "(?:" + inside + "{0," + (MAX_LABEL - 2) + "}" + letter + ")?";
    }

    private static Regex.Node hostname(Regex regex) {
        String label = label(ASCII_LABEL);
        Regex.Node punycode = regex.whole("(?:[^]*\\.)?[xX][nN]--[^]*");
        return regex.both(
                regex.both(regex.whole(label + "(?:\\." + label + ")*"), regex.length(1, MAX_HOST)),
                regex.not(punycode));
    }

    private static Regex.Node email(
            Regex regex, String atom, String quoted, String letter, BiFunction<Regex, Integer, Regex.Node> within) {
        Regex.Node local = regex.whole(atom + "+(?:\\." + atom + "+)*|\"(?:" + quoted + "|\\\\[ -~])*\"");
        String label = label(letter);
        Regex.Node host = regex.both(regex.whole(label + "(?:\\." + label + ")*"), within.apply(regex, MAX_DOMAIN));
        Regex.Node address = regex.whole("\\[(?:" + IPV4 + "|(?i:ipv6):" + IPV6 + ")\\]");
        return sequence(
                regex,
                regex.both(local, within.apply(regex, MAX_LOCAL_PART)),
                regex.word("@"),
                regex.either(host, address));
    }

    /** Of ASCII strings those of at most so many bytes. */
    private static Regex.Node ascii(Regex regex, int most) {
        return regex.length(0, most);
    }

    /** Strings of at most so many bytes in UTF-8. */
    private static Regex.Node octets(Regex regex, int most) {
        CodePoints[] sizes = {
            CodePoints.of(0, 0x7F),
            CodePoints.of(0x80, 0x7FF),
            CodePoints.of(0x800, 0xFFFF),
            CodePoints.of(0x10000, Character.MAX_CODE_POINT)
        };
        List<Regex.Node> within = new ArrayList<>(List.of(regex.empty()));
        for (int size = 1; size <= most; size++) {
            Regex.Node all = regex.empty();
            for (int bytes = 1; bytes <= Math.min(4, size); bytes++) {
                all = regex.either(all, regex.then(regex.set(sizes[bytes - 1]), within.get(size - bytes)));
            }
            within.add(all);
        }
        return within.get(most);
    }
}
