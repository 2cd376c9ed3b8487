/**
 * The models that can be asked for: how a name becomes targets, what tokens cost, and in which currencies.
 *
 * <p>Answers from memory; nothing that a call uses here asks the database. Must not know providers' addresses or keys,
 * who is calling, or what a client may ask for.
 */
@NullMarked
package dev.comporta.model;

import org.jspecify.annotations.NullMarked;
