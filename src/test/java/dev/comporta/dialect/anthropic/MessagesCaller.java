package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.core.ObjectMappers;
import com.anthropic.helpers.BetaMessageAccumulator;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.beta.messages.BetaRawMessageStreamEvent;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.ModelRequest;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A caller that reads what is written as Anthropic's own SDK does. */
final class MessagesCaller {

    private static final JsonMapper SDK = ObjectMappers.jsonMapper();

    private MessagesCaller() {}

    static AnswerContext context() {
        ModelRequest request = ModelRequest.parse(Buffer.buffer("{\"model\":\"claude\",\"stream\":true}"));
        return new AnswerContext(request, "0123456789abcdef0123456789abcdef", 1_760_000_000L, "claude");
    }

    /** The data of each event, whose name must be its type. */
    static List<JsonNode> events(Buffer written) {
        List<JsonNode> events = new ArrayList<>();
        for (String event : written.toString().split("\n\n")) {
            String[] lines = event.split("\n");
            assertThat(lines).hasSize(2);
            JsonNode data = json(lines[1].substring("data: ".length()));
            assertThat(lines[0]).isEqualTo("event: " + data.path("type").textValue());
            events.add(data);
        }
        return events;
    }

    /** The message that the SDK makes of a stream; its beta must come to the same. */
    static Message accumulated(Buffer written) {
        MessageAccumulator message = MessageAccumulator.create();
        BetaMessageAccumulator beta = BetaMessageAccumulator.create();
        for (JsonNode event : events(written)) {
            try {
                message.accumulate(
                        SDK.treeToValue(event, RawMessageStreamEvent.class).validate());
                beta.accumulate(
                        SDK.treeToValue(event, BetaRawMessageStreamEvent.class).validate());
            } catch (JsonProcessingException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(beta.message().content()).hasSameSizeAs(message.message().content());
        return message.message().validate();
    }

    static Message message(Buffer body) {
        try {
            return SDK.readValue(body.getBytes(), Message.class).validate();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static JsonNode json(String text) {
        try {
            return SDK.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
