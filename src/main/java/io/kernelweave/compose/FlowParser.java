package io.kernelweave.compose;

import io.kernelweave.compose.Flow.Branch;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;

/** Reads the text form of flows by recursive descent: one method for each rule of the grammar, loosest first. */
final class FlowParser {
    /** Words of the language: a kernel that is called so is written in quotes. */
    static final Set<String> RESERVED = Set.of("id", "fail", "else", "retry", "guard", "adapt");

    private static final int MAX_LENGTH = 100_000;
    private static final int MAX_DEPTH = 200;
    private static final int MAX_TERMS = 1_000;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9.eE+-]*");
    private static final String EXPECTED =
            "write a kernel's id, id, fail, forEach(…), retry(n, …), guard(…), adapt(…) or (…)";

    private final String text;
    private int at;
    private int depth;
    private int terms;

    FlowParser(String text) {
        this.text = text;
    }

    Flow parse() {
        if (text.length() > MAX_LENGTH) {
            throw refusal(0, "is longer than " + MAX_LENGTH + " characters", "shorten it");
        }
        Flow flow = alternatives();
        skip();
        if (at < text.length()) {
            throw refusal(at, shown(at) + " does not belong here", "write >>, &, |, else or nothing");
        }
        return flow;
    }

    /** {@code alternatives = choices { "else" choices }} */
    private Flow alternatives() {
        if (++depth > MAX_DEPTH) {
            throw refusal(at, "it is nested more than " + MAX_DEPTH + " deep", "take it apart");
        }
        Flow flow = choices();
        while (word().equals("else")) {
            at += 4;
            flow = new Flow.OrElse(flow, choices());
        }
        depth--;
        return flow;
    }

    /** {@code choices = branches { "|" branches }} */
    private Flow choices() {
        Flow flow = branches();
        while (takes("|")) {
            flow = new Flow.Choice(flow, branches());
        }
        return flow;
    }

    /** {@code branches = [name ":"] sequence { "&" [name ":"] sequence }} */
    private Flow branches() {
        List<Branch> branches = new ArrayList<>();
        boolean labelled;
        do {
            skip();
            int start = at;
            String name = label();
            labelled = !name.isEmpty();
            Flow flow = sequence();
            if (!labelled && flow instanceof Flow.Call call) {
                name = call.kernelId();
            }
            skip();
            if (branches.isEmpty() && !labelled && !text.startsWith("&", at)) {
                return flow;
            }
            if (name.isEmpty()) {
                throw refusal(start, "a branch that is no single kernel has no name", "name it, as in x: a >> b & c");
            }
            branches.add(new Branch(name, flow));
        } while (takes("&"));
        try {
            return new Flow.Par(branches);
        } catch (InputException e) {
            throw e.in(place(at));
        }
    }

    /** The name before a colon; empty and nothing read if there is none. */
    private String label() {
        int start = at;
        String name = text.startsWith("\"", at) ? json().asString("") : word();
        if (!text.startsWith("\"", start)) {
            at = start + name.length();
        }
        if (!name.isEmpty() && takes(":")) {
            return name;
        }
        at = start;
        return "";
    }

    /** {@code sequence = term { ">>" term }} */
    private Flow sequence() {
        Flow flow = term();
        while (takes(">>")) {
            flow = new Flow.Seq(flow, term());
        }
        return flow;
    }

    private Flow term() {
        skip();
        int start = at;
        if (++terms > MAX_TERMS) {
            throw refusal(start, "it has more than " + MAX_TERMS + " terms", "take it apart");
        }
        if (takes("(")) {
            Flow inner = alternatives();
            close(start);
            return inner;
        }
        if (text.startsWith("\"", at)) {
            return new Flow.Call(kernelId());
        }
        String word = word();
        switch (word) {
            case "id" -> {
                at += word.length();
                return new Flow.Id();
            }
            case "fail" -> {
                at += word.length();
                int open = at;
                if (!takes("(")) {
                    return new Flow.Fail("");
                }
                skip();
                int reason = at;
                JsonNode says = json();
                if (!says.isString() || says.stringValue().isEmpty()) {
                    throw refusal(reason, "is no reason", "write fail(\"why\") or fail");
                }
                close(open);
                return new Flow.Fail(says.stringValue());
            }
            case "forEach" -> {
                int open = open(word);
                Flow each = alternatives();
                close(open);
                return new Flow.ForEach(each);
            }
            case "retry" -> {
                int open = open(word);
                skip();
                int number = at;
                String times = word();
                at += times.length();
                if (!times.matches("[1-9][0-9]?|100")) {
                    throw refusal(number, shown(number) + " is not how often", "write retry(3, …), with 1 to 100");
                }
                if (!takes(",")) {
                    throw refusal(at, shown(at) + " stands where a comma is wanted", "write retry(" + times + ", …)");
                }
                Flow flow = alternatives();
                close(open);
                return new Flow.Retry(Integer.parseInt(times), flow);
            }
            case "guard" -> {
                int open = open(word);
                skip();
                int inside = at;
                Flow guard;
                try {
                    guard = text.startsWith("{", at) ? new Flow.Guard(json()) : Flow.Guard.of(kernelId());
                } catch (InputException e) {
                    throw at(inside, e);
                }
                close(open);
                return guard;
            }
            case "adapt" -> {
                int open = open(word);
                skip();
                int inside = at;
                Template template;
                try {
                    template = new Template(json());
                } catch (InputException e) {
                    throw at(inside, e);
                }
                close(open);
                return new Flow.Adapt(template);
            }
            default -> {
                if (word.isEmpty() || RESERVED.contains(word)) {
                    throw refusal(start, shown(start) + " stands where a term is wanted", EXPECTED);
                }
                return new Flow.Call(kernelId());
            }
        }
    }

    private String kernelId() {
        skip();
        int start = at;
        boolean quoted = text.startsWith("\"", at);
        String id = quoted ? json().asString("") : word();
        if (!Kernel.ID.matcher(id).matches()) {
            throw refusal(start, shown(start) + " is not a kernel's id", EXPECTED);
        }
        at = quoted ? at : start + id.length();
        return id;
    }

    private int open(String word) {
        at += word.length();
        int open = at;
        if (!takes("(")) {
            throw refusal(at, shown(at) + " stands where ( is wanted", "write " + word + "(…)");
        }
        return open;
    }

    private void close(int open) {
        skip();
        if (!takes(")")) {
            throw refusal(at, shown(at) + " stands where ) is wanted", "close the ( of " + place(open));
        }
    }

    /** One JSON value. */
    private JsonNode json() {
        int start = at;
        Matcher number = NUMBER.matcher(text).region(start, text.length());
        if (number.lookingAt()) { // at the root a parser wants white space behind one
            at = number.end();
            return Json.parse(number.group(), place(start));
        }
        try (JsonParser parser = Json.mapper().createParser(new StringReader(text.substring(start)))) {
            parser.nextToken();
            parser.skipChildren();
            parser.finishToken();
            at = start + (int) parser.currentLocation().getCharOffset();
        } catch (JacksonException e) {
            throw refusal(start, "is not JSON: " + e.getOriginalMessage(), "write one JSON value");
        }
        return Json.parse(text.substring(start, at), place(start));
    }

    /** The word that stands here; nothing is read. */
    private String word() {
        skip();
        int end = at;
        while (end < text.length() && isOfWord(text.charAt(end))) {
            end++;
        }
        return text.substring(at, end);
    }

    private static boolean isOfWord(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }

    private boolean takes(String symbol) {
        skip();
        boolean there = text.startsWith(symbol, at);
        at += there ? symbol.length() : 0;
        return there;
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private String shown(int start) {
        if (start >= text.length()) {
            return "the end";
        }
        int end = Math.min(text.length(), start + 20);
        return '"' + text.substring(start, end) + (end < text.length() ? "…" : "") + '"';
    }

    private static String place(int index) {
        return "flow, column " + (index + 1);
    }

    private static InputException at(int index, InputException refusal) {
        String message = String.valueOf(refusal.getMessage());
        return message.startsWith("flow, column") ? refusal : refusal.in(place(index));
    }

    private static InputException refusal(int index, String problem, String remedy) {
        return InputException.at(place(index), problem, remedy);
    }
}
