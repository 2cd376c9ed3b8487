package dev.comporta.ownership;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import io.vertx.core.Future;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list of a provider's objects with only those in it that are the caller's own. The provider's list is read page by
 * page until what the caller asked for is there; the items keep their bytes.
 *
 * <p>Reads a list once, on one event loop.
 */
public final class OwnedList {

    /** A caller with more strangers' objects than this before its own gets what was found, and hears of more. */
    private static final int MOST_PAGES = 10;

    private final ObjectKind kind;
    private final String provider;
    private final ListQuery query;
    private final Owners owners;
    private final Function<String, Future<byte[]>> fetch;
    private final int pageSize;
    private final List<ListPage.Item> kept = new ArrayList<>();

    /** What must be known of the owners, for one client and provider. */
    public interface Owners {

        /** Fails unless the client may name this object. */
        Future<Owned> check(Collection<ObjectReference> references);

        /** Which of these are the client's own, and of this kind. */
        Future<Set<String>> ownedAmong(Collection<String> ids, ObjectKind kind);
    }

    /**
     * The list as the caller gets it.
     *
     * @param body JSON
     * @param revealed what the items say to have been made by them, such as the output of a batch
     */
    public record Answer(byte[] body, List<CreatedObject> revealed) {}

    /**
     * A list that is to be read.
     *
     * @param kind what it lists
     * @param query the caller's, undecoded, or null
     * @param fetch gets the list with another query; fails unless the provider answers with success
     * @throws dev.comporta.core.GatewayError if the query makes no sense
     */
    public OwnedList(
            ObjectKind kind,
            String provider,
            Paging paging,
            @Nullable String query,
            Owners owners,
            Function<String, Future<byte[]>> fetch) {
        this.kind = kind;
        this.provider = provider;
        this.owners = owners;
        this.fetch = fetch;
        // OpenAI gives all files unless asked for fewer.
        boolean files = kind == ObjectKind.FILE && paging == Paging.OPENAI;
        int most = files ? 10_000 : paging == Paging.ANTHROPIC ? 1_000 : 100;
        this.query = ListQuery.of(query, paging, files ? most : 20, most);
        this.pageSize = files ? 1_000 : 100;
    }

    /** Reads it. Fails as the owners or {@code fetch} fail, or if the provider's answer is no list. */
    public Future<Answer> read() {
        List<ObjectReference> cursors = new ArrayList<>(2);
        if (query.after() != null) {
            cursors.add(new ObjectReference(kind, query.after(), query.paging().after()));
        }
        if (query.before() != null) {
            cursors.add(new ObjectReference(kind, query.before(), query.paging().before()));
        }
        return owners.check(cursors)
                .compose(checked -> page(query.after(), query.before(), 1))
                .map(this::answer);
    }

    /** Reads on from a place, and tells whether there is more than was asked for. */
    private Future<Boolean> page(@Nullable String after, @Nullable String before, int number) {
        return fetch.apply(query.page(pageSize, after, before)).compose(body -> {
            ListPage page = ListPage.parse(body);
            List<String> ids = new ArrayList<>(page.items().size());
            for (ListPage.Item item : page.items()) {
                if (item.id() != null) {
                    ids.add(item.id());
                }
            }
            String next = ids.isEmpty() ? null : ids.get(query.backward() ? 0 : ids.size() - 1);
            if (next == null || next.equals(query.backward() ? before : after)) {
                // The end, or a provider that does not know the parameter and gives the same page for ever.
                return Future.succeededFuture(false);
            }
            return owners.ownedAmong(ids, kind).compose(mine -> {
                keep(page, mine);
                if (kept.size() > query.limit() || number == MOST_PAGES && page.more()) {
                    return Future.succeededFuture(true);
                }
                if (!page.more()) {
                    return Future.succeededFuture(false);
                }
                return query.backward() ? page(null, next, number + 1) : page(next, before, number + 1);
            });
        });
    }

    private void keep(ListPage page, Set<String> mine) {
        List<ListPage.Item> own = page.items().stream()
                .filter(item -> item.id() != null && mine.contains(item.id()))
                .toList();
        kept.addAll(query.backward() ? 0 : kept.size(), own);
    }

    private Answer answer(boolean more) {
        int surplus = Math.max(0, kept.size() - query.limit());
        List<ListPage.Item> items =
                query.backward() ? kept.subList(surplus, kept.size()) : kept.subList(0, kept.size() - surplus);
        CreatedObjects revealed = new CreatedObjects(kind, false, provider);
        items.forEach(item -> revealed.whole(item.json()));
        return new Answer(json(items, more), revealed.found());
    }

    private byte[] json(List<ListPage.Item> items, boolean more) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.writeBytes(utf8(query.paging() == Paging.OPENAI ? "{\"object\":\"list\",\"data\":[" : "{\"data\":["));
        String separator = "";
        for (ListPage.Item item : items) {
            json.writeBytes(utf8(separator));
            json.writeBytes(item.json());
            separator = ",";
        }
        json.writeBytes(utf8("],\"first_id\":%s,\"last_id\":%s,\"has_more\":%s}"
                .formatted(id(items, 0), id(items, items.size() - 1), more)));
        return json.toByteArray();
    }

    private static String id(List<ListPage.Item> items, int index) {
        return items.isEmpty()
                ? "null"
                : "\""
                        + new String(JsonStringEncoder.getInstance()
                                .quoteAsString(String.valueOf(items.get(index).id())))
                        + "\"";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
