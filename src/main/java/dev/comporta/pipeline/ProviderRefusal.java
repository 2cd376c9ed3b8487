package dev.comporta.pipeline;

import dev.comporta.core.Reply;

/** The provider refused to open a session; carries what the caller is told. Cheap: it records no stack. */
public final class ProviderRefusal extends RuntimeException {

    private final transient Reply reply;

    ProviderRefusal(Reply reply) {
        super(null, null, false, false);
        this.reply = reply;
    }

    /** The provider's error, for the caller. */
    public Reply reply() {
        return reply;
    }
}
