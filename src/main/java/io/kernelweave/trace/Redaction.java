package io.kernelweave.trace;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.json.Json;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Dialect;
import io.kernelweave.regex.Regex;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Knows secrets in text: keys of cloud and code-hosting services, private key blocks, bearer tokens, passwords in URLs and in
 * assignments. They are taken out before anything is hashed or written, and named in their place.
 */
public final class Redaction {
    /** What every replacement begins with. */
    public static final String MARK = "[redacted:";

    /**
     * @param needles a text without any of these, in lower case, holds no such secret: looking for them takes far less time than the pattern
     */
    private record Rule(String name, Pattern pattern, String replacement, List<String> needles) {
        boolean mayMatch(String lower) {
            for (String needle : needles) {
                if (lower.contains(needle)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * A secret in a text.
     *
     * @param kind such as {@code private-key}
     * @param start first UTF-16 unit
     * @param end after the last UTF-16 unit
     */
    public record Secret(String kind, int start, int end) {}

    private static final List<Rule> RULES = List.of(
            rule(
                    "private-key",
                    "(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)",
                    "",
                    "private key-----"),
            rule("aws-access-key", "\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b", "", "akia", "asia"),
            rule(
                    "github-token",
                    "\\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})\\b",
                    "",
                    "ghp_",
                    "gho_",
                    "ghu_",
                    "ghs_",
                    "ghr_",
                    "github_pat_"),
            rule("slack-token", "\\bxox[abprs]-[A-Za-z0-9-]{10,}", "", "xox"),
            rule("api-key", "\\bsk-[A-Za-z0-9_-]{20,}", "", "sk-"),
            rule("json-web-token", "\\beyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]+", "", "eyj"),
            rule("bearer", "(?i)\\b(bearer )[A-Za-z0-9._~+/-]{16,}=*", "$1", "bearer "),
            rule("url-password", "(?i)(\\b[a-z][a-z0-9+.-]*://[^\\s/:@]+:)[^\\s/@]+@", "$1", "://"),
            rule(
                    "password",
                    "(?i)((?:password|passwd|secret(?:_access)?(?:_key)?|api_?key|access_?token)[\"']?\\s*[:=]\\s*[\"']?)[^\\s\"',;]{6,}",
                    "$1",
                    "password",
                    "passwd",
                    "secret",
                    "api_key",
                    "apikey",
                    "access_token",
                    "accesstoken"));

    /** Of texts in which some needle is: most have none, which one look at each character tells. */
    private static final Automaton HINTED = holding(RULES.stream().flatMap(rule -> rule.needles.stream()));

    /** Fields whose value is a secret whatever it looks like. */
    private static final Pattern SECRET_FIELD = Pattern.compile(
            "(?i)(?:.*[_-])?(?:password|passwd|secret|secret_?(?:access_?)?key|private_?key|api_?key|(?:access|refresh|auth)_?token|authorization)");

    private static final Automaton MAYBE_SECRET =
            holding(Stream.of("passw", "secret", "key", "token", "authorization"));

    private static final JsonNode MASKED = Json.tree(MARK + "password]");

    private Redaction() {}

    private static Rule rule(String name, String regex, String kept, String... needles) {
        String mark = MARK + name + "]";
        return new Rule(
                name, Pattern.compile(regex), kept + mark + (name.equals("url-password") ? "@" : ""), List.of(needles));
    }

    /** Of texts that hold one of these in any case; made whole at once, for many threads share it. */
    private static Automaton holding(Stream<String> needles) {
        String any = needles.map(Pattern::quote).collect(Collectors.joining("|", "(?i)", ""));
        Regex regex = new Regex();
        Automaton automaton = Automaton.of(regex, regex.pattern(any, Dialect.RE2, "secrets"));
        automaton.explore(Integer.MAX_VALUE);
        return automaton;
    }

    /** In lower case as a pattern that ignores case has it: the long s counts as an s, and the sign for kelvin as a k. */
    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT).replace('\u017f', 's');
    }

    /** The secrets in a text, by kind; two kinds may name the same stretch. */
    public static List<Secret> find(String text) {
        if (!HINTED.mayAccept(text)) {
            return List.of();
        }
        List<Secret> secrets = new ArrayList<>();
        String lower = lower(text);
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern.matcher(text);
            while (rule.mayMatch(lower) && matcher.find()) {
                secrets.add(new Secret(rule.name, matcher.start(), matcher.end()));
            }
        }
        return secrets;
    }

    /** The text with every known kind of secret replaced by {@code [redacted:<kind>]}. */
    public static String redact(String text) {
        if (!HINTED.mayAccept(text)) {
            return text;
        }
        String clean = text;
        String lower = lower(text);
        for (Rule rule : RULES) {
            if (rule.mayMatch(lower)) {
                Matcher matcher = rule.pattern.matcher(clean);
                if (matcher.find()) {
                    clean = matcher.replaceAll(rule.replacement);
                    lower = lower(clean);
                }
            }
        }
        return clean;
    }

    /** A copy of the value, its texts and field names redacted, and what stands in fields that are called after a secret. */
    public static JsonNode redact(JsonNode value) {
        if (value.isString()) {
            String clean = redact(value.stringValue());
            return clean.equals(value.stringValue()) ? value : StringNode.valueOf(clean);
        }
        if (value instanceof ObjectNode object) {
            ObjectNode clean = Json.object();
            object.properties().forEach(field -> {
                String name = redact(field.getKey());
                for (int copy = 2; clean.has(name); copy++) { // two names may be told apart by a secret alone
                    name = redact(field.getKey()) + "#" + copy;
                }
                clean.set(name, isSecret(field.getKey(), field.getValue()) ? MASKED : redact(field.getValue()));
            });
            return clean;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode clean = Json.mapper().createArrayNode();
            array.forEach(element -> clean.add(redact(element)));
            return clean;
        }
        return value;
    }

    private static boolean isSecret(String field, JsonNode value) {
        return value.isString()
                && MAYBE_SECRET.mayAccept(field)
                && !value.stringValue().isBlank()
                && !value.stringValue().contains(MARK)
                && SECRET_FIELD.matches(field);
    }
}
