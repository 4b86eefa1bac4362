package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.parser.StringProvider;
import net.sf.jsqlparser.parser.TokenMgrException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jsoup.nodes.Document;
import org.jsoup.parser.Parser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A kind of document, as a parser that others keep reads it. A plain word is none of them: where a parser takes anything, a
 * document has to have something of its kind.
 */
enum Format {
    /** One JSON value. */
    JSON(Subject.MAX_TEXT) {
        @Override
        JsonNode parse(String text) {
            return Subject.json(text, "it");
        }
    },
    /** One YAML document that is a mapping or a sequence. */
    YAML(150_000) {
        @Override
        JsonNode parse(String text) {
            JsonNode value = Json.parseYaml(text, JsonNode.class, "it");
            if (!value.isContainer()) {
                throw new InputException("it is " + Path.kind(value) + ", not a mapping or a sequence");
            }
            return value;
        }
    },
    /** Comma-separated records (RFC 4180) with two columns or more, of which the first names the fields of the others. */
    CSV(200_000) {
        @Override
        JsonNode parse(String text) throws IOException {
            ArrayNode rows = Json.mapper().createArrayNode();
            try (CSVParser records = CSVParser.parse(text, CSVFormat.RFC4180)) {
                List<String> header = List.of();
                for (CSVRecord fields : records) {
                    if (header.isEmpty()) {
                        header = fields.toList();
                        names(header);
                        continue;
                    }
                    if (fields.size() != header.size()) {
                        throw new InputException("record " + fields.getRecordNumber() + " has " + fields.size()
                                + " fields, the first has " + header.size());
                    }
                    ObjectNode row = rows.addObject();
                    for (int i = 0; i < header.size(); i++) {
                        row.put(header.get(i), fields.get(i));
                    }
                }
                if (header.isEmpty()) {
                    throw new InputException("it has no records");
                }
            }
            return rows;
        }

        private static void names(List<String> header) {
            Set<String> names = new LinkedHashSet<>();
            for (String name : header) {
                if (!names.add(name)) {
                    throw new InputException("two columns are called " + Finding.quote(name));
                }
            }
            if (header.size() < 2) {
                throw new InputException("it has one column");
            }
        }
    },
    /** A well-formed document with one root. Document types are not read, so that no entity is either. */
    XML(200_000) {
        @Override
        JsonNode parse(String text) throws Undecided {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            try {
                XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text));
                while (reader.hasNext()) {
                    if (reader.next() == XMLStreamConstants.DTD) {
                        throw new Undecided("it has a document type, which is not read");
                    }
                }
            } catch (XMLStreamException e) {
                throw new InputException(String.valueOf(e.getMessage()).replaceAll("(?s).*Message: ", ""));
            }
            return StringNode.valueOf(text);
        }
    },
    /** Markup with at least one element, and without what a parser of HTML5 would have to guess. */
    HTML(100_000) {
        @Override
        JsonNode parse(String text) {
            Parser parser = Parser.htmlParser().setTrackErrors(1);
            Document document = parser.parseInput(text, "");
            if (!parser.getErrors().isEmpty()) {
                throw new InputException(parser.getErrors().get(0).getErrorMessage());
            }
            // The parser gives every text a document, html, head and body.
            if (document.getAllElements().size() <= 4
                    && !text.toLowerCase(Locale.ROOT).contains("<body")) {
                throw new InputException("it has no elements");
            }
            return StringNode.valueOf(text);
        }
    },
    /** One or more statements. */
    SQL(4_000) {
        @Override
        JsonNode parse(String text) throws Undecided {
            if (nesting(text) > MAX_NESTING) {
                throw new Undecided("it is nested deeper than " + MAX_NESTING);
            }
            try {
                if (new CCJSqlParser(new StringProvider(text)).Statements().isEmpty()) {
                    throw new InputException("it has no statements");
                }
            } catch (ParseException | TokenMgrException e) {
                throw new InputException(
                        String.valueOf(e.getMessage()).lines().findFirst().orElse("no statement"));
            }
            return StringNode.valueOf(text);
        }

        private static int nesting(String text) {
            int depth = 0;
            int deepest = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
                deepest = Math.max(deepest, depth);
            }
            return deepest;
        }
    },
    /** An absolute URL (RFC 3986) with a host. */
    URL(10_000) {
        @Override
        JsonNode parse(String text) throws Undecided {
            try {
                URI uri = new URI(text);
                if (!uri.isAbsolute() || uri.getRawAuthority() == null) {
                    throw new InputException("it has no " + (uri.isAbsolute() ? "host" : "scheme"));
                }
                if (!uri.getRawAuthority().chars().allMatch(c -> c < 0x80)) {
                    throw new Undecided("the letters of its host are not of a URL, but may stand for one");
                }
                if (uri.parseServerAuthority().getHost() == null) {
                    throw new InputException("it has no host");
                }
            } catch (URISyntaxException e) {
                throw new InputException(e.getReason() + " at " + e.getIndex());
            }
            return StringNode.valueOf(text);
        }
    };

    private static final int MAX_NESTING = 30;

    private final int longest;

    Format(int longest) {
        this.longest = longest;
    }

    abstract JsonNode parse(String text) throws Undecided, IOException;

    /** Does it read as values that further checks can look into? */
    boolean hasValues() {
        return this == JSON || this == YAML || this == CSV;
    }

    /**
     * Reads a document.
     *
     * @return its values as JSON; of a kind that has none, the text
     * @throws InputException saying why it is none of this kind
     * @throws Undecided if it is longer or more deeply nested than what is read
     */
    JsonNode read(String text) throws Undecided {
        if (text.length() > longest) {
            throw new Undecided("it is longer than " + longest + " characters");
        }
        try {
            return parse(text);
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            throw new Undecided("it is nested too deeply");
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
