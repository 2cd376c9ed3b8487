package dev.comporta.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** An application that makes calls, and knows for each of them how much of the answer came. Thread-safe. */
final class Caller {

    static final String KEY = "the-shared-key-of-the-crash-tests";

    private static final String CONVERSATION = "x-gateway-conversation-id";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** What became of a call, as its caller sees it. */
    enum Fate {
        /** The last byte came. */
        WHOLE,
        /** The connection broke before that. */
        CUT,
        /** No connection could be made, or the gateway was not ready yet: this call never was. */
        NOT_TAKEN,
        /** It was answered with something else than 200. */
        REFUSED
    }

    /** @param name also the conversation id, by which its row is found */
    Fate call(URI gateway, String name, int number, boolean stream) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .header(CONVERSATION, name)
                .POST(HttpRequest.BodyPublishers.ofString(ScriptedProvider.request(name, number, stream)))
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() == 503) {
                    return Fate.NOT_TAKEN;
                }
                if (response.statusCode() != 200) {
                    return Fate.REFUSED;
                }
                return stream ? untilDone(body) : untilEnd(body);
            }
        } catch (ConnectException e) {
            return Fate.NOT_TAKEN;
        } catch (IOException e) {
            return Fate.CUT;
        }
    }

    private static Fate untilEnd(InputStream body) throws IOException {
        // A body that is shorter than its content-length is an IOException.
        body.readAllBytes();
        return Fate.WHOLE;
    }

    private static Fate untilDone(InputStream body) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("data: [DONE]")) {
                return Fate.WHOLE;
            }
        }
        return Fate.CUT;
    }
}
