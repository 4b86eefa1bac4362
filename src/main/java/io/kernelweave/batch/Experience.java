package io.kernelweave.batch;

import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.Feedback;
import io.kernelweave.route.Recalibration;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.route.Usage;
import io.kernelweave.verify.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a ledger holds at a moment, in the router's terms. Later lines do not change it.
 *
 * @param snapshot what the ledger held
 * @param usage accepted answers of the kernels at hand, by their present digests
 */
public record Experience(FeedbackLedger.Snapshot snapshot, Usage usage) {

    public static Experience of(FeedbackLedger ledger, Collection<Kernel> kernels) {
        FeedbackLedger.Snapshot snapshot = ledger.snapshot();
        Map<String, Long> accepted = new TreeMap<>();
        for (Kernel kernel : kernels) {
            Long count = snapshot.accepted().get(kernel.digest());
            if (count != null) {
                accepted.put(kernel.kernelId(), count);
            }
        }
        return new Experience(snapshot, new Usage(accepted));
    }

    /** What became of the decisions of an adapter, corrected by it; answers that nobody could tell of say nothing. */
    public Recalibration recalibrate(RouterAdapter adapter) {
        String digest = adapter.digest();
        List<Feedback> feedback = snapshot.stated().stream()
                .filter(entry -> digest.equals(entry.router()) && entry.outcome() != Outcome.UNKNOWN)
                .map(entry -> new Feedback(
                        entry.kernelId(),
                        entry.clusterId(),
                        Objects.requireNonNull(entry.probability()),
                        entry.outcome() == Outcome.PASS))
                .toList();
        return Recalibration.of(adapter, feedback);
    }
}
