package dev.comporta.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.eclipse.microprofile.config.ConfigProvider;

/** The log file of the gateway under test, from some moment on. */
final class LogOfTheTests {

    private final Path file;
    private final int from;

    private LogOfTheTests(Path file, int from) {
        this.file = file;
        this.from = from;
    }

    static LogOfTheTests fromHere() {
        Path file = Path.of(ConfigProvider.getConfig().getValue("quarkus.log.file.path", String.class));
        return new LogOfTheTests(file, read(file).length);
    }

    String text() {
        byte[] all = read(file);
        return new String(Arrays.copyOfRange(all, Math.min(from, all.length), all.length), StandardCharsets.UTF_8);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
