package io.kernelweave.decode;

/** A set of texts over a vocabulary, compiled. Immutable and shared by threads; its matchers are not. */
public interface Constraint {
    /** A matcher at the beginning of a text. */
    TokenMatcher matcher();

    TokenVocabulary vocabulary();
}
