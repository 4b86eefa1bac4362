package io.kernelweave.report;

import static java.util.Objects.requireNonNull;

import freemarker.cache.ConditionalTemplateConfigurationFactory;
import freemarker.cache.FileNameGlobMatcher;
import freemarker.cache.FirstMatchTemplateConfigurationFactory;
import freemarker.cache.NullCacheStorage;
import freemarker.cache.TemplateLoader;
import freemarker.core.HTMLOutputFormat;
import freemarker.core.OutputFormat;
import freemarker.core.ParseException;
import freemarker.core.TemplateClassResolver;
import freemarker.core.TemplateConfiguration;
import freemarker.core.XMLOutputFormat;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateMethodModelEx;
import freemarker.template.TemplateModelException;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.stats.Interval;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The templates of reports: those of the program, each replaced by a file of its name in a folder, where there is one. Markdown, SVG and
 * HTML escape what they insert, whatever a template says of itself; the functions here give Markdown that is safe as it is: {@code
 * code(text)}, {@code fence(text, language)}.
 *
 * <p>What was rendered by a replaced template says so at its end, and {@link #used} names every template by its bytes. Not for use by
 * several threads.
 */
final class Templates implements TemplateLoader {
    /** The name of the folder beside runs and comparisons. */
    static final String FOLDER = "templates";

    private final Map<String, String> replaced = new TreeMap<>();
    private final String place;
    private final Map<String, Source> used = new TreeMap<>();
    private final Set<Source> current = new TreeSet<>(Comparator.comparing(Source::name));
    private final Configuration configuration = configuration();
    private boolean isGoingOn;

    /** A template as it stands. */
    private record Source(String name, String text, boolean isReplaced) {
        String digest() {
            return Digest.of(text.getBytes(StandardCharsets.UTF_8));
        }

        String says() {
            return name + " (SHA-256 " + digest() + ")";
        }
    }

    private Templates(String place) {
        this.place = place;
    }

    /** Those of the program alone. */
    static Templates builtIn() {
        return new Templates("");
    }

    /** Those of the program and of the folder {@code templates} of a reports folder. */
    static Templates of(Folder reports) {
        Folder folder = reports.resolve(FOLDER);
        Templates templates = new Templates(folder.toString());
        for (String name : folder.list()) {
            if (name.endsWith(".ftl")) {
                templates.replaced.put(name, folder.readText(name));
            }
        }
        return templates;
    }

    /** Those for a folder in {@code runs} or {@code compare} of a reports folder. */
    static Templates beside(Folder folder) {
        return of(folder.parent().parent());
    }

    private Configuration configuration() {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setTemplateLoader(this);
        configuration.setCacheStorage(NullCacheStorage.INSTANCE); // so that each rendering says what it is made of
        configuration.setLocalizedLookup(false);
        configuration.setDefaultEncoding("UTF-8");
        configuration.setLocale(Locale.ROOT);
        configuration.setNumberFormat("computer");
        configuration.setLogTemplateExceptions(false);
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setRegisteredCustomOutputFormats(List.of(MarkdownOutputFormat.INSTANCE));
        configuration.setRecognizeStandardFileExtensions(false);
        configuration.setOutputFormat(MarkdownOutputFormat.INSTANCE);
        configuration.setTemplateConfigurations(new FirstMatchTemplateConfigurationFactory(
                        escaping("*.svg.ftl", XMLOutputFormat.INSTANCE),
                        escaping("figure.ftl", XMLOutputFormat.INSTANCE),
                        escaping("*.xml.ftl", XMLOutputFormat.INSTANCE),
                        escaping("*.html.ftl", HTMLOutputFormat.INSTANCE))
                .allowNoMatch(true));
        configuration.setSharedVariable(
                "code", (TemplateMethodModelEx) arguments -> markdown(code(text(arguments, 0))));
        configuration.setSharedVariable("fence", (TemplateMethodModelEx)
                arguments -> markdown(fence(text(arguments, 0), arguments.size() > 1 ? text(arguments, 1) : "")));
        return configuration;
    }

    private static ConditionalTemplateConfigurationFactory escaping(String names, OutputFormat format) {
        TemplateConfiguration escapes = new TemplateConfiguration();
        escapes.setOutputFormat(format);
        return new ConditionalTemplateConfigurationFactory(new FileNameGlobMatcher(names), escapes);
    }

    /**
     * Expands a template.
     *
     * @throws InputException if a replaced template is at fault, naming its line
     */
    String render(View view) {
        if (!isGoingOn) {
            current.clear();
        }
        // What is put into a page counts as part of it.
        isGoingOn = view.template().endsWith(".css.ftl") || view.template().endsWith(".js.ftl");
        StringWriter out = new StringWriter();
        try {
            configuration.getTemplate(view.template()).process(view.model(), out);
        } catch (ParseException e) {
            throw fault(e.getTemplateName(), e.getLineNumber(), e.getEditorMessage(), e);
        } catch (TemplateException e) {
            Integer line = e.getLineNumber();
            throw fault(e.getTemplateSourceName(), line == null ? 0 : line, e.getMessageWithoutStackTop(), e);
        } catch (IOException | StackOverflowError e) {
            throw fault(view.template(), 0, e.toString(), e);
        }
        current.forEach(source -> used.put(source.name, source));
        return isGoingOn ? out.toString() : out + note(view.template());
    }

    private RuntimeException fault(@Nullable String template, int line, String problem, Throwable cause) {
        List<String> own =
                current.stream().filter(Source::isReplaced).map(Source::name).toList();
        if (own.isEmpty()) {
            return new IllegalStateException("template " + template + ":" + line + ": " + problem, cause);
        }
        String name = template == null ? own.get(0) : template;
        return InputException.at(
                (own.contains(name) ? place + "/" + name : name) + (line > 0 ? ":" + line : ""),
                problem.lines()
                        .filter(text -> !text.isBlank())
                        .limit(3)
                        .collect(Collectors.joining(" "))
                        .strip(),
                (own.contains(name) ? "mend it" : "mend " + place + "/" + String.join(", ", own))
                        + ", or remove it to have the program's own");
    }

    /** What a page says of templates that are not the program's: of a report, those of its figures too. */
    private String note(String template) {
        List<String> others = (template.endsWith(".md.ftl") ? used.values() : current)
                .stream().filter(Source::isReplaced).map(Source::says).toList();
        if (others.isEmpty()) {
            return "";
        }
        String says = "Rendered by templates that are not the program's own: " + String.join(", ", others) + ".";
        return template.endsWith(".md.ftl")
                ? "\n---\n\n" + MarkdownOutputFormat.INSTANCE.escapePlainText(says) + "\n"
                : "<!-- " + says.replace("--", "- -") + " -->\n";
    }

    /** Each template used so far → SHA-256 of its bytes. */
    Map<String, String> used() {
        Map<String, String> digests = new TreeMap<>();
        used.values().forEach(source -> digests.put(source.name, source.digest()));
        return digests;
    }

    /** Some templates → SHA-256 of their bytes. */
    Map<String, String> digests(List<String> names) {
        Map<String, String> digests = new TreeMap<>();
        names.forEach(name -> digests.put(name, source(name).digest()));
        return digests;
    }

    /** Those of {@link #used} that are not the program's own. */
    List<String> replaced() {
        return used.values().stream()
                .filter(Source::isReplaced)
                .map(Source::name)
                .toList();
    }

    @Override
    public @Nullable Object findTemplateSource(String name) {
        if (!replaced.containsKey(name) && Templates.class.getClassLoader().getResource("templates/" + name) == null) {
            return null;
        }
        Source source = source(name);
        current.add(source);
        return source;
    }

    private Source source(String name) {
        String own = replaced.get(name);
        if (own != null) {
            return new Source(name, own, true);
        }
        try (InputStream in = Templates.class.getClassLoader().getResourceAsStream("templates/" + name)) {
            return new Source(name, new String(requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long getLastModified(Object source) {
        return 0;
    }

    @Override
    public Reader getReader(Object source, String encoding) {
        return new StringReader(((Source) source).text);
    }

    @Override
    public void closeTemplateSource(Object source) {}

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

    /** {@code +3.1 points [+1.2, +5.0]}; no interval reaches beyond the hundred points that there are. */
    static String points(double difference, @Nullable Interval interval) {
        return interval == null || Double.isInfinite(interval.low()) || Double.isInfinite(interval.high())
                ? String.format(Locale.ROOT, "%+.1f points", 100 * difference + 0.0)
                : String.format(
                        Locale.ROOT,
                        "%+.1f points [%+.1f, %+.1f]",
                        100 * difference + 0.0,
                        100 * Math.max(-1, interval.low()) + 0.0,
                        100 * Math.min(1, interval.high()) + 0.0);
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
