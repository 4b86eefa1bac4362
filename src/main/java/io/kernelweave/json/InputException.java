package io.kernelweave.json;

/**
 * Input that a user gave is refused. The message is one line: where (file, line or JSON pointer), what is wrong, and what
 * would be right. The command line prints it as it is, without a stack trace.
 */
public class InputException extends RuntimeException {
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
        // What would break the line becomes a space; a terminal shall not obey what else is no character.
        return text.replaceAll("\\s*\\R\\s*", " ")
                .replaceAll("[\\p{Cc}&&[^\\t]]", "\ufffd")
                .strip();
    }
}
