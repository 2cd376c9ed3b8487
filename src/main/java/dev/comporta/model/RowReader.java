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
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Model} of a row. Rows may have been written by hand, and one that makes no sense must not keep the
 * others from being loaded: what cannot be read is unknown.
 */
final class RowReader {

    private static final Logger LOG = Logger.getLogger(RowReader.class);

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
                Stream.of(row.getArrayOfStrings("aliases"))
                        .filter(Objects::nonNull)
                        .toList(),
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
        try {
            return new Prices(
                    price(row, "input_price_per_million"),
                    price(row, "output_price_per_million"),
                    price(row, "cached_input_price_per_million"),
                    price(row, "cache_write_price_per_million"),
                    price(row, "reasoning_price_per_million"),
                    json.readerForListOf(PriceTier.class).readValue(row.getString("price_tiers")),
                    json.readValue(row.getString("unit_prices"), UnitPrices.class));
        } catch (JsonProcessingException | RuntimeException e) {
            LOG.warnf(
                    "The prices of %s count as unknown, because its price_tiers or unit_prices cannot be read",
                    row.getString("gateway_identifier"));
            return Prices.UNKNOWN;
        }
    }

    private static @Nullable BigDecimal price(Row row, String column) {
        BigDecimal price = row.getBigDecimal(column);
        return price == null ? null : Decimals.plain(price);
    }

    private List<String> chain(@Nullable String text) {
        if (text == null) {
            return List.of();
        }
        List<String> members = new ArrayList<>();
        tree(text).forEach(member -> members.add(member.asText()));
        return List.copyOf(members);
    }

    /** An object of flags; people who write SQL also write a list of those that are true. */
    private Map<String, Boolean> capabilities(String text) {
        Map<String, Boolean> capabilities = new TreeMap<>();
        JsonNode node = tree(text);
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

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database gave JSON that is none", e);
        }
    }
}
