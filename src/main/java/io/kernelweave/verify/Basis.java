package io.kernelweave.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Who decided a verdict. */
public enum Basis {
    /** The machine, by what stands there. */
    CHECKED,
    /** A model's opinion: without it the verdict would not be what it is. */
    JUDGED;

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
