package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterAdapterTest {
    @Test
    void anAdapterOfAnotherVersionIsRefusedInALine(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("adapter.json");
        Files.writeString(file, "{\"version\":1,\"kernels\":[{\"vectors\":\"of another form\"}]}");
        assertThatThrownBy(() -> RouterAdapter.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file + " /version")
                .hasMessageContaining("train one of version");
    }

    @Test
    void anAdapterIsReadAsItWasWritten(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("adapter.json");
        Files.writeString(file, Json.compact(RouterAdapter.untrained()));
        assertThat(RouterAdapter.read(file).digest())
                .isEqualTo(RouterAdapter.untrained().digest());
    }
}
