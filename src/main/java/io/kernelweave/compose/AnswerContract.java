package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judge;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an answer must satisfy, whether one kernel gives it or several together. Conditions of a composition are called
 * {@code <kernel_id>/<condition>}. Compiled once, safe for many threads.
 */
public final class AnswerContract {
    private final List<Kernel> kernels;
    private final List<Contract> contracts;

    private AnswerContract(List<Kernel> kernels, Judge judge) {
        this.kernels = List.copyOf(kernels);
        this.contracts =
                kernels.stream().map(kernel -> Contract.of(kernel, judge)).toList();
    }

    /**
     * @param kernels one, or the parts of a composition; each sees the whole prompt, so their order means nothing, and the
     *     joined answer has them by id
     */
    public static AnswerContract of(List<Kernel> kernels) {
        return of(kernels, Judge.none());
    }

    /** @param judge decides the conditions that only an opinion can decide */
    public static AnswerContract of(List<Kernel> kernels, Judge judge) {
        if (kernels.isEmpty()) {
            throw new InputException("no kernel: name at least one");
        }
        return new AnswerContract(
                kernels.stream().sorted(Comparator.comparing(Kernel::kernelId)).toList(), judge);
    }

    public List<Kernel> kernels() {
        return kernels;
    }

    /** The schema of the whole answer. */
    public ObjectNode outputSchema() {
        return kernels.size() == 1
                ? kernels.get(0).outputSchema()
                : Composition.of(kernels).outputSchema();
    }

    public Judgement preconditions(Subject subject) {
        return kernels.size() == 1
                ? contracts.get(0).preconditions(subject)
                : Contract.preconditions(contracts, subject);
    }

    public Judgement postconditions(Subject subject) {
        return kernels.size() == 1
                ? contracts.get(0).postconditions(subject)
                : Contract.postconditions(contracts, subject);
    }

    /**
     * What of a rejected answer a retry can keep: the text before the first field that a failed condition casts doubt on; see
     * {@link Contract#settled}. Empty if nothing can be kept.
     *
     * @param answer a JSON document of the output schema
     * @param fewer how many fields less are kept than could be
     */
    public String settledPrefix(String answer, Judgement judgement, int fewer) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        List<Integer> starts = new ArrayList<>();
        fields(answer, fields, starts);
        int kept = 0;
        for (Contract contract : contracts) {
            String prefix = kernels.size() == 1 ? "" : contract.kernelId() + "/";
            List<String> own = fields.getOrDefault(kernels.size() == 1 ? "" : contract.kernelId(), List.of());
            int settled = contract.settled(
                    own,
                    judgement.failed().stream()
                            .filter(name -> name.startsWith(prefix))
                            .map(name -> name.substring(prefix.length()))
                            .toList());
            kept += settled;
            if (settled < own.size()) {
                break;
            }
        }
        kept = Math.min(kept, starts.size() - 1) - fewer;
        return kept <= 0 ? "" : answer.substring(0, starts.get(kept));
    }

    /** The fields of each part (of the part "" without a composition), and where in the text each begins. */
    private void fields(String answer, Map<String, List<String>> fields, List<Integer> starts) {
        int depth = 0;
        int wanted = kernels.size() == 1 ? 1 : 2;
        String part = "";
        try (JsonParser parser = Json.mapper().createParser(answer)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.PROPERTY_NAME && depth == wanted) {
                    fields.computeIfAbsent(part, key -> new ArrayList<>()).add(parser.currentName());
                    starts.add((int) parser.currentTokenLocation().getCharOffset());
                } else if (token == JsonToken.PROPERTY_NAME && depth == 1) {
                    part = parser.currentName();
                }
            }
        } catch (JacksonException e) {
            starts.clear(); // not a document: nothing to keep
        }
    }
}
