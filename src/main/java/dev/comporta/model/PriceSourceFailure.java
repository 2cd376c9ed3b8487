package dev.comporta.model;

/** There are no new prices. The message says why, without what may be secret in an address. */
final class PriceSourceFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean reached;

    private PriceSourceFailure(boolean reached, String message) {
        super(message, null, false, false);
        this.reached = reached;
    }

    /** Nobody answered: there may be no way out of this network, which is nobody's mistake. */
    static PriceSourceFailure unreachable(String message) {
        return new PriceSourceFailure(false, message);
    }

    /** There was an answer, and it is none to go by. */
    static PriceSourceFailure unusable(String message) {
        return new PriceSourceFailure(true, message);
    }

    boolean wasReached() {
        return reached;
    }
}
