package io.kernelweave.schema;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys that may not occur in an object any more, because they have or because their turn is over. Immutable; what is added
 * is put in order when somebody first asks, for most sets are made for one key that is tried and asked nothing.
 */
public final class UsedKeys {
    public static final UsedKeys NONE = new UsedKeys(new String[0]);

    private @Nullable UsedKeys before;
    private Collection<String> added;
    private String @Nullable [] keys;
    private int hash;

    private UsedKeys(String[] keys) {
        this.added = List.of();
        this.keys = keys;
        this.hash = Arrays.hashCode(keys);
    }

    private UsedKeys(UsedKeys before, Collection<String> added) {
        this.before = before;
        this.added = added;
    }

    private String[] sorted() {
        String[] known = keys;
        if (known == null) {
            String[] first = Objects.requireNonNull(before).sorted();
            String[] all = Arrays.copyOf(first, first.length + added.size());
            int count = first.length;
            for (String key : added) {
                all[count++] = key;
            }
            Arrays.sort(all);
            int distinct = 0;
            for (String key : all) {
                if (distinct == 0 || !key.equals(all[distinct - 1])) {
                    all[distinct++] = key;
                }
            }
            known = distinct == all.length ? all : Arrays.copyOf(all, distinct);
            hash = Arrays.hashCode(known);
            keys = known;
            before = null;
            added = List.of();
        }
        return known;
    }

    public boolean contains(String key) {
        if (before != null && added.size() == 1) {
            return added.contains(key) || before.contains(key);
        }
        return Arrays.binarySearch(sorted(), key) >= 0;
    }

    public UsedKeys with(String key) {
        return new UsedKeys(this, List.of(key));
    }

    /** @param others which must not change; this set itself is the answer if it has them all */
    public UsedKeys with(List<String> others) {
        // In most lists that are tried the last one is new.
        boolean all = others.isEmpty()
                || contains(others.get(others.size() - 1)) && others.stream().allMatch(this::contains);
        return all ? this : new UsedKeys(this, others);
    }

    /** In order. */
    public Collection<String> keys() {
        return Arrays.asList(sorted());
    }

    public boolean isEmpty() {
        return sorted().length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof UsedKeys used && Arrays.equals(sorted(), used.sorted()) && hash == used.hash;
    }

    @Override
    public int hashCode() {
        sorted();
        return hash;
    }
}
