package dev.comporta.pipeline;

import dev.comporta.core.Hold;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.model.ExchangeRate;

/**
 * What was reserved for a call.
 *
 * @param request the caller's, with a shorter answer where no more can be paid for
 * @param rate by which the call's cost is converted, whatever rates come meanwhile
 */
record Reservation(ModelRequest request, ExchangeRate rate, Hold hold) {}
