package io.kernelweave.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Journal;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.verify.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of each kernel's answers: the lines {@value #OUTCOMES} of a store's {@link Journal}, one a kernel and run.
 *
 * <p>Any number of processes and threads may append; the store's lock lets them take turns. A run is told once: what is
 * appended for a run and kernel that the journal has already, as by a job that was killed and went on, is left out.
 */
public final class FeedbackLedger {
    /** The journal's word for how answers fared. */
    public static final String OUTCOMES = "outcomes";

    private static final String IMPORT = "import";

    private final KernelStore store;
    private final Journal.Reader reader;
    private final Map<String, Record> records = new HashMap<>();
    private final List<Entry> stated = new ArrayList<>();
    private final Set<String> imported = new HashSet<>();
    private final Map<String, List<Journal.Draft>> included = new LinkedHashMap<>();
    private String head = "0".repeat(64);
    private long answers;

    /**
     * The outcome of one answer.
     *
     * @param kernelDigest of the kernel that gave it; another digest is another kernel
     * @param clusterId prompts that share an origin share it
     * @param traceId of the trace that the answer left
     * @param prompt digest of the prompt, see {@link #promptDigest}
     * @param unsafe conditions about safety that failed, in whatever attempt
     * @param router digest of the adapter by which the prompt was routed to this kernel alone; null where it was not
     * @param probability that it stated for the kernel; null where there is no router
     */
    public record Entry(
            String kernelId,
            String kernelDigest,
            String clusterId,
            Outcome outcome,
            @Nullable String traceId,
            @Nullable String prompt,
            List<String> unsafe,
            @Nullable String router,
            @Nullable Double probability) {
        public Entry {
            unsafe = unsafe == null ? List.of() : List.copyOf(unsafe);
        }

        /** An answer of which nobody knows more. */
        public Entry(String kernelId, String kernelDigest, String clusterId, Outcome outcome) {
            this(kernelId, kernelDigest, clusterId, outcome, null, null, List.of(), null, null);
        }

        /** The same with what a router stated. */
        public Entry stated(String router, double probability) {
            return new Entry(kernelId, kernelDigest, clusterId, outcome, traceId, prompt, unsafe, router, probability);
        }
    }

    /**
     * How a kernel fared on one cluster in one run: the trial that promotion and demotion count.
     *
     * @param sequence the journal's line
     * @param passed answers that passed
     * @param failed answers that failed
     * @param unknown answers that nobody could tell of
     * @param unsafe conditions about safety that failed
     * @param origins trace ids and prompts, by which the traces that a kernel was compiled from are known
     */
    public record Use(
            long sequence,
            String cluster,
            int passed,
            int failed,
            int unknown,
            List<String> unsafe,
            Set<String> origins) {
        /** Every answer passed. */
        public boolean succeeded() {
            return failed + unknown == 0;
        }

        private Use plus(Answer answer, long line) {
            Set<String> all = new HashSet<>(origins);
            if (answer.trace() != null) {
                all.add(answer.trace());
            }
            if (answer.prompt() != null) {
                all.add(answer.prompt());
            }
            List<String> failures = new ArrayList<>(unsafe);
            answer.unsafe().stream().filter(name -> !failures.contains(name)).forEach(failures::add);
            return new Use(
                    line,
                    cluster,
                    passed + (answer.outcome() == Outcome.PASS ? 1 : 0),
                    failed + (answer.outcome() == Outcome.FAIL ? 1 : 0),
                    unknown + (answer.outcome() == Outcome.UNKNOWN ? 1 : 0),
                    failures,
                    all);
        }
    }

    /**
     * What the ledger holds at a moment.
     *
     * @param head digest of all that it holds about answers
     * @param answers how many there are
     * @param accepted clusters with an answer that passed, by kernel digest
     * @param stated the answers of which a router stated a probability, in their order
     */
    public record Snapshot(String head, long answers, Map<String, Long> accepted, List<Entry> stated) {
        public Snapshot {
            accepted = new TreeMap<>(accepted);
            stated = List.copyOf(stated);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    private record Answer(
            String cluster,
            Outcome outcome,
            @Nullable String trace,
            @Nullable String prompt,
            List<String> unsafe,
            @Nullable Double probability) {
        Answer {
            unsafe = unsafe == null ? List.of() : List.copyOf(unsafe);
        }
    }

    /** The journal's data of a line about answers. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Told(String run, @Nullable String router, List<Answer> answers) {}

    /** What is known of one kernel digest. */
    private static final class Record {
        /** Run → cluster → how it went. */
        private final Map<String, Map<String, Use>> runs = new LinkedHashMap<>();

        /** Runs and routers whose line was read. */
        private final Set<String> told = new HashSet<>();

        private long since = -1;
    }

    private FeedbackLedger(KernelStore store) {
        this.store = store;
        this.reader = store.journal().reader();
    }

    /**
     * Opens a store's ledger and reads it; the store need not exist yet.
     *
     * @throws InputException naming the journal's line that is no entry, or does not follow the one before it
     */
    public static FeedbackLedger open(KernelStore store) {
        FeedbackLedger ledger = new FeedbackLedger(store);
        ledger.refresh();
        return ledger;
    }

    /** What a prompt is known by in the ledger. */
    public static String promptDigest(String prompt) {
        return Digest.of(prompt).substring(0, 16);
    }

    /** Appends answers that belong to no run; they are on the disk when this returns. */
    public void append(List<Entry> entries) {
        append("", entries);
    }

    /**
     * Appends a run's answers in one write; they are on the disk when this returns.
     *
     * @param run its id
     */
    public synchronized void append(String run, List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        store.record(() -> {
            refresh();
            List<Journal.Draft> drafts = new ArrayList<>(owed());
            drafts.addAll(drafts(run, entries));
            return drafts;
        });
        refresh();
    }

    /** Whether there are answers of a run of that id: those of another run of the id would be taken for the same. */
    public synchronized boolean tells(String run) {
        return records.values().stream()
                .anyMatch(record -> record.told.stream().anyMatch(told -> told.startsWith(run + "/")));
    }

    private List<Journal.Draft> drafts(String run, List<Entry> entries) {
        Map<List<String>, List<Entry>> groups = new LinkedHashMap<>();
        for (Entry entry : entries) {
            String router = entry.router() == null ? "" : entry.router();
            Record known = records.get(entry.kernelDigest());
            if (run.isEmpty() || known == null || !known.told.contains(run + "/" + router)) {
                groups.computeIfAbsent(
                                List.of(entry.kernelId(), entry.kernelDigest(), router), key -> new ArrayList<>())
                        .add(entry);
            }
        }
        List<Journal.Draft> drafts = new ArrayList<>();
        groups.forEach((key, group) -> drafts.add(draft(run, group)));
        return drafts;
    }

    private static Journal.Draft draft(String run, List<Entry> group) {
        Entry first = group.get(0);
        List<Answer> told = group.stream()
                .map(entry -> new Answer(
                        entry.clusterId(),
                        entry.outcome(),
                        entry.traceId(),
                        entry.prompt(),
                        entry.unsafe(),
                        entry.router() == null ? null : entry.probability()))
                .toList();
        long passed =
                group.stream().filter(entry -> entry.outcome() == Outcome.PASS).count();
        long clusters = group.stream().map(Entry::clusterId).distinct().count();
        String note = (run.isEmpty() ? "" : "run " + run + ": ") + passed + " of " + group.size() + " answers passed, "
                + clusters + (clusters == 1 ? " cluster" : " clusters");
        return new Journal.Draft(
                OUTCOMES,
                first.kernelId(),
                0,
                first.kernelDigest(),
                note,
                Json.tree(new Told(run, first.router(), told)));
    }

    /**
     * Reads a file of an earlier form as well, in which the ledger was a chain of lines of its own. With the next answers, or by
     * {@link #settle}, the journal takes it over, once; the file stays as it is.
     *
     * @param mine whether an entry's kernel belongs to this store
     * @throws InputException naming the line that is no entry, or does not follow the one before it
     */
    public synchronized void include(Path file, Predicate<String> mine) {
        if (!Files.exists(file)) {
            return;
        }
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "restore or remove the file");
        }
        String content = Digest.of(text);
        refresh();
        if (imported.contains(content) || included.containsKey(content)) {
            return;
        }
        List<Entry> entries = chained(text, file);
        entries.removeIf(entry -> !mine.test(entry.kernelId()));
        List<Journal.Draft> drafts = new ArrayList<>(drafts(IMPORT + " " + content.substring(0, 12), entries));
        for (Journal.Draft draft : drafts) {
            told(
                    draft.digest(),
                    draft.kernelId(),
                    reader.lines(),
                    Objects.requireNonNull(draft.data()),
                    file.toString());
        }
        drafts.add(new Journal.Draft(
                IMPORT,
                "",
                0,
                "",
                "took over " + entries.size() + " answers from " + file.getFileName(),
                Json.object().put("content", content).put("answers", entries.size())));
        included.put(content, drafts);
    }

    /** Writes into the journal what was only included. */
    public synchronized void settle() {
        if (!included.isEmpty()) {
            store.record(() -> {
                refresh();
                return owed();
            });
            refresh();
        }
    }

    private List<Journal.Draft> owed() {
        return included.entrySet().stream()
                .filter(file -> !imported.contains(file.getKey()))
                .flatMap(file -> file.getValue().stream())
                .toList();
    }

    private static List<Entry> chained(String text, Path file) {
        List<Entry> entries = new ArrayList<>();
        String last = "0".repeat(64);
        int number = 1;
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            String where = file + " line " + number++;
            JsonNode json = Json.parse(line, where);
            if (!last.equals(json.path("previous").asString(""))) {
                throw InputException.at(
                        where, "the chain is broken: it does not follow the line before", "restore or remove the file");
            }
            last = Digest.of(line);
            Entry entry = Json.convert(((ObjectNode) json).without("previous"), Entry.class, where);
            if (entry.kernelDigest() == null || entry.clusterId() == null || entry.outcome() == null) {
                throw InputException.at(
                        where, "an entry has kernel_digest, cluster_id and outcome", "restore or remove the file");
            }
            entries.add(entry);
        }
        return entries;
    }

    /**
     * How a kernel digest fared, one use a run and cluster, oldest first; what other processes have appended included. Uses of one
     * run come in an order that has nothing to do with them: neighbours in a data set are alike, and would look like a change.
     */
    public synchronized List<Use> uses(String kernelDigest) {
        refresh();
        Record record = records.get(kernelDigest);
        return record == null
                ? List.of()
                : record.runs.entrySet().stream()
                        .flatMap(run -> run.getValue().values().stream()
                                .sorted(Comparator.comparing(use -> Digest.of(run.getKey() + "/" + use.cluster()))))
                        .toList();
    }

    /** The journal's line after which evidence on a kernel digest counts: that of its last fall or release; −1 without any. */
    public synchronized long since(String kernelDigest) {
        refresh();
        Record record = records.get(kernelDigest);
        return record == null ? -1 : record.since;
    }

    /** The digests that are known. */
    public synchronized Collection<String> digests() {
        refresh();
        return List.copyOf(records.keySet());
    }

    /** All of it as it is now, what other processes have appended included. */
    public synchronized Snapshot snapshot() {
        refresh();
        Map<String, Long> accepted = new TreeMap<>();
        records.forEach((digest, record) -> {
            Set<String> clusters = new HashSet<>();
            record.runs.values().stream()
                    .flatMap(run -> run.values().stream())
                    .filter(use -> use.passed() > 0)
                    .forEach(use -> clusters.add(use.cluster()));
            if (!record.runs.isEmpty()) {
                accepted.put(digest, (long) clusters.size());
            }
        });
        return new Snapshot(head, answers, accepted, stated);
    }

    private synchronized void refresh() {
        for (Journal.Entry entry : reader.next()) {
            String where = store.journal().file() + " line " + (entry.sequence() + 1);
            switch (entry.action()) {
                case OUTCOMES -> told(entry.digest(), entry.kernelId(), entry.sequence(), data(entry, where), where);
                case IMPORT -> imported.add(data(entry, where).path("content").asString(""));
                case KernelStore.STATUS -> moved(entry, where);
                default -> {
                    // what was added to the store says nothing of answers
                }
            }
        }
    }

    private static ObjectNode data(Journal.Entry entry, String where) {
        if (entry.data() == null) {
            throw InputException.at(where, entry.action() + " has no data", "restore the journal");
        }
        return entry.data();
    }

    private void told(String digest, String kernelId, long line, ObjectNode data, String where) {
        Told told = Json.convert(data, Told.class, where);
        if (told.answers() == null || told.run() == null) {
            throw InputException.at(where, "needs run and answers", "restore the journal");
        }
        Record record = records.computeIfAbsent(digest, key -> new Record());
        if (!record.told.add(told.run() + "/" + (told.router() == null ? "" : told.router()))
                && !told.run().isEmpty()) {
            return; // said twice
        }
        Map<String, Use> clusters = record.runs.computeIfAbsent(
                told.run().isEmpty() ? "line " + line : told.run(), run -> new LinkedHashMap<>());
        for (Answer answer : told.answers()) {
            if (answer.cluster() == null || answer.outcome() == null) {
                throw InputException.at(where, "an answer has cluster and outcome", "restore the journal");
            }
            Use use = clusters.getOrDefault(
                    answer.cluster(), new Use(line, answer.cluster(), 0, 0, 0, List.of(), Set.of()));
            clusters.put(answer.cluster(), use.plus(answer, line));
            if (told.router() != null && answer.probability() != null) {
                stated.add(new Entry(kernelId, digest, answer.cluster(), answer.outcome())
                        .stated(told.router(), answer.probability()));
            }
        }
        answers += told.answers().size();
        head = Digest.of(head + digest + Json.compact(told));
    }

    /** A kernel that fell, or came back, is judged by what comes after. */
    private void moved(Journal.Entry entry, String where) {
        String from = data(entry, where).path("from").asString("");
        String to = data(entry, where).path("to").asString("");
        boolean rose = to.equals("trusted") || to.equals("verified") && from.equals("candidate");
        if (!rose) {
            Record record = records.computeIfAbsent(entry.digest(), digest -> new Record());
            record.since = entry.sequence();
        }
    }
}
