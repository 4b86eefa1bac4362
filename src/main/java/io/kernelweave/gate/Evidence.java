package io.kernelweave.gate;

import io.kernelweave.gate.FeedbackLedger.Use;
import io.kernelweave.json.Json;
import io.kernelweave.stats.DriftDetector;
import io.kernelweave.stats.EProcess;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What uses say of a kernel, or of all kernels of a task family.
 *
 * <p>A trial is a cluster of prompts, and a success only if every answer in it passed: UNKNOWN counts as a failure. A cluster
 * that comes again, in a later run,
 *
 * <ul>
 *   <li>is no new trial <em>for</em> a kernel, and spoils the one that it was if an answer does not pass now;
 *   <li>is a new trial <em>against</em> it as long as it has passed each time: what passed before passes again at least as
 *       likely as something new, so that such trials accuse nobody wrongly. A cluster that has failed says no more.
 * </ul>
 *
 * @param answers how many there were
 * @param passed those of them that passed
 * @param clusters distinct clusters: the trials for the kernel
 * @param successes those of them of which every answer passed
 * @param uses the trials against the kernel
 * @param failures those of them that did not succeed
 * @param forVerified ln E against "it succeeds half the time at most"
 * @param forTrusted ln E against "it succeeds four times in five at most"
 * @param againstVerified ln E against "it succeeds at least half the time"
 * @param againstTrusted ln E against "it succeeds at least four times in five"
 * @param driftVerified ln of the highest value of the detector of a success rate that has fallen below one half
 * @param driftTrusted the same for four in five
 * @param first the journal's line of the first use that counts; −1 without any
 * @param last that of the last one
 * @param unsafe conditions about safety that failed
 */
public record Evidence(
        long answers,
        long passed,
        long clusters,
        long successes,
        long uses,
        long failures,
        double forVerified,
        double forTrusted,
        double againstVerified,
        double againstTrusted,
        double driftVerified,
        double driftTrusted,
        long first,
        long last,
        List<String> unsafe) {

    /** What a verified kernel does more often than not. */
    static final double VERIFIED = 0.5;

    /** What a trusted kernel exceeds. */
    static final double TRUSTED = 0.8;

    /**
     * Weighs uses, oldest first.
     *
     * @param since the journal's line after which uses count
     * @param origins traces, prompts and clusters that the kernel was made from: clusters with one of them never count
     */
    public static Evidence of(List<Use> uses, long since, Collection<String> origins) {
        Set<String> known = Set.copyOf(origins);
        Set<String> own = new HashSet<>();
        for (Use use : uses) {
            if (known.contains(use.cluster()) || use.origins().stream().anyMatch(known::contains)) {
                own.add(use.cluster());
            }
        }
        Map<String, Boolean> trials = new LinkedHashMap<>();
        DriftDetector verified = new DriftDetector(VERIFIED);
        DriftDetector trusted = new DriftDetector(TRUSTED);
        List<String> unsafe = new ArrayList<>();
        long answers = 0;
        long passed = 0;
        long counted = 0;
        long failures = 0;
        long first = -1;
        long last = -1;
        for (Use use : uses) {
            if (use.sequence() <= since) {
                continue;
            }
            use.unsafe().stream().filter(name -> !unsafe.contains(name)).forEach(unsafe::add);
            if (own.contains(use.cluster())) {
                continue;
            }
            answers += use.passed() + use.failed() + use.unknown();
            passed += use.passed();
            first = first < 0 ? use.sequence() : first;
            last = use.sequence();
            if (trials.getOrDefault(use.cluster(), true)) {
                counted++;
                failures += use.succeeded() ? 0 : 1;
                verified.accept(use.succeeded());
                trusted.accept(use.succeeded());
            }
            trials.merge(use.cluster(), use.succeeded(), Boolean::logicalAnd);
        }
        long successes = trials.values().stream().filter(Boolean::booleanValue).count();
        long others = trials.size() - successes;
        return new Evidence(
                answers,
                passed,
                trials.size(),
                successes,
                counted,
                failures,
                EProcess.logEvidence(successes, others, VERIFIED),
                EProcess.logEvidence(successes, others, TRUSTED),
                EProcess.logEvidence(failures, counted - failures, 1 - VERIFIED),
                EProcess.logEvidence(failures, counted - failures, 1 - TRUSTED),
                verified.highest(),
                trusted.highest(),
                first,
                last,
                List.copyOf(unsafe));
    }

    /** The figures, as they are kept with a state: rounded, and without those that nothing speaks to. */
    public ObjectNode toJson() {
        ObjectNode json = Json.tree(this);
        for (String name : List.copyOf(json.propertyNames())) {
            JsonNode value = json.path(name);
            if (value.isDouble() && Double.isFinite(value.doubleValue())) {
                json.put(name, StrictMath.rint(value.doubleValue() * 1000) / 1000);
            } else if (value.isDouble()) {
                json.remove(name); // JSON has no infinity
            }
        }
        return json;
    }
}
