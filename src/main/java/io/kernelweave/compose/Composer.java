package io.kernelweave.compose;

import io.kernelweave.compose.Composed.Joint;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.schema.Comparer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Composes the contracts of kernels along a flow: proves or refutes that what each part gives is what the next takes, and
 * refuses branches that would get in each other's way. Kernels are read when they are first named, and each pair of them is compared once.
 * Thread-safe.
 */
public final class Composer {
    /** More possibilities at one place are told as one. */
    private static final int MAX_ALTERNATIVES = 16;

    private static final Demand LIST = new Demand("forEach", Shape.type("array").schema(), List.of());

    private final Map<String, Kernel> kernels = new HashMap<>();
    private final Takers takers = new Takers(kernels);
    private final Comparer comparer = new Comparer();
    private final Map<Pair, Fit> fits = new ConcurrentHashMap<>();

    private record Pair(String one, String then) {}

    private Composer(Collection<Kernel> all) {
        for (Kernel kernel : all) {
            if (kernels.put(kernel.kernelId(), kernel) != null) {
                throw InputException.at("kernels", kernel.kernelId() + " comes twice", "give each once");
            }
        }
    }

    public static Composer of(Collection<Kernel> kernels) {
        return new Composer(kernels);
    }

    /**
     * Whether each answer of one kernel is what the other takes.
     *
     * @throws InputException if there is no such kernel
     */
    public Fit fit(String one, String then) {
        return fits.computeIfAbsent(
                new Pair(one, then),
                pair -> takers.signature(one)
                        .known()
                        .fits(takers.signature(then).demand(), comparer));
    }

    /**
     * A flow's contract.
     *
     * @throws InputException if it names a kernel that is not there
     */
    public Composed check(Flow flow) {
        Walk walk = new Walk();
        Walked walked = walk.walk(flow, List.of(Known.ANYTHING), false);
        List<Shape> outputs = walked.out.stream()
                .map(known -> Shape.of(known.schema()).orElse(Shape.ANY))
                .toList();
        JsonNode output = walked.out.size() == 1
                ? walked.out.get(0).schema()
                : Shape.any(outputs).schema();
        return new Composed(
                flow,
                walked.flow,
                entry(flow).schema(),
                output,
                walk.effects(flow),
                walk.joints,
                walk.refusals,
                takers);
    }

    /**
     * A flow that goes on with a kernel, which is given what the flow gives: as it is, or as the source of a request. What is proved to
     * fit comes first; if neither is, a guard decides when it runs. Empty if neither ever fits.
     *
     * @throws InputException if it names a kernel that is not there
     */
    public Optional<Flow> then(Flow flow, String request, String kernelId) {
        Flow call = new Flow.Call(kernelId);
        Flow adapted = new Flow.Seq(flow, Flow.Adapt.asking(request));
        List<Composed> fitting = Stream.of(new Flow.Seq(flow, call), new Flow.Seq(adapted, call))
                .map(this::check)
                .filter(Composed::isAccepted)
                .toList();
        if (!fitting.isEmpty()) {
            return fitting.stream()
                    .filter(Composed::isProven)
                    .findFirst()
                    .or(() -> fitting.stream().findFirst())
                    .map(Composed::flow);
        }
        Flow guarded = new Flow.Seq(adapted, Flow.Guard.of(kernelId));
        boolean ever = new Walk()
                .walk(guarded, List.of(Known.ANYTHING), false).out.stream()
                        .anyMatch(known -> !known.isNothing(comparer));
        return ever ? Optional.of(new Flow.Seq(guarded, call)) : Optional.empty();
    }

    /** @param out what may be known of what it gives, one way or another; empty if it gives nothing */
    private record Walked(Flow flow, List<Known> out) {}

    /** One way through a flow. */
    private final class Walk {
        private final List<Joint> joints = new ArrayList<>();
        private final List<String> refusals = new ArrayList<>();

        /** @param taken whether it is known already that the flow takes the value */
        Walked walk(Flow flow, List<Known> in, boolean taken) {
            if (flow instanceof Flow.Call call) {
                Signature signature = takers.signature(call.kernelId());
                Fit fit = joint(flow, in, taken);
                Flow guarded = fit instanceof Fit.Unknown ? new Flow.Seq(Flow.Guard.of(call.kernelId()), call) : call;
                return new Walked(guarded, in.isEmpty() ? List.of() : List.of(signature.known()));
            }
            if (flow instanceof Flow.Guard guard) {
                Demand demand = takers.demand(guard);
                return new Walked(
                        flow, in.stream().map(known -> known.guarded(demand)).toList());
            }
            if (flow instanceof Flow.Adapt adapt) {
                joint(flow, in, taken);
                return new Walked(
                        flow,
                        in.stream()
                                .map(known -> known.adapted(adapt.template()))
                                .toList());
            }
            if (flow instanceof Flow.Fail) {
                return new Walked(flow, List.of());
            }
            if (flow instanceof Flow.Seq seq) {
                Walked first = walk(seq.first(), in, taken);
                Walked then = walk(seq.then(), first.out, taken && Takers.isPure(seq.first()));
                boolean guarded = then.flow instanceof Flow.Seq && !(seq.then() instanceof Flow.Seq);
                Flow joined = guarded && then.flow instanceof Flow.Seq inner
                        ? new Flow.Seq(new Flow.Seq(first.flow, inner.first()), inner.then())
                        : new Flow.Seq(first.flow, then.flow);
                return new Walked(joined, then.out);
            }
            if (flow instanceof Flow.Choice choice) {
                joint(flow, in, taken);
                Walked one = walk(choice.one(), in, true);
                Walked other = walk(choice.other(), in, true);
                return new Walked(new Flow.Choice(one.flow, other.flow), union(one.out, other.out));
            }
            if (flow instanceof Flow.OrElse orElse) {
                joint(flow, in, taken);
                Walked one = walk(orElse.one(), in, true);
                Walked other = walk(orElse.other(), in, true);
                return new Walked(new Flow.OrElse(one.flow, other.flow), union(one.out, other.out));
            }
            if (flow instanceof Flow.Par par) {
                return walk(par, in, taken);
            }
            if (flow instanceof Flow.ForEach forEach) {
                if (!taken && !isOpen(in)) {
                    record(in, "forEach", fit(in, LIST));
                }
                Walked each = walk(
                        forEach.each(),
                        in.stream()
                                .map(known -> known.isAnything() ? known : known.element())
                                .toList(),
                        taken);
                if (in.isEmpty()) {
                    return new Walked(new Flow.ForEach(each.flow), List.of());
                }
                return new Walked(new Flow.ForEach(each.flow), List.of(Known.listed(in, each.out)));
            }
            if (flow instanceof Flow.Retry retry) {
                Walked inner = walk(retry.flow(), in, taken);
                return new Walked(new Flow.Retry(retry.times(), inner.flow), inner.out);
            }
            return new Walked(flow, in);
        }

        private Walked walk(Flow.Par par, List<Known> in, boolean taken) {
            List<Flow.Branch> branches = new ArrayList<>();
            List<String> names = par.branches().stream().map(Flow.Branch::name).toList();
            List<List<Known>> products = List.of(List.of());
            for (int i = 0; i < par.branches().size(); i++) {
                Flow.Branch branch = par.branches().get(i);
                for (Flow.Branch before : par.branches().subList(0, i)) {
                    Optional<Effects.Conflict> conflict = effects(before.flow()).conflict(effects(branch.flow()));
                    conflict.ifPresent(both -> refusals.add("\"" + before.name() + "\" " + both.one() + " and \""
                            + branch.name() + "\" " + both.other() + " at the same time: put one after the other"));
                }
                Walked walked = walk(branch.flow(), in, taken);
                branches.add(new Flow.Branch(branch.name(), walked.flow));
                List<List<Known>> longer = new ArrayList<>();
                for (List<Known> product : products) {
                    for (Known known : walked.out) {
                        List<Known> next = new ArrayList<>(product);
                        next.add(known);
                        longer.add(next);
                    }
                }
                products = longer.size() <= MAX_ALTERNATIVES || walked.out.size() < 2
                        ? longer
                        : products.stream()
                                .map(product -> {
                                    List<Known> next = new ArrayList<>(product);
                                    next.add(merged(walked.out));
                                    return next;
                                })
                                .toList();
            }
            return new Walked(
                    new Flow.Par(branches),
                    products.stream().map(parts -> Known.joined(names, parts)).toList());
        }

        private @Nullable Fit joint(Flow to, List<Known> in, boolean taken) {
            return taken || isOpen(in)
                    ? null
                    : record(
                            in,
                            to.toString(),
                            in.stream().map(known -> head(to, known)).reduce(new Fit.Proven(), Fit::and));
        }

        private Fit record(List<Known> in, String to, Fit fit) {
            String from = in.stream()
                    .map(Known::origin)
                    .distinct()
                    .reduce((a, b) -> a + " | " + b)
                    .orElse("");
            from = from.isEmpty() ? "input" : from;
            joints.add(new Joint(from, to, fit));
            if (fit instanceof Fit.Refuted refuted) {
                refusals.add(from + " may give what " + to + " does not take: " + refuted.reason());
            }
            return fit;
        }

        private Fit fit(List<Known> in, Demand demand) {
            return in.stream().map(known -> known.fits(demand, comparer)).reduce(new Fit.Proven(), Fit::and);
        }

        /** Nothing goes in, or what the whole flow is given, which is looked at when it is given. */
        private boolean isOpen(List<Known> in) {
            return in.isEmpty() || in.stream().allMatch(Known::isAnything);
        }

        Effects effects(Flow flow) {
            return flow instanceof Flow.Call call
                    ? takers.signature(call.kernelId()).effects()
                    : Effects.union(flow.parts().stream().map(this::effects).toList());
        }
    }

    /** Whether a flow takes whatever is known: what {@link Takers#glance} says of values, of all of them at once. */
    private Fit head(Flow flow, Known known) {
        if (flow instanceof Flow.Call call) {
            return kernels.containsKey(known.origin())
                            && takers.signature(known.origin()).known() == known
                    ? fit(known.origin(), call.kernelId())
                    : known.fits(takers.signature(call.kernelId()).demand(), comparer);
        }
        if (flow instanceof Flow.Guard guard) {
            return known.fits(takers.demand(guard), comparer);
        }
        if (flow instanceof Flow.Adapt adapt) {
            return known.fits(new Demand("adapt", adapt.template().entry().schema(), List.of()), comparer);
        }
        if (flow instanceof Flow.Seq seq) {
            Fit first = head(seq.first(), known);
            Known after = through(seq.first(), known);
            return after == null ? first : first.and(head(seq.then(), after));
        }
        if (flow instanceof Flow.Choice choice) {
            return either(choice, choice.one(), choice.other(), known);
        }
        if (flow instanceof Flow.OrElse orElse) {
            return either(orElse, orElse.one(), orElse.other(), known);
        }
        if (flow instanceof Flow.Par par) {
            return par.branches().stream()
                    .map(branch -> head(branch.flow(), known))
                    .reduce(new Fit.Proven(), Fit::and);
        }
        if (flow instanceof Flow.ForEach forEach) {
            return known.fits(LIST, comparer).and(head(forEach.each(), known.element()));
        }
        if (flow instanceof Flow.Fail) {
            return known.samples().isEmpty()
                    ? new Fit.Unknown("it always fails")
                    : new Fit.Refuted(known.samples().get(0), "it always fails");
        }
        return flow instanceof Flow.Retry retry ? head(retry.flow(), known) : new Fit.Proven();
    }

    private Fit either(Flow whole, Flow one, Flow other, Known known) {
        Fit first = head(one, known);
        Fit second = head(other, known);
        if (first instanceof Fit.Proven || second instanceof Fit.Proven) {
            return new Fit.Proven();
        }
        for (Fit fit : List.of(first, second)) {
            if (fit instanceof Fit.Refuted refuted) {
                String refusal = takers.glance(whole, refuted.witness()).refusal();
                if (refusal != null) {
                    return new Fit.Refuted(refuted.witness(), refusal);
                }
            }
        }
        return new Fit.Unknown("which of them takes it is decided when it runs");
    }

    /** What is known behind a flow that asks no kernel; null behind another. */
    private @Nullable Known through(Flow flow, Known known) {
        if (flow instanceof Flow.Guard guard) {
            return known.guarded(takers.demand(guard));
        }
        if (flow instanceof Flow.Adapt adapt) {
            return known.adapted(adapt.template());
        }
        if (flow instanceof Flow.Seq seq) {
            Known first = through(seq.first(), known);
            return first == null ? null : through(seq.then(), first);
        }
        return flow instanceof Flow.Id ? known : null;
    }

    private static List<Known> union(List<Known> one, List<Known> other) {
        List<Known> union = new ArrayList<>(one);
        other.stream().filter(known -> !union.contains(known)).forEach(union::add);
        return union.size() <= MAX_ALTERNATIVES ? List.copyOf(union) : List.of(merged(union));
    }

    private static Known merged(List<Known> all) {
        List<JsonNode> samples = new ArrayList<>();
        all.forEach(known -> samples.addAll(known.samples()));
        return new Known(
                all.stream()
                        .map(Known::origin)
                        .distinct()
                        .reduce((a, b) -> a + " | " + b)
                        .orElse(""),
                Shape.any(all.stream()
                                .map(known -> Shape.of(known.schema()).orElse(Shape.ANY))
                                .toList())
                        .schema(),
                List.of(),
                samples,
                value -> all.stream()
                        .flatMap(known -> known.realisation().of(value).stream())
                        .findFirst(),
                "it comes about in more ways than are told apart");
    }

    /** What a flow may take. */
    private Shape entry(Flow flow) {
        if (flow instanceof Flow.Call call) {
            return Shape.of(takers.signature(call.kernelId()).kernel().inputSchema())
                    .orElse(Shape.ANY);
        }
        if (flow instanceof Flow.Guard guard) {
            return takers.demand(guard).shape();
        }
        if (flow instanceof Flow.Adapt adapt) {
            return adapt.template().entry();
        }
        if (flow instanceof Flow.Seq seq) {
            boolean same = through(seq.first(), Known.ANYTHING) != null && keeps(seq.first());
            return same ? Shape.all(entry(seq.first()), entry(seq.then())) : entry(seq.first());
        }
        if (flow instanceof Flow.Choice choice) {
            return Shape.any(entry(choice.one()), entry(choice.other()));
        }
        if (flow instanceof Flow.OrElse orElse) {
            return Shape.any(entry(orElse.one()), entry(orElse.other()));
        }
        if (flow instanceof Flow.Par par) {
            return Shape.all(
                    par.branches().stream().map(branch -> entry(branch.flow())).toList());
        }
        if (flow instanceof Flow.ForEach forEach) {
            return entry(forEach.each()).each(0);
        }
        return flow instanceof Flow.Fail
                ? Shape.NONE
                : flow instanceof Flow.Retry retry ? entry(retry.flow()) : Shape.ANY;
    }

    /** Does it give the value that it is given? */
    private static boolean keeps(Flow flow) {
        return flow instanceof Flow.Id
                || flow instanceof Flow.Guard
                || flow instanceof Flow.Seq seq && keeps(seq.first()) && keeps(seq.then());
    }
}
