package dev.comporta.provider;

import dev.comporta.core.Dialect;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The providers, by name. A vendor that speaks a known dialect is a few settings, not code. */
@ConfigMapping(prefix = "gateway.providers")
public interface ProviderConfig {

    @WithParentName
    Map<String, Settings> providers();

    /** One provider. */
    interface Settings {

        /** The wire format that it understands. */
        @WithDefault("openai")
        Dialect dialect();

        /** Its address, version path included, such as {@code https://api.openai.com/v1}. */
        Optional<String> baseUrl();

        /** Whether a call without a key is pointless there, so that it is refused at once. */
        @WithDefault("false")
        boolean keyRequired();

        /** How it is brought to tell the usage of a stream. */
        @WithDefault("request")
        StreamUsage streamUsage();

        /** Whether it has OpenAI's Responses API itself, so that such calls are passed and not translated. */
        @WithDefault("false")
        boolean responses();

        /**
         * The set of ways in which it differs from its dialect: {@code openai}, {@code groq}, {@code mistral} or
         * {@code none}. By default its own name, if that is one of them.
         */
        Optional<String> quirks();

        /** What happens to an answer whose caller has left. */
        @WithDefault("cancel")
        OnHangUp onHangUp();

        /** How long an answer without a caller is read on. */
        @WithDefault("30S")
        Duration drainTimeout();

        /** How much of an answer without a caller is read on. */
        @WithDefault("1M")
        MemorySize drainBytes();

        @WithDefault("10S")
        Duration connectTimeout();

        /** Time to the first byte of an answer; models that think may take minutes. */
        @WithDefault("10M")
        Duration responseTimeout();

        /** Time between two chunks of an answer. */
        @WithDefault("2M")
        Duration idleTimeout();

        /** Connections that each event loop of this replica opens to it, at most. */
        @WithDefault("4096")
        int maxConnections();
    }

    /** What happens to an answer whose caller has left. */
    enum OnHangUp {
        /** The connection is closed, where that stops the provider and its bill. */
        CANCEL,
        /** It is read on, within a bound, where the provider bills it all the same: its end tells how much. */
        DRAIN
    }

    /** How a provider is brought to tell the usage of a stream. */
    enum StreamUsage {
        /** By {@code stream_options.include_usage}, as OpenAI defines it. */
        REQUEST,
        /** It always does, and refuses {@code stream_options}. */
        ALWAYS,
        /** It cannot be: tokens are estimated. */
        NEVER
    }
}
