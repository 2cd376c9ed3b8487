package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What callers and providers say, as the golden files have it, by who says it. */
final class Recordings {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    private Recordings() {}

    /** @param caller such as {@code messages} */
    static List<byte[]> requests(String caller) {
        List<byte[]> requests = new ArrayList<>();
        for (Path file : files("request", ".in.")) {
            if (caller(file).equals(caller)) {
                ObjectNode request = (ObjectNode) tree(file);
                request.remove("golden");
                requests.add(Json.bytes(request));
            }
        }
        return requests;
    }

    /** @param provider such as {@code anthropic}, or {@code responses} */
    static List<byte[]> answers(String provider) {
        return said("answer", provider).map(Recordings::read).toList();
    }

    static List<byte[]> streams(String provider) {
        return said("stream", provider).map(Recordings::read).toList();
    }

    static List<byte[]> errors(String provider) {
        return said("error", provider)
                .map(file -> Json.bytes(tree(file).path("body")))
                .toList();
    }

    /** What is translated for the callers of an API is in the same words as what its providers say. */
    private static Stream<Path> said(String part, String provider) {
        List<String> callers = switch (provider) {
            case "openai" -> List.of("chat");
            case "anthropic" -> List.of("messages");
            default -> List.of(provider);
        };
        List<String> providers = provider.equals("openai") ? List.of("openai", "groq", "mistral") : List.of(provider);
        return Stream.concat(
                files(part, ".in.").stream().filter(file -> providers.contains(pair(file)[1])),
                files(part, ".out.").stream().filter(file -> callers.contains(caller(file))));
    }

    private static String caller(Path file) {
        return pair(file)[0];
    }

    private static String[] pair(Path file) {
        return file.getParent().getParent().getFileName().toString().split("-");
    }

    private static List<Path> files(String part, String kind) {
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            return files.filter(
                            file -> file.getParent().getFileName().toString().equals(part))
                    .filter(file -> file.getFileName().toString().contains(kind))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static com.fasterxml.jackson.databind.JsonNode tree(Path file) {
        try {
            return Json.tree(read(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
