package io.kernelweave.decode;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Values near those of a subject, and texts that go on from where a text was refused: made of what its schema and values hold. */
final class Mutations {
    private final SplittableRandom random;
    private final List<JsonNode> pool = new ArrayList<>();
    private final List<String> keys;

    Mutations(Subject subject, SplittableRandom random) {
        this.random = random;
        Set<String> names = new TreeSet<>(List.of("a", "zz"));
        for (String text : List.of("null", "true", "0", "1", "-1.5", "1000000", "\"\"", "\"a\"", "[]", "{}", "[[]]")) {
            pool.add(Texts.parse(text));
        }
        subject.valid().forEach(value -> collect(value, names, 40));
        subject.invalid().forEach(value -> collect(value, names, 60));
        schema(subject.schema(), names);
        this.keys = List.copyOf(names);
    }

    private void collect(JsonNode value, Set<String> names, int most) {
        if (pool.size() < most) {
            pool.add(value);
        }
        value.properties().forEach(member -> {
            names.add(member.getKey());
            collect(member.getValue(), names, most);
        });
        if (value.isArray()) {
            value.forEach(item -> collect(item, names, most));
        }
    }

    private void schema(JsonNode schema, Set<String> names) {
        for (Map.Entry<String, JsonNode> field : schema.properties()) {
            switch (field.getKey()) {
                case "properties" -> names.addAll(field.getValue().propertyNames());
                case "const" -> pool.add(field.getValue());
                case "enum" -> field.getValue().forEach(pool::add);
                default -> {}
            }
            schema(field.getValue(), names);
        }
        if (schema.isArray()) {
            schema.forEach(part -> schema(part, names));
        }
    }

    private JsonNode pooled() {
        return pool.get(random.nextInt(pool.size()));
    }

    private String key() {
        return keys.get(random.nextInt(keys.size()));
    }

    /** A value that differs a little. */
    JsonNode near(JsonNode value) {
        if (value.isContainer() && !value.isEmpty() && random.nextInt(3) > 0) {
            int place = random.nextInt(value.size());
            if (value.isArray()) {
                ArrayNode array = (ArrayNode) value.deepCopy();
                switch (random.nextInt(5)) {
                    case 0 -> array.remove(place);
                    case 1 -> array.insert(place, array.get(random.nextInt(array.size())));
                    case 2 -> array.add(pooled());
                    default -> array.set(place, near(array.get(place)));
                }
                return array;
            }
            ObjectNode object = (ObjectNode) value.deepCopy();
            String key = List.copyOf(object.propertyNames()).get(place);
            switch (random.nextInt(6)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(key(), pooled());
                case 2 -> object.set(key(), object.remove(key));
                default -> object.set(key, near(object.path(key)));
            }
            return object;
        }
        if (value.isNumber() && random.nextBoolean()) {
            BigDecimal step = new BigDecimal(
                    List.of("1", "-1", "0.5", "0.001", "10", "-7").get(random.nextInt(6)));
            return Json.tree(value.decimalValue().add(step));
        }
        if (value.isString() && random.nextBoolean()) {
            String text = value.stringValue();
            int at = text.isEmpty()
                    ? 0
                    : text.offsetByCodePoints(0, random.nextInt(text.codePointCount(0, text.length())));
            int end = at == text.length() ? at : text.offsetByCodePoints(at, 1);
            String[] pieces = {
                "", "a", "-", "0", "é", "Z", " ", text.substring(at, end).repeat(2)
            };
            return Json.tree(text.substring(0, at) + pieces[random.nextInt(pieces.length)] + text.substring(end));
        }
        return random.nextInt(6) == 0 && value.isArray() ? ((ArrayNode) value.deepCopy()).add(pooled()) : pooled();
    }

    /** JSON that begins with a text, as far as it is the beginning of JSON without whitespace; the rest is drawn. */
    String completed(String begun) {
        StringBuilder out = new StringBuilder(begun);
        StringBuilder open = new StringBuilder();
        boolean string = false;
        boolean escape = false;
        boolean key = false;
        int begin = 0;
        char last = 0;
        for (int i = 0; i < begun.length(); i++) {
            char c = begun.charAt(i);
            if (string) {
                string = escape || c != '"';
                escape = !escape && c == '\\';
                continue;
            }
            switch (c) {
                case '"' -> {
                    string = true;
                    begin = i + 1;
                    key = !open.isEmpty() && open.charAt(open.length() - 1) == '}' && last != ':';
                }
                case '{' -> open.append('}');
                case '[' -> open.append(']');
                case '}', ']' -> open.setLength(Math.max(0, open.length() - 1));
                default -> {
                    if (i == 0 || "{}[],:\"".indexOf(last) >= 0) {
                        begin = i;
                    }
                }
            }
            last = c;
        }
        if (string) {
            out.append(escape ? "n" : "")
                    .append(tail(begun.substring(begin), key))
                    .append('"');
            last = '"';
            if (key) {
                out.append(':');
                last = ':';
            }
        } else if ("{}[],:\"".indexOf(last) < 0) {
            String scalar = begun.substring(begin);
            for (String word : List.of("true", "false", "null")) {
                if (word.startsWith(scalar)) {
                    out.append(word.substring(scalar.length()));
                }
            }
            if ("-.".indexOf(last) >= 0) {
                out.append(random.nextInt(10));
            }
            last = '0';
        } else if (last == '"' && key) {
            out.append(':');
            last = ':';
        }
        while (true) {
            boolean object = !open.isEmpty() && open.charAt(open.length() - 1) == '}';
            if (last == ':'
                    || last == '[' && random.nextBoolean()
                    || last == ',' && !object
                    || begun.isEmpty() && last == 0) {
                out.append(Texts.plain(pooled()));
                last = '0';
            } else if (last == '{' && random.nextBoolean() || last == ',') {
                out.append(Texts.plain(Json.tree(key()))).append(':');
                last = ':';
            } else if (open.isEmpty()) {
                return out.toString();
            } else if ("[{".indexOf(last) < 0 && random.nextInt(3) == 0) {
                out.append(',');
                last = ',';
            } else {
                out.append(open.charAt(open.length() - 1));
                open.setLength(open.length() - 1);
                last = '}';
            }
        }
    }

    private String tail(String begun, boolean key) {
        List<String> fitting = new ArrayList<>(List.of("", "a", "0"));
        if (key) {
            keys.stream().filter(k -> k.startsWith(begun)).forEach(k -> fitting.add(k.substring(begun.length())));
        } else {
            for (JsonNode value : pool) {
                if (value.isString() && value.stringValue().startsWith(begun)) {
                    fitting.add(value.stringValue().substring(begun.length()));
                }
            }
        }
        String plain = Texts.plain(Json.tree(fitting.get(random.nextInt(fitting.size()))));
        return plain.substring(1, plain.length() - 1);
    }
}
