package io.kernelweave.mine;

import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What could be demanded of traces like these, whatever they are about: generic features over the tools and speakers that occur in
 * them. Nothing here knows how a trace ended.
 */
final class Proposals {
    private static final int MOST_TOOLS = 12;
    private static final int MOST_SPEAKERS = 3;
    private static final int MOST_WORDS = 150;

    private final List<Facts> traces;
    private final Facts.Lexicon lexicon;
    private final List<Feature> features = new ArrayList<>();
    private final List<String> general = new ArrayList<>();

    private Proposals(List<Facts> traces, Facts.Lexicon lexicon) {
        this.traces = traces;
        this.lexicon = lexicon;
    }

    static List<Feature> of(List<Facts> traces, Facts.Lexicon lexicon, List<String> acts) {
        Proposals proposals = new Proposals(traces, lexicon);
        List<String> tools = proposals.names("trace.tools", MOST_TOOLS);
        List<String> speakers = proposals.names("trace.said", MOST_SPEAKERS);
        proposals.process(tools, speakers, acts);
        proposals.paths(tools, speakers);
        return proposals.features;
    }

    /** The fields of an object at a path in all traces, the most frequent first; those only that a path can lead through. */
    private List<String> names(String path, int most) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Facts trace : traces) {
            trace.value(path)
                    .ifPresent(object -> object.propertyNames().forEach(name -> counts.merge(name, 1, Integer::sum)));
        }
        return counts.entrySet().stream()
                .filter(entry -> !entry.getKey().isEmpty() && !entry.getKey().matches(".*[.\\[].*"))
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    private void process(List<String> tools, List<String> speakers, List<String> acts) {
        if (acts.size() > 1) {
            String all = String.join(" or ", acts);
            features.add(Feature.Process.of(
                    calls(Json.tree(acts), ">=", 1),
                    calls(Json.tree(acts), "==", 0),
                    all + " is called",
                    "neither " + all + " is called"));
        }
        for (String tool : tools) {
            features.add(Feature.Process.of(
                    calls(Json.tree(tool), ">=", 1),
                    calls(Json.tree(tool), "==", 0),
                    tool + " is called",
                    tool + " is never called"));
        }
        features.add(Feature.Process.of(Json.object().put("check", "noErrors"), null, "no call fails", "a call fails"));
        features.add(Feature.Process.of(
                Json.object().put("check", "noErrors").put("recovered", true),
                null,
                "whatever fails goes well later",
                "something fails and does not go well later"));
        for (String tool : tools) {
            for (String[] place : new String[][] {{"0", "first"}, {"-1", "last"}}) {
                features.add(Feature.Process.of(
                        is("trace.calls[" + place[0] + "].tool", "==", tool),
                        is("trace.calls[" + place[0] + "].tool", "!=", tool),
                        "the " + place[1] + " call is of " + tool,
                        "the " + place[1] + " call is not of " + tool));
            }
        }
        features.add(new Feature.Items("trace.calls", false));
        features.add(new Feature.Items("trace.failed", false));
        features.add(new Feature.Items("trace.calls[*].arguments", true));
        for (String tool : tools) {
            features.add(new Feature.Items("trace.tools." + tool, false));
        }
        for (String speaker : speakers) {
            features.add(new Feature.Items("trace.said." + speaker, false));
        }
    }

    private static ObjectNode calls(JsonNode tool, String op, int value) {
        ObjectNode check = Json.object().put("check", "toolCalls");
        check.set("tool", tool);
        return check.put("op", op).put("value", value);
    }

    private static ObjectNode is(String path, String op, String text) {
        ObjectNode check =
                Json.object().put("check", "compare").put("left", path).put("op", op);
        check.putObject("right").put("value", text);
        return check;
    }

    private void paths(List<String> tools, List<String> speakers) {
        general.addAll(List.of(
                "prompt",
                "output",
                "trace.calls[*].arguments",
                "trace.calls[-1].arguments",
                "trace.calls[-2].arguments",
                "trace.calls[0].result",
                "trace.calls[*].result",
                "trace.calls[-1].result",
                "trace.calls[-2].result"));
        for (String speaker : speakers) {
            general.add("trace.said." + speaker + "[0]");
            general.add("trace.said." + speaker + "[*]");
            general.add("trace.said." + speaker + "[-1]");
        }
        general.removeIf(path -> rare(path, 0.3));
        List<String> own = new ArrayList<>();
        if (tools.size() > 1) {
            for (String tool : tools) {
                own.add("trace.done." + tool + "[*].arguments");
                own.add("trace.done." + tool + "[-1].arguments");
                own.add("trace.done." + tool + "[0].result");
                own.add("trace.done." + tool + "[*].result");
                own.add("trace.done." + tool + "[-1].result");
            }
        }
        own.removeIf(path -> rare(path, 0.1));
        List<String> all = new ArrayList<>(general);
        all.addAll(own);
        // What was there before anything was done: the prompt, or what the first call brought.
        String given = general.contains("prompt") ? "prompt" : "trace.calls[0].result";
        general.forEach(path -> features.add(new Feature.Length(path)));
        for (String path : all) {
            int every = path.indexOf("[*]");
            if (every > 0) {
                features.add(new Feature.Pace(path, path.substring(0, every)));
            }
            if (!path.equals(given) && !path.endsWith("arguments")) {
                features.add(new Feature.Within(true, path, given));
                features.add(new Feature.Within(false, path, given));
            }
        }
        for (String of : general) {
            for (String in : general) {
                share(of, in, false);
            }
        }
        for (String of : own) {
            for (String in : general) {
                share(of, in, false);
                share(in, of, false);
            }
        }
        for (String of : all) {
            if (of.endsWith("arguments") || of.equals("output")) {
                for (String in : general) {
                    if (!in.endsWith("arguments")) {
                        share(of, in, true);
                        features.add(new Feature.Found(of, in));
                    }
                }
            }
        }
        for (String path : all) {
            if (!path.endsWith("[0]") && !path.endsWith("[0].result")) {
                mentions(
                        path,
                        said -> IntStream.of(said.ids()).mapToObj(lexicon::word).collect(Collectors.toSet()));
            }
            if (path.equals("output") || path.startsWith("trace.said.") && path.endsWith("[-1]")) {
                mentions(path, Proposals::phrases);
            }
        }
    }

    /** Two or three words that follow each other. */
    private static Set<String> phrases(Facts.Said said) {
        String[] words = said.whole().strip().split(" ");
        Set<String> phrases = new HashSet<>();
        for (int i = 1; i < words.length; i++) {
            phrases.add(words[i - 1] + " " + words[i]);
            if (i > 1) {
                phrases.add(words[i - 2] + " " + words[i - 1] + " " + words[i]);
            }
        }
        return phrases;
    }

    private void share(String of, String in, boolean whole) {
        if (!of.equals(in)) {
            features.add(new Feature.Share(of, in, whole));
        }
    }

    private boolean rare(String path, double share) {
        long there = traces.stream()
                .map(trace -> trace.at(path))
                .filter(said -> said != null && said.ids().length > 0)
                .count();
        return there < share * traces.size() || there < 2;
    }

    /** What some say and some do not, that nearest to half and half first. */
    private void mentions(String path, Function<Facts.Said, Set<String>> read) {
        Map<String, Integer> counts = new HashMap<>();
        int there = 0;
        for (Facts trace : traces) {
            Facts.@Nullable Said said = trace.at(path);
            if (said != null) {
                there++;
                read.apply(said).forEach(each -> counts.merge(each, 1, Integer::sum));
            }
        }
        int of = there;
        counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= 0.05 * of && entry.getValue() <= 0.95 * of)
                .sorted(Map.Entry.<String, Integer>comparingByValue(
                                (one, other) -> Integer.compare(Math.abs(2 * one - of), Math.abs(2 * other - of)))
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_WORDS)
                .forEach(entry -> features.add(new Feature.Mention(entry.getKey(), path)));
    }
}
