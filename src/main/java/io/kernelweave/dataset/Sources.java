package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.csv.DuplicateHeaderMode;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON Lines, CSV and Parquet, gzip'd or not, from any file system, one object a row. A refusal names the file and
 * the line.
 */
public final class Sources {
    private static final String CORPORA = "${corpora}";

    private Sources() {}

    /** Passes each row with its place ({@code file line n}) to {@code sink}. */
    public static void read(DatasetSpec.Source source, @Nullable String obtain, BiConsumer<String, ObjectNode> sink) {
        String path = resolve(source.path(), obtain);
        Folder folder = folder(path);
        String file = file(folder, path, obtain);
        String format = source.format() != null ? source.format() : format(file);
        switch (format) {
            case "jsonl" -> lines(folder, file, path, (origin, line) -> sink.accept(origin, object(origin, line)));
            case "csv" -> csv(folder, file, path, sink);
            case "parquet" -> {
                int[] row = {0};
                ParquetRows.read(folder, file, object -> sink.accept(path + " row " + ++row[0], object));
            }
            default -> throw InputException.at(path, "unknown format \"" + format + "\"", "use jsonl, csv or parquet");
        }
    }

    /** Passes each line of JSON Lines with its place to {@code sink}, as it is written. */
    static void readLines(DatasetSpec.Source source, @Nullable String obtain, BiConsumer<String, String> sink) {
        String path = resolve(source.path(), obtain);
        Folder folder = folder(path);
        String file = file(folder, path, obtain);
        if (!(source.format() != null ? source.format() : format(file)).equals("jsonl")) {
            throw InputException.at(path, "schemas are read from JSON Lines only", "give a .jsonl or .jsonl.gz");
        }
        lines(folder, file, path, sink);
    }

    /** The bytes of a source, packed or not, as they are. */
    static InputStream open(DatasetSpec.Source source, @Nullable String obtain) {
        String path = resolve(source.path(), obtain);
        Folder folder = folder(path);
        return folder.open(file(folder, path, obtain));
    }

    /** SHA-256 of the bytes of a source. */
    static String digest(DatasetSpec.Source source, @Nullable String obtain) {
        MessageDigest digest = Digest.sha256();
        try (InputStream in = new DigestInputStream(open(source, obtain), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Whether the file of a source is there. */
    static boolean exists(DatasetSpec.Source source, @Nullable String obtain) {
        String path = resolve(source.path(), obtain);
        return folder(path).exists(path.substring(path.lastIndexOf('/') + 1));
    }

    private static Folder folder(String path) {
        int slash = path.lastIndexOf('/');
        return Folder.of(slash < 0 ? "." : path.substring(0, slash + 1));
    }

    private static String file(Folder folder, String path, @Nullable String obtain) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        if (!folder.exists(file)) {
            throw InputException.at(path, "there is no such file", obtain == null ? "check the path" : obtain);
        }
        return file;
    }

    /** Puts the folder of the public corpora in place of <code>${corpora}</code>. */
    static String resolve(String path, @Nullable String obtain) {
        if (!path.contains(CORPORA)) {
            return path;
        }
        String set = System.getProperty("kernelweave.corpora", System.getenv("KERNELWEAVE_CORPORA"));
        if (set != null && !set.isBlank()) {
            return path.replace(CORPORA, set);
        }
        for (String folder : new String[] {"datasets/corpora", "../shared/corpora"}) {
            if (Files.isDirectory(Path.of(folder))) {
                return path.replace(CORPORA, folder);
            }
        }
        throw InputException.at(
                path,
                "the public corpora are not here: neither KERNELWEAVE_CORPORA is set nor is there datasets/corpora",
                obtain == null ? "set KERNELWEAVE_CORPORA to their folder" : obtain);
    }

    private static String format(String file) {
        String name = file.endsWith(".gz") ? file.substring(0, file.length() - 3) : file;
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static void lines(Folder folder, String file, String path, BiConsumer<String, String> sink) {
        int number = 0;
        try (BufferedReader reader = reader(folder, file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    sink.accept(path + " line " + number, line);
                }
            }
        } catch (IOException e) {
            throw broken(path, number, e);
        }
    }

    private static ObjectNode object(String origin, String line) {
        JsonNode row;
        try {
            row = Json.parse(line, origin);
        } catch (InputException e) {
            throw new InputException(String.valueOf(e.getMessage()).replaceFirst("( line \\d+) line 1", "$1"));
        }
        if (row instanceof ObjectNode object) {
            return object;
        }
        throw InputException.at(origin, "is not a JSON object", "give one object a line");
    }

    private static void csv(Folder folder, String file, String path, BiConsumer<String, ObjectNode> sink) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .setDuplicateHeaderMode(DuplicateHeaderMode.DISALLOW)
                .setIgnoreEmptyLines(true)
                .get();
        long number = 1;
        try (CSVParser parser = format.parse(reader(folder, file))) {
            for (CSVRecord record : parser) {
                number = parser.getCurrentLineNumber();
                String origin = path + " line " + number;
                if (!record.isConsistent()) {
                    throw InputException.at(
                            origin,
                            "has " + record.size() + " fields, the header has "
                                    + parser.getHeaderNames().size(),
                            "quote fields that hold commas or line breaks");
                }
                ObjectNode row = Json.object();
                record.toMap().forEach(row::put);
                sink.accept(origin, row);
            }
        } catch (UncheckedIOException e) {
            throw broken(path, number, e.getCause() == null ? new IOException(e) : e.getCause());
        } catch (CSVException e) {
            throw broken(path, number, e);
        } catch (IOException e) {
            throw broken(path, number, e);
        } catch (IllegalArgumentException e) {
            throw InputException.at(path, String.valueOf(e.getMessage()), "the first line names each column once");
        }
    }

    private static BufferedReader reader(Folder folder, String file) throws IOException {
        InputStream in = folder.open(file);
        if (file.endsWith(".gz")) {
            in = new GZIPInputStream(in, 1 << 16);
        }
        BufferedReader reader = new BufferedReader(
                new InputStreamReader(
                        in,
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)),
                1 << 16);
        reader.mark(1);
        if (reader.read() != 0xfeff) { // spreadsheets put a byte order mark before UTF-8
            reader.reset();
        }
        return reader;
    }

    private static RuntimeException broken(String path, long lastLine, IOException e) {
        String after = path + " after line " + lastLine;
        if (e instanceof java.io.EOFException || e instanceof ZipException) {
            return InputException.at(after, "the gzip stream is cut short or damaged", "copy the file again");
        }
        if (e instanceof java.nio.charset.CharacterCodingException) {
            return InputException.at(after, "the bytes are not UTF-8", "save the file as UTF-8");
        }
        if (e instanceof CSVException) {
            return InputException.at(after, String.valueOf(e.getMessage()), "correct the quoting");
        }
        return new UncheckedIOException(after, e);
    }
}
