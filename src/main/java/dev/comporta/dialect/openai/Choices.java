package dev.comporta.dialect.openai;

import java.util.BitSet;

/** Which choices of a stream have begun, and which have said why they end. */
final class Choices {

    /** More than any provider offers; what is beyond shares the last place. */
    static final int MOST = 1_024;

    private final BitSet begun = new BitSet();
    private final BitSet finished = new BitSet();
    private boolean failed;

    void seen(int index, boolean finish) {
        int place = Math.max(0, Math.min(index, MOST));
        begun.set(place);
        if (finish) {
            finished.set(place);
        }
    }

    /** A choice has ended with the word {@code error}, as Mistral's and OpenRouter's may. */
    void fail() {
        failed = true;
    }

    boolean haveFailed() {
        return failed;
    }

    /** Whether there were choices, and each of them has ended. */
    boolean areFinished() {
        return !begun.isEmpty() && finished.equals(begun);
    }
}
