package io.kernelweave.decode;

/**
 * The texts of a context-free grammar. A mask allows a token if and only if some text of the grammar continues with it. Texts
 * are Unicode, their bytes UTF-8; a token may hold a part of a character.
 *
 * <p>The notation is GBNF, that of llama.cpp:
 *
 * <pre>{@code
 * # a list of numbers, which may hold lists
 * root   ::= list
 * list   ::= "[" (item (", " item)*)? "]"
 * item   ::= number | list
 * number ::= "-"? [0-9]{1,3} ("." [0-9]+)?
 * }</pre>
 *
 * <ul>
 *   <li>{@code name ::= …} defines a rule; names have letters, digits, {@code -} and {@code _}. The text is what
 *       {@code root} says. {@code #} begins a comment up to the end of the line.
 *   <li>{@code "…"} is a text as it is, {@code [a-z_]} one of some characters, {@code [^"]} any other, {@code .} any one.
 *       Inside, {@code \n \r \t \\ \" \[ \] \^ \-} and {@code \x41}, A, {@code \u00e9}, {@code \U0001F600} are escapes.
 *   <li>What stands side by side follows one another; {@code |} divides alternatives, of which one may be empty;
 *       parentheses group.
 *   <li>{@code x*}, {@code x+}, {@code x?}, {@code x{3}}, {@code x{3,}} and {@code x{3,5}} repeat.
 *   <li>A line may end anywhere between these: a rule ends where the next begins.
 * </ul>
 *
 * <p>Rules may name one another and themselves at any place, also at their beginning, and a text may be read in several ways.
 * Refused with line and column are rules that are not defined or that never end, and what would need more than 65,536 bytes at
 * the least. Where a text has about a thousand open parts, only what brings its end nearer may follow.
 *
 * <p>Safe for use by many threads, whose matchers share what was made.
 */
public final class GrammarConstraint extends TextConstraint {
    private GrammarConstraint(Grammar grammar, TokenVocabulary vocabulary) {
        super(vocabulary, () -> new GrammarCompiler(grammar).compile(PlainTokens.of(vocabulary)));
    }

    /**
     * Compiles a grammar.
     *
     * @throws io.kernelweave.json.InputException naming line and column, what is wrong, and what would be right
     */
    public static GrammarConstraint compile(String grammar, TokenVocabulary vocabulary) {
        return new GrammarConstraint(GrammarParser.parse(grammar), vocabulary);
    }
}
