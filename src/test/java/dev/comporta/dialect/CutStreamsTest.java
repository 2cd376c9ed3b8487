package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Seeds;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("However the network cuts a stream")
class CutStreamsTest {

    private static final int RUNS = Boolean.getBoolean("comporta.proof") ? 50 : 2;

    static Stream<Bridge> bridges() {
        return Bridge.all().stream();
    }

    @ParameterizedTest
    @MethodSource("bridges")
    void the_caller_is_told_the_same(Bridge bridge) {
        for (byte[] recorded : Recordings.streams(bridge.provider())) {
            for (String lineEnd : List.of("\n", "\r\n", "\r")) {
                byte[] bytes = new String(recorded, UTF_8)
                        .replaceAll("\r\n|\r|\n", lineEnd)
                        .getBytes(UTF_8);
                Played uncut = Played.of(bridge.any(true).stream(), List.of(Buffer.buffer(bytes)));
                Seeds.each(RUNS, random -> {
                    assertThat(Played.of(bridge.any(true).stream(), Cuts.random(bytes, random)))
                            .isEqualTo(uncut);
                    assertThat(Played.of(bridge.any(true).stream(), Cuts.sore(bytes, random)))
                            .isEqualTo(uncut);
                });
            }
        }
    }
}
