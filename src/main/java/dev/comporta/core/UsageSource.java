package dev.comporta.core;

/** How the tokens of a call are known. */
public enum UsageSource {
    /** The provider said so. */
    EXACT,
    /** The provider said so after the caller had left, because the call was drained. */
    DRAINED,
    /** Counted by the gateway: the provider sent no usage, or the call did not end. */
    ESTIMATED;

    /** The word in tables and in the API. */
    public String word() {
        return switch (this) {
            case EXACT -> "exact";
            case DRAINED -> "drained";
            case ESTIMATED -> "estimated";
        };
    }
}
