package dev.comporta.policy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Reads bodies to the letter: {@code "true"}, {@code 1.9} for a whole number or a number for a name are mistakes, and
 * not to be guessed at where they decide what a client may do.
 */
@RegisterForReflection
public class StrictJson implements BiFunction<ObjectMapper, Type, ObjectReader> {

    private static final Map<LogicalType, Set<CoercionInputShape>> FOREIGN = Map.of(
            LogicalType.Boolean,
            Set.of(CoercionInputShape.String, CoercionInputShape.EmptyString, CoercionInputShape.Integer),
            LogicalType.Integer,
            Set.of(CoercionInputShape.String, CoercionInputShape.EmptyString, CoercionInputShape.Float),
            LogicalType.Float,
            Set.of(CoercionInputShape.String, CoercionInputShape.EmptyString),
            LogicalType.Textual,
            Set.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean));

    @Override
    public ObjectReader apply(ObjectMapper mapper, Type type) {
        ObjectMapper strict = mapper.copy();
        FOREIGN.forEach((wanted, given) ->
                given.forEach(shape -> strict.coercionConfigFor(wanted).setCoercion(shape, CoercionAction.Fail)));
        return strict.readerFor(strict.constructType(type)).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    }
}
