package io.kernelweave.trace;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.json.Json;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Dialect;
import io.kernelweave.regex.Regex;
import java.util.ArrayList;
import java.util.List;
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
     * @param needles a text without any of these, in any case, holds no such secret
     * @param holds accepts the texts in which there is such a secret, in one look at each character
     */
    private record Rule(String name, Pattern pattern, String replacement, List<String> needles, Automaton holds) {}

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
                name,
                Pattern.compile(regex),
                kept + mark + (name.equals("url-password") ? "@" : ""),
                List.of(needles),
                holding(regex));
    }

    private static Automaton holding(Stream<String> needles) {
        return holding(needles.map(Pattern::quote).collect(Collectors.joining("|", "(?i)", "")));
    }

    /** Of the texts in which a pattern matches; made whole at once, for many threads share it. */
    private static Automaton holding(String pattern) {
        Regex regex = new Regex();
        Automaton automaton = Automaton.of(regex, regex.pattern(pattern, Dialect.RE2, "secrets"));
        automaton.explore(Integer.MAX_VALUE);
        return automaton;
    }

    /** The secrets in a text, by kind; two kinds may name the same stretch. */
    public static List<Secret> find(String text) {
        if (!HINTED.mayAccept(text)) {
            return List.of();
        }
        List<Secret> secrets = new ArrayList<>();
        for (Rule rule : RULES) {
            if (rule.holds.mayAccept(text)) {
                Matcher matcher = rule.pattern.matcher(text);
                while (matcher.find()) {
                    secrets.add(new Secret(rule.name, matcher.start(), matcher.end()));
                }
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
        for (Rule rule : RULES) {
            if (rule.holds.mayAccept(clean)) {
                clean = rule.pattern.matcher(clean).replaceAll(rule.replacement);
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
