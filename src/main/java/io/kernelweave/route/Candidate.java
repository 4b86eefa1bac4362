package io.kernelweave.route;

import io.kernelweave.verify.Outcome;
import java.util.List;

/**
 * A kernel that was considered for a prompt, with what spoke for and against it.
 *
 * @param probability that this kernel fits the prompt, 0 to 1
 * @param similarity cosine of the request and the nearest of the kernel's exemplars, mean of the encoders; 0 without any
 * @param lexical BM25 score as a share of the highest that the request could have, 0 to 1
 * @param coverage share of the request's content words that the kernel's texts know, 0 to 1
 * @param preconditions what the kernel's input schema and preconditions say of the prompt
 * @param conflicts words of the request that the kernel's description rules out ("Not for …")
 * @param signals all numbers that the probability comes from; empty unless an explanation was asked for
 */
public record Candidate(
        String kernelId,
        double probability,
        double similarity,
        double lexical,
        double coverage,
        Outcome preconditions,
        List<String> conflicts,
        List<Signal> signals) {
    public Candidate {
        conflicts = List.copyOf(conflicts);
        signals = List.copyOf(signals);
    }
}
