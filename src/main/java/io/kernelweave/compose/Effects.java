package io.kernelweave.compose;

import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a flow reads and writes outside of the value that it is given.
 *
 * @param all in order
 */
public record Effects(SortedSet<Effect> all) {
    public static final Effects NONE = new Effects(new TreeSet<>());

    /** How something is touched. */
    public enum Access {
        READS,
        WRITES;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One thing that is touched.
     *
     * @param resource names joined by {@code /}: {@code orders/A-17} is part of {@code orders}; {@code *} is everything
     */
    public record Effect(Access access, String resource) implements Comparable<Effect> {
        /** Two effects conflict if one of them writes what the other touches, or a part of it, or what it is part of. */
        boolean conflicts(Effect other) {
            return (access == Access.WRITES || other.access == Access.WRITES) && overlaps(resource, other.resource);
        }

        private static boolean overlaps(String one, String other) {
            return one.equals("*")
                    || other.equals("*")
                    || one.equals(other)
                    || one.startsWith(other + "/")
                    || other.startsWith(one + "/");
        }

        @Override
        public int compareTo(Effect other) {
            int byAccess = access.compareTo(other.access);
            return byAccess != 0 ? byAccess : resource.compareTo(other.resource);
        }

        /** As a kernel's capability says it. */
        @Override
        public String toString() {
            return access.label() + ":" + resource;
        }
    }

    public Effects {
        all = Collections.unmodifiableSortedSet(new TreeSet<>(all));
    }

    /**
     * What a kernel's capabilities say: {@code reads:<resource>} and {@code writes:<resource>}; {@code computes:…} and
     * {@code plans:…} touch nothing. Whatever else a kernel can do might touch anything, so it counts as {@code writes:*}.
     */
    public static Effects of(Kernel kernel) {
        SortedSet<Effect> effects = new TreeSet<>();
        for (String capability : kernel.capabilities()) {
            String[] parts = capability.strip().split(":", 2);
            String resource = parts.length < 2 ? "" : parts[1].strip().replaceAll("/+$", "");
            switch (resource.isEmpty() ? "" : parts[0].strip()) {
                case "reads" -> effects.add(new Effect(Access.READS, resource));
                case "writes" -> effects.add(new Effect(Access.WRITES, resource));
                case "computes", "plans" -> {}
                default -> effects.add(new Effect(Access.WRITES, "*"));
            }
        }
        return new Effects(effects);
    }

    static Effects union(Collection<Effects> parts) {
        SortedSet<Effect> union = new TreeSet<>();
        parts.forEach(part -> union.addAll(part.all));
        return new Effects(union);
    }

    /** Only what is written. */
    List<Effect> writes() {
        return all.stream().filter(effect -> effect.access == Access.WRITES).toList();
    }

    /** Two effects, one of each, that must not happen at once. */
    record Conflict(Effect one, Effect other) {}

    Optional<Conflict> conflict(Effects other) {
        for (Effect one : all) {
            for (Effect two : other.all) {
                if (one.conflicts(two)) {
                    return Optional.of(new Conflict(one, two));
                }
            }
        }
        return Optional.empty();
    }

    @JsonValue
    List<String> labels() {
        List<String> labels = new ArrayList<>();
        all.forEach(effect -> labels.add(effect.toString()));
        return labels;
    }

    @Override
    public String toString() {
        return all.isEmpty() ? "none" : String.join(", ", labels());
    }
}
