package io.kernelweave.vector;

import io.kernelweave.json.InputException;
import io.kernelweave.vector.VectorFile.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Vectors of length 1, each belonging to an id (an id may have several), and a search for the ids nearest to a query. Up to
 * {@link #SCANNED} vectors are compared one by one; among more, a scan over one bit a component leaves less than a hundredth,
 * and only these are compared: among 100,000 sentence vectors the nearest is missed less than once in a thousand queries.
 * Cosines are always exact, and equally near ids come by name.
 *
 * <p>Grows and shrinks while it is searched: readers never wait, writers take turns. Thread-safe.
 */
public final class VectorIndex {
    /** How many vectors are compared one by one. */
    static final int SCANNED = 2 * Block.ROWS;

    /** How many vectors are compared for each that there is and for each bit that the sketch has of it. */
    private static final int SHARE = 2;

    /** How many are compared at least. */
    private static final int FEWEST = 384;

    /** Vectors may be this far from length 1. */
    private static final double TOLERANCE = 1e-3;

    /**
     * What a reader sees: the first {@code rows} rows of the blocks.
     *
     * @param sketched how many rows the sketch's centre is the mean of
     */
    private record State(List<Block> blocks, int rows, BitSet retired, Sketch sketch, int sketched) {
        Block block(int row) {
            return blocks.get(row / Block.ROWS);
        }

        String id(int row) {
            return block(row).ids[row % Block.ROWS];
        }

        boolean live(int row) {
            return !retired.get(row);
        }
    }

    private final String identity;
    private final int dimensions;
    private volatile State state;

    /**
     * An empty index.
     *
     * @param identity of the encoder whose vectors it holds
     */
    public VectorIndex(String identity, int dimensions) {
        this.identity = identity;
        this.dimensions = dimensions;
        this.state = new State(List.of(), 0, new BitSet(), Sketch.of(List.of(), 0, dimensions), 0);
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws InputException if the file is missing, cut, damaged, of another version or of another encoder
     */
    public static VectorIndex load(Path file, String identity) {
        VectorFile stored = VectorFile.read(file);
        if (!stored.identity().equals(identity)) {
            throw InputException.at(
                    file.toString(),
                    "it holds vectors of " + stored.identity() + ", not of " + identity,
                    "delete it and build the index anew");
        }
        VectorIndex index = new VectorIndex(identity, stored.dimensions());
        index.addAll(stored.entries());
        return index;
    }

    /** Writes the live vectors, whole or not at all: a reader sees the old file or the new one. */
    public void save(Path file) {
        State now = state;
        List<Entry> live = new ArrayList<>();
        for (int row = 0; row < now.rows; row++) {
            if (now.live(row)) {
                live.add(new Entry(now.id(row), now.block(row).vector(row % Block.ROWS)));
            }
        }
        VectorFile.write(file, identity, dimensions, live);
    }

    public String identity() {
        return identity;
    }

    public int dimensions() {
        return dimensions;
    }

    /** How many vectors there are, without the retired ones. */
    public int size() {
        State now = state;
        return now.rows - now.retired.cardinality();
    }

    /** Adds one vector; many at once by {@link #addAll} are cheaper. */
    public void add(String id, float[] vector) {
        addAll(List.of(new Entry(id, vector)));
    }

    /**
     * Adds vectors; those that are there stay.
     *
     * @throws IllegalArgumentException if one has other dimensions or not the length 1; then none is added
     */
    public synchronized void addAll(Collection<Entry> entries) {
        for (Entry entry : entries) {
            check(entry.vector());
        }
        State now = state;
        List<Block> blocks = new ArrayList<>(now.blocks);
        int rows = now.rows;
        for (Entry entry : entries) {
            if (rows % Block.ROWS == 0) {
                blocks.add(new Block(dimensions, rows < SCANNED));
            }
            blocks.get(rows / Block.ROWS).set(rows % Block.ROWS, entry.id(), entry.vector());
            rows++;
        }
        // The mean is taken anew when the rows have doubled: little work, and it follows what the index holds.
        boolean anew = rows >= 2 * now.sketched;
        Sketch sketch = anew ? Sketch.of(blocks, rows, dimensions) : now.sketch.extended(blocks, now.rows, rows);
        state = new State(blocks, rows, now.retired, sketch, anew ? rows : now.sketched);
    }

    private void check(float[] vector) {
        double square = 0;
        for (float component : vector) {
            square += (double) component * component;
        }
        if (vector.length != dimensions || !(Math.abs(square - 1) <= TOLERANCE)) {
            throw new IllegalArgumentException("a vector of " + vector.length + " components and squared length "
                    + square + "; expected " + dimensions + " and 1");
        }
    }

    /** Takes all vectors of an id out. Returns how many there were. */
    public synchronized int retire(String id) {
        State now = state;
        BitSet retired = (BitSet) now.retired.clone();
        for (int row = 0; row < now.rows; row++) {
            if (now.id(row).equals(id)) {
                retired.set(row);
            }
        }
        state = new State(now.blocks, now.rows, retired, now.sketch, now.sketched);
        return retired.cardinality() - now.retired.cardinality();
    }

    /**
     * The ids with the vectors nearest to a query, nearest first and equally near ones by name.
     *
     * @param query of length 1, or 0
     * @param count how many at most
     */
    public List<Neighbour> nearest(float[] query, int count) {
        State now = state;
        for (int wanted = Math.max(SHARE * now.rows / dimensions, FEWEST); ; wanted *= 4) {
            if (now.rows <= Math.max(SCANNED, wanted)) {
                return scan(now, query, count);
            }
            Nearest nearest = new Nearest(now, count);
            nearest.offerAll(now.sketch.nearest(query, now.rows, wanted), query);
            if (nearest.found.size() == count) {
                return nearest.found;
            }
        }
    }

    /** The same by comparing with every vector: what {@link #nearest} is measured against. */
    public List<Neighbour> scan(float[] query, int count) {
        return scan(state, query, count);
    }

    private static List<Neighbour> scan(State now, float[] query, int count) {
        Nearest nearest = new Nearest(now, count);
        for (int first = 0; first < now.rows; first += Block.ROWS) {
            float[] cosines = now.block(first).dots(query);
            for (int row = first; row < Math.min(now.rows, first + Block.ROWS); row++) {
                nearest.offer(row, cosines[row - first]);
            }
        }
        return nearest.found;
    }

    /** The nearest ids among the rows seen so far, in order. */
    private static final class Nearest {
        private final State state;
        private final int count;
        private final List<Neighbour> found = new ArrayList<>();
        private float least = Float.NEGATIVE_INFINITY; // what is farther off is not listed

        Nearest(State state, int count) {
            this.state = state;
            this.count = count;
        }

        void offerAll(int[] rows, float[] query) {
            float[] cosines = new float[4];
            for (int i = 0; i < rows.length; i += 4) {
                int last = rows.length - 1; // stands in where fewer than four are left
                int a = rows[i];
                int b = rows[Math.min(i + 1, last)];
                int c = rows[Math.min(i + 2, last)];
                int e = rows[Math.min(i + 3, last)];
                Block.dots(
                        query,
                        state.block(a),
                        a % Block.ROWS,
                        state.block(b),
                        b % Block.ROWS,
                        state.block(c),
                        c % Block.ROWS,
                        state.block(e),
                        e % Block.ROWS,
                        cosines);
                for (int j = 0; j < 4 && i + j < rows.length; j++) {
                    offer(rows[i + j], cosines[j]);
                }
            }
        }

        void offer(int row, float cosine) {
            if (cosine >= least && count > 0 && state.live(row)) {
                insert(new Neighbour(state.id(row), cosine));
            }
        }

        private void insert(Neighbour next) {
            int at = found.size();
            while (at > 0 && Neighbour.ORDER.compare(next, found.get(at - 1)) < 0) {
                at--;
            }
            for (int i = 0; i < found.size(); i++) {
                if (found.get(i).id().equals(next.id())) {
                    if (i < at) {
                        return; // a nearer vector of the same id is listed
                    }
                    found.remove(i);
                }
            }
            found.add(at, next);
            if (found.size() > count) {
                found.remove(count);
            }
            if (found.size() == count) {
                least = found.get(count - 1).cosine();
            }
        }
    }

    /** Ids that have a vector in common, by name: a search cannot tell them apart there. */
    public List<List<String>> duplicates() {
        State now = state;
        Map<Integer, List<Integer>> byHash = new LinkedHashMap<>();
        for (int row = 0; row < now.rows; row++) {
            if (now.live(row)) {
                int hash = Arrays.hashCode(now.block(row).vector(row % Block.ROWS));
                byHash.computeIfAbsent(hash, key -> new ArrayList<>(1)).add(row);
            }
        }
        TreeSet<List<String>> groups = new TreeSet<>(Comparator.comparing(List::toString));
        for (List<Integer> rows : byHash.values()) {
            while (rows.size() > 1) {
                float[] first = now.block(rows.get(0)).vector(rows.get(0) % Block.ROWS);
                List<Integer> same = rows.stream()
                        .filter(row -> Arrays.equals(first, now.block(row).vector(row % Block.ROWS)))
                        .toList();
                List<String> ids =
                        same.stream().map(now::id).distinct().sorted().toList();
                if (ids.size() > 1) {
                    groups.add(ids);
                }
                rows.removeAll(same);
            }
        }
        return List.copyOf(groups);
    }
}
