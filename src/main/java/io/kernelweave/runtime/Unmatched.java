package io.kernelweave.runtime;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What no kernel answered, in families: prompts whose right answers have the same form and that are alike in what they ask (mean
 * cosine of sentence vectors). How alike prompts are to a family that they have nothing to do with is seen in the stream itself: in prompts
 * whose answers have another form. A family is joined by what is more alike to it than {@value #UNLIKE} of these; families that turn out
 * to be as much alike become one.
 */
final class Unmatched {
    /** The share of prompts of other forms that are less alike to a family than what joins it. */
    private static final double UNLIKE = 0.9;

    /** Alikeness that is asked for until enough of these were seen. */
    private static final double AT_FIRST = 0.5;

    private static final int ENOUGH_PAIRS = 50;
    private static final int ENOUGH_MEMBERS = 3;
    private static final int BINS = 200;

    /** What an answer looks like that is no JSON object. */
    static final String TEXT = "text";

    private final List<Family> families = new ArrayList<>();
    private final long[] unlike = new long[BINS];
    private long pairs;
    private int made;

    /** @param form see {@link #form} */
    record Member(String taskId, Example example, String form, float[] vector) {}

    /** What the loop knows of one family. */
    static final class Family {
        private final String form;
        private final List<Member> solved = new ArrayList<>();
        private final List<Member> failed = new ArrayList<>();
        private final double[] sum;

        /** How many were solved when a kernel was last made of it; 0 for never. */
        int compiledAt;

        private @Nullable String kernelId;

        private Family(Member first) {
            this.form = first.form;
            this.sum = new double[first.vector.length];
        }

        /** The id of its kernel; null before the first was made. */
        @Nullable
        String kernelId() {
            return kernelId;
        }

        String form() {
            return form;
        }

        List<Member> solved() {
            return solved;
        }

        List<Member> failed() {
            return failed;
        }

        /** In how many ways it was asked. */
        int asks() {
            return (int) solved.stream()
                    .map(member -> member.example.task())
                    .distinct()
                    .count();
        }

        private double alike(float[] vector) {
            double dot = 0;
            for (int i = 0; i < sum.length; i++) {
                dot += sum[i] * vector[i];
            }
            return dot / solved.size();
        }

        private double alike(Family other) {
            double dot = 0;
            for (int i = 0; i < sum.length; i++) {
                dot += sum[i] * other.sum[i];
            }
            return dot / solved.size() / other.solved.size();
        }

        private void join(Member member) {
            solved.add(member);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += member.vector[i];
            }
        }
    }

    /** The fields of a JSON object, in the order of names; {@value #TEXT} for anything else. */
    static String form(String answer) {
        try {
            JsonNode json = Json.parse(answer, "answer");
            return json.isObject() ? String.join(",", new TreeSet<>(json.propertyNames())) : TEXT;
        } catch (InputException e) {
            return TEXT;
        }
    }

    List<Family> families() {
        return families;
    }

    /**
     * Takes in a task with what somebody outside said of its answer. A failure joins the family that it would belong to, for the compiler
     * to learn from; what nobody could tell of joins none.
     *
     * @return the family that it is in now
     */
    Optional<Family> add(Member member) {
        compare(member);
        Outcome outcome = member.example.outcome();
        if (outcome == Outcome.UNKNOWN || outcome == Outcome.PASS && member.form.equals(TEXT)) {
            return Optional.empty();
        }
        Family best = null;
        double alike = bar();
        for (Family family : families) {
            if (member.form.equals(family.form) || outcome == Outcome.FAIL) {
                double own = family.alike(member.vector);
                if (own >= alike) {
                    best = family;
                    alike = own;
                }
            }
        }
        if (outcome == Outcome.FAIL) {
            if (best != null) {
                best.failed.add(member);
            }
            return Optional.ofNullable(best);
        }
        if (best == null) {
            best = new Family(member);
            families.add(best);
        }
        best.join(member);
        return Optional.of(best);
    }

    /** Makes one of families that are alike by now; the older one stays. */
    void merge() {
        for (int i = 0; i < families.size(); i++) {
            Family older = families.get(i);
            for (int j = families.size() - 1; j > i; j--) {
                Family younger = families.get(j);
                if (older.form.equals(younger.form) && younger.compiledAt == 0 && older.alike(younger) >= bar()) {
                    younger.solved.forEach(older::join);
                    older.failed.addAll(younger.failed);
                    families.remove(j);
                }
            }
        }
    }

    /** Gives a family's kernel its id, once. */
    String name(Family family) {
        String id = family.kernelId;
        if (id == null) {
            id = String.format(Locale.ROOT, "learned-%03d", ++made);
            family.kernelId = id;
        }
        return id;
    }

    /** The family of a kernel. */
    @Nullable
    Family of(String kernelId) {
        return families.stream()
                .filter(family -> kernelId.equals(family.kernelId))
                .findFirst()
                .orElse(null);
    }

    private void compare(Member member) {
        for (Family family : families) {
            if (!family.form.equals(member.form) && family.solved.size() >= ENOUGH_MEMBERS) {
                double alike = family.alike(member.vector);
                unlike[(int) Math.max(0, Math.min(BINS - 1, Math.floor((alike + 1) / 2 * BINS)))]++;
                pairs++;
            }
        }
    }

    /** How alike a prompt must be to a family. */
    double bar() {
        if (pairs < ENOUGH_PAIRS) {
            return AT_FIRST;
        }
        long below = 0;
        for (int bin = 0; bin < BINS; bin++) {
            below += unlike[bin];
            if (below >= UNLIKE * pairs) {
                return (bin + 1.0) / BINS * 2 - 1;
            }
        }
        return 1;
    }
}
