package io.kernelweave.export;

import io.kernelweave.dataset.DatasetExport;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Looks an archive through before anything is made of it. Names, sizes and methods come first: entries that would leave their
 * folder, that are twice there, that are not stored as they are (so that nothing expands) or that lie over each other are
 * refused without reading on. Then every digest is compared. Then the archive is written again from its content, and every byte
 * has to be the same: what a zip can carry beside that (links, comments, extra fields, bytes in between) is not in ours.
 */
public final class ArchiveCheck {
    /** Longer documents of these are not read: ours have some hundred bytes for each file of the archive. */
    private static final long LONGEST_DOCUMENT = 64 << 20;

    private static final int MOST_PROBLEMS = 20;
    private static final Pattern ROOT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,255}");
    private static final Pattern SUM = Pattern.compile("([0-9a-f]{64})  ([^\\n]+)");

    /**
     * Something that is not as it was packed.
     *
     * @param where an entry, or a place in the zip
     */
    public record Problem(String where, String what) {
        @Override
        public String toString() {
            return where + ": " + what;
        }
    }

    /** Whose word the archive is. */
    public enum Signed {
        /** There is no signature. */
        NO,
        /** There is one, and no key was given to check it with. */
        UNCHECKED,
        YES
    }

    /**
     * @param manifest null if it cannot be read; there is a problem then
     * @param problems empty: every byte is as it was packed
     */
    public record Checked(Archive.@Nullable Manifest manifest, Signed signed, List<Problem> problems) {
        public boolean isSound() {
            return problems.isEmpty();
        }
    }

    /** Thrown where reading on makes no sense. */
    private static final class Hopeless extends Exception {
        private static final long serialVersionUID = 1;
    }

    private record Found(ZipEntry entry, String sha256) {}

    private final Path file;
    private final ZipFile zip;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Found> entries = new TreeMap<>();
    private String root = "";

    private ArchiveCheck(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * Checks an archive.
     *
     * @param key whose signature it must have; null to take it without
     * @throws InputException if the file cannot be read
     */
    public static Checked check(Path file, @Nullable PublicKey key) {
        if (!Files.isRegularFile(file)) {
            throw InputException.at(
                    file.toString(), "there is no such file", "name a zip that `kernelweave export` wrote");
        }
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            return new ArchiveCheck(file, zip).check(key);
        } catch (ZipException | EOFException e) {
            return new Checked(null, Signed.NO, List.of(new Problem("the zip's directory", "is damaged")));
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "check the file");
        }
    }

    private Checked check(@Nullable PublicKey key) throws IOException {
        Archive.Manifest manifest = null;
        Signed signed = Signed.NO;
        try {
            structure();
            contents();
            byteForByte();
            byte[] sums = document(Archive.SUMS);
            manifest = manifest();
            sums(sums);
            signed = signature(sums, key);
        } catch (Hopeless e) {
            // the problem is in the list
        }
        return new Checked(
                manifest, signed, List.copyOf(problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS))));
    }

    private void problem(String where, String what) {
        problems.add(new Problem(shown(where), what));
    }

    private static String shown(String name) {
        String clean = name.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 200 ? clean : clean.substring(0, 200) + "…";
    }

    /** Names, methods and sizes, from the zip's directory. */
    private void structure() throws IOException, Hopeless {
        long room = Files.size(file);
        Set<String> names = new HashSet<>();
        Set<String> folded = new HashSet<>();
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
            ZipEntry entry = all.nextElement();
            String name = entry.getName();
            int slash = name.indexOf('/');
            String first = slash < 0 ? name : name.substring(0, slash);
            if (!isSafe(name)) {
                problem(name, "is no name that an archive may have: it could lead out of its folder");
            } else if (!root.isEmpty() && !first.equals(root)) {
                problem(name, "is not below " + root + "/, as the entries before are");
            } else if (!names.add(name)) {
                problem(name, "is there twice");
            } else if (!folded.add(name.toLowerCase(Locale.ROOT))) {
                problem(name, "is the same as another but for upper and lower case");
            }
            if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
                problem(name, "is compressed; archives store their entries as they are");
            }
            room -= entry.getSize();
            if (room < 0) {
                problem(name, "the sizes of the entries add up to more than the file");
            }
            if (!problems.isEmpty()) {
                throw new Hopeless();
            }
            root = first;
            entries.put(name.substring(root.length() + 1), new Found(entry, ""));
        }
        for (String needed : List.of(Archive.MANIFEST, Archive.SUMS)) {
            if (!entries.containsKey(needed)) {
                problem(needed, "is missing: this is no archive of kernelweave");
            }
        }
        if (!problems.isEmpty()) {
            throw new Hopeless();
        }
    }

    /** One root, and below it names of which none is empty, a dot, two dots, or holds a backslash or a control character. */
    static boolean isSafe(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length < 2 || !ROOT.matcher(parts[0]).matches()) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.startsWith(".")
                    || part.length() > 255
                    || part.chars().anyMatch(c -> c < ' ' || c == '\\' || c == ':' || c == 0x7f)) {
                return false;
            }
        }
        return true;
    }

    private void contents() throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (Map.Entry<String, Found> each : entries.entrySet()) {
            ZipEntry entry = each.getValue().entry();
            MessageDigest digest = Digest.sha256();
            CRC32 crc = new CRC32();
            long bytes = 0;
            try (InputStream in = zip.getInputStream(entry)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                    crc.update(buffer, 0, read);
                    bytes += read;
                }
            } catch (ZipException | EOFException e) {
                problem(each.getKey(), "cannot be read: the zip's directory and what it leads to differ");
                continue;
            }
            if (bytes != entry.getSize() || crc.getValue() != entry.getCrc()) {
                problem(each.getKey(), "its bytes are not those that were packed");
            }
            each.setValue(new Found(entry, HexFormat.of().formatHex(digest.digest())));
        }
    }

    /** Writes the archive again beside the one that is there. */
    private void byteForByte() throws IOException, Hopeless {
        if (!problems.isEmpty()) {
            return; // what is damaged is named already
        }
        String[] writing = {"the beginning"};
        try (InputStream there = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            OutputStream same = new OutputStream() {
                private long at;

                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    byte[] read = there.readNBytes(length);
                    int differs = Arrays.mismatch(read, 0, read.length, bytes, from, from + length);
                    if (differs >= 0) {
                        throw new ZipException("byte " + (at + differs));
                    }
                    at += length;
                }
            };
            try (Archive.Writer writer = new Archive.Writer(same)) {
                for (Map.Entry<String, Found> each : entries.entrySet()) {
                    writing[0] = each.getKey();
                    ZipEntry entry = each.getValue().entry();
                    try (InputStream in = zip.getInputStream(entry)) {
                        writer.add(entry.getName(), entry.getSize(), entry.getCrc(), in);
                    }
                }
                writing[0] = "the zip's directory";
            }
            if (there.read() >= 0) {
                problem("the zip's end", "there are bytes after it");
            }
        } catch (ZipException e) {
            problem(
                    writing[0],
                    "the zip around it is not as kernelweave writes it, from " + e.getMessage() + " of the file on");
        }
        if (!problems.isEmpty()) {
            throw new Hopeless();
        }
    }

    private byte[] document(String name) throws IOException, Hopeless {
        ZipEntry entry = Objects.requireNonNull(entries.get(name)).entry();
        if (entry.getSize() > LONGEST_DOCUMENT) {
            problem(name, "is longer than " + (LONGEST_DOCUMENT >> 20) + " MiB");
            throw new Hopeless();
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private Archive.Manifest manifest() throws IOException, Hopeless {
        Archive.Manifest manifest;
        try {
            manifest = Json.parse(
                    new String(document(Archive.MANIFEST), StandardCharsets.UTF_8),
                    Archive.Manifest.class,
                    Archive.MANIFEST);
        } catch (InputException e) {
            problem(Archive.MANIFEST, "cannot be read: " + e.getMessage());
            throw new Hopeless();
        }
        if (!Archive.FORMATS.contains(String.valueOf(manifest.format()))
                || manifest.files() == null
                || manifest.runs() == null) {
            problem(Archive.MANIFEST, "is no manifest of the form " + Archive.FORMAT);
            throw new Hopeless();
        }
        Set<String> unnamed = new TreeSet<>(entries.keySet());
        unnamed.removeAll(Set.of(Archive.MANIFEST, Archive.SUMS, Archive.SIGNATURE));
        for (Archive.Entry named : manifest.files()) {
            Found found = entries.get(String.valueOf(named.path()));
            if (found == null || !unnamed.remove(named.path())) {
                problem(String.valueOf(named.path()), "is in the manifest and not in the archive");
            } else if (found.entry().getSize() != named.bytes()
                    || !found.sha256().equals(named.sha256())) {
                problem(named.path(), "is not what the manifest says");
            }
        }
        unnamed.forEach(name -> problem(name, "is in the archive and not in the manifest"));
        for (Archive.PackedRun run : manifest.runs()) {
            String path = String.valueOf(run.path());
            String json = path.isEmpty() ? "run.json" : path + "/run.json";
            if (run.runId() == null || !ROOT.matcher(run.runId()).matches() || !entries.containsKey(json)) {
                problem(Archive.MANIFEST, "names a run " + shown(String.valueOf(run.runId())) + " that is not there");
            }
        }
        for (RunData.Packed data : manifest.data()) {
            String path = data.path();
            if (path != null && !entries.containsKey(path + "/" + DatasetExport.CROISSANT)) {
                problem(Archive.MANIFEST, "names a data set " + shown(path) + " that is not there");
            }
        }
        if (!root.equals(manifest.name())) {
            problem(Archive.MANIFEST, "says that the archive is called " + shown(String.valueOf(manifest.name())));
        }
        return manifest;
    }

    private void sums(byte[] sums) {
        Set<String> unnamed = new TreeSet<>(entries.keySet());
        unnamed.removeAll(Set.of(Archive.SUMS, Archive.SIGNATURE));
        for (String line : new String(sums, StandardCharsets.UTF_8).lines().toList()) {
            var sum = SUM.matcher(line);
            if (!sum.matches()) {
                problem(Archive.SUMS, "has a line that is no sum");
                return;
            }
            Found found = entries.get(sum.group(2));
            if (found == null || !unnamed.remove(sum.group(2))) {
                problem(sum.group(2), "is in " + Archive.SUMS + " and not in the archive");
            } else if (!found.sha256().equals(sum.group(1))) {
                problem(sum.group(2), "has another digest than " + Archive.SUMS + " says");
            }
        }
        unnamed.forEach(name -> problem(name, "is in the archive and not in " + Archive.SUMS));
    }

    private Signed signature(byte[] sums, @Nullable PublicKey key) throws IOException, Hopeless {
        if (!entries.containsKey(Archive.SIGNATURE)) {
            if (key != null) {
                problem(Archive.SIGNATURE, "is missing: nobody signed this archive");
            }
            return Signed.NO;
        }
        if (key == null) {
            return Signed.UNCHECKED;
        }
        if (!Signing.verify(sums, document(Archive.SIGNATURE), key)) {
            problem(Archive.SIGNATURE, "is not by this key");
            return Signed.NO;
        }
        return Signed.YES;
    }
}
