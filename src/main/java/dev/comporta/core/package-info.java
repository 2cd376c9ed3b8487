/**
 * The values that travel through a call: who asks, what for, where to, what it used and what it cost.
 *
 * <p>Plain immutable values with no behaviour of their own. Nothing here knows HTTP routes, the database or a provider.
 */
@NullMarked
package dev.comporta.core;

import org.jspecify.annotations.NullMarked;
