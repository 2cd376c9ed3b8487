package dev.comporta.pipeline;

import dev.comporta.dialect.RequestSize;
import dev.comporta.model.Model;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a model reads of a request besides its text.
 *
 * @param around templates, instructions for tools
 * @param images so many tokens are they at most
 * @param open how much it reads at least, for all that is known; 0 if it reads what the request holds
 */
record InputTokens(long around, long images, long open) {

    /** What providers add around a request. */
    private static final int ENVELOPE = 64;

    private static final int TOOLS = 1_000;

    /** The finest image of the thirstiest model but those named here. */
    private static final int IMAGE = 10_000;

    /** Bills eight tiles of 5,667 tokens, 2,833 more, and so much for an address too. */
    private static final String THIRSTY = "gpt-4o-mini";

    private static final int THIRSTY_IMAGE = 50_000;

    /** Where the registry does not know how much a model reads. */
    private static final int UNKNOWN_CONTEXT = 1_000_000;

    /**
     * Of a request.
     *
     * @param keptElsewhere whether it names what the provider keeps, such as earlier turns
     * @param mostOpen how much is to be held of what nobody can know
     */
    static InputTokens of(
            RequestSize size, boolean keptElsewhere, String model, @Nullable Model row, OptionalLong mostOpen) {
        int image = model.contains(THIRSTY) ? THIRSTY_IMAGE : IMAGE;
        long context = row == null || row.contextWindow() == null ? UNKNOWN_CONTEXT : row.contextWindow();
        return new InputTokens(
                ENVELOPE + (size.hasTools() ? TOOLS : 0),
                (long) size.images() * image,
                size.isOpenEnded() || keptElsewhere ? Math.min(context, mostOpen.orElse(context)) : 0);
    }

    /** The most that it reads if its text has so many tokens. */
    long most(long text) {
        return Math.max(text + around + images, open);
    }

    /** About what it reads, without what the provider adds, if its text has so many tokens. */
    long about(long text) {
        return Math.max(text + images, open);
    }
}
