package dev.comporta.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.core.JsonValue;
import com.anthropic.core.ObjectMappers;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolChoiceAny;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlockParam;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translated;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.OpenAiApi;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Anthropic's Messages API for callers")
class MessagesApiTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/messages-openai/request");

    private final MessagesApi api = new MessagesApi();

    private ObjectNode chat(String body) {
        return api.chat(ModelRequest.parse(Buffer.buffer(body), "m", false), new Dropped(false));
    }

    @Test
    void what_only_some_targets_know_is_kept_in_the_common_form() throws IOException {
        ObjectNode chat = chat("""
                {"max_tokens":9,"thinking":{"type":"enabled","budget_tokens":5000},"top_k":3,
                 "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                 "messages":[
                  {"role":"user","content":"Time?"},
                  {"role":"assistant","content":[
                    {"type":"thinking","thinking":"A clock!","signature":"c2ln"},
                    {"type":"redacted_thinking","data":"eHl6"},
                    {"type":"thinking","thinking":" Or two.","signature":""},
                    {"type":"tool_use","id":"a","name":"clock","input":{},"cache_control":{"type":"ephemeral"}}]},
                  {"role":"user","content":[
                    {"type":"tool_result","tool_use_id":"a","is_error":true,"content":"none",
                     "cache_control":{"type":"ephemeral"}}]}],
                 "tools":[{"name":"clock","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}]}""");

        assertThat(Json.tree(Json.bytes(chat))).isEqualTo(Json.tree("""
                                {"max_completion_tokens":9,
                                 "messages":[
                                  {"role":"system","content":[
                                    {"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}]},
                                  {"role":"user","content":"Time?"},
                                  {"role":"assistant","content":null,"reasoning_content":"A clock! Or two.",
                                   "thinking_blocks":[
                                    {"type":"thinking","thinking":"A clock!","signature":"c2ln"},
                                    {"type":"redacted_thinking","data":"eHl6"}],
                                   "tool_calls":[{"id":"a","type":"function","function":{"name":"clock","arguments":"{}"}}],
                                   "cache_control":{"type":"ephemeral"}},
                                  {"role":"tool","tool_call_id":"a","content":"none","is_error":true,
                                   "cache_control":{"type":"ephemeral"}}],
                                 "tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"object"}},
                                   "cache_control":{"type":"ephemeral"}}],
                                 "thinking":{"type":"enabled","budget_tokens":5000},"reasoning_effort":"medium",
                                 "top_k":3}""".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'messages':'x'                                            | messages",
                "'messages':['x']                                          | messages[0]",
                "'messages':[{'content':'x'}]                              | messages[0].role",
                "'messages':[{'role':'tool','content':'x'}]                | messages[0].role",
                "'messages':[{'role':'user'}]                              | messages[0].content",
                "'messages':[{'role':'user','content':[null]}]             | messages[0].content[0]",
                "'messages':[{'role':'user','content':[{'type':'text'}]}]  | messages[0].content[0].text",
                "'messages':[{'role':'user','content':[{'type':'image'}]}] | messages[0].content[0].source",
                "'messages':[{'role':'user','content':[{'type':'tool_use'}]}]    | messages[0].content[0].type",
                "'messages':[{'role':'user','content':[{'type':'tool_result'}]}] | messages[0].content[0].tool_use_id",
                "'messages':[{'role':'assistant','content':[{'type':'image'}]}]  | messages[0].content[0].type",
                "'system':{}                                               | system",
                "'system':[{'type':'image'}]                               | system[0].type",
                "'max_tokens':1.5                                          | max_tokens",
                "'max_tokens':-1                                           | max_tokens",
                "'max_tokens':99999999999999999999                         | max_tokens",
                "'temperature':'hot'                                       | temperature",
                "'top_k':0.5                                               | top_k",
                "'stop_sequences':'x'                                      | stop_sequences",
                "'stop_sequences':[1]                                      | stop_sequences[0]",
                "'thinking':{'type':'enabled'}                             | thinking.budget_tokens",
                "'thinking':{'type':'deep'}                                | thinking.type",
                "'output_config':{'effort':'none'}                         | output_config.effort",
                "'output_config':{'format':{'type':'text'}}                | output_config.format.type",
                "'output_config':{'format':{'type':'json_schema'}}         | output_config.format.schema",
                "'tools':[{'name':'x'}]                                    | tools[0].input_schema",
                "'tools':[{'input_schema':{}}]                             | tools[0].name",
                "'tools':[{'type':'bash_20250124','name':'bash'}]          | tools[0].type",
                "'tool_choice':'auto'                                      | tool_choice",
                "'tool_choice':{'type':'tool','name':'x'}                  | tool_choice",
                "'metadata':{'user_id':1}                                  | metadata.user_id",
                "'service_tier':'fast'                                     | service_tier"
            })
    void what_makes_no_sense_is_refused_by_name(String member, String param) {
        String body = "{\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],"
                + member.replace('\'', '"') + "}";

        assertThat(catchThrowableOfType(GatewayError.class, () -> chat(body))).satisfies(refusal -> {
            assertThat(refusal.code()).isIn(ErrorCode.INVALID_REQUEST, ErrorCode.UNSUPPORTED_PARAMETER);
            assertThat(refusal.param()).isEqualTo(param);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error",
        "401, authentication_error",
        "402, billing_error",
        "403, permission_error",
        "404, not_found_error",
        "408, timeout_error",
        "409, conflict_error",
        "413, request_too_large",
        "422, invalid_request_error",
        "429, rate_limit_error",
        "500, api_error",
        "502, api_error",
        "503, overloaded_error",
        "504, timeout_error",
        "529, overloaded_error"
    })
    void an_error_has_the_type_of_its_status(int status, String type) throws IOException {
        JsonNode body = Json.tree(
                api.error(ProviderError.of(status, "server_error", null, "No.")).getBytes());

        assertThat(body).isEqualTo(Json.tree("""
                {"type":"error","error":{"type":"%s","message":"No."}}""".formatted(type).getBytes(UTF_8)));
    }

    @Test
    void a_refusal_by_the_gateway_says_its_code_besides() {
        Buffer body = MessagesApi.errorBody(
                new GatewayError(ErrorCode.UNSUPPORTED_PARAMETER, "The field top_k is unknown.", "top_k"));

        assertThat(body).hasToString("""
                        {"type":"error","error":{"type":"invalid_request_error","message":"The field top_k is unknown.",\
                        "code":"unsupported_parameter","param":"top_k"}}""");
    }

    @Test
    void a_request_of_the_sdk_is_understood() throws IOException {
        MessageCreateParams params = MessageCreateParams.builder()
                .model("claude")
                .maxTokens(9)
                .system("Be brief.")
                .addUserMessage("Time?")
                .addAssistantMessageOfContentBlockParams(List.of(ContentBlockParam.ofToolUse(ToolUseBlockParam.builder()
                        .id("a")
                        .name("clock")
                        .input(ToolUseBlockParam.Input.builder()
                                .putAdditionalProperty("zone", JsonValue.from("UTC"))
                                .build())
                        .build())))
                .addUserMessageOfContentBlockParams(
                        List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                .toolUseId("a")
                                .content("noon")
                                .build())))
                .addTool(Tool.builder()
                        .name("clock")
                        .inputSchema(Tool.InputSchema.builder().build())
                        .build())
                .toolChoice(ToolChoiceAny.builder().disableParallelToolUse(true).build())
                .build();
        Dropped dropped = new Dropped(true);

        ObjectNode chat = api.chat(
                ModelRequest.parse(Buffer.buffer(ObjectMappers.jsonMapper().writeValueAsBytes(params._body()))),
                dropped);

        assertThat(Json.tree(Json.bytes(chat))).isEqualTo(Json.tree("""
                                {"max_completion_tokens":9,
                                 "messages":[
                                  {"role":"system","content":"Be brief."},
                                  {"role":"user","content":"Time?"},
                                  {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",
                                   "function":{"name":"clock","arguments":"{\\"zone\\":\\"UTC\\"}"}}]},
                                  {"role":"tool","tool_call_id":"a","content":"noon"}],
                                 "tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"object"}}}],
                                 "tool_choice":"required","parallel_tool_calls":false}""".getBytes(UTF_8)));
    }

    @Test
    void a_whole_answer_is_a_stream_where_one_was_asked_for() {
        Translated translated = new Translated(
                api,
                new OpenAiApi(),
                MessagesCaller.context(),
                new TargetTraits("m", "", null, true),
                new Dropped(false));

        Translation.Whole whole = translated.whole("""
                {"id":"c","object":"chat.completion","created":1,"model":"gpt-x","choices":[{"index":0,"finish_reason":"stop",
                 "message":{"role":"assistant","content":"Hi"}}],"usage":{"prompt_tokens":9,"completion_tokens":5}}""".getBytes(UTF_8));

        assertThat(whole).isNotNull();
        Message message = MessagesCaller.accumulated(whole.body());
        assertThat(message.content().get(0).asText().text()).isEqualTo("Hi");
        assertThat(message.usage().inputTokens()).isEqualTo(9);
    }

    @Test
    void a_request_however_odd_is_refused_with_a_reason_or_read() throws IOException {
        List<JsonNode> requests = goldenRequests();
        Seeds.each(2_000, random -> {
            ObjectNode body = requests.get(random.nextInt(requests.size())).deepCopy();
            for (int i = random.nextInt(4); i >= 0; i--) {
                mutate(body, requests, random);
            }
            body.remove(List.of("model", "stream", "stream_options"));
            try {
                Json.bytes(chat(Json.text(body)));
            } catch (GatewayError refusal) {
                assertThat(refusal.param()).isNotNull();
            }
        });
    }

    private static List<JsonNode> goldenRequests() throws IOException {
        List<JsonNode> requests = new ArrayList<>();
        try (Stream<Path> files = Files.list(GOLDEN)) {
            for (Path file : files.filter(name -> name.toString().contains(".in."))
                    .sorted()
                    .toList()) {
                requests.add(Json.tree(Files.readAllBytes(file)));
            }
        }
        return requests;
    }

    /** Replaces, removes or doubles one value, wherever it is. */
    private static void mutate(ObjectNode body, List<JsonNode> others, Random random) {
        List<JsonNode> containers = new ArrayList<>();
        collect(body, containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        JsonNode value = value(others, random);
        if (container instanceof ArrayNode list) {
            int at = list.isEmpty() ? 0 : random.nextInt(list.size());
            if (list.isEmpty() || random.nextBoolean()) {
                list.insert(at, value);
            } else if (random.nextBoolean()) {
                list.set(at, value);
            } else {
                list.remove(at);
            }
        } else if (container instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(4) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        }
    }

    private static JsonNode value(List<JsonNode> others, Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> NullNode.getInstance();
            case 1 -> TextNode.valueOf("");
            case 2 -> TextNode.valueOf("\ud800 odd \u0000");
            case 3 -> IntNode.valueOf(random.nextInt());
            case 4 -> Json.object();
            case 5 -> Json.array();
            case 6 -> Json.array().add(true).addNull();
            case 7 -> Json.object().put("type", "text").put("text", 1);
            default -> {
                List<JsonNode> containers = new ArrayList<>();
                collect(others.get(random.nextInt(others.size())), containers);
                yield containers.get(random.nextInt(containers.size())).deepCopy();
            }
        };
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
