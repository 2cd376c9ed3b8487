package dev.comporta.alert;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where an alert goes.
 *
 * @param address a mail address, or the {@code http} or {@code https} address of a webhook
 * @param secret signs what a webhook gets; null for the gateway's own
 */
public record Recipient(
        Channel channel, String address, @Nullable String secret) {

    /** How it goes there. */
    public enum Channel {
        EMAIL,
        WEBHOOK;

        /** The word in tables and answers. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Channel of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    public static Recipient email(String address) {
        return new Recipient(Channel.EMAIL, address, null);
    }

    public static Recipient webhook(String address, @Nullable String secret) {
        return new Recipient(Channel.WEBHOOK, address, secret);
    }

    /** What is wrong with the address, in words that can follow the name of its field; null if nothing is. */
    public @Nullable String problem() {
        return switch (channel) {
            case EMAIL -> MailAddress.is(address) ? null : "must be one mail address, such as ops@example.com";
            case WEBHOOK ->
                WebhookUrl.parse(address) != null
                        ? null
                        : "must be an http or https URL of at most 2,000 characters, without a login and a fragment";
        };
    }

    /** Without the secret, and without the address, which is personal or may hold a secret of its own. */
    @Override
    public String toString() {
        return channel.word();
    }
}
