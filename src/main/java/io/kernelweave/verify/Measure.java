package io.kernelweave.verify;

import java.util.EnumSet;
import java.util.Set;

/** The units in which a text is counted. Some take an argument: see {@link Counter}. */
enum Measure {
    /** Unicode code points. */
    CHARS("chars"),
    /** Runs without white space. */
    WORDS("words"),
    /** As {@link Sentences} finds them; a range where it is doubtful whether a sentence ends. */
    SENTENCES("sentences"),
    /** Blocks of lines between blank lines; with {@code separator}, what stands between those, blank parts not counted. */
    PARAGRAPHS("paragraphs"),
    /** Lines, blank ones included; a line break at the very end starts no further line. */
    LINES("lines"),
    /** Lines of Markdown that begin with {@code -}, {@code *}, {@code +} or a bullet, white space and more. */
    BULLETS("bullets"),
    /** Lines of Markdown that begin with one to six {@code #} and white space. */
    HEADINGS("headings"),
    /** Places where {@code marker} and a number begin a section, such as {@code Section 2}; without marker, headings. */
    SECTIONS("sections"),
    /** Stretches in Markdown emphasis, such as {@code *this*} or {@code **this**}. */
    HIGHLIGHTS("highlights"),
    /** {@code [what is to be filled in]}, on one line; no links and no boxes to tick. */
    PLACEHOLDERS("placeholders"),
    /** Fenced blocks of code; one that is not closed may count or not. */
    CODE_BLOCKS("codeBlocks"),
    /** Links of Markdown, and addresses that stand by themselves. */
    LINKS("links"),
    /** Occurrences of {@code keyword} that do not overlap; {@code ignoreCase}, {@code wholeWord}. */
    KEYWORD("keyword"),
    /** Occurrences of the one character {@code letter}; {@code ignoreCase}. */
    LETTER("letter"),
    /**
     * Words whose letters are all capitals, at least one. A word stands between white space and punctuation; what follows
     * its apostrophe ({@code 's}, {@code n't}, {@code 'LL}) is a word of its own. Where a dash joins two, they may count
     * as one or as two.
     */
    CAPITAL_WORDS("capitalWords"),
    /** Tokens of {@code vocabulary}: {@code o200k_base} (the default) or {@code cl100k_base}. */
    TOKENS("tokens"),
    /**
     * Matches of the patterns {@code patterns} (RE2), added up. Of a pattern with groups, only matches in which the first
     * group takes part.
     */
    MATCHES("matches"),
    /** Elements of an array. */
    ITEMS("items");

    /** Units that need no argument, so that an expression can name them. */
    static final Set<Measure> PLAIN = EnumSet.complementOf(EnumSet.of(KEYWORD, LETTER, MATCHES));

    private final String label;

    Measure(String label) {
        this.label = label;
    }

    /**
     * How many there are of a plain unit.
     *
     * @throws Undecided if the text can be read in more than one way, or is too long to count
     */
    long of(String text) throws Undecided {
        Tally tally = Counter.plain(this).count(text);
        if (!tally.isExact()) {
            throw new Undecided("it is not clear how many " + label + " there are: " + tally);
        }
        return tally.low();
    }

    @Override
    public String toString() {
        return label;
    }
}
