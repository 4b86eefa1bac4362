package io.kernelweave.route;

import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

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
     * @param known which were there when the router was trained: such a one stands for the others, else the first by name
     */
    static Twins of(List<Kernel> kernels, Predicate<String> known) {
        Map<List<Object>, List<Kernel>> alike = new LinkedHashMap<>();
        for (Kernel kernel : kernels) {
            alike.computeIfAbsent(
                            List.of(KernelText.of(kernel), kernel.inputSchema(), kernel.preconditions()),
                            key -> new ArrayList<>())
                    .add(kernel);
        }
        Map<String, List<String>> others = new LinkedHashMap<>();
        for (List<Kernel> group : alike.values()) {
            List<String> ids = group.stream().map(Kernel::kernelId).toList();
            String first = ids.stream().filter(known).findFirst().orElse(ids.get(0));
            others.put(first, ids.stream().filter(id -> !id.equals(first)).toList());
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
