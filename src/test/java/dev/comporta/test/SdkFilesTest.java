package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.NotFoundException;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.files.FileContentParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileDeleteParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.files.FileRetrieveParams;
import com.openai.models.moderations.ModerationCreateParams;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is not chat, through the official SDK. */
@QuarkusTest
@WithTestResource(value = UpstreamResource.class, scope = TestResourceScope.GLOBAL)
class SdkFilesTest {

    ScriptedUpstream upstream;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Gateway.sdk(Gateway.newKey(Gateway.newClient()));
    }

    private static String file(String id) {
        return """
                {"id":"%s","object":"file","bytes":5,"created_at":1760000000,"filename":"a.txt","purpose":"user_data","status":"processed"}""".formatted(id);
    }

    private FileObject create(String id, byte[] content) {
        return client.files()
                .create(FileCreateParams.builder()
                        .file(MultipartField.<InputStream>builder()
                                .value(new ByteArrayInputStream(content))
                                .filename("a \"b\" ç.txt")
                                .build())
                        .purpose(FilePurpose.USER_DATA)
                        .putAdditionalHeader(ScriptedUpstream.SCRIPT, upstream.model(Answers.json(file(id))))
                        .build());
    }

    @Test
    void a_file_lives_its_life() throws Exception {
        String id = "file-" + UUID.randomUUID();
        byte[] content = new byte[1 << 20];
        new Random(1).nextBytes(content);

        assertThat(create(id, content).id()).isEqualTo(id);

        assertThat(client.files()
                        .retrieve(FileRetrieveParams.builder()
                                .fileId(id)
                                .putAdditionalHeader(ScriptedUpstream.SCRIPT, upstream.model(Answers.json(file(id))))
                                .build())
                        .filename())
                .isEqualTo("a.txt");
        String list =
                "{\"object\":\"list\",\"data\":[%s,%s],\"has_more\":false}".formatted(file("file-strange"), file(id));
        assertThat(client.files()
                        .list(FileListParams.builder()
                                .putAdditionalHeader(ScriptedUpstream.SCRIPT, upstream.model(Answers.json(list)))
                                .build())
                        .autoPager())
                .extracting(FileObject::id)
                .isEqualTo(List.of(id));
        String download =
                upstream.model(exchange -> exchange.whole(200, content, "content-type: application/octet-stream"));
        try (HttpResponse response = client.files()
                .content(FileContentParams.builder()
                        .fileId(id)
                        .putAdditionalHeader(ScriptedUpstream.SCRIPT, download)
                        .build())) {
            assertThat(response.body().readAllBytes()).isEqualTo(content);
        }
        assertThat(client.files()
                        .delete(FileDeleteParams.builder()
                                .fileId(id)
                                .putAdditionalHeader(
                                        ScriptedUpstream.SCRIPT,
                                        upstream.model(Answers.json(
                                                "{\"id\":\"%s\",\"object\":\"file\",\"deleted\":true}".formatted(id))))
                                .build())
                        .deleted())
                .isTrue();
    }

    @Test
    void a_strangers_file_is_not_found() {
        String id = "file-" + UUID.randomUUID();
        create(id, new byte[] {1});
        OpenAIClient stranger = Gateway.sdk(Gateway.newKey(Gateway.newClient()));

        assertThatThrownBy(() -> stranger.files().retrieve(id)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void audio_is_heard_and_spoken() throws Exception {
        String hear = upstream.model(Answers.json("{\"text\":\"Hello\"}"));
        byte[] sound = new byte[500_000];
        new Random(2).nextBytes(sound);

        assertThat(client.audio()
                        .transcriptions()
                        .create(TranscriptionCreateParams.builder()
                                .file(sound)
                                .model("acme/whisper-1")
                                .putAdditionalHeader(ScriptedUpstream.SCRIPT, hear)
                                .build())
                        .asTranscription()
                        .text())
                .isEqualTo("Hello");
        Wire.Message heard = upstream.call(hear).request();
        assertThat(heard.startLine()).isEqualTo("POST /acme/v1/audio/transcriptions HTTP/1.1");
        assertThat(new String(heard.body(), StandardCharsets.ISO_8859_1))
                .contains(new String(sound, StandardCharsets.ISO_8859_1))
                .contains("\r\n\r\nwhisper-1\r\n")
                .doesNotContain("acme");

        String speak = upstream.model(exchange -> exchange.whole(200, sound, "content-type: audio/mpeg"));
        try (HttpResponse response = client.audio()
                .speech()
                .create(SpeechCreateParams.builder()
                        .input("Hello")
                        .model("acme/" + speak)
                        .voice("alloy")
                        .build())) {
            assertThat(response.body().readAllBytes()).isEqualTo(sound);
        }
    }

    @Test
    void a_text_is_moderated() {
        String model =
                upstream.model(Answers.json("{\"id\":\"modr-1\",\"model\":\"m\",\"results\":[{\"flagged\":true}]}"));

        assertThat(client.moderations()
                        .create(ModerationCreateParams.builder()
                                .input("x")
                                .model("acme/" + model)
                                .build())
                        .results()
                        .get(0)
                        .flagged())
                .isTrue();
    }
}
