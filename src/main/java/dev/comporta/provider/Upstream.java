package dev.comporta.provider;

import dev.comporta.core.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** Where attempts go. Called on an event loop; answers come back on the same one. */
public interface Upstream {

    /** Sends one request; the exchange can be given up at any time, before and after the answer begins. */
    Exchange send(Request request);

    /**
     * What goes to a provider.
     *
     * @param path below the base URL, query included, such as {@code /chat/completions}; written as it is
     * @param headers what the caller sent; only what may reach a provider goes on
     * @param key what to present to the provider, or null
     * @param ownKey whether that is the caller's own key
     */
    record Request(
            HttpMethod method,
            String path,
            MultiMap headers,
            @Nullable Secret key,
            boolean ownKey,
            Body body) {

        /** A POST of a whole body. */
        public Request(String path, MultiMap headers, @Nullable Secret key, boolean ownKey, Buffer body) {
            this(HttpMethod.POST, path, headers, key, ownKey, Body.whole(body));
        }
    }

    /**
     * The body of a request: what is there, and what is still to come.
     *
     * @param start the first bytes, or all of them; null if the request has no body at all, which is not the same as an
     *     empty one
     * @param rest a paused stream of the others, or null if {@code start} is all. Its bytes can be had once only, so
     *     such a request is never sent twice
     * @param length of the whole body in bytes, or -1 if nobody knows
     */
    record Body(@Nullable Buffer start, @Nullable ReadStream<Buffer> rest, long length) {

        /** Not even an empty body. */
        public static final Body NONE = new Body(null, null, -1);

        public static Body whole(Buffer bytes) {
            return new Body(bytes, null, bytes.length());
        }

        public static Body streamed(ReadStream<Buffer> bytes, long length) {
            return new Body(Buffer.buffer(), bytes, length);
        }
    }

    /** A request on its way and the answer to it. The answer may begin before the request has been sent whole. */
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
     * The head of an answer and the body to come. A content encoding that the gateway knows has been decoded, and the
     * headers tell of it no more; a {@code content-length} is that of the body as it comes.
     *
     * @param body paused; resume it after the handlers are set
     */
    record Answer(int status, MultiMap headers, ReadStream<Buffer> body) {}
}
