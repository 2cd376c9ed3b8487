package dev.comporta.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.OpenAiApi;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Embeddings")
class EmbeddingsTranslationTest {

    private final Dropped dropped = new Dropped(false);

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Nested
    @DisplayName("of Google for a caller of OpenAI's API")
    class OfGoogle {

        private static final String TWO = "{'model':'google/e','input':['ab','abcde']}";

        private Translation translation(String request) {
            return new EmbeddingsTranslation(
                    ModelRequest.parse(Buffer.buffer(json(request))),
                    new TargetTraits("gemini-embedding-2", "", null, false),
                    dropped);
        }

        private String answer(String request, String answer) {
            Translation.Whole whole = translation(request).whole(json(answer).getBytes(UTF_8));
            return whole == null ? "none" : whole.body().toString();
        }

        @Test
        void one_text_or_many_become_one_batch() {
            Outgoing one = translation("{'model':'m','input':'a'}").request();
            Outgoing two = translation("{'model':'m','input':['a','b'],'dimensions':256,'user':'u'}")
                    .request();

            assertThat(one.path()).isEqualTo("/models/gemini-embedding-2:batchEmbedContents");
            assertThat(one.body())
                    .hasToString(json("{'requests':[{'model':'models/gemini-embedding-2',"
                            + "'content':{'parts':[{'text':'a'}]}}]}"));
            assertThat(two.body())
                    .hasToString(json("{'requests':["
                            + "{'model':'models/gemini-embedding-2','content':{'parts':[{'text':'a'}]},"
                            + "'outputDimensionality':256},"
                            + "{'model':'models/gemini-embedding-2','content':{'parts':[{'text':'b'}]},"
                            + "'outputDimensionality':256}]}"));
            assertThat(dropped.fields()).containsExactly("user");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{'model':'m'} | invalid_request | input",
                    "{'model':'m','input':[]} | invalid_request | input",
                    "{'model':'m','input':''} | invalid_request | input",
                    "{'model':'m','input':['a','']} | invalid_request | input",
                    "{'model':'m','input':{}} | invalid_request | input",
                    "{'model':'m','input':[1,2,3]} | unsupported_parameter | input",
                    "{'model':'m','input':[[1],[2]]} | unsupported_parameter | input",
                    "{'model':'m','input':'a','dimensions':'x'} | invalid_request | dimensions",
                    "{'model':'m','input':'a','encoding_format':'hex'} | invalid_request | encoding_format",
                    "{'model':'m','input':'a','stream':true} | unsupported_parameter | stream"
                })
        void what_cannot_be_embedded_is_refused(String request, String code, String param) {
            assertThatExceptionOfType(GatewayError.class)
                    .isThrownBy(() -> translation(request).request())
                    .satisfies(refusal -> {
                        assertThat(refusal.code().code()).isEqualTo(code);
                        assertThat(refusal.param()).isEqualTo(param);
                    });
        }

        @Test
        void a_hundred_texts_are_as_many_as_google_takes() {
            assertThat(translation(texts(100)).request().body().length()).isPositive();
            assertThatExceptionOfType(GatewayError.class)
                    .isThrownBy(() -> translation(texts(101)).request())
                    .withMessage("The field input must hold at most 100 texts for this model's provider.");
        }

        private static String texts(int count) {
            return IntStream.range(0, count)
                    .mapToObj(i -> "'t'")
                    .collect(Collectors.joining(",", "{'model':'m','input':[", "]}"));
        }

        @Test
        void numbers_keep_their_spelling_and_tokens_are_estimated() {
            assertThat(answer(TWO, "{'embeddings':[{'values':[0.10,-1e-7]},{'values':[]}]}"))
                    .isEqualTo(json("{'object':'list','data':["
                            + "{'object':'embedding','index':0,'embedding':[0.10,-1e-7]},"
                            + "{'object':'embedding','index':1,'embedding':[]}],"
                            + "'model':'google/e','usage':{'prompt_tokens':3,'total_tokens':3}}"));
            assertThat(translation(TWO)
                            .whole(json("{'embeddings':[{'values':[]},{'values':[]}]}")
                                    .getBytes(UTF_8))
                            .usage())
                    .isNull();
        }

        @Test
        void usage_is_google_s_where_it_is_told() {
            Translation.Whole whole = translation(TWO)
                    .whole(json("{'usageMetadata':{'promptTokenCount':7},'embeddings':[{'values':[1]},{'values':[2]}]}")
                            .getBytes(UTF_8));

            assertThat(whole).isNotNull();
            assertThat(whole.usage()).isEqualTo(TokenUsage.of(7, 0));
            assertThat(whole.body().toString()).endsWith(json("'usage':{'prompt_tokens':7,'total_tokens':7}}"));
        }

        @Test
        void case_43_base64_is_little_endian_float32() {
            String answer = answer(
                    "{'model':'m','input':'a','encoding_format':'base64'}",
                    "{'embeddings':[{'values':[0.1,-2,1e-3]}]}");
            String base64 = answer.replaceAll(".*\"embedding\":\"([^\"]*)\".*", "$1");
            ByteBuffer floats =
                    ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);

            assertThat(floats.remaining()).isEqualTo(12);
            assertThat(floats.getFloat()).isEqualTo(0.1f);
            assertThat(floats.getFloat()).isEqualTo(-2f);
            assertThat(floats.getFloat()).isEqualTo(0.001f);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "[]",
                    "{}",
                    "{'embeddings':[]}",
                    "{'embeddings':[{'values':[1]}]}",
                    "{'embeddings':[{'values':[1]},{}]}",
                    "{'embeddings':[{'values':[1]},{'values':['x']}]}",
                    "{'embeddings':[{'values':[1]},{'values':[null]}]}",
                    "{'embeddings':[{'values':[1]},{'values':[1]}]} 7"
                })
        void what_is_no_answer_is_none(String answer) {
            assertThat(answer(TWO, answer)).isEqualTo("none");
        }

        @Test
        void errors_are_told_in_openai_s_words() {
            Translation translation = translation(TWO);
            byte[] error = json("{'error':{'code':404,'message':'No model.','status':'NOT_FOUND'}}")
                    .getBytes(UTF_8);
            ProviderError read = translation.error(404, error);

            assertThat(read).isNotNull();
            assertThat(translation.write(read))
                    .hasToString(json("{'error':{'message':'No model.','type':'invalid_request_error','param':null,"
                            + "'code':'model_not_found'}}"));
            assertThat(translation.whole(error).error()).isEqualTo(read);
        }

        @Test
        void a_stream_is_nothing_that_was_asked_for() {
            assertThatExceptionOfType(GatewayError.class).isThrownBy(() -> translation(TWO).stream());
        }
    }

    @Nested
    @DisplayName("of OpenAI for a caller of Gemini's API")
    class OfOpenAi {

        private static final String ONE = "{'content':{'parts':[{'text':'a'},{'text':'b'}]}}";

        private Translation translation(String request, boolean batch) {
            return new EmbedContentTranslation(
                    ModelRequest.parse(Buffer.buffer(json(request)), "openai/e", false),
                    batch,
                    new OpenAiApi(),
                    new TargetTraits("e", "", null, false),
                    dropped);
        }

        @Test
        void one_content_is_one_text() {
            Outgoing outgoing = translation(
                            "{'content':{'parts':[{'text':'a'},{'text':'b'}]},'output_dimensionality':256,"
                                    + "'taskType':'RETRIEVAL_QUERY','title':'t'}",
                            false)
                    .request();

            assertThat(outgoing.path()).isEqualTo("/embeddings");
            assertThat(outgoing.body())
                    .hasToString(json("{'model':'e','input':['a\\nb'],'dimensions':256,'encoding_format':'float'}"));
            assertThat(dropped.fields()).containsExactly("taskType", "title");
        }

        @Test
        void a_batch_is_an_array_of_texts() {
            assertThat(translation(
                                    "{'requests':[{'model':'models/e','content':{'parts':[{'text':'a'}]}},"
                                            + "{'content':{'parts':[{'text':'b'}]},'taskType':'CLUSTERING'}]}",
                                    true)
                            .request()
                            .body())
                    .hasToString(json("{'model':'e','input':['a','b'],'encoding_format':'float'}"));
            assertThat(dropped.fields()).containsExactly("requests[].taskType");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{} | true | requests",
                    "{'requests':[]} | true | requests",
                    "{'requests':[7]} | true | requests[0]",
                    "{} | false | content",
                    "{'content':{'parts':[]}} | false | content",
                    "{'content':{'parts':[{'inlineData':{}}]}} | false | content.parts",
                    "{'requests':[{'content':{'parts':[{'text':'a'}]},'outputDimensionality':1},"
                            + "{'content':{'parts':[{'text':'a'}]}}]} | true | requests[1].outputDimensionality"
                })
        void what_cannot_be_embedded_is_refused(String request, boolean batch, String param) {
            assertThatExceptionOfType(GatewayError.class)
                    .isThrownBy(() -> translation(request, batch).request())
                    .satisfies(refusal -> assertThat(refusal.param()).isEqualTo(param));
        }

        @Test
        void answers_are_told_in_the_order_of_the_texts() {
            byte[] answer = json("{'object':'list','data':[{'index':1,'embedding':[2]},{'index':0,'embedding':[0.10]}],"
                            + "'usage':{'prompt_tokens':7,'total_tokens':7}}")
                    .getBytes(UTF_8);
            Translation.Whole one = translation(ONE, false).whole(answer);
            Translation.Whole two = translation(ONE, true).whole(answer);

            assertThat(one.body()).hasToString(json("{'embedding':{'values':[0.10]}}"));
            assertThat(two.body()).hasToString(json("{'embeddings':[{'values':[0.10]},{'values':[2]}]}"));
            assertThat(two.usage()).isEqualTo(TokenUsage.of(7, 0));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "{}", "{'data':[]}", "{'data':[{'embedding':'AAAA'}]}", "{'data':7}"})
        void what_is_no_answer_is_none(String answer) {
            assertThat(translation(ONE, false).whole(json(answer).getBytes(UTF_8)))
                    .isNull();
        }

        @Test
        void errors_are_told_in_google_s_words() {
            Translation translation = translation(ONE, false);
            byte[] error = json("{'error':{'message':'No.','type':'invalid_request_error','param':null,'code':null}}")
                    .getBytes(UTF_8);
            ProviderError read = translation.error(400, error);

            assertThat(read).isNotNull();
            assertThat(translation.write(read))
                    .hasToString(json("{'error':{'code':400,'message':'No.','status':'INVALID_ARGUMENT'}}"));
        }
    }
}
