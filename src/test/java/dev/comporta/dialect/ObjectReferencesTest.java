package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectReference;
import dev.comporta.core.Seeds;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The objects that a body names are found")
class ObjectReferencesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                // chat
                "{'messages':[{'role':'user','content':[{'type':'file','file':{'file_id':'f1'}}]}]} > FILE f1",
                // responses
                "{'previous_response_id':'r1'} > RESPONSE r1",
                "{'conversation':'c1'} > CONVERSATION c1",
                "{'conversation':{'id':'c1'}} > CONVERSATION c1",
                "{'input':[{'type':'item_reference','id':'msg_1'}]} > ITEM msg_1",
                "{'input':[{'id':'msg_1','type':'item_reference'}]} > ITEM msg_1",
                "{'input':[{'type':'message','type':'item_reference','id':'msg_1'}]} > ITEM msg_1",
                "{'input':[{'type':'item_reference','type':'message','id':'msg_1'}]} > ITEM msg_1",
                "{'input':[{'type':'item_reference','id':'msg_1','id':'msg_2'}]} > ITEM msg_1, ITEM msg_2",
                "{'input':[{'id':'msg_1'}]} > ITEM msg_1",
                "{'input':[{'id':'msg_1','type':null}]} > ITEM msg_1",
                "{'items':[{'id':'msg_1'}]} > ITEM msg_1",
                "{'input':[{'type':'reasoning','id':'rs_1','summary':[]}]} > ITEM rs_1",
                "{'input':[{'type':'image_generation_call','id':'ig_1'}]} > ITEM ig_1",
                "{'input':[{'type':'mcp_approval_response','approval_request_id':'mcpr_1'}]} > ITEM mcpr_1",
                "{'input':[{'role':'user','content':[{'type':'input_image','file_id':'f1'},{'type':'input_file','file_id':'f2'}]}]} > FILE f1, FILE f2",
                "{'input':[{'type':'function_call_output','call_id':'x','output':[{'type':'input_file','file_id':'f1'}]}]} > FILE f1",
                "{'tools':[{'type':'file_search','vector_store_ids':['v1','v2']}]} > VECTOR_STORE v1, VECTOR_STORE v2",
                "{'tools':[{'type':'code_interpreter','container':'n1'}]} > CONTAINER n1",
                "{'tools':[{'type':'code_interpreter','container':{'type':'auto','file_ids':['f1']}}]} > FILE f1",
                "{'tools':[{'type':'shell','environment':{'type':'container_reference','container_id':'n1'}}]} > CONTAINER n1",
                "{'tools':[{'type':'shell','environment':{'skills':[{'type':'skill_reference','skill_id':'skill_1'}]}}]} > SKILL skill_1",
                "{'tools':[{'type':'image_generation','input_image_mask':{'file_id':'f1'}}]} > FILE f1",
                "{'prompt':{'id':'pmpt_1','variables':{'doc':{'type':'input_file','file_id':'f1'}}}} > FILE f1",
                // assistants
                "{'assistant_id':'a1','thread':{'messages':[{'attachments':[{'file_id':'f1'}]}]}} > ASSISTANT a1, FILE f1",
                "{'tool_resources':{'code_interpreter':{'file_ids':['f1']},'file_search':{'vector_store_ids':['v1'],'vector_stores':[{'file_ids':['f2']}]}}} > FILE f1, VECTOR_STORE v1, FILE f2",
                "{'content':[{'type':'image_file','image_file':{'file_id':'f1'}}]} > FILE f1",
                // others
                "{'input_file_id':'f1','endpoint':'/v1/responses'} > FILE f1",
                "{'training_file':'f1','validation_file':'f2'} > FILE f1, FILE f2",
                "{'files':[{'file_id':'f1','attributes':{'file_id':'free'}}]} > FILE f1",
                "{'images':[{'file_id':'f1'}],'mask':{'file_id':'f2'}} > FILE f1, FILE f2",
                "{'data_source':{'type':'jsonl','source':{'type':'file_id','id':'f1'}}} > FILE f1",
                "{'video':{'id':'video_1'}} > VIDEO video_1",
                "{'voice':{'id':'voice_1'}} > VOICE voice_1",
                // Anthropic
                "{'messages':[{'role':'user','content':[{'type':'document','source':{'type':'file','file_id':'f1'}},{'type':'container_upload','file_id':'f2'}]}]} > FILE f1, FILE f2",
                "{'container':{'id':'n1','skills':[{'type':'anthropic','skill_id':'pptx'},{'type':'custom','skill_id':'skill_1'}]}} > SKILL skill_1, CONTAINER n1",
                "{'requests':[{'custom_id':'x','params':{'messages':[{'content':[{'source':{'file_id':'f1'}}]}]}}]} > FILE f1",
                // Gemini
                "{'contents':[{'parts':[{'fileData':{'fileUri':'https://generativelanguage.googleapis.com/v1beta/files/f1?x=1'}}]}]} > FILE f1",
                "{'contents':[{'parts':[{'file_data':{'file_uri':'files/f1'}}]}]} > FILE f1",
                "{'cachedContent':'cachedContents/x1'} > CACHED_CONTENT x1",
                // in names that are free elsewhere
                "{'prompt':{'id':'p','variables':{'input':{'type':'input_file','file_id':'f1'}}}} > FILE f1",
                "{'prompt':{'id':'p','variables':{'parameters':{'type':'input_file','file_id':'f1'}}}} > FILE f1",
                "{'prompt':{'id':'p','variables':{'metadata':{'type':'input_file','file_id':'f1'}}}} > FILE f1",
                "{'prompt':{'id':'p','variables':{'function':{'arguments':{'file_id':'f1'}},'tools':{'parameters':{'file_id':'f2'}}}}} > FILE f1, FILE f2",
                "{'schema':{'file_id':'f1'},'arguments':{'file_id':'f2'},'input':{'file_id':'f3'},'x':{'input':{'file_id':'f4'}}} > FILE f1, FILE f2, FILE f3, FILE f4",
                "{'contents':[{'args':{'file_id':'f1'},'response':{'file_id':'f2'}}]} > FILE f1, FILE f2",
                // items that are not all there
                "{'input':[{'role':'assistant','id':'msg_1'}]} > ITEM msg_1",
                "{'input':[{'type':'message','role':'user','id':'msg_1','content':null}]} > ITEM msg_1",
                "{'input':[{'type':'function_call','id':'fc_1','status':'completed'}]} > ITEM fc_1",
                // in disguise
                "{'File_ID':'f1','INPUT':[{'ID':'msg_1','Type':'item_reference'}]} > FILE f1, ITEM msg_1",
                "{'CachedContent':'cachedContents/x1','previous_re\u017fponse_id':'r1'} > CACHED_CONTENT x1, RESPONSE r1",
                "{'file\\u005fid':'f\\u0031'} > FILE f1",
                "{'file_id':'f1','file_id':'f2'} > FILE f1, FILE f2",
                "[{'file_id':'f1'}] > FILE f1",
                "{'a':[[{'file_ids':[['f1'],{'id':'f2'}]}]]} > FILE f1, FILE f2"
            })
    void wherever_they_stand(String body, String expected) {
        assertThat(found(body)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages':[{'role':'user','content':'file_id: f1'}]}",
                "{'messages':[{'role':'user','content':'{\\'file_id\\':\\'f1\\'}'}]}",
                "{'metadata':{'file_id':'f1'},'items':[{'type':'message','metadata':{'thread_id':'t'}}]}",
                "{'tools':[{'function':{'parameters':{'properties':{'file_id':{'type':'string'}},'file_id':'x'}}}]}",
                "{'tools':[{'name':'f','parameters':{'file_id':'f'}},{'functionDeclarations':[{'parametersJsonSchema':{'file_id':'f'},'parameters':{'file_id':'f'}}]}]}",
                "{'response_format':{'json_schema':{'schema':{'file_id':'f'}}},'output_config':{'format':{'schema':{'file_id':'f'}}}}",
                "{'generationConfig':{'responseSchema':{'file_id':'f'},'responseJsonSchema':{'file_id':'f'}}}",
                "{'messages':[{'tool_calls':[{'function':{'arguments':{'file_id':'f'}}}],'Metadata':{'file_id':'f'}}]}",
                "{'data_source_config':{'type':'custom','item_schema':{'file_id':'f'}}}",
                "{'data_source':{'type':'responses','source':{'type':'file_content','content':[]}}}",
                "{'tools':[{'input_schema':{'file_id':'f'},'input_examples':[{'file_id':'f'}]}]}",
                "{'text':{'format':{'type':'json_schema','schema':{'file_id':'f'}}}}",
                "{'messages':[{'content':[{'type':'tool_use','id':'toolu_1','input':{'file_id':'f','conversation':'c'}}]}]}",
                "{'contents':[{'parts':[{'functionCall':{'name':'f','args':{'file_id':'f'}}},{'functionResponse':{'response':{'file_id':'f'}}}]}]}",
                "{'messages':[{'tool_calls':[{'id':'call_1','type':'function','function':{'arguments':'{\\'file_id\\':1}'}}]}]}",
                "{'input':[{'type':'message','id':'msg_1','role':'assistant','content':[]},{'id':'msg_2','role':'user','content':'x'}]}",
                "{'input':[{'type':'function_call','id':'fc_1','call_id':'c'}]}",
                "{'voice':'alloy','messages':[{'content':[{'type':'video','video':['https://example.com/a.mp4']}]}]}",
                "{'contents':[{'parts':[{'fileData':{'fileUri':'https://www.youtube.com/watch?v=1'}}]}]}",
                "{'file_id':null,'file_ids':[],'container':{'type':'auto'},'conversation':1}",
                "'text'",
                "1",
                ""
            })
    void and_what_only_looks_like_one_is_not(String body) {
        assertThat(found(body)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "file_id, f1, FILE f1",
        "file_ids[], f1, FILE f1",
        "file_ids[0], f1, FILE f1",
        "video[id], video_1, VIDEO video_1",
        "images[0][file_id], f1, FILE f1",
        "mask.file_id, f1, FILE f1",
        "purpose, f1, ''",
        "voice, alloy, ''",
        "[], f1, ''"
    })
    void in_a_form_too(String name, String value, String expected) {
        assertThat(words(ObjectReferences.ofFormField(name, value))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"responses", "stored_completions"})
    void an_evaluation_of_everybodys_answers_is_refused(String type) {
        GatewayError refusal = refusal("{'data_source':{'type':'x','source':{'type':'%s'}}}".formatted(type));

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_PARAMETER);
    }

    @Test
    void so_is_one_that_says_no_source() {
        assertThat(refusal("{'data_source':{'type':'responses','source':null,'model':'m'}}")
                        .code())
                .isEqualTo(ErrorCode.UNSUPPORTED_PARAMETER);
    }

    @Test
    void more_than_can_be_looked_up_are_refused() {
        String ids = IntStream.range(0, 1_001).mapToObj(i -> "'f" + i + "'").collect(Collectors.joining(","));

        assertThat(refusal("{'file_ids':[" + ids + "]}").code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(ObjectReferences.of(bytes("{'file_ids':[" + "'f1',".repeat(5_000) + "'f1']}")))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'file_id':'f1'", "{} {}", "{'file_id' 'f1'}", "file_id=f1", "{'file_id':'f1',}"})
    void what_another_reader_might_understand_is_refused(String body) {
        assertThat(refusal(body).code()).isEqualTo(ErrorCode.INVALID_JSON);
    }

    @Test
    void a_request_to_a_model_tells_its_own() {
        ModelRequest request = ModelRequest.parse(
                Buffer.buffer(bytes("{'model':'m','store':true,'previous_response_id':'r1','metadata':{'file_id':'x'},"
                        + "'input':[{'content':[{'file_id':'f1'}]}]}")));

        assertThat(request.store()).isTrue();
        assertThat(words(request.references())).isEqualTo("RESPONSE r1, FILE f1");
        assertThat(ModelRequest.parse(Buffer.buffer(bytes("{'model':'m','store':[true,{'x':1}]}")))
                        .store())
                .isFalse();
    }

    @Test
    void whatever_a_body_becomes_on_its_way_it_is_read_or_refused() {
        byte[] body = bytes("{'model':'m','input':[{'type':'item_reference','id':'msg_1'},{'role':'user','content':"
                + "[{'type':'input_file','file_id':'f\\u0031'}]}],'tools':[{'type':'file_search','vector_store_ids':"
                + "['v1']},{'parameters':{'x':[1,2]}}],'conversation':{'id':'c1'},'source':{'type':'responses'}}");
        String alphabet = "{}[]:,\"\\\u0000é01nt ";
        Seeds.each(5_000, random -> {
            byte[] mutated = body.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                mutated[random.nextInt(mutated.length)] = random.nextBoolean()
                        ? (byte) alphabet.charAt(random.nextInt(alphabet.length()))
                        : (byte) random.nextInt(256);
            }
            try {
                ObjectReferences.of(mutated);
            } catch (GatewayError refused) {
                assertThat(refused.code().status()).isEqualTo(400);
            }
            try {
                ModelRequest.parse(Buffer.buffer(mutated)).references();
            } catch (GatewayError refused) {
                assertThat(refused.code().status()).isEqualTo(400);
            }
        });
    }

    private static GatewayError refusal(String body) {
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> ObjectReferences.of(bytes(body)));
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private static String found(String body) {
        return words(ObjectReferences.of(bytes(body)));
    }

    private static String words(List<ObjectReference> references) {
        return references.stream()
                .map(reference -> reference.kind() + " " + reference.id())
                .collect(Collectors.joining(", "));
    }

    private static byte[] bytes(String body) {
        return body.replace("\\'", "\\\"").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
