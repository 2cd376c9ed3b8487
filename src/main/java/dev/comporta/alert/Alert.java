package dev.comporta.alert;

import io.vertx.core.json.JsonObject;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that people or programs are told once.
 *
 * @param key what makes it the same alert, such as {@code budget/<id>/<period>/80}: of all who raise it, on whatever
 *     replica and however often, the first is heard
 * @param type its kind, such as {@code budget.threshold_reached}
 * @param clientId the client that it is about, or null if it is about the gateway
 * @param subject one line
 * @param text for people
 * @param data for programs; the same facts
 */
public record Alert(String key, String type, @Nullable UUID clientId, String subject, String text, JsonObject data) {}
