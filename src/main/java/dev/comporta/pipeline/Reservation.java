package dev.comporta.pipeline;

import dev.comporta.core.Hold;
import dev.comporta.dialect.Outgoing;
import dev.comporta.model.ExchangeRate;

/**
 * What was reserved for a call.
 *
 * @param outgoing the request for the provider, with a shorter answer where no more can be paid for
 * @param rate by which the call's cost is converted, whatever rates come meanwhile
 */
record Reservation(Outgoing outgoing, ExchangeRate rate, Hold hold) {}
