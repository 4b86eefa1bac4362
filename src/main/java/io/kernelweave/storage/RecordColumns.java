package io.kernelweave.storage;

import io.kernelweave.json.InputException;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.Statistics;
import org.apache.parquet.filter2.predicate.UserDefinedPredicate;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a file as records, made of them without anything in between: a column {@code kernel_id} is the component {@code kernelId}.
 * Components are texts, enums, numbers, truth values, records, and lists of these. One whose column is not read, or holds nothing in a row, is
 * null, 0 or false. A text that a file keeps in a dictionary is made once.
 *
 * @param <R> a record
 */
public final class RecordColumns<R> {
    private static final Pattern WORD = Pattern.compile("_([a-z])");

    private final Class<R> type;
    private final boolean all;
    private final Set<String> without;
    private final Map<String, ?> given;
    private final FilterCompat.Filter filter;

    private RecordColumns(
            Class<R> type, boolean all, Set<String> without, Map<String, ?> given, FilterCompat.Filter filter) {
        this.type = type;
        this.all = all;
        this.without = without;
        this.given = given;
        this.filter = filter;
    }

    /** All columns: a file that has one for which there is no component is refused. */
    public static <R> RecordColumns<R> all(Class<R> type) {
        return new RecordColumns<>(type, true, Set.of(), Map.of(), FilterCompat.NOOP);
    }

    /** Those columns alone that are components; the others are not even read. */
    public static <R> RecordColumns<R> named(Class<R> type) {
        return new RecordColumns<>(type, false, Set.of(), Map.of(), FilterCompat.NOOP);
    }

    /** @param columns that are not read, by path, such as {@code decision.candidates} */
    public RecordColumns<R> without(Set<String> columns) {
        return new RecordColumns<>(type, all, columns, given, filter);
    }

    /** @param components what the rows have where there is no such column */
    public RecordColumns<R> given(Map<String, ?> components) {
        return new RecordColumns<>(type, all, without, components, filter);
    }

    /** The rows alone whose column {@code key}, of texts, has one of some values. */
    public RecordColumns<R> where(String key, Set<String> values) {
        return new RecordColumns<>(
                type,
                all,
                without,
                given,
                FilterCompat.get(FilterApi.userDefined(FilterApi.binaryColumn(key), new OneOf(values))));
    }

    /** One of some texts; Parquet's own {@code in} goes through all of them for each row. */
    private static final class OneOf extends UserDefinedPredicate<Binary> implements Serializable {
        private static final long serialVersionUID = 1;

        private final Set<Binary> values = new HashSet<>();
        private final TreeSet<Binary> sorted;

        OneOf(Set<String> values) {
            sorted = new TreeSet<>(Types.required(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named("text")
                    .<Binary>comparator());
            values.forEach(value -> this.values.add(Binary.fromString(value)));
            sorted.addAll(this.values);
        }

        @Override
        public boolean keep(Binary value) {
            return values.contains(value);
        }

        /** Whether none of them can be in a part of the file, by its least and its greatest text. */
        @Override
        public boolean canDrop(Statistics<Binary> statistics) {
            Binary next = sorted.ceiling(statistics.getMin());
            return next == null || sorted.comparator().compare(next, statistics.getMax()) > 0;
        }

        @Override
        public boolean inverseCanDrop(Statistics<Binary> statistics) {
            return false;
        }
    }

    FilterCompat.Filter filter() {
        return filter;
    }

    ReadSupport<R> support() {
        return new ReadSupport<>() {
            @Override
            public ReadContext init(InitContext context) {
                MessageType has = context.getFileSchema();
                return new ReadContext(new MessageType(has.getName(), kept(has, type, "")));
            }

            @Override
            @Deprecated
            public RecordMaterializer<R> prepareForRead(
                    Configuration configuration,
                    Map<String, String> metadata,
                    MessageType fileSchema,
                    ReadContext context) {
                return new Rows<>(type, context.getRequestedSchema(), given);
            }
        };
    }

    private List<Type> kept(GroupType group, Class<?> record, String path) {
        List<Type> kept = new ArrayList<>();
        for (Type field : group.getFields()) {
            String name = path + field.getName();
            if (!without.contains(name)) {
                Optional<RecordComponent> component = component(record, field);
                if (component.isPresent() && component.get().getType().isRecord() && !field.isPrimitive()) {
                    GroupType inner = field.asGroupType();
                    kept.add(inner.withNewFields(kept(inner, component.get().getType(), name + ".")));
                } else if (all || component.isPresent()) {
                    kept.add(field);
                }
            }
        }
        return kept;
    }

    private static Optional<RecordComponent> component(Class<?> record, Type column) {
        String name = name(column);
        return Arrays.stream(record.getRecordComponents())
                .filter(component -> component.getName().equals(name))
                .findFirst();
    }

    private static String name(Type column) {
        return WORD.matcher(column.getName()).replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
    }

    private static final class Rows<R> extends RecordMaterializer<R> {
        private final Class<R> type;
        private final GroupConverter root;
        private @Nullable Object row;

        Rows(Class<R> type, MessageType columns, Map<String, ?> given) {
            this.type = type;
            this.root = new OfRecord(type, columns, given, made -> row = made);
        }

        @Override
        public R getCurrentRecord() {
            return type.cast(Objects.requireNonNull(row, "read before"));
        }

        @Override
        public GroupConverter getRootConverter() {
            return root;
        }
    }

    private static Converter converter(Type column, java.lang.reflect.Type wanted, Consumer<@Nullable Object> sink) {
        boolean list = column.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation;
        if (list && wanted instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return new OfList(column.asGroupType(), generic.getActualTypeArguments()[0], sink);
        }
        if (!list && wanted instanceof Class<?> record && record.isRecord() && !column.isPrimitive()) {
            return new OfRecord(record, column.asGroupType(), Map.of(), sink);
        }
        if (wanted instanceof Class<?> single && column.isPrimitive() && fits(column.asPrimitiveType(), single)) {
            return new Single(column.asPrimitiveType(), single, sink);
        }
        throw InputException.at(
                "column " + column.getName(), "holds something else than expected", "the file is of another program");
    }

    private static boolean fits(PrimitiveType column, Class<?> single) {
        boolean text = column.getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                || column.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation;
        return switch (single.getSimpleName()) {
            case "String" -> text;
            case "boolean", "Boolean" -> column.getPrimitiveTypeName() == PrimitiveTypeName.BOOLEAN;
            case "int", "Integer" -> column.getPrimitiveTypeName() == PrimitiveTypeName.INT32;
            case "long", "Long" ->
                !text
                        && Set.of(PrimitiveTypeName.INT32, PrimitiveTypeName.INT64)
                                .contains(column.getPrimitiveTypeName());
            case "double", "Double" -> !text && column.getPrimitiveTypeName() != PrimitiveTypeName.BOOLEAN;
            default -> single.isEnum() && text;
        };
    }

    /** Columns that are one record. */
    private static final class OfRecord extends GroupConverter {
        private final Constructor<?> constructor;
        private final @Nullable Object[] absent;
        private final Converter[] converters;
        private final Consumer<@Nullable Object> sink;
        private @Nullable Object[] values;

        OfRecord(Class<?> record, GroupType columns, Map<String, ?> given, Consumer<@Nullable Object> sink) {
            RecordComponent[] components = record.getRecordComponents();
            this.sink = sink;
            this.constructor = constructor(record, components);
            this.absent = new @Nullable Object[components.length];
            this.values = absent;
            this.converters = new Converter[columns.getFieldCount()];
            for (int i = 0; i < components.length; i++) {
                Object known = given.get(components[i].getName());
                absent[i] = known == null ? nothing(components[i].getType()) : known;
            }
            for (int column = 0; column < converters.length; column++) {
                converters[column] = converter(columns.getType(column), record, components);
            }
        }

        private Converter converter(Type column, Class<?> record, RecordComponent[] components) {
            String name = name(column);
            for (int i = 0; i < components.length; i++) {
                if (components[i].getName().equals(name)) {
                    int place = i;
                    return RecordColumns.converter(
                            column, components[i].getGenericType(), value -> values[place] = value);
                }
            }
            throw InputException.at(
                    "column " + column.getName(),
                    "is not known",
                    "known are "
                            + Arrays.stream(record.getRecordComponents())
                                    .map(RecordComponent::getName)
                                    .toList());
        }

        private static Constructor<?> constructor(Class<?> record, RecordComponent[] components) {
            try {
                Constructor<?> constructor = record.getDeclaredConstructor(
                        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
                constructor.setAccessible(true);
                return constructor;
            } catch (NoSuchMethodException e) {
                throw new IllegalArgumentException(record + " is no record", e);
            }
        }

        private static @Nullable Object nothing(Class<?> component) {
            return switch (component.getName()) {
                case "boolean" -> false;
                case "int" -> 0;
                case "long" -> 0L;
                case "double" -> 0.0;
                default -> null;
            };
        }

        @Override
        public Converter getConverter(int column) {
            return converters[column];
        }

        @Override
        public void start() {
            values = absent.clone();
        }

        @Override
        public void end() {
            try {
                sink.accept(constructor.newInstance(values));
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof RuntimeException refused ? refused : new IllegalStateException(e);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A list, in the three levels that Parquet has for it. */
    private static final class OfList extends GroupConverter {
        private final GroupConverter repeated;
        private final Consumer<@Nullable Object> sink;
        private List<@Nullable Object> elements = new ArrayList<>();

        OfList(GroupType column, java.lang.reflect.Type wanted, Consumer<@Nullable Object> sink) {
            this.sink = sink;
            Converter element =
                    converter(column.getType(0).asGroupType().getType(0), wanted, value -> elements.add(value));
            this.repeated = new GroupConverter() {
                @Override
                public Converter getConverter(int column) {
                    return element;
                }

                @Override
                public void start() {}

                @Override
                public void end() {}
            };
        }

        @Override
        public Converter getConverter(int column) {
            return repeated;
        }

        @Override
        public void start() {
            elements = new ArrayList<>();
        }

        @Override
        public void end() {
            sink.accept(elements.isEmpty() ? List.of() : elements);
        }
    }

    /** A text, a number or a truth value. */
    private static final class Single extends PrimitiveConverter {
        private final PrimitiveType column;
        private final Class<?> wanted;
        private final Function<Binary, Object> text;
        private final Consumer<@Nullable Object> sink;
        private Object[] dictionary = {};

        Single(PrimitiveType column, Class<?> wanted, Consumer<@Nullable Object> sink) {
            this.column = column;
            this.wanted = wanted;
            this.text = wanted.isEnum() ? binary -> constant(wanted, binary) : Binary::toStringUsingUTF8;
            this.sink = sink;
        }

        private static Object constant(Class<?> wanted, Binary binary) {
            String name = binary.toStringUsingUTF8();
            return Arrays.stream(wanted.getEnumConstants())
                    .filter(constant -> ((Enum<?>) constant).name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> InputException.at(
                            "\"" + name + '"', "is not known", "known are " + List.of(wanted.getEnumConstants())));
        }

        @Override
        public boolean hasDictionarySupport() {
            return column.getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
        }

        @Override
        public void setDictionary(Dictionary values) {
            dictionary = new Object[values.getMaxId() + 1];
            for (int id = 0; id < dictionary.length; id++) {
                dictionary[id] = text.apply(values.decodeToBinary(id));
            }
        }

        @Override
        public void addValueFromDictionary(int id) {
            sink.accept(dictionary[id]);
        }

        @Override
        public void addBinary(Binary value) {
            sink.accept(text.apply(value));
        }

        @Override
        public void addBoolean(boolean value) {
            sink.accept(value);
        }

        @Override
        public void addInt(int value) {
            number(value);
        }

        @Override
        public void addLong(long value) {
            if (column.getLogicalTypeAnnotation() instanceof TimestampLogicalTypeAnnotation timestamp) {
                Instant at = ParquetRows.instant(value, timestamp);
                sink.accept(at.toString());
            } else {
                number(value);
            }
        }

        @Override
        public void addFloat(float value) {
            number(value);
        }

        @Override
        public void addDouble(double value) {
            number(value);
        }

        private void number(Number value) {
            sink.accept(
                    switch (wanted.getSimpleName()) {
                        case "int", "Integer" -> value.intValue();
                        case "long", "Long" -> value.longValue();
                        default -> value.doubleValue();
                    });
        }
    }
}
