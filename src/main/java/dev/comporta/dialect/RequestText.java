package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;

/**
 * All that a model may be given to read of a request, as text: every name and every value, wherever they stand, because
 * what servers make of them differs. Only pictures are left out.
 */
final class RequestText {

    private RequestText() {}

    /**
     * The text; never longer than the request.
     *
     * @param pictures in the order in which they stand
     */
    static String of(byte[] bytes, List<Json.Range> pictures) {
        StringBuilder text = new StringBuilder();
        int next = 0;
        try (JsonParser json = Json.parser(bytes)) {
            JsonToken token;
            while ((token = json.nextToken()) != null) {
                if (next < pictures.size()
                        && Json.tokenStart(json) == pictures.get(next).from()) {
                    next++;
                } else if (token.isStructStart() || token.isStructEnd()) {
                    text.append(token.asString());
                } else {
                    text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength())
                            .append('\n');
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("it has been read before", e);
        }
        return text.toString();
    }
}
