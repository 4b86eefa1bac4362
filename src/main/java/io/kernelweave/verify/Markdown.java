package io.kernelweave.verify;

/**
 * What stands out in a text written as Markdown (after CommonMark, 0.31): bullets, headings, emphasis, links, fenced code
 * and what is left open in square brackets. One pass; what stands in fenced code is code and nothing else.
 */
final class Markdown {
    private static final int LONGEST_RUN = 3;

    private final String text;
    private final Measure unit;
    private final Tally.Counting counting = new Tally.Counting();

    private Markdown(String text, Measure unit) {
        this.text = text;
        this.unit = unit;
    }

    static Tally count(String text, Measure unit) {
        return new Markdown(text, unit).count();
    }

    private Tally count() {
        int fence = -1; // where the open block of code starts
        char mark = ' ';
        int length = 0;
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end;
            int first = start;
            while (first < end && Character.isWhitespace(text.charAt(first))) {
                first++;
            }
            char c = first < end ? text.charAt(first) : ' ';
            int run = c == '`' || c == '~' ? run(first, end) : 0;
            if (fence < 0 && run >= 3 && text.substring(first + run, end).indexOf('`') < 0) {
                fence = start;
                mark = c;
                length = run;
            } else if (fence >= 0) {
                if (c == mark
                        && run >= length
                        && text.substring(first + run, end).isBlank()) {
                    if (unit == Measure.CODE_BLOCKS) {
                        counting.add(fence, end);
                    }
                    fence = -1;
                }
            } else {
                line(start, first, end);
            }
            start = end + 1;
        }
        if (fence >= 0 && unit == Measure.CODE_BLOCKS) {
            counting.doubt(fence, text.length());
        }
        return counting.done();
    }

    private int run(int from, int end) {
        int i = from;
        while (i < end && text.charAt(i) == text.charAt(from)) {
            i++;
        }
        return i - from;
    }

    private void line(int start, int first, int end) {
        switch (unit) {
            case BULLETS -> {
                if (isBullet(first, end)) {
                    counting.add(start, end);
                }
            }
            case HEADINGS -> {
                int run = first < end && text.charAt(first) == '#' && first - start < 4 ? run(first, end) : 0;
                if (run > 0 && run <= 6 && (first + run == end || isSpaceAt(first + run))) {
                    counting.add(start, end);
                }
            }
            case HIGHLIGHTS -> highlights(isBullet(first, end) ? first + 1 : first, end);
            case PLACEHOLDERS -> placeholders(first, end);
            case LINKS -> links(first, end);
            default -> {} // code blocks have no lines of their own
        }
    }

    private boolean isSpaceAt(int at) {
        return Character.isWhitespace(text.charAt(at));
    }

    /** A mark with white space and something after it. */
    private boolean isBullet(int first, int end) {
        if (first + 2 >= end || "-*+•‣◦▪–".indexOf(text.charAt(first)) < 0 || !isSpaceAt(first + 1)) {
            return false;
        }
        return !text.substring(first + 1, end).isBlank();
    }

    /** Emphasis: a run of one to three marks, text without white space at its ends, the same run. */
    private void highlights(int from, int end) {
        boolean[] none = new boolean[2 * (LONGEST_RUN + 1)]; // runs that are known to have no partner further on
        for (int i = from; i < end; ) {
            char mark = text.charAt(i);
            if (mark != '*' && mark != '_') {
                i++;
                continue;
            }
            int run = run(i, end);
            int kind = run + (mark == '_' ? LONGEST_RUN + 1 : 0);
            boolean opens = run <= LONGEST_RUN
                    && i + run < end
                    && !isSpaceAt(i + run)
                    && (mark == '*' || i == 0 || !Character.isLetterOrDigit(text.charAt(i - 1)));
            int close = opens && !none[kind] ? close(i + run, end, mark, run) : -1;
            if (close >= 0) {
                counting.add(i, close + run);
                i = close + run;
            } else {
                if (opens) {
                    none[kind] = true;
                }
                i += run;
            }
        }
    }

    private int close(int from, int end, char mark, int run) {
        for (int i = from; i < end; i++) {
            if (text.charAt(i) == mark) {
                int length = run(i, end);
                if (length == run && !isSpaceAt(i - 1)) {
                    return i;
                }
                i += length - 1;
            }
        }
        return -1;
    }

    /** {@code [what is to be filled in]}: no link, no box to tick. */
    private void placeholders(int from, int end) {
        for (int open = find('[', from, end); open >= 0; ) {
            int close = find(']', open, end);
            if (close < 0) {
                return;
            }
            String inside = text.substring(open + 1, close).strip();
            boolean link = close + 1 < end && text.charAt(close + 1) == '(';
            if (!link && !inside.isEmpty() && !inside.equalsIgnoreCase("x")) {
                counting.add(open, close + 1);
            }
            open = find('[', close, end);
        }
    }

    /** Where a character stands first in a part of the text; −1 if nowhere. */
    private int find(char c, int from, int end) {
        for (int i = from; i < end; i++) {
            if (text.charAt(i) == c) {
                return i;
            }
        }
        return -1;
    }

    /** {@code [text](target)}, and addresses that stand by themselves. */
    private void links(int from, int end) {
        boolean noParenthesis = false;
        for (int i = from; i < end; ) {
            char c = text.charAt(i);
            if (c == ']' && i + 1 < end && text.charAt(i + 1) == '(') {
                int close = noParenthesis ? -1 : find(')', i, end);
                noParenthesis = close < 0;
                if (close >= 0) {
                    counting.add(i, close + 1);
                    i = close;
                }
                i++;
            } else if (startsAddress(i)) {
                int last = i;
                while (last < end && !isSpaceAt(last) && "<>\"".indexOf(text.charAt(last)) < 0) {
                    last++;
                }
                counting.add(i, last);
                i = last;
            } else {
                i++;
            }
        }
    }

    private boolean startsAddress(int at) {
        String scheme = switch (text.charAt(at)) {
            case 'h', 'H' -> text.regionMatches(true, at, "https", 0, 5) ? "https://" : "http://";
            case 'w', 'W' -> "www.";
            case 'm', 'M' -> "mailto:";
            default -> "";
        };
        return !scheme.isEmpty()
                && (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                && text.regionMatches(true, at, scheme, 0, scheme.length());
    }
}
