package io.kernelweave.verify;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
 * Which language a text is in, by Apache OpenNLP's character n-grams (103 languages; the model is read when the first check
 * asks for it). Case tells nothing of the language, so the text is looked at in lower case.
 *
 * @param shares ISO 639-1 code where there is one, else ISO 639-3 → how probable the detector takes it to be
 */
record WrittenLanguage(Map<String, Double> shares) {
    private static final String MODEL = "/langdetect-183.bin";

    /** Beyond that detection takes too long. */
    private static final int LONGEST = 50_000;

    /** Fewer letters say nothing. */
    private static final int FEWEST = 12;

    /**
     * How many times as probable as any other a language has to be to be the one, and another to be excluded. Probabilities
     * of a short text are nearly even, and the first of them is often not its language.
     */
    private static final double LEAD = 1.2;

    private static final double EXCLUDED = 1.5;

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

    /** @throws Undecided if the text is too short or too long */
    static WrittenLanguage of(String text, String name) throws Undecided {
        if (text.length() > LONGEST) {
            throw new Undecided(name + " has more than " + LONGEST + " characters: its language is not looked for");
        }
        long letters = text.codePoints().filter(Character::isLetter).count();
        if (letters < FEWEST) {
            throw new Undecided(name + " has too few letters to tell its language: " + letters);
        }
        Map<String, Double> shares = new HashMap<>();
        for (Language language : Loaded.DETECTOR.predictLanguages(text.toLowerCase(Locale.ROOT))) {
            shares.merge(
                    Objects.requireNonNull(Loaded.CODES.get(language.getLang())),
                    language.getConfidence(),
                    Double::max);
        }
        return new WrittenLanguage(shares);
    }

    /** The most probable language, among these or among all others. */
    private Map.Entry<String, Double> best(List<String> codes, boolean among) {
        return shares.entrySet().stream()
                .filter(share -> codes.contains(share.getKey()) == among)
                .max(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow();
    }

    /** Whether the text is in one of some languages. */
    Finding judge(List<String> wanted, String name) {
        Map.Entry<String, Double> own = best(wanted, true);
        Map.Entry<String, Double> other = best(wanted, false);
        if (own.getValue() >= LEAD * other.getValue()) {
            return Finding.pass(name + " is in " + own.getKey());
        }
        return other.getValue() >= EXCLUDED * own.getValue()
                ? Finding.fail(name + " is in " + other.getKey() + ", wanted " + String.join(" or ", wanted))
                : Finding.unknown("whether " + name + " is in " + own.getKey() + " cannot be told: " + other.getKey()
                        + " is about as likely");
    }
}
