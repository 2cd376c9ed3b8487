package dev.comporta.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import io.vertx.core.Future;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A list has the caller's own objects only")
class OwnedListTest {

    private static final OwnedList.Owners OWNERS = new OwnedList.Owners() {
        @Override
        public Future<Owned> check(Collection<ObjectReference> references) {
            return references.stream().allMatch(reference -> reference.id().startsWith("mine"))
                    ? Future.succeededFuture(Owned.NOTHING)
                    : Future.failedFuture(new GatewayError(ErrorCode.NOT_FOUND, "not yours"));
        }

        @Override
        public Future<Set<String>> ownedAmong(Collection<String> ids, ObjectKind kind) {
            return Future.succeededFuture(
                    ids.stream().filter(id -> id.startsWith("mine")).collect(Collectors.toSet()));
        }
    };

    private final List<String> asked = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // the caller's query, the ids it gets, whether there are more
                "-, mine1 … mine20, true",
                "limit=3, mine1 … mine3, true",
                "limit=30, mine1 … mine30, false",
                "limit=29, mine1 … mine29, true",
                "limit=31, mine1 … mine30, false",
                "limit=100, mine1 … mine30, false",
                "limit=1000, mine1 … mine30, false",
                "limit=2&after=mine5, mine6 … mine7, true",
                "limit=5&after=mine25, mine26 … mine30, false",
                "limit=5&after=mine30, -, false",
                "limit=5&before=mine10, mine5 … mine9, true",
                "limit=9&before=mine10, mine1 … mine9, false",
                "limit=8&before=mine10, mine2 … mine9, true",
                "limit=20&before=mine10, mine1 … mine9, false",
                "before=mine1, -, false"
            })
    void however_they_lie_among_strangers(@Nullable String query, @Nullable String expected, boolean more) {
        String list = read(new Account(30, 30), query);

        assertThat(ids(list)).isEqualTo(expected == null ? List.of() : range(expected));
        assertThat(list)
                .startsWith("{\"object\":\"list\",\"data\":[")
                .endsWith("\"first_id\":%s,\"last_id\":%s,\"has_more\":%s}"
                        .formatted(
                                expected == null ? null : '"' + range(expected).get(0) + '"',
                                expected == null ? null : '"' + expected.replaceAll(".* ", "") + '"',
                                more))
                .doesNotContain("theirs");
    }

    @Test
    void page_by_page_it_is_the_same() {
        Account account = new Account(30, 7);
        List<String> all = new ArrayList<>();
        String query = "limit=4";
        String list;
        do {
            list = read(account, query);
            all.addAll(ids(list));
            query = "limit=4&after=" + all.get(all.size() - 1);
        } while (list.endsWith("\"has_more\":true}"));

        assertThat(all).isEqualTo(range("mine1 … mine30"));
    }

    @Test
    void items_keep_their_bytes() {
        String item =
                "{ \"id\":\"mine\\u0031\",\"n\":1.0e2, \"big\":123456789012345678901234567890,\"é\":[{\"id\":\"x\"}]}";

        String list = text(list(
                null,
                body("{\"object\":\"list\",\"data\": [{\"id\":\"theirs\"}, " + item + " ,{\"x\":1},7],\"total\":99}")));

        assertThat(list)
                .isEqualTo("{\"object\":\"list\",\"data\":[" + item
                        + "],\"first_id\":\"mine1\",\"last_id\":\"mine1\",\"has_more\":false}");
    }

    @Test
    void other_parameters_go_on_as_they_are() {
        list("purpose=a%20b&limit=2&include[]=x&&order=asc&flag", body("{\"data\":[]}"));

        assertThat(asked).containsExactly("purpose=a%20b&include[]=x&&order=asc&flag&limit=100");
    }

    @Test
    void all_files_are_given_unless_fewer_are_asked_for() {
        new OwnedList(ObjectKind.FILE, "openai", Paging.OPENAI, null, OWNERS, query -> {
                    asked.add(query);
                    return Future.succeededFuture(body("{\"data\":[]}"));
                })
                .read();

        assertThat(asked).containsExactly("limit=1000");
    }

    @Test
    void lists_of_anthropic_have_their_own_words() {
        OwnedList list =
                new OwnedList(ObjectKind.FILE, "anthropic", Paging.ANTHROPIC, "after_id=mine1", OWNERS, query -> {
                    asked.add(query);
                    return Future.succeededFuture(body("{\"data\":[{\"id\":\"mine2\"}],\"has_more\":false}"));
                });

        assertThat(text(list.read().result().body()))
                .isEqualTo(
                        "{\"data\":[{\"id\":\"mine2\"}],\"first_id\":\"mine2\",\"last_id\":\"mine2\",\"has_more\":false}");
        assertThat(asked).containsExactly("limit=100&after_id=mine1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"after=theirs1", "before=theirs1", "after=mine1&before=theirs1", "after=theirs%31", "after="})
    void nobody_reads_on_from_a_strangers_object(String query) {
        GatewayError refusal = (GatewayError)
                new OwnedList(ObjectKind.BATCH, "openai", Paging.OPENAI, query, OWNERS, new Account(3, 3)::page)
                        .read()
                        .cause();

        assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=-1", "limit=x", "limit", "limit=99999999999", "after=%zz"})
    void a_query_that_makes_no_sense_is_refused(String query) {
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> list(query, body("{\"data\":[]}")));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"data\":{}}", "{\"data\":[{\"id\":\"mine1\"}]", "x", "{\"data\":[]} {}"})
    void an_answer_that_is_no_list_is_not_passed(String answer) {
        Throwable failure = new OwnedList(
                        ObjectKind.BATCH,
                        "openai",
                        Paging.OPENAI,
                        null,
                        OWNERS,
                        query -> Future.succeededFuture(body(answer)))
                .read()
                .cause();

        assertThat(((GatewayError) failure).code()).isEqualTo(ErrorCode.PROVIDER_FAILED);
    }

    @Test
    void a_provider_that_goes_round_in_circles_is_left() {
        byte[] same = body("{\"data\":[{\"id\":\"mine1\"},{\"id\":\"theirs\"}],\"has_more\":true}");

        String list = text(list("limit=100", same));

        assertThat(ids(list)).containsExactly("mine1");
        assertThat(list).endsWith("\"has_more\":false}");
        assertThat(asked).hasSize(2);
    }

    @Test
    void strangers_without_end_are_left_after_ten_pages() {
        Account account = new Account(1, 100_000);

        String list = read(account, "limit=20");

        assertThat(account.pages).isEqualTo(10);
        assertThat(ids(list)).containsExactly("mine1");
        assertThat(list).endsWith("\"has_more\":true}");
    }

    @Test
    void what_a_listed_batch_has_made_is_the_callers_too() {
        OwnedList.Answer answer = new OwnedList(
                        ObjectKind.BATCH,
                        "openai",
                        Paging.OPENAI,
                        null,
                        OWNERS,
                        query -> Future.succeededFuture(
                                body(
                                        "{\"data\":[{\"id\":\"mine1\",\"output_file_id\":\"f1\"},{\"id\":\"theirs\",\"output_file_id\":\"f2\"}]}")))
                .read()
                .result();

        assertThat(answer.revealed()).containsExactly(new CreatedObject("openai", ObjectKind.FILE, "f1"));
    }

    private byte[] list(@Nullable String query, byte[] answer) {
        return new OwnedList(ObjectKind.BATCH, "openai", Paging.OPENAI, query, OWNERS, page -> {
                    asked.add(page);
                    return Future.succeededFuture(answer);
                })
                .read()
                .result()
                .body();
    }

    private static String read(Account account, @Nullable String query) {
        return text(new OwnedList(ObjectKind.BATCH, "openai", Paging.OPENAI, query, OWNERS, account::page)
                .read()
                .result()
                .body());
    }

    /** An account with objects of the caller, each followed by strangers'. */
    private static final class Account {

        private final List<String> ids = new ArrayList<>();
        private int pages;

        Account(int mine, int strangersEach) {
            for (int i = 1; i <= mine; i++) {
                ids.add("mine" + i);
                for (int j = 0; j < strangersEach; j++) {
                    ids.add("theirs" + i + "-" + j);
                }
            }
        }

        Future<byte[]> page(String query) {
            pages++;
            Map<String, String> parameters = new HashMap<>();
            for (String parameter : query.split("&")) {
                String[] parts = parameter.split("=");
                parameters.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
            int limit = Integer.parseInt(parameters.get("limit"));
            assertThat(limit).isEqualTo(100);
            boolean backward = parameters.containsKey("before");
            int from = backward
                    ? Math.max(0, ids.indexOf(parameters.get("before")) - limit)
                    : ids.indexOf(parameters.getOrDefault("after", "")) + 1;
            int to = backward ? ids.indexOf(parameters.get("before")) : Math.min(ids.size(), from + limit);
            return Future.succeededFuture(body(ids.subList(from, to).stream()
                    .map(id -> "{\"id\":\"" + id + "\"}")
                    .collect(Collectors.joining(
                            ",", "{\"data\":[", "],\"has_more\":" + (backward ? from > 0 : to < ids.size()) + "}"))));
        }
    }

    private static List<String> range(String text) {
        int[] ends = java.util.Arrays.stream(text.replace("mine", "").split(" … "))
                .mapToInt(Integer::parseInt)
                .toArray();
        return IntStream.rangeClosed(ends[0], ends[1]).mapToObj(i -> "mine" + i).toList();
    }

    private static List<String> ids(String list) {
        List<String> ids = new ArrayList<>();
        ListPage.parse(body(list)).items().forEach(item -> ids.add(String.valueOf(item.id())));
        assertThat(new HashSet<>(ids)).hasSameSizeAs(ids);
        return ids;
    }

    private static byte[] body(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
