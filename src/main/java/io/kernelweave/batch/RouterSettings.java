package io.kernelweave.batch;

import io.kernelweave.json.InputException;
import io.kernelweave.route.Guarantee;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a job says of its router. */
interface RouterSettings {
    List<String> EMBEDDERS = List.of("minilm+bge", "minilm", "bge", "none");

    /** Whether the router learns from labelled prompts, or works from kernel text alone. */
    boolean learns();

    /** Whether it learns, in place of that, from prompts without their labels. */
    default boolean selfTrains() {
        return false;
    }

    /** Whether the adapter is then corrected by what the ledger holds of its decisions. */
    default boolean recalibrates() {
        return false;
    }

    /** Whether the router prefers, of kernels that are nearly tied, those whose answers the ledger holds more accepted of. */
    default boolean prefersUsed() {
        return false;
    }

    /** One of {@link #EMBEDDERS}. */
    String embedder();

    /** How many examples of each kernel the router may learn from; null for all. */
    @Nullable
    Integer shots();

    Guarantee guarantee();

    long seed();

    /** What the router is judged on, and so never learns from. */
    String split();

    /** Whether the router depends on what the ledger holds. */
    default boolean usesLedger() {
        return prefersUsed() || recalibrates();
    }

    /** Whether a static table answers easy requests without the encoders. */
    default boolean fastTier() {
        return false;
    }

    /** The sentence encoders by name, in order. */
    default List<String> encoders() {
        return embedder().equals("none") ? List.of() : List.of(embedder().split("[+]"));
    }

    /** The encoders that a job file names, or both. */
    static String embedder(@Nullable String given) {
        String embedder = given == null ? EMBEDDERS.get(0) : given;
        if (!EMBEDDERS.contains(embedder)) {
            throw InputException.at("/embedder", "unknown \"" + embedder + "\"", "use one of " + EMBEDDERS);
        }
        return embedder;
    }
}
