/**
 * The ground under every room: the data directory, the database (embedded or given), its migrations, and
 * {@link dev.comporta.store.Live}, the values that calls read without asking the database.
 *
 * <p>Knows no table of any room beyond the migrations.
 */
@NullMarked
package dev.comporta.store;

import org.jspecify.annotations.NullMarked;
