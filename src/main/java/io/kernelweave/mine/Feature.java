package io.kernelweave.mine;

import io.kernelweave.json.Json;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Words;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Something about a trace that is a number: what conditions set bounds on. */
sealed interface Feature {
    /** Its value; not a number where it cannot be told. */
    double of(Facts facts);

    /** The same as an expression of the check language. */
    JsonNode expression();

    /** What it is, in words. */
    String says();

    /** The demand that it is at least so much, or less, in words. */
    default String says(boolean atLeast, BigDecimal bound) {
        return says() + " is " + (atLeast ? "at least " : "less than ") + bound.toPlainString();
    }

    Kind kind();

    /** Kinds of conditions, from what is done to what is said. */
    enum Kind {
        /** Which tools are used, and whether they fail. */
        PROCESS,
        /** How much of something there is. */
        COUNT,
        /** How many of the words of one text another has. */
        OVERLAP,
        /** Which texts stand in another as they are. */
        VERBATIM,
        /** Whether amounts stay within what was given. */
        AMOUNT,
        /** Which phrases end what was said. */
        PHRASE,
        /** Which words occur. */
        WORDS
    }

    /** That the number is at least so much, or less. */
    default ObjectNode check(boolean atLeast, BigDecimal bound) {
        ObjectNode check = Json.object().put("check", "compare");
        check.set("left", expression());
        return check.put("op", atLeast ? ">=" : "<").put("right", bound);
    }

    private static String spoken(String path) {
        return path.replace("trace.", "").replace("[*]", "");
    }

    /** How many there are of a list. */
    record Items(String path, boolean distinct) implements Feature {
        @Override
        public double of(Facts facts) {
            return facts.number(expression());
        }

        @Override
        public JsonNode expression() {
            ObjectNode count = Json.object().put("count", "items");
            return distinct ? count.set("of", Json.object().put("distinct", path)) : count.put("of", path);
        }

        @Override
        public String says() {
            return "the number of " + (distinct ? "different " : "") + spoken(path);
        }

        @Override
        public Kind kind() {
            return Kind.COUNT;
        }
    }

    /** How many words there are. */
    record Length(String path) implements Feature {
        @Override
        public double of(Facts facts) {
            Facts.Said said = facts.at(path);
            return said == null ? Double.NaN : said.words();
        }

        @Override
        public JsonNode expression() {
            return Json.object().put("count", "words").set("of", Json.object().put("texts", path));
        }

        @Override
        public String says() {
            return "the number of words in " + spoken(path);
        }

        @Override
        public Kind kind() {
            return Kind.COUNT;
        }
    }

    /** How many words there are for each of a list. */
    record Pace(String path, String list) implements Feature {
        @Override
        public double of(Facts facts) {
            Facts.Said said = facts.at(path);
            double items = facts.number(new Items(list, false).expression());
            return said == null || items == 0 ? Double.NaN : said.words() / items;
        }

        @Override
        public JsonNode expression() {
            ObjectNode quotient = Json.object();
            quotient.putArray("quotient").add(new Length(path).expression()).add(new Items(list, false).expression());
            return quotient;
        }

        @Override
        public String says() {
            return "the mean number of words in " + spoken(path);
        }

        @Override
        public Kind kind() {
            return Kind.COUNT;
        }
    }

    /** Whether the least or greatest amount in one text is at most the greatest in another: 1 or 0. */
    record Within(boolean least, String of, String given) implements Feature {
        /** With a decimal point, as amounts and measures are written; whole numbers name too many other things. */
        private static final String AMOUNT = "\\d+\\.\\d+";

        @Override
        public double of(Facts facts) {
            double amount = facts.extreme(of, least);
            double most = facts.extreme(given, false);
            return Double.isNaN(amount) || Double.isNaN(most) ? Double.NaN : amount <= most ? 1 : 0;
        }

        @Override
        public JsonNode expression() {
            return extreme(of, least);
        }

        @Override
        public ObjectNode check(boolean atLeast, BigDecimal bound) {
            ObjectNode check = Json.object().put("check", "compare");
            check.set("left", expression());
            return check.put("op", atLeast ? "<=" : ">").set("right", extreme(given, false));
        }

        static ObjectNode extreme(String path, boolean least) {
            ObjectNode amounts = Json.object().put("find", AMOUNT);
            amounts.putObject("of").put("texts", path);
            ObjectNode extreme = Json.object();
            extreme.putArray(least ? "min" : "max").add(amounts);
            return extreme;
        }

        @Override
        public String says() {
            return "the " + (least ? "least" : "greatest") + " amount in " + spoken(of);
        }

        @Override
        public String says(boolean atLeast, BigDecimal bound) {
            return says() + " is " + (atLeast ? "at most" : "more than") + " the greatest in " + spoken(given);
        }

        @Override
        public Kind kind() {
            return Kind.AMOUNT;
        }
    }

    /** The share of one's words, or whole texts, that stand in another. */
    record Share(String of, String in, boolean whole) implements Feature {
        @Override
        public double of(Facts facts) {
            Facts.Said wanted = facts.at(of);
            Facts.Said given = facts.at(in);
            if (wanted == null || given == null || wanted.ids().length == 0) {
                return Double.NaN;
            }
            if (!whole) {
                return (double) Facts.common(wanted.ids(), given.ids()) / wanted.ids().length;
            }
            int found = Words.found(wanted.phrases(), given.whole());
            return found < 0 ? Double.NaN : (double) found / wanted.phrases().size();
        }

        @Override
        public JsonNode expression() {
            ObjectNode share = Json.object();
            share.putArray(whole ? "found" : "share")
                    .add(Json.object().put("texts", of))
                    .add(Json.object().put("texts", in));
            return share;
        }

        @Override
        public String says() {
            return "the share of " + (whole ? "texts" : "words") + " of " + spoken(of) + " that stand in " + spoken(in);
        }

        @Override
        public Kind kind() {
            return whole ? Kind.VERBATIM : Kind.OVERLAP;
        }
    }

    /** How many of one's texts stand in another. */
    record Found(String of, String in) implements Feature {
        @Override
        public double of(Facts facts) {
            return new Share(of, in, true).of(facts) * facts.different(of);
        }

        @Override
        public JsonNode expression() {
            ObjectNode product = Json.object();
            product.putArray("product")
                    .add(new Share(of, in, true).expression())
                    .add(different(of));
            return product;
        }

        static JsonNode different(String path) {
            return Json.object()
                    .put("count", "items")
                    .set("of", Json.object().set("distinct", Json.object().put("texts", path)));
        }

        @Override
        public String says() {
            return "the number of texts of " + spoken(of) + " that stand in " + spoken(in);
        }

        @Override
        public Kind kind() {
            return Kind.VERBATIM;
        }
    }

    /**
     * Whether a word or phrase occurs: 1 or 0.
     *
     * @param phrase words with a space between them
     */
    record Mention(String phrase, String path) implements Feature {
        @Override
        public double of(Facts facts) {
            Facts.Said said = facts.at(path);
            if (said == null) {
                return Double.NaN;
            }
            if (kind() == Kind.WORDS) {
                return Arrays.binarySearch(said.ids(), facts.id(phrase)) >= 0 ? 1 : 0;
            }
            int found = Words.found(Set.of(" " + phrase + " "), said.whole());
            return found < 0 ? Double.NaN : found;
        }

        @Override
        public JsonNode expression() {
            ObjectNode share = Json.object();
            share.putArray(kind() == Kind.WORDS ? "share" : "found")
                    .add(Json.object().put("value", phrase))
                    .add(Json.object().put("texts", path));
            return share;
        }

        @Override
        public String says() {
            return "\"" + phrase + "\" in " + spoken(path);
        }

        @Override
        public String says(boolean atLeast, BigDecimal bound) {
            return "\"" + phrase + "\" " + (atLeast ? "occurs" : "does not occur") + " in " + spoken(path);
        }

        @Override
        public Kind kind() {
            return phrase.indexOf(' ') < 0 ? Kind.WORDS : Kind.PHRASE;
        }
    }

    /** Whether a check of process holds: 1 or 0. */
    record Process(ObjectNode holds, ObjectNode otherwise, String says, String saysOtherwise, Check compiled)
            implements Feature {
        /** @param otherwise the check that holds where this one does not; null if only {@code not} says it */
        static Process of(ObjectNode holds, @Nullable ObjectNode otherwise, String says, String saysOtherwise) {
            ObjectNode negated = otherwise == null ? Json.object().put("check", "not") : otherwise;
            if (otherwise == null) {
                negated.set("of", holds);
            }
            return new Process(holds, negated, says, saysOtherwise, Checks.parse(holds, "mined check"));
        }

        @Override
        public double of(Facts facts) {
            return switch (compiled.evaluate(facts.subject()).outcome()) {
                case PASS -> 1;
                case FAIL -> 0;
                case UNKNOWN -> Double.NaN;
            };
        }

        @Override
        public JsonNode expression() {
            return holds;
        }

        @Override
        public ObjectNode check(boolean atLeast, BigDecimal bound) {
            return (atLeast ? holds : otherwise).deepCopy();
        }

        @Override
        public String says(boolean atLeast, BigDecimal bound) {
            return atLeast ? says : saysOtherwise;
        }

        @Override
        public Kind kind() {
            return Kind.PROCESS;
        }
    }
}
