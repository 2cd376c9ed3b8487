package dev.comporta.provider;

import dev.comporta.core.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** Where attempts go. Called on an event loop; answers come back on the same one. */
public interface Upstream {

    /** Sends one request; the exchange can be given up at any time, before and after the answer begins. */
    Exchange send(Request request);

    /**
     * What goes to a provider.
     *
     * @param path below the base URL, such as {@code /chat/completions}
     * @param headers what the caller sent; only what may reach a provider goes on
     * @param key what to present to the provider, or null
     * @param ownKey whether that is the caller's own key
     */
    record Request(String path, MultiMap headers, @Nullable Secret key, boolean ownKey, Buffer body) {}

    /** A request on its way and the answer to it. */
    interface Exchange {

        /**
         * The head of the answer, its body paused. Fails with {@link java.util.concurrent.TimeoutException} or
         * {@link java.io.IOException} if none comes.
         */
        Future<Answer> answer();

        /** Whether the provider may have seen the request, and so may bill it. */
        boolean wasSent();

        /** Gives the exchange up; the provider sees the connection reset. Does nothing once it is over. */
        void reset();
    }

    /**
     * The head of an answer and the body to come. A content encoding has been decoded.
     *
     * @param body paused; resume it after the handlers are set
     */
    record Answer(int status, MultiMap headers, ReadStream<Buffer> body) {}
}
