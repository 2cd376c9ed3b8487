package dev.comporta.dialect.gemini;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What kind of thing some bytes are, as far as their type, their first bytes or their name tell. */
final class MediaType {

    private static final Map<String, String> BY_EXTENSION = Map.ofEntries(
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("heic", "image/heic"),
            Map.entry("heif", "image/heif"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("txt", "text/plain"),
            Map.entry("md", "text/markdown"),
            Map.entry("csv", "text/csv"),
            Map.entry("html", "text/html"),
            Map.entry("xml", "text/xml"),
            Map.entry("json", "application/json"),
            Map.entry("mp3", "audio/mp3"),
            Map.entry("wav", "audio/wav"),
            Map.entry("mp4", "video/mp4"));

    /** By the first bytes, in hexadecimal digits; a dot stands for any digit. */
    private static final Map<String, String> BY_MAGIC = Map.ofEntries(
            Map.entry("89504e47", "image/png"),
            Map.entry("ffd8ff", "image/jpeg"),
            Map.entry("47494638", "image/gif"),
            Map.entry("52494646........57454250", "image/webp"),
            Map.entry("52494646........57415645", "audio/wav"),
            Map.entry("........6674797068656963", "image/heic"),
            Map.entry("........667479706d696631", "image/heif"),
            Map.entry("25504446", "application/pdf"),
            Map.entry("494433", "audio/mp3"),
            Map.entry("4f676753", "audio/ogg"),
            Map.entry("664c6143", "audio/flac"));

    private static final Pattern TYPE = Pattern.compile("[a-z]{1,20}/[a-z0-9.+_-]{1,100}");

    /** What a type is called that says nothing. */
    private static final String UNKNOWN = "application/octet-stream";

    private static final int MAGIC_BASE64 = 16;

    private MediaType() {}

    /** A type as it was given, without parameters and in one spelling; null if it says nothing. */
    static @Nullable String normalised(@Nullable String given) {
        if (given == null) {
            return null;
        }
        String type = given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!TYPE.matcher(type).matches() || type.equals(UNKNOWN)) {
            return null;
        }
        return type.equals("image/jpg") ? "image/jpeg" : type;
    }

    /** By the first bytes; null if they are unknown. */
    static @Nullable String sniffed(String base64) {
        byte[] first;
        try {
            first = Base64.getDecoder().decode(base64.substring(0, Math.min(base64.length(), MAGIC_BASE64)));
        } catch (IllegalArgumentException e) {
            return null;
        }
        String hex = HexFormat.of().formatHex(first);
        return BY_MAGIC.entrySet().stream()
                .filter(magic -> begins(hex, magic.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static boolean begins(String hex, String magic) {
        if (hex.length() < magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if (magic.charAt(i) != '.' && magic.charAt(i) != hex.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** By the name of a file or the path of a URL; null if it tells nothing. */
    static @Nullable String named(@Nullable String name) {
        if (name == null) {
            return null;
        }
        String path = Arrays.stream(name.split("[?#]", 2)).findFirst().orElse("");
        int dot = path.lastIndexOf('.');
        return dot < 0 ? null : BY_EXTENSION.get(path.substring(dot + 1).toLowerCase(Locale.ROOT));
    }
}
