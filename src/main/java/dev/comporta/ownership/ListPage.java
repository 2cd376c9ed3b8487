package dev.comporta.ownership;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list as the provider gives it.
 *
 * @param items in the provider's order
 * @param more whether the provider says that there are more
 */
record ListPage(List<Item> items, boolean more) {

    /**
     * One object of the list.
     *
     * @param id null if it has none
     * @param json its bytes as they came
     */
    record Item(@Nullable String id, byte[] json) {}

    /** @throws GatewayError {@link ErrorCode#PROVIDER_FAILED} if it is no list */
    static ListPage parse(byte[] body) {
        try (JsonParser json = Tokens.of(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw noList();
            }
            List<Item> items = null;
            boolean more = false;
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (name.equals("data") && value == JsonToken.START_ARRAY) {
                    items = items(json, body);
                } else {
                    more |= name.equals("has_more") && value == JsonToken.VALUE_TRUE;
                    json.skipChildren();
                }
            }
            if (items == null || json.nextToken() != null) {
                throw noList();
            }
            return new ListPage(items, more);
        } catch (IOException e) {
            throw noList();
        }
    }

    private static List<Item> items(JsonParser json, byte[] body) throws IOException {
        List<Item> items = new ArrayList<>();
        JsonToken element;
        while ((element = json.nextToken()) != JsonToken.END_ARRAY) {
            if (element != JsonToken.START_OBJECT) {
                // Nobody's, whatever it is.
                json.skipChildren();
                continue;
            }
            int start = Tokens.start(json);
            String id = null;
            String name;
            while ((name = json.nextFieldName()) != null) {
                if (json.nextToken() == JsonToken.VALUE_STRING && name.equals("id")) {
                    id = json.getText();
                } else {
                    json.skipChildren();
                }
            }
            items.add(new Item(id, Arrays.copyOfRange(body, start, Tokens.position(json))));
        }
        return items;
    }

    private static GatewayError noList() {
        return new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider's answer is not a list.");
    }
}
