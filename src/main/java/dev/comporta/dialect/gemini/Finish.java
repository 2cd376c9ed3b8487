package dev.comporta.dialect.gemini;

import dev.comporta.dialect.FinishReason;

/** Why a candidate ended, in Google's words. */
final class Finish {

    /** The arguments of a call are no JSON object. */
    static final String MALFORMED = "MALFORMED_FUNCTION_CALL";

    private Finish() {}

    static String word(FinishReason reason) {
        return switch (reason) {
            case STOP, TOOL_CALLS -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case CONTENT_FILTER -> "SAFETY";
        };
    }
}
