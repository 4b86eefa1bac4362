package io.kernelweave.route;

import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels that a router cannot tell apart, because they say the same of themselves and take the same prompts. They stand in
 * the index once: as rivals they would halve each other's share, and the words that they have in common would count as common
 * words.
 *
 * @param kernels one of each kind, in the order of their ids
 * @param others by its id, the ids of those that it stands for
 */
record Twins(List<Kernel> kernels, Map<String, List<String>> others) {

    /**
     * @param kernels in the order of their ids
     * @param preferred which of some ids stands for the others; of equals, the first by name
     */
    static Twins of(List<Kernel> kernels, Comparator<String> preferred) {
        Map<List<Object>, List<Kernel>> alike = new LinkedHashMap<>();
        for (Kernel kernel : kernels) {
            alike.computeIfAbsent(
                            List.of(kernel.name(), kernel.description(), kernel.examples()), key -> new ArrayList<>())
                    .add(kernel);
        }
        Map<String, List<String>> others = new LinkedHashMap<>();
        for (List<Kernel> texts : alike.values()) {
            Map<List<Object>, List<String>> ids = new LinkedHashMap<>();
            for (Kernel kernel : texts) {
                // Most texts are of one kernel, and hashing schemas takes longer than all else here.
                List<Object> takes =
                        texts.size() == 1 ? List.of() : List.of(kernel.inputSchema(), kernel.preconditions());
                ids.computeIfAbsent(takes, key -> new ArrayList<>()).add(kernel.kernelId());
            }
            for (List<String> twins : ids.values()) {
                String first = twins.stream().min(preferred).orElseThrow();
                others.put(first, twins.stream().filter(id -> !id.equals(first)).toList());
            }
        }
        return new Twins(
                kernels.stream()
                        .filter(kernel -> others.containsKey(kernel.kernelId()))
                        .toList(),
                others);
    }

    List<String> of(String kernelId) {
        return others.getOrDefault(kernelId, List.of());
    }
}
