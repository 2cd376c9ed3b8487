package dev.comporta.client;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** An IANA time zone id, such as {@code America/Sao_Paulo}. */
@Target({ElementType.FIELD, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = KnownTimeZone.Check.class)
@interface KnownTimeZone {

    String message() default "must be an IANA time zone such as America/Sao_Paulo or UTC";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Offsets such as {@code +03:00} are not enough: they know no daylight saving. */
    final class Check implements ConstraintValidator<KnownTimeZone, String> {

        @Override
        public boolean isValid(@Nullable String id, ConstraintValidatorContext context) {
            return id == null || ZoneId.getAvailableZoneIds().contains(id);
        }
    }
}
