package dev.comporta.pipeline;

import dev.comporta.core.Target;
import dev.comporta.dialect.Json;
import dev.comporta.provider.Upstream;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.streams.ReadStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call that is passed through, as far as it has been read.
 *
 * @param start the first bytes, or all of them; null if there is no body
 * @param rest a paused stream of the others, or null if {@code start} is all
 * @param length of the whole in bytes, or -1 if nobody knows
 * @param json whether {@code start} is all of it and to be read as JSON
 * @param model the model that a form names within {@code start}, or null
 */
public record PassBody(
        @Nullable Buffer start,
        @Nullable ReadStream<Buffer> rest,
        long length,
        boolean json,
        @Nullable NamedModel model) {

    /** No body, not even an empty one. */
    public static final PassBody NONE = new PassBody(null, null, -1, false, null);

    /**
     * A model as the caller named it.
     *
     * @param from where the name begins, in bytes
     * @param to where it ends
     * @param quoted whether it stands there as a JSON string
     */
    public record NamedModel(String name, int from, int to, boolean quoted) {

        public NamedModel(String name, int from, int to) {
            this(name, from, to, false);
        }
    }

    public static PassBody json(Buffer whole) {
        return new PassBody(whole, null, whole.length(), true, null);
    }

    public static PassBody form(
            Buffer start, @Nullable ReadStream<Buffer> rest, long length, @Nullable NamedModel model) {
        return new PassBody(start, rest, length, false, model);
    }

    public static PassBody streamed(ReadStream<Buffer> stream, long length) {
        return new PassBody(Buffer.buffer(), stream, length, false, null);
    }

    /**
     * The headers for a provider: what was read as JSON is called so, and nothing else, whatever the caller called it.
     */
    MultiMap forwarded(MultiMap headers) {
        if (!json || start == null || start.length() == 0 && !headers.contains(HttpHeaders.CONTENT_TYPE)) {
            return headers;
        }
        return HttpHeaders.headers().addAll(headers).set(HttpHeaders.CONTENT_TYPE, "application/json");
    }

    /** The bytes for a provider: the caller's own, but for the name of the model where the provider knows another. */
    Upstream.Body forwarded(@Nullable NamedModel named, Target target) {
        if (start == null || named == null || named.name().equals(target.model())) {
            return new Upstream.Body(start, rest, length);
        }
        byte[] name =
                named.quoted() ? Json.quoted(target.model()) : target.model().getBytes(StandardCharsets.UTF_8);
        Buffer edited = Buffer.buffer(start.length() + name.length)
                .appendBuffer(start, 0, named.from())
                .appendBytes(name)
                .appendBuffer(start, named.to(), start.length() - named.to());
        long change = edited.length() - start.length();
        return new Upstream.Body(edited, rest, length < 0 ? length : length + change);
    }
}
