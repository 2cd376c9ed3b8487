package dev.comporta.alert;

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
        WEBHOOK
    }

    public static Recipient email(String address) {
        return new Recipient(Channel.EMAIL, address, null);
    }

    public static Recipient webhook(String address, @Nullable String secret) {
        return new Recipient(Channel.WEBHOOK, address, secret);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return channel + " " + address;
    }
}
