package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * In what a provider, or some of its models, differ from OpenAI's API: a set of rules of
 * {@code dialect/openai-quirks.json}, which {@code docs/reference/dialects.md} explains. Immutable.
 *
 * @see <a href="https://console.groq.com/docs/openai">Groq: OpenAI compatibility</a>
 * @see <a href="https://docs.mistral.ai/api/">Mistral: API</a>
 */
final class Quirks {

    private static final String FILE = "/dialect/openai-quirks.json";
    private static final Map<String, Quirks> SETS = read();

    private final JsonNode set;
    private final QuirkRule rule;
    private final MessageQuirks messages;
    private final List<OfModels> models = new ArrayList<>();

    private Quirks(JsonNode set) {
        this.set = set;
        rule = new QuirkRule(set);
        messages = new MessageQuirks(set);
        for (JsonNode some : set.path("models")) {
            models.add(new OfModels(glob(some.path("names")), glob(some.path("except")), new QuirkRule(some)));
        }
    }

    private record OfModels(Pattern names, Pattern except, QuirkRule rule) {

        boolean contain(String model) {
            return names.matcher(model).matches() && !except.matcher(model).matches();
        }
    }

    private static Map<String, Quirks> read() {
        try (InputStream file = Quirks.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is missing");
            }
            Map<String, Quirks> sets = new HashMap<>();
            for (Map.Entry<String, JsonNode> set :
                    Json.tree(file.readAllBytes()).properties()) {
                sets.put(set.getKey(), new Quirks(set.getValue()));
            }
            return Map.copyOf(sets);
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " cannot be read", e);
        }
    }

    private static Pattern glob(JsonNode names) {
        List<String> alternatives = new ArrayList<>();
        for (JsonNode name : names) {
            alternatives.add(Pattern.quote(name.asText()).replace("*", "\\E.*\\Q"));
        }
        return Pattern.compile(String.join("|", alternatives), Pattern.DOTALL);
    }

    /** The set of that name; a provider whose quirks nobody has written down has none. */
    static Quirks of(String name) {
        Quirks found = SETS.get(name);
        return found == null ? SETS.getOrDefault("", new Quirks(Json.object())) : found;
    }

    /** Whether a request may have to be changed; decided without reading it again. */
    boolean concern(ModelRequest request, String model) {
        Set<String> fields = request.fields();
        if (messages.exist() || rule.concerns(fields) || refuseExtensions() && CommonForm.mayBe(request)) {
            return true;
        }
        for (OfModels some : models) {
            if (some.rule.concerns(fields) && some.contain(model)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the extensions of the common form must be left out even for callers of the same dialect. */
    boolean refuseExtensions() {
        return set.path("refusesExtensions").asBoolean();
    }

    /**
     * Changes a chat request so that the provider takes it.
     *
     * @throws dev.comporta.core.GatewayError if that would change the answer
     */
    void apply(ObjectNode chat, String model, Dropped dropped) {
        rule.apply(chat, dropped);
        for (OfModels some : models) {
            if (some.contain(model)) {
                some.rule.apply(chat, dropped);
            }
        }
        messages.apply(chat, dropped);
    }

    /** Whether the provider takes that extension of the common form. */
    boolean keep(String extension) {
        for (JsonNode kept : set.path("keeps")) {
            if (kept.asText().equals(extension)) {
                return true;
            }
        }
        return false;
    }

    /** Whether only listed fields may be sent, so that {@code stream_options} must not be. */
    boolean listFields() {
        return set.has("fields");
    }

    /** Whether the result of a tool may hold more than text. */
    boolean takeToolImages() {
        return set.path("toolImages").asBoolean();
    }

    /** Whether a document may be given by its URL. */
    boolean takeDocumentUrls() {
        return set.has("documents");
    }

    /** Whether answers may be in Mistral's words. */
    boolean areMistrals() {
        return set.path("mistralAnswers").asBoolean();
    }
}
