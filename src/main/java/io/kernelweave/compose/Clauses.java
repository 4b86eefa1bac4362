package io.kernelweave.compose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ways in which a request may fall into clauses that each ask for a task of their own. Words of sequence ("then", "after
 * that", "and also"), enumeration marks and the ends of sentences give one reading, with two clauses or more; each place
 * where two tasks may be joined, down to a plain "and" or a comma, gives one with two clauses. This is generous on purpose:
 * whether the clauses really ask for different tasks is for the router to decide.
 */
public final class Clauses {
    private static final int MOST_CLAUSES = 5;
    private static final int MOST_PAIRS = 5;

    /** "1)", "(2)", "3.", "b)", "One:", "first,", "secondly:" */
    private static final String MARK =
            "(?<=^|[\\s:;,.])(?:\\(?(?:[1-5]|[a-e]|i{1,3})\\)|[1-5][.:](?=\\s)|(?:one|two|three):|step [1-5][:,]?"
                    + "|(?:first|second|third|last)(?:ly)?[:,])\\s*";

    private static final Pattern ENUMERATION = Pattern.compile("(?i)" + MARK);

    private static final Pattern CUT = Pattern.compile("(?i)" + MARK
            + "|(?<=[.!?;])\\s+"
            + "|\\s+[-–—]\\s+"
            + "|,?\\s+(?:and\\s+)?(?:then|afterwards|after that|next|finally|followed by|on top of that|separately|in addition)"
            + "\\b,?\\s+"
            + "|,?\\s+(?:and|plus|but)\\s+also\\s+"
            + "|,?\\s+(?:as well as|along with|together with)\\s+");

    private static final Pattern JOINT =
            Pattern.compile("(?i)" + CUT.pattern().substring(4) + "|[,:;]\\s+|\\s+(?:and|also|plus|&|\\+)\\s+");

    private static final Pattern LEAD = Pattern.compile(
            "(?i)^(?:and|also|then|next|afterwards|finally|plus|please|after that|lastly|separately|in addition)\\b[,:]?\\s*");

    private static final Pattern RESTRICTION =
            Pattern.compile("(?i)^(?:but )?(?:no|not|don'?t|do not|never|without|nothing|none|only|just)\\b");

    private static final Pattern RESULT = Pattern.compile(
            "(?i)\\b(?:the|this|that|these|those|its|your|each|every) (?:\\w+ )?(?:results?|outputs?|outcome|answers?|findings?)\\b"
                    + "|\\bwhat (?:you|that|it) (?:found|find|got|gets?|gave|gives?|listed|extracted|wrote)\\b");

    private static final Pattern PRONOUN = Pattern.compile("(?i)\\b(?:it|them|those|these)\\b");

    private static final Pattern ASIDE = Pattern.compile("\\([^()]{4,}\\)|`[^`]+`|\"[^\"]+\"");

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]{2,}");

    /** One of these characters, a digit or one of these words is in every place where a request can be cut. */
    private static final String CUTTING = ".:;!?,()-–—&+";

    private static final Set<String> CUTTING_WORDS = Set.of(
            ("then afterwards after next finally followed top separately addition and also plus well along together")
                    .split(" "));

    private Clauses() {}

    /** What a clause speaks of. */
    public enum Reference {
        /** What is pasted, as all clauses do. */
        NONE,
        /** "it", "them": what is pasted, or what the clause before gives. */
        PRONOUN,
        /** "the result": what the clause before gives. */
        RESULT
    }

    /** Whether a clause speaks of what the one before it gives. */
    public static Reference reference(String clause) {
        return RESULT.matcher(clause).find()
                ? Reference.RESULT
                : PRONOUN.matcher(clause).find() ? Reference.PRONOUN : Reference.NONE;
    }

    /** The readings with two clauses or more, the finest first; none if the request cannot be cut. */
    public static List<List<String>> readings(String request) {
        return mayBeCut(request) ? cut(request) : List.of();
    }

    static List<List<String>> cut(String request) {
        String open = withoutAsides(request);
        Set<List<String>> readings = new LinkedHashSet<>();
        List<String> parts = new ArrayList<>();
        int from = 0;
        for (MatchResult cut : CUT.matcher(open).results().toList()) {
            add(parts, request.substring(from, cut.start()));
            from = cut.end();
        }
        add(parts, request.substring(from));
        readings.add(List.copyOf(parts));
        JOINT.matcher(open)
                .results()
                .sorted(Comparator.comparingInt(joint -> Math.abs(request.length() - joint.start() - joint.end())))
                .limit(MOST_PAIRS)
                .forEach(joint -> {
                    String left = trimmed(request.substring(0, joint.start()));
                    String right = trimmed(request.substring(joint.end()));
                    if (isTask(left) && isTask(right)) {
                        readings.add(List.of(left, right));
                    }
                });
        readings.removeIf(reading -> reading.size() < 2);
        return List.copyOf(readings);
    }

    /** Does the request number its parts? */
    public static boolean enumerates(String request) {
        return mayBeCut(request)
                && ENUMERATION
                                .matcher(withoutAsides(request))
                                .results()
                                .limit(2)
                                .count()
                        == 2;
    }

    /** Most requests ask for one thing, and the patterns are dear: is there anything that they could find? */
    static boolean mayBeCut(String request) {
        int start = 0;
        for (int i = 0; i <= request.length(); i++) {
            char c = i < request.length() ? request.charAt(i) : ' ';
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
                continue;
            }
            boolean ends = i == request.length() - 1 && ".!?".indexOf(c) >= 0;
            if (c >= '0' && c <= '9'
                    || CUTTING.indexOf(c) >= 0 && !ends
                    || i > start + 2
                            && CUTTING_WORDS.contains(
                                    request.substring(start, i).toLowerCase(Locale.ROOT))) {
                return true;
            }
            start = i + 1;
        }
        return false;
    }

    /** What stands in brackets or quotes is not cut: it is replaced by as many letters. */
    private static String withoutAsides(String request) {
        return ASIDE.matcher(request)
                .replaceAll(aside -> "x".repeat(aside.group().length()));
    }

    private static void add(List<String> clauses, String part) {
        String clause = trimmed(part);
        if (clause.isEmpty()) {
            return;
        }
        // A single word, a restriction, and what follows the last place belong to the clause before.
        boolean stands =
                isTask(clause) && WORD.matcher(clause).results().limit(2).count() == 2 && clauses.size() < MOST_CLAUSES;
        if (stands || clauses.isEmpty()) {
            clauses.add(clause);
        } else {
            clauses.set(clauses.size() - 1, clauses.get(clauses.size() - 1) + ", " + clause);
        }
    }

    private static boolean isTask(String clause) {
        return WORD.matcher(clause).find() && !RESTRICTION.matcher(clause).find();
    }

    private static String trimmed(String part) {
        String clause = part.strip();
        for (Matcher lead = LEAD.matcher(clause); lead.find(); lead = LEAD.matcher(clause)) {
            clause = clause.substring(lead.end());
        }
        return clause.replaceFirst("[,;:.\\s]+$", "");
    }
}
