package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobSpecTest {
    private static JobSpec job(String model) {
        return Json.parseYaml("name: test\ndataset: data.yaml\nmodel: " + model, JobSpec.class, "job.yaml");
    }

    @Test
    void samplingIsUnfilteredButForTopKUnlessTheJobSaysSo() {
        assertThat(job("{temperature: 0.5}").model().sampling()).isEqualTo(new DecodeSettings(0.5, 40, 1, 0, 400, 0));
        assertThat(job("{top_k: 7, top_p: 0.9, min_p: 0.1, max_tokens: 9}")
                        .model()
                        .sampling())
                .isEqualTo(new DecodeSettings(0, 7, 0.9, 0.1, 9, 0));
    }

    @Test
    void whereAModelIsDoesNotDecideRowsButHowItIsRunDoes() {
        String rows = job("{backend: llama, file: a.gguf, top_p: 0.9}").rowSettings();
        assertThat(job("{backend: llama, file: b/a.gguf, top_p: 0.9, timeout_seconds: 9}")
                        .rowSettings())
                .isEqualTo(rows);
        assertThat(job("{backend: llama, file: a.gguf, top_p: 0.8}").rowSettings())
                .isNotEqualTo(rows);
        assertThat(job("{backend: llama, file: a.gguf, top_p: 0.9, context: 64}")
                        .rowSettings())
                .isNotEqualTo(rows);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {top_p: 1.5} | /model/top_p: 1.5 is out of range
                    {min_p: -0.1} | /model/min_p: -0.1 is out of range
                    {temperature: 6} | /model/temperature: 6.0 is out of range
                    {backend: llama} | /model/file: is missing
                    {backend: ngram, file: a.gguf} | /model/file: is for backend llama only
                    {backend: llama, file: a.gguf, context: -1} | /model/context: -1 is out of range
                    {backend: llama, file: a.gguf, threads: 1000} | /model/threads: 1000 is out of range
                    {backend: llama, file: a.gguf, timeout_seconds: -5} | /model/timeout_seconds: -5 is out of range
                    """)
    void aModelThatMakesNoSenseIsRefusedByItsField(String model, String message) {
        assertThatThrownBy(() -> job(model))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("job.yaml")
                .hasMessageContaining(message);
    }
}
