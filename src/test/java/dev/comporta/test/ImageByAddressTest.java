package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.Base64;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** A picture that a caller names by its address, and a provider that wants its bytes. */
@QuarkusTest
class ImageByAddressTest {

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 1, 2, 3};

    ScriptedUpstream upstream;

    @Test
    void is_fetched_and_reaches_google_as_its_bytes() {
        String picture = upstream.model(exchange -> exchange.whole(200, PNG, "content-type: image/png"));
        String model = upstream.model(Native.GOOGLE.api().text("A cat."));

        HttpResponse<byte[]> answer = Gateway.chat(question(model, address(picture)));

        assertThat(answer.statusCode()).as(Gateway.text(answer)).isEqualTo(200);
        assertThat(upstream.call(picture).request().startLine()).isEqualTo("GET /pictures/" + picture + " HTTP/1.1");
        JsonNode sent = upstream.call(model).json().at("/contents/0/parts/1/inlineData");
        assertThat(sent.path("mimeType").asText()).isEqualTo("image/png");
        assertThat(Base64.getDecoder().decode(sent.path("data").asText())).isEqualTo(PNG);
    }

    @Test
    void that_is_not_there_is_named() {
        String picture = upstream.model(exchange -> exchange.whole(404, new byte[0]));
        String model = upstream.model(Native.GOOGLE.api().text("A cat."));

        HttpResponse<byte[]> answer = Gateway.chat(question(model, address(picture)));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Gateway.text(answer)).contains("\"param\":\"messages[0].content[1].image_url.url\"");
        assertThat(upstream.waiting(model)).isZero();
    }

    private static String address(String picture) {
        String host = ConfigProvider.getConfig().getValue("gateway.remote-images.allow-hosts", String.class);
        return "http://" + host + "/pictures/" + picture;
    }

    private static String question(String model, String address) {
        return """
                {"model":"google/%s","messages":[{"role":"user","content":[
                    {"type":"text","text":"What is this?"},
                    {"type":"image_url","image_url":{"url":"%s"}}]}]}""".formatted(model, address);
    }
}
