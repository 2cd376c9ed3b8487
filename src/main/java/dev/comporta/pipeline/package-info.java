/**
 * The one place where the order of a call is written. Each step's type is what the next one asks for, so none can be
 * skipped. Knows no wire format's details and no table.
 */
@NullMarked
package dev.comporta.pipeline;

import org.jspecify.annotations.NullMarked;
