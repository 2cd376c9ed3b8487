package dev.comporta.pipeline;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What kind of image some bytes are: by how they begin, else by what their server says. */
final class ImageType {

    private static final Pattern IMAGE = Pattern.compile("image/[a-z0-9][a-z0-9.+-]{0,60}");
    private static final Set<String> HEIC = Set.of("heic", "heix", "heim", "heis", "hevc", "hevx");
    private static final Set<String> HEIF = Set.of("mif1", "msf1");

    private ImageType() {}

    /** @return a media type such as {@code image/png}, or null if it is no image */
    static @Nullable String of(Buffer bytes, @Nullable String contentType) {
        String sniffed = sniffed(bytes);
        return sniffed != null ? sniffed : told(contentType);
    }

    private static @Nullable String sniffed(Buffer bytes) {
        if (begins(bytes, 0, "\u0089PNG\r\n\u001a\n")) {
            return "image/png";
        }
        if (begins(bytes, 0, "\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        }
        if (begins(bytes, 0, "GIF87a") || begins(bytes, 0, "GIF89a")) {
            return "image/gif";
        }
        if (begins(bytes, 0, "RIFF") && begins(bytes, 8, "WEBP")) {
            return "image/webp";
        }
        if (begins(bytes, 4, "ftyp") && bytes.length() >= 12) {
            String brand = bytes.getString(8, 12, "ISO-8859-1");
            return HEIC.contains(brand) ? "image/heic" : HEIF.contains(brand) ? "image/heif" : null;
        }
        return null;
    }

    private static @Nullable String told(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (type.equals("image/jpg")) {
            return "image/jpeg";
        }
        return IMAGE.matcher(type).matches() ? type : null;
    }

    private static boolean begins(Buffer bytes, int at, String magic) {
        byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length() < at + expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes.getByte(at + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
