package io.kernelweave.compose;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a request that may each ask for a task of its own. A request is cut at enumeration marks, at the ends of
 * sentences, at words of sequence ("then", "after that", "and also"), and at "and" or a comma before a verb of command.
 * This is generous on purpose: whether the parts really ask for different tasks is for the router to decide.
 */
public final class Clauses {
    private static final int MOST = 5;

    private static final String COMMANDS =
            "add|analy[sz]e|answer|build|check|collect|come up|compare|compile|compose|compute|convert"
                    + "|count|create|describe|design|diagnose|diff|draft|draw|explain|extract|fetch|figure|file|fill|find|flag|format"
                    + "|generate|get|give|identify|invent|list|locate|look|make|name|note|parse|pick|plan|point|prepare|produce|propose"
                    + "|pull|put|rank|read|recommend|report|review|rewrite|say|scan|search|show|sketch|sort|spell|suggest|sum|summari[sz]e"
                    + "|tell|transform|translate|triage|turn|work|write";

    /** "1)", "(2)", "3.", "b)", "#1:", "first,", "secondly," */
    private static final Pattern MARK = Pattern.compile(
            "(?i)(?<=^|[\\s:;,.])(?:\\(?(?:[1-5]|[a-e]|i{1,3})\\)|[1-5][.:](?=\\s)|#[1-5]:?|(?:first|second|third|last)(?:ly)?(?:,|:| of all,?)"
                    + "|step [1-5][:,]?)\\s*");

    private static final Pattern CUT = Pattern.compile("(?i)"
            + "(?<=[.!?;])\\s+"
            + "|\\s+[-–—]\\s+"
            + "|,?\\s+(?:and\\s+)?(?:then|afterwards|after that|next|finally|followed by|on top of that|besides that|in addition)\\b,?\\s+"
            + "|,?\\s+(?:and|plus|but)\\s+also\\s+"
            + "|,?\\s+(?:as well as|along with|together with|plus)\\s+"
            + "|,\\s+(?:and\\s+)?(?=(?:please\\s+)?(?:" + COMMANDS + ")\\b)"
            + "|\\s+and\\s+(?=(?:please\\s+)?(?:" + COMMANDS + ")\\b)"
            + "|,\\s+and\\s+(?=(?:what|which|who|how|why|when|a|an|the)\\b)");

    private static final Pattern LEAD = Pattern.compile(
            "(?i)^(?:and|also|then|next|afterwards|finally|plus|please|after that|lastly|secondly|in addition)\\b[,:]?\\s*");

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]{2,}");

    private Clauses() {}

    /** The request's clauses in order, at most five; the request itself if it has only one. */
    public static List<String> of(String request) {
        List<String> clauses = new ArrayList<>();
        for (String part : MARK.splitAsStream(request).toList()) {
            for (String piece : CUT.split(part)) {
                add(clauses, piece);
            }
        }
        return clauses.size() < 2 ? List.of(request.strip()) : List.copyOf(clauses);
    }

    /** Does the request number its parts? */
    public static boolean enumerates(String request) {
        Matcher mark = MARK.matcher(request);
        return mark.find() && mark.find();
    }

    private static void add(List<String> clauses, String piece) {
        String clause = piece.strip();
        for (Matcher lead = LEAD.matcher(clause); lead.find(); lead = LEAD.matcher(clause)) {
            clause = clause.substring(lead.end());
        }
        clause = clause.replaceFirst("[,;:.\\s]+$", "");
        if (clause.isEmpty()) {
            return;
        }
        // A single word, or what follows the last place, belongs to the clause before it.
        boolean stands = WORD.matcher(clause).results().limit(2).count() == 2 && clauses.size() < MOST;
        if (stands || clauses.isEmpty()) {
            clauses.add(clause);
        } else {
            clauses.set(clauses.size() - 1, clauses.get(clauses.size() - 1) + ", " + clause);
        }
    }
}
