package io.kernelweave.runtime;

/**
 * A prompt to answer.
 *
 * @param id seeds everything drawn for it
 */
public record Task(String id, String prompt) {}
