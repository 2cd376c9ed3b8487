package dev.comporta.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import dev.comporta.core.Seeds;
import dev.comporta.ownership.ObjectPath.Action;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a request does to objects is read from its path")
class ObjectPathTest {

    @ParameterizedTest
    @CsvSource({
        "POST, /files, CREATE, FILE",
        "POST, /files/, CREATE, FILE",
        "POST, /uploads, CREATE, UPLOAD",
        "POST, /batches, CREATE, BATCH",
        "POST, /responses, CREATE, RESPONSE",
        "POST, /responses/compact, CREATE, RESPONSE",
        "POST, /conversations, CREATE, CONVERSATION",
        "POST, /assistants, CREATE, ASSISTANT",
        "POST, /threads, CREATE, THREAD",
        "POST, /threads/runs, CREATE, THREAD",
        "POST, /vector_stores, CREATE, VECTOR_STORE",
        "POST, /containers, CREATE, CONTAINER",
        "POST, /fine_tuning/jobs, CREATE, FINE_TUNING_JOB",
        "POST, /evals, CREATE, EVAL",
        "POST, /chat/completions, CREATE, CHAT_COMPLETION",
        "POST, /messages, CREATE, MESSAGE",
        "POST, /messages/batches, CREATE, MESSAGE_BATCH",
        "POST, /videos/characters, CREATE, CHARACTER",
        "GET, /files, LIST, FILE",
        "HEAD, /files, LIST, FILE",
        "GET, /Files, LIST, FILE",
        "GET, /%66iles, LIST, FILE",
        "GET, /batches, LIST, BATCH",
        "GET, /messages/batches, LIST, MESSAGE_BATCH",
        "GET, /fine_tuning/jobs, LIST, FINE_TUNING_JOB",
        "GET, /chat/completions, LIST, CHAT_COMPLETION"
    })
    void collections_are_added_to_and_listed(String method, String path, Action action, ObjectKind kind) {
        assertThat(ObjectPath.of(method, path)).isEqualTo(new ObjectPath(action, kind, null));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /files/file-a, READ, FILE, file-a",
        "HEAD, /files/file-a, READ, FILE, file-a",
        "GET, /files/file%2Da, READ, FILE, file-a",
        "DELETE, /files/file-a, DELETE, FILE, file-a",
        "DELETE, /files/file-a/, DELETE, FILE, file-a",
        "GET, /files/file-a/content, WITHIN, FILE, file-a",
        "POST, /uploads/upload_a/parts, WITHIN, UPLOAD, upload_a",
        "POST, /uploads/upload_a/complete, UPDATE, UPLOAD, upload_a",
        "POST, /batches/batch_a/cancel, UPDATE, BATCH, batch_a",
        "GET, /responses/resp_a, READ, RESPONSE, resp_a",
        "GET, /responses/compact, READ, RESPONSE, compact",
        "POST, /responses/resp_a/cancel, UPDATE, RESPONSE, resp_a",
        "GET, /responses/resp_a/input_items, WITHIN, RESPONSE, resp_a",
        "POST, /conversations/conv_a, UPDATE, CONVERSATION, conv_a",
        "GET, /conversations/conv_a/items/msg_a, WITHIN, CONVERSATION, conv_a",
        "POST, /assistants/asst_a, UPDATE, ASSISTANT, asst_a",
        "GET, /threads/runs, READ, THREAD, runs",
        "POST, /threads/thread_a/runs, WITHIN, THREAD, thread_a",
        "GET, /threads/thread_a/messages, WITHIN, THREAD, thread_a",
        "POST, /threads/thread_a/runs/run_a/submit_tool_outputs, WITHIN, THREAD, thread_a",
        "GET, /threads/thread_a/runs/run_a/steps/step_a, WITHIN, THREAD, thread_a",
        "DELETE, /vector_stores/vs_a/files/file-a, WITHIN, VECTOR_STORE, vs_a",
        "POST, /vector_stores/vs_a/search, WITHIN, VECTOR_STORE, vs_a",
        "POST, /vector_stores/vs_a/file_batches/b/cancel, WITHIN, VECTOR_STORE, vs_a",
        "GET, /containers/cntr_a/files/cfile_a/content, WITHIN, CONTAINER, cntr_a",
        "POST, /fine_tuning/jobs/ftjob-a/pause, UPDATE, FINE_TUNING_JOB, ftjob-a",
        "GET, /fine_tuning/jobs/ftjob-a/events, WITHIN, FINE_TUNING_JOB, ftjob-a",
        "POST, /evals/eval_a/runs, WITHIN, EVAL, eval_a",
        "GET, /evals/eval_a/runs/r/output_items/o, WITHIN, EVAL, eval_a",
        "GET, /chat/completions/chatcmpl-a, READ, CHAT_COMPLETION, chatcmpl-a",
        "POST, /chat/completions/chatcmpl-a, UPDATE, CHAT_COMPLETION, chatcmpl-a",
        "GET, /chat/completions/chatcmpl-a/messages, WITHIN, CHAT_COMPLETION, chatcmpl-a",
        "GET, /messages/batches/msgbatch_a/results, WITHIN, MESSAGE_BATCH, msgbatch_a",
        "PATCH, /batch/jobs/b, UPDATE, BATCH, b",
        "DELETE, /models/ft:gpt-4o:acme::1, DELETE, MODEL, ft:gpt-4o:acme::1",
        "DELETE, /models/acme%2Fgpt, DELETE, MODEL, acme/gpt",
        "DELETE, /models/acme/gpt, DELETE, MODEL, acme/gpt",
        "POST, /realtime/calls/rtc_a/hangup, WITHIN, REALTIME_CALL, rtc_a"
    })
    void an_object_is_named_and_all_below_it_is_reached_through_it(
            String method, String path, Action action, ObjectKind kind, String id) {
        ObjectPath read = ObjectPath.of(method, path);

        assertThat(read.action()).isEqualTo(action);
        assertThat(read.references()).hasSize(1);
        ObjectReference reference = read.references().get(0);
        assertThat(reference.kind()).isEqualTo(kind);
        assertThat(reference.id()).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /embeddings",
        "POST, /audio/speech",
        "POST, /images/edits",
        "POST, /moderations",
        "POST, /completions",
        "POST, /responses/input_tokens",
        "POST, /messages/count_tokens",
        "POST, /fine_tuning/alpha/graders/run",
        "GET, /models/gpt-4o",
        "POST, /agents/completions"
    })
    void what_leaves_nothing_behind_needs_no_owner(String method, String path) {
        assertThat(ObjectPath.of(method, path).action()).isEqualTo(Action.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /organization/users",
        "GET, /projects/p",
        "GET, /fine_tuning/checkpoints/m/permissions",
        "GET, /sessions/s",
        "PUT, /files",
        "DELETE, /files",
        "POST, /models",
        "GET, /audio",
        "GET, /batch"
    })
    void what_nobody_knows_is_said_to_be_unknown(String method, String path) {
        assertThat(ObjectPath.of(method, path).action()).isEqualTo(Action.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/embeddings/../files/file-a",
                "/embeddings/%2e%2e/files/file-a",
                "/embeddings/.%2E/files/file-a",
                "/models/..%2Ffiles%2Ffile-a",
                "/models/x%2F%2e%2e%2Ffiles",
                "/files/./file-a",
                "/files//file-a",
                "//files/file-a",
                "/files%2Ffile-a",
                "/files/file-a%2Fcontent",
                "/files/file-a%252Fcontent",
                "/files/file-a%00",
                "/files/file-a%20",
                "/files/file-a;x=1",
                "/files/file-a%3Fx",
                "/files\\file-a",
                "/files/%",
                "/files/%zz",
                "/files/%C0%AE",
                "/files/file-ä",
                "/"
            })
    void what_two_servers_could_read_differently_is_refused(String path) {
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> ObjectPath.of("GET", path));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void whatever_stands_in_a_path_it_is_read_or_refused() {
        String alphabet = "/%.2eEfFiles-;\\?#\u0000é+";
        Seeds.each(2_000, random -> {
            StringBuilder path = new StringBuilder("/files");
            random.ints(random.nextInt(20), 0, alphabet.length()).forEach(i -> path.append(alphabet.charAt(i)));
            try {
                ObjectPath.of("GET", path.toString())
                        .references()
                        .forEach(
                                reference -> assertThat(reference.isPlausible()).isTrue());
            } catch (GatewayError refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            }
        });
    }
}
