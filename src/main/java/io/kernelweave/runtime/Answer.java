package io.kernelweave.runtime;

import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.decode.Decoded;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Judgement;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the loop made of a prompt.
 *
 * @param decision the router's, or null for an arm that asks none
 * @param path where the answer came from in the end
 * @param kernelIds the kernels under which the answer stands; empty unless the path is {@code KERNEL}, {@code COMPOSE}, {@code RETRIEVAL} or
 *     {@code REUSED}
 * @param attempts every answer that was generated, in order; those of a composition kernel by kernel, in the order of its text
 * @param timings nanoseconds by stage
 */
public record Answer(
        Arm arm,
        @Nullable RouteDecision decision,
        Path path,
        List<String> kernelIds,
        String text,
        List<Attempt> attempts,
        Timings timings,
        Trace trace) {

    /** Where an answer came from. */
    public enum Path {
        KERNEL,
        COMPOSE,
        RAW,
        RETRIEVAL,
        ROLLED_BACK,
        /** An answer that was accepted earlier, and again. */
        REUSED;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One generated answer.
     *
     * @param masked whether a mask was on
     * @param cause why it was made: empty for the first, else what was wrong with the one before it, or that it was kept from earlier
     * @param judgement the gate's; null in an arm without a gate and for raw generation
     * @param unsafe the conditions about safety that failed
     * @param kernelId the kernel that was asked, alone or for its part of a composition; null for raw generation, and for what a whole
     *     composition is judged by
     */
    public record Attempt(
            int number,
            boolean masked,
            String cause,
            Decoded decoded,
            @Nullable Judgement judgement,
            List<String> unsafe,
            @Nullable String kernelId) {
        Attempt at(int place) {
            return new Attempt(place, masked, cause, decoded, judgement, unsafe, kernelId);
        }
    }

    /**
     * Nanoseconds, wall clock; {@code mask} and {@code model} are parts of {@code decode}. What kernels of a composition take at the same
     * time is added up, so that stages may take longer than the total.
     */
    public record Timings(long route, long decode, long mask, long model, long gate, long total) {}

    public int tokens() {
        return attempts.stream().mapToInt(attempt -> attempt.decoded().tokens()).sum();
    }

    public int forcedTokens() {
        return attempts.stream()
                .mapToInt(attempt -> attempt.decoded().forcedTokens())
                .sum();
    }

    public long maskedTokens() {
        return attempts.stream()
                .mapToLong(attempt -> attempt.decoded().maskedTokens())
                .sum();
    }
}
