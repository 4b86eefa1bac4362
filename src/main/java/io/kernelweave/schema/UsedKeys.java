package io.kernelweave.schema;

import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;

/** The keys that may not occur in an object any more, because they have or because their turn is over. Immutable. */
public final class UsedKeys {
    public static final UsedKeys NONE = new UsedKeys(new String[0]);

    private final String[] keys;
    private final int hash;

    private UsedKeys(String[] keys) {
        this.keys = keys;
        this.hash = Arrays.hashCode(keys);
    }

    public boolean contains(String key) {
        return keys.length > 0 && Arrays.binarySearch(keys, key) >= 0;
    }

    public UsedKeys with(String key) {
        int at = Arrays.binarySearch(keys, key);
        if (at >= 0) {
            return this;
        }
        String[] more = new String[keys.length + 1];
        System.arraycopy(keys, 0, more, 0, -at - 1);
        more[-at - 1] = key;
        System.arraycopy(keys, -at - 1, more, -at, keys.length + at + 1);
        return new UsedKeys(more);
    }

    public UsedKeys with(Collection<String> others) {
        TreeSet<String> all = new TreeSet<>(Arrays.asList(keys));
        return all.addAll(others) ? new UsedKeys(all.toArray(String[]::new)) : this;
    }

    /** In order. */
    public Collection<String> keys() {
        return Arrays.asList(keys);
    }

    public boolean isEmpty() {
        return keys.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof UsedKeys used && hash == used.hash && Arrays.equals(keys, used.keys);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
