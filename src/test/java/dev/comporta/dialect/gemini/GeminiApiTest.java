package dev.comporta.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerReader;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Gemini's API as a provider's")
class GeminiApiTest {

    private static final GeminiApi API = new GeminiApi();

    private static byte[] json(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }

    private static Told whole(String body) throws IOException {
        Told told = new Told();
        API.whole(json(body), told);
        return told;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MALFORMED_FUNCTION_CALL",
                "UNEXPECTED_TOOL_CALL",
                "TOO_MANY_TOOL_CALLS",
                "MISSING_THOUGHT_SIGNATURE",
                "OTHER"
            })
    void a_model_that_fails_has_not_answered_even_if_it_spoke(String reason) throws IOException {
        Told told = whole("{'candidates':[{'content':{'parts':[{'text':'Let me see.'}]},'finishReason':'%s'}]}"
                .formatted(reason));

        assertThat(told.lines).containsExactly("start null null", "text 0 Let me see.", "error 502 provider_failed");
    }

    @Test
    void a_picture_in_the_answer_is_an_error_and_what_it_cost_is_told_before() throws IOException {
        Told told = whole("{'candidates':[{'content':{'parts':[{'inlineData':{'mimeType':'image/png','data':''}}]},"
                + "'finishReason':'STOP'}],'usageMetadata':{'promptTokenCount':3,'candidatesTokenCount':1290}}");

        assertThat(told.lines).containsExactly("start null null", "usage 3 1290", "error 502 provider_failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "7",
                "{'candidates':[]}",
                "{'candidates':[{'content':{'parts':[{'text':'half'}]}}]}",
                "{'usageMetadata':{'promptTokenCount':1}}",
                "{'candidates':[{'index':-1,'finishReason':'STOP'}]}",
                "{'candidates':[{'index':1e9,'finishReason':'STOP'}]}"
            })
    void what_is_no_answer_is_refused(String body) {
        assertThatIOException().isThrownBy(() -> whole(body));
    }

    @Test
    void an_error_of_200_is_an_error() throws IOException {
        assertThat(whole("{'error':{'code':429,'message':'No.','status':'RESOURCE_EXHAUSTED'}}").lines)
                .containsExactly("error 429 rate_limit_exceeded");
    }

    @Test
    void the_same_answer_is_read_to_the_same_call_ids() throws IOException {
        String answer = "{'responseId':'r','candidates':[{'content':{'parts':[{'functionCall':{'name':'f'}},"
                + "{'functionCall':{'name':'f'}}]},'finishReason':'STOP'}]}";

        Told first = whole(answer);

        assertThat(first.ids).hasSize(2).doesNotHaveDuplicates().allMatch(id -> id.matches("call_[0-9a-f]{24}"));
        assertThat(whole(answer).ids).isEqualTo(first.ids);
        assertThat(whole(answer.replace("'r'", "'s'")).ids).doesNotContainAnyElementsOf(first.ids);
    }

    @Test
    void answers_without_ids_are_read_to_different_call_ids() throws IOException {
        String answer = "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f'}}]},'finishReason':'STOP'}]}";

        assertThat(whole(answer).ids).hasSize(1).doesNotContainAnyElementsOf(whole(answer).ids);
    }

    @Test
    void usage_is_told_when_it_changes() throws IOException {
        Told told = new Told();
        AnswerReader reader = API.stream(told);
        String chunk = "{'candidates':[{'content':{'parts':[{'text':'a'}]}}],'usageMetadata':{'promptTokenCount':%d}}";
        reader.data(json(chunk.formatted(1)));
        reader.data(json(chunk.formatted(1)));
        reader.data(json(chunk.formatted(2)));

        assertThat(told.lines)
                .containsExactly("start null null", "usage 1 0", "text 0 a", "text 0 a", "usage 2 0", "text 0 a");
    }

    @Test
    void a_stream_is_whole_once_every_candidate_has_ended_and_done_never() throws IOException {
        AnswerReader reader = API.stream(new Told());

        assertThat(reader.isWhole()).isFalse();
        reader.data(json("{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}]}"));
        assertThat(reader.isWhole()).isTrue();
        reader.data(json("{'candidates':[{'index':1,'content':{'parts':[{'text':'a'}]}}]}"));
        assertThat(reader.isWhole()).isFalse();
        reader.data(json("{'candidates':[{'index':1,'finishReason':'STOP'}]}"));
        assertThat(reader.isWhole()).isTrue();
        assertThat(reader.isDone()).isFalse();
    }

    @Test
    void nothing_is_told_behind_an_error() throws IOException {
        Told told = new Told();
        AnswerReader reader = API.stream(told);
        reader.data(json("{'error':{'code':500,'message':'No.'}}"));
        reader.data(json("{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}]}"));
        reader.end();

        assertThat(told.lines).containsExactly("error 500 server_error");
        assertThat(reader.isDone()).isTrue();
        assertThat(reader.isWhole()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"34s, 34", "34.000000001s, 35", "0.5s, 1", "0s, 0", "34, ", "-1s, ", "1e9s, ", "99999999999999999999s, "
    })
    void a_delay_is_read_in_whole_seconds(String delay, @Nullable Long seconds) {
        ProviderError error = API.error(
                429, json("{'error':{'code':429,'details':[{'@type':'x'},{'retryDelay':'%s'}]}}".formatted(delay)));

        assertThat(error).isNotNull();
        assertThat(error.retryAfterSeconds()).isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>Bad gateway</html>", "{}", "[]", "'x'", "{'error':'x'}", "{'error':null}", "[7]"})
    void what_is_not_google_s_error_is_none(String body) {
        assertThat(API.error(502, json(body))).isNull();
    }

    /** What a sink was told, in words. */
    private static final class Told implements AnswerSink {

        private final List<String> lines = new ArrayList<>();
        private final List<String> ids = new ArrayList<>();

        @Override
        public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
            lines.add("start " + id + " " + model);
        }

        @Override
        public void text(int choice, String text) {
            lines.add("text " + choice + " " + text);
        }

        @Override
        public void refusal(int choice, String text) {
            lines.add("refusal");
        }

        @Override
        public void reasoning(int choice, String text) {
            lines.add("reasoning " + choice + " " + text);
        }

        @Override
        public void reasoningBlock(int choice, ObjectNode block) {
            lines.add("block");
        }

        @Override
        public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
            ids.add(id);
        }

        @Override
        public void toolArguments(int choice, int index, String fragment) {
            lines.add("arguments " + fragment);
        }

        @Override
        public void annotation(int choice, ObjectNode annotation) {
            lines.add("annotation");
        }

        @Override
        public void finish(int choice, FinishReason reason) {
            lines.add("finish " + choice + " " + reason);
        }

        @Override
        public void usage(TokenUsage usage) {
            lines.add("usage " + usage.inputTokens() + " " + usage.outputTokens());
        }

        @Override
        public void error(ProviderError error) {
            lines.add("error " + error.status() + " " + error.code());
        }
    }
}
