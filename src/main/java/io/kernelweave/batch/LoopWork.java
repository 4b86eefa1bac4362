package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.embed.EmbeddingCache;
import io.kernelweave.embed.SentenceEncoder;
import io.kernelweave.gate.Requirement;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.LoopMetrics;
import io.kernelweave.results.LoopRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.runtime.Answer;
import io.kernelweave.runtime.Backend;
import io.kernelweave.runtime.ClosedLoop;
import io.kernelweave.runtime.Task;
import io.kernelweave.verify.Contract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link LoopSpec} at work. Each stream is one partition: what the loop does to a prompt depends on all before it. It depends on nothing
 * else, so a run that was interrupted takes the stream from its beginning, answers what was answered once more in the same way, and goes on
 * with new rows where the committed ones end.
 */
final class LoopWork implements Work<LoopRow> {
    private final LoopSpec job;
    private final DatasetSpec spec;
    private final Dataset dataset;
    private final Path state;
    private final List<SentenceEncoder> encoders;
    private final List<EmbeddingCache> embedders;
    private final Map<String, Track> tracks = new LinkedHashMap<>();

    private LoopWork(LoopSpec job, DatasetSpec spec, Dataset dataset, Path state) {
        this.job = job;
        this.spec = spec;
        this.dataset = dataset;
        this.state = state;
        this.encoders = Arrays.stream(job.embedder().split("[+]"))
                .map(SentenceEncoder::named)
                .toList();
        this.embedders = encoders.stream()
                .map(encoder -> EmbeddingCache.open(state.resolve("embeddings"), encoder))
                .toList();
        tracks.put(LoopRow.CLEAN, new Track(LoopRow.CLEAN, new LoopStream(job, dataset, 0)));
        if (job.poison() > 0) {
            tracks.put(LoopRow.POISONED, new Track(LoopRow.POISONED, new LoopStream(job, dataset, job.poison())));
        }
    }

    static LoopWork open(LoopSpec job, DatasetSpec spec, Datasets datasets, Path state) {
        return new LoopWork(job, spec, datasets.open(spec), state);
    }

    /** A stream and the loop that learns from it. */
    private final class Track {
        private final String name;
        private final LoopStream stream;
        private final Backend backend;
        private @Nullable ClosedLoop loop;
        private int position;
        private Path store = state;

        /** What kernels were compiled from, by digest. */
        private final Map<String, List<String>> sources = new HashMap<>();

        Track(String name, LoopStream stream) {
            this.name = name;
            this.stream = stream;
            this.backend = stream.backend();
        }

        /** The row of a prompt, after all before it were answered. */
        synchronized LoopRow row(String runId, int wanted) {
            ClosedLoop current = loop;
            if (current == null || wanted < position) {
                store = state.resolve("loop").resolve(runId).resolve(name);
                empty(store);
                current = new ClosedLoop(new KernelStore(store), embedders, backend, stream, job.loop());
                loop = current;
                position = 0;
                sources.clear();
            }
            while (position < wanted) {
                next(current, runId, stream.rows().get(position));
            }
            return next(current, runId, stream.rows().get(position));
        }

        /** Puts the store that the loop filled beside the rows. */
        synchronized void keep(RunFolder folder) {
            String place = "stores/" + name + "/";
            if (folder.folder().exists(place + "journal.jsonl")) {
                return;
            }
            int last = stream.rows().size() - 1;
            if (position <= last) {
                row(folder.folder().name(), last); // the process that answered it is gone
            }
            try (Stream<Path> files = Files.walk(store)) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(path -> path.toString().endsWith(".json") || path.endsWith("journal.jsonl"))
                        .sorted() // the journal comes after the kernels that it is about
                        .toList()) {
                    folder.folder()
                            .write(
                                    place + store.relativize(file).toString().replace('\\', '/'),
                                    Files.readString(file));
                }
                empty(store);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private LoopRow next(ClosedLoop current, String runId, DatasetRow row) {
            int at = position++;
            long start = System.nanoTime();
            try {
                Task task = new Task(row.id(), row.prompt());
                return row(runId, at, row, current.next(task, row.clusterId()), start);
            } catch (RuntimeException e) {
                return row(runId, at, row, null, String.valueOf(e.getMessage()), start);
            }
        }

        private LoopRow row(String runId, int at, DatasetRow row, ClosedLoop.Turn turn, long start) {
            return row(runId, at, row, turn, null, start);
        }

        private LoopRow row(
                String runId,
                int at,
                DatasetRow row,
                ClosedLoop.@Nullable Turn turn,
                @Nullable String error,
                long start) {
            ClosedLoop.Trial trial = turn == null ? null : turn.trial();
            return new LoopRow(
                    runId,
                    name,
                    at,
                    row.id(),
                    row.clusterId(),
                    row.kernelId(),
                    row.kind(),
                    row.breaks() != null,
                    stream.isPoisoned(row.id()),
                    turn == null ? null : turn.answer().path().label(),
                    turn == null || turn.served() == null ? null : made(turn.served()),
                    turn == null ? 0 : turn.decision().probability(),
                    turn == null ? 0 : turn.decision().threshold(),
                    turn != null && turn.asked(),
                    turn == null ? "UNKNOWN" : turn.told().name(),
                    turn == null
                            ? "UNKNOWN"
                            : stream.truth(row, turn.answer().text()).name(),
                    trial == null
                            ? null
                            : new LoopRow.Trial(
                                    made(trial.kernel()),
                                    trial.answered(),
                                    trial.told().name(),
                                    trial.answer() == null ? 0 : chosen(trial.answer())),
                    turn == null ? null : new LoopRow.Tokens(turn.answer().tokens(), chosen(turn.answer()), raw(row)),
                    turn == null
                            ? List.of()
                            : turn.events().stream().map(this::event).toList(),
                    turn == null ? 0 : turn.routeNanos(),
                    System.nanoTime() - start,
                    error,
                    Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
        }

        private int raw(DatasetRow row) {
            return backend.free(new Task(row.id(), row.prompt()), row.prompt(), job.seed())
                    .tokens();
        }

        private LoopRow.Event event(ClosedLoop.Event event) {
            Kernel kernel = event.kernel();
            boolean promoted = event.change() == ClosedLoop.Change.PROMOTED;
            if (event.change() == ClosedLoop.Change.COMPILED) {
                sources.put(kernel.digest(), event.sources());
            }
            return new LoopRow.Event(
                    event.change().name().toLowerCase(Locale.ROOT),
                    made(kernel),
                    event.state().label(),
                    event.sources(),
                    event.heldOut(),
                    promoted ? stream.swapped(kernel, sources.getOrDefault(kernel.digest(), List.of())) : null,
                    promoted ? stream.altered(kernel, sources.getOrDefault(kernel.digest(), List.of())) : null,
                    promoted ? Contract.of(kernel).selfTest().size() : 0,
                    event.reason());
        }
    }

    private static int chosen(Answer answer) {
        return answer.tokens() - answer.forcedTokens();
    }

    private static LoopRow.Made made(Kernel kernel) {
        return new LoopRow.Made(kernel.kernelId(), kernel.version(), kernel.digest());
    }

    private static void empty(Path folder) {
        try {
            if (Files.exists(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
            Files.createDirectories(folder.resolve("kernels"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public LoopSpec job() {
        return job;
    }

    @Override
    public RowForm<LoopRow> form() {
        return LoopRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dataset", dataset.digest());
        parts.put("store", new KernelStore.Contents(dataset.kernels(), List.of()).digest());
        parts.put("config", job.rowSettings());
        parts.put("code", Code.digest());
        parts.put("environment", Digest.of(Workbench.environment().toString()));
        return parts;
    }

    @Override
    public Map<String, String> surroundings() {
        return Workbench.environment();
    }

    @Override
    public Run.Data data() {
        List<DatasetRow> rows = tracks.values().stream()
                .flatMap(track -> track.stream.rows().stream())
                .toList();
        return new Run.Data(
                dataset.name(),
                "all",
                rows.size(),
                (int) rows.stream().map(DatasetRow::clusterId).distinct().count(),
                dataset.kernels().size());
    }

    /** One a stream. */
    @Override
    public int partitions() {
        return tracks.size();
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        folder.folder().write("inputs/dataset.json", Json.pretty(Datasets.card(spec, dataset)));
    }

    @Override
    public List<Unit> units(String runId, Progress progress) {
        List<Unit> units = new ArrayList<>();
        List<Track> all = List.copyOf(tracks.values());
        all.forEach(track -> {
            for (int i = 0; i < track.stream.rows().size(); i++) {
                int position = i;
                // Names that differ in their last digit fall into different partitions.
                units.add(new Unit("stream " + all.indexOf(track), () -> List.of(track.row(runId, position))));
            }
        });
        return units;
    }

    @Override
    public void begin(Progress progress) {
        progress.begin("replay", data().rows());
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<LoopRow> rows) {
        return LoopMetrics.of(rows, folder.run());
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<LoopRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<LoopRow> baselineRows,
            List<Requirement> requirements) {
        return Comparison.judge(run, rows, metrics, null, List.of(), Map.of(), name -> Optional.empty(), requirements);
    }

    @Override
    public void feedback(Run run, List<LoopRow> rows, Progress progress) {} // the loop has told its own stores

    @Override
    public void render(RunFolder folder, Run run, List<LoopRow> rows, Map<String, Metric> metrics) {
        tracks.values().forEach(track -> track.keep(folder));
        Bundle.renderLoop(folder, run, rows, metrics);
    }

    @Override
    public void close() {
        encoders.forEach(SentenceEncoder::close);
    }
}
