package io.kernelweave.route;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Where a prompt goes. */
public enum RouteAction {
    /** To one kernel. */
    KERNEL,
    /** To several kernels, one after another, whose answers are joined. */
    COMPOSE,
    /** To raw generation: no kernel fits well enough. */
    GENERATE;

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
