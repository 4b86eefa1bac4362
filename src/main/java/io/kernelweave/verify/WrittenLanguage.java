package io.kernelweave.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.Objects;
import opennlp.tools.langdetect.Language;
import opennlp.tools.langdetect.LanguageDetectorModel;
import opennlp.tools.langdetect.ThreadSafeLanguageDetectorME;

/**
 * The language that a text is in, by Apache OpenNLP's character n-grams (103 languages; read when first asked for, once).
 * Case tells nothing of the language, so the text is looked at in lower case.
 *
 * @param code ISO 639-1 where there is one, else ISO 639-3
 * @param lead how many times as probable it is as the next language
 */
record WrittenLanguage(String code, double lead) {
    private static final String MODEL = "/langdetect-183.bin";

    /** Beyond that detection takes too long. */
    private static final int LONGEST = 50_000;

    /** Fewer letters say nothing. */
    private static final int FEWEST = 12;

    /**
     * Of the languages that the detector takes to be most probable, the first has to be ahead of the second by this
     * factor. On texts so short that it takes the wrong one it has a lead of a few per cent.
     */
    private static final double LEAST_LEAD = 1.25;

    /** Codes of single languages that ISO 639-1 counts as part of a larger one. */
    private static final Map<String, String> MACRO = Map.ofEntries(
            Map.entry("pes", "fa"),
            Map.entry("ekk", "et"),
            Map.entry("lvs", "lv"),
            Map.entry("cmn", "zh"),
            Map.entry("nan", "zh"),
            Map.entry("plt", "mg"),
            Map.entry("nob", "no"),
            Map.entry("nno", "no"),
            Map.entry("min", "ms"));

    private static final class Loaded {
        private static final ThreadSafeLanguageDetectorME DETECTOR = read();
        private static final Map<String, String> CODES = codes();

        private static ThreadSafeLanguageDetectorME read() {
            try (InputStream in = Objects.requireNonNull(WrittenLanguage.class.getResourceAsStream(MODEL), MODEL)) {
                return new ThreadSafeLanguageDetectorME(new LanguageDetectorModel(in));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The detector's codes and what they are here. */
        private static Map<String, String> codes() {
            Map<String, String> twoLetters = new HashMap<>();
            for (String code : Locale.getISOLanguages()) {
                try {
                    Locale locale = new Locale(code);
                    twoLetters.put(locale.getISO3Language(), locale.toLanguageTag()); // not "in" or "iw", as once
                } catch (MissingResourceException e) {
                    // it has no code of three letters
                }
            }
            Map<String, String> codes = new HashMap<>();
            for (String code : DETECTOR.getSupportedLanguages()) {
                codes.put(code, MACRO.getOrDefault(code, twoLetters.getOrDefault(code, code)));
            }
            return codes;
        }
    }

    static boolean isKnown(String code) {
        return Loaded.CODES.containsValue(code);
    }

    /** @throws Undecided if the text is too short, too long, or like more than one language */
    static WrittenLanguage of(String text, String name) throws Undecided {
        if (text.length() > LONGEST) {
            throw new Undecided(name + " has more than " + LONGEST + " characters: its language is not looked for");
        }
        long letters = text.codePoints().filter(Character::isLetter).count();
        if (letters < FEWEST) {
            throw new Undecided(name + " has " + letters + " letters, too few to tell its language");
        }
        Map<String, Double> shares = new HashMap<>();
        for (Language language : Loaded.DETECTOR.predictLanguages(text.toLowerCase(Locale.ROOT))) {
            shares.merge(
                    Objects.requireNonNull(Loaded.CODES.get(language.getLang())),
                    language.getConfidence(),
                    Double::max);
        }
        List<Map.Entry<String, Double>> ordered = new ArrayList<>(shares.entrySet());
        ordered.sort(Map.Entry.<String, Double>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()));
        Map.Entry<String, Double> first = ordered.get(0);
        Map.Entry<String, Double> second = ordered.get(1);
        double lead = first.getValue() / second.getValue();
        if (!(lead >= LEAST_LEAD)) {
            throw new Undecided("the language of " + name + " cannot be told: " + first.getKey() + " and "
                    + second.getKey() + " are about as likely");
        }
        return new WrittenLanguage(first.getKey(), lead);
    }

    @Override
    public String toString() {
        return code;
    }
}
