package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a data set's file. One in the very form in which {@link RowText} writes it is read here, and shares with the row before
 * what both say alike, above all the words of their kernel; any other one is left to {@link Json}, which reads or refuses it.
 */
final class RowReader {
    private static final int BLOCK = 8 << 20;
    private static final int PIECE = 1 << 18;
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?");

    private final byte[] bytes;
    private final Map<String, Double> numbers = new HashMap<>();
    private byte[] unescaped = new byte[1 << 12];
    private int at;
    private int end; // of the line
    private boolean plain; // whether the line is, so far, as it was written here
    private @Nullable DatasetRow before;
    private @Nullable Words words; // of a row before

    private RowReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The rows of a file, which is read once: its digest is taken while its lines are.
     *
     * @throws InputException if the file's bytes have another digest, or a line is no row
     */
    static List<DatasetRow> read(Folder folder, String file, String digest) {
        MessageDigest sha256 = Digest.sha256();
        List<DatasetRow> rows = new ArrayList<>();
        InputException wrong = null;
        try (InputStream in = folder.open(file)) {
            byte[] block = new byte[BLOCK];
            int filled = 0;
            for (boolean last = false; !last; ) {
                int got = in.readNBytes(block, filled, block.length - filled);
                int from = filled;
                filled += got;
                last = filled < block.length;
                int whole = last ? filled : end(block, filled);
                byte[] lines = block;
                CompletableFuture<Void> digested = CompletableFuture.runAsync(() -> sha256.update(lines, from, got));
                try {
                    if (wrong == null) {
                        rows.addAll(rows(lines, whole, folder + "/" + file, rows.size()));
                    }
                } catch (InputException e) {
                    wrong = e; // if the file is another one, that is to be said
                }
                digested.join();
                block = whole == 0 ? Arrays.copyOf(block, 2 * block.length) : block;
                System.arraycopy(block, whole, block, 0, filled - whole);
                filled -= whole;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String actual = HexFormat.of().formatHex(sha256.digest());
        if (!actual.equals(digest)) {
            throw InputException.at(
                    folder + "/" + file,
                    "is not the file that dataset.json describes: its digest is " + actual,
                    "rebuild it with `dataset build`");
        }
        if (wrong != null) {
            throw wrong;
        }
        return rows;
    }

    /** The end of the last whole line. */
    private static int end(byte[] block, int filled) {
        int end = filled;
        while (end > 0 && block[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private static List<DatasetRow> rows(byte[] block, int length, String file, int linesBefore) {
        List<int[]> pieces = new ArrayList<>();
        for (int from = 0; from < length; ) {
            int to = lineEnd(block, Math.min(from + PIECE, length), length);
            pieces.add(new int[] {from, to});
            from = to;
        }
        return pieces.parallelStream()
                .map(piece -> new RowReader(block).rows(piece[0], piece[1], file, linesBefore))
                .flatMap(List::stream)
                .toList();
    }

    /** The place after the line that a place is in. */
    private static int lineEnd(byte[] block, int from, int length) {
        int to = from;
        while (to < length && block[to++] != '\n') {}
        return to;
    }

    private List<DatasetRow> rows(int from, int to, String file, int linesBefore) {
        List<DatasetRow> rows = new ArrayList<>();
        for (int next = from; next < to; ) {
            int line = next;
            next = lineEnd(bytes, line, to);
            DatasetRow row = row(line, bytes[next - 1] == '\n' ? next - 1 : next);
            if (row == null) {
                int number = linesBefore + 1;
                for (int i = 0; i < line; i++) {
                    number += bytes[i] == '\n' ? 1 : 0;
                }
                row = Json.parse(
                        new String(bytes, line, end - line, StandardCharsets.UTF_8),
                        DatasetRow.class,
                        file + " line " + number);
            } else {
                before = row;
            }
            rows.add(row);
        }
        return rows;
    }

    /** A line as it was written here; null for any other one. */
    private @Nullable DatasetRow row(int from, int to) {
        at = from;
        end = to;
        plain = true;
        DatasetRow same = before;
        String id = string("{\"id\":", null);
        String split = string(",\"split\":", same == null ? null : same.split());
        String phase = string(",\"phase\":", same == null ? null : same.phase());
        String target = string(",\"target\":", same == null ? null : same.target());
        String taskFamily = string(",\"task_family\":", same == null ? null : same.taskFamily());
        String prompt = string(",\"prompt\":", null);
        Words words = words();
        String response = string(",\"response\":", null);
        expect(",\"verified\":");
        Boolean verified = taken("null") ? null : taken("true") ? Boolean.TRUE : expect("false");
        expect(",\"verification_score\":");
        Double score = taken("null") ? null : number();
        expect(",\"confidence\":");
        double confidence = number();
        expect(",\"weight\":");
        double weight = number();
        String clusterId = string(",\"cluster_id\":", same == null ? null : same.clusterId());
        List<String> acceptable = strings(",\"acceptable_kernels\":", same == null ? null : same.acceptableKernels());
        String origin = string(",\"origin\":", same == null ? null : same.origin());
        String notes = string(",\"notes\":", same == null ? null : same.notes());
        expect("}");
        if (!plain || at != end) {
            return null;
        }
        return new DatasetRow(
                id,
                split,
                phase,
                target,
                taskFamily,
                prompt,
                words.kernelId,
                words.kernelName,
                words.steps,
                words.preconditions,
                words.postconditions,
                words.evidenceRequirements,
                words.rollback,
                response,
                verified,
                score,
                confidence,
                weight,
                clusterId,
                acceptable,
                origin,
                notes);
    }

    /** What follows of the kernel: the same as in a row before, if the bytes are. */
    private Words words() {
        Words known = words;
        if (known != null
                && Arrays.equals(bytes, known.from, known.to, bytes, at, Math.min(at + known.to - known.from, end))) {
            at += known.to - known.from;
            return known;
        }
        int from = at;
        Words read = new Words(
                from,
                taken(",\"kernel_id\":null") ? null : string(",\"kernel_id\":", null),
                taken(",\"kernel_name\":null") ? null : string(",\"kernel_name\":", null),
                strings(",\"kernel_steps\":", null),
                strings(",\"kernel_preconditions\":", null),
                strings(",\"kernel_postconditions\":", null),
                strings(",\"kernel_evidence_requirements\":", null),
                strings(",\"kernel_rollback\":", null),
                at);
        if (plain) {
            words = read;
        }
        return read;
    }

    private boolean taken(String text) {
        int length = text.length();
        if (length > end - at) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[at + i] != text.charAt(i)) {
                return false;
            }
        }
        at += length;
        return true;
    }

    private boolean expect(String text) {
        plain = plain && taken(text);
        return false;
    }

    private List<String> strings(String name, @Nullable List<String> same) {
        expect(name);
        expect("[");
        List<String> strings = new ArrayList<>();
        if (!taken("]")) {
            do {
                strings.add(string("", null));
            } while (plain && taken(","));
            expect("]");
        }
        return same != null && strings.equals(same) ? same : List.copyOf(strings);
    }

    private double number() {
        int from = at;
        while (at < end && bytes[at] != ',' && bytes[at] != '}') {
            at++;
        }
        String text = new String(bytes, from, at - from, StandardCharsets.ISO_8859_1);
        plain = plain && (numbers.containsKey(text) || NUMBER.matcher(text).matches());
        return plain ? numbers.computeIfAbsent(text, Double::valueOf) : Double.NaN;
    }

    /** @param same what it may well be; then that text is given, so that rows share it */
    private String string(String name, @Nullable String same) {
        expect(name);
        expect("\"");
        int from = at;
        while (plain && at < end && bytes[at] != '"' && bytes[at] != '\\') {
            plain = bytes[at] >= ' ' || bytes[at] < 0;
            at++;
        }
        String text;
        if (plain && at < end && bytes[at] == '\\') {
            text = unescaped(from);
        } else {
            text = new String(bytes, from, at - from, StandardCharsets.UTF_8);
        }
        expect("\"");
        return same != null && text.equals(same) ? same : text;
    }

    private String unescaped(int from) {
        if (unescaped.length < end - from) {
            unescaped = new byte[2 * (end - from)];
        }
        int length = at - from;
        System.arraycopy(bytes, from, unescaped, 0, length);
        while (plain && at < end && bytes[at] != '"') {
            byte next = bytes[at++];
            if (next == '\\' && at < end) {
                int escape = ESCAPES.indexOf(bytes[at++]);
                plain = escape >= 0;
                next = plain ? (byte) ESCAPED.charAt(escape) : 0;
            } else {
                plain = next >= ' ' || next < 0;
            }
            unescaped[length++] = next;
        }
        return new String(unescaped, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * What a row says of its kernel.
     *
     * @param from where that begins in the bytes
     */
    private record Words(
            int from,
            @Nullable String kernelId,
            @Nullable String kernelName,
            List<String> steps,
            List<String> preconditions,
            List<String> postconditions,
            List<String> evidenceRequirements,
            List<String> rollback,
            int to) {}
}
