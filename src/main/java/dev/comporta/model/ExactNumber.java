package dev.comporta.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.math.BigDecimal;

/** Reads a number that is one, with all its digits; text that looks like a number is a mistake. */
final class ExactNumber extends StdDeserializer<BigDecimal> {

    ExactNumber() {
        super(BigDecimal.class);
    }

    @Override
    public BigDecimal deserialize(JsonParser json, DeserializationContext context) throws IOException {
        return json.currentToken().isNumeric()
                ? json.getDecimalValue()
                : (BigDecimal) context.handleUnexpectedToken(BigDecimal.class, json);
    }
}
