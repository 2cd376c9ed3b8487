package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Responses request told to a provider that has no Responses API")
class ResponsesRequestTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                // what is kept by the provider
                "'previous_response_id':'resp_1','input':'Hi' > unsupported_parameter > previous_response_id",
                "'conversation':{'id':'conv_1'},'input':'Hi' > unsupported_parameter > conversation",
                "'prompt':{'id':'pmpt_1'} > unsupported_parameter > prompt",
                "'background':true,'input':'Hi' > unsupported_parameter > background",
                "'input':[{'type':'item_reference','id':'msg_1'}] > unsupported_parameter > input[0].type",
                "'input':[{'type':'function_call_output','call_id':'call_1','output':'x'}] > invalid_request > input[0].call_id",
                "'input':[{'role':'user','content':[{'type':'input_image','file_id':'file-1'}]}] > unsupported_parameter > input[0].content[0].file_id",
                "'input':[{'role':'user','content':[{'type':'input_text','text':'a'},{'type':'input_file','file_id':'file-1'}]}] > unsupported_parameter > input[0].content[1].file_id",
                // what only OpenAI has
                "'input':'Hi','tools':[{'type':'function','name':'f'},{'type':'web_search'}] > unsupported_parameter > tools[1].type",
                "'input':'Hi','tools':[{'type':'custom','name':'f'}] > unsupported_parameter > tools[0].type",
                "'input':'Hi','tools':[{'type':'mcp','server_label':'x'}] > unsupported_parameter > tools[0].type",
                "'input':'Hi','tools':[{'type':'function','name':'f'}],'tool_choice':{'type':'custom','name':'f'} > unsupported_parameter > tool_choice.type",
                "'input':'Hi','tools':[{'type':'function','name':'f'}],'tool_choice':{'type':'web_search_preview'} > unsupported_parameter > tool_choice.type",
                "'input':'Hi','tools':[{'type':'function','name':'f'}],'tool_choice':{'type':'allowed_tools','mode':'auto','tools':[{'type':'mcp'}]} > unsupported_parameter > tool_choice.tools[0].type",
                "'input':[{'type':'custom_tool_call','call_id':'c','name':'f','input':''}] > unsupported_parameter > input[0].type",
                "'input':[{'type':'compaction','encrypted_content':'x'}] > unsupported_parameter > input[0].type",
                "'input':[{'type':'function_call','call_id':'c','name':'f','arguments':'{}','namespace':'n'}] > unsupported_parameter > input[0].namespace",
                "'input':'Hi','reasoning':{'mode':'pro'} > unsupported_parameter > reasoning.mode",
                "'input':'Hi','moderation':{'model':'x'} > unsupported_parameter > moderation",
                // what belongs to another API
                "'input':'Hi','n':3 > unsupported_parameter > n",
                "'input':'Hi','stop':['x'] > unsupported_parameter > stop",
                "'input':'Hi','response_format':{'type':'json_object'} > unsupported_parameter > response_format",
                "'messages':[{'role':'user','content':'Hi'}] > invalid_request > input",
                // what makes no sense
                "'instructions':'Hi' > invalid_request > input",
                "'input':null > invalid_request > input",
                "'input':[] > invalid_request > input",
                "'input':7 > invalid_request > input",
                "'input':['Hi'] > invalid_request > input[0]",
                "'input':[{}] > invalid_request > input[0].type",
                "'input':[{'role':'robot','content':'Hi'}] > invalid_request > input[0].role",
                "'input':[{'role':'user'}] > invalid_request > input[0].content",
                "'input':[{'role':'user','content':[]}] > invalid_request > input[0].content",
                "'input':[{'role':'user','content':[{'type':'input_text'}]}] > invalid_request > input[0].content[0].text",
                "'input':[{'role':'user','content':[{'type':'refusal','refusal':'No'}]}] > unsupported_parameter > input[0].content[0].type",
                "'input':[{'role':'user','content':[{'type':'input_file','filename':'a'}]}] > invalid_request > input[0].content[0]",
                "'input':[{'type':'function_call','call_id':'c','name':'f','arguments':{}}] > invalid_request > input[0].arguments",
                "'input':[{'type':'function_call','name':'f','arguments':'{}'}] > invalid_request > input[0].call_id",
                "'input':[{'type':'reasoning','summary':'x'}] > invalid_request > input[0].summary",
                "'input':'Hi','instructions':['x'] > invalid_request > instructions",
                "'input':'Hi','tools':{} > invalid_request > tools",
                "'input':'Hi','tools':[{'type':'function'}] > invalid_request > tools[0].name",
                "'input':'Hi','tool_choice':'required' > invalid_request > tool_choice",
                "'input':'Hi','tool_choice':{'type':'function','name':'f'} > invalid_request > tool_choice",
                "'input':'Hi','tools':[{'type':'function','name':'f'}],'tool_choice':'any' > invalid_request > tool_choice",
                "'input':'Hi','max_output_tokens':0 > invalid_request > max_output_tokens",
                "'input':'Hi','max_output_tokens':'many' > invalid_request > max_output_tokens",
                "'input':'Hi','text':{'format':{'type':'json_schema','name':'x'}} > invalid_request > text.format.schema",
                "'input':'Hi','text':{'format':{'type':'xml'}} > unsupported_parameter > text.format.type",
                "'input':'Hi','text':'json' > invalid_request > text",
                "'input':'Hi','include':'all' > invalid_request > include",
                "'input':'Hi','store':1 > invalid_request > store"
            })
    void is_refused_by_the_name_of_the_field(String fields, String code, String param) {
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> chat(fields, new Dropped(false)));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code().code()).isEqualTo(code);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.getMessage()).contains(" ").endsWith(".");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "'store':true > store",
                "'max_tool_calls':3 > max_tool_calls",
                "'truncation':'auto' > truncation",
                "'context_management':[{'type':'compaction'}] > context_management",
                "'service_tier':'ultrafast' > service_tier",
                "'top_logprobs':3 > top_logprobs",
                "'include':['file_search_call.results'] > include",
                "'include':['message.output_text.logprobs'] > include",
                "'reasoning':{'context':'all_turns'} > reasoning.context",
                "'stream_options':{'include_obfuscation':true} > stream_options.include_obfuscation",
                "'new_in_2027':{} > new_in_2027",
                "'tools':[{'type':'function','name':'f','defer_loading':true}] > tools[].defer_loading",
                "'input':[{'role':'assistant','content':'Hi','phase':'commentary'}] > input[].phase",
                "'input':[{'role':'user','content':[{'type':'input_image','image_url':'https://example.com/a.png','detail':'original'}]}] > input[].content[].detail",
                "'input':[{'type':'reasoning','summary':[],'encrypted_content':'gAAAA'},{'role':'assistant','content':'Hi'}] > input[].encrypted_content",
                "'input':[{'role':'user','content':'Hi'},{'type':'reasoning','summary':[{'type':'summary_text','text':'Hm'}]}] > input[].summary"
            })
    void loses_only_what_the_answer_does_not_depend_on_and_says_so(String fields, String field) {
        Dropped dropped = new Dropped(false);
        String request = fields.contains("'input'") ? fields : "'input':'Hi'," + fields;

        chat(request, dropped);

        assertThat(dropped.fields()).containsExactly(field);
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> chat(request, new Dropped(true)));
        assertThat(refusal.param()).isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'store':false",
                "'store':null",
                "'background':false",
                "'previous_response_id':null",
                "'truncation':'disabled'",
                "'top_logprobs':0",
                "'include':['reasoning.encrypted_content']",
                "'include':[]",
                "'reasoning':{'mode':'standard','context':'auto','summary':'auto'}",
                "'stream_options':{'include_obfuscation':false}",
                "'text':{'format':{'type':'text'}}",
                "'tools':[],'tool_choice':'auto','parallel_tool_calls':true",
                "'tool_choice':'none'",
                "'stop':null,'n':null,'instructions':' '"
            })
    void says_nothing_of_what_is_so_anyway(String fields) {
        assertThat(chat("'input':'Hi'," + fields, new Dropped(true)))
                .hasToString("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
    }

    @Test
    void what_the_model_did_in_one_turn_is_one_message_and_the_results_follow_it() {
        JsonNode messages = chat(
                        "'input':[{'role':'user','content':'Hi'},"
                                + "{'type':'message','role':'assistant','content':[{'type':'output_text','text':'I ask.'}]},"
                                + "{'type':'function_call','call_id':'a','name':'f','arguments':''},"
                                + "{'type':'message','role':'assistant','content':'And again.'},"
                                + "{'type':'function_call','call_id':'b','name':'f','arguments':'{'},"
                                + "{'type':'function_call_output','call_id':'b','output':[{'type':'input_text','text':'B'}]},"
                                + "{'type':'function_call_output','call_id':'a','output':'A'},"
                                + "{'role':'assistant','content':'One.'},{'role':'assistant','content':'Two.'},"
                                + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}]",
                        new Dropped(true))
                .path("messages");

        assertThat(messages).hasToString("""
                        [{"role":"user","content":"Hi"},
                        {"role":"assistant","content":[{"type":"text","text":"I ask."},{"type":"text","text":"And again."}],"tool_calls":[
                        {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                        {"id":"b","type":"function","function":{"name":"f","arguments":"{"}}]},
                        {"role":"tool","tool_call_id":"b","content":"B"},
                        {"role":"tool","tool_call_id":"a","content":"A"},
                        {"role":"assistant","content":"One."},
                        {"role":"assistant","content":"Two.","tool_calls":[
                        {"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]
                        """.replace("\n", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"comporta.1.", "comporta.1.!!", "comporta.1.e30", "comporta.1.W10", "comporta.1.MQ", "x"})
    void a_broken_seal_is_not_an_error(String seal) {
        ObjectNode chat = chat(
                "'input':[{'type':'reasoning','summary':[],'encrypted_content':'%s'},{'role':'assistant','content':'Hi'}]"
                        .formatted(seal),
                new Dropped(false));

        assertThat(chat.path("messages")).hasToString("[{\"role\":\"assistant\",\"content\":\"Hi\"}]");
    }

    private static ObjectNode chat(String fields, Dropped dropped) {
        String body = "{'model':'m',%s}".formatted(fields).replace('\'', '"');
        ModelRequest request = ModelRequest.parse(Buffer.buffer(body));
        return (ObjectNode) Json.treeOrNull(Json.text(new ResponsesApi().chat(request, dropped)));
    }
}
