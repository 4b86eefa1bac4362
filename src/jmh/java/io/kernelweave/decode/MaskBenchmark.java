package io.kernelweave.decode;

import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.JsonNode;

/**
 * Filling a mask of o200k_base (200,019 tokens) at places of a document, against the plain way: a walk of the whole trie.
 *
 * <p>{@code literal} is inside a key, {@code number} an integer, {@code string} text of at most 80 characters, {@code pattern}
 * a narrow pattern, {@code wide} a pattern that allows most characters.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MaskBenchmark {
    private static final String SCHEMA = """
            {"type":"object","additionalProperties":false,"required":["severity","text","count","at","line"],"properties":{
             "severity":{"enum":["low","medium","high"]},
             "text":{"type":"string","maxLength":80},
             "count":{"type":"integer","minimum":0,"maximum":250},
             "at":{"type":"string","pattern":"^[0-9]{2}:[0-9]{2}:[0-9]{2}$"},
             "line":{"type":"string","pattern":"^.{1,60}$"}}}""";

    @Param({"literal", "number", "string", "pattern", "wide"})
    public String place;

    private JsonNode schema;
    private VocabularyIndex index;
    private io.kernelweave.decode.State state;
    private TokenMatcher matcher;
    private TokenMask mask;

    @Setup
    public void setUp() {
        TokenVocabulary vocabulary = TokenVocabularies.o200kBase();
        String text = switch (place) {
            case "literal" -> "{\"sev";
            case "number" -> "{\"severity\":\"low\",\"text\":\"\",\"count\":";
            case "string" -> "{\"severity\":\"low\",\"text\":\"some words";
            case "pattern" -> "{\"severity\":\"low\",\"text\":\"\",\"count\":1,\"at\":\"12:3";
            default -> "{\"severity\":\"low\",\"text\":\"\",\"count\":1,\"at\":\"12:34:56\",\"line\":\"some words";
        };
        byte[] prefix = text.getBytes(StandardCharsets.UTF_8);
        schema = Json.parse(SCHEMA, "benchmark");
        JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(schema, vocabulary);
        index = VocabularyIndex.of(vocabulary);
        state = Objects.requireNonNull(constraint.after(prefix));
        matcher = constraint.matcher();
        matcher.accept(prefix);
        mask = new TokenMask(vocabulary.size());
    }

    /** The plain way: every mask by a walk of the whole trie. */
    @Benchmark
    public TokenMask baselineFullWalk() {
        MaskBuilder.byFullWalk(index, state).fill(mask);
        return mask;
    }

    /** A mask that is not in the cache. */
    @Benchmark
    public TokenMask firstMask() {
        MaskBuilder.allowed(index, state).fill(mask);
        return mask;
    }

    /** A mask as a decoder gets it after the first time. */
    @Benchmark
    public TokenMask repeatedMask() {
        matcher.fillMask(mask);
        return mask;
    }

    /** From the schema to the mask at the beginning; the vocabulary is ready. The place makes no difference. */
    @Benchmark
    public TokenMask firstMaskAfterCompile() {
        JsonSchemaConstraint.compile(schema, TokenVocabularies.o200kBase())
                .matcher()
                .fillMask(mask);
        return mask;
    }
}
