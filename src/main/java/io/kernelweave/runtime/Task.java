package io.kernelweave.runtime;

/**
 * A prompt to answer.
 *
 * @param id seeds everything drawn for it
 * @param part the kernel whose answer alone is asked for, where several answer a prompt together; empty for all that is asked
 */
public record Task(String id, String prompt, String part) {
    public Task(String id, String prompt) {
        this(id, prompt, "");
    }
}
