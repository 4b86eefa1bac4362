package io.kernelweave.compare;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is not the same in two runs, by what it is: code, data, kernels, model, environment, settings.
 *
 * @param groups all six, in this order
 * @param kernels those that were added, removed or changed, by id
 */
public record Differences(List<Group> groups, List<KernelChange> kernels) {
    private static final Map<String, List<String>> PARTS = parts();

    private static Map<String, List<String>> parts() {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        parts.put("code", List.of("code", "core"));
        parts.put("data", List.of("dataset", "questions", "vocabulary"));
        parts.put("kernels", List.of("store", "router", "ledger"));
        parts.put("model", List.of("model"));
        parts.put("environment", List.of("environment"));
        parts.put("settings", List.of("config"));
        return parts;
    }

    /**
     * One kind of what runs are made of.
     *
     * @param digests parts of the fingerprint that differ, with both digests
     * @param changes what differs, in words and values
     */
    public record Group(String name, List<Change> digests, List<Change> changes) {
        public boolean differs() {
            return !digests.isEmpty() || !changes.isEmpty();
        }
    }

    /**
     * A kernel that is not the same in both runs.
     *
     * @param before its version in the baseline; null if it is not there
     * @param after its version in the candidate; null if it is not there any more
     * @param contract whether what it demands of answers differs
     * @param changes by path, such as {@code postconditions.count}; empty for a kernel that was added or removed
     */
    public record KernelChange(
            String kernelId,
            @Nullable Integer before,
            @Nullable Integer after,
            boolean contract,
            List<Change> changes) {
        /** {@code added}, {@code removed} or {@code changed}. */
        public String label() {
            return before == null ? "added" : after == null ? "removed" : "changed";
        }
    }

    static Differences of(Run before, Run after, List<Kernel> then, List<Kernel> now, List<String> contracts) {
        Map<String, Change> digests = new TreeMap<>();
        Change.between(Json.tree(before.fingerprint()), Json.tree(after.fingerprint()))
                .forEach(change -> digests.put(change.path(), change));
        List<Change> settings = new ArrayList<>(Change.between(before.settings(), after.settings()));
        List<Change> model = settings.stream()
                .filter(change -> change.path().equals("model") || change.path().startsWith("model."))
                .toList();
        settings.removeAll(model);
        Map<String, List<Change>> changes = Map.of(
                "data",
                Change.between(Json.tree(before.data()), Json.tree(after.data())),
                "model",
                model,
                "environment",
                Change.between(
                        Json.tree(new TreeMap<>(before.environment())), Json.tree(new TreeMap<>(after.environment()))),
                "settings",
                settings);
        List<Group> groups = new ArrayList<>();
        PARTS.forEach((name, parts) -> {
            List<Change> own = new ArrayList<>();
            parts.forEach(part -> {
                Change change = digests.remove(part);
                if (change != null) {
                    own.add(change);
                }
            });
            if (name.equals("settings")) {
                own.addAll(digests.values()); // parts that a later kind of job brought
            }
            groups.add(new Group(name, own, changes.getOrDefault(name, List.of())));
        });
        return new Differences(groups, kernels(then, now, contracts));
    }

    private static List<KernelChange> kernels(List<Kernel> then, List<Kernel> now, List<String> contracts) {
        Map<String, Kernel> before = byId(then);
        Map<String, Kernel> after = byId(now);
        TreeSet<String> ids = new TreeSet<>(before.keySet());
        ids.addAll(after.keySet());
        List<KernelChange> changes = new ArrayList<>();
        for (String id : ids) {
            Kernel was = before.get(id);
            Kernel is = after.get(id);
            JsonNode one = was == null ? Json.object() : comparable(was);
            JsonNode two = is == null ? Json.object() : comparable(is);
            if (!one.equals(two)) {
                changes.add(new KernelChange(
                        id,
                        was == null ? null : (Integer) was.version(),
                        is == null ? null : (Integer) is.version(),
                        contracts.contains(id),
                        was == null || is == null ? List.of() : Change.between(one, two)));
            }
        }
        return changes;
    }

    private static Map<String, Kernel> byId(List<Kernel> kernels) {
        Map<String, Kernel> byId = new TreeMap<>();
        kernels.forEach(kernel -> byId.put(kernel.kernelId(), kernel));
        return byId;
    }

    /** Of the status only the state counts: what it rests on grows with every run. */
    private static ObjectNode comparable(Kernel kernel) {
        ObjectNode json = Json.tree(kernel);
        json.remove(List.of("digest", "version"));
        JsonNode state = Objects.requireNonNullElse(
                json.path("status").get("state"), Json.mapper().nullNode());
        json.set("status", state);
        return json;
    }

    /** The names of the groups in which the runs differ. */
    public List<String> differing() {
        return groups.stream().filter(Group::differs).map(Group::name).toList();
    }

    /** One of the groups. */
    public Group group(String name) {
        return groups.stream()
                .filter(group -> group.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name));
    }
}
