package dev.comporta.dialect.anthropic;

import dev.comporta.dialect.FinishReason;

/** Why a message ends; only the first choice counts, for nobody can ask for more. */
final class MessagesStop {

    private FinishReason reason = FinishReason.STOP;

    /** A refusal stays one, whatever is said to be the reason. */
    private boolean refused;

    void refused(int choice) {
        refused |= choice == 0;
    }

    void finish(int choice, FinishReason said) {
        if (choice == 0) {
            reason = said;
        }
    }

    /**
     * The {@code stop_reason}. Which sequence stopped the model is not known, so that counts as the end of its turn.
     */
    String reason() {
        if (refused) {
            return "refusal";
        }
        return switch (reason) {
            case STOP -> "end_turn";
            case LENGTH -> "max_tokens";
            case TOOL_CALLS -> "tool_use";
            case CONTENT_FILTER -> "refusal";
        };
    }
}
