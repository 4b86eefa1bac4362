package io.kernelweave.decode;

import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
    private byte[] prefix;
    private JsonSchemaConstraint cached;
    private JsonSchemaConstraint uncached;
    private TokenMatcher matcher;
    private TokenMatcher fresh;
    private MaskBuilder builder;
    private Cursor cursor;
    private TokenMask mask;
    private int token;

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
        prefix = text.getBytes(StandardCharsets.UTF_8);
        schema = Json.parse(SCHEMA, "benchmark");
        cached = JsonSchemaConstraint.compile(schema, vocabulary);
        uncached = JsonSchemaConstraint.compile(schema, vocabulary, WrittenForm.COMPACT, 0);
        matcher = cached.matcher();
        matcher.accept(prefix);
        fresh = uncached.matcher();
        fresh.accept(prefix);
        builder = new MaskBuilder(VocabularyIndex.of(vocabulary), true);
        cursor = uncached.cursor();
        for (byte b : prefix) {
            cursor.step(b & 0xFF);
        }
        mask = new TokenMask(vocabulary.size());
        matcher.fillMask(mask);
        token = Long.numberOfTrailingZeros(Arrays.stream(mask.words())
                        .filter(word -> word != 0)
                        .findFirst()
                        .orElseThrow())
                + 64
                        * IntStream.range(0, mask.words().length)
                                .filter(i -> mask.words()[i] != 0)
                                .findFirst()
                                .orElseThrow();
    }

    /** The plain way: every mask by a walk of the whole trie. */
    @Benchmark
    public TokenMask baselineFullWalk() {
        builder.byFullWalk(cursor).fill(mask);
        return mask;
    }

    /** A mask that is not kept, in an automaton that was walked before. */
    @Benchmark
    public TokenMask unkeptMask() {
        fresh.fillMask(mask);
        return mask;
    }

    /** A mask as a decoder gets it after the first time; with {@code -prof gc} it allocates nothing. */
    @Benchmark
    public TokenMask repeatedMask() {
        matcher.fillMask(mask);
        return mask;
    }

    /** A token, the mask after it, and back again. */
    @Benchmark
    public TokenMask acceptAndRollBack() {
        matcher.accept(token);
        matcher.fillMask(mask);
        matcher.rollback(1);
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

    /** From the schema to the mask at the place, with everything on the way that was not there before. */
    @Benchmark
    public TokenMask firstMaskAtPlace() {
        TokenMatcher made = JsonSchemaConstraint.compile(schema, TokenVocabularies.o200kBase())
                .matcher();
        made.accept(prefix);
        made.fillMask(mask);
        return mask;
    }
}
