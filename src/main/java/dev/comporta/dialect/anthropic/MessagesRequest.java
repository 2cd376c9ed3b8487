package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/** A Messages request as a chat request: every field that Anthropic documents is told, dropped or refused. */
final class MessagesRequest {

    private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");
    private static final long MEDIUM_BUDGET = 4_096;
    private static final long HIGH_BUDGET = 16_384;
    /** The longest that OpenAI takes. */
    private static final int LONGEST_USER = 64;

    private final MessagesField body;
    private final Dropped dropped;
    private final ObjectNode chat = Json.object();

    private MessagesRequest(ObjectNode body, Dropped dropped) {
        this.body = MessagesField.root(body);
        this.dropped = dropped;
    }

    static ObjectNode chat(ObjectNode body, Dropped dropped) {
        return new MessagesRequest(body, dropped).chat();
    }

    private ObjectNode chat() {
        maxTokens(body.get("max_tokens"));
        chat.set("messages", MessagesTurns.of(body.get("system"), body.get("messages"), dropped));
        MessagesTools.tell(body.get("tools"), body.get("tool_choice"), chat, dropped);
        body.object().fieldNames().forEachRemaining(name -> {
            MessagesField field = body.get(name);
            if (field.isThere()) {
                tell(name, field);
            }
        });
        return chat;
    }

    private void tell(String name, MessagesField field) {
        switch (name) {
            case "model", "stream", "max_tokens", "system", "messages", "tools", "tool_choice" -> {
                // Told already, or not part of the common form.
            }
            case "temperature", "top_p" -> chat.set(name, field.number());
            case "top_k" -> chat.put(name, field.whole());
            case "stop_sequences" -> stop(field);
            case "thinking" -> thinking(field);
            case "output_config" -> outputConfig(field);
            // The name that structured output had while it was a beta.
            case "output_format" -> format(field);
            case "metadata" -> metadata(field);
            case "service_tier" -> serviceTier(field);
            case "container", "inference_geo", "mcp_servers" -> {
                if (!field.isEmpty()) {
                    throw field.unsupported();
                }
            }
            default -> dropped.add(MessagesField.named(name));
        }
    }

    private void maxTokens(MessagesField field) {
        if (!field.isThere()) {
            throw field.invalid("is missing");
        }
        long tokens = field.whole();
        if (tokens == 0) {
            throw field.unsupported("A request with a %s of 0 warms Anthropic's cache, and no other.");
        }
        if (tokens < 0) {
            throw field.invalid("must not be negative");
        }
        chat.put("max_completion_tokens", tokens);
    }

    private void stop(MessagesField field) {
        ArrayNode stop = Json.array();
        field.items().forEach(item -> stop.add(item.text()));
        if (!stop.isEmpty()) {
            chat.set("stop", stop);
        }
    }

    /** Raw for targets that think as Anthropic's models do, and as an effort for the others, unless one is given. */
    private void thinking(MessagesField field) {
        chat.set("thinking", field.object());
        MessagesField type = field.get("type");
        switch (type.text()) {
            case "disabled" -> effort("none");
            case "enabled" -> {
                long budget = field.get("budget_tokens").whole();
                effort(budget < MEDIUM_BUDGET ? "low" : budget < HIGH_BUDGET ? "medium" : "high");
            }
            case "adaptive", "between_tools" -> {
                // As much as the model sees fit, which is what others do when they are told nothing.
            }
            default -> throw type.invalid("must be enabled, disabled or adaptive");
        }
    }

    private void effort(String fromThinking) {
        if (!body.get("output_config").get("effort").isThere()) {
            chat.put("reasoning_effort", fromThinking);
        }
    }

    private void outputConfig(MessagesField config) {
        config.object().fieldNames().forEachRemaining(name -> {
            MessagesField field = config.get(name);
            if (!field.isThere()) {
                return;
            }
            switch (name) {
                case "effort" -> {
                    if (!EFFORTS.contains(field.text())) {
                        throw field.invalid("must be low, medium, high, xhigh or max");
                    }
                    chat.put("reasoning_effort", field.text());
                }
                case "format" -> format(field);
                default -> dropped.add("output_config." + MessagesField.named(name));
            }
        });
    }

    /** Strict, because Anthropic promises that the answer follows the schema. */
    private void format(MessagesField format) {
        format.object();
        if (!format.get("type").text().equals("json_schema")) {
            throw format.get("type").invalid("must be json_schema");
        }
        chat.putObject("response_format")
                .put("type", "json_schema")
                .putObject("json_schema")
                .put("name", "answer")
                .put("strict", true)
                .set("schema", format.get("schema").object());
    }

    /**
     * {@code user} rather than {@code safety_identifier}, which only OpenAI itself knows; both must be short, which
     * what Anthropic's own clients send is not.
     */
    private void metadata(MessagesField metadata) {
        metadata.object().fieldNames().forEachRemaining(name -> {
            MessagesField field = metadata.get(name);
            if (!name.equals("user_id")) {
                dropped.add("metadata." + MessagesField.named(name));
            } else if (field.isThere()) {
                String user = field.text();
                chat.put("user", user.length() > LONGEST_USER ? digest(user) : user);
            }
        });
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void serviceTier(MessagesField field) {
        switch (field.text()) {
            case "auto" -> chat.put("service_tier", "auto");
            case "standard_only" -> chat.put("service_tier", "default");
            default -> throw field.invalid("must be auto or standard_only");
        }
    }
}
