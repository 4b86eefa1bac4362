package io.kernelweave.json;

/**
 * Input that a user gave is refused. The message is one line: where (file, line or JSON pointer), what is wrong, and what
 * would be right. The command line prints it as it is, without a stack trace.
 */
public final class InputException extends RuntimeException {
    private InputException(String message, Throwable cause) {
        super(message, cause);
    }

    public InputException(String message) {
        super(oneLine(message));
    }

    /** {@code where: problem; remedy} */
    public static InputException at(String where, String problem, String remedy) {
        return new InputException(where + ": " + problem + "; " + remedy);
    }

    /** The same refusal, found to stand inside {@code where}. */
    public InputException in(String where) {
        return new InputException(oneLine(where + ": " + getMessage()), this);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
    }
}
