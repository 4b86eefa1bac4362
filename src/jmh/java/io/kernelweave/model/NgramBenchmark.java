package io.kernelweave.model;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.Decoder;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.LogitSource;
import io.kernelweave.decode.SparseLogitSource;
import io.kernelweave.decode.TokenScores;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The n-gram model over o200k_base: one step, against computing the value of each of the 200,019 tokens; and a whole answer
 * under a mask from few candidates, against one from scores for the whole vocabulary, which has the same text.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NgramBenchmark {
    private static final DecodeSettings SETTINGS = new DecodeSettings(0.7, 40, 160, 1);

    private final TokenScores changed = new TokenScores();
    private JsonSchemaConstraint constraint;
    private NgramModel model;
    private LanguageModel.Session session;
    private String prompt;
    private float[] logits;
    private int[] history;

    @Setup
    public void setUp() {
        TokenVocabulary vocabulary = TokenVocabularies.o200kBase();
        SplittableRandom random = new SplittableRandom(1);
        List<NgramModel.Example> examples = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            StringBuilder log = new StringBuilder("find the errors in this log\n\n```log\n");
            StringBuilder answer = new StringBuilder("{\"errors\":[");
            for (int line = 0; line < 12; line++) {
                String words = "w" + random.nextInt(500) + " " + vocabulary.decode(new int[] {random.nextInt(190_000)});
                log.append("10:00:0")
                        .append(line % 10)
                        .append(" ERROR ")
                        .append(words)
                        .append('\n');
                answer.append(line == 0 ? "\"" : ",\"").append(words).append('"');
            }
            examples.add(new NgramModel.Example(log + "```", answer + "]}"));
        }
        model = NgramModel.train(examples, NgramModel.Settings.standard(), vocabulary);
        prompt = examples.get(17).prompt();
        session = model.open(prompt, 1);
        history = vocabulary.encode("{\"errors\":[\"w1");
        for (int token : history) {
            session.accept(token);
        }
        constraint = JsonSchemaConstraint.compile(Json.parse("""
                        {"type":"object","additionalProperties":false,"required":["errors"],"properties":{"errors":{
                         "type":"array","minItems":12,"maxItems":12,"items":{"type":"string","maxLength":60}}}}""", "benchmark"), vocabulary);
        logits = new float[vocabulary.size()];
    }

    @Benchmark
    public TokenScores step() {
        ((SparseLogitSource) session).changes(changed);
        return changed;
    }

    /** An answer from the candidates that the model names. */
    @Benchmark
    public Decoded answer() {
        try (LanguageModel.Session opened = model.open(prompt, 1)) {
            return Decoder.constrained(opened, constraint, SETTINGS);
        }
    }

    /** The plain way: the same answer from scores for the whole vocabulary at each step. */
    @Benchmark
    public Decoded baselineAnswerFromAllScores() {
        try (LanguageModel.Session opened = model.open(prompt, 1)) {
            LogitSource dense = new LogitSource() {
                @Override
                public void logits(float[] into) {
                    opened.logits(into);
                }

                @Override
                public void accept(int token) {
                    opened.accept(token);
                }
            };
            return Decoder.constrained(dense, constraint, SETTINGS);
        }
    }

    /** The plain way: for each token the longest context that it followed, one by one. */
    @Benchmark
    public float[] baselineEachToken() {
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) StrictMath.log(model.tables().probability(i, history, history.length));
        }
        return logits;
    }

    @Benchmark
    public LanguageModel.Session open() {
        return model.open(prompt, 1);
    }
}
