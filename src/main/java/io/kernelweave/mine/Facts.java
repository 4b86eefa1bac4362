package io.kernelweave.mine;

import io.kernelweave.json.Json;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Computed;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Words;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A trace read once: what stands at each path, cut into words, so that a thousand conditions can be tried on it without reading it a
 * thousand times. What it says is what the check language says; a test holds the two together. Not for several threads at once.
 */
final class Facts {
    /**
     * The texts at a path.
     *
     * @param ids its different words, as numbers, ascending
     * @param words how many there are, as {@code count} counts them
     * @param phrases its different texts, as {@link Words#phrase}
     * @param whole all of it, one text after the other, as {@link Words#phrase}
     */
    record Said(int[] ids, long words, Set<String> phrases, String whole) {}

    private final Subject subject;
    private final Lexicon lexicon;
    private final Map<String, Optional<Said>> said = new HashMap<>();
    private final Map<String, Double> amounts = new HashMap<>();

    private Facts(Subject subject, Lexicon lexicon) {
        this.subject = subject;
        this.lexicon = lexicon;
    }

    static Facts of(Trace trace, Lexicon lexicon) {
        return new Facts(Mined.subject(trace), lexicon);
    }

    Subject subject() {
        return subject;
    }

    /** What stands at a path, at any depth; null where nothing can be said of it. */
    @Nullable
    Said at(String path) {
        Optional<Said> known = said.get(path);
        if (known == null) {
            known = lexicon.computed(Json.object().put("texts", path))
                    .of(subject)
                    .map(this::read);
            said.put(path, known);
        }
        return known.orElse(null);
    }

    private Said read(JsonNode texts) {
        Set<Integer> ids = new HashSet<>();
        Set<String> phrases = new HashSet<>();
        List<String> all = new ArrayList<>();
        long count = 0;
        for (JsonNode leaf : texts) {
            String text = leaf.isNumber() ? leaf.decimalValue().toPlainString() : leaf.asString();
            count += Words.count(text);
            List<String> words = Words.of(text);
            words.forEach(word -> ids.add(lexicon.id(word)));
            if (!words.isEmpty()) {
                phrases.add(Words.phrase(words));
                all.addAll(words);
            }
        }
        int[] sorted = ids.stream().mapToInt(Integer::intValue).toArray();
        Arrays.sort(sorted);
        return new Said(sorted, count, phrases, Words.phrase(all));
    }

    /** All calls in their order, each with tool, arguments, result and error. */
    JsonNode calls() {
        return value("trace.calls").orElseGet(() -> Json.mapper().createArrayNode());
    }

    /** What stands at a path, as it is. */
    Optional<JsonNode> value(String path) {
        return lexicon.computed(Json.tree(path)).of(subject);
    }

    /** The value of an expression; not a number where nothing can be said of it. */
    double number(JsonNode expression) {
        return lexicon.computed(expression).of(subject).map(JsonNode::asDouble).orElse(Double.NaN);
    }

    /** The least or greatest amount at a path; not a number where there is none. */
    double extreme(String path, boolean least) {
        return amounts.computeIfAbsent(path + (least ? '<' : '>'), each -> number(Feature.Within.extreme(path, least)));
    }

    /** How many different texts there are at a path; not a number where nothing can be said of it. */
    double different(String path) {
        return amounts.computeIfAbsent(path, each -> number(Feature.Found.different(path)));
    }

    /** The number of a word. */
    int id(String word) {
        return lexicon.id(word);
    }

    /** How many numbers two ascending lists share. */
    static int common(int[] one, int[] other) {
        int common = 0;
        for (int i = 0, j = 0; i < one.length && j < other.length; ) {
            int order = Integer.compare(one[i], other[j]);
            common += order == 0 ? 1 : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return common;
    }

    /** What the traces of one mining share: numbers for words, and compiled expressions. */
    static final class Lexicon {
        private final Map<String, Integer> ids = new HashMap<>();
        private final List<String> words = new ArrayList<>();
        private final Map<JsonNode, Computed> expressions = new HashMap<>();

        int id(String word) {
            Integer id = ids.putIfAbsent(word, words.size());
            if (id == null) {
                words.add(word);
                return words.size() - 1;
            }
            return id;
        }

        String word(int id) {
            return words.get(id);
        }

        Computed computed(JsonNode expression) {
            return expressions.computeIfAbsent(expression, each -> Computed.parse(each, "mined expression"));
        }
    }
}
