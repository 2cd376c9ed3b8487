package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Seal;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Reasoning of another provider's that comes back to one that has the Responses API")
class ResponsesForeignTest {

    private static final String SEAL = Seal.of(Json.object().put("a", 1));

    @Test
    void is_taken_out_while_all_else_stays_as_it_was_written() {
        String before = "{'model' : 'm','input':[ {'role':'user','content':'a'} ,";
        String foreign = "{'type':'reasoning','id':'rs_1','summary':[],'encrypted_content':'" + SEAL + "'},";
        String behind = "{'type':'reasoning','id':'rs_2', 'encrypted_content':'gAAA'}],'x':1.10}";

        assertThat(without(before + foreign + behind))
                .hasToString(json("{'model' : 'm','input':[{'role':'user','content':'a'}," + behind));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m','input':'comporta.1.x'}",
                "{'model':'m','input':[{'role':'user','content':'comporta.1.x'}]}",
                "{'model':'m','input':[{'type':'message','role':'user','content':'x','encrypted_content':'comporta.1.x'}]}",
                "{'model':'m','input':[{'type':'reasoning','encrypted_content':'x comporta.1.x'}]}",
                "{'model':'m','input':[{'type':'reasoning','encrypted_content':'gAAA'}]}"
            })
    void is_the_only_thing_that_changes_a_body(String body) {
        Buffer buffer = Buffer.buffer(json(body));

        assertThat(ResponsesForeign.without(ModelRequest.parse(buffer), buffer)).isSameAs(buffer);
    }

    private static Buffer without(String body) {
        Buffer buffer = Buffer.buffer(json(body));
        return ResponsesForeign.without(ModelRequest.parse(buffer), buffer);
    }

    private static String json(String body) {
        return body.replace('\'', '"');
    }
}
