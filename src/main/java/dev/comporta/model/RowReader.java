package dev.comporta.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Model} of a row. Throws an unchecked exception if the row holds what it should not. */
final class RowReader {

    private final ObjectMapper json;

    RowReader(ObjectMapper json) {
        this.json = json;
    }

    Model read(Row row) {
        return new Model(
                row.getUUID("id"),
                row.getString("provider"),
                row.getString("model_name"),
                row.getString("gateway_identifier"),
                List.of(row.getArrayOfStrings("aliases")),
                chain(row.getString("fallback_chain")),
                capabilities(row.getString("capabilities")),
                row.getInteger("context_window"),
                row.getInteger("max_output_tokens"),
                prices(row),
                row.getString("price_source"),
                row.getLocalDate("price_verified_at"),
                ModelStatus.of(row.getString("status")),
                row.getLocalDate("deprecation_date"),
                row.getBoolean("is_active"),
                row.getBoolean("is_edited"),
                row.getString("description"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    private Prices prices(Row row) {
        return new Prices(
                price(row, "input_price_per_million"),
                price(row, "output_price_per_million"),
                price(row, "cached_input_price_per_million"),
                price(row, "cache_write_price_per_million"),
                tiers(row.getString("price_tiers")));
    }

    private static @Nullable BigDecimal price(Row row, String column) {
        BigDecimal price = row.getBigDecimal(column);
        return price == null ? null : Decimals.plain(price);
    }

    private List<PriceTier> tiers(String text) {
        try {
            return json.readerForListOf(PriceTier.class).readValue(text);
        } catch (JsonProcessingException e) {
            throw malformed("price_tiers", e);
        }
    }

    private List<String> chain(@Nullable String text) {
        if (text == null) {
            return List.of();
        }
        List<String> members = new ArrayList<>();
        tree("fallback_chain", text).forEach(member -> members.add(member.asText()));
        return List.copyOf(members);
    }

    /** An object of flags; people who write SQL also write a list of those that are true. */
    private Map<String, Boolean> capabilities(String text) {
        Map<String, Boolean> capabilities = new TreeMap<>();
        JsonNode node = tree("capabilities", text);
        if (node.isArray()) {
            node.forEach(name -> capabilities.put(name.asText(), true));
        } else {
            node.properties().forEach(flag -> {
                if (flag.getValue().isBoolean()) {
                    capabilities.put(flag.getKey(), flag.getValue().booleanValue());
                }
            });
        }
        return Collections.unmodifiableMap(capabilities);
    }

    private JsonNode tree(String column, String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw malformed(column, e);
        }
    }

    private static IllegalArgumentException malformed(String column, JsonProcessingException e) {
        return new IllegalArgumentException(column + ": " + e.getOriginalMessage(), e);
    }
}
