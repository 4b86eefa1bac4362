package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.schema.Containment;
import io.kernelweave.trace.TraceRecorder;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The laws of the algebra, on what flows do and on their contracts; and what looks like a law and is none. */
class FlowLawsTest {
    /** Lets every answer through, but hangs on the input, so that joints are guarded, not refused. */
    private static final String OPEN =
            "{\"check\":\"any\",\"of\":[{\"check\":\"schema\",\"target\":\"output\",\"schema\":{}},"
                    + "{\"check\":\"schema\",\"target\":\"input\",\"schema\":{}}]}";

    private static final List<Kernel> KERNELS = List.of(
            pure("inc", "{}"),
            pure("double", "{}"),
            pure("odd", "{}"),
            pure("positive", "{\"type\":\"integer\",\"minimum\":1}"),
            pure("flaky", "{}"),
            Kernels.kernel("one", "{}", "{}").can("writes:one").after(OPEN).done(),
            Kernels.kernel("two", "{}", "{}").can("writes:two").after(OPEN).done(),
            Kernels.kernel("counts", "{}", "{}")
                    .can("writes:one", "reads:two")
                    .after(OPEN)
                    .done(),
            Kernels.kernel("lasting", "{}", "{}").can("writes:mail").after(OPEN).done());

    private static Kernel pure(String id, String takes) {
        return Kernels.kernel(id, takes, "{}").after(OPEN).can("computes:sum").done();
    }

    private static final Composer COMPOSER = Composer.of(KERNELS);

    /** What can be seen of a run: what it gives, and what is left in the world. */
    private record Seen(boolean accepted, @Nullable JsonNode value, Map<String, Integer> world, int residual) {}

    /** The world and who acts in it. */
    private static final class World implements Actor {
        private final Map<String, Integer> written = new ConcurrentSkipListMap<>();
        private final AtomicInteger calls = new AtomicInteger();

        @Override
        public JsonNode act(Call call) {
            String id = call.kernel().kernelId();
            JsonNode input = call.input();
            switch (id) {
                case "one", "two" -> {
                    call.undo(id, () -> written.merge(id, -1, Integer::sum));
                    written.merge(id, 1, Integer::sum);
                    return input;
                }
                case "lasting" -> {
                    written.merge(id, 1, Integer::sum);
                    return input;
                }
                case "counts" -> {
                    call.undo("one", () -> written.merge("one", -10, Integer::sum));
                    written.merge("one", 10, Integer::sum);
                    return Json.tree(written.getOrDefault("two", 0));
                }
                case "flaky" -> {
                    if (calls.incrementAndGet() < 4) {
                        throw new IllegalStateException("not yet");
                    }
                    return Json.tree(calls.get());
                }
                default -> {
                    if (!input.isNumber() || id.equals("odd") && input.intValue() % 2 == 0) {
                        throw new IllegalStateException(input + " is not for " + id);
                    }
                    return Json.tree(id.equals("inc") ? input.intValue() + 1 : input.intValue() * 2);
                }
            }
        }
    }

    private static Seen see(Flow flow, JsonNode value) {
        Composed composed = COMPOSER.check(flow);
        if (!composed.isAccepted()) {
            return new Seen(false, null, Map.of(), 0);
        }
        World world = new World();
        Execution done = new FlowExecutor(world, Limits.DEFAULT).run(composed, value, new TraceRecorder("t", "p"));
        world.written.values().removeIf(count -> count == 0);
        return new Seen(true, done.value(), world.written, done.residual().size());
    }

    private static void assertSame(Flow one, Flow other, boolean contracts) {
        for (String value : List.of("0", "1", "3", "\"x\"", "[1,2]")) {
            JsonNode input = Json.parse(value, "test");
            assertThat(see(one, input))
                    .as(one + "  =  " + other + "  on " + value)
                    .isEqualTo(see(other, input));
        }
        Composed first = COMPOSER.check(one);
        Composed second = COMPOSER.check(other);
        assertThat(same(first.outputSchema(), second.outputSchema()))
                .as(one + "  =  " + other)
                .isTrue();
        if (contracts) {
            assertThat(same(first.inputSchema(), second.inputSchema()))
                    .as(one + "  =  " + other)
                    .isTrue();
            assertThat(first.effects()).as(one + "  =  " + other).isEqualTo(second.effects());
        }
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one.equals(other) || Containment.equivalence(one, other) instanceof Containment.Proven;
    }

    private static void assertDiffers(String one, String other, String value) {
        JsonNode input = Json.parse(value, "test");
        assertThat(see(Flow.parse(one), input))
                .as(one + "  is not  " + other)
                .isNotEqualTo(see(Flow.parse(other), input));
    }

    private static Flow flow(SplittableRandom random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return switch (random.nextInt(9)) {
                case 0 -> new Flow.Id();
                case 1 -> new Flow.Fail("");
                case 2 -> guard(random);
                case 3 -> new Flow.Call("one");
                case 4 -> new Flow.Call("two");
                case 5 -> new Flow.Call("odd");
                case 6 -> new Flow.Call("positive");
                default -> new Flow.Call(random.nextBoolean() ? "inc" : "double");
            };
        }
        Flow one = flow(random, depth - 1);
        Flow other = flow(random, depth - 1);
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Flow.Seq(one, other);
            case 2 -> new Flow.Choice(one, other);
            case 3 -> new Flow.OrElse(one, other);
            case 4 -> new Flow.Retry(2, one);
            default -> par("x", one, "y", other);
        };
    }

    private static Flow guard(SplittableRandom random) {
        return new Flow.Guard(Json.parse(
                "{\"check\":\"compare\",\"left\":\"input\",\"op\":\"" + (random.nextBoolean() ? "<" : ">=")
                        + "\",\"right\":" + random.nextInt(4) + "}",
                "test"));
    }

    private static Flow par(String x, Flow one, String y, Flow other) {
        return new Flow.Par(List.of(new Flow.Branch(x, one), new Flow.Branch(y, other)));
    }

    private static void forAll(int rounds, Function<SplittableRandom, Runnable> law) {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < rounds; i++) {
            law.apply(random).run();
        }
    }

    private static final Flow ID = new Flow.Id();
    private static final Flow FAIL = new Flow.Fail("");

    @Test
    void seqIsAssociativeAndIdIsItsUnit() {
        forAll(9, random -> {
            Flow a = flow(random, 2);
            Flow b = flow(random, 2);
            Flow c = flow(random, 2);
            return () -> {
                assertSame(new Flow.Seq(new Flow.Seq(a, b), c), new Flow.Seq(a, new Flow.Seq(b, c)), true);
                assertSame(new Flow.Seq(ID, a), a, true);
                assertSame(new Flow.Seq(a, ID), a, true);
            };
        });
    }

    @Test
    void failEndsWhatItStandsInAndNothingIsLeft() {
        forAll(9, random -> {
            Flow a = flow(random, 3);
            return () -> {
                if (COMPOSER.check(a).isAccepted()) {
                    assertSame(new Flow.Seq(FAIL, a), FAIL, false);
                    assertSame(new Flow.Seq(a, FAIL), FAIL, false);
                    assertSame(par("x", a, "y", FAIL), FAIL, false);
                }
            };
        });
    }

    @Test
    void elseAndChoiceAreAssociativeFailIsTheirUnitAndIdEndsThem() {
        forAll(8, random -> {
            Flow a = flow(random, 2);
            Flow b = flow(random, 2);
            Flow c = flow(random, 2);
            return () -> {
                assertSame(new Flow.OrElse(new Flow.OrElse(a, b), c), new Flow.OrElse(a, new Flow.OrElse(b, c)), true);
                assertSame(new Flow.OrElse(FAIL, a), a, true);
                assertSame(new Flow.OrElse(a, FAIL), a, true);
                assertSame(new Flow.Choice(new Flow.Choice(a, b), c), new Flow.Choice(a, new Flow.Choice(b, c)), true);
                assertSame(new Flow.Choice(FAIL, a), a, true);
                assertSame(new Flow.Choice(a, FAIL), a, true);
                if (COMPOSER.check(a).isAccepted()) {
                    assertSame(new Flow.Choice(ID, a), new Flow.Choice(ID, new Flow.Choice(FAIL, a)), true);
                    assertThat(see(new Flow.OrElse(ID, a), Json.tree(3)).value())
                            .isEqualTo(Json.tree(3));
                }
            };
        });
    }

    @Test
    void branchesMayChangePlaces() {
        forAll(12, random -> {
            Flow a = flow(random, 2);
            Flow b = flow(random, 2);
            return () -> assertSame(par("x", a, "y", b), par("y", b, "x", a), true);
        });
    }

    @Test
    void retriesMultiplyAndOneIsNone() {
        forAll(9, random -> {
            Flow a = flow(random, 2);
            Flow flaky = new Flow.Seq(a, new Flow.Call("flaky"));
            int m = 1 + random.nextInt(3);
            int n = 1 + random.nextInt(3);
            return () -> {
                assertSame(new Flow.Retry(1, flaky), flaky, true);
                assertSame(new Flow.Retry(m, new Flow.Retry(n, flaky)), new Flow.Retry(m * n, flaky), true);
                assertSame(new Flow.Retry(m, ID), ID, true);
                assertSame(new Flow.Retry(m, FAIL), FAIL, true);
            };
        });
    }

    @Test
    void guardsInARowAreOneOfAllTheirConditions() {
        forAll(12, random -> {
            Flow.Guard p = (Flow.Guard) guard(random);
            Flow.Guard q = (Flow.Guard) guard(random);
            Flow both = new Flow.Guard(
                    Json.object().put("check", "all").set("of", Json.tree(List.of(p.condition(), q.condition()))));
            return () -> {
                assertSame(new Flow.Seq(p, q), both, true);
                assertSame(new Flow.Seq(p, q), new Flow.Seq(q, p), true);
                assertSame(new Flow.Seq(p, p), p, true);
            };
        });
    }

    @Test
    void whatFollowsAChoiceBetweenKernelsMayFollowEach() {
        forAll(9, random -> {
            Flow a = new Flow.Call("positive");
            Flow b = new Flow.Call(random.nextBoolean() ? "inc" : "one");
            Flow c = flow(random, 2);
            return () -> assertSame(
                    new Flow.Seq(new Flow.Choice(a, b), c),
                    new Flow.Choice(new Flow.Seq(a, c), new Flow.Seq(b, c)),
                    true);
        });
    }

    @Test
    void forEachIsAMap() {
        forAll(9, random -> {
            Flow a = flow(random, 2);
            return () -> {
                for (String value : List.of("1", "2", "\"x\"")) {
                    Seen alone = see(a, Json.parse(value, "test"));
                    Seen listed = see(new Flow.ForEach(a), Json.parse("[" + value + "]", "test"));
                    JsonNode expected = alone.value == null
                            ? null
                            : Json.mapper().createArrayNode().add(alone.value);
                    assertThat(listed).isEqualTo(new Seen(alone.accepted, expected, alone.world, alone.residual));
                }
                JsonNode list = Json.parse("[1,3,5]", "test");
                assertThat(see(new Flow.ForEach(ID), list).value()).isEqualTo(list);
                assertThat(see(Flow.parse("forEach(inc >> odd)"), Json.parse("[0,2]", "test")))
                        .isEqualTo(see(Flow.parse("forEach(inc) >> forEach(odd)"), Json.parse("[0,2]", "test")));
            };
        });
    }

    @Test
    void whatLooksLikeALawAndIsNone() {
        // The order of a sequence counts.
        assertDiffers("inc >> double", "double >> inc", "1");
        // The first way that works is taken.
        assertDiffers("inc else double", "double else inc", "3");
        assertDiffers("inc | double", "double | inc", "3");
        // A choice is made before anything is done, another way is tried after it has failed.
        assertDiffers("odd | inc", "odd else inc", "2");
        // A choice is not made again behind what stands before it, nor where it asks no kernel for what follows.
        assertDiffers("double >> (positive | inc)", "(double >> positive) | (double >> inc)", "0");
        assertDiffers("(id | inc) >> positive", "(id >> positive) | (inc >> positive)", "0");
        // What follows the first way belongs to it only where it stands in it.
        assertDiffers("(double else inc) >> odd", "(double >> odd) else (inc >> odd)", "2");
        // Another way, or another try, starts from what the first was given, but not from what it has left behind.
        assertDiffers("one >> one", "one", "1");
        assertDiffers("retry(2, flaky)", "retry(2, retry(2, flaky))", "1");
        // Branches that write and read the same are refused, one after the other they are not, and there the order
        // counts.
        assertDiffers("two & counts", "adapt({\"two\":{\"$at\":\"\"}}) >> two", "1");
        assertDiffers("two >> counts", "counts >> two", "1");
        // Branches are not nested without a trace.
        assertDiffers("x: (inc & double) & y: odd", "inc & x: (double & y: odd)", "3");
        // A branch that fails takes the others with it; in a sequence what came before is undone just so.
        assertDiffers("x: inc & y: fail", "inc", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lasting >> fail", "x: lasting & y: (inc >> fail)", "forEach(lasting >> fail)"})
    void failIsNoZeroWhereSomethingLasts(String flow) {
        assertThat(see(Flow.parse("lasting >> fail"), Json.tree(1)).residual).isEqualTo(1);
        assertThat(see(Flow.parse("fail"), Json.tree(1)).residual).isZero();
        assertThat(see(Flow.parse("retry(3, lasting >> fail)"), Json.tree(1)).world)
                .as("what lasts is not done again")
                .containsEntry("lasting", 1);
        assertThat(see(Flow.parse(flow), Json.parse("1", "test")).value()).isNull();
    }
}
