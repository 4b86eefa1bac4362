package io.kernelweave.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.gate.Promotion;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.model.FallibleModel;
import io.kernelweave.route.Embedder;
import io.kernelweave.route.Guarantee;
import io.kernelweave.runtime.ClosedLoop.Change;
import io.kernelweave.runtime.ClosedLoop.Turn;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClosedLoopTest {
    private static final List<String> VERBS = List.of("quote", "copy", "show", "find", "read out", "give me");
    private static final List<String> OBJECTS =
            List.of("the code of this log", "this log's code", "the error code here", "that code", "the code below");
    private static final List<String> OTHERS = List.of(
            "who wrote this?", "bake me a chocolate cake", "is it bad?", "delete everything", "what does a code cost?");

    private static TokenVocabulary vocabulary;

    @TempDir
    Path temp;

    @BeforeAll
    static void load() {
        vocabulary = TokenVocabularies.o200kBase();
    }

    /** A prompt with its right answer; {@code ask} is its way of asking. */
    private record Asked(Task task, String ask, String right) {}

    /** Words as directions, and one that all prompts for codes share, as a sentence encoder would have it: such prompts are near. */
    private static final Embedder WORDS = new Embedder() {
        @Override
        public String identity() {
            return "words";
        }

        @Override
        public int dimensions() {
            return 64;
        }

        @Override
        public float[] embed(String text) {
            float[] vector = new float[64];
            for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
                vector[Math.floorMod(word.hashCode(), 64)] += 1;
            }
            vector[0] += text.contains("code") && !text.contains("?") ? 4 : 0;
            double length = 0;
            for (float part : vector) {
                length += part * part;
            }
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= (float) StrictMath.sqrt(Math.max(1e-9, length));
            }
            return vector;
        }
    };

    /** A stream of prompts of one family, one in five of them something else. */
    private static List<Asked> stream(int size, long seed) {
        Random random = new Random(seed);
        List<Asked> stream = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            if (i % 5 == 4) {
                String other = OTHERS.get(random.nextInt(OTHERS.size()));
                stream.add(new Asked(new Task("t" + i, other), other, "Nobody knows " + i + "."));
                continue;
            }
            String ask = VERBS.get(random.nextInt(VERBS.size())) + " " + OBJECTS.get(random.nextInt(OBJECTS.size()));
            String word = List.of("alpha", "beta", "gamma", "delta", "omega").get(random.nextInt(5));
            int code = 100 + random.nextInt(900);
            stream.add(new Asked(
                    new Task("t" + i, ask + "\n\n```log\nlevel " + word + " code " + code + "\n```"),
                    ask,
                    "{\"word\":\"" + word + "\",\"quote\":\"code " + code + "\"}"));
        }
        Collections.shuffle(stream, random);
        return stream;
    }

    /** The same answers, but some tasks are always answered as another one was. */
    private static Backend model(List<Asked> stream, Set<String> wrong) {
        Map<String, FallibleModel.Draws> draws = new HashMap<>();
        for (int i = 0; i < stream.size(); i++) {
            Asked own = stream.get(i);
            String other = null;
            for (int j = 1; other == null || other.equals(own.right) || !other.startsWith("{"); j++) {
                other = stream.get((i + j) % stream.size()).right;
            }
            String answer = other;
            draws.put(
                    own.task.id(),
                    new FallibleModel.Draws(wrong.contains(own.task.id()) ? null : own.right, () -> List.of(answer)));
        }
        return new Backend.Simulated(new FallibleModel("test", draws, 0), vocabulary);
    }

    private static Witness witness(BiFunction<Task, String, Outcome> says) {
        return new Witness() {
            @Override
            public boolean isAsked(Task task) {
                return true;
            }

            @Override
            public Outcome says(Task task, String answer) {
                return says.apply(task, answer);
            }
        };
    }

    /** Says the truth of what is a code, and of everything else that it cannot tell. */
    private static Witness truthful(List<Asked> stream) {
        Map<String, String> right = new HashMap<>();
        stream.forEach(asked -> right.put(asked.task.id(), asked.right));
        return witness((task, answer) -> !right.getOrDefault(task.id(), "").startsWith("{")
                ? Outcome.UNKNOWN
                : right.get(task.id()).equals(answer) ? Outcome.PASS : Outcome.FAIL);
    }

    private ClosedLoop loop(Backend model, Witness witness) {
        return new ClosedLoop(
                new KernelStore(temp.resolve("store")),
                List.of(WORDS),
                model,
                witness,
                new ClosedLoop.Settings(6, 4, 0.8, 0.5, 10, 1, new Guarantee(0.1, 0.2, 0.2), 1));
    }

    private static List<Turn> run(ClosedLoop loop, List<Asked> stream) {
        return stream.stream().map(asked -> loop.next(asked.task, asked.ask)).toList();
    }

    private static List<ClosedLoop.Event> events(List<Turn> turns, Change change) {
        return turns.stream()
                .flatMap(turn -> turn.events().stream())
                .filter(event -> event.change() == change)
                .toList();
    }

    @Test
    void fromAnEmptyStoreAFamilyBecomesAKernelThatAnswersForIt() {
        List<Asked> stream = stream(260, 1);
        List<Turn> turns = run(loop(model(stream, Set.of()), truthful(stream)), stream);
        assertThat(events(turns, Change.COMPILED)).isNotEmpty();
        assertThat(events(turns, Change.PROMOTED)).isNotEmpty();
        assertThat(turns.subList(0, 20)).noneMatch(Turn::isReused);
        List<Turn> last = turns.subList(200, 260);
        assertThat(last.stream().filter(Turn::isReused).count()).isGreaterThan(20);
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i).isReused()) {
                assertThat(turns.get(i).answer().text()).isEqualTo(stream.get(i).right);
                assertThat(turns.get(i).answer().forcedTokens()).isPositive();
            }
        }
    }

    @Test
    void theSameStreamGivesTheSameAgain() {
        List<Asked> stream = stream(120, 2);
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            temp = temp.resolve("again");
            List<String> lines = run(loop(model(stream, Set.of()), truthful(stream)), stream).stream()
                    .map(turn ->
                            turn.answer().path() + turn.answer().text() + turn.told() + turn.decision() + turn.events())
                    .toList();
            if (i == 0) {
                first.addAll(lines);
            }
            assertThat(lines).isEqualTo(first);
        }
    }

    @Test
    void whatNobodyConfirmedIsNeverCompiled() {
        List<Asked> stream = stream(150, 3);
        List<Turn> turns = run(loop(model(stream, Set.of()), witness((task, answer) -> Outcome.UNKNOWN)), stream);
        assertThat(turns).allMatch(turn -> turn.events().isEmpty() && !turn.isReused());
        assertThat(temp.resolve("store/kernels")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void successRestsOnAWitnessAlone(long seed) {
        // Of each task this witness tells the truth, or nothing.
        Random random = new Random(seed);
        double silent = 0.2 + 0.1 * random.nextInt(4);
        List<Asked> stream = stream(160, seed);
        Set<String> mute = new HashSet<>();
        stream.stream().filter(asked -> random.nextDouble() < silent).forEach(asked -> mute.add(asked.task.id()));
        Witness truthful = truthful(stream);
        ClosedLoop loop = loop(
                model(stream, Set.of()),
                witness((task, answer) -> mute.contains(task.id()) ? Outcome.UNKNOWN : truthful.says(task, answer)));
        Map<String, String> asks = new HashMap<>();
        stream.forEach(asked -> asks.put(asked.task.id(), asked.ask));
        Map<String, Set<String>> origins = new HashMap<>();
        Map<String, Map<String, Boolean>> trials = new HashMap<>();
        for (Asked asked : stream) {
            Turn turn = loop.next(asked.task, asked.ask);
            ClosedLoop.Trial trial = turn.trial();
            if (trial != null) {
                String digest = trial.kernel().digest();
                assertThat(origins.getOrDefault(digest, Set.of())).doesNotContain(asked.ask);
                assertThat(mute.contains(asked.task.id()) && trial.told() == Outcome.PASS)
                        .isFalse();
                trials.computeIfAbsent(digest, key -> new HashMap<>())
                        .merge(asked.ask, trial.told() == Outcome.PASS, Boolean::logicalAnd);
            }
            for (ClosedLoop.Event event : turn.events()) {
                if (event.change() == Change.COMPILED) {
                    assertThat(event.sources()).isNotEmpty().doesNotContainAnyElementsOf(mute);
                    Set<String> own = new HashSet<>();
                    event.sources().forEach(source -> own.add(asks.get(source)));
                    origins.put(event.kernel().digest(), own);
                } else if (event.change() == Change.PROMOTED) {
                    Map<String, Boolean> own = trials.get(event.kernel().digest());
                    long successes =
                            own.values().stream().filter(Boolean::booleanValue).count();
                    assertThat(successes).isGreaterThanOrEqualTo(2 * (own.size() - successes) + 6);
                }
            }
        }
    }

    @Test
    void aFamilyOfWrongAnswersThatAreCalledRightBecomesNoKernel() {
        List<Asked> stream = stream(150, 4);
        Set<String> all = new HashSet<>();
        stream.forEach(asked -> all.add(asked.task.id()));
        List<Turn> turns = run(loop(model(stream, all), witness((task, answer) -> Outcome.PASS)), stream);
        assertThat(events(turns, Change.REFUSED)).isNotEmpty();
        assertThat(events(turns, Change.COMPILED)).isEmpty();
        assertThat(turns).noneMatch(Turn::isReused);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void fewWrongAnswersThatAreCalledRightDoNotMakeAKernelThatLetsSuchThrough(long seed) {
        List<Asked> stream = stream(300, seed);
        Random random = new Random(seed);
        Set<String> poisoned = new HashSet<>();
        stream.stream().filter(asked -> random.nextDouble() < 0.1).forEach(asked -> poisoned.add(asked.task.id()));
        Witness truthful = truthful(stream);
        List<Turn> turns = run(
                loop(
                        model(stream, poisoned),
                        witness((task, answer) ->
                                poisoned.contains(task.id()) ? Outcome.PASS : truthful.says(task, answer))),
                stream);
        List<Asked> fresh = stream(60, seed + 100).stream()
                .filter(asked -> asked.right.startsWith("{"))
                .toList();
        for (ClosedLoop.Event event : events(turns, Change.PROMOTED)) {
            List<Subject> swapped = new ArrayList<>();
            for (int i = 0; i < fresh.size(); i++) {
                String other = fresh.get((i + 1) % fresh.size()).right;
                if (!other.equals(fresh.get(i).right)) {
                    swapped.add(Subject.of(fresh.get(i).task.prompt(), other));
                }
            }
            HeldOut result = HeldOut.of(
                    event.kernel(),
                    fresh.stream()
                            .map(asked -> Subject.of(asked.task.prompt(), asked.right))
                            .toList(),
                    swapped);
            assertThat(result.reaches(0.8)).as(event + " " + result).isTrue();
        }
    }

    @Test
    void badFeedbackTakesAKernelOutOfService() {
        List<Asked> stream = stream(500, 5);
        Witness truthful = truthful(stream);
        boolean[] content = {true};
        ClosedLoop loop = loop(
                model(stream, Set.of()),
                witness((task, answer) -> content[0] ? truthful.says(task, answer) : Outcome.FAIL));
        int promoted = 0;
        List<Turn> before = new ArrayList<>();
        while (events(before, Change.PROMOTED).isEmpty()) {
            assertThat(promoted)
                    .as(() -> before.stream()
                            .flatMap(turn -> turn.events().stream())
                            .map(event -> event.change() + " " + event.kernel().kernelId() + ": " + event.reason())
                            .toList()
                            .toString())
                    .isLessThan(400);
            before.add(loop.next(stream.get(promoted).task, stream.get(promoted).ask));
            promoted++;
        }
        assertThat(kernel(loop).status().state()).isEqualTo(State.VERIFIED);
        content[0] = false;
        List<Turn> after = run(loop, stream.subList(promoted, 500));
        assertThat(after).anyMatch(Turn::isReused);
        assertThat(events(after, Change.FELL)).isNotEmpty();
        assertThat(events(after, Change.QUARANTINED)).isNotEmpty();
        assertThat(after.subList(after.size() - 20, after.size())).noneMatch(Turn::isReused);
        assertThat(kernel(loop).status().state()).isEqualTo(State.QUARANTINED);
        assertThat(Promotion.decide(kernel(loop), FeedbackLedger.open(loop.store()))
                        .isChange())
                .isFalse(); // only a person lets it out
    }

    private static Kernel kernel(ClosedLoop loop) {
        return loop.store().load().kernels().get(0);
    }
}
