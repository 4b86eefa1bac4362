package io.kernelweave.kernel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells what a text says from what it repeats: lines after {@code >} and under the first one
 * those that begin with a time, blocks between lines of {@code """}, what stands
 * between an opening and a closing tag, and several words in quotation marks or backticks. One word or two in quotes are a
 * name, and stay. Each step takes time that grows with the text.
 */
final class Passages {
    private static final int FEWEST_WORDS = 3;
    private static final String MARK = "…";
    private static final String OPENING = "\"“„«»‘'`";
    private static final Pattern TAG = Pattern.compile("<(/?)([A-Za-z][\\w-]*)(?:\\s[^<>]*)?>");
    private static final Pattern BLANK_LINES = Pattern.compile("\\n[ \\t]*\\n\\s*");

    /** What a log, a timeline or a chat has at the beginning of a line. */
    private static final Pattern RECORD = Pattern.compile("\\[?(?:\\d{4}-\\d\\d-\\d\\d|\\d{1,2}:\\d\\d)\\b");

    private Passages() {}

    /** Is it one line without any mark of a passage, so that it says all of itself? */
    static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean inWord = i > 0 && Character.isLetterOrDigit(text.charAt(i - 1));
            if (c == '\n' || c == '\r' || c == '<' || c == '>' || !inWord && OPENING.indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The text without its passages; those within a line leave a mark in their place. */
    static String without(String text) {
        StringBuilder said = new StringBuilder();
        String untagged = withoutTagged(withoutBlocks(text));
        int from = 0;
        // A quotation ends with its paragraph: a mark that is never closed must not swallow what comes later.
        for (Matcher blank = BLANK_LINES.matcher(untagged); blank.find(); from = blank.end()) {
            said.append(withoutQuotes(untagged.substring(from, blank.start()))).append("\n\n");
        }
        return said.append(withoutQuotes(untagged.substring(from))).toString();
    }

    private static String withoutBlocks(String text) {
        String[] lines = text.split("\n", -1);
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            int end = i + 1;
            if (line.equals("\"\"\"") || line.equals("'''")) {
                while (end < lines.length && !lines[end].strip().equals(line)) {
                    end++;
                }
                if (end < lines.length) {
                    i = end;
                    continue;
                }
            }
            boolean record = i > 0 && RECORD.matcher(line).lookingAt() && isPassage(line);
            if (!record && !line.startsWith(">")) {
                said.append(lines[i]).append('\n');
            }
        }
        return said.toString();
    }

    private static String withoutTagged(String text) {
        Map<String, Integer> lastEnds = new HashMap<>();
        for (Matcher tag = TAG.matcher(text); tag.find(); ) {
            if (!tag.group(1).isEmpty()) {
                lastEnds.put(tag.group(2), tag.end());
            }
        }
        StringBuilder said = new StringBuilder();
        int from = 0;
        Matcher tag = TAG.matcher(text);
        while (tag.find()) {
            String name = tag.group(2);
            if (tag.group(1).isEmpty() && lastEnds.getOrDefault(name, 0) > tag.end()) {
                said.append(text, from, tag.start());
                boolean inLine = tag.start() > 0 && text.charAt(tag.start() - 1) != '\n';
                said.append(inLine ? MARK : "");
                while (tag.find()
                        && !(tag.group(2).equals(name) && !tag.group(1).isEmpty())) {}
                from = tag.end();
            }
        }
        return said.append(text, from, text.length()).toString();
    }

    private static String withoutQuotes(String text) {
        Set<Character> unclosed = new HashSet<>();
        StringBuilder said = new StringBuilder();
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char mark = text.charAt(i);
            // Marks within words are apostrophes, or inches.
            boolean inWord = i > 0 && Character.isLetterOrDigit(text.charAt(i - 1));
            if (inWord || OPENING.indexOf(mark) < 0 || unclosed.contains(mark)) {
                continue;
            }
            int end = closing(text, i);
            if (end < 0) {
                unclosed.add(mark);
                continue;
            }
            if (isPassage(text.substring(i + 1, end))) {
                said.append(text, from, i).append(MARK);
                from = end + 1;
            }
            i = end;
        }
        return said.append(text, from, text.length()).toString();
    }

    private static int closing(String text, int open) {
        String closing = switch (text.charAt(open)) {
            case '“' -> "”";
            case '„' -> "“”";
            case '«' -> "»";
            case '»' -> "«";
            case '‘' -> "’";
            default -> text.substring(open, open + 1);
        };
        for (int i = open + 1; i < text.length(); i++) {
            boolean inWord = i + 1 < text.length() && Character.isLetterOrDigit(text.charAt(i + 1));
            if (!inWord && closing.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isPassage(String quoted) {
        int words = 0;
        for (String word : quoted.strip().split("\\s+")) {
            // But for its last character, which may be a full stop.
            words += word.chars().limit(Math.max(1, word.length() - 1)).allMatch(Character::isLetter) ? 1 : 0;
        }
        return words >= FEWEST_WORDS;
    }
}
