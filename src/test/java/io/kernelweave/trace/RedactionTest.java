package io.kernelweave.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class RedactionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key AKIAIOSFODNN7EXAMPLE here | key [redacted:aws-access-key] here",
                "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 | [redacted:github-token]",
                "github_pat_11ABCDEFG0aaaaaaaaaaaa_bbbbbbbbbbb | [redacted:github-token]",
                "xoxb-123456789012-abcdef | [redacted:slack-token]",
                "use sk-proj-abcdefghijklmnopqrst now | use [redacted:api-key] now",
                "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc-DEF_1 | [redacted:json-web-token]",
                "Authorization: Bearer abcdef0123456789== | Authorization: Bearer [redacted:bearer]",
                "postgres://app:s3cret@db:5432/x | postgres://app:[redacted:url-password]@db:5432/x",
                "HTTPS://app:s3cret@host | HTTPS://app:[redacted:url-password]@host",
                "password = hunter22 | password = [redacted:password]",
                "{\"api_key\": \"abcdefgh\"} | {\"api_key\": \"[redacted:password]\"}",
                "pa\u017f\u017fword = hunter22 | pa\u017f\u017fword = [redacted:password]",
                "api_\u212Aey: hunter22 | api_\u212Aey: [redacted:password]",
                "\uD83D password = hunter22 | \uD83D password = [redacted:password]",
                "DB_PASSWORD=abc123!x | DB_PASSWORD=[redacted:password]",
                "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG | aws_secret_access_key=[redacted:password]"
            })
    void takesSecretsOutAndNamesThem(String text, String expected) {
        assertThat(Redaction.redact(text)).isEqualTo(expected);
        assertThat(Redaction.redact(expected)).as("twice").isEqualTo(expected);
    }

    @Test
    void takesOutPrivateKeysWholeOrCutShort() {
        String body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7";
        String whole = "a\n-----BEGIN RSA PRIVATE KEY-----\n" + body + "\n-----END RSA PRIVATE KEY-----\nb";
        assertThat(Redaction.redact(whole)).isEqualTo("a\n[redacted:private-key]\nb");
        assertThat(Redaction.redact("a\n-----BEGIN PRIVATE KEY-----\n" + body)).isEqualTo("a\n[redacted:private-key]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the password is wrong",
                "risk-assessment-of-the-longest-kind",
                "https://example.org:8080/a@b",
                "the bearer token expired",
                "AKIA is a prefix"
            })
    void leavesOtherTextAlone(String text) {
        assertThat(Redaction.redact(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-----BEGIN PRIVATE KEY-----", "eyJ", "password", "a://", "sk-", "bearer "})
    void takesTimeThatGrowsWithTheText(String piece) {
        String text = piece.repeat(200_000 / piece.length());
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> Redaction.redact(text));
    }

    @Test
    void fieldsThatAreCalledAfterASecretAreEmptied() {
        ObjectNode login =
                Json.object().put("user", "ann").put("password", "x1").put("token_count", "12");
        login.putObject("auth").put("db_api_key", "k");
        login.put("key AKIAIOSFODNN7EXAMPLE", 1).put("key AKIAIOSFODNN7EXAMPLF", 2);
        assertThat(Redaction.redact(login).toString())
                .isEqualTo("{\"user\":\"ann\",\"password\":\"[redacted:password]\",\"token_count\":\"12\","
                        + "\"auth\":{\"db_api_key\":\"[redacted:password]\"},"
                        + "\"key [redacted:aws-access-key]\":1,\"key [redacted:aws-access-key]#2\":2}");
        assertThat(Redaction.redact(Redaction.redact(login))).isEqualTo(Redaction.redact(login));
    }
}
