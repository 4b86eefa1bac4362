package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.compare.Contracts;
import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.gate.AnswerCache;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.gate.Promotion;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunGate;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.model.LlamaModel;
import io.kernelweave.model.NgramModel;
import io.kernelweave.model.RecordedModel;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Reuse;
import io.kernelweave.results.RoutingDrift;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.RowKey;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.Scoring;
import io.kernelweave.route.Expectation;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.runtime.Arm;
import io.kernelweave.runtime.Backend;
import io.kernelweave.runtime.KernelRuntime;
import io.kernelweave.runtime.Memory;
import io.kernelweave.runtime.Prompting;
import io.kernelweave.runtime.Task;
import io.kernelweave.trace.Redaction;
import io.kernelweave.verify.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a job works with: the rows to replay and, built when first asked for, the trained router, the model and
 * the runtime. The fingerprint is known without training anything, because training is a function of what is in it.
 */
public final class Workbench implements Work<ResultRow> {
    private final JobSpec job;
    private final DatasetSpec spec;
    private final Path state;
    private final Dataset dataset;
    private final List<DatasetRow> rows;
    private final Routing routing;
    private final List<String> notes = new ArrayList<>(); // of what was dropped when the cache was read
    private final @Nullable AnswerCache cache; // of accepted answers as they were when the job started
    private @Nullable Map<String, String> fingerprint;
    private @Nullable RowKeys keys;
    private final Map<String, String> contents = new ConcurrentHashMap<>(); // of rows, by id
    private @Nullable Earlier earlier; // whose rows are taken over where they would be the same
    private boolean routesLikeEarlier;
    private @Nullable KernelRuntime runtime;
    private @Nullable LlamaModel llama;

    private Workbench(JobSpec job, DatasetSpec spec, Dataset dataset, Path state) {
        this.job = job;
        this.spec = spec;
        this.state = state;
        this.dataset = dataset;
        this.rows = select(job, dataset);
        this.routing = Routing.open(job, dataset, store(spec, state), state);
        this.cache =
                job.arms().contains(Arm.ROUTER_GATE_CACHE) ? answers(notes::add).frozen() : null;
    }

    /** Opens a job's data; builds the data set where it is not there yet. */
    public static Workbench open(JobSpec job, DatasetSpec spec, Datasets datasets, Path state) {
        return new Workbench(job, spec, datasets.open(spec), state);
    }

    /**
     * The rows of the job's split and targets; with a limit, whole clusters in an order that the seed draws, in turn from each
     * kernel.
     */
    private static List<DatasetRow> select(JobSpec job, Dataset dataset) {
        List<DatasetRow> all = dataset.split(job.split()).stream()
                .filter(row -> job.targets().isEmpty() || job.targets().contains(row.target()))
                .sorted(Comparator.comparing(DatasetRow::id))
                .toList();
        if (all.isEmpty()) {
            throw InputException.at(
                    "data set " + dataset.name(),
                    "has no row in split " + job.split()
                            + (job.targets().isEmpty() ? "" : " with a target of " + job.targets()),
                    "choose another split or other targets");
        }
        if (job.limit() == 0 || all.size() <= job.limit()) {
            return all;
        }
        Map<String, Integer> sizes = new LinkedHashMap<>();
        all.forEach(row -> sizes.merge(row.clusterId(), 1, Integer::sum));
        Map<String, List<String>> strata = sizes.keySet().stream()
                .sorted(Comparator.comparing((String id) -> Digest.of(job.seed() + "/" + id)))
                .collect(Collectors.groupingBy(
                        id -> id.substring(0, id.lastIndexOf('/') + 1), TreeMap::new, Collectors.toList()));
        Set<String> chosen = new HashSet<>();
        int count = 0;
        for (int round = 0; count < job.limit() && chosen.size() < sizes.size(); round++) {
            for (List<String> stratum : strata.values()) {
                if (round < stratum.size()) {
                    String cluster = stratum.get(round);
                    int size = sizes.getOrDefault(cluster, 0);
                    if (count + size > job.limit()) {
                        count = job.limit();
                        break;
                    }
                    chosen.add(cluster);
                    count += size;
                }
            }
        }
        return all.stream().filter(row -> chosen.contains(row.clusterId())).toList();
    }

    @Override
    public JobSpec job() {
        return job;
    }

    @Override
    public RowForm<ResultRow> form() {
        return ResultRow.FORM;
    }

    @Override
    public List<ResultRow> rows(RunFolder folder) {
        return folder.untraced();
    }

    @Override
    public int partitions() {
        return job.partitions();
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        progress.begin("prepare: router and model", 0);
        folder.folder().write("inputs/router.json", Json.pretty(routing.adapter()));
        folder.folder().write(RoutingDrift.FILE, Json.pretty(Expectation.of(routing.adapter())));
        Experience experience = routing.experience();
        if (experience != null) {
            folder.folder().write("inputs/ledger.json", Json.pretty(experience));
        }
        folder.folder().write(RunFolder.KERNELS, Json.pretty(kernels()));
        folder.folder().write("inputs/dataset.json", Json.pretty(Datasets.card(spec, dataset)));
    }

    @Override
    public void reuse(Earlier other) {
        earlier = other;
        routesLikeEarlier = other.routesLike(fingerprint());
        if (routesLikeEarlier) {
            routing.use(other.adapter());
        }
    }

    @Override
    public void begin(Progress progress) {
        notes.forEach(progress::note);
        // Training a model takes long, and a run that takes over every row needs none.
        if (earlier == null || !rows.parallelStream().allMatch(this::isKept)) {
            runtime();
        }
        progress.begin("replay", rows.size());
    }

    private boolean isKept(DatasetRow row) {
        String content = content(row);
        return job.arms().stream().allMatch(arm -> kept(row, content, arm).isPresent());
    }

    /** Each row in every arm. Whatever goes wrong in one is a row of that arm. */
    @Override
    public List<Unit> units(String runId, Progress progress) {
        Scoring scoring = new Scoring(runId, kernels());
        return rows.stream()
                .map(row -> new Unit(row.clusterId(), () -> answers(scoring, row)))
                .toList();
    }

    /**
     * One arm right after the other, so that their times compare. Whichever comes first finds the caches cold (the prompt's
     * embedding, a kernel's mask), so each row begins with another.
     */
    private List<Row> answers(Scoring scoring, DatasetRow row) {
        List<Arm> order = new ArrayList<>(job.arms());
        Collections.rotate(order, Math.floorMod(row.id().hashCode(), order.size()));
        String content = content(row);
        Map<Arm, Row> answers = new EnumMap<>(Arm.class);
        order.forEach(arm ->
                answers.put(arm, kept(row, content, arm).orElseGet(() -> answer(scoring, row, content, arm))));
        return List.copyOf(answers.values());
    }

    private String content(DatasetRow row) {
        return contents.computeIfAbsent(row.id(), id -> keys().content(row));
    }

    /** The row of the earlier run that is sure to be the same, whatever the router says. */
    private Optional<Row> kept(DatasetRow row, String content, Arm arm) {
        if (earlier == null || arm.routes() && !routesLikeEarlier) {
            return Optional.empty();
        }
        Earlier from = earlier;
        String identity = ResultRow.identity(row.id(), arm);
        return from.place(identity)
                .filter(place -> keys().of(content, row, arm, place.action(), place.kernelIds())
                        .filter(place.key()::equals)
                        .isPresent())
                .map(place -> from.kept(identity, row.clusterId(), place));
    }

    private Row answer(Scoring scoring, DatasetRow row, String content, Arm arm) {
        Task task = new Task(row.id(), row.prompt());
        try {
            if (earlier != null && arm.routes() && !routesLikeEarlier) {
                Optional<Row> same = rerouted(earlier, row, content, arm);
                if (same.isPresent()) {
                    return same.get();
                }
            }
            ResultRow answered = scoring.score(row, runtime().answer(task, arm));
            return keys().of(content, row, arm, answered.decision())
                    .map(answered::withKey)
                    .orElse(answered);
        } catch (RuntimeException e) {
            return scoring.error(row, arm, e);
        }
    }

    /** The earlier run's row if the router, which is another one, sends the prompt the same way. */
    private Optional<Row> rerouted(Earlier from, DatasetRow row, String content, Arm arm) {
        String identity = ResultRow.identity(row.id(), arm);
        Optional<Earlier.Place> place = from.place(identity);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        RouteDecision decision = runtime().route(new Task(row.id(), row.prompt()));
        ResultRow.Decision taken = Scoring.decision(decision);
        if (!keys().of(content, row, arm, taken)
                .filter(place.get().key()::equals)
                .isPresent()) {
            return Optional.empty();
        }
        ResultRow before = from.row(place.get());
        ResultRow after = Scoring.reached(before, decision);
        return Optional.of(after.equals(before) ? from.kept(identity, row.clusterId(), place.get()) : after);
    }

    private synchronized RowKeys keys() {
        if (keys == null) {
            Map<Arm, String> own = new EnumMap<>(Arm.class);
            if (job.arms().contains(Arm.RETRIEVAL)) {
                own.put(Arm.RETRIEVAL, Digest.of(routing.embedders().get(0).identity() + Json.compact(memories())));
            }
            if (cache != null) {
                own.put(Arm.ROUTER_GATE_CACHE, cache.digest());
            }
            boolean recorded = job.model().backend() == JobSpec.BackendKind.RECORDED;
            String model = switch (job.model().backend()) {
                case RECORDED -> "";
                case LLAMA -> modelDigest();
                case NGRAM -> Digest.of(Json.compact(examples()));
            };
            keys = new RowKeys(
                    recorded,
                    List.of(
                            Code.core(),
                            environment().toString(),
                            job.model().settings().toString(),
                            model,
                            job.retries() + "/" + job.seed()),
                    own,
                    kernels());
        }
        return keys;
    }

    @Override
    public Optional<Reuse> reuse(List<ResultRow> results) {
        if (earlier == null) {
            return Optional.empty();
        }
        Earlier from = earlier;
        Map<String, DatasetRow> byId = rows.stream().collect(Collectors.toMap(DatasetRow::id, Function.identity()));
        Map<String, String> before = from.kernels();
        Set<String> changed = kernels().stream()
                .filter(kernel -> !kernel.digest().equals(before.get(kernel.kernelId())))
                .map(Kernel::kernelId)
                .collect(Collectors.toSet());
        Map<String, Integer> causes = new TreeMap<>();
        for (ResultRow row : results) {
            if (row.isMeasured()) {
                causes.merge(cause(from, changed, row, byId.get(row.rowId())), 1, Integer::sum);
            }
        }
        int answered = causes.values().stream().mapToInt(Integer::intValue).sum();
        List<String> reasons = new ArrayList<>();
        reasons.add(String.format(
                Locale.ROOT,
                "%,d of %,d rows are those of run %s: the same prompt, way, kernels, model, settings and program.",
                results.size() - answered,
                results.size(),
                from.run().runId()));
        causes.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry::getKey))
                .forEach(cause -> reasons.add(
                        String.format(Locale.ROOT, "%,d answered anew: %s.", cause.getValue(), cause.getKey())));
        if (job.arms().stream().anyMatch(Arm::routes)) {
            reasons.add(
                    routesLikeEarlier
                            ? "Decisions are taken over: the router is the same."
                            : "Every prompt was routed again: the router is another one.");
        }
        return Optional.of(
                new Reuse(from.run().runId(), results.size() - answered, answered, routesLikeEarlier, reasons));
    }

    /** Why a row of the earlier run could not stand for this one. */
    private static String cause(Earlier from, Set<String> changed, ResultRow row, @Nullable DatasetRow asked) {
        if (row.error() != null || row.key() == null || asked == null) {
            return "what went wrong or depends on the time is never taken over";
        }
        Earlier.Place place = from.place(row.identity()).orElse(null);
        if (place == null) {
            return "the run had no such row, or one that went wrong";
        }
        if (!place.key().question().equals(RowKey.parse(row.key()).question())) {
            return "prompt, model, settings, program or machine are not the same";
        }
        ResultRow.Decision decision = row.decision();
        if (decision != null
                && !(decision.action().equals(place.action())
                        && decision.kernelIds().equals(place.kernelIds()))) {
            return "sent another way";
        }
        return Stream.concat(place.kernelIds().stream(), asked.labelledKernels().stream())
                .distinct()
                .filter(changed::contains)
                .sorted()
                .collect(Collectors.joining(", ", "another version of ", ""));
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<ResultRow> results) {
        Map<String, Metric> metrics = Metrics.of(results, folder.run());
        RoutingDrift.of(folder, results).ifPresent(drift -> metrics.putAll(drift.metrics()));
        return metrics;
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<ResultRow> results,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<ResultRow> baselineRows,
            List<Requirement> requirements) {
        return Comparison.judge(run, results, metrics, baseline, baselineRows, job.margins(), requirements);
    }

    @Override
    public List<ResultRow> judgedBy(RunFolder other, RunFolder from, List<ResultRow> results) {
        return Contracts.of(other.kernels()).rejudge(results, Contracts.of(from.kernels()));
    }

    @Override
    public List<RunGate.Metric> moves(List<ResultRow> results, List<ResultRow> before) {
        return Comparison.moves(results, before, Comparison.margins(job.margins(), results), Metrics::perRow);
    }

    @Override
    public boolean remembers(String runId) {
        return ledger().tells(runId);
    }

    /**
     * Tells the ledger how each kernel's answers fared at the gate. Recorded answers are left out: their planted failures are no
     * kernel's fault.
     */
    @Override
    public void feedback(Run run, List<ResultRow> results, Progress progress) {
        if (run.isRecorded()) {
            return;
        }
        Map<String, Kernel> kernels =
                kernels().stream().collect(Collectors.toMap(Kernel::kernelId, Function.identity()));
        Map<String, String> prompts = rows.stream()
                .collect(Collectors.toMap(DatasetRow::id, row -> FeedbackLedger.promptDigest(row.prompt())));
        String router = routing.adapter().digest();
        List<FeedbackLedger.Entry> entries = new ArrayList<>();
        for (ResultRow row : results) {
            if (row.decision() == null || row.isReused()) {
                continue;
            }
            List<String> kernelIds = row.decision().kernelIds();
            boolean alone = kernelIds.size() == 1;
            for (String kernelId : kernelIds) {
                List<ResultRow.Attempt> own = row.attempts().stream()
                        .filter(attempt -> attempt.gate() != null && (alone || kernelId.equals(attempt.kernelId())))
                        .toList();
                if (own.isEmpty()) {
                    continue;
                }
                Kernel kernel = kernels.get(kernelId);
                entries.add(new FeedbackLedger.Entry(
                        kernelId,
                        kernel == null ? "" : kernel.digest(),
                        row.clusterId(),
                        told(own.get(own.size() - 1)),
                        row.traceId(),
                        prompts.get(row.rowId()),
                        own.stream()
                                .flatMap(attempt -> attempt.unsafe().stream())
                                .distinct()
                                .toList(),
                        alone ? router : null,
                        alone ? row.decision().probability() : null));
            }
        }
        FeedbackLedger ledger = ledger();
        ledger.append(run.runId(), entries);
        if (cache != null) {
            keep(results, progress);
        }
        if (spec.generate() != null) {
            KernelStore store = store(spec, state);
            List<Promotion.Decision> decisions =
                    job.promote() ? Promotion.apply(store, ledger) : Promotion.quarantine(store, ledger);
            decisions.stream()
                    .filter(Promotion.Decision::isChange)
                    .forEach(decision -> progress.note("kernel " + decision.kernelId() + ": " + decision.reason()));
        }
    }

    /** What the gate said of an attempt; a text that was cut short is no success, whatever its contract says. */
    private static Outcome told(ResultRow.Attempt attempt) {
        Outcome gate = Outcome.valueOf(String.valueOf(attempt.gate()));
        return gate == Outcome.PASS && !attempt.complete() ? Outcome.UNKNOWN : gate;
    }

    @Override
    public void render(RunFolder folder, Run run, List<ResultRow> results, Map<String, Metric> metrics) {
        Bundle.render(folder, run, results, metrics);
    }

    /** What it routes with. */
    Routing routing() {
        return routing;
    }

    public Dataset dataset() {
        return dataset;
    }

    /** What is replayed, by id. */
    public List<DatasetRow> rows() {
        return rows;
    }

    public List<Kernel> kernels() {
        return routing.kernels();
    }

    /** Which data, kernels, router, model, settings, code and environment decide the rows of the results. */
    @Override
    public synchronized Map<String, String> fingerprint() {
        if (fingerprint == null) {
            fingerprint = Collections.unmodifiableMap(parts());
        }
        return fingerprint;
    }

    private Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dataset", dataset.digest());
        parts.put("questions", Dataset.questions(rows));
        parts.put("store", routing.storeDigest());
        parts.put("router", routing.fingerprint());
        Experience experience = routing.experience();
        if (experience != null) {
            parts.put("ledger", experience.snapshot().head());
        }
        if (cache != null) {
            parts.put("answers", cache.digest());
        }
        parts.put("model", Digest.of(job.model().settings() + "/" + modelDigest()));
        parts.put("config", job.rowSettings());
        parts.put("code", Code.digest());
        parts.put("core", Code.core());
        parts.put("environment", Digest.of(environment().toString()));
        return parts;
    }

    @Override
    public Map<String, String> surroundings() {
        return environment();
    }

    /** Digest of what the model is made of: its file, or the data that it is trained on. */
    private String modelDigest() {
        String file = job.model().file();
        return file == null ? dataset.digest() : LlamaModel.digest(Path.of(file));
    }

    /** What the figures may depend on beside code and data. */
    public static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("java", Runtime.version().toString());
        environment.put("vm", System.getProperty("java.vm.name", "unknown"));
        environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        environment.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        return environment;
    }

    private AnswerCache answers(Consumer<String> listener) {
        return AnswerCache.open(state.resolve("answers"), listener);
    }

    /** Keeps what the gate accepted, for later runs; this one has used what there was when it began. */
    private void keep(List<ResultRow> results, Progress progress) {
        AnswerCache answers = answers(progress::note);
        Map<String, String> prompts = rows.stream().collect(Collectors.toMap(DatasetRow::id, DatasetRow::prompt));
        for (ResultRow row : results) {
            String prompt = prompts.get(row.rowId());
            if (prompt != null
                    && row.answer() != null
                    && row.decision() != null
                    && row.answeredByKernel()
                    && row.answer().kernelIds().containsAll(row.decision().kernelIds()) // it hangs on the prompt alone
                    && Arm.of(row.arm()).isGated()
                    && !row.answer().text().contains(Redaction.MARK)) {
                answers.keep(
                        runtime()
                                .identity(
                                        new Task(row.rowId(), prompt),
                                        row.answer().kernelIds()),
                        row.answer().text());
            }
        }
    }

    /** The store of the job's kernels, whose journal is the ledger; where they come from data, one in the state folder. */
    static KernelStore store(DatasetSpec spec, Path state) {
        return spec.generate() == null
                ? new KernelStore(state.resolve("kernels"))
                : new KernelStore(Path.of(spec.generate().store()));
    }

    /** What became of each kernel's answers, over all runs. */
    FeedbackLedger ledger() {
        return ledger(store(spec, state), state);
    }

    /** The ledger of a store, with what a state folder has of it in an earlier form. */
    public static FeedbackLedger ledger(KernelStore store, Path state) {
        FeedbackLedger ledger = FeedbackLedger.open(store);
        boolean own = store.folder().equals(state.resolve("kernels"));
        ledger.include(
                state.resolve("feedback.jsonl"),
                kernelId -> own || store.find(kernelId).isPresent());
        return ledger;
    }

    /** The loop, with everything that it needs. */
    public synchronized KernelRuntime runtime() {
        if (runtime == null) {
            Backend backend = backend();
            runtime = new KernelRuntime(
                    kernels(),
                    routing.router(),
                    backend,
                    backend.vocabulary(),
                    memory(),
                    cache,
                    job.retries(),
                    job.seed());
        }
        return runtime;
    }

    /** The loop for decisions that are taken elsewhere: nothing is trained but the model. */
    KernelRuntime runtimeWithoutRouter() {
        Backend backend = backend();
        Router words = Router.of(kernels(), List.of(), RouterAdapter.untrained());
        return new KernelRuntime(
                kernels(), words, backend, backend.vocabulary(), null, null, job.retries(), job.seed());
    }

    Backend backend() {
        JobSpec.Model model = job.model();
        TokenVocabulary vocabulary = model.file() == null
                ? TokenVocabularies.o200kBase()
                : llama(model.file()).vocabulary();
        return switch (model.backend()) {
            case LLAMA ->
                new Backend.Sampled(
                        llama(java.util.Objects.requireNonNull(model.file())),
                        vocabulary,
                        vocabulary.endToken(),
                        model.sampling());
            case RECORDED ->
                new Backend.Recorded(
                        new RecordedModel(
                                rows.stream().collect(Collectors.toMap(DatasetRow::id, DatasetRow::response))),
                        vocabulary);
            case NGRAM ->
                new Backend.Sampled(
                        NgramModel.train(examples(), ngram(model.order()), vocabulary),
                        vocabulary,
                        vocabulary.endToken(),
                        model.sampling());
        };
    }

    /** The model that the job names, opened once. */
    private LlamaModel llama(String file) {
        if (llama == null) {
            JobSpec.Model model = job.model();
            int cores = Runtime.getRuntime().availableProcessors();
            int partitions = job.partitions() > 0 ? job.partitions() : cores;
            int threads = model.threads() > 0 ? model.threads() : Math.max(1, cores / partitions);
            llama = LlamaModel.open(
                    Path.of(file),
                    new LlamaModel.Settings(model.context(), threads, Duration.ofSeconds(model.timeoutSeconds())),
                    state.resolve("native"));
        }
        return llama;
    }

    private static NgramModel.Settings ngram(int order) {
        NgramModel.Settings standard = NgramModel.Settings.standard();
        return new NgramModel.Settings(
                order, standard.discount(), standard.copyWeight(), standard.retrievalWeight(), standard.neighbours());
    }

    /** Solved train prompts, as a user writes them and as the loop hands them to a model. */
    private List<NgramModel.Example> examples() {
        Map<String, Kernel> byId = kernels().stream().collect(Collectors.toMap(Kernel::kernelId, Function.identity()));
        List<NgramModel.Example> examples = new ArrayList<>();
        for (DatasetRow row : solved()) {
            examples.add(new NgramModel.Example(row.prompt(), row.response()));
            List<Kernel> kernels = row.labelledKernels().stream()
                    .map(id -> java.util.Objects.requireNonNull(byId.get(id)))
                    .toList();
            if (!kernels.isEmpty()) {
                examples.add(new NgramModel.Example(Prompting.withHints(row.prompt(), kernels), row.response()));
            }
        }
        return examples;
    }

    private @Nullable Memory memory() {
        if (routing.embedders().isEmpty() || !job.arms().contains(Arm.RETRIEVAL)) {
            return null;
        }
        return new Memory(routing.embedders().get(0), memories());
    }

    private List<Memory.Entry> memories() {
        return solved().stream()
                .map(row ->
                        new Memory.Entry(row.prompt(), row.kernelId() == null ? "" : row.kernelId(), row.response()))
                .toList();
    }

    /** Train rows whose response is known to be good, or cannot be judged. */
    private List<DatasetRow> solved() {
        List<DatasetRow> solved = dataset.split("train").stream()
                .filter(row ->
                        !Boolean.FALSE.equals(row.verified()) && !row.response().isEmpty())
                .toList();
        if (solved.isEmpty()) {
            throw InputException.at(
                    "data set " + dataset.name(),
                    "its train split has no solved row for the model and the memory to learn from",
                    "use the recorded backend and leave out the retrieval arm");
        }
        return solved;
    }

    @Override
    public Run.Data data() {
        return new Run.Data(
                dataset.name(),
                job.split(),
                rows.size(),
                (int) rows.stream().map(DatasetRow::clusterId).distinct().count(),
                kernels().size());
    }

    @Override
    public void close() {
        routing.close();
        if (llama != null) {
            llama.close();
        }
    }
}
