package io.kernelweave.compose;

import io.kernelweave.kernel.Kernel;
import io.kernelweave.trace.Recording;
import tools.jackson.databind.JsonNode;

/** Does the work of kernels: a model under a mask, a tool, a program. Used by several threads at once. */
@FunctionalInterface
public interface Actor {
    /**
     * Answers a value. A call that is given up is interrupted, and should end soon.
     *
     * @return the answer, which the kernel's contract is then held against
     * @throws Exception if there is none; what the call has changed by then, it has said how to undo
     */
    JsonNode act(Call call) throws Exception;

    /** Undoes something; tried once. */
    @FunctionalInterface
    interface Undo {
        void run() throws Exception;
    }

    /** One kernel on one value. */
    interface Call {
        Kernel kernel();

        JsonNode input();

        /** Where to record what happens; part of the call's event. */
        Recording trace();

        /**
         * Says how to undo what has just been done, or is about to be.
         *
         * @param effect what is undone, as in "order A-17"
         */
        void undo(String effect, Undo undo);
    }
}
