package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A constraint whose texts are what an automaton of {@link Zone}s reads. Masks, forced tokens and completions are found here,
 * whatever the zones are. Safe for use by many threads, whose matchers share what was made.
 */
abstract class ZoneConstraint implements Constraint {
    /** About how much memory the masks of one constraint take at most. */
    static final long MASK_BYTES = 2L << 20;

    private static final int[] NONE = {};

    private final TokenVocabulary vocabulary;
    private final VocabularyIndex index;
    private final Zone start;
    private final MaskBuilder builder;
    private final long maskBytes;
    private long kept;
    private int generation = 1;

    /**
     * @param canonical whether strings of JSON have no escape without need
     * @param maskBytes about how much memory masks may take; 0 keeps none
     */
    ZoneConstraint(Zone start, TokenVocabulary vocabulary, boolean canonical, long maskBytes) {
        this.start = start;
        this.vocabulary = vocabulary;
        this.index = VocabularyIndex.of(vocabulary);
        this.builder = new MaskBuilder(index, canonical);
        this.maskBytes = maskBytes;
    }

    @Override
    public final TokenMatcher matcher() {
        return new Matcher(cursor());
    }

    /** Where a new text begins. */
    Zone start() {
        return start;
    }

    @Override
    public final TokenVocabulary vocabulary() {
        return vocabulary;
    }

    /** A place at the beginning of a text. */
    final Cursor cursor() {
        return new Cursor(start());
    }

    /** Called before each mask and each move that may take work. */
    void refuel() {}

    /** A refusal that came late, with the place of what is refused. */
    InputException placed(InputException refusal) {
        return refusal;
    }

    private AllowedTokens allowed(Cursor cursor) {
        if (cursor.marks != null) {
            refuel();
            return builder.allowed(cursor); // it depends on values that are being written
        }
        AllowedTokens known = cursor.zone.mask(cursor.at, generation);
        if (known == null) {
            refuel();
            known = builder.allowed(cursor);
            int weight = known.weight();
            if (kept + weight > maskBytes) {
                generation++; // all others are forgotten
                kept = 0;
            }
            if (weight <= maskBytes) {
                cursor.zone.keep(cursor.at, known, generation);
                kept += weight;
            }
        }
        return known;
    }

    /** The bytes that follow without a choice. */
    private Bytes forced(Cursor cursor) {
        Bytes out = new Bytes();
        if (cursor.zone.isComplete(cursor.at) || only(cursor) < 0) {
            return out;
        }
        Cursor ahead = new Cursor(cursor);
        while (!ahead.zone.isComplete(ahead.at)) {
            int only = only(ahead);
            if (only < 0) {
                break;
            }
            out.add(only);
            ahead.step(only);
        }
        return out;
    }

    /** The only byte that may follow, or a negative number. */
    private int only(Cursor cursor) {
        if (cursor.marks != null) {
            return probe(cursor); // it depends on values that are being written
        }
        int only = cursor.zone.only(cursor.at);
        if (only == Zone.UNKNOWN) {
            only = probe(cursor);
            cursor.zone.keepOnly(cursor.at, only);
        }
        return only;
    }

    private int probe(Cursor probe) {
        refuel();
        int only = -1;
        for (int b = 0; b < 256 && only >= -1; b++) {
            Zone zone = probe.zone;
            long at = probe.at;
            int mark = probe.mark;
            Cursor.Marks marks = probe.marks;
            int length = probe.length;
            if (probe.step(b)) {
                only = only >= 0 ? -2 : b;
            }
            probe.restore(zone, at, mark, marks, length);
        }
        return only;
    }

    private int[] forcedTokens(Cursor cursor) {
        byte[] forced = forced(cursor).toArray();
        if (forced.length == 0) {
            return NONE;
        }
        int[] tokens = vocabulary.encode(wholeCharacters(forced));
        Cursor ahead = new Cursor(cursor);
        int bytesBefore = 0;
        for (int i = 0; i < tokens.length; i++) {
            byte[] bytes = vocabulary.bytes(tokens[i]);
            for (byte b : bytes) {
                if (!ahead.step(b & 0xFF)) {
                    return NONE; // the run begins inside a character, so it is no text of its own
                }
            }
            if (i == tokens.length - 1 && builder.goesOn(index.all.find(bytes), ahead)) {
                return Arrays.copyOf(tokens, i);
            }
            bytesBefore += bytes.length;
        }
        return bytesBefore == 0 ? NONE : tokens;
    }

    /** The longest prefix that does not end inside a character. */
    private static String wholeCharacters(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer out = CharBuffer.allocate(bytes.length);
        decoder.decode(ByteBuffer.wrap(bytes), out, false);
        return out.flip().toString();
    }

    private byte[] completion(Cursor cursor) {
        Cursor ahead = new Cursor(cursor);
        while (!ahead.zone.isComplete(ahead.at)) {
            finish(ahead);
        }
        return Arrays.copyOfRange(ahead.text, cursor.length, ahead.length);
    }

    private void finish(Cursor ahead) {
        refuel();
        ahead.zone.finish(ahead.at, new Completion(ahead, this::refuel));
        if (ahead.zone.isOver(ahead.at) && !ahead.zone.leave(ahead, -1)) {
            throw new IllegalStateException("a value that is over leads on");
        }
    }

    private int completionLength(Cursor cursor) {
        Cursor ahead = cursor;
        Zone zone = cursor.zone;
        long at = cursor.at;
        int mark = cursor.mark;
        Cursor.Marks marks = cursor.marks;
        int length = cursor.length;
        int rest = 0;
        while (!ahead.zone.isComplete(ahead.at)) {
            if (ahead.marks == null
                    && ahead.at == ahead.zone.begin()
                    && ahead.zone.startsAt(ahead.mark, ahead.length)
                    && ahead.zone.completion >= 0) {
                rest = ahead.zone.completion;
                break;
            }
            finish(ahead);
        }
        int total = ahead.length - length + rest;
        cursor.restore(zone, at, mark, marks, length);
        if (marks == null && at == zone.begin() && zone.startsAt(mark, length)) {
            zone.completion = total;
        }
        return total;
    }

    private final class Matcher implements TokenMatcher {
        private final Cursor cursor;
        private Past[] past = new Past[32];
        private int steps;

        private static final class Past {
            @Nullable
            Zone zone;

            long at;
            int mark;
            Cursor.@Nullable Marks marks;
            int length;
        }

        Matcher(Cursor cursor) {
            this.cursor = cursor;
        }

        @Override
        public AllowedTokens allowed() {
            synchronized (builder) {
                try {
                    return ZoneConstraint.this.allowed(cursor);
                } catch (InputException e) {
                    throw placed(e);
                }
            }
        }

        @Override
        public boolean accept(int token) {
            return token >= 0 && token < index.size && !vocabulary.isSpecial(token) && accept(vocabulary.bytes(token));
        }

        @Override
        public boolean accept(byte[] bytes) {
            synchronized (builder) {
                refuel();
                Past before = next();
                try {
                    for (byte b : bytes) {
                        if (!cursor.step(b & 0xFF)) {
                            restore(before);
                            return false;
                        }
                    }
                } catch (InputException e) {
                    restore(before);
                    throw placed(e);
                }
                steps++;
                return true;
            }
        }

        /** Keeps the place for {@link #rollback}. */
        private Past next() {
            if (steps == past.length) {
                past = Arrays.copyOf(past, 2 * steps);
            }
            Past before = past[steps];
            if (before == null) {
                before = new Past();
                past[steps] = before;
            }
            before.zone = cursor.zone;
            before.at = cursor.at;
            before.mark = cursor.mark;
            before.marks = cursor.marks;
            before.length = cursor.length;
            return before;
        }

        private void restore(Past before) {
            if (before.zone != null) {
                cursor.restore(before.zone, before.at, before.mark, before.marks, before.length);
            }
        }

        @Override
        public void rollback(int tokens) {
            if (tokens < 0 || tokens > steps) {
                throw new IllegalArgumentException("cannot take back " + tokens + " of " + steps);
            }
            if (tokens > 0) {
                steps -= tokens;
                restore(past[steps]);
            }
        }

        @Override
        public boolean isComplete() {
            return cursor.zone.isComplete(cursor.at);
        }

        @Override
        public int[] forcedTokens() {
            synchronized (builder) {
                return ZoneConstraint.this.forcedTokens(cursor);
            }
        }

        @Override
        public byte[] shortestCompletion() {
            synchronized (builder) {
                return completion(cursor);
            }
        }

        @Override
        public int shortestCompletionLength() {
            synchronized (builder) {
                return completionLength(cursor);
            }
        }

        @Override
        public String expected() {
            synchronized (builder) {
                return cursor.zone.expected(cursor.at);
            }
        }

        @Override
        public TokenMatcher fork() {
            return new Matcher(new Cursor(cursor));
        }
    }
}
