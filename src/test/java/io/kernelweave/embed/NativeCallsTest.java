package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NativeCallsTest {
    @Test
    void endsOnlyAfterTheRunningCallAndLetsNoOtherBegin() throws Exception {
        NativeCalls calls = new NativeCalls();
        calls.begin();
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(calls::drain);
        Thread.sleep(50);
        assertThat(drained).isNotDone();
        calls.end();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        Thread late = new Thread(calls::begin);
        late.setDaemon(true);
        late.start();
        late.join(100);
        assertThat(late.isAlive()).as("waits for the end").isTrue();
    }
}
