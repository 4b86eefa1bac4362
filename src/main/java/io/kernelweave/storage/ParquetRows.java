package io.kernelweave.storage;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.HadoopParquetConfiguration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopStreams;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows in Parquet files, as JSON objects under a Parquet schema: strings, integers, doubles, booleans, UTC timestamps (ISO
 * 8601 text in JSON, microseconds in the file), lists and structs. Files are compressed with zstd and appear under their
 * name only when they are whole and on the disk.
 *
 * <p>The layout of lists is the three-level one of the
 * <a href="https://github.com/apache/parquet-format/blob/master/LogicalTypes.md">Parquet format</a>, which DuckDB, Spark
 * and pandas read.
 */
public final class ParquetRows {
    private ParquetRows() {}

    /** The schema of a file's rows. */
    public static final class Schema {
        private final MessageType type;

        private Schema(MessageType type) {
            this.type = type;
        }

        /** Reads a Parquet schema from its text form. */
        public static Schema parse(String text) {
            return new Schema(MessageTypeParser.parseMessageType(text));
        }

        /** The schema of a file, from its footer. */
        public static Schema of(Folder folder, String name) {
            return new Schema(
                    footer(folder, name, ParquetFileReader::getFileMetaData).getSchema());
        }

        /** The columns of flat rows, in order. */
        public List<Column> columns() {
            return type.getFields().stream().map(Schema::column).toList();
        }

        private static Column column(Type field) {
            boolean list = field.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation;
            Type element = list ? field.asGroupType().getType(0).asGroupType().getType(0) : field;
            Kind kind = switch (element.asPrimitiveType().getPrimitiveTypeName()) {
                case BOOLEAN -> Kind.BOOLEAN;
                case INT32, INT64, INT96 -> Kind.INTEGER;
                case FLOAT, DOUBLE -> Kind.DOUBLE;
                case BINARY, FIXED_LEN_BYTE_ARRAY -> Kind.TEXT;
            };
            return new Column(field.getName(), kind, list, field.isRepetition(Type.Repetition.OPTIONAL));
        }
    }

    /** What a column holds. */
    public enum Kind {
        TEXT,
        DOUBLE,
        INTEGER,
        BOOLEAN
    }

    /**
     * A column of flat rows.
     *
     * @param list whether a row holds any number of values in it
     * @param nullable whether a row may hold none
     */
    public record Column(String name, Kind kind, boolean list, boolean nullable) {}

    /** A file that was written: its name and the SHA-256 of its bytes. */
    public record Written(String file, String sha256) {}

    /** Writes one file whole, or nothing. */
    public static Written write(Folder folder, String name, Schema schema, Iterable<ObjectNode> rows) {
        return write(folder, sha256 -> name, schema, rows);
    }

    /** Writes one file whole, or nothing, under a name that may depend on the SHA-256 of its bytes. */
    public static Written write(Folder folder, UnaryOperator<String> name, Schema schema, Iterable<ObjectNode> rows) {
        return folder.call(() -> {
            Path temporary = Folder.temporary(folder.path("part"));
            MessageDigest digest = Digest.sha256();
            try {
                try (ParquetWriter<ObjectNode> writer = new Builder(
                                new SyncedFile(folder, temporary, digest), schema.type)
                        .withConf(new Configuration(Folder.CONFIGURATION))
                        .withCompressionCodec(CompressionCodecName.ZSTD)
                        .withRowGroupSize(32L << 20)
                        .build()) {
                    for (ObjectNode row : rows) {
                        writer.write(row);
                    }
                }
                String sha256 = HexFormat.of().formatHex(digest.digest());
                String file = name.apply(sha256);
                folder.replace(temporary, folder.path(file));
                return new Written(file, sha256);
            } finally {
                folder.files().delete(temporary, false);
            }
        });
    }

    /** Passes each row of a file to {@code sink}, in order; the schema is the file's own. */
    public static void read(Folder folder, String name, Consumer<ObjectNode> sink) {
        folder.run(() -> read(
                folder + "/" + name,
                HadoopInputFile.fromPath(folder.path(name), Folder.CONFIGURATION),
                new GroupReadSupport(),
                FilterCompat.NOOP,
                group -> sink.accept(object(group))));
    }

    /**
     * The rows of a file as records, in order.
     *
     * @param file its bytes
     * @param origin names the file in a refusal
     */
    public static <R> List<R> read(byte[] file, String origin, RecordColumns<R> columns) {
        List<R> rows = new ArrayList<>();
        try {
            read(origin, new Bytes(file, origin), columns.support(), columns.filter(), rows::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static <T> void read(
            String origin, InputFile file, ReadSupport<T> support, FilterCompat.Filter filter, Consumer<T> sink)
            throws IOException {
        try (ParquetReader<T> reader = open(origin, file, support, filter)) {
            for (T row = next(reader, origin); row != null; row = next(reader, origin)) {
                sink.accept(row);
            }
        }
    }

    private static <T> ParquetReader<T> open(
            String origin, InputFile file, ReadSupport<T> support, FilterCompat.Filter filter) throws IOException {
        try {
            return new ParquetReader.Builder<T>(file, options()) {
                @Override
                protected ReadSupport<T> getReadSupport() {
                    return support;
                }
            }.withFilter(filter).build();
        } catch (RuntimeException e) {
            throw notParquet(origin, e);
        }
    }

    /** Parquet reads Hadoop's whole configuration again for each file that it opens without one. */
    private static ParquetConfiguration options() {
        return new HadoopParquetConfiguration(Folder.CONFIGURATION);
    }

    private static <T> @Nullable T next(ParquetReader<T> reader, String origin) throws IOException {
        try {
            return reader.read();
        } catch (RuntimeException e) {
            throw notParquet(origin, e);
        }
    }

    /** A file that was read already. */
    private record Bytes(byte[] bytes, String origin) implements InputFile {
        @Override
        public String toString() {
            return origin;
        }

        @Override
        public long getLength() {
            return bytes.length;
        }

        @Override
        public SeekableInputStream newStream() {
            Place place = new Place(bytes);
            return new DelegatingSeekableInputStream(place) {
                @Override
                public long getPos() {
                    return place.position();
                }

                @Override
                public void seek(long position) {
                    place.move((int) position);
                }
            };
        }
    }

    /** A place in bytes that can be moved. */
    private static final class Place extends ByteArrayInputStream {
        Place(byte[] bytes) {
            super(bytes);
        }

        int position() {
            return pos;
        }

        void move(int position) {
            pos = position;
        }
    }

    /** How many rows the footer of a file promises. */
    public static long count(Folder folder, String name) {
        return footer(folder, name, ParquetFileReader::getRecordCount);
    }

    private static <T> T footer(Folder folder, String name, Function<ParquetFileReader, T> what) {
        return folder.call(() -> {
            try (ParquetFileReader reader = ParquetFileReader.open(
                    HadoopInputFile.fromPath(folder.path(name), Folder.CONFIGURATION),
                    ParquetReadOptions.builder(options()).build())) {
                return what.apply(reader);
            } catch (RuntimeException e) {
                throw notParquet(folder + "/" + name, e);
            }
        });
    }

    private static RuntimeException notParquet(String origin, RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InputException refused) {
                return refused.in(origin);
            }
        }
        return InputException.at(
                origin, "is not a whole Parquet file: " + e.getMessage(), "restore it or write it again");
    }

    private static ObjectNode object(Group group) {
        ObjectNode object = Json.object();
        GroupType type = group.getType();
        for (int field = 0; field < type.getFieldCount(); field++) {
            if (group.getFieldRepetitionCount(field) > 0) {
                object.set(type.getFieldName(field), value(group, field, 0, type.getType(field)));
            } else {
                object.putNull(type.getFieldName(field));
            }
        }
        return object;
    }

    private static JsonNode value(Group group, int field, int index, Type type) {
        if (type.isPrimitive()) {
            return primitive(group, field, index, type.asPrimitiveType());
        }
        Group inner = group.getGroup(field, index);
        if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
            ArrayNode array = Json.mapper().createArrayNode();
            GroupType repeated = type.asGroupType().getType(0).asGroupType();
            for (int i = 0; i < inner.getFieldRepetitionCount(0); i++) {
                Group element = inner.getGroup(0, i);
                if (element.getFieldRepetitionCount(0) == 0) {
                    array.addNull();
                } else {
                    array.add(value(element, 0, 0, repeated.getType(0)));
                }
            }
            return array;
        }
        return object(inner);
    }

    private static JsonNode primitive(Group group, int field, int index, PrimitiveType type) {
        LogicalTypeAnnotation logical = type.getLogicalTypeAnnotation();
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> json.booleanNode(group.getBoolean(field, index));
            case INT32 -> json.numberNode(group.getInteger(field, index));
            case INT64 ->
                logical instanceof TimestampLogicalTypeAnnotation timestamp
                        ? json.stringNode(
                                instant(group.getLong(field, index), timestamp).toString())
                        : json.numberNode(group.getLong(field, index));
            case FLOAT -> json.numberNode(group.getFloat(field, index));
            case DOUBLE -> json.numberNode(group.getDouble(field, index));
            case INT96 ->
                json.stringNode(
                        NanoTime.fromBinary(group.getInt96(field, index)).toString());
            case BINARY, FIXED_LEN_BYTE_ARRAY ->
                json.stringNode(group.getBinary(field, index).toStringUsingUTF8());
        };
    }

    static Instant instant(long value, TimestampLogicalTypeAnnotation timestamp) {
        return switch (timestamp.getUnit()) {
            case MILLIS -> Instant.ofEpochMilli(value);
            case MICROS -> Instant.EPOCH.plus(value, ChronoUnit.MICROS);
            case NANOS -> Instant.EPOCH.plusNanos(value);
        };
    }

    private static final class Builder extends ParquetWriter.Builder<ObjectNode, Builder> {
        private final MessageType schema;

        Builder(OutputFile file, MessageType schema) {
            super(file);
            this.schema = schema;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @Deprecated
        protected WriteSupport<ObjectNode> getWriteSupport(Configuration configuration) {
            return new ObjectWriteSupport(schema);
        }
    }

    /** Feeds a JSON object into Parquet's record consumer, guided by the schema. */
    private static final class ObjectWriteSupport extends WriteSupport<ObjectNode> {
        private final MessageType schema;
        private RecordConsumer consumer;

        @SuppressWarnings("NullAway.Init") // Parquet calls prepareForWrite before any row
        ObjectWriteSupport(MessageType schema) {
            this.schema = schema;
        }

        @Override
        @Deprecated
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            this.consumer = recordConsumer;
        }

        @Override
        public void write(ObjectNode row) {
            consumer.startMessage();
            fields(schema, row);
            consumer.endMessage();
        }

        private void fields(GroupType group, JsonNode object) {
            for (int i = 0; i < group.getFieldCount(); i++) {
                field(group.getType(i), i, object.path(group.getFieldName(i)));
            }
        }

        private void field(Type type, int index, JsonNode value) {
            if (value.isMissingNode() || value.isNull()) {
                if (type.isRepetition(Type.Repetition.REQUIRED)) {
                    throw new IllegalArgumentException("required field " + type.getName() + " is missing");
                }
                return;
            }
            consumer.startField(type.getName(), index);
            value(type, value);
            consumer.endField(type.getName(), index);
        }

        private void value(Type type, JsonNode value) {
            if (type.isPrimitive()) {
                primitive(type.asPrimitiveType(), value);
                return;
            }
            consumer.startGroup();
            if (type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation) {
                GroupType repeated = type.asGroupType().getType(0).asGroupType();
                if (!value.isEmpty()) {
                    consumer.startField(repeated.getName(), 0);
                    for (JsonNode element : value) {
                        consumer.startGroup();
                        field(repeated.getType(0), 0, element);
                        consumer.endGroup();
                    }
                    consumer.endField(repeated.getName(), 0);
                }
            } else {
                fields(type.asGroupType(), value);
            }
            consumer.endGroup();
        }

        private void primitive(PrimitiveType type, JsonNode value) {
            switch (type.getPrimitiveTypeName()) {
                case BOOLEAN -> consumer.addBoolean(value.booleanValue());
                case INT32 -> consumer.addInteger(value.intValue());
                case INT64 ->
                    consumer.addLong(
                            type.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation
                                    ? ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(value.stringValue()))
                                    : value.longValue());
                case FLOAT -> consumer.addFloat(value.floatValue());
                case DOUBLE -> consumer.addDouble(value.doubleValue());
                default ->
                    consumer.addBinary(Binary.fromString(value.isString() ? value.stringValue() : value.toString()));
            }
        }
    }

    /** A new file whose close waits until the bytes are on the disk; they all go through the digest. */
    private record SyncedFile(Folder folder, Path path, MessageDigest digest) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) throws IOException {
            FSDataOutputStream out = folder.files().create(path, true);
            PositionOutputStream position = HadoopStreams.wrap(out);
            return new DelegatingPositionOutputStream(position) {
                @Override
                public long getPos() throws IOException {
                    return position.getPos();
                }

                @Override
                public void write(int b) throws IOException {
                    digest.update((byte) b);
                    super.write(b);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    digest.update(bytes, from, length);
                    super.write(bytes, from, length);
                }

                @Override
                public void write(byte[] bytes) throws IOException {
                    write(bytes, 0, bytes.length);
                }

                @Override
                public void close() throws IOException {
                    out.hsync();
                    super.close();
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}
