package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.route.Calibration;
import io.kernelweave.route.Guarantee;
import io.kernelweave.route.LogisticModel;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.stats.Handover;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run says of the router adapter that it trained; the adapter itself lies beside it.
 *
 * @param adapter SHA-256 of its canonical JSON
 * @param version of its form
 * @param savedAs where {@code kernelweave route} finds it: its path in the state folder
 * @param dataset name of the data set, and digest of its rows
 * @param splits what was learned from
 * @param storeDigest of the kernels
 * @param encoders the sentence encoders by identity; none: by words alone
 * @param curve stated against observed probability on prompts that the scoring model had not seen
 * @param fastTier what the fast tier answers and what that costs, on prompts that it had not seen; null without one
 * @param fastBound the share of wrong kernels among those that it takes, at most
 * @param trainedInMs wall time of the machine that trained it, in milliseconds; no digest covers it
 */
public record RouterCard(
        String adapter,
        int version,
        String savedAs,
        String dataset,
        String datasetDigest,
        List<String> splits,
        String storeDigest,
        String promptsDigest,
        List<String> encoders,
        @Nullable LogisticModel pick,
        @Nullable LogisticModel fit,
        Calibration calibration,
        double threshold,
        Guarantee guarantee,
        double bound,
        List<RouterAdapter.Level> levels,
        RouterAdapter.Metrics metrics,
        List<RouterAdapter.Bin> curve,
        @Nullable Handover fastTier,
        @Nullable Double fastBound,
        long trainedInMs) {

    /** Where the adapter lies in the run folder. */
    public static final String ADAPTER = "inputs/router.json";

    /** Where its card lies. */
    public static final String FILE = "inputs/router-card.json";

    public static RouterCard of(
            RouterAdapter adapter,
            String savedAs,
            String dataset,
            String datasetDigest,
            List<String> splits,
            String storeDigest,
            long trainedInMs) {
        return new RouterCard(
                adapter.digest(),
                adapter.version(),
                savedAs,
                dataset,
                datasetDigest,
                splits,
                storeDigest,
                adapter.promptsDigest(),
                adapter.encoders().stream().map(RouterAdapter.Encoder::identity).toList(),
                adapter.pick(),
                adapter.fit(),
                adapter.calibration(),
                adapter.threshold(),
                adapter.guarantee(),
                adapter.bound(),
                adapter.levels(),
                adapter.metrics(),
                adapter.curve(),
                adapter.fast() == null ? null : adapter.fast().handover(),
                adapter.fast() == null ? null : adapter.fast().bound(),
                trainedInMs);
    }

    /** The card of a run that trained a router. */
    public static RouterCard read(RunFolder folder) {
        return Json.parse(folder.folder().readText(FILE), RouterCard.class, folder.folder() + "/" + FILE);
    }
}
