package dev.comporta.policy;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code policies}, as the admin API shows it. Immutable.
 *
 * @param name unique among the client's policies; refusals name it
 * @param allowedModels patterns of which a model must match one; empty allows all
 * @param blockedModels patterns of which a model must match none
 * @param maxCostPerDay in {@code maxCostCurrency}; null for no limit
 * @param maxCostCurrency {@code USD}, {@code EUR} or {@code BRL}
 * @param maxTokensPerRequest estimated input and largest output together; null for no limit
 * @param allowUnknownPrices whether a model without a price may be called although a limit is in money
 */
@RegisterForReflection
record Policy(
        UUID id,
        UUID clientId,
        String name,
        @Nullable String description,
        List<String> allowedModels,
        List<String> blockedModels,
        @Nullable BigDecimal maxCostPerDay,
        String maxCostCurrency,
        @Nullable Long maxTokensPerRequest,
        boolean allowUnknownPrices,
        @JsonProperty("isActive") boolean isActive,
        Instant createdAt,
        Instant updatedAt) {}
