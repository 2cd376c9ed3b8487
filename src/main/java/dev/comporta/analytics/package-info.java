/**
 * Read-only reports of usage, cost and latency for dashboards and bills. Nothing here writes, and no call waits for it.
 */
@NullMarked
package dev.comporta.analytics;

import org.jspecify.annotations.NullMarked;
