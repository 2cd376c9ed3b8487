/**
 * What calls used and cost, never lost: metered, written to a journal on local disk before the caller's last byte, and
 * from there to PostgreSQL in batches.
 *
 * <p>Nothing in here may make a call wait for the database.
 */
@NullMarked
package dev.comporta.usage;

import org.jspecify.annotations.NullMarked;
