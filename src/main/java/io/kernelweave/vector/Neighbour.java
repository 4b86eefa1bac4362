package io.kernelweave.vector;

import java.util.Comparator;

/**
 * What an index found near a query.
 *
 * @param id what the vector belongs to
 * @param cosine of the angle between the query and the nearest of that id's vectors
 */
public record Neighbour(String id, float cosine) {
    /** Nearest first, equally near ones by id. */
    static final Comparator<Neighbour> ORDER =
            Comparator.comparing(Neighbour::cosine).reversed().thenComparing(Neighbour::id);
}
