package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClientImpl;
import com.openai.core.ClientOptions;
import com.openai.core.ObjectMappers;
import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Reads answers as the official SDK does, and more strictly: every field must be there and of its type. */
final class ResponsesSdk {

    private ResponsesSdk() {}

    static Response response(Buffer body) {
        return read(body.getBytes(), Response.class).validate();
    }

    /** The events; their names must be those in their data. */
    static List<ResponseStreamEvent> events(Buffer stream) {
        return data(stream).stream()
                .map(event -> read(Json.bytes(event), ResponseStreamEvent.class).validate())
                .toList();
    }

    static Response accumulated(Buffer stream) {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        events(stream).forEach(accumulator::accumulate);
        return accumulator.response();
    }

    static List<JsonNode> data(Buffer stream) {
        List<JsonNode> data = new ArrayList<>();
        SseSplitter splitter = new SseSplitter(1 << 20);
        splitter.feed(stream, event -> {
            String text = new String(event.bytes(), event.from(), event.length(), StandardCharsets.UTF_8);
            JsonNode json = tree(event.data());
            assertThat(text).startsWith("event: " + json.path("type").textValue() + "\ndata: ");
            data.add(json);
        });
        return data;
    }

    static List<String> types(Buffer stream) {
        return data(stream).stream()
                .map(event -> event.path("type").textValue())
                .toList();
    }

    /** Lets a client of the SDK read a stream to its end. */
    static List<ResponseStreamEvent> streamed(Buffer stream) {
        ClientOptions options = ClientOptions.builder()
                .httpClient(new Answering(stream.getBytes()))
                .apiKey("key")
                .maxRetries(0)
                .build();
        try (StreamResponse<ResponseStreamEvent> events = new OpenAIClientImpl(options)
                .responses()
                .createStreaming(
                        ResponseCreateParams.builder().model("m").input("Hi").build())) {
            return events.stream().toList();
        }
    }

    private static JsonNode tree(byte[] json) {
        try {
            return Json.tree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T read(byte[] json, Class<T> type) {
        try {
            return ObjectMappers.jsonMapper().readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A provider that has one answer. */
    private record Answering(byte[] body) implements HttpClient {

        @Override
        public HttpResponse execute(HttpRequest request, RequestOptions options) {
            return new HttpResponse() {
                @Override
                public int statusCode() {
                    return 200;
                }

                @Override
                public Headers headers() {
                    return Headers.builder()
                            .put("content-type", "text/event-stream")
                            .build();
                }

                @Override
                public InputStream body() {
                    return new ByteArrayInputStream(body);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
            return CompletableFuture.completedFuture(execute(request, options));
        }

        @Override
        public void close() {}
    }
}
