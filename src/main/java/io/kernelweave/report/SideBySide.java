package io.kernelweave.report;

import io.kernelweave.compare.Moved.Side;

/**
 * Two answers in two columns, as an HTML table that Markdown takes as it is: without an empty line, which would end it. What differs is
 * marked, from the first character that is not the same to the last.
 */
final class SideBySide {
    private static final int LEAD = 160;
    private static final int MIDDLE = 700;
    private static final int TAIL = 80;

    private SideBySide() {}

    static String table(Side baseline, Side candidate) {
        String was = baseline.output();
        String is = candidate.output();
        int from = 0;
        while (from < Math.min(was.length(), is.length()) && was.charAt(from) == is.charAt(from)) {
            from++;
        }
        int same = 0;
        while (same < Math.min(was.length(), is.length()) - from
                && was.charAt(was.length() - 1 - same) == is.charAt(is.length() - 1 - same)) {
            same++;
        }
        return "<table>\n<tr><th align=\"left\">baseline: " + head(baseline) + "</th><th align=\"left\">candidate: "
                + head(candidate) + "</th></tr>\n<tr><td valign=\"top\">" + cell(was, from, same, "del")
                + "</td><td valign=\"top\">" + cell(is, from, same, "ins") + "</td></tr>\n</table>";
    }

    private static String head(Side side) {
        return escape(side.way().isEmpty() ? side.outcome() : side.outcome() + ", " + side.way(), " ");
    }

    private static String cell(String text, int from, int same, String mark) {
        if (text.isEmpty()) {
            return "<em>no text</em>";
        }
        int until = text.length() - same;
        int start = boundary(text, Math.max(0, from - LEAD));
        int cut = boundary(text, Math.min(until, from + MIDDLE));
        int end = boundary(text, cut < until ? cut : Math.min(text.length(), until + TAIL));
        from = boundary(text, from);
        StringBuilder cell = new StringBuilder("<pre>");
        cell.append(start > 0 ? "… " : "").append(escape(text.substring(start, from), "&#10;"));
        if (cut > from) {
            cell.append('<').append(mark).append('>');
            cell.append(escape(text.substring(from, cut), "&#10;"));
            cell.append("</").append(mark).append('>');
        }
        if (end > cut) {
            cell.append(escape(text.substring(cut, end), "&#10;"));
        }
        return cell.append(end < text.length() ? " …" : "").append("</pre>").toString();
    }

    /** Never between the halves of a character. */
    private static int boundary(String text, int at) {
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }

    private static String escape(String text, String newline) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\n' -> out.append(newline);
                case '\t' -> out.append(' ');
                case '\r' -> {}
                default -> out.append(c < ' ' || c == 0x7f ? '\ufffd' : c);
            }
        }
        return out.toString();
    }
}
