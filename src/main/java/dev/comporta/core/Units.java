package dev.comporta.core;

import java.math.BigDecimal;

/**
 * What one call used that is not counted in tokens. Immutable.
 *
 * @param images images that were made
 * @param audioSeconds seconds of audio that were heard, as exactly as the provider tells them
 * @param characters characters that were spoken
 */
public record Units(long images, BigDecimal audioSeconds, long characters) {

    /** Nothing was used. */
    public static final Units NONE = new Units(0, BigDecimal.ZERO, 0);

    public boolean isNone() {
        return images == 0 && audioSeconds.signum() == 0 && characters == 0;
    }
}
