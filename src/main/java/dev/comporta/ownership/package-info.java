/**
 * Whose is what in the accounts that all clients share: files, responses, vector stores and the like are seen by the
 * client that made them, and by nobody else.
 */
@NullMarked
package dev.comporta.ownership;

import org.jspecify.annotations.NullMarked;
