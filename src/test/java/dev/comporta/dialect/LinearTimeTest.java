package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.anthropic.AnthropicApi;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.GeminiApi;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.openai.OpenAiApi;
import dev.comporta.dialect.openai.ResponsesApi;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Eight times as much of anything must not take much more than eight times as long: 24 times at most, in the best of
 * three attempts, where a quadratic translation takes 64 times as long in each of them.
 */
@DisplayName("A translation takes time in proportion to what is translated")
class LinearTimeTest {

    private static final int FEW = 1_250;
    private static final int TIMES = 8;
    private static final int MOST_TIMES = 24;
    private static final long LEAST_NANOS = 10_000_000;
    private static final int ATTEMPTS = 3;

    private static final Map<String, CallerApi> CALLERS = Map.of(
            "chat",
            new ChatCompletionsApi(),
            "responses",
            new ResponsesApi(),
            "messages",
            new MessagesApi(),
            "gemini",
            new GenerateContentApi());

    private static final Map<String, ProviderApi> PROVIDERS =
            Map.of("openai", new OpenAiApi(), "anthropic", new AnthropicApi(), "gemini", new GeminiApi());

    /** Requests: what stands before, between and behind; {@code #} is the number of each of the many. */
    private static final List<String> REQUESTS = List.of(
            "chat|{'messages':[|{'role':'user','content':'a'},{'role':'assistant','content':'b'}|,{'role':'user','content':'c'}]}",
            "chat|{'messages':[|{'role':'system','content':'a'}|,{'role':'user','content':'c'}]}",
            "chat|{'messages':[{'role':'user','content':[|{'type':'text','text':'a'}|]}]}",
            "chat|{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[|{'id':'c#','type':'function','function':{'name':'f','arguments':'{}'}}|]}{,{'role':'tool','tool_call_id':'c#','content':'r'}}]}",
            "chat|{'messages':[{'role':'user','content':'a'},|{'role':'assistant','tool_calls':[{'id':'c#','type':'function','function':{'name':'f','arguments':'{}'}}]},{'role':'tool','tool_call_id':'c#','content':'r'}|]}",
            "chat|{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'b','thinking_blocks':[|{'type':'thinking','thinking':'t','signature':'s'}|]},{'role':'user','content':'a'}]}",
            "chat|{'messages':[{'role':'user','content':'a'}],'tools':[|{'type':'function','function':{'name':'f#'}}|]}",
            "chat|{'messages':[{'role':'user','content':'a'}],'tools':[{'type':'function','function':{'name':'f0'}}{,{'type':'function','function':{'name':'f#'}}}],'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':[|{'type':'function','function':{'name':'f0'}}|]}}}",
            "chat|{'messages':[{'role':'user','content':'a'}],'response_format':{'type':'json_schema','json_schema':{'name':'n','strict':true,'schema':{'type':'object','properties':{|'p#':{'type':'string','minLength':2}|}}}}}",
            "responses|{'input':[|{'role':'user','content':'a'},{'role':'assistant','content':'b'}|,{'role':'user','content':'c'}]}",
            "responses|{'input':[{'role':'user','content':'a'},|{'type':'reasoning','summary':[{'type':'summary_text','text':'I think that this is it.'}]}|,{'role':'assistant','content':'b'},{'role':'user','content':'c'}]}",
            "responses|{'input':[{'role':'user','content':'a'},{'type':'reasoning','summary':[|{'type':'summary_text','text':'I think'}|]},{'role':'assistant','content':'b'},{'role':'user','content':'c'}]}",
            "responses|{'input':[{'role':'user','content':'a'},|{'type':'function_call','call_id':'c#','name':'f','arguments':'{}'}|{,{'type':'function_call_output','call_id':'c#','output':'r'}}]}",
            "responses|{'input':[{'role':'user','content':'a'},{'type':'function_call','call_id':'c','name':'f','arguments':'{}'},|{'role':'assistant','content':'b'}|,{'type':'function_call_output','call_id':'c','output':'r'}]}",
            "responses|{'input':[{'role':'user','content':[|{'type':'input_text','text':'a'}|]}]}",
            "responses|{'input':'a','tools':[|{'type':'function','name':'f#','parameters':{}}|]}",
            "messages|{'max_tokens':9,'messages':[|{'role':'user','content':'a'},{'role':'assistant','content':'b'}|,{'role':'user','content':'c'}]}",
            "messages|{'max_tokens':9,'system':[|{'type':'text','text':'a'}|],'messages':[{'role':'user','content':'c'}]}",
            "messages|{'max_tokens':9,'messages':[{'role':'user','content':[|{'type':'text','text':'a'}|]}]}",
            "messages|{'max_tokens':9,'messages':[{'role':'user','content':'a'},{'role':'assistant','content':[|{'type':'thinking','thinking':'t','signature':'s'},{'type':'text','text':'b'}|]},{'role':'user','content':'c'}]}",
            "messages|{'max_tokens':9,'messages':[{'role':'user','content':'a'},{'role':'assistant','content':[|{'type':'tool_use','id':'t#','name':'f','input':{}}|]},{'role':'user','content':[{'type':'text','text':'x'}{,{'type':'tool_result','tool_use_id':'t#','content':'r'}}]}]}",
            "messages|{'max_tokens':9,'messages':[{'role':'user','content':'a'}],'tools':[|{'name':'f#','input_schema':{'type':'object'}}|]}",
            "gemini|{'contents':[|{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[{'text':'b'}]}|,{'role':'user','parts':[{'text':'a'}]}]}",
            "gemini|{'contents':[{'role':'user','parts':[|{'text':'a'}|]}]}",
            "gemini|{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[|{'functionCall':{'name':'f#','args':{}}}|]},{'role':'user','parts':[{'text':'x'}{,{'functionResponse':{'name':'f#','response':{}}}}]}]}",
            "gemini|{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[|{'functionCall':{'id':'i#','name':'f','args':{}}}|]},{'role':'user','parts':[{'text':'x'}{,{'functionResponse':{'id':'i#','name':'f','response':{}}}}]}]}",
            "gemini|{'contents':[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':[|{'functionCall':{'name':'f','args':{}}}|]},{'role':'user','parts':[{'text':'x'}{,{'functionResponse':{'name':'f','response':{}}}}]}]}",
            "gemini|{'contents':[{'parts':[{'text':'a'}]}],'tools':[{'functionDeclarations':[|{'name':'f#','parameters':{'type':'OBJECT'}}|]}]}");

    /** Answers, as streams: the events before, the many, and the events behind. */
    private static final List<String> STREAMS = List.of(
            "openai||{'id':'x','choices':[{'index':0,'delta':{'content':'a'}}]}|{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}",
            "openai||{'id':'x','choices':[{'index':0,'delta':{'content':'a'}}]} {'id':'x','choices':[{'index':0,'delta':{'reasoning_content':'b'}}]}|{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}",
            "openai||{'id':'x','choices':[{'index':0,'delta':{'tool_calls':[{'id':'c#','function':{'name':'f','arguments':'{}'}}]}}]}|{'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}",
            "openai||{'id':'x','choices':[{'index':0,'delta':{'tool_calls':[{'index':#,'id':'c#','function':{'name':'f','arguments':''}}]}}]}|{'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}",
            "openai|{'id':'x','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'id':'c','function':{'name':'f','arguments':''}}]}}]}|{'id':'x','choices':[{'index':0,'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{'}}]}}]}|{'choices':[{'index':0,'delta':{},'finish_reason':'tool_calls'}]}",
            "openai||{'id':'x','choices':[{'index':0,'delta':{'content':'a','annotations':[{'type':'url_citation','url_citation':{'url':'u'}}]}}]}|{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}",
            "anthropic|{'type':'message_start','message':{'id':'m','usage':{'input_tokens':1}}}|{'type':'content_block_start','index':#,'content_block':{'type':'tool_use','id':'t#','name':'f','input':{}}} {'type':'content_block_stop','index':#}|{'type':'message_delta','delta':{'stop_reason':'tool_use'}} {'type':'message_stop'}",
            "anthropic|{'type':'message_start','message':{'id':'m','usage':{'input_tokens':1}}} {'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':''}}|{'type':'content_block_delta','index':0,'delta':{'type':'thinking_delta','thinking':'t'}} {'type':'content_block_delta','index':0,'delta':{'type':'signature_delta','signature':'s'}}|{'type':'content_block_stop','index':0} {'type':'message_delta','delta':{'stop_reason':'end_turn'}} {'type':'message_stop'}",
            "gemini||{'responseId':'r','candidates':[{'content':{'parts':[{'text':'a'}]}}]}|{'candidates':[{'finishReason':'STOP'}]}",
            "gemini||{'responseId':'r','candidates':[{'content':{'parts':[{'functionCall':{'name':'f','args':{}},'thoughtSignature':'s'}]}}]}|{'candidates':[{'finishReason':'STOP'}]}");

    static Stream<String> requests() {
        return REQUESTS.stream()
                .flatMap(request -> Stream.of("openai", "mistral", "anthropic", "gemini")
                        .map(provider -> provider + "|" + request));
    }

    static Stream<String> streams() {
        return STREAMS.stream()
                .flatMap(stream -> CALLERS.keySet().stream().sorted().map(caller -> caller + "|" + stream));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("requests")
    void of_requests(String words) {
        String[] parts = words.split("\\|");
        grows(count -> {
            ModelRequest request = request(rest(parts[2], count) + many(parts[3], count, ",") + rest(parts[4], count));
            Dropped dropped = new Dropped(false);
            try {
                PROVIDERS
                        .getOrDefault(parts[0], PROVIDERS.get("openai"))
                        .request(CALLERS.get(parts[1]).chat(request, dropped), false, traits(parts[0]), dropped);
            } catch (GatewayError refused) {
                // By some providers; that must not take long either.
                assertThat(refused.code().status()).isEqualTo(400);
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void of_streams_and_whole_answers(String words) {
        String[] parts = words.split("\\|");
        AnswerContext context =
                new AnswerContext(request("{'contents':[]}"), "0123456789abcdef0123456789abcdef", 1, "m");
        grows(count -> {
            List<byte[]> events = new ArrayList<>();
            String all = parts[2] + " " + many(parts[3], count, " ") + " " + parts[4];
            for (String event : all.split(" ")) {
                events.add(bytes(event));
            }
            CallerApi.EventWriter writer = CALLERS.get(parts[0]).events(context);
            read(PROVIDERS.get(parts[1]), events, writer, writer::take);
            writer.close(TokenUsage.NONE);
            CallerApi.BodyWriter body = CALLERS.get(parts[0]).body(context);
            read(PROVIDERS.get(parts[1]), events, body, () -> {});
            body.body();
        });
    }

    private static void read(ProviderApi provider, List<byte[]> events, AnswerSink sink, Runnable after) {
        AnswerReader reader = provider.stream(sink);
        try {
            for (byte[] event : events) {
                if (event.length > 0) {
                    reader.data(event);
                    after.run();
                }
            }
        } catch (IOException e) {
            throw new AssertionError("an event that cannot be read", e);
        }
        reader.end();
    }

    private static void grows(Consumer<Integer> work) {
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && best > MOST_TIMES; attempt++) {
            long few = Math.max(nanos(work, FEW), LEAST_NANOS);
            best = Math.min(best, nanos(work, FEW * TIMES) / few);
        }
        assertThat(best).as("times as long for %d times as much", TIMES).isLessThanOrEqualTo(MOST_TIMES);
    }

    private static long nanos(Consumer<Integer> work, int count) {
        long start = System.nanoTime();
        work.accept(count);
        return System.nanoTime() - start;
    }

    private static String many(String one, int count, String separator) {
        return IntStream.range(0, count)
                .mapToObj(i -> one.replace("#", Integer.toString(i)))
                .collect(Collectors.joining(separator));
    }

    /** What is written <code>{,…}</code> is repeated as often. */
    private static String rest(String rest, int count) {
        int from = rest.indexOf("{,");
        if (from < 0) {
            return rest;
        }
        int to = from;
        int depth = 0;
        do {
            depth += rest.charAt(to) == '{' ? 1 : rest.charAt(to) == '}' ? -1 : 0;
            to++;
        } while (depth > 0);
        return rest.substring(0, from) + many(rest.substring(from + 1, to - 1), count, "") + rest.substring(to);
    }

    private static TargetTraits traits(String provider) {
        return new TargetTraits("m", provider, null, false);
    }

    private static ModelRequest request(String body) {
        return ModelRequest.parse(Buffer.buffer(bytes(body)), "m", false);
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }
}
