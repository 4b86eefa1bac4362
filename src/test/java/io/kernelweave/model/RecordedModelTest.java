package io.kernelweave.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecordedModelTest {
    @Test
    void itAnswersWhatWasRecordedAndNothingElse() {
        RecordedModel model = new RecordedModel(Map.of("a", "{\"x\":1}"));
        assertThat(model.answer("a")).contains("{\"x\":1}");
        assertThat(model.answer("a ")).isEmpty();
    }

    @Test
    void itsIdentityIsOfTheContentWhateverTheOrder() {
        Map<String, String> one = new LinkedHashMap<>();
        one.put("a", "1");
        one.put("b", "2");
        Map<String, String> other = new LinkedHashMap<>();
        other.put("b", "2");
        other.put("a", "1");
        assertThat(new RecordedModel(one).identity())
                .isEqualTo(new RecordedModel(other).identity())
                .isNotEqualTo(new RecordedModel(Map.of("a", "1", "b", "3")).identity())
                .startsWith("recorded:");
    }
}
