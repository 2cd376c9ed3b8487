package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes elements out of a list in a JSON object, or changes them, while every other byte stays what it was. */
public final class ListEdit {

    /** What becomes of one element. */
    @FunctionalInterface
    public interface Element {

        /**
         * Edits an element.
         *
         * @return the very same bytes, others, or null to take the element out
         * @throws IOException if it is not what it must be
         */
        byte @Nullable [] edited(byte[] element) throws IOException;
    }

    private ListEdit() {}

    /**
     * Edits the elements of the list that is the object's member of that name, or of each, if there are several.
     *
     * @return the very same bytes if nothing has changed
     * @throws IOException if it is not JSON
     */
    public static byte[] of(byte[] object, String name, Element element) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int kept = 0;
        try (JsonParser json = Json.parser(object)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return object;
            }
            String member;
            while ((member = json.nextFieldName()) != null) {
                if (json.nextToken() != JsonToken.START_ARRAY || !member.equals(name)) {
                    json.skipChildren();
                    continue;
                }
                int from = Json.position(json);
                byte[] list = list(json, object, element);
                if (list != null) {
                    out.write(object, kept, from - kept);
                    out.writeBytes(list);
                    kept = Json.tokenStart(json);
                }
            }
        }
        if (kept == 0) {
            return object;
        }
        out.write(object, kept, object.length - kept);
        return out.toByteArray();
    }

    /** What stands between the brackets of the list that has begun, or null if it has not changed. */
    private static byte @Nullable [] list(JsonParser json, byte[] object, Element element) throws IOException {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        boolean changed = false;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            int from = Json.tokenStart(json);
            json.skipChildren();
            json.finishToken();
            byte[] before = Arrays.copyOfRange(object, from, Json.position(json));
            byte[] after = element.edited(before);
            changed |= after != before;
            if (after != null) {
                if (list.size() > 0) {
                    list.write(',');
                }
                list.writeBytes(after);
            }
        }
        return changed ? list.toByteArray() : null;
    }
}
