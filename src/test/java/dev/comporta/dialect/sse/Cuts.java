package dev.comporta.dialect.sse;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The ways in which a network may cut a stream of bytes. */
public final class Cuts {

    private Cuts() {}

    /** Uncut, byte by byte, and cut in two and three at every place; the empty chunks at the edges included. */
    public static Stream<List<Buffer>> systematic(String stream) {
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        Stream<List<Buffer>> inTwo = IntStream.rangeClosed(0, bytes.length).mapToObj(at -> at(bytes, at));
        Stream<List<Buffer>> inThree = bytes.length > 150
                ? Stream.of()
                : IntStream.range(0, bytes.length)
                        .boxed()
                        .flatMap(first ->
                                IntStream.range(first, bytes.length).mapToObj(second -> at(bytes, first, second)));
        List<Buffer> single = IntStream.range(0, bytes.length)
                .mapToObj(at -> slice(bytes, at, at + 1))
                .toList();
        return Stream.of(Stream.of(List.of(Buffer.buffer(bytes)), single), inTwo, inThree)
                .flatMap(cut -> cut);
    }

    /** Chunks of random lengths, some of them empty. */
    public static List<Buffer> random(String stream, Random random) {
        return random(stream.getBytes(StandardCharsets.UTF_8), random);
    }

    /** Chunks of random lengths, some of them empty. */
    public static List<Buffer> random(byte[] bytes, Random random) {
        int longest = 1 + random.nextInt(40);
        List<Buffer> chunks = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + random.nextInt(longest + 1));
            chunks.add(slice(bytes, at, end));
            at = end;
        }
        return chunks;
    }

    /** At random places where it hurts: within characters, line ends and blank lines. */
    public static List<Buffer> sore(byte[] bytes, Random random) {
        int most = 1 + random.nextInt(8);
        return at(
                bytes,
                IntStream.range(1, bytes.length)
                        .filter(at -> isSore(bytes[at - 1]) && isSore(bytes[at]) && random.nextInt(most) == 0)
                        .toArray());
    }

    private static boolean isSore(byte b) {
        return b < 0 || b == '\r' || b == '\n';
    }

    private static List<Buffer> at(byte[] bytes, int... places) {
        List<Buffer> chunks = new ArrayList<>();
        int from = 0;
        for (int place : places) {
            chunks.add(slice(bytes, from, place));
            from = place;
        }
        chunks.add(slice(bytes, from, bytes.length));
        return chunks;
    }

    private static Buffer slice(byte[] bytes, int from, int to) {
        return Buffer.buffer().appendBytes(bytes, from, to - from);
    }
}
