package dev.comporta.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a call has made is read from the answer")
class CreatedObjectsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "POST /files > {'id':'f1','object':'file','metadata':{'id':'x'}} > FILE f1",
                "POST /files > {'metadata':{'id':'x'},'object':'file','id':'f1'} > FILE f1",
                "POST /vector_stores > {'id':'v1','object':'vector_store'} > VECTOR_STORE v1",
                "POST /assistants > {'id':'a1','tool_resources':{'file_search':{'vector_store_ids':['v1']},'code_interpreter':{'file_ids':['f1']}}} > VECTOR_STORE v1, ASSISTANT a1",
                "POST /threads > {'id':'t1','object':'thread'} > THREAD t1",
                "POST /threads/runs > {'id':'run_1','object':'thread.run','thread_id':'t1','assistant_id':'a1'} > THREAD t1",
                "POST /responses > {'id':'r1','output':[{'type':'reasoning','id':'rs_1'},{'type':'code_interpreter_call','id':'ci_1','container_id':'n1','code':'{}'},"
                        + "{'type':'shell_call','id':'sh_1','environment':{'type':'container_reference','container_id':'n2'}},"
                        + "{'type':'message','id':'msg_1','content':[{'type':'output_text','id':'x','container_id':'y'}]}],"
                        + "'previous_response_id':'r0'} > ITEM rs_1, ITEM ci_1, CONTAINER n1, ITEM sh_1, CONTAINER n2, ITEM msg_1, RESPONSE r1",
                "POST /chat/completions > {'id':'chatcmpl-1','choices':[{'message':{'id':'x'}}]} > CHAT_COMPLETION chatcmpl-1",
                "POST /messages > {'id':'msg_1','container':{'id':'n1','expires_at':'x'}} > CONTAINER n1",
                "POST /messages/batches > {'id':'msgbatch_1'} > MESSAGE_BATCH msgbatch_1",
                "POST /uploads/u1/complete > {'id':'u1','file':{'id':'f1','object':'file'}} > FILE f1",
                "GET /batches/b1 > {'id':'b1','input_file_id':'f0','output_file_id':'f1','error_file_id':'f2'} > FILE f1, FILE f2",
                "POST /batches/b1/cancel > {'id':'b1','output_file_id':'f1'} > FILE f1",
                "GET /fine_tuning/jobs/j1 > {'id':'j1','fine_tuned_model':'ft:m','training_file':'f0','result_files':['f1','f2']} > MODEL ft:m, FILE f1, FILE f2",
                "GET /threads/t1 > {'id':'t1','tool_resources':{'file_search':{'vector_store_ids':['v1']}}} > ``",
                "GET /responses/r1 > {'id':'r1','output':[{'id':'msg_1'}]} > ITEM msg_1",
                "POST /threads/t1/runs > {'id':'run_1','thread_id':'t2'} > ``",
                "POST /vector_stores/v1/files > {'id':'f1'} > ``",
                "GET /files > {'data':[{'id':'f1'}]} > ``",
                "DELETE /files/f1 > {'id':'f1','deleted':true} > ``",
                "POST /embeddings > {'id':'e1'} > ``",
                "POST /files > {'id':'f1' > ``",
                "POST /files > {'id':'f 1'} > ``",
                "POST /files > {'id':1} > ``",
                "POST /files > ['id'] > ``",
                "POST /files > no json > ``"
            })
    void of_a_whole_one(String call, String answer, String expected) {
        CreatedObjects created = of(call);
        created.whole(bytes(answer));

        assertThat(words(created)).isEqualTo(expected);
    }

    @Test
    void of_a_stream_of_a_response() {
        CreatedObjects created = of("POST /responses");
        created.event(bytes("{'type':'response.created','response':{'id':'r1','output':[]}}"));
        assertThat(words(created)).isEqualTo("RESPONSE r1");

        created.event(bytes("{'type':'response.output_item.added','item':{'id':'msg_1'}}"));
        created.event(bytes("{'type':'response.output_text.delta','item_id':'msg_9','delta':'x'}"));
        created.event(bytes("{'type':'response.output_item.done','item':{'id':'msg_1','container_id':'n1'}}"));
        created.event(bytes("[DONE]"));
        created.event(
                bytes("{'type':'response.completed','response':{'id':'r1','output':[{'id':'msg_1'},{'id':'msg_2'}]}}"));

        assertThat(words(created)).isEqualTo("RESPONSE r1, ITEM msg_1, CONTAINER n1, ITEM msg_2");
    }

    @Test
    void of_a_stream_of_a_thread() {
        CreatedObjects created = of("POST /threads/runs");
        created.event(bytes("{'id':'t1','object':'thread'}"));
        created.event(bytes("{'id':'run_1','object':'thread.run','thread_id':'t1'}"));
        created.event(bytes("{'id':'msg_1','object':'thread.message.delta','delta':{}}"));

        assertThat(words(created)).isEqualTo("THREAD t1");
    }

    @Test
    void of_a_stream_of_a_message_and_of_a_chat() {
        CreatedObjects message = of("POST /messages");
        message.event(bytes("{'type':'message_start','message':{'id':'msg_1','container':null}}"));
        message.event(bytes("{'type':'message_delta','delta':{'stop_reason':'end_turn','container':{'id':'n1'}}}"));
        assertThat(words(message)).isEqualTo("CONTAINER n1");

        CreatedObjects chat = of("POST /chat/completions");
        chat.event(bytes("{'id':'chatcmpl-1','choices':[]}"));
        chat.event(bytes("{'id':'chatcmpl-2','choices':[]}"));
        assertThat(words(chat)).isEqualTo("CHAT_COMPLETION chatcmpl-1");
    }

    @Test
    void of_an_endless_answer_the_object_itself_is_kept() {
        CreatedObjects created = of("POST /responses");
        created.whole(bytes("{'output':["
                + IntStream.range(0, 1_000)
                        .mapToObj(i -> "{'id':'msg_" + i + "'},")
                        .collect(Collectors.joining())
                + "{}],'id':'r1'}"));

        assertThat(created.found()).hasSize(251).contains(new CreatedObject("openai", ObjectKind.RESPONSE, "r1"));
    }

    @Test
    void what_the_request_named_was_not_made_by_it() {
        CreatedObjects created = new CreatedObjects(
                ObjectPath.of("POST", "/threads"),
                "openai",
                List.of(new ObjectReference(ObjectKind.VECTOR_STORE, "v1", "vector_store_ids")));
        created.whole(bytes("{'id':'t1','tool_resources':{'file_search':{'vector_store_ids':['v1','v2']}}}"));

        assertThat(created.found())
                .containsExactly(
                        new CreatedObject("openai", ObjectKind.VECTOR_STORE, "v2"),
                        new CreatedObject("openai", ObjectKind.THREAD, "t1"));
    }

    private static CreatedObjects of(String call) {
        String[] parts = call.split(" ");
        return new CreatedObjects(ObjectPath.of(parts[0], parts[1]), "openai", List.of());
    }

    private static String words(CreatedObjects created) {
        return created.found().stream()
                .map(object -> object.kind() + " " + object.id())
                .collect(Collectors.joining(", "));
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
