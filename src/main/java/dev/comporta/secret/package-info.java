/**
 * Provider keys: where they come from and what they are now. A key leaves this room only to be sent to its provider.
 */
@NullMarked
package dev.comporta.secret;

import org.jspecify.annotations.NullMarked;
