package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a provider says was used")
class UsageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{'prompt_tokens':9,'completion_tokens':5,'total_tokens':14} > 9,0,0,5,0",
                "{'completion_tokens':5,'prompt_tokens':9} > 9,0,0,5,0",
                "{'prompt_tokens':0,'completion_tokens':0} > 0,0,0,0,0",
                "{'prompt_tokens':9,'completion_tokens':5,'prompt_tokens_details':{'cached_tokens':4,'cache_write_tokens':3}} > 9,4,3,5,0",
                "{'prompt_tokens':9,'completion_tokens':5,'completion_tokens_details':{'reasoning_tokens':4}} > 9,0,0,5,4",
                "{'prompt_tokens_details':null,'completion_tokens_details':null,'prompt_tokens':9,'completion_tokens':5} > 9,0,0,5,0",
                "{'prompt_tokens_details':[{'cached_tokens':4}],'prompt_tokens':9,'completion_tokens':5} > 9,0,0,5,0",
                // Mistral
                "{'prompt_tokens':9,'completion_tokens':5,'num_cached_tokens':4} > 9,4,0,5,0",
                // Groq
                "{'queue_time':0.05,'prompt_tokens':9,'prompt_time':1e-3,'completion_tokens':5,'total_time':0.3} > 9,0,0,5,0",
                // an embedding
                "{'prompt_tokens':9,'total_tokens':9} > 9,0,0,0,0",
                // written by a language that knows no integers
                "{'prompt_tokens':9.0,'completion_tokens':5.0} > 9,0,0,5,0",
                "{'prompt_tokens':9e0,'completion_tokens':5E+1} > 9,0,0,50,0",
                // what cannot be is bounded by what can
                "{'prompt_tokens':9,'completion_tokens':5,'prompt_tokens_details':{'cached_tokens':900}} > 9,9,0,5,0",
                "{'prompt_tokens':9,'completion_tokens':5,'prompt_tokens_details':{'cached_tokens':-4}} > 9,0,0,5,0",
                "{'prompt_tokens':9,'completion_tokens':5,'completion_tokens_details':{'reasoning_tokens':99999999999999999999}} > 9,0,0,5,0",
                // what is not known may be anything
                "{'prompt_tokens':9,'x':{'prompt_tokens':1,'completion_tokens':2},'completion_tokens':5,'y':[[{}]]} > 9,0,0,5,0"
            })
    void is_read(String usage, String tokens) {
        String[] expected = tokens.split(",");

        assertThat(read(usage))
                .isEqualTo(new TokenUsage(
                        Long.parseLong(expected[0]),
                        Long.parseLong(expected[1]),
                        Long.parseLong(expected[2]),
                        Long.parseLong(expected[3]),
                        Long.parseLong(expected[4])));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "[]",
                "'many'",
                "{'total_tokens':14}",
                "{'completion_tokens':5}",
                "{'input_tokens':9,'output_tokens':5}",
                "{'prompt_tokens':null,'completion_tokens':null}",
                "{'prompt_tokens':'9','completion_tokens':'5'}",
                "{'prompt_tokens':-9,'completion_tokens':5}",
                "{'prompt_tokens':9,'completion_tokens':-5}",
                "{'prompt_tokens':9.5,'completion_tokens':5}",
                "{'prompt_tokens':9,'completion_tokens':5.5}",
                "{'prompt_tokens':9,'completion_tokens':'5'}",
                "{'prompt_tokens':99999999999999999999,'completion_tokens':5}",
                "{'prompt_tokens':9,'completion_tokens':99999999999999999999}",
                "{'prompt_tokens':9223372036854775807,'completion_tokens':9223372036854775807}",
                "{'prompt_tokens':1e400,'completion_tokens':5}",
                "{'prompt_tokens':1e999999999,'completion_tokens':5}",
                "{'prompt_tokens':{'prompt_tokens':9},'completion_tokens':5}"
            })
    void counts_for_nothing_unless_it_is_whole_and_possible(String usage) {
        assertThat(read(usage)).isNull();
    }

    @Test
    void never_makes_a_good_answer_unreadable() {
        ChatCompletion completion = ChatCompletion.parse(
                "{\"usage\":{\"prompt_tokens\":99999999999999999999},\"choices\":[{\"message\":{\"content\":\"a\"}}]}"
                        .getBytes());

        assertThat(completion).isEqualTo(new ChatCompletion(null, false));
    }

    private static @Nullable TokenUsage read(String usage) {
        ChatCompletion completion = ChatCompletion.parse("{\"id\":1,\"usage\":%s,\"choices\":[]}"
                .formatted(usage.replace('\'', '"'))
                .getBytes());
        assertThat(completion).isNotNull();
        return completion.usage();
    }
}
