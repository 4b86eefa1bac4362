/**
 * Regular languages of strings: an algebra with union, intersection and complement, patterns in the dialects of ECMA-262
 * and RE2, the formats of JSON Schema, and automata that are made as they are walked.
 *
 * <p>Uses {@code json} for refusals only. Start reading at {@link io.kernelweave.regex.Regex}.
 */
@NullMarked
package io.kernelweave.regex;

import org.jspecify.annotations.NullMarked;
