package io.kernelweave.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ChangeTest {
    private static List<Change> between(String before, String after) {
        return Change.between(Json.parse(before, "before"), Json.parse(after, "after"));
    }

    @Test
    void fieldsAreNamedByTheirPath() {
        assertThat(between("{\"a\":{\"b\":1,\"c\":\"x\"},\"d\":true}", "{\"a\":{\"b\":2,\"c\":\"x\"},\"e\":null}"))
                .containsExactly(
                        new Change("a.b", "1", "2"), new Change("d", "true", null), new Change("e", null, "null"));
    }

    @Test
    void elementsWithANameAreCalledByIt() {
        List<Change> changes = between(
                "{\"postconditions\":[{\"name\":\"count\",\"value\":3},{\"name\":\"old\",\"check\":\"regex\"}]}",
                "{\"postconditions\":[{\"name\":\"new\",\"check\":\"json\"},{\"name\":\"count\",\"value\":4}]}");
        assertThat(changes)
                .containsExactly(
                        new Change("postconditions.count.value", "3", "4"),
                        new Change("postconditions.new", null, "{\"name\":\"new\",\"check\":\"json\"}"),
                        new Change("postconditions.old", "{\"name\":\"old\",\"check\":\"regex\"}", null));
        assertThat(changes).extracting(Change::label).containsExactly("changed", "added", "removed");
    }

    @Test
    void otherListsAreComparedByWhatTheyHold() {
        assertThat(between("{\"examples\":[\"a\",\"b\"]}", "{\"examples\":[\"b\",\"c\"]}"))
                .containsExactly(new Change("examples", "a", null), new Change("examples", null, "c"));
        assertThat(between("[1,2]", "[2,1]")).containsExactly(new Change("", "in another order", "in another order"));
    }

    /** Equal documents have no changes, others have some, and turned round the same ones. */
    @Test
    void changesAreThereIfAndOnlyIfTheDocumentsDiffer() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            JsonNode one = value(random, 3);
            JsonNode two = random.nextInt(4) == 0 ? one.deepCopy() : value(random, 3);
            List<Change> there = Change.between(one, two);
            List<Change> back = Change.between(two, one);
            assertThat(there.isEmpty()).as(one + " and " + two).isEqualTo(one.equals(two));
            assertThat(back)
                    .containsExactlyInAnyOrderElementsOf(there.stream()
                            .map(change -> new Change(change.path(), change.after(), change.before()))
                            .toList());
        }
    }

    private static JsonNode value(Random random, int depth) {
        switch (depth == 0 ? random.nextInt(2) : random.nextInt(4)) {
            case 0:
                return Json.tree(random.nextInt(3));
            case 1:
                return Json.tree(String.valueOf((char) ('a' + random.nextInt(3))));
            case 2:
                ObjectNode object = Json.object();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(random.nextBoolean() ? "name" : "k" + random.nextInt(3), value(random, depth - 1));
                }
                return object;
            default:
                ArrayNode array = Json.mapper().createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(value(random, depth - 1));
                }
                return array;
        }
    }
}
