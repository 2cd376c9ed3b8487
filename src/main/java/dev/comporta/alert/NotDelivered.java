package dev.comporta.alert;

/** Why an attempt failed, in words without secrets and addresses. Cheap: it records no stack. */
final class NotDelivered extends RuntimeException {

    private final String reason;
    private final boolean forGood;

    private NotDelivered(String reason, boolean forGood) {
        super(reason, null, false, false);
        this.reason = reason;
        this.forGood = forGood;
    }

    /** Another attempt may succeed. */
    static NotDelivered yet(String reason) {
        return new NotDelivered(reason, false);
    }

    /** No other attempt is worth making. */
    static NotDelivered ever(String reason) {
        return new NotDelivered(reason, true);
    }

    String reason() {
        return reason;
    }

    boolean isForGood() {
        return forGood;
    }
}
