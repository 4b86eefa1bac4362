package io.kernelweave.decode;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Whether values satisfy a schema, as networknt's validator has it: it shares no code with the masks. */
record Judge(Schema schema) {
    private static final SchemaRegistry ASSERTED = registry(true);
    private static final SchemaRegistry ANNOTATED = registry(false);

    static Judge of(JsonNode schema, WrittenForm.Formats formats) {
        Schema compiled = (formats == WrittenForm.Formats.ASSERTED ? ASSERTED : ANNOTATED).getSchema(schema);
        return new Judge(compiled);
    }

    boolean accepts(JsonNode value) {
        return schema.validate(value).isEmpty();
    }

    private static SchemaRegistry registry(boolean formats) {
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaCacheEnabled(false)
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(formats)
                                .regularExpressionFactory(Judge::expression)
                                .build()));
    }

    /** Java's expressions, where a dollar is the end as in ECMA-262: not before a last line break. */
    private static RegularExpression expression(String pattern) {
        Pattern compiled = Pattern.compile(pattern.replaceAll("(?<!\\\\)\\$", "\\\\z"));
        return text -> compiled.matcher(text).find();
    }
}
