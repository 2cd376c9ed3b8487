package dev.comporta.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.model.PriceSyncConfig.Format;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a document of prices as a stream, entry by entry, so that no document however made takes more memory than it
 * has bytes. Numbers are exact decimals.
 */
final class PriceDocument {

    private static final int MOST_MODELS = 20_000;
    /** Values in one entry; those that are known have below a hundred. */
    private static final int MOST_VALUES = 1_000;

    /** What the table takes. */
    private static final Pattern PROVIDER = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** A stranger's names are not kept beyond the document. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(50)
                    .maxNumberLength(100)
                    .maxNameLength(1_000)
                    .maxStringLength(100_000)
                    .build())
            .build();

    private final JsonParser parser;
    private final Map<String, OfferedModel> offers = new LinkedHashMap<>();
    private @Nullable Format format;
    private int values;

    private PriceDocument(JsonParser parser, Format expected) {
        this.parser = parser;
        format = expected == Format.AUTO ? null : expected;
    }

    /**
     * What the document offers, by {@code provider/name}. Where it names a model twice the first time counts. Takes its
     * time, so it is called on a worker thread.
     *
     * @throws PriceSourceFailure if it is no such document
     */
    static Map<String, OfferedModel> read(byte[] json, Format expected) {
        try (JsonParser parser = JSON.createParser(json)) {
            PriceDocument document = new PriceDocument(parser, expected);
            document.read();
            return document.offers;
        } catch (IOException e) {
            // The parser's message would quote the document.
            throw PriceSourceFailure.unusable("The price source is not JSON as it should be");
        }
    }

    private void read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw PriceSourceFailure.unusable("The price source is no JSON object");
        }
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                readEntry(key);
            } else {
                parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw PriceSourceFailure.unusable("The price source does not end where it should");
        }
        if (offers.isEmpty()) {
            throw PriceSourceFailure.unusable("The price source has no prices in the form of LiteLLM or models.dev");
        }
    }

    /** A model of LiteLLM, or a provider of models.dev. */
    private void readEntry(String key) throws IOException {
        ObjectNode entry = NODES.objectNode();
        values = 0;
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT && field.equals("models") && isOrBecomes(Format.MODELS_DEV)) {
                readModels(key);
            } else if (value.isScalarValue()) {
                entry.set(field, node());
            } else {
                parser.skipChildren();
            }
        }
        if (LiteLlmPrices.isEntry(key, entry) && isOrBecomes(Format.LITELLM)) {
            add(LiteLlmPrices.read(key, entry));
        }
    }

    private void readModels(String provider) throws IOException {
        for (String id = parser.nextFieldName(); id != null; id = parser.nextFieldName()) {
            values = 0;
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                add(ModelsDevPrices.read(provider, id, node()));
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The first entry that is of one form decides; entries of another are then none. */
    private boolean isOrBecomes(Format seen) {
        if (format == null) {
            format = seen;
        }
        return format == seen;
    }

    private void add(OfferedModel model) {
        if (!PROVIDER.matcher(model.provider()).matches() || ModelName.flaw(model.name()) != null) {
            return;
        }
        offers.putIfAbsent(model.identifier(), model);
        if (offers.size() > MOST_MODELS) {
            throw tooMuch();
        }
    }

    private JsonNode node() throws IOException {
        if (++values > MOST_VALUES) {
            throw tooMuch();
        }
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                    parser.nextToken();
                    object.set(field, node());
                }
                return object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(node());
                }
                return array;
            }
            case VALUE_NUMBER_INT -> {
                return parser.getNumberType() == JsonParser.NumberType.INT
                        ? NODES.numberNode(parser.getIntValue())
                        : DecimalNode.valueOf(parser.getDecimalValue());
            }
            case VALUE_NUMBER_FLOAT -> {
                return DecimalNode.valueOf(parser.getDecimalValue());
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return NODES.booleanNode(parser.getBooleanValue());
            }
            case VALUE_STRING -> {
                return NODES.textNode(parser.getText());
            }
            default -> {
                return NODES.nullNode();
            }
        }
    }

    private static PriceSourceFailure tooMuch() {
        return PriceSourceFailure.unusable("The price source has more in it than prices of models");
    }
}
