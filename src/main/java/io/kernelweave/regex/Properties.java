package io.kernelweave.regex;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Unicode's properties of characters by name, as the JDK that runs knows them. */
final class Properties {
    private static final Map<String, CodePoints> KNOWN = new ConcurrentHashMap<>();

    private static final Map<String, String> LONG_NAMES = Map.ofEntries(
            Map.entry("Letter", "L"),
            Map.entry("Cased_Letter", "LC"),
            Map.entry("Uppercase_Letter", "Lu"),
            Map.entry("Lowercase_Letter", "Ll"),
            Map.entry("Titlecase_Letter", "Lt"),
            Map.entry("Modifier_Letter", "Lm"),
            Map.entry("Other_Letter", "Lo"),
            Map.entry("Mark", "M"),
            Map.entry("Combining_Mark", "M"),
            Map.entry("Nonspacing_Mark", "Mn"),
            Map.entry("Spacing_Mark", "Mc"),
            Map.entry("Enclosing_Mark", "Me"),
            Map.entry("Number", "N"),
            Map.entry("Decimal_Number", "Nd"),
            Map.entry("digit", "Nd"),
            Map.entry("Letter_Number", "Nl"),
            Map.entry("Other_Number", "No"),
            Map.entry("Punctuation", "P"),
            Map.entry("punct", "P"),
            Map.entry("Connector_Punctuation", "Pc"),
            Map.entry("Dash_Punctuation", "Pd"),
            Map.entry("Open_Punctuation", "Ps"),
            Map.entry("Close_Punctuation", "Pe"),
            Map.entry("Initial_Punctuation", "Pi"),
            Map.entry("Final_Punctuation", "Pf"),
            Map.entry("Other_Punctuation", "Po"),
            Map.entry("Symbol", "S"),
            Map.entry("Math_Symbol", "Sm"),
            Map.entry("Currency_Symbol", "Sc"),
            Map.entry("Modifier_Symbol", "Sk"),
            Map.entry("Other_Symbol", "So"),
            Map.entry("Separator", "Z"),
            Map.entry("Space_Separator", "Zs"),
            Map.entry("Line_Separator", "Zl"),
            Map.entry("Paragraph_Separator", "Zp"),
            Map.entry("Other", "C"),
            Map.entry("Control", "Cc"),
            Map.entry("cntrl", "Cc"),
            Map.entry("Format", "Cf"),
            Map.entry("Private_Use", "Co"),
            Map.entry("Surrogate", "Cs"),
            Map.entry("Unassigned", "Cn"));

    /** The two letters of each type that {@link Character#getType} can give. */
    private static final String[] TYPES = new String[31];

    static {
        Arrays.fill(TYPES, "");
        TYPES[Character.UNASSIGNED] = "Cn";
        TYPES[Character.UPPERCASE_LETTER] = "Lu";
        TYPES[Character.LOWERCASE_LETTER] = "Ll";
        TYPES[Character.TITLECASE_LETTER] = "Lt";
        TYPES[Character.MODIFIER_LETTER] = "Lm";
        TYPES[Character.OTHER_LETTER] = "Lo";
        TYPES[Character.NON_SPACING_MARK] = "Mn";
        TYPES[Character.ENCLOSING_MARK] = "Me";
        TYPES[Character.COMBINING_SPACING_MARK] = "Mc";
        TYPES[Character.DECIMAL_DIGIT_NUMBER] = "Nd";
        TYPES[Character.LETTER_NUMBER] = "Nl";
        TYPES[Character.OTHER_NUMBER] = "No";
        TYPES[Character.SPACE_SEPARATOR] = "Zs";
        TYPES[Character.LINE_SEPARATOR] = "Zl";
        TYPES[Character.PARAGRAPH_SEPARATOR] = "Zp";
        TYPES[Character.CONTROL] = "Cc";
        TYPES[Character.FORMAT] = "Cf";
        TYPES[Character.PRIVATE_USE] = "Co";
        TYPES[Character.SURROGATE] = "Cs";
        TYPES[Character.DASH_PUNCTUATION] = "Pd";
        TYPES[Character.START_PUNCTUATION] = "Ps";
        TYPES[Character.END_PUNCTUATION] = "Pe";
        TYPES[Character.CONNECTOR_PUNCTUATION] = "Pc";
        TYPES[Character.OTHER_PUNCTUATION] = "Po";
        TYPES[Character.MATH_SYMBOL] = "Sm";
        TYPES[Character.CURRENCY_SYMBOL] = "Sc";
        TYPES[Character.MODIFIER_SYMBOL] = "Sk";
        TYPES[Character.OTHER_SYMBOL] = "So";
        TYPES[Character.INITIAL_QUOTE_PUNCTUATION] = "Pi";
        TYPES[Character.FINAL_QUOTE_PUNCTUATION] = "Pf";
    }

    private Properties() {}

    /** The characters with a property, or null if there is none of that name. */
    static @Nullable CodePoints of(String name, boolean re2) {
        String key = re2 ? "2" + name : name;
        CodePoints known = KNOWN.get(key);
        if (known == null) {
            IntPredicate property = property(name, re2);
            if (property == null) {
                return null;
            }
            known = collect(property);
            KNOWN.put(key, known);
        }
        return known;
    }

    private static CodePoints collect(IntPredicate property) {
        int[] ranges = new int[64];
        int used = 0;
        boolean inside = false;
        for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
            boolean now = c <= Character.MAX_CODE_POINT && (c < 0xD800 || c > 0xDFFF) && property.test(c);
            if (now != inside) {
                if (used == ranges.length) {
                    ranges = Arrays.copyOf(ranges, 2 * used);
                }
                ranges[used++] = now ? c : c - 1;
                inside = now;
            }
        }
        return new CodePoints(Arrays.copyOf(ranges, used));
    }

    private static @Nullable IntPredicate property(String name, boolean re2) {
        int equals = name.indexOf('=');
        if (equals >= 0) {
            String value = name.substring(equals + 1);
            return re2
                    ? null
                    : switch (name.substring(0, equals)) {
                        case "General_Category", "gc" -> category(value);
                        case "Script", "sc" -> script(value);
                        default -> null;
                    };
        }
        IntPredicate category = category(name);
        if (category != null || re2) {
            return category != null ? category : "Any".equals(name) ? c -> true : script(name);
        }
        return switch (name) {
            case "Any" -> c -> true;
            case "ASCII" -> c -> c < 0x80;
            case "Assigned" -> c -> Character.getType(c) != Character.UNASSIGNED;
            case "ASCII_Hex_Digit", "AHex" -> c -> c < 0x80 && Character.digit(c, 16) >= 0;
            case "Alphabetic", "Alpha" -> Character::isAlphabetic;
            case "Uppercase", "Upper" -> Character::isUpperCase;
            case "Lowercase", "Lower" -> Character::isLowerCase;
            case "Ideographic", "Ideo" -> Character::isIdeographic;
            case "White_Space", "space" -> c -> c >= 0x09 && c <= 0x0D || c == 0x85 || Character.isSpaceChar(c);
            default -> null;
        };
    }

    private static @Nullable IntPredicate category(String name) {
        String code = LONG_NAMES.getOrDefault(name, name);
        if (code.equals("LC")) {
            return c -> {
                int type = Character.getType(c);
                return type == Character.UPPERCASE_LETTER
                        || type == Character.LOWERCASE_LETTER
                        || type == Character.TITLECASE_LETTER;
            };
        }
        boolean[] types = new boolean[TYPES.length];
        boolean some = false;
        for (int i = 0; i < TYPES.length; i++) {
            types[i] = !code.isEmpty() && code.length() <= 2 && TYPES[i].startsWith(code);
            some |= types[i];
        }
        return some ? c -> types[Character.getType(c)] : null;
    }

    private static @Nullable IntPredicate script(String name) {
        try {
            Character.UnicodeScript script = Character.UnicodeScript.forName(name);
            return c -> Character.UnicodeScript.of(c) == script;
        } catch (IllegalArgumentException unknown) {
            return null;
        }
    }
}
