package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.schema.Comparer;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What follows from what: proofs hold on every value, refutations have a value that the checks themselves confirm. */
class EntailmentTest {
    private static final Comparer COMPARER = new Comparer();

    private static ObjectNode check(String text) {
        return (ObjectNode) Json.parse(text.replace('\'', '"'), "test");
    }

    private static Fit fit(String schema, List<ObjectNode> facts, ObjectNode goal) {
        List<Condition> conditions = facts.stream().map(Condition::of).toList();
        Demand given = new Demand("given", Json.parse(schema.replace('\'', '"'), "test"), conditions);
        Known known = new Known(
                "given",
                given.schema(),
                facts,
                List.of(),
                value -> given.refusal(value) == null ? Optional.of(value) : Optional.empty(),
                "");
        return known.fits(new Demand("goal", Shape.ANY.schema(), List.of(Condition.of(goal))), COMPARER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                // identical but for what it is called; and by thresholds on one and the same number
                "{'check':'links','target':'input.t','allow':['a.org']} # {'check':'links','target':'input.t','allow':['a.org'],'name':'x'} # PROVEN",
                "{'check':'links','target':'input.t','allow':['a.org']} # {'check':'links','target':'input.u','allow':['a.org']} # UNKNOWN",
                "{'check':'count','target':'input.t','unit':'words','op':'>=','value':5} # {'check':'count','target':'input.t','unit':'words','op':'>','value':3} # PROVEN",
                "{'check':'count','target':'input.t','unit':'words','op':'>=','value':3} # {'check':'count','target':'input.t','unit':'words','op':'>=','value':5} # UNKNOWN",
                "{'check':'count','target':'input.t','unit':'words','op':'==','value':4} # {'check':'count','target':'input.t','unit':'words','op':'!=','value':5} # PROVEN",
                "{'check':'compare','left':{'matches':'x','of':'input.t'},'op':'>','right':2} # {'check':'compare','left':{'matches':'x','of':'input.t'},'op':'>=','right':2} # PROVEN",
                "{'check':'compare','left':'input.n','op':'!=','right':2} # {'check':'compare','left':'input.n','op':'!=','right':3} # REFUTED",
                // through sets of values
                "{'check':'compare','left':'input.n','op':'<','right':2} # {'check':'compare','left':'input.n','op':'<','right':3} # PROVEN",
                "{'check':'compare','left':'input.n','op':'<','right':3} # {'check':'compare','left':'input.n','op':'<','right':2} # REFUTED",
                "{'check':'regex','target':'input.t','pattern':'^a+$'} # {'check':'regex','target':'input.t','pattern':'^[ab]*$'} # UNKNOWN",
                "{'check':'regex','target':'input.t','pattern':'^b'} # {'check':'regex','target':'input.t','pattern':'^a'} # REFUTED",
                "{'check':'compare','left':'input.t','op':'in','right':{'value':['a','b']}} # {'check':'compare','left':'input.t','op':'in','right':{'value':['c','b','a']}} # UNKNOWN",
                // by Kleene's logic
                "{'check':'all','of':[{'check':'noSecrets','target':'input.t'},{'check':'noMarkup','target':'input.t'}]} # {'check':'noMarkup','target':'input.t'} # PROVEN",
                "{'check':'noMarkup','target':'input.t'} # {'check':'any','of':[{'check':'text','says':'kind'},{'check':'noMarkup','target':'input.t'}]} # PROVEN",
                "{'check':'not','of':{'check':'any','of':[{'check':'noMarkup','target':'input.t'},{'check':'text','says':'kind'}]}} # {'check':'not','of':{'check':'noMarkup','target':'input.t'}} # PROVEN",
                "{'check':'noMarkup','target':'input.t'} # {'check':'implies','if':{'check':'text','says':'kind'},'then':{'check':'noMarkup','target':'input.t'}} # PROVEN",
                "{'check':'any','of':[{'check':'noSecrets','target':'input.t'},{'check':'noMarkup','target':'input.t'}]} # {'check':'noMarkup','target':'input.t'} # UNKNOWN",
                // nothing is to be had of what nobody decides
                "{'check':'noMarkup','target':'input.t'} # {'check':'text','says':'kind'} # UNKNOWN",
                "{'check':'noMarkup','target':'input.t'} # {'check':'not','of':{'check':'text','says':'kind'}} # UNKNOWN",
            })
    void aConditionFollowsOrDoesNot(String fact, String goal, String answer) {
        assertThat(fit("{}", List.of(check(fact)), check(goal)).answer()).isEqualTo(answer.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "{'type':'array','minItems':2} # {'check':'count','target':'input.x','unit':'items','op':'>=','value':2} # PROVEN",
                "{'type':'array','minItems':1} # {'check':'count','target':'input.x','unit':'items','op':'>=','value':2} # REFUTED",
                "{'type':'array','items':{'enum':['a','b']}} # {'check':'oneOf','target':'input.x[*]','values':['a','b','c']} # UNKNOWN",
                "{'type':'array','minItems':1,'items':{'enum':['a','b']}} # {'check':'oneOf','target':'input.x[*]','values':['a','b','c']} # PROVEN",
                "{'type':'array','items':{'enum':['a','b']}} # {'check':'oneOf','target':'input.x[*]','values':['a','b'],'empty':'pass'} # PROVEN",
                "{'type':'string','pattern':'^a+$'} # {'check':'regex','target':'input.x','pattern':'^[ab]*$'} # PROVEN",
                "{'type':'string'} # {'check':'contains','target':'input.x','none':['!']} # REFUTED",
                "{'enum':['red','blue']} # {'check':'compare','left':'input.x','op':'in','right':{'value':['red','blue','green']}} # PROVEN",
                "{'type':'integer','minimum':3} # {'check':'schema','target':'input.x','schema':{'type':'number','minimum':2}} # PROVEN",
                "{'type':'integer','minimum':3} # {'check':'schema','target':'input.x','schema':{'maximum':9}} # REFUTED",
                "{'type':'array','minItems':1,'uniqueItems':true} # {'check':'unique','target':'input.x'} # PROVEN",
                "{} # {'check':'regex','target':'input.x','pattern':'a'} # REFUTED",
            })
    void theSchemaCounts(String schema, String goal, String answer) {
        String object = "{'type':'object','required':['x'],'properties':{'x':" + schema + "}}";
        assertThat(fit(object, List.of(), check(goal)).answer()).isEqualTo(answer.strip());
    }

    @Test
    void aConditionMovesOnlyIfAllThatItLooksAtDoes() {
        ObjectNode own =
                check("{'check':'compare','left':'output.n','op':'<','right':{'count':'items','of':'output.x'}}");
        assertThat(Entailment.moved(own, "output", "input"))
                .contains(check(
                        "{'check':'compare','left':'input.n','op':'<','right':{'count':'items','of':'input.x'}}"));
        for (String other : List.of(
                "{'check':'compare','left':'output.n','op':'<','right':'input.n'}",
                "{'check':'regex','pattern':'output.n'}",
                "{'check':'regex','target':'output','pattern':'a'}",
                "{'check':'quoteInSource','target':'output.n'}",
                "{'check':'all','of':[{'check':'text','says':'kind'}]}",
                "{'check':'toolCalls','tool':'output.n'}")) {
            assertThat(Entailment.moved(check(other), "output", "input"))
                    .as(other)
                    .isEmpty();
        }
    }

    /** Random conditions on random values: what is proved holds on each of them, what is refuted has a witness. */
    @Test
    void nothingIsProvedThatDoesNotHoldAndNothingRefutedThatDoes() {
        SplittableRandom random = new SplittableRandom(20);
        List<ObjectNode> values = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            values.add(value(random));
        }
        Map<String, Integer> answers = new HashMap<>();
        for (int round = 0; round < 300; round++) {
            String schema = schema(random);
            List<ObjectNode> facts = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                facts.add(condition(random, 2));
            }
            ObjectNode goal = condition(random, 2);
            String about = schema + facts + " goal " + goal;
            SchemaValidator validator = SchemaValidator.compile(Json.parse(schema, "test"), "test");
            List<Check> given =
                    facts.stream().map(fact -> Checks.parse(fact, "test")).toList();
            Check wanted = Checks.parse(goal, "test");
            Fit fit = fit(schema, facts, goal);
            answers.merge(fit.answer(), 1, Integer::sum);
            if (fit instanceof Fit.Proven) {
                for (ObjectNode value : values) {
                    Subject subject = Subject.of(value, "");
                    if (validator.validate(value).isEmpty()
                            && given.stream()
                                    .allMatch(fact -> fact.evaluate(subject).outcome() == Outcome.PASS)) {
                        assertThat(wanted.evaluate(subject).outcome())
                                .as(about + " on " + value)
                                .isEqualTo(Outcome.PASS);
                    }
                }
            } else if (fit instanceof Fit.Refuted refuted) {
                Subject subject = Subject.of(refuted.witness(), "");
                assertThat(validator.validate(refuted.witness())).as(about).isEmpty();
                assertThat(given)
                        .as(about)
                        .allMatch(fact -> fact.evaluate(subject).outcome() == Outcome.PASS);
                assertThat(wanted.evaluate(subject).outcome()).as(about).isEqualTo(Outcome.FAIL);
            }
        }
        assertThat(answers.get("PROVEN")).isGreaterThan(25);
        assertThat(answers.get("REFUTED")).isGreaterThan(25);
    }

    private static final List<String> TEXTS = List.of("", "a", "b", "ab", "a b", " a", "5", "aa!");

    private static String quoted(SplittableRandom random) {
        return Json.compact(TEXTS.get(1 + random.nextInt(TEXTS.size() - 1)));
    }

    private static String texts(SplittableRandom random) {
        return "[" + quoted(random) + "," + quoted(random) + "]";
    }

    private static JsonNode scalar(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> Json.parse("null", "test");
            case 1 -> Json.tree(random.nextBoolean());
            case 2, 3 ->
                Json.parse(List.of("0", "1", "2", "2.5", "3", "5", "-1").get(random.nextInt(7)), "test");
            default -> Json.tree(TEXTS.get(random.nextInt(TEXTS.size())));
        };
    }

    private static ObjectNode value(SplittableRandom random) {
        ObjectNode value = Json.object();
        for (String name : List.of("n", "s", "x")) {
            if (random.nextInt(8) > 0) {
                ArrayNode list = Json.mapper().createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(random.nextInt(5) == 0 ? list.deepCopy() : scalar(random));
                }
                value.set(
                        name, random.nextInt(name.equals("x") ? 5 : 2) > 0 == name.equals("x") ? list : scalar(random));
            }
        }
        return value;
    }

    private static String schema(SplittableRandom random) {
        String number = List.of(
                        "{}", "{\"type\":\"number\",\"minimum\":1}", "{\"type\":\"integer\",\"maximum\":2}", "true")
                .get(random.nextInt(4));
        String text = List.of(
                        "{}",
                        "{\"type\":\"string\"}",
                        "{\"enum\":[\"a\",\"ab\"]}",
                        "{\"type\":\"string\",\"pattern\":\"^a\"}")
                .get(random.nextInt(4));
        String list = List.of(
                        "{}",
                        "{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"number\"}}",
                        "{\"type\":\"array\",\"items\":" + text + ",\"minItems\":" + random.nextInt(3) + "}",
                        "{\"type\":\"array\",\"uniqueItems\":true}")
                .get(random.nextInt(4));
        return "{\"type\":\"object\",\"required\":"
                + List.of("[]", "[\"n\",\"s\",\"x\"]").get(random.nextInt(2)) + ",\"properties\":{\"n\":" + number
                + ",\"s\":" + text + ",\"x\":" + list + "}}";
    }

    private static ObjectNode condition(SplittableRandom random, int depth) {
        String path = List.of("input.n", "input.s", "input.x", "input.x[*]", "input.x[0]", "input.x[*][*]")
                .get(random.nextInt(6));
        String empty = path.contains("*") && random.nextInt(3) == 0 ? ",\"empty\":\"pass\"" : "";
        String target = ",\"target\":\"" + path + "\"" + empty;
        String op = List.of("==", "!=", "<", "<=", ">", ">=").get(random.nextInt(6));
        String number = List.of("0", "1", "2", "2.5", "3").get(random.nextInt(5));
        String inner = depth == 0 ? "" : Json.compact(condition(random, depth - 1));
        String other = depth == 0 ? "" : Json.compact(condition(random, depth - 1));
        String text = switch (random.nextInt(depth == 0 ? 10 : 15)) {
            case 0 ->
                "{\"check\":\"regex\",\"pattern\":" + quoted(random).replace("\" ", "\"")
                        + (random.nextBoolean() ? ",\"negate\":true" : "")
                        + (random.nextInt(3) == 0 ? ",\"match\":\"full\"" : "") + target + "}";
            case 1 ->
                "{\"check\":\"contains\",\"" + List.of("all", "any", "none").get(random.nextInt(3)) + "\":"
                        + texts(random) + target + "}";
            case 2 -> "{\"check\":\"oneOf\",\"values\":" + texts(random) + target + "}";
            case 3 -> "{\"check\":\"equals\",\"value\":" + quoted(random) + target + "}";
            case 4 ->
                "{\"check\":\"" + (random.nextBoolean() ? "startsWith" : "endsWith") + "\",\"any\":" + texts(random)
                        + target + "}";
            case 5 ->
                "{\"check\":\"count\",\"unit\":\""
                        + List.of("items", "chars", "words").get(random.nextInt(3)) + "\",\"op\":\"" + op
                        + "\",\"value\":" + number + target + "}";
            case 6 -> "{\"check\":\"unique\"" + target + "}";
            case 7 ->
                "{\"check\":\"schema\",\"schema\":"
                        + List.of("{\"type\":\"string\"}", "{\"minimum\":2}", "{\"minItems\":1}")
                                .get(random.nextInt(3))
                        + target + "}";
            case 8 -> {
                boolean in = random.nextInt(3) == 0;
                String right = in
                        ? "{\"value\":" + texts(random) + "}"
                        : random.nextBoolean() ? number : "{\"value\":" + quoted(random) + "}";
                yield "{\"check\":\"compare\",\"left\":\"" + path + "\",\"op\":\"" + (in ? "in" : op) + "\",\"right\":"
                        + right + empty + "}";
            }
            case 9 ->
                "{\"check\":\"compare\",\"left\":\"" + path + "\",\"op\":\"" + op + "\",\"right\":" + number + empty
                        + "}";
            case 10, 11 -> "{\"check\":\"all\",\"of\":[" + inner + "," + other + "]}";
            case 12 -> "{\"check\":\"any\",\"of\":[" + inner + "," + other + "]}";
            case 13 -> "{\"check\":\"not\",\"of\":" + inner + "}";
            default -> "{\"check\":\"implies\",\"if\":" + inner + ",\"then\":" + other + "}";
        };
        return (ObjectNode) Json.parse(text, text);
    }
}
