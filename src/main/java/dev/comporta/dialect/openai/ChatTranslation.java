package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a caller of OpenAI's API at a provider of the same dialect: bytes pass, in both directions, wherever
 * the provider's quirks let them.
 */
public final class ChatTranslation implements Translation {

    private static final String LEGACY_PATH = "/completions";

    private final ModelRequest request;
    private final TargetTraits traits;
    private final boolean chat;
    private final boolean dropStreamOptions;
    private final @Nullable String secret;
    private final Dropped dropped;
    private final Quirks quirks;

    /**
     * A chat completion. {@link TargetTraits#streamUsage} says whether to ask for usage in the stream even where the
     * caller did not; it is taken out of the answer again.
     *
     * @param dropStreamOptions whether the provider refuses {@code stream_options}
     * @param secret what an error within a stream must not repeat, or null
     */
    public ChatTranslation(
            ModelRequest request,
            TargetTraits traits,
            boolean dropStreamOptions,
            @Nullable String secret,
            Dropped dropped) {
        this(request, traits, true, dropStreamOptions, secret, dropped);
    }

    private ChatTranslation(
            ModelRequest request,
            TargetTraits traits,
            boolean chat,
            boolean dropStreamOptions,
            @Nullable String secret,
            Dropped dropped) {
        this.request = request;
        this.traits = traits;
        this.chat = chat;
        this.secret = secret;
        this.dropped = dropped;
        quirks = Quirks.of(chat ? traits.quirks() : "");
        this.dropStreamOptions = dropStreamOptions || quirks.listFields();
    }

    /**
     * A completion of the older API, {@code /v1/completions}, which knows no messages; parameters as of the
     * constructor.
     */
    public static ChatTranslation legacy(
            ModelRequest request, TargetTraits traits, boolean dropStreamOptions, @Nullable String secret) {
        return new ChatTranslation(request, traits, false, dropStreamOptions, secret, new Dropped(false));
    }

    @Override
    public Outgoing request() {
        String path = chat ? OpenAiApi.PATH : LEGACY_PATH;
        if (quirks.concern(request, traits.model())) {
            ObjectNode before = request.tree();
            if (dropStreamOptions) {
                // The gateway's own business, which no rule need look at.
                before.remove("stream_options");
            }
            ObjectNode tree = before.deepCopy();
            if (quirks.refuseExtensions()) {
                CommonForm.leave(tree, quirks, dropped);
            }
            quirks.apply(tree, traits.model(), dropped);
            if (!tree.equals(before) || hasLostOptions()) {
                ModelRequest edited = ModelRequest.parse(Buffer.buffer(Json.bytes(tree)));
                return new Outgoing(path, edited.forwarded(traits.model(), asks(), dropStreamOptions));
            }
        }
        return new Outgoing(path, request.forwarded(traits.model(), asks(), dropStreamOptions));
    }

    /** Options of a stream that is none would stay in bytes that pass. */
    private boolean hasLostOptions() {
        return dropStreamOptions && !request.stream() && request.fields().contains("stream_options");
    }

    private boolean asks() {
        return traits.streamUsage() && !dropStreamOptions;
    }

    @Override
    public @Nullable Whole whole(byte[] body) {
        ChatCompletion completion = ChatCompletion.parse(body);
        if (completion == null) {
            return null;
        }
        if (completion.error()) {
            return new Whole(Buffer.buffer(), completion.usage(), OpenAiErrorReader.inStream(body), () -> "", null);
        }
        byte[] plain = quirks.areMistrals() ? MistralAnswer.plain(body, "message") : null;
        Buffer answer = Buffer.buffer(plain == null ? body : plain);
        try {
            return new Whole(
                    request.stream() ? CompletionChunks.of(answer, request.includeUsage()) : answer,
                    completion.usage(),
                    null,
                    () -> ChatCompletion.text(body),
                    null);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public AnswerStream stream() {
        return new ChatStream(asks() && !request.includeUsage(), request.includeUsage(), quirks.areMistrals(), secret);
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return OpenAiErrorReader.read(status, body);
    }

    @Override
    public Buffer write(ProviderError error) {
        return OpenAiError.body(error);
    }

    @Override
    public boolean isPassing() {
        return true;
    }
}
