package io.kernelweave.verify;

import java.util.ArrayList;
import java.util.List;

/** How a text is cut into parts that can be numbered. */
enum Parts {
    /** Runs without white space. */
    WORD("word"),
    /** What {@link Sentences} finds; undecided where an end is doubtful. */
    SENTENCE("sentence"),
    /** Lines that are not blank. */
    LINE("line"),
    /** Blocks of lines between blank lines. */
    PARAGRAPH("paragraph"),
    /** What stands between the separators, blank parts included. */
    PART("part");

    /** Takes parts in their order. */
    @FunctionalInterface
    interface Sink {
        void take(int start, int end);
    }

    private static final int MOST = 100_000;

    private final String label;

    Parts(String label) {
        this.label = label;
    }

    /** The argument that parts need, and nothing else. */
    String separator(Arguments arguments) {
        if (this == PART) {
            return arguments.string("separator");
        }
        arguments.without("unit " + label, "separator");
        return "";
    }

    /** All parts of a text. */
    List<Tally.Stretch> of(String text, String separator) throws Undecided {
        List<Tally.Stretch> parts = new ArrayList<>();
        Sink sink = (start, end) -> {
            if (parts.size() <= MOST) {
                parts.add(new Tally.Stretch(start, end));
            }
        };
        switch (this) {
            case SENTENCE -> {
                boolean[] doubtful = {false};
                Sentences.scan(text, (start, end, sure) -> {
                    doubtful[0] |= !sure;
                    sink.take(start, end);
                });
                if (doubtful[0]) {
                    throw new Undecided("it is not clear where its sentences end");
                }
            }
            case PART -> separated(text, separator, sink);
            default -> scan(text, sink);
        }
        if (parts.size() > MOST) {
            throw new Undecided("a text of more than " + MOST + " parts is not looked at");
        }
        return parts;
    }

    /** Passes words, lines or paragraphs to a sink. */
    void scan(String text, Sink sink) {
        int start = -1;
        int lastVisible = -1;
        int breaks = 0; // line breaks since the last visible character
        int limit = this == WORD ? 0 : this == LINE ? 1 : 2;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                breaks += c == '\n' ? 1 : 0;
                continue;
            }
            if (start >= 0 && i > lastVisible + 1 && breaks >= limit) {
                sink.take(start, lastVisible + 1);
                start = -1;
            }
            start = start < 0 ? i : start;
            lastVisible = i;
            breaks = 0;
        }
        if (start >= 0) {
            sink.take(start, lastVisible + 1);
        }
    }

    /** Passes what stands before, between and after the separators to a sink. */
    static void separated(String text, String separator, Sink sink) {
        Needle.Haystack haystack = Needle.of(separator, false, false).in(text);
        int start = 0;
        for (int at = haystack.next(0); at >= 0; at = haystack.next(start)) {
            sink.take(start, at);
            start = at + separator.length();
        }
        sink.take(start, text.length());
    }

    @Override
    public String toString() {
        return label;
    }
}
