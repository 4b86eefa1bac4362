package io.kernelweave.report;

import freemarker.cache.ClassTemplateLoader;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateMethodModelEx;
import freemarker.template.TemplateModelException;
import io.kernelweave.stats.Interval;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The project's FreeMarker templates. Markdown and SVG escape what they insert; the functions here give Markdown that is
 * safe as it is: {@code code(text)}, {@code fence(text, language)}.
 */
final class Templates {
    private static final Configuration CONFIGURATION = configuration();

    private Templates() {}

    private static Configuration configuration() {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setTemplateLoader(new ClassTemplateLoader(Templates.class.getClassLoader(), "templates"));
        configuration.setDefaultEncoding("UTF-8");
        configuration.setLocale(Locale.ROOT);
        configuration.setNumberFormat("computer");
        configuration.setLogTemplateExceptions(false);
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setRegisteredCustomOutputFormats(List.of(MarkdownOutputFormat.INSTANCE));
        configuration.setRecognizeStandardFileExtensions(false);
        configuration.setSharedVariable(
                "code", (TemplateMethodModelEx) arguments -> markdown(code(text(arguments, 0))));
        configuration.setSharedVariable("fence", (TemplateMethodModelEx)
                arguments -> markdown(fence(text(arguments, 0), arguments.size() > 1 ? text(arguments, 1) : "")));
        return configuration;
    }

    /** Expands a template. */
    static String render(String template, Map<String, ?> model) {
        try {
            StringWriter out = new StringWriter();
            CONFIGURATION.getTemplate(template).process(model, out);
            return out.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TemplateException e) {
            throw new IllegalStateException("template " + template + ": " + e.getMessage(), e);
        }
    }

    private static Object markdown(String markup) throws TemplateModelException {
        return MarkdownOutputFormat.INSTANCE.fromMarkup(markup);
    }

    private static String text(List<?> arguments, int index) {
        return String.valueOf(arguments.get(index));
    }

    /** An inline code span that holds any text, in one line and fit for a table. */
    static String code(String text) {
        String line = text.replaceAll("[\\r\\n\\t]+", " ")
                .replaceAll("\\p{Cntrl}", "\ufffd")
                .strip();
        if (line.isEmpty()) {
            return "";
        }
        String ticks = "`".repeat(longestRun(line) + 1);
        String padding = line.startsWith("`") || line.endsWith("`") ? " " : "";
        return ticks + padding + line.replace("|", "\\|") + padding + ticks;
    }

    /** A fenced block that holds any text. */
    static String fence(String text, String language) {
        String fence = "`".repeat(Math.max(3, longestRun(text) + 1));
        return fence + language.replaceAll("[^A-Za-z0-9+-]", "") + "\n"
                + text.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "\ufffd").stripTrailing() + "\n" + fence;
    }

    private static int longestRun(String text) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = text.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** {@code 93.4 %} */
    static String percent(double share) {
        return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** {@code 93.4 % [92.0, 94.8]} */
    static String percent(double share, @Nullable Interval interval) {
        return interval == null || Double.isNaN(share) || Double.isInfinite(interval.low())
                ? percent(share)
                : String.format(
                        Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * share, 100 * interval.low(), 100 * interval.high());
    }

    /** {@code 0.9812 [0.9763, 0.9861]} */
    static String decimal(double value, @Nullable Interval interval) {
        return interval == null || Double.isNaN(value) || Double.isInfinite(interval.low())
                ? Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4f", value)
                : String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", value, interval.low(), interval.high());
    }

    /** {@code +3.1 points [+1.2, +5.0]} */
    static String points(double difference, @Nullable Interval interval) {
        return interval == null || Double.isInfinite(interval.low())
                ? String.format(Locale.ROOT, "%+.1f points", 100 * difference)
                : String.format(
                        Locale.ROOT,
                        "%+.1f points [%+.1f, %+.1f]",
                        100 * difference,
                        100 * interval.low(),
                        100 * interval.high());
    }

    /** Milliseconds with three significant digits. */
    static String millis(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        return value == 0
                ? "0"
                : String.format(
                        Locale.ROOT,
                        value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f",
                        value);
    }

    /** {@code 5,751} */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Microseconds with three significant digits, in the unit that fits: {@code 2.31 µs}, {@code 4.11 ms}. */
    static String micros(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        return value >= 1e6
                ? millis(value / 1e6) + " s"
                : value >= 1e3 ? millis(value / 1e3) + " ms" : millis(value) + " µs";
    }

    static String shorten(String text, int length) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= length ? line : line.substring(0, length - 1).stripTrailing() + "…";
    }
}
