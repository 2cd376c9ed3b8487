package dev.comporta.dialect;

/** Reads the events of one stream of a provider's API into an {@link AnswerSink}. One object for one stream. */
public interface AnswerReader {

    /**
     * Takes the data of one event, {@code [DONE]} included; what it does not understand it leaves out.
     *
     * @param data never empty, not to be kept or changed
     * @throws java.io.IOException if it is not JSON
     */
    void data(byte[] data) throws java.io.IOException;

    /** The provider's bytes have ended: what only the end shows, such as a last finish reason, is told now. */
    void end();

    /** Whether the provider has said all that belongs to an answer. */
    boolean isWhole();

    /** Whether the provider has said that nothing more comes. */
    boolean isDone();
}
