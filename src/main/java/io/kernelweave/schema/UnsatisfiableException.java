package io.kernelweave.schema;

import io.kernelweave.json.InputException;

/** A schema that no value satisfies, as was proved: not a limit of the program, but a contradiction in the schema. */
public final class UnsatisfiableException extends InputException {
    public UnsatisfiableException() {
        super("schema #: no value satisfies it; correct what contradicts itself");
    }
}
