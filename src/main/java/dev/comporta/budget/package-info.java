/**
 * Money that holds: ledgers, leases, holds before a call and settlement after it, periods, and alerts at thresholds. It
 * knows neither models nor providers: what a call may cost is told to it.
 */
@NullMarked
package dev.comporta.budget;

import org.jspecify.annotations.NullMarked;
