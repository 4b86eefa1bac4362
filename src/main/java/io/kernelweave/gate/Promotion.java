package io.kernelweave.gate;

import io.kernelweave.gate.FeedbackLedger.Use;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.kernel.KernelStore.Move;
import io.kernelweave.kernel.KernelTest;
import io.kernelweave.stats.EBenjaminiHochberg;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Decides when a kernel has earned a higher state and when it has lost one, from what the {@link FeedbackLedger} has of its
 * digest ({@link Evidence}). One may look after each answer.
 *
 * <ul>
 *   <li>A candidate is <em>verified</em> once "it succeeds half the time at most" is refuted, a verified kernel is
 *       <em>trusted</em> once "it succeeds four times in five at most" is: by an e-process ({@link
 *       io.kernelweave.stats.EProcess}) with chance {@value #ALPHA} of ever being wrong. Where many kernels are judged at once,
 *       e-Benjamini-Hochberg keeps the share of wrong promotions among all at that.
 *   <li>It <em>falls</em> once what its state claims is refuted by the mirrored e-process, with the same chance, or once a
 *       detector ({@link io.kernelweave.stats.DriftDetector}) says that it has ceased to be true, which a kernel that keeps its
 *       claim hears within n uses with probability n / 10,000 at most. What comes after a fall is judged anew.
 *   <li>One answer that fails a condition about safety <em>quarantines</em> it. Only a person lets it out, as a candidate.
 * </ul>
 *
 * <p>Traces that the kernel was compiled from do not count, nor do the prompts of its own tests. A new digest starts from
 * nothing.
 */
public final class Promotion {
    /** Chance of ever promoting a kernel that has not earned it, and of ever refuting a claim that holds. */
    public static final double ALPHA = 0.05;

    private static final double LOG_BAR = -StrictMath.log(ALPHA);
    private static final double DRIFT_LOG_BAR = StrictMath.log(10_000);

    private Promotion() {}

    /**
     * What follows for a kernel.
     *
     * @param reason why, in one line
     */
    public record Decision(String kernelId, String digest, State from, State to, Evidence evidence, String reason) {

        public boolean isChange() {
            return from != to;
        }

        private Move move() {
            return new Move(kernelId, digest, from, status(), reason);
        }

        /** The status to write, with the figures that it rests on. */
        public KernelStatus status() {
            return new KernelStatus(to, evidence.toJson());
        }
    }

    /** Decides about one kernel by itself. */
    public static Decision decide(Kernel kernel, FeedbackLedger ledger) {
        return decide(List.of(kernel), ledger).get(0);
    }

    /** Decides about kernels together, in the order given. */
    public static List<Decision> decide(Collection<Kernel> kernels, FeedbackLedger ledger) {
        List<Kernel> list = List.copyOf(kernels);
        List<Evidence> all =
                list.stream().map(kernel -> evidence(kernel, ledger)).toList();
        List<Evidence> judged = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).status().state().isRoutable() && all.get(i).clusters() > 0) {
                judged.add(all.get(i));
            }
        }
        Bars bars = new Bars(bar(judged, Evidence::forVerified), bar(judged, Evidence::forTrusted), judged.size());
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            decisions.add(decide(list.get(i), all.get(i), bars));
        }
        return decisions;
    }

    /** Decides by evidence alone. */
    public static Decision decide(Kernel kernel, Evidence evidence) {
        return decide(kernel, evidence, new Bars(LOG_BAR, LOG_BAR, 1));
    }

    /** What the ledger has of a kernel. */
    public static Evidence evidence(Kernel kernel, FeedbackLedger ledger) {
        String digest = digest(kernel);
        return Evidence.of(ledger.uses(digest), ledger.since(digest), origins(kernel));
    }

    /** What the ledger has of the kernels of each task family together. */
    public static Map<String, Evidence> families(Collection<Kernel> kernels, FeedbackLedger ledger) {
        Map<String, List<Use>> uses = new TreeMap<>();
        Set<String> origins = new HashSet<>();
        for (Kernel kernel : kernels) {
            origins.addAll(origins(kernel));
            uses.computeIfAbsent(kernel.taskFamily(), family -> new ArrayList<>())
                    .addAll(ledger.uses(digest(kernel)));
        }
        Map<String, Evidence> families = new TreeMap<>();
        uses.forEach((family, list) -> {
            if (!list.isEmpty()) {
                list.sort(Comparator.comparingLong(Use::sequence));
                families.put(family, Evidence.of(list, -1, origins));
            }
        });
        return families;
    }

    /**
     * Decides about a store's kernels and writes what follows.
     *
     * @return all decisions; those that another process was faster with are not written
     */
    public static List<Decision> apply(KernelStore store, FeedbackLedger ledger) {
        ledger.settle();
        List<Decision> decisions = decide(store.load().kernels(), ledger);
        store.move(decisions.stream()
                .filter(Decision::isChange)
                .map(Decision::move)
                .toList());
        return decisions;
    }

    /** Quarantines the kernels of a store that failed a condition about safety, and changes nothing else. */
    public static List<Decision> quarantine(KernelStore store, FeedbackLedger ledger) {
        List<Decision> unsafe = decide(store.load().kernels(), ledger).stream()
                .filter(decision -> decision.isChange() && decision.to() == State.QUARANTINED)
                .toList();
        store.move(unsafe.stream().map(Decision::move).toList());
        return unsafe;
    }

    /** @param judged how many kernels were judged together */
    private record Bars(double verified, double trusted, int judged) {}

    private static double bar(List<Evidence> judged, ToDoubleFunction<Evidence> evidence) {
        return EBenjaminiHochberg.logBar(judged.stream().mapToDouble(evidence).toArray(), ALPHA);
    }

    private static String digest(Kernel kernel) {
        return kernel.digest().isEmpty() ? kernel.computedDigest() : kernel.digest();
    }

    /** What a kernel's evidence must not come from. */
    private static Set<String> origins(Kernel kernel) {
        Set<String> origins = new HashSet<>(kernel.sourceTraceIds());
        for (KernelTest test : kernel.tests()) {
            origins.add(FeedbackLedger.promptDigest(test.prompt()));
        }
        return origins;
    }

    private static Decision decide(Kernel kernel, Evidence evidence, Bars bars) {
        State from = kernel.status().state();
        State to = from;
        String why;
        if (!from.isRoutable()) {
            why = "stays " + from.label() + " until a person changes that";
        } else if (!evidence.unsafe().isEmpty()) {
            to = State.QUARANTINED;
            why = "failed on safety: " + String.join(", ", evidence.unsafe());
        } else if (from == State.TRUSTED && refuted(evidence.againstTrusted(), evidence.driftTrusted())) {
            to = refuted(evidence.againstVerified(), evidence.driftVerified()) ? State.CANDIDATE : State.VERIFIED;
            why = loss(evidence.againstTrusted(), evidence.driftTrusted(), Evidence.TRUSTED);
        } else if (from != State.CANDIDATE && refuted(evidence.againstVerified(), evidence.driftVerified())) {
            to = State.CANDIDATE;
            why = loss(evidence.againstVerified(), evidence.driftVerified(), Evidence.VERIFIED);
        } else {
            if (to == State.CANDIDATE && evidence.forVerified() >= bars.verified()) {
                to = State.VERIFIED;
            }
            if (to == State.VERIFIED && evidence.forTrusted() >= bars.trusted()) {
                to = State.TRUSTED;
            }
            why = to == from ? stays(from, evidence) : gain(to, evidence, bars);
        }
        String reason = String.format(
                Locale.ROOT,
                "%s%s; %d of %d clusters succeeded, %d of %d answers passed%s",
                to == from ? "" : from.label() + " -> " + to.label() + ": ",
                why,
                evidence.successes(),
                evidence.clusters(),
                evidence.passed(),
                evidence.answers(),
                evidence.first() < 0 ? "" : ", journal #" + evidence.first() + " to #" + evidence.last());
        return new Decision(kernel.kernelId(), digest(kernel), from, to, evidence, reason);
    }

    private static boolean refuted(double against, double drift) {
        return against >= LOG_BAR || drift >= DRIFT_LOG_BAR;
    }

    private static String loss(double against, double drift, double level) {
        return against >= LOG_BAR
                ? String.format(
                        Locale.ROOT,
                        "ln E %.2f (%.2f taken) against a success rate of %.1f or more",
                        against,
                        LOG_BAR,
                        level)
                : String.format(
                        Locale.ROOT,
                        "drift, ln M %.2f (%.2f taken): the success rate has fallen below %.1f",
                        drift,
                        DRIFT_LOG_BAR,
                        level);
    }

    private static String gain(State to, Evidence evidence, Bars bars) {
        boolean trusted = to == State.TRUSTED;
        return String.format(
                Locale.ROOT,
                "ln E %.2f (%.2f taken, %d kernel%s judged) against a success rate of %.1f or less",
                trusted ? evidence.forTrusted() : evidence.forVerified(),
                trusted ? bars.trusted() : bars.verified(),
                bars.judged(),
                bars.judged() == 1 ? "" : "s",
                trusted ? Evidence.TRUSTED : Evidence.VERIFIED);
    }

    private static String stays(State state, Evidence evidence) {
        return switch (state) {
            case CANDIDATE ->
                String.format(
                        Locale.ROOT,
                        "stays candidate: ln E %.2f against a success rate of 0.5 or less, verified takes %.2f or more",
                        evidence.forVerified(),
                        LOG_BAR);
            case VERIFIED ->
                String.format(
                        Locale.ROOT,
                        "stays verified: ln E %.2f against a success rate of 0.8 or less, trusted takes %.2f or more",
                        evidence.forTrusted(),
                        LOG_BAR);
            default ->
                String.format(
                        Locale.ROOT,
                        "stays trusted: ln E %.2f against a success rate of 0.8 or more, falling takes %.2f",
                        evidence.againstTrusted(),
                        LOG_BAR);
        };
    }
}
