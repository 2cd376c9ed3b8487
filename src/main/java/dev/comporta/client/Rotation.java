package dev.comporta.client;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a key is replaced.
 *
 * @param overlapSeconds for how long the old key goes on working beside the new one; absent means a day
 * @param expiresAt when the new key expires; absent means never
 */
@RegisterForReflection
record Rotation(
        @Min(0) @Max(MOST) @Nullable Integer overlapSeconds,
        @Nullable Instant expiresAt) {

    private static final int DAY = 86_400;
    private static final int MOST = 30 * DAY;

    static final Rotation DEFAULT = new Rotation(null, null);

    Instant oldKeyExpires(Instant now) {
        return now.plusSeconds(overlapSeconds == null ? DAY : overlapSeconds);
    }
}
