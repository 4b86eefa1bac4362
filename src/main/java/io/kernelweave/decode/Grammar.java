package io.kernelweave.decode;

import io.kernelweave.regex.CodePoints;
import java.util.List;

/**
 * A grammar as it is written.
 *
 * @param rules in the order of their definitions; references name them by their place
 * @param root the rule whose texts are those of the grammar
 */
record Grammar(List<Rule> rules, int root) {
    /** @param where line and column, for refusals */
    record Rule(String name, String where, Expression body) {}

    sealed interface Expression {}

    record Literal(String text) implements Expression {}

    record Characters(CodePoints set) implements Expression {}

    record Reference(int rule) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> parts) implements Expression {}

    /** @param max {@link Parts#UNBOUNDED} for no limit */
    record Repeat(Expression body, int min, int max, String where) implements Expression {}
}
