package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrendCommandTest {
    @TempDir
    Path temp;

    @Test
    void saysHowTheRunsOfAJobWentToTheSameBytesAgain() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("job"), 40);
        Program.run(job.run());
        Program.run(job.run("--fresh"));
        Program.run(job.run("--fresh"));
        Program.Outcome trend = Program.run(job.args("trend"));
        assertThat(trend.exit()).as(trend.err()).isZero();
        assertThat(trend.out()).contains("0 open alarms");
        String report = Files.readString(job.file("reports/trend.md"));
        assertThat(report).contains("# Trend: no open alarm", "3 complete runs of 1 job");
        String json = Files.readString(job.file("reports/trend.json"));
        Program.run(job.args("trend"));
        assertThat(Files.readString(job.file("reports/trend.md"))).isEqualTo(report);
        assertThat(Files.readString(job.file("reports/trend.json"))).isEqualTo(json);
    }

    @Test
    void aJobThatNeverRanIsRefused() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("job"), 40);
        Program.Outcome refused = Program.run(job.args("trend", "--job", "nobody"));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines()).singleElement().asString().contains("job \"nobody\": has no complete run");
    }
}
