package io.kernelweave.dataset;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts of others in Markdown: what they hold can neither become markup nor leave its place. */
final class Markdown {
    private static final Pattern TICKS = Pattern.compile("`+");

    private Markdown() {}

    /** A text on one line as code. */
    static String code(String text) {
        String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
        if (line.isEmpty()) {
            return "(empty)";
        }
        int longest = 0;
        for (Matcher run = TICKS.matcher(line); run.find(); ) {
            longest = Math.max(longest, run.end() - run.start());
        }
        String fence = "`".repeat(longest + 1);
        String room = line.startsWith("`") || line.endsWith("`") ? " " : "";
        return fence + room + line + room + fence;
    }

    /** The same in a cell of a table. */
    static String cell(String text) {
        return code(text).replace("|", "\\|");
    }

    /** A text as running words on one line. */
    static String plain(String text) {
        return text.strip()
                .replaceAll("[\\s\\p{Cntrl}]+", " ")
                .replaceAll("([\\\\`*\\[\\]<>|~&]|(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}]))", "\\\\$1");
    }

    /** Several paragraphs of running words. */
    static String paragraphs(String text) {
        return Stream.of(text.strip().split("\\R\\s*\\R")).map(Markdown::plain).collect(Collectors.joining("\n\n"));
    }
}
