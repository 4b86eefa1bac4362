package io.kernelweave.trial;

import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.TokenMask;
import io.kernelweave.decode.TokenMatcher;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.decode.WrittenForm;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.schema.UnsatisfiableException;
import io.kernelweave.stats.LogHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Forces documents through the masks of their schema: each document is written in one form, cut into the canonical tokens of the
 * vocabulary, and each token is looked up in the mask and then accepted. At the end of the text the matcher is asked whether it may end.
 *
 * <p>Method and rule are those of MaskBench (guidance-ai/jsonschemabench), which does not look at the end of the text; here both are
 * recorded. Times are CPU times of the calling thread: compiling and the first mask; then each token together with the mask after it, the
 * last token of a text included. Parsing JSON and cutting text into tokens are not in them. A schema is compiled afresh for each trial, so
 * nothing is cached from one to the next. For use by one thread at a time.
 */
public final class SchemaTrial {
    private static final int BEFORE = 16;
    private static final int AFTER = 6;
    private static final int EXCERPT = 160;

    /** What compiles a schema; {@code JsonSchemaConstraint::compile}, as a rule. */
    @FunctionalInterface
    public interface Engine {
        /** @throws InputException for a schema that is refused */
        Constraint compile(JsonNode schema, TokenVocabulary vocabulary, WrittenForm form);
    }

    private final Engine engine;
    private final TokenVocabulary vocabulary;
    private final WrittenForm form;
    private final TokenMask mask;

    public SchemaTrial(Engine engine, TokenVocabulary vocabulary, WrittenForm form) {
        this.engine = engine;
        this.vocabulary = vocabulary;
        this.form = form;
        this.mask = new TokenMask(vocabulary.size());
    }

    /** Tries one case. Whatever the engine does, short of ending the process, is in the result. */
    public Trial run(SchemaCase subject) {
        return new Attempt(subject).run();
    }

    /** The same, and measures what the compiled schema holds in the end; this takes eight full garbage collections. */
    public Trial weigh(SchemaCase subject) {
        Attempt attempt = new Attempt(subject);
        Trial trial = attempt.run();
        boolean masked = trial.refusal() == null && trial.fault() == null && !trial.unsatisfiable();
        return masked ? trial.retaining(Meter.retainedBytes(attempt.held)) : trial;
    }

    /** The state of one trial, so that an engine that fails half-way leaves what was measured. */
    private final class Attempt {
        private final SchemaCase subject;
        private final LogHistogram betweenMasks = new LogHistogram();
        private final List<Trial.Failure> failures = new ArrayList<>();
        private final Set<Trial.Kind> seen = EnumSet.noneOf(Trial.Kind.class);
        private Trial.Errors errors = Trial.Errors.NONE;
        private long tokens;
        private long compileNs;
        private long firstMaskNs = -1;
        private long startedAt;
        private long allocatedBefore;
        private boolean unsatisfiable;
        private Object[] held = {};

        Attempt(SchemaCase subject) {
            this.subject = subject;
        }

        Trial run() {
            if (subject.problem() != null) {
                return ended(new Trial.Refusal("(not read)", "", subject.problem(), false), null);
            }
            allocatedBefore = Meter.allocatedBytes();
            try {
                JsonNode schema = schema();
                List<int[]> texts = new ArrayList<>();
                for (SchemaCase.Instance instance : subject.instances()) {
                    texts.add(vocabulary.encode(Spelling.of(instance.data(), form.whitespace())));
                }
                measure(schema, texts);
                return ended(null, null);
            } catch (InputException e) {
                return ended(Refusals.of(e, firstMaskNs >= 0), null);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                return ended(null, shorten(e.getClass().getSimpleName() + ": " + e.getMessage()));
            }
        }

        private JsonNode schema() {
            JsonNode schema = Json.parse(subject.schema(), "schema");
            if (schema instanceof ObjectNode object && subject.draft() != null && !object.has("$schema")) {
                object.put("$schema", subject.draft());
            }
            return schema;
        }

        private void measure(JsonNode schema, List<int[]> texts) {
            WrittenForm written = subject.formats() == null
                    ? form
                    : new WrittenForm(form.order(), form.whitespace(), form.escapes(), subject.formats());
            allocatedBefore = Meter.allocatedBytes();
            startedAt = Meter.cpuNanos();
            Constraint constraint;
            try {
                constraint = engine.compile(schema, vocabulary, written);
            } catch (UnsatisfiableException e) {
                compileNs = Meter.cpuNanos() - startedAt;
                nothingAllowed();
                return;
            }
            compileNs = Meter.cpuNanos() - startedAt;
            TokenMatcher matcher = constraint.matcher();
            matcher.fillMask(mask);
            firstMaskNs = Meter.cpuNanos() - startedAt;
            for (int i = 0; i < texts.size(); i++) {
                if (i > 0) {
                    matcher = constraint.matcher();
                    matcher.fillMask(mask);
                }
                judge(i, texts.get(i), force(matcher, texts.get(i)), matcher);
            }
            held = new Object[] {constraint, matcher};
        }

        /** It is proved that no document satisfies the schema: a verdict on each of them, and not a limit of the engine. */
        private void nothingAllowed() {
            unsatisfiable = true;
            for (int i = 0; i < subject.instances().size(); i++) {
                if (subject.instances().get(i).valid()) {
                    fail(Trial.Kind.REFUSED, i, "", "valid, but no document is allowed at all");
                }
            }
        }

        /** How many of the tokens were accepted. */
        private int force(TokenMatcher matcher, int[] text) {
            int at = 0;
            long before = Meter.cpuNanos();
            for (int token : text) {
                boolean allowed = mask.get(token);
                boolean accepted = matcher.accept(token);
                if (accepted) {
                    matcher.fillMask(mask);
                    long now = Meter.cpuNanos();
                    betweenMasks.add(now - before);
                    before = now;
                    tokens++;
                }
                if (allowed != accepted) {
                    throw new IllegalStateException("token " + token + " is "
                            + (allowed ? "in the mask but not accepted" : "accepted but not in the mask") + " after "
                            + at + " tokens");
                }
                if (!accepted) {
                    return at;
                }
                at++;
            }
            return at;
        }

        private void judge(int index, int[] text, int accepted, TokenMatcher matcher) {
            boolean valid = subject.instances().get(index).valid();
            boolean whole = accepted == text.length;
            boolean complete = whole && matcher.isComplete();
            if (valid && !whole) {
                fail(Trial.Kind.REFUSED, index, around(text, accepted), refused(text, accepted));
            } else if (valid && !complete) {
                fail(Trial.Kind.UNFINISHED, index, beginning(text), "valid, but the text may not end here");
            } else if (!valid && whole) {
                fail(
                        complete ? Trial.Kind.ADMITTED : Trial.Kind.OPEN,
                        index,
                        beginning(text),
                        complete
                                ? "invalid, but admitted to its end"
                                : "invalid; all tokens are allowed, the end is not");
            }
        }

        private void fail(Trial.Kind kind, int index, String excerpt, String reason) {
            errors = errors.and(kind);
            if (seen.add(kind)) {
                String description = subject.instances().get(index).description();
                failures.add(new Trial.Failure(
                        kind, index, excerpt, description.isEmpty() ? reason : shorten(description) + ": " + reason));
            }
        }

        private String refused(int[] text, int at) {
            int bytes = 0;
            for (int i = 0; i < at; i++) {
                bytes += vocabulary.bytes(text[i]).length;
            }
            return "valid, but token " + (at + 1) + " of " + text.length + ", at byte " + bytes + ", is not allowed";
        }

        private String around(int[] text, int at) {
            int from = Math.max(0, at - BEFORE);
            int to = Math.min(text.length, at + 1 + AFTER);
            return (from > 0 ? "…" : "")
                    + vocabulary.decode(Arrays.copyOfRange(text, from, at))
                    + "⟨" + vocabulary.decode(new int[] {text[at]}) + "⟩"
                    + vocabulary.decode(Arrays.copyOfRange(text, at + 1, to))
                    + (to < text.length ? "…" : "");
        }

        private String beginning(int[] text) {
            return shorten(vocabulary.decode(Arrays.copyOf(text, Math.min(text.length, EXCERPT))));
        }

        private Trial ended(Trial.@Nullable Refusal refusal, @Nullable String fault) {
            if (firstMaskNs < 0 && startedAt > 0 && compileNs == 0) {
                compileNs = Meter.cpuNanos() - startedAt;
            }
            boolean judged = refusal == null && fault == null;
            int valid = (int) subject.instances().stream()
                    .filter(SchemaCase.Instance::valid)
                    .count();
            return new Trial(
                    refusal,
                    fault,
                    valid,
                    subject.instances().size() - valid,
                    unsatisfiable,
                    judged ? errors : Trial.Errors.NONE,
                    judged ? failures : List.of(),
                    tokens,
                    compileNs,
                    firstMaskNs,
                    betweenMasks,
                    subject.problem() != null ? 0 : Meter.allocatedBytes() - allocatedBefore,
                    -1,
                    Meter.heapPeakBytes());
        }
    }

    private static String shorten(String text) {
        if (text.length() <= EXCERPT) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(EXCERPT - 2)) ? EXCERPT - 2 : EXCERPT - 1;
        return text.substring(0, end) + "…";
    }
}
