package io.kernelweave.route;

import java.util.List;

/**
 * Turns a text into a point on the unit sphere; near points mean like things. The router takes one where there is one and
 * works on words alone where there is none.
 */
public interface Embedder {
    /** Model, weights and settings in one line: equal identities give equal vectors. */
    String identity();

    /** How many components each vector has. */
    int dimensions();

    /** The vector of one text, of length 1; the same text gives the same bits, whatever was embedded before. */
    float[] embed(String text);

    /** The share of a text that the vector takes into account. */
    default double known(String text) {
        return 1;
    }

    /** The vectors of many texts, in their order. */
    default List<float[]> embedAll(List<String> texts) {
        return texts.stream().map(this::embed).toList();
    }
}
