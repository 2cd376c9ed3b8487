package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.dialect.Json;
import java.io.IOException;

/**
 * What one event of a stream is, and the piece of a block that it brings, read without building a tree: nearly all
 * events of a stream are such pieces.
 *
 * @param type such as {@code content_block_delta}; empty if it says none
 * @param index of the block, or -1
 * @param delta the kind of piece, such as {@code text_delta}; empty if there is none
 * @param piece the text, thoughts, JSON or signature that comes; empty if there is none
 */
record AnthropicEvent(String type, int index, String delta, String piece) {

    static final String PIECE = "content_block_delta";

    /** @throws IOException if it is not a JSON object */
    static AnthropicEvent of(byte[] data) throws IOException {
        String type = "";
        int index = -1;
        String delta = "";
        String piece = "";
        try (JsonParser json = Json.parser(data)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object");
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_STRING && name.equals("type")) {
                    type = json.getText();
                } else if (value == JsonToken.VALUE_NUMBER_INT && name.equals("index")) {
                    index = json.getNumberType() == JsonParser.NumberType.INT ? json.getIntValue() : -1;
                } else if (value == JsonToken.START_OBJECT && name.equals("delta")) {
                    String member;
                    while ((member = json.nextFieldName()) != null) {
                        if (json.nextToken() != JsonToken.VALUE_STRING) {
                            json.skipChildren();
                        } else if (member.equals("type")) {
                            delta = json.getText();
                        } else if (isPiece(member)) {
                            piece = json.getText();
                        }
                    }
                } else {
                    json.skipChildren();
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new IOException("unfinished");
            }
        }
        return new AnthropicEvent(type, index, delta, piece);
    }

    private static boolean isPiece(String member) {
        return switch (member) {
            case "text", "thinking", "partial_json", "signature" -> true;
            default -> false;
        };
    }

    /** Whether the piece is billed output that can be counted. */
    boolean isGenerated() {
        return switch (delta) {
            case "text_delta", "thinking_delta", "input_json_delta" -> true;
            default -> false;
        };
    }
}
