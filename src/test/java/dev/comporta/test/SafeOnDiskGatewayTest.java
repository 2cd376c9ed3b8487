package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A journal that is forced to the disk before anybody's last byte goes. */
@QuarkusTest
@TestProfile(SafeOnDiskGatewayTest.SyncEach.class)
class SafeOnDiskGatewayTest {

    public static final class SyncEach implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("gateway.journal.sync", "each", "gateway.data-dir", "target/test-data-safe-on-disk");
        }
    }

    ScriptedUpstream upstream;

    @Test
    void calls_are_answered_and_recorded() {
        String whole = upstream.model(Answers.json(Answers.completion("Hi")));
        String stream = upstream.model(Answers.events(Answers.stream("Hi")));

        HttpResponse<byte[]> answered = Gateway.chat(Gateway.question("acme/" + whole));
        HttpResponse<byte[]> streamed = Gateway.chat(Gateway.streamedQuestion("acme/" + stream));
        HttpResponse<byte[]> refused = Gateway.chat(Gateway.question("keyless/x"));

        assertThat(answered.statusCode()).isEqualTo(200);
        assertThat(Gateway.text(streamed)).endsWith("data: [DONE]\n\n");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Gateway.usage(answered).path("totalTokens").asLong()).isEqualTo(14);
        assertThat(Gateway.usage(streamed).path("totalTokens").asLong()).isEqualTo(14);
        assertThat(Gateway.usage(refused).path("status").asText()).isEqualTo("error");
    }
}
