package io.kernelweave.report;

import freemarker.core.CommonMarkupOutputFormat;
import freemarker.core.CommonTemplateMarkupOutputModel;
import java.io.IOException;
import java.io.Writer;
import java.util.regex.Pattern;

/**
 * Markdown as an output format of FreeMarker: whatever a template inserts is escaped, so that text from prompts and answers
 * cannot become markup, nor break a table.
 */
final class MarkdownOutputFormat extends CommonMarkupOutputFormat<MarkdownOutputFormat.Model> {
    static final MarkdownOutputFormat INSTANCE = new MarkdownOutputFormat();

    private static final String ESCAPED = "\\`*_{}[]<>|~#";

    /** The space before a unit, that between the ends of an interval, and that after "of". */
    private static final Pattern INSIDE_A_FIGURE = Pattern.compile("(?<=\\d) (?=(?:%|points\\b|[mµn]?s\\b|[kM]B\\b))"
            + "|(?<=\\[[+-]?[\\d.]{1,12},) (?=[+-]?[\\d.]{1,12}])|(?<=\\bof) (?=\\d)");

    private MarkdownOutputFormat() {}

    /** A text in which no figure is torn between two lines: the spaces in figures do not break. */
    static String unbroken(String text) {
        return INSIDE_A_FIGURE.matcher(text).replaceAll("\u00a0");
    }

    /** A piece of finished Markdown. */
    static final class Model extends CommonTemplateMarkupOutputModel<Model> {
        Model(String plainText, String markup) {
            super(plainText, markup);
        }

        @Override
        public MarkdownOutputFormat getOutputFormat() {
            return INSTANCE;
        }
    }

    @Override
    public String getName() {
        return "Markdown";
    }

    @Override
    public String getMimeType() {
        return "text/markdown";
    }

    @Override
    public void output(String textToEsc, Writer out) throws IOException {
        out.write(escapePlainText(textToEsc));
    }

    /** Backslashes before what Markdown would read as markup; line breaks become spaces; figures stay in one line. */
    @Override
    public String escapePlainText(String plain) {
        String text = unbroken(plain);
        StringBuilder out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '&') {
                out.append("&amp;");
            } else if (c == '\n' || c == '\r' || c == '\t') {
                out.append(' ');
            } else if (c < ' ' || c == 0x7f) {
                out.append('\ufffd');
            } else {
                // GitHub makes links of bare addresses, too.
                if (ESCAPED.indexOf(c) >= 0
                        || text.startsWith("://", i)
                        || c == '.' && text.startsWith("www.", i - 3)) {
                    out.append('\\');
                }
                out.append(c);
            }
        }
        return out.toString();
    }

    @Override
    public boolean isLegacyBuiltInBypassed(String builtInName) {
        return false;
    }

    @Override
    protected Model newTemplateMarkupOutputModel(String plainTextContent, String markupContent) {
        return new Model(plainTextContent, markupContent);
    }
}
