package io.kernelweave.batch;

import io.kernelweave.compare.Attribution;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.route.RouteAction;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.runtime.Arm;
import io.kernelweave.runtime.KernelRuntime;
import io.kernelweave.runtime.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers prompts again as a run did, but with another decision of the router. Opens the run's data and model when first asked; gives
 * nothing if program, kernels, data, model or settings are no longer those of the run, because then its answers would not be
 * the run's.
 */
public final class Replayer implements Attribution.Rerun, AutoCloseable {
    private static final List<String> DECIDING = List.of("dataset", "store", "model", "config", "code");

    private final Run run;
    private final Datasets datasets;
    private final Path state;
    private @Nullable Workbench workbench;
    private @Nullable KernelRuntime runtime;
    private Map<String, String> prompts = Map.of();
    private boolean opened;
    private String obstacle = "";

    public Replayer(Run run, Datasets datasets, Path state) {
        this.run = run;
        this.datasets = datasets;
        this.state = state;
    }

    /** Why nothing can be answered again; empty if it can, or if nobody asked. */
    public String obstacle() {
        return obstacle;
    }

    @Override
    public Optional<Attribution.Answered> answer(ResultRow row, ResultRow.Decision decision) {
        open();
        String prompt = prompts.get(row.rowId());
        if (runtime == null || prompt == null) {
            return Optional.empty();
        }
        RouteDecision route = new RouteDecision(
                RouteAction.valueOf(decision.action().toUpperCase(Locale.ROOT)),
                decision.kernelIds(),
                decision.probability(),
                decision.threshold(),
                decision.reason(),
                List.of());
        if (decision.flow() != null) {
            route = route.doing(decision.flow());
        }
        return Optional.of(new Attribution.Answered(
                prompt,
                runtime.answer(new Task(row.rowId(), prompt), Arm.of(row.arm()), route)
                        .text()));
    }

    private void open() {
        if (opened) {
            return;
        }
        opened = true;
        try {
            JobSpec job = Json.convert(run.settings(), JobSpec.class, "settings of run " + run.runId());
            DatasetSpec spec = job.readDatasets(Map.of()).get(0);
            Workbench bench = Workbench.open(job, spec, datasets, state);
            workbench = bench;
            Map<String, String> now = bench.fingerprint();
            List<String> other = DECIDING.stream()
                    .filter(part -> !String.valueOf(now.get(part))
                            .equals(run.fingerprint().get(part)))
                    .toList();
            if (other.isEmpty()) {
                prompts = new TreeMap<>();
                for (DatasetRow row : bench.rows()) {
                    prompts.put(row.id(), row.prompt());
                }
                runtime = bench.runtimeWithoutRouter();
            } else {
                obstacle = "what is at hand is no longer what run " + run.runId() + " was made of ("
                        + String.join(", ", other) + ")";
            }
        } catch (InputException e) {
            obstacle = String.valueOf(e.getMessage());
        }
    }

    @Override
    public void close() {
        if (workbench != null) {
            workbench.close();
        }
    }
}
